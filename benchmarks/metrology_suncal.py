"""The tasks by suncal."""

import math

import metrology_given as given
from suncal import Model, ttable
from suncal.curvefit import Array, CurveFit


def text_budget(turn: int) -> dict[str, float]:
    model = Model(f"y = {given.MODEL}")
    for name, (value, u, dof) in given.inputs(turn).items():
        model.var(name).measure(value).typeb(std=u, df=dof)
    found = model.calculate_gum()
    u, dof = float(found.uncertainty["y"]), float(found.degf["y"])
    at = found.sensitivity()["y"]["d_theta"]
    return {
        "value": float(found.expected["y"]),
        "u": u,
        "dof": dof,
        "U": float(ttable.k_factor(given.PROBABILITY, dof)) * u,
        "d_theta": abs(float(at)) * given.INPUTS["d_theta"][1],
    }


def line(turn: int) -> dict[str, float]:
    fit = CurveFit(Array(given.READ, given.corrections(turn)), func="line").calculate_lsq()
    b, a = (float(c) for c in fit.coeffs)
    u_b, u_a = (float(u) for u in fit.uncerts)
    far = given.AT - given.FROM
    of_both = float(fit.covariance[0, 1])
    u_at = math.sqrt(u_a**2 + (far * u_b) ** 2 + 2 * far * of_both)
    return {"a": a, "b": b, "u_a": u_a, "u_b": u_b, "at": a + b * far, "u_at": u_at}
