import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from calibration.monte_carlo import (
    JointSimulation,
    Simulation,
    check_law,
    shortest_interval,
    simulate,
    simulate_together,
    symmetric_interval,
)
from calibration.uncertainty import Input, normal, parse_model, rectangular

A = normal("a", 2.0, 0.3)
B = normal("b", 5.0, 0.8)


def run(model: Callable[..., object], *inputs: Input, seed: int = 1, **how: Any) -> Simulation:
    return simulate(model, inputs or (A, B), np.random.default_rng(seed), **how)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ValueError, match=": expected") as told:
        call()
    return str(told.value)


# ------------------------------------------------------------------ as many trials as it needs


def test_trials_go_on_until_the_result_stands_still() -> None:
    coarse, fine = run(lambda a, b: a + b, digits=1), run(lambda a, b: a + b, digits=2)
    assert (coarse.converged, fine.converged) == (True, True)
    assert (coarse.tolerance, fine.tolerance) == (0.05, 0.005)
    assert coarse.trials < fine.trials
    assert fine.u == pytest.approx(math.hypot(0.3, 0.8), abs=0.005)
    ends = [7 - 1.959964 * fine.u, 7 + 1.959964 * fine.u]
    assert list(fine.symmetric(0.95)) == pytest.approx(ends, abs=0.0125)


def test_the_stop_is_that_of_the_document_worked_out_from_the_values() -> None:
    """7.9.4, once more, block by block, from the values in the order of the trials."""
    found = simulate_together({"y": lambda a, b: a * b}, [A, B], np.random.default_rng(5), digits=2)
    blocks = found.values[0].reshape(-1, 10_000)
    for h in range(2, len(blocks) + 1):
        part = blocks[:h]
        figures = np.asarray([(np.mean(b), np.std(b, ddof=1), *symmetric_interval(b, 0.95)) for b in part])
        spread = np.sqrt(np.sum((figures - figures.mean(axis=0)) ** 2, axis=0) / (h * (h - 1)))
        delta = 0.05 if np.std(part, ddof=1) > 0.995 else 0.005
        assert bool((2 * spread <= delta).all()) == (h == len(blocks))
    assert found.converged
    assert found.outputs["y"].trials == blocks.size


def test_what_does_not_stand_still_in_time_says_so() -> None:
    found = run(lambda a, b: a + b, tolerance=1e-6, most_trials=35_000)
    assert (found.converged, found.trials, found.tolerance) == (False, 30_000, 1e-6)


def test_a_number_of_trials_that_is_given_is_made() -> None:
    found = run(lambda a, b: a + b, trials=12_345)
    assert (found.trials, len(found.values), found.converged, found.tolerance) == (12_345, 12_345, None, 0.0)


def test_a_block_has_enough_trials_for_the_ends_of_its_interval() -> None:
    found = run(lambda a, b: a + b, probability=0.9975, digits=1)
    assert found.converged
    assert found.trials % 40_000 == 0


def test_the_shortest_interval_may_be_what_has_to_stand() -> None:
    found = run(lambda a, b: a + b, tolerance=0.01, interval="shortest")
    assert found.converged
    assert found.trials > run(lambda a, b: a + b, tolerance=0.01).trials


def test_the_same_seed_gives_the_same_result_and_another_one_does_not() -> None:
    one, same, other = (run(lambda a, b: a * b, seed=seed, trials=1000) for seed in (7, 7, 8))
    assert np.array_equal(one.values, same.values)
    assert not np.array_equal(one.values, other.values)


def test_an_output_without_uncertainty_stands_at_once() -> None:
    found = run(lambda a: 0.1 + a, normal("a", 0.2, 0.0))
    assert (found.u, found.converged, found.trials) == (0.0, True, 20_000)


def test_small_spreads_on_large_values_keep_their_digits() -> None:
    found = run(lambda x: x, normal("x", 1e9, 1e-4), trials=100_000)
    assert found.u == pytest.approx(1e-4, rel=0.02)


