"""What the metrology library refuses, said in one form: who, what, expected and got, what to do.

Each check gives back what it checked, as the type that the arithmetic wants, so that a formula starts with
checked values and then reads as in its standard.
"""

from calibration.checks.arrays import (
    Array,
    correlation_matrix,
    covariance_matrix,
    increasing,
    matrix,
    non_negatives,
    positives,
    same_length,
    vector,
)
from calibration.checks.numbers import (
    degrees_of_freedom,
    finite,
    limits,
    non_negative,
    one_of,
    positive,
    probability,
    refuse,
    whole,
)

__all__ = [
    "Array",
    "correlation_matrix",
    "covariance_matrix",
    "degrees_of_freedom",
    "finite",
    "increasing",
    "limits",
    "matrix",
    "non_negative",
    "non_negatives",
    "one_of",
    "positive",
    "positives",
    "probability",
    "refuse",
    "same_length",
    "vector",
    "whole",
]
