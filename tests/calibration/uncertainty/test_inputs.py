import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from calibration.uncertainty import (
    Deviation,
    Input,
    arcsine,
    certificate,
    constant,
    dof_of_unreliability,
    mean,
    mean_of_series,
    means_together,
    normal,
    one_way,
    pool,
    rectangular,
    resolution,
    standard_deviation,
    trapezoidal,
    triangular,
)

TEMPERATURES = [  # JCGM 100:2008, table 1: twenty readings, Cel
    *(96.90, 98.18, 98.25, 98.61, 99.03, 99.49, 99.56, 99.74, 99.89, 100.07),
    *(100.33, 100.42, 100.68, 100.95, 101.11, 101.20, 101.57, 101.84, 102.36, 102.72),
]


def test_4_4_3_twenty_readings_of_a_temperature() -> None:
    given = mean("t", TEMPERATURES, unit="Cel")
    assert round(given.value, 3) == 100.145
    assert round(standard_deviation(TEMPERATURES).value, 3) == 1.489
    assert round(given.u, 3) == 0.333
    assert (given.dof, given.distribution, given.evaluation) == (19, "student", "A")


def test_4_4_5_limits_of_4_degrees_rectangular_and_triangular() -> None:
    assert round(rectangular("t", 100.0, 4.0).u, 1) == 2.3
    assert round(triangular("t", 100.0, 4.0).u, 1) == 1.6


def test_a_half_width_comes_back_out_of_every_bounded_distribution() -> None:
    for given in (
        rectangular("x", 1.0, 0.3),
        triangular("x", 1.0, 0.3),
        arcsine("x", 1.0, 0.3),
        trapezoidal("x", 1.0, 0.3, top=0.5),
    ):
        assert given.half_width == pytest.approx(0.3, rel=1e-15)
    assert resolution("d", 0.02).half_width == pytest.approx(0.01)
    assert normal("x", 1.0, 0.3).half_width == math.inf


def test_a_trapezoid_lies_between_triangle_and_rectangle() -> None:
    assert trapezoidal("x", 0, 1, top=0).u == triangular("x", 0, 1).u
    assert trapezoidal("x", 0, 1, top=1).u == pytest.approx(rectangular("x", 0, 1).u, rel=1e-15)
    assert trapezoidal("x", 0, 1, top=0.5).u == pytest.approx(math.sqrt(1.25 / 6), rel=1e-15)


@pytest.mark.parametrize(
    ("stated", "u", "dof"),
    [
        ({"k": 2.0}, 0.5, math.inf),
        ({"k": 2.0, "probability": 0.95}, 0.5, math.inf),
        ({"probability": 0.95}, 1 / 1.959963984540054, math.inf),
        ({"probability": 0.95, "dof": 9}, 1 / 2.2621571627982055, 9),
        ({"k": 2.262157, "probability": 0.95}, 1 / 2.262157, 9),
        ({"k": 2.37, "probability": 0.9545}, 1 / 2.37, 8),
        ({"k": 2.5, "probability": 0.95, "dof": 5}, 0.4, 5),
    ],
)
def test_a_certificate_tells_u_and_degrees_of_freedom(stated: dict[str, float], u: float, dof: float) -> None:
    given = certificate("m", 10.0, 1.0, **stated)
    assert given.u == pytest.approx(u, rel=1e-12)
    assert given.dof == pytest.approx(dof, rel=0.06 if stated.get("k") == 2.37 else 1e-5)
    assert given.distribution == ("normal" if math.isinf(dof) else "student")


def test_unreliability_of_25_percent_is_eight_degrees_of_freedom() -> None:
    assert [dof_of_unreliability(r) for r in (0.5, 0.25, 0.1, 0.0)] == pytest.approx([2, 8, 50, math.inf])


@pytest.mark.parametrize(
    ("name", "average", "deviation"),
    [("NumAcc1", 10_000_002.0, 1.0), ("NumAcc2", 1.2, 0.1), ("NumAcc3", 1_000_000.2, 0.1), ("NumAcc4", 1e7 + 0.2, 0.1)],
)
def test_nist_certified_means_and_deviations_come_out(name: str, average: float, deviation: float) -> None:
    """NIST StRD, univariate: numbers far from zero that differ in the last digits."""
    series = {
        "NumAcc1": [10_000_001.0, 10_000_003.0, 10_000_002.0],
        "NumAcc2": [1.2] + [1.1, 1.3] * 500,
        "NumAcc3": [1_000_000.2] + [1_000_000.1, 1_000_000.3] * 500,
        "NumAcc4": [10_000_000.2] + [10_000_000.1, 10_000_000.3] * 500,
    }[name]
    assert mean("x", series).value == pytest.approx(average, rel=1e-15)
    assert standard_deviation(series).value == pytest.approx(deviation, rel=1e-8 if name == "NumAcc4" else 1e-9)


