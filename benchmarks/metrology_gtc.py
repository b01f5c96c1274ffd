"""The tasks by GTC."""

import metrology_given as given
from GTC import reporting, type_a, ureal, value
from GTC import uncertainty as u


def budget(turn: int) -> dict[str, float]:
    x = {name: ureal(*numbers, label=name) for name, numbers in given.inputs(turn).items()}
    warming = x["d_alpha"] * (x["theta"] + x["cycle"]) + x["alpha"] * x["d_theta"]
    found = x["l_s"] + x["d"] + x["d_1"] + x["d_2"] + x["d_step"] - x["l_s"] * warming
    k = reporting.k_factor(found.df, 100 * given.PROBABILITY)
    rows = {row.label: row.u for row in reporting.budget(found, trim=0)}
    return {"value": found.x, "u": found.u, "dof": found.df, "U": k * found.u, "d_theta": rows["d_theta"]}


def line(turn: int) -> dict[str, float]:
    fit = type_a.line_fit(given.READ, given.corrections(turn))
    a, b = fit.a_b
    at = a + b * (given.AT - given.FROM)
    return {"a": value(a), "b": value(b), "u_a": u(a), "u_b": u(b), "at": value(at), "u_at": u(at)}
