"""Whether a reading has settled: all indications of the last ``window_s`` seconds lie within a band.

    spread = max(x) - min(x) <= within        over the shortest run of last indications that spans window_s

Decision: nothing counts that was read before the person said that the point is set up.
Because: what lay on the item before may have been as steady.

Decision: a gap begins anew.
Because: nobody knows what the item did meanwhile; a value that does not move because none comes is no settled one.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from edge_agent.bench.formulas import number
from edge_agent.bench.live import NS, ChannelReadings, Shown
from edge_agent.bench.procedure import SettlingRule
from edge_agent.wire.bench import BenchItem

_ROUNDING = 1e-12
"""Of the largest value: what a difference of two decimal fractions may be off."""


class Window(NamedTuple):
    """The last indications of a channel.

    Attributes:
        shown: Time and value, in order; empty: there are none.
        is_full: Whether they span the window.
        allowed: Width of the band; None: it need not settle.
    """

    shown: tuple[Shown, ...]
    is_full: bool
    allowed: float | None

    @property
    def spread(self) -> float | None:
        """Largest minus smallest value; None: the window is not full."""
        if not self.is_full or not self.shown:
            return None
        values = [value for _, value in self.shown]
        return max(values) - min(values)

    @property
    def is_settled(self) -> bool:
        """Whether it may be captured."""
        spread = self.spread
        if spread is None or self.allowed is None:
            return self.is_full
        largest = max(abs(value) for _, value in self.shown)
        return spread <= self.allowed * (1 + 1e-9) + _ROUNDING * largest


def window_of(readings: ChannelReadings, window_s: float, since: int, now: int, allowed: float | None) -> Window:
    """The window of a channel at an instant.

    Args:
        readings: What it showed.
        window_s: t of the rule, s; 0: one indication is enough.
        since: Nothing before this instant counts, UTC ns.
        now: The instant, UTC ns.
        allowed: Width of the band; None: it need not settle.
    """
    run = _unbroken(reversed(readings.good), readings.gap_ns, since)
    if not run:
        return Window((), is_full=False, allowed=allowed)
    newest, least = run[0][0], round(window_s * NS)
    spanning = next((k for k, (at, _) in enumerate(run) if newest - at >= least), None)
    shown = tuple(reversed(run if spanning is None else run[: spanning + 1]))
    return Window(shown, spanning is not None and not readings.is_stale(now), allowed)


def allowed_band(text: str, item: BenchItem, nominal: float) -> float | None:
    """Width of the band by a formula of the procedure; None: there is none.

    Raises:
        ValueError: It needs a range that the item does not state.
    """
    if not text:
        return None
    known = {"d": item.resolution, "nominal": nominal}
    known |= {} if item.range_low is None else {"low": item.range_low}
    known |= {} if item.range_high is None else {"high": item.range_high}
    return number(text, known)


def window_s(rule: SettlingRule | None) -> float:
    """T of the rule, s; 0.0: there is none, and a point is captured at once."""
    return rule.window_s if rule else 0.0


def mean_and_deviation(values: tuple[float, ...]) -> tuple[float, float]:
    """Mean, and experimental standard deviation (GUM 4.2.2); that of one value is 0.0.

    >>> mean_and_deviation((1.0, 3.0))
    (2.0, 1.4142135623730951)
    """
    mean = math.fsum(values) / len(values)
    if len(values) == 1:
        return mean, 0.0
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _unbroken(newest_first: Iterable[Shown], gap_ns: int, since: int) -> list[Shown]:
    run: list[Shown] = []
    for at, value in newest_first:
        if at < since or (run and run[-1][0] - at > gap_ns):
            break
        run.append((at, value))
    return run
