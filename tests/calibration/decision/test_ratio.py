import math

import pytest

from calibration.decision import Limits, accuracy_ratio, managed_guard_band, uncertainty_ratio


def test_ratios_are_half_the_tolerance_over_u_and_over_the_standards_mpe() -> None:
    assert uncertainty_ratio(Limits(9, 11), 0.4) == pytest.approx(2.5)
    assert accuracy_ratio(Limits(9, 11), 0.25) == pytest.approx(4.0)


# suncal, test_guardbandnorm, TUR 2.5: acceptance limit over tolerance limit.
def test_managed_guard_bands_agree_with_suncal() -> None:
    limits, expanded, ratio = Limits(-1, 1), 0.4, 2.5
    found = {m: 1 - managed_guard_band(limits, expanded, m) for m in ("method_5", "method_6")}
    assert found["method_5"] == pytest.approx(1 - 1 / ratio, rel=1e-12)
    assert found["method_6"] == pytest.approx(1 - (1.04 - math.exp(0.38 * math.log(2.5) - 0.54)) / 2.5, rel=1e-12)
    squares = 1 - managed_guard_band(limits, expanded, "root_difference_of_squares")
    assert squares == pytest.approx(math.sqrt(1 - 1 / ratio**2), rel=1e-12)


# Dobbert's fit at a TUR of 1: 1.04 - exp(-0.54).
def test_method_6_still_accepts_something_at_a_ratio_of_1() -> None:
    assert managed_guard_band(Limits(-1, 1), 1.0, "method_6") == pytest.approx(1.04 - math.exp(-0.54), rel=1e-14)
    with pytest.raises(ValueError, match="managed_guard_band: expanded: expected a guard band below 1"):
        managed_guard_band(Limits(-1, 1), 2.0, "method_6")


def test_method_6_needs_no_guard_band_at_a_large_ratio() -> None:
    assert managed_guard_band(Limits(-1, 1), 1 / 4.5, "method_6") > 0
    assert managed_guard_band(Limits(-1, 1), 1 / 4.7, "method_6") == 0


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: uncertainty_ratio(Limits(upper=1), 0.1),
            (
                "uncertainty_ratio: limits: expected two limits, got Limits(lower=None, upper=1). "
                "With one limit there is no such ratio."
            ),
        ),
        (
            lambda: uncertainty_ratio(Limits(-1, 1), 0),
            "uncertainty_ratio: expanded: expected a finite number above 0, got 0. Give it in the unit of the limits.",
        ),
        (
            lambda: managed_guard_band(Limits(-1, 1), 1.0, "method_5"),
            (
                "managed_guard_band: expanded: expected a guard band below 1, half the tolerance, got one of 1. "
                "Nothing could be accepted: lower the uncertainty."
            ),
        ),
        (
            lambda: managed_guard_band(Limits(-1, 1), 0.1, "method_4"),
            (
                "managed_guard_band: method: expected one of method_5, method_6, root_difference_of_squares, "
                "got 'method_4'. Choose one of these."
            ),
        ),
    ],
)
def test_what_has_no_ratio_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