def test_pooled_deviations_weigh_by_their_degrees_of_freedom() -> None:
    pooled = pool([Deviation(1.0, 4), Deviation(2.0, 2)])
    assert pooled.dof == 6
    assert pooled.value == pytest.approx(math.sqrt((4 * 1 + 2 * 4) / 6))


def test_a_single_reading_with_a_pooled_deviation_has_its_whole_deviation() -> None:
    given = mean("m", [7.0], pooled=Deviation(0.3, 12))
    assert (given.value, given.u, given.dof) == (7.0, 0.3, 12)


def test_a_reading_that_hardly_moves_in_time_is_worth_few() -> None:
    rng = np.random.default_rng(5)
    phi, n = 0.8, 400
    spreads, stated, naive = [], [], []
    for _ in range(300):
        noise = rng.normal(size=n + 50)
        series = np.zeros(n + 50)
        for i in range(1, n + 50):
            series[i] = phi * series[i - 1] + noise[i]
        given = mean_of_series("x", series[50:])
        spreads.append(given.value)
        stated.append(given.u)
        naive.append(mean("x", series[50:]).u)
    # sqrt((1 + phi) / (1 - phi)) = 3: what the plain formula misses.
    assert np.std(spreads) / np.mean(naive) == pytest.approx(3.0, rel=0.1)
    assert np.std(spreads) / np.mean(stated) == pytest.approx(1.0, rel=0.15)


def test_known_correlations_give_the_exact_variance_of_the_mean() -> None:
    phi, n = 0.5, 50
    known = [phi**k for k in range(1, n)]
    rng = np.random.default_rng(2)
    readings = rng.normal(size=n)
    given = mean_of_series("x", readings, correlations=known)
    matrix = phi ** np.abs(np.subtract.outer(range(n), range(n)))
    # An unbiased estimate: s**2 is expected to be sigma**2 * (n - trace) and u**2 of the mean is sum(R) / n**2.
    over_sigma = matrix.sum() / n**2
    squares = float(np.sum((readings - readings.mean()) ** 2))
    assert given.u**2 == pytest.approx(squares / (n - n * over_sigma) * over_sigma, rel=1e-12)


def test_independent_readings_are_left_as_they_are() -> None:
    readings = [1.0, 3.0, 2.0, 4.0, 1.0, 3.0, 2.0, 4.0]  # r_1 is negative
    plain, series = mean("x", readings), mean_of_series("x", readings)
    assert (series.value, series.dof) == (plain.value, plain.dof)
    assert series.u == pytest.approx(plain.u, rel=1e-15)


def test_groups_of_unequal_size_have_the_variance_of_their_mean() -> None:
    rng = np.random.default_rng(3)
    sizes, between, within = [2, 5, 9, 4, 5], 2.0, 1.0
    means, variances = [], []
    for _ in range(4000):
        groups = [rng.normal(rng.normal(0, between), within, size=size) for size in sizes]
        found = one_way(groups)
        # Unbiased, component of the variance included, without Input's refusal of negative ones.
        first = found.share / found.size * found.between.value**2
        second = (1 / found.n - found.share / found.size) * found.within.value**2
        means.append(found.mean)
        variances.append(first + second)
    assert np.mean(variances) == pytest.approx(np.var(means), rel=0.06)


def test_readings_taken_together_may_have_one_that_stands_still() -> None:
    together = means_together({"a": [1.0, 2.0, 3.0], "b": [5.0, 5.0, 5.0]}, {"a": "g"})
    assert together.correlation.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert [each.unit for each in together.inputs] == ["g", "1"]


