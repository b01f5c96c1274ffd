"""How measurement uncertainty is taken into account when conformity is stated."""

from __future__ import annotations

from calibration.checks import finite, positive, refuse
from calibration.records import record


@record
class DecisionRule:
    """A decision rule with a guard band that is a multiple of the expanded uncertainty.

    ::

        acceptance limit = tolerance limit moved inwards by w        w = r * U

    Attributes:
        name: In a configuration and in a record: ``guard_band``.
        r: Multiple of U; 0 is simple acceptance, below 0 accepts outside the limits.
        binary: Pass or fail; when False results within w of a tolerance limit are conditional.
        source: Document and clause.

    Raises:
        ValueError: ``r`` is not finite, ``binary`` is neither True nor False, or a rule that is not binary has no
            guard band.

    Source:
        ILAC-G8:09/2019, 4.2 and table 1.
    """

    name: str
    r: float
    binary: bool = True
    source: str = "ILAC-G8:09/2019, 4.2.2"

    def __post_init__(self) -> None:
        who = f"decision rule {self.name}"
        finite(who, "r", self.r, "Give w / U, 1 for w = U.")
        if not isinstance(self.binary, bool):
            raise refuse(who, "binary", "True or False", repr(self.binary), "Agree on it with the customer.")
        if not self.binary:
            advice = "Without a guard band nothing is conditional: make the rule binary."
            positive(who, "r", self.r, advice)


SIMPLE_ACCEPTANCE = DecisionRule("simple_acceptance", 0.0, source="ILAC-G8:09/2019, 4.2.1")
GUARD_BAND = DecisionRule("guard_band", 1.0)
NON_BINARY = DecisionRule("non_binary", 1.0, binary=False, source="ILAC-G8:09/2019, 4.2.3")
ISO_14253_1 = DecisionRule("iso_14253_1", 0.83, source="ISO 14253-1:2017; ILAC-G8:09/2019, table 1")
THREE_SIGMA = DecisionRule("three_sigma", 1.5, source="ILAC-G8:09/2019, table 1")
SIX_SIGMA = DecisionRule("six_sigma", 3.0, source="ILAC-G8:09/2019, table 1")
UNCRITICAL = DecisionRule("uncritical", -1.0, source="ILAC-G8:09/2019, table 1")

RULES: dict[str, DecisionRule] = {
    rule.name: rule
    for rule in (SIX_SIGMA, THREE_SIGMA, GUARD_BAND, NON_BINARY, ISO_14253_1, SIMPLE_ACCEPTANCE, UNCRITICAL)
}
"""ILAC's table of rules, by name."""


def agreed_rule(r: float, *, binary: bool = True) -> DecisionRule:
    """A rule that the customer and the laboratory agreed on: w = r * U.

    Args:
        r: Multiple of the expanded uncertainty.
        binary: Pass or fail only.

    Raises:
        ValueError: ``r`` is not finite, or a rule that is not binary has no guard band.

    Source:
        ILAC-G8:09/2019, table 1, last row; ISO/IEC 17025:2017, 7.1.3.

    >>> agreed_rule(0.5).name
    'agreed'
    """
    return DecisionRule("agreed", r, binary, "ILAC-G8:09/2019, table 1")
