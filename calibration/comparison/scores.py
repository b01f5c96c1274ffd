"""Scores of a participant: how far a result is from the assigned value, measured by what is allowed."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, finite, non_negative, positive, positives, same_length, vector
from calibration.records import record

Signal = Literal["acceptable", "warning", "action"]

WARNING = 2.0
ACTION = 3.0
EN_LIMIT = 1.0
NEGLIGIBLE = 0.3
AGREED = "Take it from the scheme's plan."


@record
class Score:
    """One participant's score.

    Attributes:
        value: Dimensionless, with the sign of the deviation.
        signal: For z, z' and zeta ``acceptable`` up to 2, ``warning`` below 3, ``action`` from 3 on; for En
            ``acceptable`` up to 1, else ``action``.
    """

    value: float
    signal: Signal


def z_scores(values: ArrayLike, assigned: float, sigma_pt: float) -> tuple[Score, ...]:
    """Scores z, for an assigned value whose uncertainty is negligible.

    ::

        z_i = (x_i - x_pt) / sigma_pt

    Args:
        values: Participants' results, shape (p,).
        assigned: Assigned value x_pt; see :func:`is_negligible` for its uncertainty.
        sigma_pt: Standard deviation for proficiency assessment, above 0.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 13528:2022, 9.4; ISO/IEC 17043:2023, B.4.

    >>> z_scores([10.5, 12.0], 10.0, 0.5)
    (Score(value=1.0, signal='acceptable'), Score(value=4.0, signal='action'))
    """
    who = "z_scores"
    x = vector(who, "values", values)
    spread = positive(who, "sigma_pt", sigma_pt, AGREED)
    return _judged((x - finite(who, "assigned", assigned)) / spread)


def z_prime_scores(values: ArrayLike, assigned: float, sigma_pt: float, u_assigned: float) -> tuple[Score, ...]:
    """Scores z', which take the uncertainty of the assigned value into account.

    ::

        z'_i = (x_i - x_pt) / sqrt(sigma_pt**2 + u(x_pt)**2)

    Args:
        values: Participants' results, shape (p,).
        assigned: Assigned value x_pt.
        sigma_pt: Standard deviation for proficiency assessment, above 0.
        u_assigned: Standard uncertainty of the assigned value, 0 or more.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 13528:2022, 9.5, equation (9).

    >>> z_prime_scores([11.0], 10.0, 0.4, 0.3)
    (Score(value=2.0, signal='acceptable'),)
    """
    who = "z_prime_scores"
    x = vector(who, "values", values)
    spread = math.hypot(positive(who, "sigma_pt", sigma_pt, AGREED), non_negative(who, "u_assigned", u_assigned))
    return _judged((x - finite(who, "assigned", assigned)) / spread)


def zeta_scores(values: ArrayLike, u: ArrayLike, assigned: float, u_assigned: float) -> tuple[Score, ...]:
    """Scores zeta: deviations over their standard uncertainties.

    ::

        zeta_i = (x_i - x_pt) / sqrt(u(x_i)**2 + u(x_pt)**2)

    Args:
        values: Participants' results, shape (p,).
        u: Their standard uncertainties, shape (p,), above 0.
        assigned: Assigned value x_pt, independent of the results.
        u_assigned: Its standard uncertainty, 0 or more.

    Raises:
        ValueError: The lengths differ, or a value is outside its range.

    Source:
        ISO 13528:2022, 9.6, equation (10).

    >>> zeta_scores([10.5], [0.3], 10.0, 0.4)
    (Score(value=1.0, signal='acceptable'),)
    """
    return _judged(_ratios("zeta_scores", values, u, assigned, u_assigned))


def en_scores(values: ArrayLike, expanded: ArrayLike, assigned: float, expanded_assigned: float) -> tuple[Score, ...]:
    """Scores En (En numbers): deviations over their expanded uncertainties.

    ::

        En_i = (x_i - x_pt) / sqrt(U(x_i)**2 + U(x_pt)**2)

    Args:
        values: Participants' results, shape (p,).
        expanded: Their expanded uncertainties, shape (p,), above 0, all with the coverage probability (about 95 %).
        assigned: Assigned (reference) value, independent of the results.
        expanded_assigned: Its expanded uncertainty, 0 or more.

    Raises:
        ValueError: The lengths differ, or a value is outside its range.

    Source:
        ISO 13528:2022, 9.7, equation (11); ISO/IEC 17043:2023, B.4.

    >>> en_scores([10.5, 11.0], [0.3, 0.3], 10.0, 0.4)
    (Score(value=1.0, signal='acceptable'), Score(value=2.0, signal='action'))
    """
    ratios = _ratios("en_scores", values, expanded, assigned, expanded_assigned)
    return tuple(Score(float(e), "acceptable" if abs(e) <= EN_LIMIT else "action") for e in ratios)


def is_negligible(u_assigned: float, sigma_pt: float) -> bool:
    """Whether the assigned value's uncertainty may be left out of a score.

    ::

        u(x_pt) < 0.3 * sigma_pt

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 13528:2022, 9.2.1, equation (5).

    >>> is_negligible(0.1, 0.5), is_negligible(0.2, 0.5)
    (True, False)
    """
    who = "is_negligible"
    return non_negative(who, "u_assigned", u_assigned) < NEGLIGIBLE * positive(who, "sigma_pt", sigma_pt, AGREED)


def _ratios(who: str, values: ArrayLike, u: ArrayLike, assigned: float, u_assigned: float) -> Array:
    x, u_x = vector(who, "values", values), positives(who, "uncertainties", u)
    same_length(who, values=x, uncertainties=u_x)
    u_ref = non_negative(who, "uncertainty of the assigned value", u_assigned)
    ratios: Array = (x - finite(who, "assigned", assigned)) / np.hypot(u_x, u_ref)
    return ratios


def _judged(scores: Array) -> tuple[Score, ...]:
    return tuple(Score(float(z), _signal(abs(float(z)))) for z in scores)


def _signal(size: float) -> Signal:
    if size <= WARNING:
        return "acceptable"
    return "warning" if size < ACTION else "action"
