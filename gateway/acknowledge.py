"""The gateway's word that it has stored: one retained message an edge, made from the receipts."""

from edge_agent.wire.messages import Ack
from edge_agent.wire.topics import ACK, EdgeTopic
from gateway.journals import OPEN, EdgeId
from gateway.receipts import Receipts


def acknowledgement(receipts: Receipts, edge: EdgeId, now: int) -> Ack:
    """What is stored of every journal that the edge holds, and which of them wait for a person."""
    held = [journal for journal in receipts.of(edge) if journal.held_last]
    return Ack(
        store=receipts.store,
        generation=receipts.generation,
        at=now,
        journals={journal.id.journal: journal.acknowledgement() for journal in held if journal.state == OPEN},
        on_hold=tuple(journal.id.journal for journal in held if journal.state != OPEN),
        admitted=edge in receipts.admitted,
    )


def ack_topic(edge: EdgeId) -> str:
    """Where an edge listens for it."""
    return str(EdgeTopic(edge.site, edge.edge, ACK))
