"""The last two minutes of a channel, and the band within which it must stay: geometry only, in a box of 100 by 30.

Decision: the height is four bands at least.
Because: a reading that has settled is then a line that lies still, and not noise that fills the picture.
"""

from typing import NamedTuple

from edge_agent.bench.board import Live

NS = 10**9
WIDTH, HEIGHT = 100.0, 30.0
SHOWN_S = 120.0
_LEAST_BANDS = 4.0


class Trace(NamedTuple):
    """What is drawn.

    Attributes:
        path: SVG path of the indications.
        band_top: Of the settling band around the newest one.
        band_height: 0.0: it need not settle.
    """

    path: str
    band_top: float
    band_height: float


def trace_of(live: Live, now: int) -> Trace | None:
    """Draw what a channel showed.

    Args:
        live: Of the board.
        now: UTC ns, the right edge.

    Returns:
        None when there are fewer than two indications.
    """
    shown = [(at, value) for at, value in live.recent if now - at <= SHOWN_S * NS]
    if len(shown) < 2:  # noqa: PLR2004  a line has two ends
        return None
    values = [value for _, value in shown]
    allowed = live.allowed or 0.0
    span = max(max(values) - min(values), _LEAST_BANDS * allowed) or 1.0
    middle = (max(values) + min(values)) / 2
    top = middle + span * 0.55

    def y(value: float) -> float:
        return round((top - value) / (span * 1.1) * HEIGHT, 2)

    corners = (f"{WIDTH * (1 - (now - at) / NS / SHOWN_S):.2f} {y(value):g}" for at, value in shown)
    last = values[-1]
    band_top = y(last + allowed / 2)
    return Trace("M" + "L".join(corners), band_top, round(y(last - allowed / 2) - band_top, 2))
