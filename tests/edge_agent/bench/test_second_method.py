"""Every shipped procedure by a second method: sums of the GUM, written by hand for each, on random sessions.

Nothing here reads a formula of a procedure; a slip in a file and in the evaluation would have to be the same one.
"""

from collections import defaultdict
from math import inf, sqrt

import numpy as np
import pytest
from scipy import stats

from edge_agent.bench.evaluation import evaluate
from edge_agent.bench.loading import load_procedure, shipped_procedures
from edge_agent.wire.bench import BenchItem, Reading

R3 = sqrt(3.0)
SESSIONS = 3
ITEMS = {
    "analytical-balance": (0.0, 220.0, 1e-4),
    "technical-balance": (0.0, 4000.0, 0.01),
    "digital-thermometer": (-20.0, 120.0, 0.01),
    "liquid-in-glass-thermometer": (0.0, 100.0, 0.5),
    "pressure-gauge": (0.0, 25.0, 0.05),
    "multimeter-dc-voltage": (-200.0, 200.0, 0.01),
    "multimeter-resistance": (0.0, 2000.0, 0.1),
    "caliper": (0.0, 150.0, 0.01),
    "micrometer": (25.0, 50.0, 0.001),
    "stopwatch": (None, None, 0.01),
    "electricity-meter": (0.0, 6000.0, 0.1),
}


class Seen:
    """What was drawn at one point: indications and references by direction, certificate's u and drift."""

    def __init__(self) -> None:
        self.x, self.ref = defaultdict(list), defaultdict(list)
        self.u = self.drift = 0.0

    def means(self):
        x = np.mean([np.mean(leg) for leg in self.x.values()])
        return x, np.mean([np.mean(leg) for leg in self.ref.values()])

    def type_a(self):
        legs = [np.array(self.x[way]) - np.array(self.ref[way]) for way in self.x]
        dof = sum(len(leg) - 1 for leg in legs)
        s = sqrt(sum(((leg - leg.mean()) ** 2).sum() for leg in legs) / dof)
        return s / sqrt(sum(map(len, legs))), dof


def drawn(name, session_of, captured, seed):
    """A random session: the result of ``evaluate``, and what was drawn, by test and point."""
    rng = np.random.default_rng([seed, *name.encode()])
    low, high, d = ITEMS[name]
    procedure = load_procedure(name).procedure
    item = BenchItem(name="item", unit=procedure.unit, range_low=low, range_high=high, resolution=d)
    seen: dict[tuple[str, int], Seen] = defaultdict(Seen)
    for test in ("repeatability", "eccentricity", "errors", "zero"):
        for point in range(12):
            seen[test, point].u, seen[test, point].drift = d * rng.uniform(0.05, 1.0), d * rng.uniform(0.0, 0.5)

    def read(step):
        one = seen[step.test, step.point]
        x = step.nominal + d * rng.normal(0.5, 3.0)
        ref = step.nominal + d * rng.normal(0.0, 0.3)
        one.x[step.direction].append(x)
        one.ref[step.direction].append(ref)
        return x, Reading(value=ref, unit=procedure.unit, corrected=ref, u=one.u, drift_u=one.drift)

    captures = captured(procedure, session_of(procedure, item), read, {"temperature": 21.3})
    return evaluate(procedure, session_of(procedure, item), captures), seen, d


def balance(seen, point, d, buoyancy, small=0.0):
    """EURAMET cg-18: nine terms."""
    one, rep = seen["errors", point], np.array(seen["repeatability", 0].x[""]) - seen["repeatability", 0].ref[""]
    x, ref = one.means()
    centre, *others = [np.mean(seen["eccentricity", i].x[""]) for i in range(5)]
    load = {1e-4: 110.0, 0.01: 1400.0}[d]
    ecc = max(abs(other - centre) for other in others) / (2 * load) * abs(x)
    terms = [
        one.u,
        one.drift,
        (buoyancy * ref + small * ref / (ref + 1 + (ref / 15) ** 3)) / R3,
        d / 2 / R3,
        d / 2 / R3,
        ecc / R3,
    ]
    return x - ref, terms, (rep.std(ddof=1), rep.size - 1)


def direct(seen, point, more):
    """Comparison with a reference that is read: certificate, drift, readings, and what the method adds."""
    one = seen["errors", point]
    x, ref = one.means()
    return x - ref, [one.u, one.drift, *more(one, x, ref)], one.type_a()


def gauge(seen, point, d):
    def more(one, x, ref):
        up, down = np.mean(one.x["up"]), np.mean(one.x["down"]) if one.x.get("down") else np.mean(one.x["up"])
        return [8.5e-4 / R3, d / 2 / R3, abs(down - up) / 2 / R3]

    return direct(seen, point, more)


def resistance(seen, point, d):
    error, terms, a = direct(seen, point, lambda *_: [0.005 / R3, d / 2 / R3])
    _, ref = seen["errors", point].means()
    dt = 21.3 - 23
    terms[0] *= 1 + 1e-5 * dt
    return error - ref * 1e-5 * dt, [*terms, ref * dt * 5e-6 / R3, ref * 1e-5 * 0.5 / R3], a


