"""What the distributions refuse."""

import math
import sys

# Steps grow with the root of the degrees of freedom; from here on they would take seconds.
MOST = 1e10
MOST_EXPONENT = 709.0


def beyond_floats(value: float) -> bool:
    """Whether a whole number is so long that no float holds it."""
    return isinstance(value, int) and abs(value) > sys.float_info.max


def _short(value: object) -> str:
    return repr(value)[:60]


def _need_one(who: str, what: str, value: float) -> None:
    if isinstance(value, float | int):
        return
    if not hasattr(value, "__float__") or getattr(value, "ndim", 0):
        msg = f"{who}: {what}: expected one number, got {_short(value)}. Call it for each value."
        raise ValueError(msg)


def need_number(who: str, what: str, value: float) -> None:
    """Refuse what is not a number.

    Raises:
        ValueError: It is not.
    """
    _need_one(who, what, value)
    if beyond_floats(value) or math.isnan(value):
        msg = f"{who}: {what}: expected a number, got {value!r}. Look at what it was computed from."
        raise ValueError(msg)


def need_probability(who: str, p: float) -> None:
    """Refuse a probability that is not strictly between 0 and 1.

    Raises:
        ValueError: It is not.
    """
    _need_one(who, "p", p)
    if not 0 < p < 1:
        msg = f"{who}: p: expected a probability between 0 and 1, got {p!r}. Give 0.975 for 97.5 %."
        raise ValueError(msg)


def need_dof(who: str, what: str, dof: float) -> None:
    """Refuse degrees of freedom that are not above 0, or so many that the sums would not end soon.

    Raises:
        ValueError: They are.
    """
    _need_one(who, what, dof)
    if not 0 < dof < math.inf:
        msg = f"{who}: {what}: expected a finite number above 0, got {dof!r}. Count the degrees of freedom again."
        raise ValueError(msg)
    if dof > MOST:
        msg = f"{who}: {what}: expected {MOST:g} at most, got {dof!r}. Use the distribution's limit, as the normal one."
        raise ValueError(msg)


def need_dof_or_inf(who: str, what: str, dof: float) -> None:
    """Refuse degrees of freedom that are not above 0; infinitely many are allowed.

    Raises:
        ValueError: They are not.
    """
    _need_one(who, what, dof)
    if not dof > 0 or beyond_floats(dof):
        msg = f"{who}: {what}: expected a number above 0 or inf, got {dof!r}. Count the degrees of freedom again."
        raise ValueError(msg)


def need_shape(who: str, what: str, value: float) -> None:
    """Refuse a shape parameter that is not between 0 and 1e10.

    Raises:
        ValueError: It is not.
    """
    _need_one(who, what, value)
    if not 0 < value <= MOST:
        msg = f"{who}: {what}: expected a number above 0, {MOST:g} at most, got {value!r}. Look at how it was computed."
        raise ValueError(msg)


def need_not_negative(who: str, what: str, value: float, why: str) -> None:
    """Refuse what is below 0 or not a number.

    Raises:
        ValueError: It is.
    """
    _need_one(who, what, value)
    if not value >= 0 or beyond_floats(value):
        msg = f"{who}: {what}: expected 0 or more, got {value!r}. {why}"
        raise ValueError(msg)


def power_of_e(who: str, exponent: float) -> float:
    """``exp(exponent)``, refused where it is beyond what a float holds.

    Raises:
        ValueError: It is.
    """
    if exponent > MOST_EXPONENT:
        msg = (
            f"{who}: quantile: expected a number below 1e308, got exp({exponent:.6g}). "
            "Take more degrees of freedom or a less extreme probability."
        )
        raise ValueError(msg)
    return math.exp(exponent)
