"""Sets of sequence numbers as few ranges: what is stored, what is held, what is missing."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator


class Ranges:
    """A set of whole numbers, kept as sorted, disjoint, inclusive ranges.

    >>> r = Ranges([(1, 3), (7, 9)]); r.add(4); list(r), 5 in r, len(r)
    ([(1, 4), (7, 9)], False, 7)
    """

    __slots__ = ("_hi", "_lo")

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._lo: list[int] = []
        self._hi: list[int] = []
        for lo, hi in ranges:
            self.add(lo, hi)

    def add(self, lo: int, hi: int | None = None) -> None:
        """Put in every number from ``lo`` to ``hi``, both included; one number when ``hi`` is None."""
        hi = lo if hi is None else hi
        if hi < lo:
            msg = f"range {lo}..{hi}: its end is before its beginning"
            raise ValueError(msg)
        a = bisect_left(self._hi, lo - 1)
        b = bisect_right(self._lo, hi + 1)
        if a < b:
            lo, hi = min(lo, self._lo[a]), max(hi, self._hi[b - 1])
        self._lo[a:b], self._hi[a:b] = [lo], [hi]

    def update(self, other: "Ranges") -> None:
        """Put in every number of ``other``."""
        for lo, hi in other:
            self.add(lo, hi)

    def __contains__(self, number: int) -> bool:
        k = bisect_left(self._hi, number)
        return k < len(self._hi) and self._lo[k] <= number

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._lo, self._hi, strict=True))

    def __len__(self) -> int:
        return sum(hi - lo + 1 for lo, hi in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranges) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        return f"Ranges({list(self)})"

    def floor(self, first: int) -> int:
        """The highest number up to which, from ``first`` on, none is absent; ``first - 1`` when it is.

        >>> Ranges([(3, 5), (7, 9)]).floor(3), Ranges([(3, 5)]).floor(1)
        (5, 0)
        """
        k = bisect_left(self._hi, first)
        return self._hi[k] if k < len(self._hi) and self._lo[k] <= first else first - 1

    def absent(self, lo: int, hi: int) -> "Ranges":
        """The numbers from ``lo`` to ``hi`` that are not in the set.

        >>> Ranges([(3, 5), (7, 9)]).absent(1, 8)
        Ranges([(1, 2), (6, 6)])
        """
        gaps = Ranges()
        at = lo
        for a, b in self:
            if a > hi:
                break
            if a > at:
                gaps.add(at, a - 1)
            at = max(at, b + 1)
        if at <= hi:
            gaps.add(at, hi)
        return gaps