# ------------------------------------------------------------------ models


def in_place(a: Any, b: Any) -> Any:
    a += b
    return a


def branching(a: Any, b: Any) -> Any:
    if a > b:
        return b + a
    return a + b


MODELS = [
    parse_model("a + b"),
    in_place,
    branching,
    lambda a, b: math.fsum((a, b)),
    lambda a, b: np.sum([a, b]),  # Sums up over all trials where it gets arrays.
    lambda a, b: np.sort(np.atleast_1d(a + b))[()] if np.ndim(a) else a + b,  # Another order than the trials.
    lambda a, b: np.array([a + b]) if np.ndim(a) == 0 else a + b,
]


@pytest.mark.parametrize("model", MODELS)
def test_models_of_all_kinds_give_the_same(model: Callable[..., object]) -> None:
    plain = run(lambda a, b: a + b, trials=3000)
    assert np.allclose(run(model, trials=3000).values, plain.values, rtol=1e-12)


def test_a_model_that_changes_its_arguments_does_not_change_those_of_others() -> None:
    models = {"first": in_place, "second": lambda a, b: a}
    found = simulate_together(models, [A, B], np.random.default_rng(1), trials=3000)
    assert found.outputs["second"].value == pytest.approx(2, abs=0.03)


def test_a_model_that_takes_arrays_only_is_taken_at_its_word() -> None:
    found = run(lambda a, b: np.where(a.astype(float) < 2, a, 2 * b.copy()), trials=3000)
    assert found.trials == 3000


def test_models_that_answer_yes_or_no_give_a_probability() -> None:
    found = run(lambda a, b: a < 2, trials=20_000)
    assert found.value == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("model", [parse_model("log(x)"), lambda x: np.log(1 * x), lambda x: math.log(1 * x)])
def test_a_trial_out_of_the_models_domain_is_named(model: Callable[..., object]) -> None:
    text = refusal(lambda: run(model, normal("x", 0.0, 1.0), trials=100))
    assert text.startswith("simulate: model: expected a ")
    assert " at x = -" in text
    assert text.endswith("The model's domain ends within reach of the inputs; look at both.")


def test_a_model_with_other_names_is_refused() -> None:
    text = refusal(lambda: run(lambda c: c, normal("x", 0.0, 1.0)))
    assert text.startswith("simulate: model: expected one that takes x, got ")
    assert text.endswith("Name the model's arguments as the inputs.")


@pytest.mark.parametrize("model", [lambda x: 1j * x, lambda x: (x, x), lambda x: None, lambda x: "1"])
def test_a_model_that_gives_no_real_number_is_refused(model: Callable[..., object]) -> None:
    text = refusal(lambda: run(model, normal("x", 0.0, 1.0)))
    assert text.startswith("simulate: model: expected one real number, got ")
    assert text.endswith("Give one model for each output.")


# ------------------------------------------------------------------ several outputs


def together(**how: Any) -> JointSimulation:
    models = {"sum": lambda a, b: a + b, "difference": lambda a, b: a - b}
    inputs = [normal("a", 1.0, 3.0), normal("b", 1.0, 4.0)]
    return simulate_together(models, inputs, np.random.default_rng(31), **how)


def test_several_outputs_come_with_their_covariance() -> None:
    found = together(digits=1, units={"sum": "mm"})
    assert found.converged
    assert np.allclose(found.covariance, [[25, -7], [-7, 25]], atol=1)
    assert found.correlation[0, 1] == pytest.approx(-0.28, abs=0.03)
    assert (found.outputs["sum"].unit, found.outputs["difference"].unit) == ("mm", "1")
    assert np.array_equal(np.sort(found.values[0]), found.outputs["sum"].values)


def test_the_region_of_two_normal_outputs_has_the_factor_of_chi_square() -> None:
    found = together(trials=400_000)
    assert found.converged is None
    assert found.region_factor(0.95) == pytest.approx(math.sqrt(-2 * math.log(0.05)), abs=0.015)


