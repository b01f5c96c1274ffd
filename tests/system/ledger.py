"""What instruments showed, and what is stored of it: both must be the same, but for what is declared."""

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from drivers.instrument import Value
from edge_agent.wire.messages import Loss

S = 10**9


class Shown(NamedTuple):
    """One value that went out readable; ``at`` is UTC ns."""

    at: int
    value: float


class Stored(NamedTuple):
    """One stored sample of one channel; ``value`` is None when it was bad. ``at`` is UTC ns."""

    at: int
    value: float | None
    quality: str


class Channel(NamedTuple):
    instrument: str
    channel: str


class Absent(NamedTuple):
    """A value that was shown and is not stored."""

    of: Channel
    at: int


class Ledger:
    """What simulators showed. Their threads tell, the test compares."""

    def __init__(self) -> None:
        self._shown: defaultdict[Channel, list[Shown]] = defaultdict(list)

    def tell(self, instrument: str, shown: Mapping[str, Value | None], at: int) -> None:
        """``at`` is on the monotonic clock, ns."""
        wall = time.time_ns() - time.monotonic_ns() + at
        for name, value in shown.items():
            if isinstance(value, int | float):
                self._shown[Channel(instrument, name)].append(Shown(wall, float(value)))

    def write(self, instrument: str, shown: Mapping[str, float], at: int) -> None:
        """As :meth:`tell`, ``at`` in UTC ns."""
        for name, value in shown.items():
            self._shown[Channel(instrument, name)].append(Shown(at, value))

    def by_unit(self, names: Mapping[int, str]) -> Callable[[Mapping[str, Value | None], int, int], None]:
        """For a server with several devices: device id -> instrument."""
        return lambda shown, at, unit: self.tell(names[unit], shown, at)

    def channels(self) -> list[Channel]:
        return sorted(self._shown)

    def count(self, instrument: str) -> int:
        """How many values of its first channel were shown."""
        return max((len(some) for of, some in list(self._shown.items()) if of.instrument == instrument), default=0)

    def last(self, of: Channel) -> Shown:
        return self._shown[of][-1]

    def compare(
        self, rows: Callable[[Channel], Sequence[Stored]], tolerance_s: float, channels: Iterable[Channel] = ()
    ) -> list[Absent]:
        """What was shown and is not stored. That nothing else is stored, and nothing twice, is asserted here."""
        absent: list[Absent] = []
        for of in channels or self.channels():
            absent += self._compare(of, rows(of), int(tolerance_s * S))
        return absent

    def _compare(self, of: Channel, rows: Sequence[Stored], tolerance: int) -> list[Absent]:
        shown = sorted(self._shown[of])
        left = defaultdict(list)
        for one in shown:
            left[one.value].append(one.at)
        times = [row.at for row in rows]
        assert times == sorted(set(times)), f"{of}: stored out of order, or two at one time"
        for row in rows:
            if row.value is None:
                assert row.quality.startswith("bad."), f"{of}: {row}"
                continue
            at = left.get(row.value, [])
            k = min(range(len(at)), key=lambda j: abs(at[j] - row.at), default=None)
            assert k is not None, f"{of}: {row} was never shown, or is stored twice"
            assert abs(at[k] - row.at) <= tolerance, f"{of}: {row} is {(row.at - at[k]) / S:.3f} s off"
            del at[k]
        return [Absent(of, at) for some in left.values() for at in some]


def undeclared(absent: Iterable[Absent], losses: Sequence[Loss], bad: Mapping[str, Sequence[int]]) -> list[Absent]:
    """What is absent outside of every declared interval, and is not told by a bad sample either.

    Polls that were left out (``skipped``, ``back_off``) excuse nothing: of them nothing was shown.

    Args:
        absent: What is absent.
        losses: What is declared.
        bad: Instrument -> times of its bad samples, sorted: a reply that came after its time-out is one of them.
    """

    after_reading = [loss for loss in losses if loss.reason in ("power_cut", "queue_full", "disk_full")]

    def is_told(one: Absent) -> bool:
        for loss in after_reading:
            if loss.instrument in ("", one.of.instrument) and loss.since <= one.at <= loss.until:
                return True
        times = bad.get(one.of.instrument, ())
        k = bisect_left(times, one.at)
        return k < len(times) and times[k] - one.at < 3 * S

    return [one for one in absent if not is_told(one)]
