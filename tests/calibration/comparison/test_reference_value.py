import math
from itertools import combinations

import numpy as np
import pytest

from calibration.comparison import largest_consistent_subset, pair_equivalence, weighted_mean

X = [10.02, 10.05, 9.98, 10.31, 10.00, 9.60]
U = [0.03, 0.04, 0.02, 0.05, 0.10, 0.06]


def test_procedure_a_by_its_equations() -> None:
    x, u = np.array(X), np.array(U)
    found = weighted_mean(X, U)
    assert found.value == pytest.approx(np.average(x, weights=u**-2), rel=1e-14)
    assert found.u == pytest.approx(np.sum(u**-2.0) ** -0.5, rel=1e-14)
    assert found.chi_square == pytest.approx(np.sum(((x - found.value) / u) ** 2), rel=1e-12)
    assert not found.consistent
    for i, degree in enumerate(found.degrees):
        assert degree.d == pytest.approx(x[i] - found.value, abs=1e-13)
        assert degree.u == pytest.approx(math.sqrt(u[i] ** 2 - found.u**2), rel=1e-9)
        assert degree.expanded == 2 * degree.u


def test_two_equal_laboratories_by_hand() -> None:
    found = weighted_mean([1.0, 3.0], [1.0, 1.0])
    assert (found.value, found.chi_square) == (2.0, 2.0)
    assert found.u == pytest.approx(math.sqrt(0.5))
    assert found.p_value == pytest.approx(0.15729920705028513, rel=1e-12)  # erfc(1)
    assert found.consistent


def test_the_largest_consistent_subset_is_that_of_trying_all() -> None:
    found = largest_consistent_subset(X, U)
    sizes = [
        (len(s), -weighted_mean([X[i] for i in s], [U[i] for i in s]).chi_square, s)
        for n in range(2, 7)
        for s in combinations(range(6), n)
        if weighted_mean([X[i] for i in s], [U[i] for i in s]).consistent
    ]
    assert found.used == max(sizes)[2] == (0, 1, 2, 4)
    # Outside the subset variances add, since the mean does not depend on these laboratories.
    assert found.degrees[3].u == pytest.approx(math.hypot(0.05, found.u))
    assert found.degrees[0].u == pytest.approx(math.sqrt(0.03**2 - found.u**2))
    inside = weighted_mean([X[i] for i in found.used], [U[i] for i in found.used])
    assert (found.value, found.u) == pytest.approx((inside.value, inside.u), rel=1e-14)


def test_degrees_of_equivalence_are_spread_as_they_say() -> None:
    generator = np.random.default_rng(8)
    u = np.array([0.1, 0.2, 0.4])
    rounds = generator.normal(5.0, u, size=(4000, 3))
    scaled = [[degree.d / degree.u for degree in weighted_mean(x, u).degrees] for x in rounds]
    assert np.std(scaled, axis=0) == pytest.approx(1, abs=0.05)


def test_a_laboratory_with_nearly_all_the_weight_has_its_own_degree() -> None:
    found = weighted_mean([1.0, 3.0], [2.0**-20, 1.0])
    # u(d)**2 = u_1**4 / (u_1**2 + u_2**2), by hand
    assert found.degrees[0].u == pytest.approx(2.0**-40 / math.hypot(2.0**-20, 1.0), rel=1e-13)


def test_very_many_results_take_no_longer_than_they_must() -> None:
    x = np.random.default_rng(9).normal(5.0, 0.5, 100_000)
    found = weighted_mean(x, np.full(100_000, 0.5))
    assert found.u == pytest.approx(0.5 / math.sqrt(100_000), rel=1e-12)
    assert len(found.degrees) == 100_000


def test_digits_survive_a_large_offset_and_a_small_scale() -> None:
    near = weighted_mean([0.0, 2.0, 3.0], [1.0, 1.0, 2.0])
    far = weighted_mean(1e6 + 1e-6 * np.array([0.0, 2.0, 3.0]), 1e-6 * np.array([1.0, 1.0, 2.0]))
    assert far.chi_square == pytest.approx(near.chi_square, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: largest_consistent_subset([1.0, 2.0, 3.0], [0.01, 0.01, 0.01]),
            (
                "largest_consistent_subset: values: expected two that agree at least, got none. "
                "Look at the uncertainties: something is left out."
            ),
        ),
        (
            lambda: weighted_mean([1.0, 2.0], [0.1, -0.1]),
            "weighted_mean: u: expected numbers above 0, got -0.1 at index 1. Look at what it was computed from.",
        ),
        (
            lambda: pair_equivalence([1.0, 2.0], [0.1, 0.1], 0, 0.5),
            "pair_equivalence: j: expected a whole number, 0 or more, got 0.5. Look at what it was computed from.",
        ),
        (
            lambda: pair_equivalence([1.0, 2.0], [0.1, 0.1], 1, 1),
            (
                "pair_equivalence: i and j: expected two different indices from 0 to 1, got 1 and 1. "
                "Count laboratories from 0."
            ),
        ),
    ],
)
def test_results_without_a_reference_are_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