def test_a_constant_has_no_uncertainty() -> None:
    assert constant("n", 12) == Input("n", 12, 0.0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: normal("m", math.nan, 0.1),
            "input 'm': value: expected a finite number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: normal("m", 1.0, -0.1),
            "input 'm': u: expected a finite number, 0 or more, got -0.1. Look at what it was computed from.",
        ),
        (
            lambda: normal("m", 1.0, 0.1, dof=0.9),
            (
                "input 'm': dof: expected 1 or more, or inf, got 0.9. "
                "Take another reading, or state inf for a value that is exactly known."
            ),
        ),
        (
            lambda: normal("1 m", 1.0, 0.1),
            (
                "input '1 m': name: expected a name that a model can use, got '1 m'. "
                "Begin with a letter, go on with letters, digits and _."
            ),
        ),
        (
            lambda: rectangular("t", 1.0, -0.1),
            "input 't': half_width: expected a finite number, 0 or more, got -0.1. Look at what it was computed from.",
        ),
        (
            lambda: trapezoidal("t", 1.0, 0.1, top=1.1),
            "input 't': top: expected 0 (triangle) to 1 (rectangle), got 1.1. Divide the top by the base.",
        ),
        (
            lambda: Input("t", 1.0, 0.1, "trapezoidal", top=-1.0),
            "input 't': top: expected 0 (triangle) to 1 (rectangle), got -1.0. Divide the top by the base.",
        ),
        (
            lambda: Input("t", 1.0, 0.1, divisor=0.0),
            "input 't': divisor: expected a finite number above 0, got 0.0. Give the coverage factor.",
        ),
        (
            lambda: resolution("d", 0.0),
            "input 'd': step: expected a finite number above 0, got 0.0. Look at what it was computed from.",
        ),
        (
            lambda: certificate("m", 1.0, 0.1),
            "input 'm': k, probability: expected one of them, got none. Read the certificate's note on U.",
        ),
        (
            lambda: certificate("m", 1.0, 0.1, k=0),
            "input 'm': k: expected a finite number above 0, got 0. Look at what it was computed from.",
        ),
        (
            lambda: certificate("m", 1.0, 0.1, probability=95),
            "input 'm': probability: expected a probability between 0 and 1, got 95. Give 0.95 for 95 %.",
        ),
        (
            lambda: certificate("m", 1.0, 0.1, k=20, probability=0.95),
            (
                "input 'm': k: expected 12.71 at most, that of one degree of freedom, got k = 20.0 for 0.95. "
                "Look at the certificate."
            ),
        ),
        (
            lambda: mean("m", [1.0]),
            "input 'm': readings: expected 2 values or more, got 1. Give more values.",
        ),
        (
            lambda: pool([]),
            "pool: deviations: expected one or more, got 0. Give the standard deviation of each series.",
        ),
        (
            lambda: pool([Deviation(1.0, math.inf)]),
            "pool: dof: expected finite degrees of freedom, got [inf]. An exactly known deviation needs no pooling.",
        ),
        (
            lambda: mean_of_series("x", np.arange(40.0), correlations=[0.99] * 39),
            (
                "input 'x': readings: expected two or more effective ones, got 1.01 of 40. "
                "Record for longer: the readings are nearly one."
            ),
        ),
        (
            lambda: means_together({"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}),
            "means_together: a, b: expected one length, got 2 (a) and 3 (b). Give one value of each for every point.",
        ),
        (
            lambda: means_together({}),
            "means_together: readings: expected one series or more, got 0. Name what was read.",
        ),
        (
            lambda: one_way([[1.0, 2.0]]),
            (
                "one_way: groups: expected two or more, and more readings than groups, got 1 groups of 2 readings in "
                "all. Take readings on another day, and more than one on a day."
            ),
        ),
        (
            lambda: one_way([[1.0, 1.0], [2.0, 2.0]]),
            (
                "one_way: readings: expected some that differ within groups, got equal ones. "
                "Use a finer resolution, or the mean of the groups' means."
            ),
        ),
    ],
)
def test_what_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told


def test_an_input_keeps_floats_whatever_numbers_came() -> None:
    given = Input("x", np.array(1.5), Decimal("0.1"), dof=8, top=0)
    assert [type(n) for n in (given.value, given.u, given.dof, given.top)] == [float] * 4
    assert (given.value, given.u, given.dof) == (1.5, 0.1, 8.0)


def test_a_name_is_kept_as_python_keeps_it() -> None:
    assert Input("\u00b5", 1.0, 0.1).name == "\u03bc"
    assert Input("Do\u0302", 1.0, 0.1).name == "D\u00f4"  # A letter and its mark, as some editors save it.


def test_an_unreliability_too_small_to_square_is_none() -> None:
    assert dof_of_unreliability(1e-200) == math.inf


