"""Draws from what is known of inputs, alone and correlated."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibration.checks import Array, refuse
from calibration.distributions import normal_cdf, student_t_quantile
from calibration.uncertainty.inputs import BOUNDED, Input

if TYPE_CHECKING:
    from numpy.random import Generator

Draw = Callable[["Generator", int], Sequence[Array]]
"""Gives n values for each of some inputs."""

LEAST_DOF = 2.0
FARTHEST = 8.5  # Nothing is drawn beyond: once in 10**16 draws.
STEPS = 1024


class Drawing:
    """Draws the inputs of a model, by name, in arrays that cannot be written to.

    Attributes:
        inputs: What is drawn.
    """

    def __init__(self, who: str, inputs: tuple[Input, ...], correlation: Array | None) -> None:
        for each in inputs:
            if each.u > 0 and not bounded(each) and each.dof <= LEAST_DOF:
                got = f"{each.dof:g} of input {each.name!r}"
                advice = "Student's t has no variance there: take more readings, or pool the spread of like ones."
                raise refuse(who, "dof", "above 2", got, advice)
        self.inputs = inputs
        self._groups = [
            ([inputs[i] for i in group], _draw(inputs, group, correlation)) for group in _groups(inputs, correlation)
        ]

    def __call__(self, generator: Generator, count: int) -> dict[str, Array]:
        """``count`` values of every input."""
        drawn: dict[str, Array] = {}
        for members, draw in self._groups:
            for each, deviations in zip(members, draw(generator, count), strict=True):
                values = each.value + deviations
                values.flags.writeable = False  # Another model gets the same values.
                drawn[each.name] = values
        for each in self.inputs:
            if each.name not in drawn:
                drawn[each.name] = np.broadcast_to(np.float64(each.value), count)
        return drawn


def bounded(given: Input) -> bool:
    """Whether the quantity has limits."""
    return given.distribution in BOUNDED


def scale(given: Input) -> float:
    """Half width of a bounded quantity, worked out from its u; u of any other one."""
    if not bounded(given):
        return given.u
    squared = {"rectangular": 3.0, "triangular": 6.0, "arcsine": 2.0}
    return given.u * math.sqrt(squared.get(given.distribution) or 6 / (1 + given.top**2))


def _groups(inputs: tuple[Input, ...], correlation: Array | None) -> list[list[int]]:
    """Indices of the inputs with uncertainty, those together that correlate, be it by way of a third one."""
    left = [i for i, each in enumerate(inputs) if each.u > 0]
    groups = []
    while left:
        group = [left.pop(0)]
        for one in group:
            near = [i for i in left if correlation is not None and correlation[one, i] != 0]
            left = [i for i in left if i not in near]
            group += near  # Grows while it is walked.
        groups.append(group)
    return groups


def _draw(inputs: tuple[Input, ...], group: list[int], correlation: Array | None) -> Draw:
    members = [inputs[i] for i in group]
    if correlation is None or len(group) == 1:
        alone = members[0]
        return lambda generator, count: [deviations(alone, generator, count)]
    mix = _root(correlation[np.ix_(group, group)])
    dofs = {each.dof for each in members}
    if len(dofs) == 1 and not any(map(bounded, members)):
        u = np.asarray([each.u for each in members])
        return _elliptic(mix * u[:, None], dofs.pop())
    return _copula(members, mix)


def _root(matrix: Array) -> Array:
    """A matrix whose product with its transpose is this one, which may be singular."""
    values, vectors = np.linalg.eigh(matrix)
    root: Array = vectors * np.sqrt(np.maximum(values, 0.0))  # Checked before: below 0 is rounding.
    return root


def _elliptic(mix: Array, dof: float) -> Draw:
    """The multivariate normal distribution, and Student's t of one number of degrees of freedom."""

    def draw(generator: Generator, count: int) -> Sequence[Array]:
        drawn: Array = mix @ generator.standard_normal((len(mix), count))
        if math.isfinite(dof):
            drawn /= np.sqrt(generator.chisquare(dof, count) / dof)
        return list(drawn)

    return draw


def _copula(members: list[Input], mix: Array) -> Draw:
    """Each its own distribution, tied by normal ones."""
    tables = [_table(each) for each in members]
    grid = np.linspace(-FARTHEST, FARTHEST, 2 * STEPS + 1)

    def draw(generator: Generator, count: int) -> Sequence[Array]:
        normals = mix @ generator.standard_normal((len(mix), count))
        return [
            np.interp(z, grid, table) * _width(each, generator, count)
            for z, table, each in zip(normals, tables, members, strict=True)
        ]

    return draw


def _table(given: Input) -> Array:
    """Quantiles, over the scale, at the probabilities of normal deviates; linear between them to 1e-5."""
    below = [quantile(given, float(z)) for z in np.linspace(-FARTHEST, 0.0, STEPS + 1)]
    return np.asarray([*below, *(-q for q in reversed(below[:-1]))])


def quantile(given: Input, z: float) -> float:
    """Quantile, over the scale, at the probability below a normal deviate of 0 or less."""
    if not bounded(given):
        return student_t_quantile(normal_cdf(z), given.dof) if math.isfinite(given.dof) else z
    p = normal_cdf(z)
    if given.distribution == "arcsine":
        return math.sin(math.pi * (p - 0.5))
    top = {"rectangular": 1.0, "triangular": 0.0}.get(given.distribution, given.top)
    slope = (1 - top) / (2 * (1 + top))  # Probability below the top.
    return math.sqrt(2 * p * (1 - top**2)) - 1 if p < slope else (p - 0.5) * (1 + top)


def _width(given: Input, generator: Generator, count: int) -> Array | float:
    """Half widths, each within what is known of the half width; the scale where that is exactly known."""
    if not bounded(given) or math.isinf(given.dof):
        return scale(given)
    part = 1 / math.sqrt(2 * given.dof)
    return scale(given) * generator.uniform(1 - part, 1 + part, count)


def deviations(given: Input, generator: Generator, count: int) -> Array:
    """Draws of one input, less its value."""
    match given.distribution:
        case "rectangular":
            drawn = generator.uniform(-1.0, 1.0, count)
        case "triangular":
            drawn = generator.random(count) - generator.random(count)
        case "arcsine":
            drawn = np.sin(generator.uniform(0.0, 2 * math.pi, count))
        case "trapezoidal":
            one, other = generator.uniform(-1.0, 1.0, (2, count))
            drawn = (1 + given.top) / 2 * one + (1 - given.top) / 2 * other
        case _ if math.isfinite(given.dof):
            drawn = generator.standard_t(given.dof, count)
        case _:
            drawn = generator.standard_normal(count)
    drawn *= _width(given, generator, count)
    return drawn
