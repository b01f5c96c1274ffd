"""Worked examples of ISO 6143:2001, annex B.2 (gas mixtures, x = G(y), u in both), as METAS B LEAST has them."""

import numpy as np
import pytest

from calibration.regression import fit_line, fit_polynomial

CONTENT_2 = [0.0015, 0.1888, 1.99, 3.796, 5.677, 7.118, 9.21, 10.9]
U_CONTENT_2 = [0.0009, 0.00045, 0.004, 0.039, 0.0125, 0.0125, 0.02, 0.025]
RESPONSE_2 = [60.0, 7786.0, 81700.0, 156200.0, 233300.0, 293000.0, 380600.0, 449700.0]
U_RESPONSE_2 = [35.0, 135.7, 36.7, 223.2, 137.2, 245.5, 125.1, 321.8]


def test_example_1_three_mixtures_and_a_line():
    content, response = [4.5, 18.75, 50.0], [0.1969, 0.7874, 2.0228]
    line = fit_line(response, content, u_x=[0.003938, 0.015748, 0.040456], u_y=[0.045, 0.1875, 0.5])
    assert line.coefficients == pytest.approx([-0.35747, 24.612], abs=5e-4)
    assert line.u == pytest.approx([0.15716, 0.48048], rel=3e-4)
    assert line.covariance[0, 1] == pytest.approx(-0.056921, rel=6e-4)
    assert line.squares == pytest.approx(0.6743, abs=5e-5)
    found = [line.mean_response(*given) for given in ((0.258, 0.00516), (0.6, 0.012), (1.8, 0.036))]
    assert [one.value for one in found] == pytest.approx([5.9923, 14.409, 43.943], abs=5e-4)
    assert [one.u for one in found] == pytest.approx([0.16377, 0.35599, 1.1631], rel=2e-4)


def test_example_1_the_other_way_round():
    # Fitted as y = F(x) and inverted: a line has the same distance to its points either way.
    line = fit_line(
        [4.5, 18.75, 50.0], [0.1969, 0.7874, 2.0228], u_x=[0.045, 0.1875, 0.5], u_y=[0.003938, 0.015748, 0.040456]
    )
    found = [line.inverse(*given) for given in ((0.258, 0.00516), (0.6, 0.012), (1.8, 0.036))]
    assert [one.value for one in found] == pytest.approx([5.9923, 14.409, 43.943], abs=5e-4)
    assert [one.u for one in found] == pytest.approx([0.16377, 0.35599, 1.1631], rel=2e-4)


@pytest.mark.parametrize(
    ("degree", "coefficients", "squares", "contents", "u"),
    [
        (1, [3.9810e-4, 2.42850e-5], 6.0445, [1.70035, 8.98586], [2.0242e-3, 9.9720e-3]),
        (2, [-1.31100e-4, 2.44011e-5, -4.08653e-13], 1.39638, [1.70594, 8.97232], [3.2903e-3, 1.17639e-2]),
    ],
)
def test_example_2_eight_mixtures_by_a_line_and_by_a_parabola(degree, coefficients, squares, contents, u):
    # Values: the least distance of METAS's implementation, which the standard's own figures approach to four digits.
    curve = fit_polynomial(RESPONSE_2, CONTENT_2, degree, u_x=U_RESPONSE_2, u_y=U_CONTENT_2)
    assert curve.coefficients == pytest.approx(coefficients, rel=1e-4)
    assert curve.squares == pytest.approx(squares, rel=1e-5)
    found = [curve.mean_response(7e4, 40.0), curve.mean_response(3.7e5, 200.0)]
    assert [one.value for one in found] == pytest.approx(contents, rel=3e-6)
    assert [one.u for one in found] == pytest.approx(u, rel=1e-3)
    assert np.all(np.isfinite(curve.standardised_residuals))
