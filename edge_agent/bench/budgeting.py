"""From the inputs of a procedure to a budget of uncertainty."""

import math
from collections.abc import Mapping

from calibration.uncertainty import Budget, Input, propagate
from edge_agent.bench.formulas import number, parsed
from edge_agent.bench.procedure import InputRule, TestRule
from edge_agent.wire.bench import BudgetRow

DIVISORS = {"normal": 1.0, "rectangular": math.sqrt(3), "triangular": math.sqrt(6), "arcsine": math.sqrt(2)}
"""What a spread is divided by to give u (JCGM 100:2008, 4.3.7 and 4.3.9; JCGM 101:2008, 6.4.6)."""


def budget_of(test: TestRule, known: Mapping[str, float], unit: str) -> Budget:
    """The model of a test at one point, with the uncertainty that its inputs give it.

    Args:
        test: Its model and inputs.
        known: Name -> value at the point.
        unit: UCUM code of the result.

    Raises:
        ValueError: A formula has no value there, a spread is negative, or nothing is uncertain.
    """
    model = parsed(test.model)
    fixed = {name: known[name] for name in model.names if name in known}
    inputs = [_input(rule, known, unit) for rule in test.inputs]
    budget = propagate(lambda **values: model(**(fixed | values)), inputs, unit=unit)
    if not budget.u > 0:
        msg = "model: expected an uncertainty above 0, got 0. Look at the spreads of its inputs."
        raise ValueError(msg)
    return budget


def _input(rule: InputRule, known: Mapping[str, float], unit: str) -> Input:
    value, spread = number(rule.value, known), number(rule.spread, known)
    dof = number(rule.dof, known) if rule.dof else math.inf
    if spread < 0:
        msg = f"input {rule.name}: spread: expected 0 or more, got {spread:g}. Write abs(...) in {rule.spread!r}."
        raise ValueError(msg)
    divisor = DIVISORS[rule.distribution]
    is_student = rule.distribution == "normal" and math.isfinite(dof)
    return Input(
        rule.name,
        value,
        spread / divisor,
        "student" if is_student else rule.distribution,
        dof,
        rule.unit or unit,
        divisor,
        evaluation=rule.evaluation,
    )


def rows_of(test: TestRule, budget: Budget) -> tuple[BudgetRow, ...]:
    """The lines of a budget as the record keeps them."""
    return tuple(
        BudgetRow(
            name=row.name,
            title=rule.title,
            value=row.value,
            unit=row.unit,
            u=row.u,
            dof=row.dof if math.isfinite(row.dof) else None,
            distribution="t" if row.distribution == "student" else row.distribution,
            evaluation=row.evaluation,
            sensitivity=row.sensitivity,
            contribution=abs(row.contribution),
        )
        for rule, row in zip(test.inputs, budget.rows, strict=True)
    )
