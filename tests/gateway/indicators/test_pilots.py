"""The effect of a pilot: what is judged, what is not, and what is said beside it."""

from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from calibration.distributions import student_t_quantile
from gateway.indicators.car1 import fit_car1
from gateway.indicators.pilots import (
    Asked,
    Daily,
    Direction,
    Effect,
    Reason,
    Shape,
    Verdict,
    Warn,
    Windows,
    dof_of,
    effect,
    judge_together,
)

FIRST = date(2026, 3, 2)  # a Monday
OEE = Asked(figure="oee", direction=Direction.UP)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def windows(begins: int = 30, until: int = 60, *, since: int = 0, washout: int = 0) -> Windows:
    return Windows(
        baseline_since=day(since),
        baseline_until=day(begins - 1),
        begins=day(begins),
        washout_until=day(begins + washout - 1) if washout else None,
        result_since=day(begins + washout),
        result_until=day(until - 1),
    )


def noise(seed: int, days: int, rho: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal(days)
    for number in range(1, days):
        shocks[number] = rho * shocks[number - 1] + np.sqrt(1 - rho**2) * shocks[number]
    return shocks


def daily(values: np.ndarray, first: int = 0, **more: object) -> Daily:
    given = tuple(None if np.isnan(value) else float(value) for value in values)
    return Daily(days=tuple(day(first + number) for number in range(len(values))), values=given, **more)


def stepped(step: float, seed: int = 1, begins: int = 30, days: int = 60) -> np.ndarray:
    return 0.6 + step * (np.arange(days) >= begins) + 0.03 * noise(seed, days)


def test_the_interval_is_that_of_the_model_on_the_days_that_correlated_days_are_worth() -> None:
    y = stepped(0.05)
    found = effect(daily(y), windows(), OEE)
    fit = fit_car1(np.arange(60), y, np.column_stack([np.ones(60), np.arange(60) >= 30]).astype(float))
    assert fit is not None
    dof = min(58.0, max(1.0, 60 * (1 - fit.rho) / (1 + fit.rho) - 2))
    half = student_t_quantile(0.975, dof) * np.sqrt(fit.covariance[1, 1])
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (fit.coefficients[1] - half, fit.coefficients[1] + half), rel=1e-9
    )
    assert found.fit is not None
    assert found.fit.dof == pytest.approx(dof)


@pytest.mark.parametrize(
    ("n", "k", "rho", "dof"),
    [(60, 2, 0.6, 13.0), (60, 2, 0.99, 1.0), (60, 2, -0.5, 58.0), (60, 2, 0.0, 58.0), (60, 8, 0.6, 7.0)],
)
def test_degrees_of_freedom_are_those_of_independent_days_within_bounds(n: int, k: int, rho: float, dof: float) -> None:
    assert dof_of(n, k, rho) == pytest.approx(dof)


@pytest.mark.parametrize(
    ("step", "direction", "verdict"),
    [
        (0.08, Direction.UP, Verdict.IMPROVED),
        (0.08, Direction.DOWN, Verdict.WORSE),
        (-0.08, Direction.DOWN, Verdict.IMPROVED),
        (-0.08, Direction.UP, Verdict.WORSE),
        (0.0, Direction.UP, Verdict.UNCLEAR),
    ],
)
def test_better_is_the_side_that_was_declared(step: float, direction: Direction, verdict: Verdict) -> None:
    found = effect(daily(stepped(step)), windows(), Asked(figure="oee", direction=direction))
    assert found.verdict is verdict
    assert found.reasons == ()


def test_fewer_than_30_productive_days_a_side_are_not_judged_and_show_no_effect() -> None:
    y = stepped(0.08)
    y[[3, 40, 41]] = np.nan
    found = effect(daily(y), windows(), msgspec.structs.replace(OEE, least_coverage=0.5))
    assert found.verdict is Verdict.NOT_YET
    assert found.reasons == (Reason.FEW_DAYS_BEFORE, Reason.FEW_DAYS_AFTER)
    assert (found.n_before, found.n_after) == (29, 28)
    assert (found.effect, found.interval, found.fit, found.sensitivity) == (None, None, None, None)
    assert set(found.picture.fitted) == {None}
    assert found.picture.observed[0] == pytest.approx(y[0])


