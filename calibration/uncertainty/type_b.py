"""Type B: standard uncertainties from certificates, specifications, resolution and experience."""

from __future__ import annotations

import math

from calibration.checks import degrees_of_freedom, non_negative, positive, probability, refuse
from calibration.distributions import coverage_factor
from calibration.uncertainty.inputs import Input, Shape, fraction_of_top

NARROW = 1e-6
MOST_HALVINGS = 200
MOST_DOF = 1e9
# Stated for about 95 % and about 99 % of a normal distribution, whatever the exact factor is.
USUAL = (2.0, 3.0)


def dof_of_unreliability(unreliability: float) -> float:
    """Degrees of freedom of a standard uncertainty that is itself uncertain.

    ::

        dof = 1 / (2 * (du / u)**2)

    Args:
        unreliability: Relative standard uncertainty of u, du / u: 0.25 for 25 %; 0 for an exactly known u.

    Raises:
        ValueError: It is negative, or above 0.707, where less than one degree of freedom is left.

    Source:
        JCGM 100:2008, G.4.2, equation (G.3).

    >>> dof_of_unreliability(0.25)
    8.0
    """
    number = non_negative("dof_of_unreliability", "unreliability", unreliability)
    variance = 2 * number**2
    dof = 1 / variance if variance > 0 else math.inf
    return degrees_of_freedom("dof_of_unreliability", "dof", dof)


def constant(name: str, value: float, *, unit: str = "1") -> Input:
    """A quantity without uncertainty, as a number of pieces.

    Raises:
        ValueError: The value is not finite.

    Source:
        JCGM 100:2008, 4.3.8 note 2.

    >>> constant("n", 12).u
    0.0
    """
    return Input(name, value, 0.0, unit=unit)


def normal(name: str, value: float, u: float, *, dof: float = math.inf, unit: str = "1") -> Input:
    """A quantity with a known standard uncertainty.

    Args:
        name: What the model calls it.
        value: Estimate, in ``unit``.
        u: Standard uncertainty, in ``unit``.
        dof: Its degrees of freedom; finite ones make the distribution Student's t.
        unit: UCUM code.

    Raises:
        ValueError: A number is outside its range.

    Source:
        JCGM 100:2008, 4.3.4; JCGM 101:2008, 6.4.7 and 6.4.9.

    >>> normal("m", 100.0, 0.5).distribution
    'normal'
    """
    return Input(name, value, u, "normal" if dof == math.inf else "student", dof, unit)


def certificate(
    name: str,
    value: float,
    expanded: float,
    *,
    k: float | None = None,
    probability: float | None = None,
    dof: float | None = None,
    unit: str = "1",
) -> Input:
    """A quantity with an expanded uncertainty, as a calibration certificate states it.

    ::

        u = U / k        k = t_p(dof) where only the probability is stated

    Args:
        name: What the model calls it.
        value: Estimate, in ``unit``.
        expanded: Expanded uncertainty U, in ``unit``.
        k: Coverage factor.
        probability: Coverage probability, as 0.9545.
        dof: Effective degrees of freedom. Where the certificate states ``k`` and ``probability`` but not these,
            they are those that give this k, but infinitely many for 2 and 3; else infinitely many.
        unit: UCUM code.

    Raises:
        ValueError: Neither k nor the probability is given, or a number is outside its range.

    Source:
        JCGM 100:2008, 4.3.3, 4.3.4 and G.3.

    >>> certificate("m", 10000.005, 0.045, k=2, unit="g").u
    0.0225
    """
    who = f"input {name!r}"
    whole = non_negative(who, "expanded", expanded)
    if k is None and probability is None:
        raise refuse(who, "k, probability", "one of them", "none", "Read the certificate's note on U.")
    known = math.inf if dof is None else degrees_of_freedom(who, "dof", dof)
    if k is None:
        divisor = coverage_factor(_checked(who, probability), known)
    else:
        divisor = positive(who, "k", k)
        if probability is not None and dof is None:
            known = _dof_of_factor(who, divisor, _checked(who, probability))
    return Input(name, value, whole / divisor, "normal" if math.isinf(known) else "student", known, unit, divisor)


def _checked(who: str, p: float | None) -> float:
    return probability(who, "probability", p)


