"""Samples into stretches of equal length."""

import numpy as np
import numpy.typing as npt

from gateway.timeseries import Bucket

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]


def width_ns(start: int, end: int, buckets: int) -> int:
    """The least whole length of a stretch with which ``buckets`` of them cover ``[start, end)``.

    Raises:
        ValueError: There is nothing to cover, or nothing to cover it with.

    >>> width_ns(0, 10, 3)
    4
    """
    if not (start < end and buckets > 0):
        msg = f"need start < end and buckets > 0; got start={start}, end={end}, buckets={buckets}"
        raise ValueError(msg)
    return -(-(end - start) // buckets)


class Buckets:
    """Collects samples of ``[start, end)`` in the order of their times, some at once."""

    def __init__(self, start: int, end: int, buckets: int) -> None:
        self._start = start
        self._width = width_ns(start, end, buckets)
        size = -(-(end - start) // self._width)
        self._sum = np.zeros(size)
        self._min = np.full(size, np.inf)
        self._max = np.full(size, -np.inf)
        self._n = np.zeros(size, np.int64)
        self._bad = np.zeros(size, np.int64)

    def place(self, at: Times) -> Times:
        """In which bucket a time lies, from 0."""
        return (at - self._start) // self._width

    def add(self, at: Times, values: Values, bad: Flags) -> None:
        """Take samples.

        Args:
            at: Times, UTC ns, ascending, within ``[start, end)``.
            values: NaN where a sample has none.
            bad: Whether its quality is bad; its value then does not count.
        """
        place = self.place(at)
        np.add.at(self._bad, place[bad], 1)
        good = ~bad & ~np.isnan(values)
        place, values = place[good], values[good]
        if len(values):
            firsts = np.flatnonzero(np.diff(place, prepend=-1))
            to = place[firsts]
            self._n[to] += np.diff(firsts, append=len(place))
            self._sum[to] += np.add.reduceat(values, firsts)
            self._min[to] = np.minimum(self._min[to], np.minimum.reduceat(values, firsts))
            self._max[to] = np.maximum(self._max[to], np.maximum.reduceat(values, firsts))

    def add_sums(self, at: Times, figures: Values, bad: Counts) -> None:
        """Take what was summed before over stretches that lie in one bucket each.

        Args:
            at: Where each begins, UTC ns, within ``[start, end)``.
            figures: Count, sum, least and greatest of its values, shape (n, 4); of none: 0, 0, inf, -inf.
            bad: Its count of bad samples.
        """
        place = self.place(at)
        np.add.at(self._n, place, figures[:, 0].astype(np.int64))
        np.add.at(self._sum, place, figures[:, 1])
        np.minimum.at(self._min, place, figures[:, 2])
        np.maximum.at(self._max, place, figures[:, 3])
        np.add.at(self._bad, place, bad.astype(np.int64))

    def result(self) -> list[Bucket]:
        """The stretches that hold a sample."""
        found = np.flatnonzero(self._n + self._bad)
        mean = self._sum[found] / np.maximum(self._n[found], 1)
        columns = (mean, self._min[found], self._max[found], self._n[found], self._bad[found])
        starts = (self._start + found * self._width).tolist()
        rows = zip(starts, *(column.tolist() for column in columns), strict=True)
        return [
            Bucket(at, mean, low, high, n, bad) if n else Bucket(at, None, None, None, 0, bad)
            for at, mean, low, high, n, bad in rows
        ]
