"""What whoever sends makes of the word that a gateway has stored. Does no I/O."""

from edge_agent.wire.messages import Ack
from edge_agent.wire.ranges import Ranges


def merge(known: tuple[str, int], stored: dict[str, Ranges], ack: Ack) -> dict[str, Ranges] | None:
    """What is stored after an acknowledgement; None when it is older than what we know.

    The same store and generation only ever adds. Another store, or the same one restored (a higher
    generation), begins anew: what it does not name it does not have.
    """
    store, generation = known
    if ack.store == store and ack.generation < generation:
        return None
    merged = (
        {journal: Ranges(ranges) for journal, ranges in stored.items()} if (ack.store, ack.generation) == known else {}
    )
    for journal, said in ack.journals.items():
        ranges = merged.setdefault(journal, Ranges())
        if said.floor > 0:
            ranges.add(1, said.floor)
        for lo, hi in said.ranges:
            ranges.add(lo, hi)
    return merged
