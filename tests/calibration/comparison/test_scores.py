import math

import pytest

from calibration.comparison import en_scores, is_negligible, z_prime_scores, z_scores, zeta_scores


# ISO/IEC 17043:2023, B.4: up to 2, below 3, from 3 on.
@pytest.mark.parametrize(
    ("value", "signal"),
    [
        (12.0, "acceptable"),
        (12.01, "warning"),
        (12.99, "warning"),
        (13.0, "action"),
        (7.0, "action"),
        (8.5, "acceptable"),
    ],
)
def test_signals_of_z(value: float, signal: str) -> None:
    (score,) = z_scores([value], 10.0, 1.0)
    assert score.signal == signal
    assert score.value == pytest.approx(value - 10)


def test_scores_share_their_numerator_and_differ_in_what_they_divide_by() -> None:
    d, sigma_pt, u, u_ref = 0.6, 0.4, 0.2, 0.3
    assert z_scores([10 + d], 10, sigma_pt)[0].value == pytest.approx(d / sigma_pt)
    assert z_prime_scores([10 + d], 10, sigma_pt, u_ref)[0].value == pytest.approx(d / 0.5)
    assert zeta_scores([10 + d], [u], 10, u_ref)[0].value == pytest.approx(d / math.sqrt(0.13))
    assert en_scores([10 + d], [2 * u], 10, 2 * u_ref)[0].value == pytest.approx(d / math.sqrt(0.13) / 2)


def test_an_en_number_has_two_verdicts() -> None:
    assert [s.signal for s in en_scores([10.99, 11.01, 8.9], [0.6, 0.6, 0.6], 10, 0.8)] == [
        "acceptable",
        "action",
        "action",
    ]


def test_an_uncertainty_of_the_assigned_value_is_negligible_below_three_tenths() -> None:
    assert is_negligible(0.299, 1.0)
    assert not is_negligible(0.3, 1.0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: z_scores([1.0], 1.0, 0.0),
            "z_scores: sigma_pt: expected a finite number above 0, got 0.0. Take it from the scheme's plan.",
        ),
        (
            lambda: en_scores([1.0, 2.0], [0.1], 1.0, 0.1),
            (
                "en_scores: values, uncertainties: expected one length, got 2 (values) and 1 (uncertainties). "
                "Give one value of each for every point."
            ),
        ),
        (
            lambda: zeta_scores([1.0], [0.0], 1.0, 0.1),
            (
                "zeta_scores: uncertainties: expected numbers above 0, got 0.0 at index 0. "
                "Look at what it was computed from."
            ),
        ),
    ],
)
def test_scores_without_a_scale_are_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