def test_too_little_measured_is_not_judged() -> None:
    whole = daily(stepped(0.08), coverage=(1.0,) * 30 + (0.5,) * 30)
    found = effect(whole, windows(), OEE)
    assert (found.verdict, found.reasons) == (Verdict.NOT_YET, (Reason.LOW_COVERAGE_AFTER,))
    assert (found.coverage_before, found.coverage_after) == (1.0, 0.5)


def test_missing_days_stay_gaps() -> None:
    y = stepped(0.08, begins=40, days=80)
    y[[5, 6, 17, 50, 71]] = np.nan
    found = effect(daily(y), windows(40, 80), OEE)
    seen = np.flatnonzero(np.isfinite(y))
    listed = Daily(days=tuple(day(int(number)) for number in seen), values=tuple(y[seen].tolist()))
    other = effect(listed, windows(40, 80), OEE)
    assert found.effect == other.effect
    assert found.interval == other.interval
    assert found.coverage_before == pytest.approx(37 / 40)
    assert found.picture.observed[5] is None


def test_the_order_of_days_does_not_matter() -> None:
    given = daily(stepped(0.05))
    order = np.random.default_rng(3).permutation(60).tolist()
    mixed = Daily(days=tuple(given.days[at] for at in order), values=tuple(given.values[at] for at in order))
    assert effect(mixed, windows(), OEE) == effect(given, windows(), OEE)


def test_washout_days_have_no_say() -> None:
    y = stepped(0.08, days=80)
    wild = y.copy()
    wild[30:40] = 17.0
    assert effect(daily(wild), windows(30, 80, washout=10), OEE).effect == pytest.approx(
        effect(daily(y), windows(30, 80, washout=10), OEE).effect, abs=1e-12
    )


def test_what_touches_both_lines_falls_out_of_the_difference() -> None:
    both = 0.2 * noise(9, 60, 0.9) + 0.1 * (np.arange(60) >= 30)
    pilot, control = stepped(0.05) + both, 0.5 + 0.01 * noise(4, 60) + both
    alone = effect(daily(pilot), windows(), OEE)
    found = effect(daily(pilot), windows(), OEE, control=daily(control))
    assert found.has_control
    assert found.verdict is Verdict.IMPROVED
    assert found.u is not None
    assert alone.u is not None
    assert found.u < alone.u / 3


def test_days_without_the_control_line_are_gaps() -> None:
    pilot, control = stepped(0.05), stepped(0.0, seed=2)
    found = effect(daily(pilot), windows(), OEE, control=daily(control[:-8]))
    assert (found.verdict, found.reasons) == (Verdict.NOT_YET, (Reason.FEW_DAYS_AFTER, Reason.LOW_COVERAGE_AFTER))


def test_the_effect_of_a_slope_is_its_mean_over_the_days_of_the_result() -> None:
    since = np.arange(60) - 30.0
    y = 0.6 + 0.001 * since + np.where(since >= 0, 0.02 + 0.003 * since, 0) + 0.0001 * noise(5, 60)
    asked = msgspec.structs.replace(OEE, shape=Shape.LEVEL_AND_SLOPE)
    found = effect(daily(y), windows(), asked)
    assert found.effect == pytest.approx(0.02 + 0.003 * 14.5, abs=5e-4)
    assert found.counterfactual == pytest.approx(0.6 + 0.001 * 14.5, abs=5e-4)
    assert found.fit is not None
    assert found.fit.names == ("base", "trend", "level", "slope")


def test_the_picture_holds_series_model_counterfactual_and_band() -> None:
    y = stepped(0.05, days=70)
    found = effect(daily(y), windows(30, 70, washout=5), OEE)
    picture, interval = found.picture, found.adjusted
    assert found.fit is not None
    assert interval is not None
    base, level = found.fit.coefficients
    assert picture.days == tuple(day(number) for number in range(70))
    assert picture.observed == pytest.approx(y)
    assert picture.fitted[0] == pytest.approx(base)
    assert picture.fitted[30:35] == (None,) * 5
    assert picture.fitted[69] == pytest.approx(base + level)
    assert picture.counterfactual[29:31] == (None, pytest.approx(base))
    assert picture.low[34:36] == (None, pytest.approx(base + interval.low))
    assert picture.high[69] == pytest.approx(base + interval.high)


def test_weekdays_take_their_part() -> None:
    monday = 0.1 * (np.arange(84) % 7 == 0)
    y = stepped(0.03, begins=42, days=84) - monday
    plain = effect(daily(y), windows(42, 84), OEE)
    found = effect(daily(y), windows(42, 84), msgspec.structs.replace(OEE, weekdays=True))
    assert found.fit is not None
    assert found.fit.k == 8
    assert found.fit.coefficients[1] == pytest.approx(0.1, abs=0.02)
    assert plain.fit is not None
    assert found.fit.sigma < 0.8 * plain.fit.sigma


