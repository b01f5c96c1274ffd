"""Conformity: does it meet its limits, by which rule, and how probable is it that the verdict is wrong?

Pure; may import numpy, the standard library, ``calibration.checks`` and ``calibration.distributions``.

``decide`` judges one measured value by a ``DecisionRule`` that was agreed on before, ``statement`` says it in words.
``specific_risk`` and ``probability_of_conformity`` are of one item that was measured, ``global_risks`` of all items
of a kind before they are; the ``guard_band_for_...`` functions go the other way, from a risk to a guard band.

Decision: a rule is a multiple of U and has a name and a source; there is no default rule.
Because: ISO/IEC 17025:2017, 7.1.3 has it agreed on with the customer before the work.
Instead of: simple acceptance unless somebody asks.

Decision: the verdict carries the specific risk of this very result beside the largest risk that the rule allows.
Because: ILAC's "< 2.5 %" holds at the acceptance limit, with k = 2 and a normal distribution; most results are better.
Instead of: the figure of the table on every certificate.

Decision: tails are added up, never taken from one.
Because: a risk of 1e-12 is to keep its digits: 6 sigma rules ask for it.
Instead of: 1 - probability of conformity.
"""

from calibration.decision.conformity import guard_band_for_specific_risk, probability_of_conformity, specific_risk
from calibration.decision.limits import Limits
from calibration.decision.ratio import ManagedBand, accuracy_ratio, managed_guard_band, uncertainty_ratio
from calibration.decision.risks import (
    GlobalRisks,
    Process,
    global_risks,
    guard_band_for_global_risk,
    process_in_tolerance,
)
from calibration.decision.rules import (
    GUARD_BAND,
    ISO_14253_1,
    NON_BINARY,
    RULES,
    SIMPLE_ACCEPTANCE,
    SIX_SIGMA,
    THREE_SIGMA,
    UNCRITICAL,
    DecisionRule,
    agreed_rule,
)
from calibration.decision.statement import Language, statement
from calibration.decision.verdict import Decision, Verdict, decide

__all__ = [
    "GUARD_BAND",
    "ISO_14253_1",
    "NON_BINARY",
    "RULES",
    "SIMPLE_ACCEPTANCE",
    "SIX_SIGMA",
    "THREE_SIGMA",
    "UNCRITICAL",
    "Decision",
    "DecisionRule",
    "GlobalRisks",
    "Language",
    "Limits",
    "ManagedBand",
    "Process",
    "Verdict",
    "accuracy_ratio",
    "agreed_rule",
    "decide",
    "global_risks",
    "guard_band_for_global_risk",
    "guard_band_for_specific_risk",
    "managed_guard_band",
    "probability_of_conformity",
    "process_in_tolerance",
    "specific_risk",
    "statement",
    "uncertainty_ratio",
]
