import math
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.drift import Calibrated, Drift, NoDrift, estimate_instability, fit_common_drift, fit_drift

TWO = [Calibrated(0.0, 0.10, 0.03), Calibrated(400.0, 0.18, 0.04)]


def test_one_result_gives_no_drift_and_says_so():
    assert fit_drift([TWO[0]]) == NoDrift(
        "drift: results since the last adjustment: expected 2 or more, got 1, of 0.0. "
        "Calibrate again, or take the rate of earlier segments (fit_common_drift).",
        TWO[0],
    )


def test_two_results_give_a_rate_with_the_width_of_their_uncertainties():
    drift = fit_drift(TWO)
    assert drift.rate.value == pytest.approx(0.08 / 400)
    assert drift.rate.u == pytest.approx(0.05 / 400)
    assert drift.rate.dof == math.inf
    assert drift.adequacy() is None
    assert not drift.drifts()


def test_what_both_results_owe_to_one_reference_drops_out_of_the_rate_and_not_out_of_the_error():
    shared = [Calibrated(r.on, r.error, math.hypot(r.u, 0.2), reference="R", u_reference=0.2) for r in TWO]
    drift, alone = fit_drift(shared), fit_drift(TWO)
    assert drift.rate.u == pytest.approx(alone.rate.u)
    assert drift.predict(500.0).u == pytest.approx(math.hypot(alone.predict(500.0).u, 0.2))


def test_on_the_day_of_the_last_of_two_results_its_uncertainty_counts_once():
    drift = fit_drift(TWO)
    assert drift.predict(400.0).value == pytest.approx(0.18)
    assert drift.predict(400.0).u == pytest.approx(0.04)


def test_a_prediction_widens_with_time():
    drift = fit_drift(TWO)
    # error(800) = 2 e_2 - e_1
    assert drift.predict(800.0).value == pytest.approx(0.26)
    assert drift.predict(800.0).u == pytest.approx(math.hypot(2 * 0.04, 0.03))


def test_the_instability_of_the_instrument_widens_the_fit_and_the_prediction():
    drift = fit_drift(TWO, instability=0.1)
    assert drift.rate.u == pytest.approx(math.sqrt(0.03**2 + 0.04**2 + 2 * 0.1**2) / 400)
    assert drift.predict(400.0).u == pytest.approx(math.sqrt(0.04**2 + 2 * 0.1**2))


def test_only_the_newest_segment_is_fitted():
    drift = fit_drift(
        [
            Calibrated(0.0, 5.0, 0.1, "as_left"),
            Calibrated(100.0, 9.0, 0.1, "as_found"),
            Calibrated(100.0, 0.0, 0.1, "as_left"),
            Calibrated(300.0, 0.2, 0.1),
            Calibrated(350.0, 0.3, 0.1),
        ]
    )
    assert drift.rate.value < 0.002
    assert drift.fit.residual_dof == 1


def test_one_rate_for_all_segments_lets_a_fresh_adjustment_be_predicted():
    drift = fit_common_drift(
        [
            Calibrated(0.0, 0.0, 0.1, "as_left"),
            Calibrated(100.0, 1.0, 0.1, "as_found"),
            Calibrated(100.0, -0.5, 0.1, "as_left"),
            Calibrated(250.0, 1.0, 0.1, "as_found"),
            Calibrated(250.0, 0.0, 0.1, "as_left"),
        ]
    )
    # Two independent rates of 0.010, u = 0.1 * sqrt(2) / 100 and / 150: the weighted mean.
    assert drift.rate.value == pytest.approx(0.01)
    assert drift.rate.u == pytest.approx((100**2 / 0.02 + 150**2 / 0.02) ** -0.5)
    assert drift.predict(350.0).value == pytest.approx(1.0)
    assert drift.adequacy().dof == 1


def test_no_segment_with_two_results_gives_no_common_rate():
    lone = [Calibrated(0.0, 0.1, 0.1, "as_found"), Calibrated(0.0, 0.0, 0.1, "as_left")]
    assert fit_common_drift(lone).reason == (
        "drift: results between adjustments: expected 2 or more in one segment, got 1 in each. Calibrate again."
    )


def test_nothing_is_predicted_beyond_an_adjustment_whose_outcome_is_unknown():
    drift = fit_drift([Calibrated(0.0, 0.0, 0.1, "as_left"), Calibrated(100.0, 1.0, 0.1, "as_found")])
    assert drift.predict(50.0).value == pytest.approx(0.5)
    with pytest.raises(ValueError, match="on: expected") as caught:
        drift.predict(101.0)
    assert str(caught.value) == (
        "drift: on: expected a day up to the adjustment of 100.0, got 101.0. Add the as-left result of that adjustment."
    )
    with pytest.raises(ValueError, match="history: expected") as caught:
        drift.first_day_below(1.0)
    assert str(caught.value) == (
        "drift: history: expected a segment that goes on, got one closed by the adjustment of 100.0. "
        "Add the as-left result of that adjustment."
    )


