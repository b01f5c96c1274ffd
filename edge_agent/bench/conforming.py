"""Statements of conformity at the points of an error curve."""

import math
from typing import NamedTuple

from calibration.decision import RULES, Limits, decide
from calibration.uncertainty import parse_model

WORDS = {
    "pass": "pass",
    "fail": "fail",
    "conditional_pass": "conditionalPass",
    "conditional_fail": "conditionalFail",
}
"""Verdicts as decisions name them -> as the record does."""


_DIGITS = 13
"""Of the largest number that went into a difference: no instrument shows so many."""


class Statement(NamedTuple):
    """What is said of one point.

    Attributes:
        mpe: Maximum permissible error there, in the unit of the error; None: none was asked for.
        verdict: As ``CalibrationResult.verdict``.
        risk: Specific risk that it is wrong; None: no verdict.
    """

    mpe: float | None = None
    verdict: str = ""
    risk: float | None = None


def permissible(mpe: str, indication: float) -> float | None:
    """Maximum permissible error at an indication, in the item's unit; None: none was asked for.

    Raises:
        ValueError: It is no formula of ``x``, or gives no number above 0 there.

    >>> permissible("0.001 + 2e-6 * abs(x)", 500.0)
    0.002
    """
    if not mpe:
        return None
    value = parse_model(mpe, ("x",))(x=indication)
    if not isinstance(value, float) or not 0 < value < math.inf:
        msg = f"mpe {mpe!r}: expected a number above 0 at x = {indication:g}, got {value!r}. Correct the formula."
        raise ValueError(msg)
    return value


def without_noise(value: float, largest: float) -> float:
    """A difference without what double precision has put into it: one at the limit is to stand at the limit.

    >>> 20.1 - 20.0, without_noise(20.1 - 20.0, 20.1)
    (0.10000000000000142, 0.1)
    """
    if not largest > 0:
        return value
    return round(value, _DIGITS - math.ceil(math.log10(largest)))


def stated_conformity(
    error: float, expanded: float, mpe: float | None, rule: str, *, k: float, dof: float
) -> Statement:
    """The verdict on one error of indication, by the rule that was agreed on.

    Args:
        error: Of indication.
        expanded: Its U.
        mpe: Maximum permissible error, in the same unit; None: none was asked for.
        rule: Name of the decision rule; empty: no statement was asked for.
        k: Coverage factor of U.
        dof: Effective degrees of freedom.

    Raises:
        ValueError: There is no rule of that name.
    """
    if rule and rule not in RULES:
        msg = f"decision rule: expected one of {', '.join(RULES)}, got {rule!r}. Agree on one of these."
        raise ValueError(msg)
    if mpe is None or not rule:
        return Statement(mpe)
    agreed = RULES[rule]
    if agreed.r * expanded >= mpe:
        # With so large a U the rule could accept nothing, and a fail would speak of the laboratory, not of the item.
        return Statement(mpe)
    decided = decide(error, expanded, Limits.of_mpe(mpe), agreed, k=k, dof=dof)
    return Statement(mpe, WORDS[decided.verdict], decided.risk)
