"""The uncertainty budget: what each input contributes, and what comes of all."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from calibration.checks import Array, degrees_of_freedom, finite, non_negative, positive, probability, refuse
from calibration.distributions import coverage_factor
from calibration.records import record
from calibration.uncertainty.freedom import combined_dof
from calibration.uncertainty.inputs import Shape

ABOUT_95 = 0.9545
"""Coverage probability of k = 2 of a normal distribution, which calibration certificates state as 95 %."""


class Row(NamedTuple):
    """One line of a budget.

    Attributes:
        name: Of the input.
        value: Its estimate, in ``unit``.
        u: Its standard uncertainty, in ``unit``.
        unit: UCUM code of the input.
        distribution: Shape of what is known of it.
        divisor: What gave u from a half width or an expanded uncertainty.
        sensitivity: Partial derivative c, in the output's unit by ``unit``; 0 for a constant.
        contribution: ``c * u`` with its sign, in the output's unit.
        share: Part of the variance, ``c_i * sum(c_j * u(x_i, x_j)) / u_c**2``; shares add up to 1; negative where a
            correlation takes off more than the input adds; 0 where u_c is 0.
        dof: Degrees of freedom of u.
        evaluation: Type A or B.
    """

    name: str
    value: float
    u: float
    unit: str
    distribution: Shape
    divisor: float
    sensitivity: float
    contribution: float
    share: float
    dof: float
    evaluation: Literal["A", "B"]


@record
class Expanded:
    """A result with its expanded uncertainty.

    Attributes:
        value: In ``unit``.
        u: Combined standard uncertainty.
        k: Coverage factor.
        dof: Degrees of freedom that gave k; None where k was stated.
        probability: Coverage probability; None where k was stated.
        unit: UCUM code.

    Raises:
        ValueError: A number is outside its range.
    """

    value: float
    u: float
    k: float
    dof: float | None
    probability: float | None
    unit: str

    def __post_init__(self) -> None:
        who = "expanded uncertainty"
        finite(who, "value", self.value)
        non_negative(who, "u", self.u)
        positive(who, "k", self.k)
        if self.dof is not None:
            degrees_of_freedom(who, "dof", self.dof)
        if self.probability is not None:
            probability(who, "probability", self.probability)

    @property
    def expanded(self) -> float:
        """U = k * u, in ``unit``."""
        return self.k * self.u

    @property
    def interval(self) -> tuple[float, float]:
        """Coverage interval, in ``unit``."""
        return self.value - self.expanded, self.value + self.expanded


@record(eq=False)
class Budget:
    """The law of propagation of uncertainty, carried out.

    Attributes:
        value: Estimate of the output, in ``unit``.
        u: Combined standard uncertainty u_c, with the terms of second order where they were asked for.
        rows: One for each input, in their order.
        unit: UCUM code of the output.
        second_order: What the terms of second order add to u_c**2; 0 where not asked for.
        correlation: Of the inputs; None where independent.
    """

    value: float
    u: float
    rows: tuple[Row, ...]
    unit: str = "1"
    second_order: float = 0.0
    correlation: Array | None = None

    @property
    def dof(self) -> float:
        """Effective degrees of freedom: see :func:`effective_dof`.

        Raises:
            ValueError: Correlated inputs have different degrees of freedom.
        """
        terms, dofs = [row.contribution for row in self.rows], [row.dof for row in self.rows]
        return combined_dof("budget", terms, dofs, self.correlation)

    def expand(self, probability: float = ABOUT_95, *, k: float | None = None, whole_dof: bool = True) -> Expanded:
        """Expanded uncertainty for a coverage probability, or with a stated factor.

        ::

            U = k * u_c         k = t_p(dof_eff)

        Args:
            probability: Coverage probability, in (0, 1).
            k: Coverage factor, instead of the probability.
            whole_dof: Cut the effective degrees of freedom off to a whole number, as the GUM's examples do.

        Raises:
            ValueError: The probability or the factor is outside its range.

        Source:
            JCGM 100:2008, 6.2, G.3 and G.4.1.

        >>> from calibration.uncertainty import normal, propagate
        >>> budget = propagate(lambda a, b: a + b, [normal("a", 1.0, 0.3, dof=4), normal("b", 2.0, 0.4)])
        >>> budget.dof, round(budget.expand(0.95).expanded, 2), budget.expand(k=2).expanded
        (30.864197530864207, 1.02, 1.0)
        """
        if k is not None:
            return Expanded(self.value, self.u, positive("expand", "k", k), None, None, self.unit)
        p = checked_probability(probability)
        dof = self.dof
        # A sum of whole dofs may come out as 15.999999999999998.
        dof = math.floor(dof * (1 + 1e-12)) if whole_dof and math.isfinite(dof) else dof
        return Expanded(self.value, self.u, coverage_factor(p, dof), dof, p, self.unit)

    def row(self, name: str) -> Row:
        """The line of one input.

        Raises:
            ValueError: There is none of this name.

        >>> from calibration.uncertainty import normal, propagate
        >>> round(propagate(lambda a, b: a + b, [normal("a", 1.0, 0.3), normal("b", 2.0, 0.4)]).row("b").share, 2)
        0.64
        """
        for row in self.rows:
            if row.name == name:
                return row
        who, names = "budget", ", ".join(row.name for row in self.rows)
        raise refuse(who, "row", f"one of {names}", repr(name), "Choose one of these.")


def checked_probability(p: float) -> float:
    """A coverage probability.

    Raises:
        ValueError: It is not between 0 and 1.
    """
    return probability("expand", "probability", p)
