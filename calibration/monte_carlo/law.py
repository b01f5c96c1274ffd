"""The law of propagation of uncertainty, held against a Monte Carlo calculation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from calibration.checks import probability as checked_probability
from calibration.checks import refuse
from calibration.monte_carlo.result import Simulation
from calibration.monte_carlo.simulation import MOST_TRIALS, Interval, simulate
from calibration.records import record
from calibration.uncertainty.budget import Budget
from calibration.uncertainty.inputs import Input
from calibration.uncertainty.propagation import Correlation, propagate
from calibration.uncertainty.sensitivity import Model
from calibration.uncertainty.validation import Validation, numerical_tolerance, validate_law

if TYPE_CHECKING:
    from numpy.random import Generator

SHARPER = 5


@record
class LawCheck:
    """What the law and a Monte Carlo calculation say of the same measurement.

    Attributes:
        validation: How far apart the ends of their coverage intervals are.
        law: Coverage interval of the law, in the output's unit.
        monte_carlo: Coverage interval of the Monte Carlo calculation.
        budget: What the law gave.
        simulation: What the Monte Carlo calculation gave.
    """

    validation: Validation
    law: tuple[float, float]
    monte_carlo: tuple[float, float]
    budget: Budget
    simulation: Simulation

    @property
    def conclusive(self) -> bool:
        """Whether the Monte Carlo calculation stood still well within the tolerance."""
        return bool(self.simulation.converged)

    @property
    def valid(self) -> bool:
        """True where both ends agree within the tolerance, and the check is conclusive."""
        return self.conclusive and self.validation.valid


def check_law(
    model: Model,
    inputs: Sequence[Input],
    generator: Generator,
    correlation: Correlation | None = None,
    *,
    probability: float = 0.95,
    digits: int = 1,
    interval: Interval = "symmetric",
    second_order: bool = False,
    most_trials: int = MOST_TRIALS,
    unit: str = "1",
) -> LawCheck:
    """Does the law of propagation hold for this measurement?

    ::

        |y - U - y_low| <= delta  and  |y + U - y_high| <= delta        delta = numerical_tolerance(u, digits)

    The Monte Carlo calculation is made with a fifth of delta.

    Args:
        model: As of :func:`simulate`, as is all that is not named here.
        inputs: One for each argument of the model.
        generator: Source of chance.
        correlation: Of the inputs.
        probability: Coverage probability of both intervals.
        digits: Significant digits of u that matter, 1 or 2; each more takes a hundred times as many trials.
        interval: Which one of the Monte Carlo calculation is compared.
        second_order: Hold the law with its terms of second order.
        most_trials: Where to stop when it does not stand still: then nothing is concluded.
        unit: UCUM code of the output.

    Raises:
        ValueError: As of :func:`simulate` and ``propagate``; the law gives u = 0.

    Source:
        JCGM 101:2008, clause 8.

    >>> import numpy as np
    >>> from calibration.uncertainty import normal
    >>> check_law(lambda a, b: a + b, [normal("a", 1.0, 3.0), normal("b", 1.0, 4.0)], np.random.default_rng(1)).valid
    True
    """
    who = "check_law"
    p = checked_probability(who, "probability", probability)
    budget = propagate(model, inputs, correlation, unit=unit, second_order=second_order)
    if budget.u == 0:
        advice = "All sensitivities are zero there: take the result of simulate."
        raise refuse(who, "u", "above 0 by the law", 0, advice)
    law = budget.expand(p).interval
    sharp = numerical_tolerance(budget.u, digits) / SHARPER
    simulation = simulate(
        model,
        inputs,
        generator,
        correlation,
        probability=p,
        interval=interval,
        tolerance=sharp,
        most_trials=most_trials,
        unit=unit,
    )
    found = simulation.symmetric(p) if interval == "symmetric" else simulation.shortest(p)
    return LawCheck(validate_law(law, found, budget.u, digits=digits), law, found, budget, simulation)
