"""Method A3: the figures of the 2019 NCSL tutorial, as suncal's test_interval.py quotes them."""

import math
from itertools import product

import pytest

from calibration.intervals import interval_test


@pytest.mark.parametrize(
    ("good", "n", "days", "target", "confidence", "interval", "rejection", "low", "high"),
    [
        (15, 20, 365, 0.95, 0.5, 231, 0.9949, 0.6516, 0.8286),
        (14, 20, 365, 0.95, 0.5, 205, 0.9993, 0.6000, 0.7843),
        (16, 20, 730, 0.95, 0.5, 523, 0.9682, 0.7041, 0.8716),
        (42, 50, 365, 0.90, 0.3, 329, 0.7557, 0.8067, 0.8664),
    ],
)
def test_intervals_of_the_tutorial(
    good: int,
    n: int,
    days: float,
    target: float,
    confidence: float,
    interval: int,
    rejection: float,
    low: float,
    high: float,
) -> None:
    found = interval_test(good, n, days, target, confidence)
    assert found.changed
    assert round(found.interval_days) == interval
    assert found.rejection_confidence == pytest.approx(rejection, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert (found.calibrations, found.tested_days) == (n, days)


def test_an_interval_that_is_not_rejected_is_kept() -> None:
    found = interval_test(38, 40, 365, target=0.95, confidence=0.9)
    assert (found.changed, found.interval_days) == (False, 365)
    assert found.rejection_confidence < 0.9
    assert found.extendable_from == 59


def test_a_record_better_than_the_target_makes_the_interval_longer() -> None:
    found = interval_test(60, 60, 365, target=0.8, confidence=0.95)
    assert found.interval_days == pytest.approx(365 * 10 ** (found.rejection_confidence * 0.2), rel=1e-13)
    assert (found.reliability, found.high) == (1.0, 1.0)
    # 60 of 60: lower limit is alpha / 2 to the power of 1 / 60
    assert found.low == pytest.approx(0.025 ** (1 / 60), rel=1e-12)


def test_significance_is_that_of_the_binomial_distribution() -> None:
    for n, target in product((8, 25), (0.8, 0.95)):
        masses = [math.comb(n, k) * target**k * (1 - target) ** (n - k) for k in range(n + 1)]
        for x in range(n + 1):
            tail = sum(masses[: x + 1]) if x < n * target else sum(masses[x:])
            expected = 1 - min(1.0, 2 * tail)
            if expected >= 0.001:
                found = interval_test(x, n, 100, target, confidence=0.001)
                assert found.rejection_confidence == pytest.approx(expected, rel=1e-9)


def test_few_calibrations_can_shorten_an_interval_though_not_extend_it() -> None:
    assert interval_test(0, 3, 365, target=0.95, confidence=0.95).interval_days < 365
    kept = interval_test(71, 71, 365, target=0.95, confidence=0.95)
    assert (kept.changed, kept.extendable_from) == (False, 72)
    assert interval_test(72, 72, 365, target=0.95, confidence=0.95).interval_days > 365


def test_so_few_that_nothing_could_reject_the_interval_are_refused() -> None:
    with pytest.raises(ValueError, match="calibrations") as caught:
        interval_test(1, 1, 365, target=0.95, confidence=0.95)
    assert str(caught.value) == (
        "interval_test: calibrations: expected 2 or more for a target of 0.95, got 1. "
        "No result of so few could reject the interval: keep it until that many are known."
    )


def test_more_in_tolerance_than_calibrated_is_refused() -> None:
    with pytest.raises(ValueError, match="in_tolerance") as caught:
        interval_test(21, 20, 365, target=0.95)
    assert str(caught.value) == (
        "interval_test: in_tolerance: expected at most 20, the number of calibrations, got 21. Exchange them."
    )