def length(seen, point, d, kelvin, faces):
    nominal = {2.0: [15, 45, 75, 110, 150], 1.0: [27.5, 30.1, 32.7, 35.3, 37.9, 40, 42.6, 45.2, 47.8, 50]}[kelvin]
    expansion = nominal[point] * 11.5e-6 * kelvin / R3
    return direct(seen, point, lambda *_: [expansion, d / 2 / R3, faces / R3])


def relative(seen, point, d):
    error, terms, (a, dof) = direct(seen, point, lambda *_: [d / 2 / R3])
    x, ref = seen["errors", point].means()
    scale = 100 / ref
    terms[0] *= x / ref  # The reference is in the numerator and the denominator.
    return error * scale, [term * scale for term in terms], (a * scale, dof)


BY_HAND = {
    "analytical-balance": lambda seen, i, d: balance(seen, i, d, small=1.5e-5, buoyancy=4e-7),
    "technical-balance": lambda seen, i, d: balance(seen, i, d, buoyancy=1.9e-5),
    "digital-thermometer": lambda seen, i, d: direct(seen, i, lambda *_: [0.01 / R3, 0.005 / R3, d / 2 / R3]),
    "liquid-in-glass-thermometer": lambda seen, i, d: direct(
        seen, i, lambda _, x, __: [0.01 / R3, 0.005 / R3, d / 10 / R3, 1.6e-4 * 2 * abs(x - 21.3) / R3]
    ),
    "pressure-gauge": gauge,
    "multimeter-dc-voltage": lambda seen, i, d: direct(seen, i, lambda *_: [2e-6 / R3, d / 2 / R3]),
    "multimeter-resistance": resistance,
    "caliper": lambda seen, i, d: length(seen, i, d, 2.0, d),
    "micrometer": lambda seen, i, d: length(seen, i, d, 1.0, 0.001),
    "stopwatch": lambda seen, i, d: direct(seen, i, lambda *_: [0.1 / R3, d / 2 / R3]),
    "electricity-meter": relative,
}


def test_every_shipped_procedure_is_done_by_hand_too():
    assert set(BY_HAND) == set(ITEMS) == set(shipped_procedures())


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_errors_and_budgets_are_those_of_the_sums_by_hand(name, session_of, captured):
    for seed in range(SESSIONS):
        results, seen, d = drawn(name, session_of, captured, seed)
        errors = [one for one in results if one.kind == "error"]
        assert len(errors) == len({point for test, point in seen if test == "errors" and seen[test, point].x})
        for one in errors:
            error, terms, (a, a_dof) = BY_HAND[name](seen, one.point, d)
            u = sqrt(sum(term**2 for term in terms) + a**2)
            dof = int((u**4 / (a**4 / a_dof)) * (1 + 1e-12)) if a > 0 else inf
            assert one.error == pytest.approx(error, rel=1e-6, abs=1e-9 * d)
            assert one.u == pytest.approx(u, rel=1e-7)
            if one.dof is not None:  # else a rectangle outweighs all, which the published examples hold
                assert one.dof == dof
                assert one.k == pytest.approx(stats.t.ppf((1 + 0.9545) / 2, dof), rel=1e-9)
            assert one.expanded == pytest.approx(one.k * u, rel=1e-7)


def test_single_figures_are_those_of_numpy(session_of, captured):
    results, seen, _ = drawn("analytical-balance", session_of, captured, 7)
    figures = {one.kind: one for one in results}
    rep = seen["repeatability", 0]
    assert figures["repeatability"].error == pytest.approx(np.std(np.subtract(rep.x[""], rep.ref[""]), ddof=1))
    centre, *others = [np.mean(seen["eccentricity", i].x[""]) for i in range(5)]
    off = np.array(others) - centre
    assert figures["eccentricity"].error == pytest.approx(off[np.abs(off).argmax()])
    assert (
        figures["eccentricity"].position
        == ("front_left", "back_left", "back_right", "front_right")[int(np.abs(off).argmax())]
    )
    results, seen, _ = drawn("pressure-gauge", session_of, captured, 7)
    [hysteresis] = [one for one in results if one.kind == "hysteresis"]
    widths = [abs(np.mean(seen["errors", i].x["down"]) - np.mean(seen["errors", i].x["up"])) for i in range(5)]
    assert hysteresis.error == pytest.approx(max(widths))
    assert hysteresis.point == int(np.argmax(widths))
    assert len(hysteresis.captures) == 22


def test_the_zero_of_a_micrometer_has_its_budget(session_of, captured):
    results, seen, d = drawn("micrometer", session_of, captured, 3)
    [zero] = [one for one in results if one.kind == "zero"]
    shown = np.array(seen["zero", 0].x[""])
    s = (shown - seen["zero", 0].ref[""]).std(ddof=1)
    assert zero.error == pytest.approx(shown.mean() - 25.0)
    assert zero.u == pytest.approx(sqrt(s**2 / 3 + (d / 2) ** 2 / 3 + 0.0015**2 / 3))  # the setting standard of 25 mm
