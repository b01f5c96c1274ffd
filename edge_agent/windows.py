"""Samples summed up by window: mean, least, greatest and number of the good values of each channel.

A window begins at a whole multiple of its length since 1970 UTC. It closes a grace time after its end, so
that late replies still count. What a kill leaves open is summed up again from the samples in the outbox.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import AgentConfig
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.schema import EXPECTED, WINDOW

_GRACE_NS = 2_000_000_000


class _Sums:
    """One instrument over one window."""

    __slots__ = ("greatest", "index", "least", "n", "names", "total")

    def __init__(self, names: Iterable[str]) -> None:
        self.names: list[str] = list(names)
        self.index = {name: k for k, name in enumerate(self.names)}
        size = len(self.names)
        self.n = np.zeros(size, dtype=np.int64)
        self.total = np.zeros(size)
        self.least = np.full(size, np.inf)
        self.greatest = np.full(size, -np.inf)

    def add(self, names: list[str], values: NDArray[np.float64]) -> None:
        """Count one sample's good values."""
        if names == self.names:
            self.n += 1
            self.total += values
            np.minimum(self.least, values, out=self.least)
            np.maximum(self.greatest, values, out=self.greatest)
            return
        at = [self.index[name] for name in names]
        self.n[at] += 1
        self.total[at] += values
        self.least[at] = np.minimum(self.least[at], values)
        self.greatest[at] = np.maximum(self.greatest[at], values)


class Windows:
    """The open windows of all instruments. Belongs to the recorder.

    Args:
        window_s: Length of a window, s.
        channels: Instrument -> its channels that show numbers.
        period_s: Instrument -> how often it is polled, s.
        heads: Instrument -> measurement and tags of its lines.
    """

    def __init__(
        self,
        window_s: float,
        channels: Mapping[str, Iterable[str]],
        period_s: Mapping[str, float],
        heads: Mapping[str, str],
    ) -> None:
        self._length = int(window_s * 1e9)
        self._channels = {name: list(some) for name, some in channels.items()}
        self._expected = {name: window_s / period for name, period in period_s.items()}
        self._heads = heads
        self._open: dict[tuple[int, str], _Sums] = {}
        self._kept: tuple[int, ...] = ()
        self._closed: dict[str, int] = {}

    @classmethod
    def of(cls, config: AgentConfig) -> "Windows":
        """Those of a configuration."""
        instruments = [instrument for bus in config.buses for instrument in bus.instruments]
        return cls(
            config.window_s,
            {i.name: [c for c, m in i.loaded.meanings.items() if not m.text] for i in instruments},
            {i.name: i.period_s for i in instruments},
            {i.name: line_head(WINDOW, config.site, config.edge, i.name) for i in instruments},
        )

    def start_of(self, at: int) -> int:
        """The start of the window that holds an instant, UTC ns."""
        return at - at % self._length

    def add(self, instrument: str, at: int, numbers: Mapping[str, float] | Iterable[tuple[str, float]]) -> None:
        """Count the good values of one sample; what the configuration no longer knows is left out."""
        if instrument not in self._channels:
            return
        key = (self.start_of(at), instrument)
        if key[0] <= self._closed.get(instrument, -1):
            return  # the clock was set back: part of a window must not stand in place of the whole one
        sums = self._open.get(key)
        if sums is None:
            sums = self._open[key] = _Sums(self._channels[instrument])
        pairs = list(numbers.items() if isinstance(numbers, Mapping) else numbers)
        names = [name for name, _ in pairs]
        if names != sums.names:
            pairs = [(name, value) for name, value in pairs if name in sums.index]
            names = [name for name, _ in pairs]
        if names:
            sums.add(names, np.fromiter((value for _, value in pairs), dtype=float, count=len(pairs)))

    def close_until(self, now: int) -> Iterator[str]:
        """Lines of the windows that have ended; they are forgotten here by :meth:`forget_until`."""
        for (start, instrument), sums in sorted(self._open.items(), key=lambda item: item[0]):
            if self._has_ended(start, now):
                yield format_line(self._heads[instrument], self._fields(instrument, sums), (), start)

    def forget_until(self, now: int) -> None:
        """The lines of :meth:`close_until` are on disk."""
        for start, instrument in [key for key in self._open if self._has_ended(key[0], now)]:
            del self._open[start, instrument]
            self._closed[instrument] = max(start, self._closed.get(instrument, -1))

    def keep_open(self, at: int | None) -> None:
        """More samples of this instant are still to come, however late it is; None: no longer."""
        self._kept = () if at is None else (self.start_of(at), self.start_of(at - _GRACE_NS))

    def open_since(self, last_commit: int) -> int:
        """The start of the oldest window that may not have been closed when ``last_commit`` was."""
        return self.start_of(last_commit - _GRACE_NS)

    def _has_ended(self, start: int, now: int) -> bool:
        return start + self._length + _GRACE_NS <= now and start not in self._kept

    def _fields(self, instrument: str, sums: _Sums) -> Iterator[tuple[str, float]]:
        yield EXPECTED, self._expected[instrument]
        for k, name in enumerate(sums.names):
            n = int(sums.n[k])
            yield f"{name}_n", float(n)
            if n:
                yield f"{name}_mean", float(sums.total[k] / n)
                yield f"{name}_min", float(sums.least[k])
                yield f"{name}_max", float(sums.greatest[k])
