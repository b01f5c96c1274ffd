"""How much smaller than the tolerance the uncertainty is, and guard bands that are ruled by that ratio alone."""

from __future__ import annotations

import math
from typing import Literal, get_args

from calibration.checks import one_of, positive, refuse
from calibration.decision.limits import Limits

ManagedBand = Literal["method_5", "method_6", "root_difference_of_squares"]

SAME_UNIT = "Give it in the unit of the limits."


def uncertainty_ratio(limits: Limits, expanded: float) -> float:
    """Test uncertainty ratio, TUR.

    ::

        TUR = (upper - lower) / (2 * U)

    Args:
        limits: Both tolerance limits of the item.
        expanded: Expanded uncertainty U (95 %) of the measurement, above 0, in the unit of the limits.

    Returns:
        Dimensionless.

    Raises:
        ValueError: A limit is absent, or ``expanded`` is outside its range.

    Source:
        ANSI/NCSL Z540.3-2006, 3.11; JCGM 106:2012, 7.6.3 (its measurement capability index is this ratio).

    >>> uncertainty_ratio(Limits(9.0, 11.0), 0.25)
    4.0
    """
    return _half_width("uncertainty_ratio", limits) / positive("uncertainty_ratio", "expanded", expanded, SAME_UNIT)


def accuracy_ratio(limits: Limits, standard_mpe: float) -> float:
    """Test accuracy ratio, TAR: tolerance of the item over that of the standard.

    ::

        TAR = (upper - lower) / (2 * mpe of the standard)

    Args:
        limits: Both tolerance limits of the item.
        standard_mpe: Maximum permissible error of the standard, above 0, in the unit of the limits.

    Returns:
        Dimensionless. It leaves out everything but the standard: prefer :func:`uncertainty_ratio`.

    Raises:
        ValueError: A limit is absent, or ``standard_mpe`` is outside its range.

    Source:
        NASA-HDBK-8739.19-4 (2010), 4.2.

    >>> accuracy_ratio(Limits(-0.4, 0.4), 0.1)
    4.0
    """
    return _half_width("accuracy_ratio", limits) / positive("accuracy_ratio", "standard_mpe", standard_mpe, SAME_UNIT)


def managed_guard_band(limits: Limits, expanded: float, method: ManagedBand) -> float:
    """Guard band from the tolerance and U alone, without knowledge of the items.

    ::

        method_5                     w = U
        method_6                     w = max(0, M) * U       M = 1.04 - exp(0.38 * ln(TUR) - 0.54)
        root_difference_of_squares   w = L - sqrt(L**2 - U**2)       L = (upper - lower) / 2

    ``method_6`` keeps the probability of false acceptance at 2 % or less whatever share of items conforms; from a TUR
    of about 4.6 on it needs no guard band. It alone still accepts something at a TUR of 1 and a little below.

    Args:
        limits: Both tolerance limits.
        expanded: Expanded uncertainty U (95 %), above 0, in the unit of the limits.
        method: Which of them.

    Returns:
        Length w of the guard band, in the unit of the limits.

    Raises:
        ValueError: A limit is absent, U is outside its range or so large that nothing could be accepted, or the
            method is not one of these.

    Source:
        ANSI/NCSL Z540.3 Handbook (2009), methods 5 and 6; Dobbert, A guard-band strategy for managing
        false-accept risk, NCSLI Measure 3 (2008) no. 4; Deaver, Maintaining your confidence in a world of declining
        test uncertainty ratios, NCSL (1993), for the difference of squares.

    >>> round(managed_guard_band(Limits(-1, 1), 0.5, "method_6"), 4)
    0.1408
    """
    who = "managed_guard_band"
    half = _half_width(who, limits)
    positive(who, "expanded", expanded, SAME_UNIT)
    one_of(who, "method", method, get_args(ManagedBand))
    if method == "method_6":
        multiple = 1.04 - math.exp(0.38 * math.log(half / expanded) - 0.54)
        w = max(0.0, multiple) * expanded
    else:
        w = expanded
    if w >= half:
        advice = "Nothing could be accepted: lower the uncertainty."
        raise refuse(who, "expanded", f"a guard band below {half:g}, half the tolerance", f"one of {w:g}", advice)
    if method != "root_difference_of_squares":
        return w
    # L - sqrt(L**2 - U**2) without the loss of digits at a large ratio.
    return expanded**2 / (half + math.sqrt((half - expanded) * (half + expanded)))


def _half_width(who: str, limits: Limits) -> float:
    if not math.isfinite(limits.width):
        raise refuse(who, "limits", "two limits", limits, "With one limit there is no such ratio.")
    return limits.width / 2