def test_the_probability_to_be_within_is_that_of_the_prediction():
    drift = fit_drift(TWO)
    there = NormalDist(0.26, math.hypot(0.08, 0.03))
    assert drift.probability_within(800.0, 0.3) == pytest.approx(there.cdf(0.3) - there.cdf(-0.3), rel=1e-12)


def test_far_out_of_what_is_permitted_a_small_probability_keeps_its_digits():
    drift = fit_drift([Calibrated(0.0, 10.0, 0.5), Calibrated(1.0, 10.0, 0.5)])
    # scipy.stats.norm.sf(18) = 9.740948918937e-73; the far limit at -22 adds nothing.
    assert drift.probability_within(1.0, 1.0) == pytest.approx(9.740948918937e-73, rel=1e-9)


def test_the_first_day_below_is_the_first():
    drift = fit_drift(TWO)
    day = drift.first_day_below(0.5, p=0.95)
    assert drift.probability_within(day, 0.5) < 0.95
    assert drift.probability_within(day * (1 - 1e-8), 0.5) >= 0.95


def test_dates_in_give_a_whole_date_out():
    first = date(2022, 3, 1)
    drift = fit_drift([Calibrated(first, 0.10, 0.03), Calibrated(first + timedelta(400), 0.18, 0.04)])
    numbers = fit_drift(TWO).first_day_below(0.5)
    day = drift.first_day_below(0.5)
    assert day == first + timedelta(math.ceil(numbers))
    assert drift.probability_within(day - timedelta(1), 0.5) >= 0.95


@pytest.mark.parametrize("within", [150.0, 150.5, 151.0, 151.2, 400.0])
def test_whole_days_are_counted_up_to_the_last_whole_one(within):
    # A rate of 0.01 a day that is well known: at an mpe of 1.505 the first whole day below one half is the 151st.
    first = date(2023, 12, 31)
    drift = fit_drift([Calibrated(first - timedelta(100), -1.0, 1e-4), Calibrated(first, 0.0, 1e-4)])
    day = drift.first_day_below(1.505, p=0.5, within_days=within)
    assert day == (None if within < 151 else first + timedelta(151))


def test_no_further_than_was_asked_in_numbers_of_days_either():
    drift = fit_drift([Calibrated(0.0, 0.0, 1e-4), Calibrated(1.0, 1.0, 1e-4)])
    assert drift.first_day_below(1.8, p=0.5, within_days=0.5) is None
    assert drift.first_day_below(1.8, p=0.5, within_days=0.9) == pytest.approx(1.8, abs=1e-3)


def test_the_calendar_ends_and_the_search_with_it():
    drift = fit_drift([Calibrated(date(9000, 1, 1), 0.0, 0.1), Calibrated(date(9001, 1, 1), 0.0, 0.1)])
    assert drift.first_day_below(1e6, within_days=1e9) is None


def test_leap_days_are_days():
    drift = fit_drift([Calibrated(date(2024, 2, 28), 0.0, 0.1), Calibrated(date(2024, 3, 1), 0.2, 0.1)])
    assert drift.rate.value == pytest.approx(0.1)
    assert drift.predict(date(2024, 2, 29)).value == pytest.approx(0.1)


def test_before_the_adjustment_that_opened_it_a_segment_says_nothing():
    drift = fit_drift([Calibrated(50.0, 0.0, 0.1, "as_left"), Calibrated(100.0, 1.0, 0.1)])
    assert drift.predict(50.0).value == pytest.approx(0.0)
    with pytest.raises(ValueError, match="on: expected") as caught:
        drift.predict(49.0)
    assert str(caught.value) == (
        "drift: on: expected a day from the adjustment of 50.0 on, got 49.0. Fit what was found before it."
    )


def test_the_first_day_below_is_that_of_days_tried_one_by_one():
    # Seed 5: irregular dates, shared references, an instability; matrices and days by plain numpy.
    random = np.random.default_rng(5)
    for _ in range(25):
        n = int(random.integers(2, 6))
        days = np.sort(random.choice(1500, n, replace=False))
        u = random.uniform(0.01, 0.2, n)
        shared, names = u * random.uniform(0, 0.9, n), random.choice(["", "A", "B"], n)
        errors = 1e-3 * random.normal() * days + u * random.normal(size=n)
        rows = zip(days.tolist(), errors.tolist(), u.tolist(), names.tolist(), shared.tolist(), strict=True)
        first = date(2020, 2, 1)
        drift = fit_drift(
            [Calibrated(first + timedelta(d), e, s, "unadjusted", str(r), c) for d, e, s, r, c in rows],
            instability=0.03,
        )
        same = (names[:, None] == names) & (names[:, None] != "")
        matrix = np.outer(shared, shared) * same
        np.fill_diagonal(matrix, u**2)
        inverse = np.linalg.inv(matrix + 0.03**2 * np.eye(n))
        table = np.column_stack([np.ones(n), days - days[-1]])
        covariance = np.linalg.inv(table.T @ inverse @ table)
        offset, rate = covariance @ table.T @ inverse @ errors
        ahead = np.arange(3001)
        mean = offset + rate * ahead
        sd = np.sqrt(covariance[0, 0] + 2 * ahead * covariance[0, 1] + ahead**2 * covariance[1, 1] + 0.03**2)
        inside = np.array(
            [NormalDist(m, s).cdf(0.8) - NormalDist(m, s).cdf(-0.8) for m, s in zip(mean, sd, strict=True)]
        )
        below = np.flatnonzero(inside < 0.95)
        expected = first + timedelta(int(days[-1] + below[0])) if below.size else None
        assert drift.first_day_below(0.8, p=0.95, within_days=3000) == expected