def test_outputs_that_follow_from_each_other_have_no_region() -> None:
    models = {"x": lambda a: a, "y": lambda a: 2 * a}
    found = simulate_together(models, [A], np.random.default_rng(1), trials=20_000)
    text = refusal(lambda: found.region_factor(0.95))
    assert text.startswith("region_factor: outputs: expected none that follows from others, got a correlation matrix")


def test_every_output_has_its_own_tolerance() -> None:
    found = together(tolerances={"sum": 1.0}, digits=1)
    assert [each.tolerance for each in found.outputs.values()] == [1.0, 0.5]
    assert found.converged


# ------------------------------------------------------------------ the law, held against it


def test_the_law_holds_for_a_sum_of_normal_inputs() -> None:
    found = check_law(lambda a, b: a + b, [A, B], np.random.default_rng(3), {("a", "b"): 0.4}, interval="shortest")
    assert (found.valid, found.conclusive) == (True, True)
    assert found.simulation.tolerance == found.validation.tolerance / 5


def test_nothing_is_concluded_from_too_few_trials() -> None:
    found = check_law(lambda a, b: a + b, [A, B], np.random.default_rng(3), digits=2, most_trials=20_000)
    assert (found.valid, found.conclusive) == (False, False)


# ------------------------------------------------------------------ intervals


def test_a_symmetric_interval_takes_the_values_that_the_document_names() -> None:
    values = np.arange(1.0, 10_001.0)
    assert symmetric_interval(values, 0.95) == (250.0, 9750.0)
    # pM = 9995 * 0.95 = 9495.25: q = 9495, (M - q) / 2 = 250 whole.
    assert symmetric_interval(values[:9995], 0.95) == (250.0, 9745.0)
    # M - q = 10001 - 9501 = 500.
    assert symmetric_interval(np.arange(1.0, 10_002.0), 0.95) == (250.0, 9751.0)


def test_a_shortest_interval_leans_to_the_peak() -> None:
    values = -np.log1p(-(np.arange(100_000) + 0.5) / 100_000)  # Exponential: the shortest begins at 0.
    assert shortest_interval(values[::-1], 0.95) == pytest.approx((0, -math.log(0.05)), abs=1e-3)


def test_an_interval_of_too_few_values_is_refused() -> None:
    found = run(lambda a, b: a + b, trials=10_000)
    expected = (
        "shortest_interval: trials: expected 100000 or more for a probability of 0.999, got 10000. "
        "Make more trials, or ask for a smaller probability."
    )
    assert refusal(lambda: found.shortest(0.999)) == expected


@pytest.mark.parametrize("p", [0, 1, -0.1, 95, math.nan])
def test_a_probability_out_of_its_range_is_refused(p: float) -> None:
    values = np.arange(10_000.0)
    for call in (symmetric_interval, shortest_interval):
        assert refusal(lambda call=call: call(values, p)).endswith(f"got {p!r}. Give 0.95 for 95 %.")
    assert "probability between 0 and 1" in refusal(lambda: run(lambda a, b: a, probability=p))


def test_values_that_are_no_numbers_are_refused() -> None:
    values = np.arange(10_000.0)
    values[3] = np.nan
    assert "nan" in refusal(lambda: shortest_interval(values))


# ------------------------------------------------------------------ bad input

SUM = parse_model("a + b")
REFUSED = [
    ({"interval": "longest"}, "simulate: interval: expected one of symmetric, shortest, got 'longest'."),
    ({"digits": 0}, "simulate: digits: expected a whole number, 1 or more, got 0."),
    ({"trials": 1}, "simulate: trials: expected a whole number, 2 or more, got 1."),
    ({"trials": 2.5}, "simulate: trials: expected a whole number, 2 or more, got 2.5."),
    ({"most_trials": 19_999}, "simulate: most_trials: expected a whole number, 20000 or more, got 19999."),
    ({"tolerance": 0.0}, "simulate: tolerance: expected a finite number above 0, got 0.0."),
    ({"tolerance": math.nan}, "simulate: tolerance: expected a finite number above 0, got nan."),
    ({"correlation": [[1, 2], [2, 1]]}, "simulate: correlation: expected a positive semidefinite matrix, got"),
    ({"correlation": {("a", "z"): 0.1}}, "simulate: correlation: expected pairs of a, b, got 'a' and 'z'."),
]


