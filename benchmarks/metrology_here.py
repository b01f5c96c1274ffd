"""The tasks by ``calibration``."""

import metrology_given as given

from calibration.regression import fit_line
from calibration.uncertainty import normal, parse_model, propagate
from calibration.uncertainty.sensitivity import Model


def length(l_s, d, d_1, d_2, d_step, alpha, d_alpha, theta, cycle, d_theta):
    return l_s + d + d_1 + d_2 + d_step - l_s * (d_alpha * (theta + cycle) + alpha * d_theta)


def budget(turn: int) -> dict[str, float]:
    return figures(length, turn)


def text_budget(turn: int) -> dict[str, float]:
    return figures(parse_model(given.MODEL), turn)


def figures(model: Model, turn: int) -> dict[str, float]:
    inputs = [normal(name, value, u, dof=dof) for name, (value, u, dof) in given.inputs(turn).items()]
    found = propagate(model, inputs)
    expanded = found.expand(given.PROBABILITY, whole_dof=False)
    rows = {row.name: abs(row.contribution) for row in found.rows}
    return {"value": found.value, "u": found.u, "dof": found.dof, "U": expanded.expanded, "d_theta": rows["d_theta"]}


def line(turn: int) -> dict[str, float]:
    fit = fit_line(given.READ, given.corrections(turn))
    at = fit.mean_response(given.AT - given.FROM)
    a, b = fit.coefficients
    return {"a": float(a), "b": float(b), "u_a": float(fit.u[0]), "u_b": float(fit.u[1]), "at": at.value, "u_at": at.u}
