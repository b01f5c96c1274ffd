"""Models of many inputs are looked at with all of them moved at once: what one of them hides is found all the same."""

import math

import numpy as np
import pytest

from calibration.uncertainty import Input, constant, normal, propagate

SIZES = [1e3, 1.0, 1e-2, 1e-4, 1e-6]
"""Contribution of the input that hides something, beside nine of about 1."""


def nine() -> list[Input]:
    return [normal(f"x{i}", value, 0.2 + 0.1 * i) for i, value in enumerate([0.0, 1.0, -2.0, 3.0, -4.0, 0.5, 3, 7, 9])]


def others(x: dict[str, float]) -> float:
    return x["x0"] + x["x1"] * x["x2"] - x["x3"] + 2 * x["x4"] + np.sin(x["x5"]) + x["x6"] / x["x7"] - x["x8"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [lambda z: z + 0.3 * np.real(z), lambda z: 1.3 * np.real(z)], ids=["part", "all"])
def test_a_dropped_imaginary_part_is_found_among_others(hidden, size: float) -> None:
    budget = propagate(lambda z, **x: others(x) + size * hidden(z), [*nine(), normal("z", 1.0, 1.0)])
    assert budget.row("z").sensitivity == pytest.approx(1.3 * size, rel=1e-6)
    assert budget.row("x5").sensitivity == pytest.approx(math.cos(0.5), rel=1e-14)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "kinked", [lambda z: z if np.real(z) > 0 else 0.5 * z, lambda z: max(np.real(z), 0.0)], ids=["slopes", "flat"]
)
def test_a_kink_is_found_among_others(kinked, size: float) -> None:
    with pytest.raises(ValueError, match="kink") as caught:
        propagate(lambda z, **x: others(x) + size * kinked(z), [*nine(), normal("z", 0.0, 1.0)])
    assert str(caught.value) == (
        "propagate: model: expected a smooth one, got a kink or a jump at z = 0.0. "
        "The law of propagation does not hold there; propagate the distributions by Monte Carlo."
    )


@pytest.mark.parametrize("size", SIZES)
def test_steps_are_found_among_others(size: float) -> None:
    with pytest.raises(ValueError, match="flat") as caught:
        propagate(lambda z, **x: others(x) + size * np.round(z, 2), [*nine(), normal("z", 3.5, 1.0)])
    assert str(caught.value) == (
        "propagate: model: expected a smooth one, got one that is flat at z = 3.5 and not within u of it. "
        "It goes in steps, as rounding does; leave that out, or propagate the distributions by Monte Carlo."
    )


def test_what_two_inputs_hide_does_not_cancel() -> None:
    budget = propagate(lambda a, b: np.real(a) - np.real(b), [normal("a", 1.0, 0.1), normal("b", 1.0, 0.1)])
    assert [row.sensitivity for row in budget.rows] == pytest.approx([1.0, -1.0], rel=1e-9)
    with pytest.raises(ValueError, match="kink"):
        propagate(lambda a, b: max(a.real, 0.0) - max(b.real, 0.0), [normal("a", 0.0, 0.1), normal("b", 0.0, 0.1)])


def test_a_domain_that_ends_for_all_at_once_and_for_none_alone_is_no_hindrance() -> None:
    given = [normal(name, 1.0, 1.0) for name in "abcd"]
    budget = propagate(lambda a, b, c, d: np.sqrt(a + b + c + d - 3.9985), given)
    assert [row.sensitivity for row in budget.rows] == pytest.approx([0.5 / math.sqrt(0.0015)] * 4, rel=1e-9)


def test_a_smooth_model_is_asked_little_more_than_once_for_each_input() -> None:
    asked = []

    def model(n: float, **x: float) -> float:
        asked.append(x)
        return n * others(x)

    propagate(model, [*nine(), constant("n", 2)])
    assert len(asked) <= 1 + 9 + 4
