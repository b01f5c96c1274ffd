import math

import pytest

from calibration.decision import Limits


def test_limits_belong_to_the_interval() -> None:
    assert Limits(1, 2).contains(1)
    assert Limits(1, 2).contains(2)
    assert not Limits(1, 2).contains(2.0000001)
    assert Limits(upper=2).contains(-1e300)
    assert Limits(lower=1).width == math.inf


def test_a_guard_band_moves_each_limit_that_there_is() -> None:
    assert Limits(1, 2).guarded(0.25) == Limits(1.25, 1.75)
    assert Limits(upper=2).guarded(0.25) == Limits(upper=1.75)
    assert Limits(lower=2).guarded(-0.25) == Limits(lower=1.75)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: Limits(2, 1),
            (
                "Limits: limits: expected lower below upper, got lower 2 and upper 1. "
                "Exchange them, or look at where they were written."
            ),
        ),
        (
            Limits,
            "Limits: lower and upper: expected at least one limit, got none. Take them from the specification.",
        ),
        (
            lambda: Limits(1, math.inf),
            "Limits: upper: expected a finite number, got inf. Give None for a limit that does not exist.",
        ),
        (
            lambda: Limits.of_mpe(0),
            "Limits: mpe: expected a finite number above 0, got 0. Take it from the specification, without a sign.",
        ),
        (
            lambda: Limits.of_mpe(1, about=math.nan),
            "Limits: about: expected a finite number, got nan. Give the nominal value.",
        ),
        (
            lambda: Limits(1, 2).guarded(0.5),
            (
                "Limits: guard band: expected less than half of 1, the distance between the limits, got 0.5. "
                "Nothing could be accepted: lower the uncertainty or agree on another rule."
            ),
        ),
    ],
)
def test_limits_that_make_no_sense_are_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="Limits: ") as caught:
        call()
    assert str(caught.value) == told
