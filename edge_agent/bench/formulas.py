"""Formulas of a procedure: which names may stand where, and their values."""

import math
from collections.abc import Mapping
from functools import lru_cache

from calibration.uncertainty import Expression, parse_model
from edge_agent.bench.procedure import Procedure, TestRule

OF_POINTS = frozenset({"low", "high", "d"})
"""Names that formulas of points may use."""
OF_SETTLING = frozenset({"d", "nominal", "low", "high"})
"""Names that formulas of the settling rule may use."""
AT_A_POINT = frozenset({"x", "ref", "nominal", "u_ref", "u_drift", "s_ref", "n", "s", "dof_s", "h", "d", "low", "high"})
"""Names that have a value at every point of a test."""
FIGURES: Mapping[str, tuple[str, ...]] = {
    "repeatability": ("s_rep", "n_rep"),
    "eccentricity": ("ecc", "l_ecc"),
    "hysteresis": ("hys",),
    "zero": ("zero", "s_zero"),
}
"""Kind of a test -> names that the tests after it may use, and its own model."""


@lru_cache(maxsize=1024)
def parsed(text: str) -> Expression:
    """A formula, read.

    Raises:
        ValueError: It is none; the text names the column.
    """
    return parse_model(text)


def number(text: str, known: Mapping[str, float]) -> float:
    """What a formula comes to.

    Args:
        text: The formula.
        known: Name -> value; more than it needs may be given.

    Raises:
        ValueError: A name has no value, or the formula has no finite value there.

    >>> number("0.5 * high", {"low": 0.0, "high": 220.0})
    110.0
    """
    value = parsed(text)(**known)
    if not isinstance(value, float) or not math.isfinite(value):
        msg = f"formula {text!r}: expected a finite number, got {value!r}. Look at what it is made of."
        raise ValueError(msg)
    return value


def environment_names(procedure: Procedure) -> frozenset[str]:
    """Names that stand for what is measured around the item.

    >>> from edge_agent.bench.loading import load_procedure
    >>> sorted(environment_names(load_procedure("analytical-balance").procedure))[:2]
    ['env_humidity', 'env_humidity_high']
    """
    ends = ("", "_low", "_high")
    return frozenset(f"env_{rule.quantity}{end}" for rule in procedure.environment for end in ends)


def names_in(procedure: Procedure, test: TestRule) -> frozenset[str]:
    """Names that the inputs of a test may use: those of a point, of earlier tests, and of the environment.

    A figure of a test that a session may leave out is none of them: it may not be there.
    """
    figures: set[str] = set(FIGURES.get(test.kind, ()))
    for earlier in procedure.tests[: procedure.tests.index(test)]:
        if not earlier.optional:
            figures.update(FIGURES.get(earlier.kind, ()))
    return AT_A_POINT | environment_names(procedure) | figures
