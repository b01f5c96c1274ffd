"""Uncertainty of measurement by the GUM: inputs, propagation, budgets, reports.

Pure; may import numpy, the standard library, ``calibration.checks`` and ``calibration.distributions``.

*Inputs* are made by named constructors, type A from readings (``mean``, ``mean_of_series``, ``OneWay.as_input``), type
B from other knowledge (``certificate``, ``rectangular``, ``resolution`` ...). ``propagate`` takes a model of named
inputs to a ``Budget``; ``Budget.expand`` to an ``Expanded`` uncertainty; ``report`` to a printed line. A model is any
callable, or an expression of a configuration by ``parse_model``.

Decision: an input keeps its distribution, not only its u.
Because: a Monte Carlo calculation draws from it, and the budget prints it.
Instead of: a second description of the same quantity.

Decision: a correlated set of inputs has one number of degrees of freedom, or the effective ones are refused.
Because: Welch-Satterthwaite is wrong there, and its extension (Willink 2007) holds for inputs that were read together.
Instead of: a number that looks right.

Decision: printed digits come of decimal arithmetic.
Because: 0.15 rounds by its digits and not by the nearest binary fraction, which is below it.
Instead of: ``round``.
"""

from calibration.uncertainty.budget import Budget, Expanded, Row
from calibration.uncertainty.expression import Expression, parse_model
from calibration.uncertainty.freedom import effective_dof
from calibration.uncertainty.inputs import Input
from calibration.uncertainty.one_way import OneWay, one_way, one_way_of_summary
from calibration.uncertainty.propagation import JointBudget, propagate, propagate_together
from calibration.uncertainty.report import report, statement
from calibration.uncertainty.rounding import Rounded, Rounding, round_result
from calibration.uncertainty.type_a import (
    Deviation,
    Together,
    mean,
    mean_of_series,
    means_together,
    pool,
    standard_deviation,
)
from calibration.uncertainty.type_b import (
    arcsine,
    certificate,
    constant,
    dof_of_unreliability,
    normal,
    rectangular,
    resolution,
    trapezoidal,
    triangular,
)
from calibration.uncertainty.validation import Validation, numerical_tolerance, validate_law

__all__ = [
    "Budget",
    "Deviation",
    "Expanded",
    "Expression",
    "Input",
    "JointBudget",
    "OneWay",
    "Rounded",
    "Rounding",
    "Row",
    "Together",
    "Validation",
    "arcsine",
    "certificate",
    "constant",
    "dof_of_unreliability",
    "effective_dof",
    "mean",
    "mean_of_series",
    "means_together",
    "normal",
    "numerical_tolerance",
    "one_way",
    "one_way_of_summary",
    "parse_model",
    "pool",
    "propagate",
    "propagate_together",
    "rectangular",
    "report",
    "resolution",
    "round_result",
    "standard_deviation",
    "statement",
    "trapezoidal",
    "triangular",
    "validate_law",
]
