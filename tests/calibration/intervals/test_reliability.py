"""Method S2 on table D-1 of NCSLI RP-1: weeks since calibration, found in tolerance, calibrated."""

import math

import numpy as np
import pytest

from calibration.intervals import from_groups, from_histories, reliability_fits

WEEKS = [4, 7, 10, 13, 21, 28, 40, 48]
GOOD = [4, 5, 9, 8, 12, 20, 9, 2]
ALL = [4, 6, 14, 13, 22, 49, 18, 6]
TABLE = from_groups(WEEKS, GOOD, ALL)


# scipy 1.17.1, minimize(Nelder-Mead) of the same likelihood: T at 0.75, -log L, 90 % profile limits of T.
@pytest.mark.parametrize(
    ("model", "interval", "minus_log", "low", "high"),
    [
        ("exponential", 10.232008898, 87.629419795, 8.32443, 12.748101),
        ("weibull", 6.957817946, 86.985263376, 1.283914, 12.125446),
        ("mixed_exponential", 7.201003121, 86.740120407, 2.524279, 11.617),
        ("log_normal", 7.795786463, 86.730023557, 2.072385, 12.288506),
        ("random_walk", 7.92002, 86.402022777, 1.4301, 10.8273),
        # minimize_scalar of the likelihood with scipy's gamma.sf(lambda * t, 4); limits by brentq on it.
        ("modified_gamma", 17.316709803, 101.842707544, 15.698821, 19.155981),
    ],
)
def test_likelihood_and_limits_agree_with_scipy(
    model: str, interval: float, minus_log: float, low: float, high: float
) -> None:
    (fit,) = reliability_fits(TABLE, 0.75, confidence=0.9, models=[model])
    assert fit.interval == pytest.approx(interval, rel=3e-6)
    assert fit.log_likelihood == pytest.approx(-minus_log, abs=2e-6)
    assert (fit.low, fit.high) == pytest.approx((low, high), rel=5e-5)
    assert fit.reliability(fit.interval) == pytest.approx(0.75, rel=1e-12)
    assert (fit.calibrations, fit.failures, fit.observed) == (132, 63, (4, 48))


def test_the_random_walk_is_the_best_of_them_as_in_suncal() -> None:
    fits = reliability_fits(TABLE, 0.75)
    assert fits[0].model == "random_walk"
    assert [fit.aic for fit in fits] == sorted(fit.aic for fit in fits)
    assert all(fit.p_value is not None and fit.p_value > 0.5 for fit in fits[:-1])
    # suncal's least-squares fits of the same data: 9 weeks by the random walk, 11 by the exponential, 8 or 9 else.
    assert all(6 < fit.interval < 11 for fit in fits[:-1])
    # These instruments go out of tolerance from the first week on, which a gamma distribution of order 4 cannot.
    assert fits[-1].model == "modified_gamma"
    assert fits[-1].p_value == pytest.approx(2.1e-5, rel=0.02)
    assert not any(fit.extrapolated for fit in fits)


@pytest.mark.parametrize(
    "model", ["exponential", "weibull", "mixed_exponential", "log_normal", "mortality_drift", "modified_gamma"]
)
def test_the_truth_is_found_again_in_many_data(model: str) -> None:
    (truth,) = reliability_fits(TABLE, 0.75, models=[model])
    times = np.array([2.0, 5.0, 9.0, 14.0, 22.0, 35.0, 60.0])
    n = np.full(7, 100_000.0)
    counts = np.rint(n * [truth.reliability(t) for t in times])
    (found,) = reliability_fits(from_groups(times, counts, n), 0.75, models=[model])
    assert found.interval == pytest.approx(truth.interval, rel=5e-3)
    assert found.low < truth.interval < found.high


def test_limits_hold_as_often_as_they_say() -> None:
    generator = np.random.default_rng(12)
    times = np.repeat([6.0, 12.0, 24.0], 40)
    held = 0
    for _ in range(300):
        good = generator.random(120) < np.exp(-times / 60)
        (fit,) = reliability_fits(from_histories(times, good), 0.85, confidence=0.9, models=["exponential"])
        held += fit.low < -60 * math.log(0.85) < fit.high
    assert held / 300 == pytest.approx(0.9, abs=0.06)


def test_histories_are_gathered_by_time() -> None:
    found = from_histories([12, 6, 12, 24], [True, True, False, False])
    assert (found.time.tolist(), found.in_tolerance.tolist()) == ([6, 12, 24], [1, 1, 0])
    assert found.calibrations.tolist() == [1, 2, 1]


def test_small_groups_say_nothing_of_how_well_a_model_fits() -> None:
    times = np.arange(1.0, 31.0)
    (fit,) = reliability_fits(from_histories(times, (times < 20) | (times == 25)), 0.9, models=["weibull"])
    assert fit.p_value is None


def test_an_interval_outside_the_times_seen_is_called_so() -> None:
    (fit,) = reliability_fits(from_groups([30, 40], [12, 10], [20, 20]), 0.95, models=["exponential"])
    assert fit.extrapolated
    assert fit.interval < 30


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: reliability_fits(from_groups([6, 12], [5, 3], [6, 6]), 0.9),
            (
                "reliability_fits: calibrations: expected 20 or more, got 12. "
                "Wait for 8 more, or put similar instruments together."
            ),
        ),
        (
            lambda: reliability_fits(from_groups([6, 12], [15, 15], [15, 15]), 0.9),
            (
                "reliability_fits: in_tolerance: expected some in and some out of tolerance, got all in tolerance. "
                "Use interval_test, which can tell that an interval is too long or too short."
            ),
        ),
        (
            lambda: reliability_fits(from_groups([6, 12], [15, 10], [15, 15]), 0.9, models=["weibull"]),
            (
                "reliability_fits: time: expected 3 or more different times for 2 parameters, got 2. "
                "Use interval_test for one interval, or a model with fewer parameters."
            ),
        ),
        (
            lambda: reliability_fits(TABLE, 0.9, models=["gamma"]),
            (
                "reliability_fits: models: expected one of exponential, weibull, mixed_exponential, log_normal, "
                "random_walk, mortality_drift, modified_gamma, got 'gamma'. Choose one of these."
            ),
        ),
        (
            lambda: reliability_fits(from_groups([6, 12, 24], [15, 9, 0], [15, 15, 15]), 0.9, models=["weibull"]),
            (
                "reliability_fits: in_tolerance: expected some in tolerance after a longer time than the first that "
                "was not, got none after 12. "
                "How steeply reliability falls is not in these data: use the exponential model, or wait for more."
            ),
        ),
        (
            lambda: from_histories([6, 12], ["True", "False"]),
            (
                "from_histories: in_tolerance: expected True or False, got 'True' at index 0. "
                "Leave out calibrations whose outcome is not known."
            ),
        ),
        (
            lambda: from_histories([6, 12], [1, math.nan]),
            (
                "from_histories: in_tolerance: expected True or False, got nan at index 1. "
                "Leave out calibrations whose outcome is not known."
            ),
        ),
        (
            lambda: from_groups([6, 12], [15, 16], [15, 15]),
            (
                "from_groups: in_tolerance: expected whole numbers from 0 to that of calibrations, "
                "got 16 of 15 at index 1. "
                "Count them again."
            ),
        ),
    ],
)
def test_too_little_is_refused_with_what_is_wanted(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