def test_an_instrument_that_is_out_already_is_out_today():
    assert fit_drift(TWO).first_day_below(0.19) == 400.0


def test_within_a_short_while_nothing_may_happen():
    assert fit_drift(TWO).first_day_below(0.5, within_days=10.0) is None


def test_a_steady_drift_that_is_well_known_crosses_where_the_line_does():
    drift = fit_drift([Calibrated(100.0 * k, 0.001 * 100 * k, 1e-6) for k in range(5)])
    assert drift.first_day_below(1.0, p=0.5) == pytest.approx(1000.0, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    errors=st.lists(st.floats(-1, 1), min_size=2, max_size=5),
    u=st.floats(0.01, 0.3),
    mpe=st.floats(0.2, 3),
    p=st.floats(0.5, 0.999),
)
def test_before_the_first_day_below_no_day_is_below(errors, u, mpe, p):
    drift = fit_drift([Calibrated(50.0 * k**1.5, error, u) for k, error in enumerate(errors)])
    day = drift.first_day_below(mpe, p=p)
    days = np.linspace(drift.since, drift.since + 4000 if day is None else day, 200)
    assert all(drift.probability_within(float(d), mpe) >= p - 1e-9 for d in days[:-1]) or day == drift.since


def test_three_results_that_do_not_lie_on_a_line_are_told_by_chi_square_and_not_hidden_in_the_width():
    wild = [Calibrated(0.0, 0.0, 0.01), Calibrated(100.0, 0.3, 0.01), Calibrated(200.0, 0.0, 0.01)]
    drift = fit_drift(wild)
    assert not drift.adequacy().holds
    assert drift.rate.u == pytest.approx(0.01 * 2**0.5 / 200)


def test_the_instability_makes_chi_square_its_degrees_of_freedom():
    wild = [Calibrated(100.0 * k, error, 0.01) for k, error in enumerate([0.0, 0.5, -0.4, 0.1])]
    found = estimate_instability(wild)
    assert fit_drift(wild, instability=found).fit.squares == pytest.approx(2, rel=1e-9)
    # Equal uncertainties: closed form, s**2 of the line less u**2.
    line = np.polynomial.Polynomial.fit(range(4), [0.0, 0.5, -0.4, 0.1], 1)
    squares = sum((line(k) - error) ** 2 for k, error in enumerate([0.0, 0.5, -0.4, 0.1]))
    assert found == pytest.approx(math.sqrt(squares / 2 - 0.01**2), rel=1e-9)


def test_results_that_agree_have_no_instability():
    assert estimate_instability([Calibrated(1.0 * k, 0.01 * k, 0.1) for k in range(4)]) == 0.0


def test_two_results_do_not_tell_an_instability():
    with pytest.raises(ValueError, match="to spare") as caught:
        estimate_instability(TWO)
    assert str(caught.value) == (
        "drift: history: expected more results than offsets and a rate take up, got 0 to spare. "
        "Calibrate again, or state what is known of instruments of this kind."
    )


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda drift: drift.first_day_below(0.0),
            "drift: mpe: expected a finite number above 0, got 0.0. Look at what it was computed from.",
        ),
        (
            lambda drift: drift.first_day_below(1.0, p=0.3),
            ("drift: p: expected 0.5 or more, got 0.3. An instrument that is more likely out than in needs no date."),
        ),
        (
            lambda drift: drift.predict(date(2024, 1, 1)),
            (
                "drift: on: expected a day written as in the history, got datetime.date(2024, 1, 1). "
                "Give a date, or a number of days."
            ),
        ),
        (
            lambda drift: drift.probability_within(500.0, -1.0),
            "drift: mpe: expected a finite number above 0, got -1.0. Look at what it was computed from.",
        ),
        (
            lambda drift: fit_drift(TWO, instability=-0.1),
            ("drift: instability: expected a finite number, 0 or more, got -0.1. Look at what it was computed from."),
        ),
    ],
)
def test_a_question_without_sense_is_refused(ask, says):
    drift = fit_drift(TWO)
    assert isinstance(drift, Drift)
    with pytest.raises(ValueError, match="drift") as caught:
        ask(drift)
    assert str(caught.value) == says