def _dof_of_factor(who: str, k: float, p: float) -> float:
    """Degrees of freedom at which Student's t gives this coverage factor."""
    least, most = coverage_factor(p), coverage_factor(p, 1)
    if k > most:
        got = f"k = {k!r} for {p!r}"
        raise refuse(who, "k", f"{most:.4g} at most, that of one degree of freedom", got, "Look at the certificate.")
    if k <= least or k in USUAL:
        return math.inf
    low, high = 1.0, MOST_DOF
    for _ in range(MOST_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if coverage_factor(p, middle) > k else (low, middle)
        if high - low <= NARROW * low:
            break
    return math.sqrt(low * high)


def rectangular(name: str, value: float, half_width: float, *, dof: float = math.inf, unit: str = "1") -> Input:
    """A quantity within limits, anywhere alike: ``u = a / sqrt(3)``.

    Args:
        name: What the model calls it.
        value: Middle of the limits, in ``unit``.
        half_width: a, in ``unit``.
        dof: Degrees of freedom, where the limits are doubtful: see ``dof_of_unreliability``.
        unit: UCUM code.

    Raises:
        ValueError: A number is outside its range.

    Source:
        JCGM 100:2008, 4.3.7, equation (7).

    >>> round(rectangular("t", 20.0, 0.5, unit="Cel").u, 4)
    0.2887
    """
    return _within(name, value, half_width, "rectangular", math.sqrt(3), dof, unit)


def triangular(name: str, value: float, half_width: float, *, dof: float = math.inf, unit: str = "1") -> Input:
    """A quantity within limits, most likely in the middle: ``u = a / sqrt(6)``.

    Args and errors as of :func:`rectangular`.

    Source:
        JCGM 100:2008, 4.3.9, equation (9b).

    >>> round(triangular("r", 1.0, 1e-6).u, 9)
    4.08e-07
    """
    return _within(name, value, half_width, "triangular", math.sqrt(6), dof, unit)


def arcsine(name: str, value: float, half_width: float, *, dof: float = math.inf, unit: str = "1") -> Input:
    """A quantity that swings between limits, most likely near them (U-shaped): ``u = a / sqrt(2)``.

    Args and errors as of :func:`rectangular`.

    Source:
        JCGM 100:2008, H.1.3.4; JCGM 101:2008, 6.4.6.

    >>> round(arcsine("t", 0.0, 0.5, unit="Cel").u, 4)
    0.3536
    """
    return _within(name, value, half_width, "arcsine", math.sqrt(2), dof, unit)


def trapezoidal(
    name: str, value: float, half_width: float, top: float, *, dof: float = math.inf, unit: str = "1"
) -> Input:
    """A quantity within limits, less likely towards them: ``u = a * sqrt((1 + top**2) / 6)``.

    Args:
        name: What the model calls it.
        value: Middle of the limits, in ``unit``.
        half_width: a, of the base, in ``unit``.
        top: Width of the top over that of the base: 0 a triangle, 1 a rectangle.
        dof: Degrees of freedom, where the limits are doubtful.
        unit: UCUM code.

    Raises:
        ValueError: A number is outside its range.

    Source:
        JCGM 100:2008, 4.3.9, equation (9a); JCGM 101:2008, 6.4.4.

    >>> trapezoidal("t", 0.0, 1.0, top=1.0).u == rectangular("t", 0.0, 1.0).u
    True
    """
    part = fraction_of_top(f"input {name!r}", top)
    divisor = math.sqrt(6 / (1 + part * part))
    return _within(name, value, half_width, "trapezoidal", divisor, dof, unit, part)


def resolution(name: str, step: float, *, value: float = 0.0, unit: str = "1") -> Input:
    """What an indication's last digit hides: ``u = step / sqrt(12)``.

    Args:
        name: What the model calls it.
        step: Smallest step of the indication, from one digit to the next, in ``unit``.
        value: Its estimate, in ``unit``.
        unit: UCUM code.

    Raises:
        ValueError: The step is not above 0.

    Source:
        JCGM 100:2008, F.2.2.1.

    >>> round(resolution("d", 0.01, unit="g").u, 6)
    0.002887
    """
    half = positive(f"input {name!r}", "step", step) / 2
    return _within(name, value, half, "rectangular", math.sqrt(3), math.inf, unit)


def _within(
    name: str, value: float, half_width: float, shape: Shape, divisor: float, dof: float, unit: str, top: float = 0.0
) -> Input:
    half = non_negative(f"input {name!r}", "half_width", half_width)
    return Input(name, value, half / divisor, shape, dof, unit, divisor, top)