def test_shares_that_add_up_to_one_are_not_all_kept_and_that_is_said() -> None:
    share = np.random.default_rng(8).random(60)
    mix = {"a": tuple(share.tolist()), "b": tuple((1 - share).tolist()), "never": (0.0,) * 60}
    found = effect(daily(stepped(0.05) - 0.1 * share, mix=mix), windows(), OEE)
    assert found.fit is not None
    assert found.fit.names == ("base", "mix:a", "level")
    assert found.fit.dropped == ("mix:b",)
    assert Warn.TERMS_DROPPED in found.warnings


def test_a_mix_that_changed_with_the_pilot_leaves_no_effect_to_tell() -> None:
    mix = {"new": (0.0,) * 30 + (1.0,) * 30}
    found = effect(daily(stepped(0.3), mix=mix), windows(), OEE)
    assert (found.verdict, found.reasons) == (Verdict.CANNOT_BE_SAID, (Reason.CONFOUNDED,))
    nearly = {"new": tuple((0.9 * (np.arange(60) >= 30) + 0.05 * noise(3, 60) ** 2 / 10).tolist())}
    assert Warn.CLOSE_TERMS in effect(daily(stepped(0.3), mix=nearly), windows(), OEE).warnings


def test_a_day_without_its_mix_is_left_out() -> None:
    mix = {"a": (None, *np.random.default_rng(8).random(60).tolist())}
    found = effect(daily(stepped(0.05, begins=31, days=61), mix=mix), windows(31, 61), OEE)
    assert found.n_before == 30
    assert found.picture.fitted[0] is None
    assert found.picture.observed[0] is not None


@pytest.mark.parametrize(
    "y", [np.full(60, 0.98), np.zeros(60), np.where(np.arange(60) < 30, 0.6, 0.7)], ids=["one value", "zero", "a step"]
)
def test_a_figure_that_never_moves_about_its_model_cannot_be_said(y: np.ndarray) -> None:
    found = effect(daily(y), windows(), OEE)
    assert (found.verdict, found.reasons) == (Verdict.CANNOT_BE_SAID, (Reason.NO_VARIATION,))


def test_more_columns_than_days_cannot_be_said() -> None:
    rng = np.random.default_rng(2)
    mix = {f"product-{number}": tuple(rng.random(12).tolist()) for number in range(9)}
    asked = msgspec.structs.replace(OEE, least_days=5)
    found = effect(daily(rng.random(12), mix=mix), windows(6, 12), asked)
    assert (found.verdict, found.reasons) == (Verdict.CANNOT_BE_SAID, (Reason.TOO_MANY_TERMS,))


@pytest.mark.parametrize("values", [np.full(60, np.nan), np.full(0, np.nan), np.array([0.5, 0.6])])
def test_hardly_any_value_is_not_yet(values: np.ndarray) -> None:
    found = effect(daily(values), windows(), OEE)
    assert found.verdict is Verdict.NOT_YET
    assert {Reason.FEW_DAYS_BEFORE, Reason.FEW_DAYS_AFTER} <= set(found.reasons)


@pytest.mark.parametrize("scale", [1e-100, 1e-3, 1e6, 1e99])
def test_the_unit_of_a_figure_changes_no_verdict(scale: float) -> None:
    y = stepped(0.05)
    one, other = effect(daily(y), windows(), OEE), effect(daily(scale * y), windows(), OEE)
    assert other.p == pytest.approx(one.p, rel=1e-9)
    assert other.verdict is one.verdict
    assert one.effect is not None
    assert other.effect == pytest.approx(scale * one.effect, rel=1e-9)


def test_a_series_that_wanders_tells_nothing_however_far_it_went() -> None:
    found = effect(daily(np.arange(60.0)), windows(), OEE)
    assert found.verdict is Verdict.UNCLEAR
    assert {Warn.WANDERS, Warn.FEW_FREE_DAYS} <= set(found.warnings)


def test_opposed_neighbours_are_told() -> None:
    found = effect(daily(0.6 + 0.03 * noise(6, 60, -0.7)), windows(), OEE)
    assert Warn.ALTERNATES in found.warnings


