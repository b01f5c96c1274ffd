"""Holding a value to its target.

Comparators: ``>=`` is met at the target and exceeded above it. ``>`` ("trên") is met above it, and never at it. A range
is met from its lower end to its upper one and exceeded above that. ``about`` ("khoảng") is read as ``>=``, and the word
stays as a doubt.

Decision: ``>`` is never exceeded.
Because: whatever lies above is just what the plan asks for; it names no number that could be passed by more.

Decision: a target of 100 % is never exceeded.
Because: more than all is a wrong list, not a result.

Decision: 31 December belongs to its year: on that day the year is over.
Because: whoever asks as of a day means all of it.

Decision: values are held to targets after rounding to 9 decimals.
Because: a share that is 55 in the accounts is not above 55 because of the last bit of a float.
"""

from datetime import date

from gateway.indicators.results import State
from gateway.indicators.schema import Indicator

_DECIMALS = 9
_ALL = 100.0


def reached(indicator: Indicator, value: float) -> State | None:
    """:attr:`State.MET`, :attr:`State.EXCEEDED`; None: not reached.

    Args:
        indicator: With a target that is a number, a range, or True.
        value: In its unit; of a milestone 1 or 0.
    """
    held = round(value, _DECIMALS)
    if indicator.target is True:
        return State.MET if held >= 1 else None
    low, high = _ends(indicator)
    if held < low or (indicator.comparator == ">" and held <= low):
        return None
    is_all = indicator.unit == "percent" and low >= _ALL
    if held <= high or is_all or indicator.comparator == ">":
        return State.MET
    return State.EXCEEDED


def standing(indicator: Indicator, value: float | None, *, is_over: bool, is_refused: bool = False) -> State:
    """How a target stands.

    Args:
        indicator: Whose.
        value: None: it cannot be said.
        is_over: No time is left.
        is_refused: It must not count as reached, whatever the value.
    """
    if value is None:
        return State.CANNOT_BE_SAID
    met = None if is_refused else reached(indicator, value)
    return met or (State.NOT_MET if is_over else State.NOT_YET)


def progress(indicator: Indicator, value: float | None) -> float | None:
    """Value / target, 0 and up, of a range its lower end; None: it cannot be said."""
    if value is None or indicator.target is None:
        return None
    if indicator.target is True:
        return min(1.0, max(0.0, value))
    low, _ = _ends(indicator)
    return max(0.0, value / low) if low > 0 else None


def is_over(as_of: date, year: int) -> bool:
    """Whether a year is over, seen from the end of a day.

    >>> is_over(date(2026, 12, 30), 2026), is_over(date(2026, 12, 31), 2026)
    (False, True)
    """
    return as_of >= date(year, 12, 31)


def direction(before: float | None, now: float | None) -> State | None:
    """Up, down, unchanged; None: one of both is missing."""
    if before is None or now is None:
        return None
    change = round(now - before, _DECIMALS)
    return State.UP if change > 0 else State.DOWN if change < 0 else State.UNCHANGED


def _ends(indicator: Indicator) -> tuple[float, float]:
    target = indicator.target
    if isinstance(target, tuple):
        return target
    return (float(target), float(target)) if target is not None else (0.0, 0.0)
