"""Where the links of a chain of traceability go in its picture; templates draw it.

A tree with its root at the top: a link stands below the one that rests on it, a little to the right, so that it reads
on a telephone as on a wall.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.laboratory.traceability import Link

ROW, STEP, HEIGHT = 92, 20, 76
"""From link to link, from depth to depth, of a link's box; in CSS pixels."""
_HALF = HEIGHT // 2


class Drawn(NamedTuple):
    """A link with its place.

    Attributes:
        link: What stands there.
        x: Left edge of its box.
        y: Upper edge.
        line: SVG path from the link that rests on it; empty: it is the first.
    """

    link: Link
    x: int
    y: int
    line: str


def place(links: Sequence[Link]) -> tuple[list[Drawn], int]:
    """Every link with its place, and how high the picture is."""
    drawn = []
    for row, link in enumerate(links):
        x, y = link.depth * STEP, row * ROW
        start = link.parent * ROW + HEIGHT
        from_x = max(0, link.depth - 1) * STEP + STEP // 2
        line = f"M{from_x},{start} V{y + _HALF} H{x}" if link.parent >= 0 else ""
        drawn.append(Drawn(link, x, y, line))
    return drawn, len(drawn) * ROW - (ROW - HEIGHT) if drawn else 0
