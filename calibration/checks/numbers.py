"""Single numbers and words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeVar

Word = TypeVar("Word", bound=str)

LOOK = "Look at what it was computed from."
FINITE = "a finite number"
PER_CENT = "Give 0.95 for 95 %."


def refuse(who: str, what: str, expected: str, got: object, advice: str) -> ValueError:
    """The house's error, to be raised by the caller, with its four parts in one form.

    Args:
        who: Function or type that refuses, or the thing's own name.
        what: The argument.
        expected: What would do.
        got: What came; long sequences are cut.
        advice: A sentence that says what to do.

    >>> print(refuse("mean", "readings", "one or more", 0, "Take some."))
    mean: readings: expected one or more, got 0. Take some.
    """
    return ValueError(f"{who}: {what}: expected {expected}, got {_shown(got)}. {advice}")


def _shown(got: object) -> str:
    longest = 120
    text = got if isinstance(got, str) else repr(got)
    return text if len(text) <= longest else text[: longest - 4] + " ..."


def finite(who: str, what: str, value: object, advice: str = LOOK) -> float:
    """A finite number.

    Raises:
        ValueError: It is not a number, is a text, ``nan`` or infinite.

    >>> finite("mean", "value", 3)
    3.0
    """
    number = _number(who, what, value, FINITE, advice)
    if not math.isfinite(number):
        raise refuse(who, what, FINITE, value, advice)
    return number


def _number(who: str, what: str, value: object, expected: str, advice: str) -> float:
    if type(value) is float:
        return value
    if isinstance(value, str | bytes | bool):
        raise refuse(who, what, expected, repr(value), advice)
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise refuse(who, what, expected, repr(value), advice) from error


def positive(who: str, what: str, value: object, advice: str = LOOK) -> float:
    """A finite number above 0.

    Raises:
        ValueError: It is not.

    >>> positive("conformity", "mpe", 0.5)
    0.5
    """
    number = _number(who, what, value, "a finite number above 0", advice)
    if not 0 < number < math.inf:
        raise refuse(who, what, "a finite number above 0", value, advice)
    return number


def non_negative(who: str, what: str, value: object, advice: str = LOOK) -> float:
    """A finite number, 0 or more.

    Raises:
        ValueError: It is not.

    >>> non_negative("input", "u", 0)
    0.0
    """
    number = _number(who, what, value, "a finite number, 0 or more", advice)
    if not 0 <= number < math.inf:
        raise refuse(who, what, "a finite number, 0 or more", value, advice)
    return number


def probability(who: str, what: str, value: object, advice: str = PER_CENT) -> float:
    """A probability strictly between 0 and 1.

    Raises:
        ValueError: It is not.

    >>> probability("expand", "probability", 0.95)
    0.95
    """
    number = _number(who, what, value, "a probability between 0 and 1", advice)
    if not 0 < number < 1:
        raise refuse(who, what, "a probability between 0 and 1", value, advice)
    return number


def degrees_of_freedom(who: str, what: str, value: object) -> float:
    """Degrees of freedom: 1 or more, whole or not, or ``inf`` for what is exactly known.

    Raises:
        ValueError: They are not.

    >>> degrees_of_freedom("input", "dof", math.inf)
    inf
    """
    expected, advice = "1 or more, or inf", "Take another reading, or state inf for a value that is exactly known."
    number = _number(who, what, value, expected, advice)
    if not number >= 1:
        raise refuse(who, what, expected, value, advice)
    return number


def whole(who: str, what: str, value: object, least: int = 0) -> int:
    """A whole number, ``least`` or more.

    Raises:
        ValueError: It is not.

    >>> whole("pooled", "n", 3, least=2)
    3
    """
    expected = f"a whole number, {least} or more"
    number = _number(who, what, value, expected, LOOK)
    if not (math.isfinite(number) and number == int(number) and number >= least):
        raise refuse(who, what, expected, value, LOOK)
    return int(number)


def limits(who: str, lower: object, upper: object) -> tuple[float, float]:
    """A lower and an upper limit, the lower below the upper; either may be infinite, not both.

    Raises:
        ValueError: They are not numbers, equal, reversed or both infinite.

    >>> limits("conformity", -0.5, 0.5)
    (-0.5, 0.5)
    """
    expected, advice = "lower below upper", "Exchange them, or look at where they were written."
    pair = _number(who, "limits", lower, expected, advice), _number(who, "limits", upper, expected, advice)
    if not pair[0] < pair[1] or (math.isinf(pair[0]) and math.isinf(pair[1])):
        raise refuse(who, "limits", expected, f"lower {lower!r} and upper {upper!r}", advice)
    return pair


def one_of(who: str, what: str, value: str, allowed: Iterable[Word]) -> Word:
    """One of a few words.

    Raises:
        ValueError: It is another one.

    >>> one_of("round", "rule", "half_even", ("half_even", "up"))
    'half_even'
    """
    words = tuple(allowed)
    for word in words:
        if word == value:
            return word
    raise refuse(who, what, "one of " + ", ".join(words), repr(value), "Choose one of these.")
