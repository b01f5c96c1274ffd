"""Numbers of twice the usual width: about 32 digits, each held as an unevaluated sum of two floats."""

from __future__ import annotations

import math
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from calibration.records import record

Array = NDArray[np.float64]
Number = TypeVar("Number", float, Array)

SPLITTER = 2.0**27 + 1
FEW = 256


@record(eq=False)
class Wide:
    """An array of ``hi + lo`` with ``|lo|`` at most half a unit in the last place of ``hi``.

    Shapes and broadcasting are NumPy's. Values must stay well inside the range of a float (the splitting of a
    product overflows above 1e300): callers scale by powers of two, which costs no digits.

    Source:
        Dekker, Numerische Mathematik 18 (1971) 224; Hida, Li and Bailey, 15th IEEE Symposium on Computer
        Arithmetic (2001) 155.
    """

    hi: Array
    lo: Array

    @classmethod
    def of(cls, values: Any) -> Wide:
        """These floats, exactly."""
        hi = np.asarray(values, dtype=float)
        return cls(hi, np.zeros_like(hi))

    @classmethod
    def difference(cls, a: Any, b: Any) -> Wide:
        """``a - b`` of floats, exactly."""
        return cls(*_two_sum(np.asarray(a, dtype=float), -np.asarray(b, dtype=float)))

    @classmethod
    def stack(cls, rows: list[Wide]) -> Wide:
        """Arrays of one shape as the last axis of one array."""
        hi, lo = np.stack([row.hi for row in rows]), np.stack([row.lo for row in rows])
        return cls(np.moveaxis(hi, 0, -1), np.moveaxis(lo, 0, -1))

    def __getitem__(self, where: Any) -> Wide:
        return Wide(self.hi[where], self.lo[where])

    def __neg__(self) -> Wide:
        return Wide(-self.hi, -self.lo)

    def __add__(self, other: Wide) -> Wide:
        s, e = _two_sum(self.hi, other.hi)
        t, f = _two_sum(self.lo, other.lo)
        s, e = _quick_sum(s, e + t)
        return Wide(*_quick_sum(s, e + f))

    def __sub__(self, other: Wide) -> Wide:
        return self + (-other)

    def __mul__(self, other: Wide) -> Wide:
        p, e = _two_product(self.hi, other.hi)
        return Wide(*_quick_sum(p, e + (self.hi * other.lo + self.lo * other.hi)))

    def __truediv__(self, other: Wide) -> Wide:
        first = self.hi / other.hi
        p, e = _two_product(first, other.hi)
        # What the rounded quotient leaves, exactly but for its last digits, is smaller by 16 of them.
        rest = ((self.hi - p) - e) + (self.lo - first * other.lo)
        return Wide(*_quick_sum(first, rest / other.hi))

    def root(self) -> Wide:
        """Square root of values above zero."""
        first = np.sqrt(self.hi)
        p, e = _two_product(first, first)
        return Wide(*_quick_sum(first, (((self.hi - p) - e) + self.lo) / (2 * first)))

    def sum(self) -> Wide:
        """Sum over the first axis: of a few, exactly; of many by halves."""
        rest = self
        if 0 < self.hi.size <= FEW:
            return self._summed()
        while len(rest.hi) > 1:
            half = len(rest.hi) // 2
            odd = rest[2 * half :]
            rest = rest[:half] + rest[half : 2 * half]
            if len(odd.hi):
                rest = Wide(np.concatenate([rest.hi, odd.hi]), np.concatenate([rest.lo, odd.lo]))
        return rest[0] if len(rest.hi) else Wide.of(np.zeros(self.hi.shape[1:]))

    def _summed(self) -> Wide:
        columns = np.concatenate([self.hi, self.lo]).reshape(2 * len(self.hi), -1).T.tolist()
        whole = [math.fsum(column) for column in columns]
        left = [math.fsum((*column, -near)) for column, near in zip(columns, whole, strict=True)]
        shape = self.hi.shape[1:]
        return Wide(np.array(whole).reshape(shape), np.array(left).reshape(shape))

    def shifted(self, exponents: Any) -> Wide:
        """Times ``2**exponents``, exactly."""
        return Wide(np.ldexp(self.hi, exponents), np.ldexp(self.lo, exponents))

    def rounded(self) -> Array:
        """The nearest floats."""
        return np.asarray(self.hi + self.lo)


def columns_of(table: Wide) -> list[tuple[list[float], list[float]]]:
    """The columns of a small table, each as the numbers and what they leave."""
    return list(zip(table.hi.T.tolist(), table.lo.T.tolist(), strict=True))


def inner(one: tuple[list[float], list[float]], other: tuple[list[float], list[float]]) -> float:
    """Sum of the products of two short rows, rounded once."""
    parts: list[float] = []
    for a, a_lo, b, b_lo in zip(*one, *other, strict=True):
        p, e = _two_product(a, b)
        parts += (p, e + (a * b_lo + a_lo * b))
    return math.fsum(parts)


def exponents(values: Array) -> NDArray[np.int32]:
    """Of each column the power of two that its largest magnitude is below, shape of one row; 0 for zeros."""
    found: NDArray[np.int32] = np.frexp(np.max(np.abs(values), axis=0))[1]
    return found


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    s = a + b
    v = s - a
    return s, (a - (s - v)) + (b - v)


def _quick_sum(a: Array, b: Array) -> tuple[Array, Array]:
    s = a + b
    return s, b - (s - a)


def _two_product(a: Number, b: Number) -> tuple[Number, Number]:
    p = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: Number) -> tuple[Number, Number]:
    c = SPLITTER * a
    high = c - (c - a)
    return high, a - high
