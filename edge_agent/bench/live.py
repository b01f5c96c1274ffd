"""The last indications of the channels that the bench looks at, as they were read: raw, and dated."""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from edge_agent.dating import Dated
from edge_agent.wire.schema import CLOCK_UNSURE, GOOD, QUALITY

NS = 10**9
SHOWN_NS = 120 * NS
"""How much of the past the picture has."""
_MOST_SHOWN = 240
_MOST_KEPT = 20_000
_AHEAD_NS = 2 * NS
"""A reading that is further ahead of now than this is of before the clock was set back."""
_PERIODS = 3
"""So many periods without a reading are a gap."""
_SHORTEST_GAP_NS = 2 * NS
Shown = tuple[int, float]
"""UTC ns and value."""


class ChannelName(NamedTuple):
    """A channel of this edge."""

    instrument: str
    channel: str


class ChannelReadings:
    """What one channel showed.

    Args:
        period_s: How often its instrument is read, s.
        keep_ns: How much of the past is kept.
    """

    def __init__(self, period_s: float, keep_ns: int) -> None:
        self.gap_ns = max(round(_PERIODS * period_s * NS), _SHORTEST_GAP_NS)
        self.keep_ns = keep_ns
        self.good: deque[Shown] = deque(maxlen=_MOST_KEPT)
        self.value: float | None = None
        self.at = 0
        self.quality = GOOD

    def add(self, at: int, value: float | None, quality: str) -> None:
        """A reading; one that is not newer than the last is one that was there before, and says nothing."""
        if at <= self.at:
            return
        self.at, self.quality = at, quality
        if value is None or not math.isfinite(value):
            return
        self.value = value
        if quality == GOOD:
            self.good.append((at, value))
            while self.good[0][0] < at - self.keep_ns:
                self.good.popleft()

    def forget(self) -> None:
        """Begin anew: the clock was set back, and what has been shown lies in a time that is still to come."""
        self.good.clear()
        self.at, self.value = 0, None

    def is_stale(self, now: int) -> bool:
        """Whether it has shown nothing, good or bad, for longer than a gap."""
        return abs(now - self.at) > self.gap_ns

    @property
    def is_unsure(self) -> bool:
        """Whether nobody knows when its last reading was."""
        return self.quality.endswith(f".{CLOCK_UNSURE}")

    def recent(self, now: int) -> tuple[Shown, ...]:
        """For the picture: the last two minutes, thinned out evenly."""
        shown = [one for one in self.good if one[0] > now - SHOWN_NS]
        every = -(-len(shown) // _MOST_SHOWN) or 1
        return tuple(shown[(len(shown) - 1) % every :: every])


class LiveReadings:
    """All channels that are looked at.

    Args:
        periods: Instrument -> how often it is read, s.
    """

    def __init__(self, periods: Mapping[str, float]) -> None:
        self._periods = periods
        self._of: dict[str, dict[str, ChannelReadings]] = {}

    def watch(self, wanted: Mapping[ChannelName, int]) -> None:
        """Look at these channels from now on, each for so many ns of the past, and at no others."""
        kept: dict[str, dict[str, ChannelReadings]] = {}
        for name, keep_ns in wanted.items():
            known = self.of(name) or ChannelReadings(self._periods.get(name.instrument, 1.0), keep_ns)
            known.keep_ns = max(keep_ns, SHOWN_NS)
            kept.setdefault(name.instrument, {})[name.channel] = known
        self._of = kept

    def of(self, name: ChannelName) -> ChannelReadings | None:
        """What a channel showed; None: it is not looked at."""
        return self._of.get(name.instrument, {}).get(name.channel)

    def take(self, dated: Iterable[Dated], now: int) -> None:
        """Samples of this transaction. Taken twice they count once."""
        for channels in self._of.values():
            for readings in channels.values():
                if readings.at > now + _AHEAD_NS:
                    readings.forget()
        for sample, at in dated:
            watched = self._of.get(sample.instrument)
            if watched:
                numbers, qualities = dict(sample.numbers), dict(sample.qualities)
                for channel, readings in watched.items():
                    quality = qualities.get(channel + QUALITY, GOOD)
                    if channel in numbers or quality != GOOD:
                        readings.add(at, numbers.get(channel), quality)


def between(readings: Sequence[Shown] | deque[Shown], since: int, until: int) -> list[float]:
    """Values in ``[since, until]``, in order of time."""
    return [value for at, value in readings if since <= at <= until]
