"""The gateway's word that it has stored: one retained message an edge, made from the receipts."""

from edge_agent.wire.messages import Ack
from edge_agent.wire.topics import ACK, EdgeTopic
from gateway.ingest.journals import CLOSED, MAX_RANGES, ON_HOLD, OPEN, EdgeId
from gateway.ingest.receipts import Receipts


def acknowledgement(receipts: Receipts, edge: EdgeId, now: int, most: int | None = MAX_RANGES) -> Ack:
    """What is stored of every journal that the edge holds, and which of them wait for a person.

    Args:
        receipts: What is stored.
        edge: Whom to tell.
        now: Our clock, ns.
        most: Ranges that are told of each journal; None, all, where nobody can ask again (a stick).
    """
    known = receipts.of(edge)
    held = [journal for journal in known if journal.held_last]
    waiting = [
        journal for journal in known if journal.state == ON_HOLD or (journal.state == CLOSED and journal.held_last)
    ]
    return Ack(
        store=receipts.store,
        generation=receipts.generation,
        at=now,
        journals={
            journal.id.journal: journal.acknowledgement(receipts.heard(journal.id), most)
            for journal in held
            if journal.state == OPEN
        },
        on_hold=tuple(journal.id.journal for journal in waiting),
        admitted=edge in receipts.admitted,
    )


def ack_topic(edge: EdgeId) -> str:
    """Where an edge listens for it."""
    return str(EdgeTopic(edge.site, edge.edge, ACK))
