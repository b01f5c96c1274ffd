"""One measured value, one rule, one verdict, and the risk that it is wrong."""

from __future__ import annotations

import math
from typing import Literal

from calibration.checks import positive
from calibration.decision.conformity import probability_of_conformity, specific_risk
from calibration.decision.limits import Limits
from calibration.decision.rules import DecisionRule
from calibration.records import record

Verdict = Literal["pass", "conditional_pass", "conditional_fail", "fail"]


@record
class Decision:
    """What was decided, and all that it was decided on.

    Attributes:
        verdict: ``pass``, ``conditional_pass``, ``conditional_fail`` or ``fail``.
        value: Measured quantity value.
        expanded: Expanded uncertainty U, in the value's unit.
        k: Coverage factor of U.
        dof: Degrees of freedom of U / k.
        limits: Tolerance limits.
        rule: The decision rule.
        guard_band: w = r * U, in the value's unit.
        acceptance: Acceptance limits.
        risk: Probability that this verdict is wrong: that the true value is outside the tolerance after a pass or a
            conditional pass, within it otherwise (specific consumer's or producer's risk).
        allowed_risk: The largest specific risk of false acceptance that the rule allows, which is that of a pass at an
            acceptance limit.
    """

    verdict: Verdict
    value: float
    expanded: float
    k: float
    dof: float
    limits: Limits
    rule: DecisionRule
    guard_band: float
    acceptance: Limits
    risk: float
    allowed_risk: float

    @property
    def accepted(self) -> bool:
        """Whether the verdict is a pass or a conditional pass."""
        return self.verdict in ("pass", "conditional_pass")


def decide(
    value: float, expanded: float, limits: Limits, rule: DecisionRule, *, k: float = 2.0, dof: float = math.inf
) -> Decision:
    """Decide on conformity by a rule that was agreed on before.

    ::

        pass              within the limits moved inwards by w = r * U
        conditional pass  within the limits, but not that far (rules that are not binary)
        conditional fail  outside the limits by at most w (rules that are not binary)
        fail              else

    A value on a limit counts as within it. The figures are judged as they are given: where the rule speaks of
    rounded values, round first.

    Args:
        value: Measured quantity value.
        expanded: Expanded uncertainty U, above 0, in the value's unit.
        limits: Tolerance limits, in the value's unit.
        rule: The decision rule.
        k: Coverage factor of U, above 0.
        dof: Degrees of freedom of U / k, at least 1.

    Raises:
        ValueError: A value is outside its range, or the guard bands leave nothing to accept.

    Source:
        ILAC-G8:09/2019, 4.2.1 to 4.2.3; ISO/IEC 17025:2017, 7.8.6; risks by JCGM 106:2012, 9.3.2.

    >>> from calibration.decision import GUARD_BAND
    >>> decide(10.08, 0.04, Limits(9.9, 10.1), GUARD_BAND).verdict
    'fail'
    """
    _need_expanded(expanded, k)
    u = expanded / k
    w = rule.r * expanded
    acceptance = limits.guarded(w)
    outside = specific_risk(value, u, limits, dof)
    verdict = _verdict(value, limits, acceptance, rule, w)
    accepted = verdict in ("pass", "conditional_pass")
    edges = [edge for edge in (acceptance.lower, acceptance.upper) if edge is not None]
    return Decision(
        verdict=verdict,
        value=value,
        expanded=expanded,
        k=k,
        dof=dof,
        limits=limits,
        rule=rule,
        guard_band=w,
        acceptance=acceptance,
        risk=outside if accepted else probability_of_conformity(value, u, limits, dof),
        allowed_risk=max(specific_risk(edge, u, limits, dof) for edge in edges),
    )


def _verdict(value: float, limits: Limits, acceptance: Limits, rule: DecisionRule, w: float) -> Verdict:
    if acceptance.contains(value):
        return "pass"
    if rule.binary:
        return "fail"
    if limits.contains(value):
        return "conditional_pass"
    return "conditional_fail" if limits.guarded(-w).contains(value) else "fail"


def _need_expanded(expanded: float, k: float) -> None:
    positive("decide", "expanded", expanded, "Take U from the result.")
    positive("decide", "k", k, "Take the coverage factor that U was given with.")
