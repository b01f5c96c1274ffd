"""Fields of many rows as columns: each distinct value once, and which row has which.

Decision: a condition is asked of each distinct value, not of each row.
Because: a hundred thousand attendances are of some thousand classes and five topics.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gateway.indicators.facts import Value

Whole: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
NEVER = 99_999_999
"""Behind every day."""


class Column(NamedTuple):
    """Values of rows.

    Attributes:
        codes: Of each row the place of its value, shape (rows,).
        values: Distinct ones.
    """

    codes: Whole
    values: Sequence[Value]

    def where(self, condition: Callable[[Value], bool]) -> Mask:
        """Rows whose value meets a condition."""
        return np.array([condition(one) for one in self.values], dtype=bool)[self.codes]

    def days(self, empty: int = 0) -> Whole:
        """Values as days, ``20261125``; what is none is ``empty``."""
        return np.array([day_number(one) or empty for one in self.values], dtype=np.int64)[self.codes]

    def told(self, change: Callable[[Value], Value]) -> "Column":
        """Each value as something else."""
        again = column_of([change(one) for one in self.values])
        return Column(again.codes[self.codes], again.values)

    def among(self, rows: Whole) -> list[Value]:
        """Distinct values of some rows that are there."""
        hit = np.zeros(len(self.values), dtype=bool)
        hit[self.codes[rows]] = True
        return [one for one, is_hit in zip(self.values, hit.tolist(), strict=True) if is_hit and is_there(one)]


def column_of(values: Iterable[Any]) -> Column:
    """The column of values in their order."""
    every = list(values)
    try:
        places = {one: place for place, one in enumerate(dict.fromkeys(every))}
    except TypeError:  # several choices as a list, which a file of facts never has
        every = [tuple(one) if isinstance(one, list) else one for one in every]
        places = {one: place for place, one in enumerate(dict.fromkeys(every))}
    codes = np.fromiter(map(places.__getitem__, every), dtype=np.int64, count=len(every))
    # An empty column still answers: there is one value, and no row has it.
    return Column(codes, list(places) or [None])


def distinct(values: Sequence[Value]) -> Column:
    """The column of values of which none stands twice."""
    return Column(np.arange(len(values), dtype=np.int64), values or [None])


def first_of(columns: Sequence[Column]) -> Column:
    """Of each row the first of several values that is there."""
    found = columns[0]
    for other in columns[1:]:
        rows = zip(found.codes.tolist(), other.codes.tolist(), strict=True)
        found = column_of(found.values[a] if is_there(found.values[a]) else other.values[b] for a, b in rows)
    return found


def day_number(value: Value) -> int:
    """A day as a number that sorts as days do; a year is its first day; anything else is 0.

    >>> day_number("2026-11-25"), day_number(2026), day_number("")
    (20261125, 20260101, 0)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value * 10_000 + 101
    if isinstance(value, str) and len(value) == len("2026-11-25") and value[4] == value[7] == "-":
        digits = value[:4] + value[5:7] + value[8:]
        return int(digits) if digits.isdecimal() else 0
    return 0


def told_day(number: int) -> str:
    """The day of a number, ISO 8601."""
    return f"{number // 10_000:04d}-{number // 100 % 100:02d}-{number % 100:02d}"


def is_there(value: Value) -> bool:
    """Whether anything stands there; no valid event is none."""
    return value not in (None, "", (), False, 0)
