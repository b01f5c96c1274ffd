"""Terms of second order, for models that bend over the uncertainty of their inputs."""

from __future__ import annotations

import math

from calibration.uncertainty.inputs import Input
from calibration.uncertainty.sensitivity import STEP, Place, scale_of

# Narrow beside u, wide beside rounding: what is multiplied by u**2 again keeps ten digits.
PART_OF_U = 0.05


def second_order_variance(place: Place) -> float:
    """What the terms of second order add to the variance of the output.

    ::

        sum over i, j of (f_ij**2 / 2 + f_i * f_ijj) * u(x_i)**2 * u(x_j)**2

    Derivatives of the slopes are central differences of complex steps; for a model that does not take complex
    numbers, of central differences.

    Source:
        JCGM 100:2008, 5.1.2, note.
    """
    moving = [each for each in place.inputs if each.u > 0]
    terms: list[float] = []
    for one in moving:
        middle = _slope(place, one, {})
        for other in moving:
            h = PART_OF_U * other.u
            above = _slope(place, one, {other.name: other.value + h})
            below = _slope(place, one, {other.name: other.value - h})
            mixed = (above - below) / (2 * h)
            third = (above - 2 * middle + below) / (h * h)
            terms.append((mixed * mixed / 2 + middle * third) * one.u**2 * other.u**2)
    return math.fsum(terms)


def _slope(place: Place, given: Input, elsewhere: dict[str, float]) -> float:
    h = scale_of(given)
    slope = place.complex_slope(given.name, STEP * h, elsewhere=elsewhere)
    middle = elsewhere.get(given.name, given.value)
    wide = PART_OF_U * given.u
    above, below = (place.value(elsewhere | {given.name: middle + d}) for d in (wide, -wide))
    plain = (above - below) / (2 * wide)
    bend = abs(above - 2 * place.value(elsewhere) + below) / wide
    if slope is not None and abs(slope - plain) <= 0.01 * abs(plain) + bend + 1e-9 * abs(place.y) / wide:
        return slope
    return plain