@pytest.mark.parametrize(("how", "text"), REFUSED)
def test_what_is_out_of_its_range_is_refused(how: dict[str, Any], text: str) -> None:
    assert refusal(lambda: run(SUM, **how)).startswith(text)


def test_chance_is_passed_in() -> None:
    expected = "simulate: generator: expected a numpy.random.Generator, got 42. Pass numpy.random.default_rng(seed)."
    assert refusal(lambda: simulate(SUM, [A, B], 42)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("dof", [1, 2])
def test_a_t_distribution_without_variance_is_refused(dof: float) -> None:
    expected = (
        f"simulate: dof: expected above 2, got {dof} of input 'x'. Student's t has no variance there: "
        "take more readings, or pool the spread of like ones."
    )
    assert refusal(lambda: run(lambda x: x, normal("x", 1.0, 0.1, dof=dof))) == expected
    # Limits may be as doubtful as that, and a constant has nothing to draw.
    assert run(lambda x: x, rectangular("x", 1.0, 0.1, dof=dof), trials=100).trials == 100
    assert run(lambda x: x, normal("x", 1.0, 0.0, dof=dof), trials=100).u == 0


def test_missing_and_repeated_names_are_refused() -> None:
    assert "each name once" in refusal(lambda: run(SUM, A, A))
    assert "inputs: expected one or more" in refusal(lambda: simulate(SUM, [], np.random.default_rng(1)))
    text = refusal(lambda: simulate_together({}, [A], np.random.default_rng(1)))
    assert text == "simulate_together: models: expected one or more, got 0. Name the outputs."
    text = refusal(lambda: together(tolerances={"product": 1.0}))
    expected = "simulate_together: tolerances: expected names of sum, difference, got 'product'. Choose one of these."
    assert text == expected


# ------------------------------------------------------------------ what a float holds, and what a machine


@pytest.mark.parametrize("u", [1e-300, 1e-160, 1e160, 1e300])
def test_a_spread_whose_square_no_float_holds_is_found(u: float) -> None:
    assert run(lambda x: x, normal("x", 0.0, u), trials=10_000).u == pytest.approx(u, rel=0.03)


def test_the_covariance_is_that_of_all_values() -> None:
    found = together(trials=25_001)
    assert np.allclose(found.covariance, np.cov(found.values), rtol=1e-12)
    assert found.covariance[0, 0] == pytest.approx(found.outputs["sum"].u ** 2, rel=1e-12)


@pytest.mark.parametrize("what", ["trials", "most_trials"])
def test_more_trials_than_a_machine_has_room_for_are_refused(what: str) -> None:
    expected = (
        f"simulate: {what}: expected 100000000 at most, got 1000000000000. "
        "Values are kept in memory; see which digits matter."
    )
    assert refusal(lambda: run(SUM, **{what: 10**12})) == expected


def test_more_digits_than_a_float_has_are_refused() -> None:
    expected = "simulate: digits: expected 15 at most, got 16. Two are usual, one is enough for some."
    assert refusal(lambda: run(SUM, digits=16)) == expected


def test_a_model_with_a_jump_has_its_probability_and_its_interval() -> None:
    found = run(lambda x: np.where(x > 1.0, 1.0, 0.0), normal("x", 0.0, 1.0), trials=100_000)
    assert found.value == pytest.approx(0.158655, abs=0.006)
    assert found.symmetric(0.95) == (0.0, 1.0)


def test_few_degrees_of_freedom_widen_the_output() -> None:
    found = run(lambda x: x, normal("x", 0.0, 1.0, dof=5), trials=400_000)
    assert found.u == pytest.approx(math.sqrt(5 / 3), rel=0.02)
