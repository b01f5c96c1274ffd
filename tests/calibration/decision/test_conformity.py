import math

import pytest

from calibration.decision import Limits, guard_band_for_specific_risk, probability_of_conformity, specific_risk


# JCGM 106:2012, clause 7, the figures as printed there.
@pytest.mark.parametrize(
    ("value", "u", "limits", "printed"),
    [
        (-5.47, 0.05, Limits(upper=-5.40), 0.92),  # breakdown voltage of a Zener diode, V
        (509.7, 8.6, Limits(lower=490), 0.99),  # bursting pressure of a container, kPa
        (13.6, 1.8, Limits(12.5, 16.3), 0.66),  # kinematic viscosity of SAE 40 motor oil, mm2/s
    ],
)
def test_probability_of_conformity_of_jcgm_106(value: float, u: float, limits: Limits, printed: float) -> None:
    p = probability_of_conformity(value, u, limits)
    assert p == pytest.approx(printed, abs=5e-3)
    assert specific_risk(value, u, limits) == pytest.approx(1 - p, rel=1e-13)


def test_the_speed_from_which_a_driver_was_too_fast() -> None:
    # JCGM 106:2012, 8.3.3, speed limit: radar with 2 % relative u, 99.9 % sure of more than 100 km/h: 107 km/h.
    fast = 100 / (1 - 3.090232306167813 * 0.02)
    assert round(fast) == 107
    w = guard_band_for_specific_risk(0.001, 0.02 * fast, Limits(lower=100))
    assert 100 + w == pytest.approx(fast, rel=1e-12)


# suncal, test_risk.py: specific risk of a normal distribution between 9 and 11.
@pytest.mark.parametrize(("value", "risk"), [(10.0, 0.01242), (10.5, 0.10574), (12.0, 0.99379)])
def test_specific_risk_agrees_with_suncal(value: float, risk: float) -> None:
    assert specific_risk(value, 0.4, Limits(9, 11)) == pytest.approx(risk, abs=5e-6)


def test_a_risk_far_out_keeps_its_digits() -> None:
    # mpmath, 30 digits: erfc(12 / sqrt(2)) / 2
    assert specific_risk(0.0, 1.0, Limits(upper=12.0)) == pytest.approx(1.7764821120776787e-33, rel=1e-12)
    # 14 u beyond the limit: erfc(14 / sqrt(2)) / 2
    assert probability_of_conformity(14.0, 1.0, Limits(upper=0.0)) == pytest.approx(7.7935368191928003e-45, rel=1e-12)
    assert probability_of_conformity(-14.0, 1.0, Limits(0.0, 30.0)) == pytest.approx(7.7935368191928003e-45, rel=1e-12)


def test_few_degrees_of_freedom_have_heavier_tails() -> None:
    # scipy 1.17.1: stats.t.cdf(-2, 5)
    assert specific_risk(10.0, 0.05, Limits(upper=10.1), dof=5) == pytest.approx(0.050969739414929174, rel=1e-11)


# NIST/SEMATECH e-Handbook 1.3.6.7.1 and 1.3.6.7.2: upper quantiles.
@pytest.mark.parametrize(
    ("risk", "dof", "factor"), [(0.05, math.inf, 1.645), (0.025, math.inf, 1.960), (0.05, 5, 2.015)]
)
def test_with_one_limit_the_guard_band_is_a_quantile_times_u(risk: float, dof: float, factor: float) -> None:
    assert guard_band_for_specific_risk(risk, 0.2, Limits(upper=5.0), dof) == pytest.approx(factor * 0.2, abs=1e-4)
    assert guard_band_for_specific_risk(risk, 0.2, Limits(lower=5.0), dof) == pytest.approx(factor * 0.2, abs=1e-4)


@pytest.mark.parametrize("dof", [math.inf, 8.0])
def test_with_two_limits_the_risk_at_the_acceptance_limit_is_the_one_asked_for(dof: float) -> None:
    limits = Limits(-1, 1)
    w = guard_band_for_specific_risk(0.05, 0.4, limits, dof)
    assert specific_risk(limits.guarded(w).upper, 0.4, limits, dof) == pytest.approx(0.05, rel=1e-12)
    assert w > guard_band_for_specific_risk(0.05, 0.4, Limits(upper=1), dof)  # the far limit takes its part


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: guard_band_for_specific_risk(0.05, 0.9, Limits(-1, 1)),
            (
                "guard_band_for_specific_risk: u: expected small enough for a risk of 0.05 in the middle between the "
                "limits, got 0.9, with which it is 0.267. Lower the uncertainty or agree on a larger risk."
            ),
        ),
        (
            lambda: guard_band_for_specific_risk(0.6, 0.1, Limits(-1, 1)),
            (
                "guard_band_for_specific_risk: risk: expected at most 0.5, which no guard band gives, got 0.6. "
                "Give 0.025 for 2.5 %."
            ),
        ),
        (
            lambda: specific_risk(math.nan, 0.1, Limits(-1, 1)),
            "specific_risk: value: expected a finite number, got nan. A missing value has no conformity.",
        ),
        (
            lambda: probability_of_conformity(0.0, 0.0, Limits(-1, 1)),
            (
                "probability_of_conformity: u: expected a finite number above 0, got 0.0. "
                "Evaluate the standard uncertainty first."
            ),
        ),
        (
            lambda: specific_risk(0.0, 0.1, Limits(-1, 1), dof=0.5),
            (
                "specific_risk: dof: expected 1 or more, or inf, got 0.5. "
                "Take another reading, or state inf for a value that is exactly known."
            ),
        ),
    ],
)
def test_what_has_no_risk_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