def test_errors_that_are_no_ar_1_are_told() -> None:
    shocks = np.random.default_rng(12).standard_normal(200)
    for number in range(2, 200):
        shocks[number] += -0.6 * shocks[number - 2]
    found = effect(daily(shocks), windows(100, 200), OEE)
    assert Warn.LAG_2 in found.warnings
    assert found.fit is not None
    assert found.fit.lag_2 == pytest.approx(-0.6, abs=0.1)
    assert Warn.LAG_2 not in effect(daily(noise(12, 200)), windows(100, 200), OEE).warnings


def test_a_baseline_at_its_worst_is_told() -> None:
    y = stepped(0.05, begins=150, days=180)
    y[120:150] -= 0.1
    found = effect(daily(y), windows(150, 180, since=120), OEE)
    assert Warn.WORST_BASELINE in found.warnings
    assert found.sensitivity is not None
    assert found.sensitivity.history == pytest.approx(float(np.mean(y[:120])))
    y[60:90] -= 0.2
    assert Warn.WORST_BASELINE not in effect(daily(y), windows(150, 180, since=120), OEE).warnings


def test_made_up_dates_with_as_large_effects_are_told() -> None:
    steady = 0.6 + 0.03 * noise(3, 150, 0.0) + 0.04 * (np.arange(150) >= 60)
    rising = steady + 0.06 * np.clip(np.floor(np.arange(150) / 30), 0, 1) - 0.03 * (np.arange(150) >= 60)
    for y, is_told in ((steady, False), (rising, True)):
        found = effect(daily(y), windows(60, 150), OEE)
        assert found.verdict is Verdict.IMPROVED
        assert found.sensitivity is not None
        assert found.sensitivity.placebo is not None
        assert found.sensitivity.placebo.dates == 41  # each side needs ten of the baseline's 60 days
        assert (found.sensitivity.placebo.share > 0.5) == is_told
        assert (Warn.PLACEBO in found.warnings) == is_told


def test_the_same_generator_gives_the_same_bootstrap() -> None:
    given = daily(stepped(0.05))
    one, other = (effect(given, windows(), OEE, rng=np.random.default_rng(7)) for _ in range(2))
    assert one == other
    assert one.sensitivity is not None
    assert one.sensitivity.bootstrap is not None
    assert effect(given, windows(), OEE).sensitivity.bootstrap is None


def test_an_effect_goes_through_a_file_and_comes_back() -> None:
    found = effect(daily(stepped(0.05)), windows(washout=0), OEE, rng=np.random.default_rng(7))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Effect) == found


def figures(*steps: float) -> list[Effect]:
    return [
        effect(daily(stepped(step, seed=number)), windows(), Asked(figure=f"figure-{number}", direction=Direction.UP))
        for number, step in enumerate(steps)
    ]


def test_holm_lets_the_smallest_go_first_and_stops_at_the_first_that_is_not_clear() -> None:
    alone = figures(0.2, 0.0, 0.1, 0.15)
    together = judge_together(alone)
    order = sorted(range(4), key=lambda at: alone[at].p)
    highest = 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (4 - rank) * alone[at].p))
        assert together[at].p_adjusted == pytest.approx(highest)
        assert (together[at].verdict is Verdict.IMPROVED) == (highest <= 0.05)
        assert together[at].adjusted.holds_zero == (highest > 0.05)
        assert together[at].figures == 4


def test_what_is_clear_alone_need_not_be_clear_among_several() -> None:
    [first] = figures(0.04)
    assert first.verdict is Verdict.IMPROVED
    assert 0.01 < first.p < 0.05
    others = [msgspec.structs.replace(one, figure=f"other-{at}") for at, one in enumerate(figures(0, 0, 0, 0))]
    judged = judge_together([first, *others])[0]
    assert judged.verdict is Verdict.UNCLEAR
    assert judged.adjusted.confidence == pytest.approx(0.99)
    assert judged.picture.low[-1] == pytest.approx(judged.counterfactual + judged.adjusted.low)
    assert judge_together([judged])[0] == first


def test_a_figure_that_is_not_judged_yet_counts_among_those_declared() -> None:
    [first] = figures(0.1)
    waits = effect(daily(np.full(60, np.nan)), windows(), Asked(figure="yield", direction=Direction.UP))
    judged, still = judge_together([first, waits])
    assert judged.p_adjusted == pytest.approx(2 * first.p)
    assert (still.verdict, still.figures, still.p_adjusted) == (Verdict.NOT_YET, 2, None)