def test_readings_in_very_large_units_are_refused_and_not_infinite() -> None:
    told = "sum: values: expected a result below 1e308, got a larger one. Give them in a larger unit."
    for readings in ([1e308, 1e308], [1e200, -1e200]):
        with pytest.raises(ValueError, match="sum") as caught:
            mean("x", readings)
        assert str(caught.value) == told


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: Input("x", 1.0, 0.1, "uniform"),
            (
                "input 'x': distribution: expected one of normal, student, rectangular, triangular, arcsine, "
                "trapezoidal, got 'uniform'. Choose one of these."
            ),
        ),
        (
            lambda: Input("x", 1.0, 0.1, evaluation="C"),
            "input 'x': evaluation: expected one of A, B, got 'C'. Choose one of these.",
        ),
        (
            lambda: Input("lambda", 1.0, 0.1),
            (
                "input 'lambda': name: expected a name that a model can use, got 'lambda'. "
                "Begin with a letter, go on with letters, digits and _."
            ),
        ),
        (
            lambda: Input(None, 1.0, 0.1),
            (
                "input None: name: expected a name that a model can use, got None. "
                "Begin with a letter, go on with letters, digits and _."
            ),
        ),
        (
            lambda: Input("x", 1.0, 10**400),
            (
                f"input 'x': u: expected a finite number, 0 or more, got 1{'0' * 115} .... "
                "Look at what it was computed from."
            ),
        ),
        (
            lambda: trapezoidal("t", 1.0, 0.1, top=None),
            "input 't': top: expected a finite number, got None. Look at what it was computed from.",
        ),
        (
            lambda: mean("x", np.ma.array([1.0, 2.0, 99.0], mask=[0, 0, 1])),
            (
                "input 'x': readings: expected numbers without a mask, got masked_array(data=[1.0, 2.0, --],\n"
                "             mask=[False, False,  True],\n"
                "       fill_value=1e+20). Leave out what is masked, and say so."
            ),
        ),
        (
            lambda: mean_of_series("x", range(10), correlations=[2.0]),
            "input 'x': correlations, lag 1: expected a number between -1 and 1, got 2.0. Divide by the variance.",
        ),
        (
            lambda: mean_of_series("x", range(8), correlations=[0.1] * 8),
            "input 'x': correlations: expected 7 at most, one a lag, got 8. Leave out the longer lags.",
        ),
        (
            lambda: mean_of_series("x", range(8), correlations=[-4 / 7]),
            (
                "input 'x': correlations: expected those of a series, got a variance of the mean of 0 times that of "
                "independent ones. Give more lags, or let them be estimated."
            ),
        ),
        (
            lambda: one_way([[1, 2, 3, 1, 2, 3, 5, 6, 1, 9], [3.0]]).as_input("x", between=True),
            (
                "input 'x': variance: expected one above 0 with 1 degree of freedom or more, got -2.5 with 0. "
                "Groups add nothing: give between=False."
            ),
        ),
    ],
)
def test_what_was_taken_without_a_word_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told


def test_what_is_no_row_of_deviations_and_no_table_of_readings_is_refused() -> None:
    with pytest.raises(ValueError, match="pool") as caught:
        pool([0.1, 0.2])
    assert str(caught.value) == (
        "pool: deviations: expected a row of Deviation, got [0.1, 0.2]. Give the standard deviation of each series."
    )
    with pytest.raises(ValueError, match="means_together") as caught:
        means_together([[1.0, 2.0]])
    assert str(caught.value) == (
        "means_together: readings: expected series by their names, got [[1.0, 2.0]]. Name what was read."
    )


@pytest.mark.parametrize(("offset", "digits"), [(1, 13), (10**6, 9), (10**12, 2)])
def test_an_analysis_of_variance_keeps_its_digits_far_from_zero(offset: int, digits: int) -> None:
    """As NIST's SmLs01, 04 and 07: nine treatments of 21 readings that differ by 0.1, F = 21.

    How far F is from 21 is then what decimals lose as floats of that size; of those floats it is exact.
    """
    middles = [4, *([3, 5] * 4)]
    groups = [[offset + tenths / 10 for tenths in (middle, *([middle - 1, middle + 1] * 10))] for middle in middles]
    found = one_way(groups)
    assert found.ratio == pytest.approx(21, rel=10.0**-digits)
    exact = [[Fraction(reading) for reading in group] for group in groups]
    grand = sum(map(sum, exact)) / 189
    between = sum(21 * (sum(group) / 21 - grand) ** 2 for group in exact) / 8
    within = sum((reading - sum(group) / 21) ** 2 for group in exact for reading in group) / 180
    assert found.ratio == pytest.approx(float(between / within), rel=1e-12)
    assert found.mean == pytest.approx(float(grand), rel=1e-15)


def test_a_correlation_keeps_its_digits_far_from_zero() -> None:
    small = {"a": [1.0, 2.0, 4.0, 3.0, 7.0], "b": [2.0, 1.0, 5.0, 3.0, 5.0]}
    far = {name: [1e6 + reading * 2**-20 for reading in readings] for name, readings in small.items()}
    assert np.allclose(means_together(far).correlation, means_together(small).correlation, rtol=1e-13)
