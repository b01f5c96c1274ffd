"""Sensitivity coefficients: by complex step where the model allows it, by differences where it does not.

Decision: every complex step is held against a plain difference quotient.
Because: ``abs``, ``numpy.real`` or a comparison drop the imaginary part without a word, and with it the sensitivity.
Instead of: trust in the model's author.

Decision: first one quotient for all inputs, moved at once; each input alone only where that is not what the complex
steps foretell, or where its step finds no slope at all. Inputs of less than a thousandth of the largest move after
the others, so that none is drowned.
Because: a smooth model of ten inputs is asked 15 times instead of 31, and what one input hides shows in the sum.
Instead of: looking at every input of every model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from calibration.checks import refuse
from calibration.uncertainty.inputs import Input

Model = Callable[..., object]
"""A measurement model: takes the inputs by name, gives a number."""

STEP = 1e-14
"""Of a complex step, in parts of the plain one: its square vanishes beside 1, so that nothing is truncated."""

PART_OF_U = 1e-3
LEAST_PART = 2.0**-36
"""Of the value: a plain step still moves it by thousands of roundings, and stays beside u where u is tiny."""
LEAST_STEP = 1e-280  # Complex steps of it are still normal numbers.
EPSILON = 2.0**-52
AGREES = 1e-3
NOISE = 64.0
LEVELS = 6
FIRST = 0.1
WIDE = 1e-3
SETTLED = 1e-8
NARROWER = 8.0
STILL_BENT = 0.5
FORETOLD = 1e-7
DROWNED = 1e-3
GOLDEN = (math.sqrt(5) - 1) / 2


class Place:
    """A model at the estimates of its inputs.

    Attributes:
        y: The model's value there.
    """

    def __init__(self, who: str, model: Model, inputs: Sequence[Input]) -> None:
        self.who = who
        self.model = model
        self.inputs = inputs
        self.at: dict[str, float | complex] = {each.name: each.value for each in inputs}
        self.y = self.value({})

    def value(self, moved: dict[str, float]) -> float:
        """The model's value with some inputs moved.

        Raises:
            ValueError: It is not one finite real number.
        """
        where = self.at | moved if moved else self.at
        try:
            y = self.model(**where)
        except (ArithmeticError, ValueError) as error:
            raise refuse(self.who, "model", f"a value at {_told(where)}", str(error), LEFT) from error
        except TypeError as error:
            raise refuse(self.who, "model", f"one that takes {', '.join(where)}", str(error), NAMES) from error
        return y if type(y) is float and math.isfinite(y) else _real(self.who, where, y)

    def complex_slope(self, name: str, step: float, *, elsewhere: dict[str, float] | None = None) -> float | None:
        """``Im f(x + i h) / h``; None where the model does not take complex numbers."""
        here = self.at | elsewhere if elsewhere else self.at
        where: dict[str, float | complex] = {**here, name: complex(here[name].real, step)}
        try:
            y = complex(self.model(**where))  # type: ignore[call-overload]
        except (ArithmeticError, ValueError, TypeError, RuntimeWarning):  # NumPy warns of a dropped imaginary part.
            return None
        return float(y.imag / step) if math.isfinite(y.imag) else None

    def complex_slopes(self, moving: Sequence[tuple[Input, float]]) -> list[float] | None:
        """The same for some inputs with their scales, one after the other; None where it fails for one."""
        where, slopes = dict(self.at), []
        for each, scale in moving:
            step = STEP * scale
            where[each.name] = complex(each.value, step)
            try:
                slope = complex(self.model(**where)).imag / step  # type: ignore[call-overload]
            except (ArithmeticError, ValueError, TypeError, RuntimeWarning):
                return None
            if not math.isfinite(slope):
                return None
            slopes.append(slope)
            where[each.name] = each.value
        return slopes


LEFT = "The estimates lie outside the model's domain, or nearer to its end than u; look at both."
NAMES = "Name the model's arguments as the inputs."


def _told(where: dict[str, float | complex]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in where.items())


def _real(who: str, where: dict[str, float | complex], y: object) -> float:
    if isinstance(y, complex) or not hasattr(y, "__float__"):
        raise refuse(who, "model", "one real number", repr(y), "Give one model for each output.")
    try:
        number = float(y)
    except (TypeError, ValueError) as error:
        raise refuse(who, "model", "one real number", repr(y), "Give one model for each output.") from error
    if not math.isfinite(number):
        raise refuse(who, "model", f"a finite value at {_told(where)}", number, LEFT)
    return number


def scale_of(given: Input) -> float:
    """How far an input may be moved to see the model's slope: far below u, far above rounding."""
    return max(PART_OF_U * given.u, LEAST_PART * abs(given.value), LEAST_STEP)


def sensitivities(place: Place) -> list[float]:
    """Partial derivatives of the model for all inputs: see :func:`sensitivity`.

    Raises:
        ValueError: As there.
    """
    moving = [(each, scale_of(each)) for each in place.inputs if each.u > 0]
    slopes = place.complex_slopes(moving)
    if slopes is None:
        return [sensitivity(place, each) for each in place.inputs]
    sloped = [(each, scale, slope) for (each, scale), slope in zip(moving, slopes, strict=True)]
    with np.errstate(all="ignore"):  # All at once may leave the model's domain where none does alone.
        smooth = _foretold(place, sloped)
    if not smooth:
        return [sensitivity(place, each) for each in place.inputs]
    found = {each.name: slope or _level(place, each) for each, _, slope in sloped}
    return [found.get(each.name, 0.0) for each in place.inputs]


Sloped = tuple[Input, float, float]
"""An input, how far it is moved, and its slope."""


def _foretold(place: Place, sloped: list[Sloped]) -> bool:
    """Does the model go where these slopes say, and without a kink, also where the slope is small beside others?"""
    left = [(abs(each[1] * each[2]), each) for each in sloped if each[2]]
    while left:
        least = DROWNED * max([reach for reach, _ in left])
        if not _moves_so(place, [each for reach, each in left if reach >= least]):
            return False
        left = [pair for pair in left if pair[0] < least]
    return True


def _moves_so(place: Place, group: list[Sloped]) -> bool:
    """The same for inputs of like contribution, moved at once."""
    try:
        off, bend, size = _both_ways(place, group, 1.0)
        noise = NOISE * EPSILON * (abs(place.y) + size)
        if not abs(off) <= FORETOLD * size + AGREES * abs(bend) + noise:
            return False
        if abs(bend) <= FORETOLD * size + noise:
            return True
        _, near, _ = _both_ways(place, group, 1 / NARROWER)
    except ValueError:  # Its domain ends beside the estimates: perhaps not for one input alone.
        return False
    # Curvature fades with the square of the step, and a kink with the step: what is left is the kink.
    kink = near * NARROWER * NARROWER - bend
    return abs(kink) <= FORETOLD * size + AGREES * abs(bend) + noise


def _both_ways(place: Place, group: list[Sloped], part: float) -> tuple[float, float, float]:
    """What the slopes do not say of a move there and back, to first order and of second order; and the size of it all.

    Each input moves by a part of its own of its step, so that what two of them hide does not cancel.
    """
    up: dict[str, float] = {}
    down: dict[str, float] = {}
    forward = back = size = share = 0.0
    for each, scale, slope in group:
        share = (share + GOLDEN) % 1
        x, h = each.value, (1 + share) / 2 * part * scale
        above, below = x + h, x - h
        up[each.name], down[each.name] = above, below
        # As far as it really went: beside a large value a small step is rounded.
        forward += slope * (above - x)
        back += slope * (below - x)
        size += abs(slope) * h
    off_up, off_down = place.value(up) - place.y - forward, place.value(down) - place.y - back
    return (off_up - off_down) / 2, off_up + off_down, size


def _level(place: Place, given: Input) -> float:
    """The slope where the complex step finds none: 0 where the model does not move within u either."""
    try:
        above, below = (
            place.value({given.name: given.value + given.u}),
            place.value({given.name: given.value - given.u}),
        )
    except ValueError:
        return sensitivity(place, given)
    return 0.0 if above == below == place.y else sensitivity(place, given)


def sensitivity(place: Place, given: Input) -> float:
    """Partial derivative of the model for one input, at the estimates; 0 for a constant, which is not moved.

    Source:
        JCGM 100:2008, 5.1.3; Squire and Trapp, SIAM Rev. 40 (1998) 110 (complex step).

    Raises:
        ValueError: The model has no slope there: it has a kink or a jump, or is flat there and not within u.
    """
    if given.u == 0:
        return 0.0  # x**n is real for the n that it is, and not beside it.
    h = scale_of(given)
    above, below = place.value({given.name: given.value + h}), place.value({given.name: given.value - h})
    slope = (above - below) / (2 * h)
    noise = NOISE * EPSILON * (abs(above) + abs(below) + abs(place.y)) / h
    bend = abs(above - 2 * place.y + below) / h
    if bend > AGREES * abs(slope) + noise:
        _need_smooth(place, given, h, bend)
    exact = place.complex_slope(given.name, STEP * h)
    if above == below == place.y and not exact:
        _need_flat(place, given, h)
        return 0.0
    # A curved model's difference is off by less than its bend.
    if exact is not None and abs(exact - slope) <= AGREES * abs(slope) + noise + bend:
        return exact
    return _extrapolated(place, given, noise)


def _need_flat(place: Place, given: Input, h: float) -> None:
    """What moves on both sides within u, but not at all over h, goes in steps: a top would show, but for rounding."""
    try:
        above, below = (place.value({given.name: given.value + far}) for far in (given.u, -given.u))
    except ValueError:
        return  # The domain ends there: nothing is known.
    moved = min(abs(above - place.y), abs(below - place.y))
    if moved * (h / given.u) ** 2 > NOISE * EPSILON * abs(place.y):
        got = f"one that is flat at {given.name} = {given.value!r} and not within u of it"
        advice = "It goes in steps, as rounding does; leave that out, or propagate the distributions by Monte Carlo."
        raise refuse(place.who, "model", "a smooth one", got, advice)


def _need_smooth(place: Place, given: Input, h: float, bend: float) -> None:
    """A bend that does not fade with the step is a kink."""
    nearer = h / NARROWER
    above, below = (place.value({given.name: given.value + d}) for d in (nearer, -nearer))
    if abs(above - 2 * place.y + below) / nearer > STILL_BENT * bend:
        got = f"a kink or a jump at {given.name} = {given.value!r}"
        advice = "The law of propagation does not hold there; propagate the distributions by Monte Carlo."
        raise refuse(place.who, "model", "a smooth one", got, advice)


def _extrapolated(place: Place, given: Input, noise: float) -> float:
    """Central differences, extrapolated: within u, and where that leaves noise, over a wider stretch as well."""
    best, off = _ridders(place, given, max(FIRST * given.u, NOISE * scale_of(given)))
    if off > SETTLED * abs(best) and WIDE * abs(given.value) > FIRST * given.u:
        try:
            wider, wider_off = _ridders(place, given, WIDE * abs(given.value))
        except ValueError:  # Its domain ends before.
            wider, wider_off = best, off
        if wider_off < off and abs(wider - best) <= off + noise:
            best, off = wider, wider_off
    if off > AGREES * abs(best) + noise:
        got = f"{best:.6g} +- {off:.2g} for {given.name}"
        advice = "The model jumps or is noisy; propagate the distributions by Monte Carlo."
        raise refuse(place.who, "model", "a slope that settles", got, advice)
    return best


def _ridders(place: Place, given: Input, h: float) -> tuple[float, float]:
    """Central differences of narrowing steps, extrapolated to a step of zero, and how far that may be off.

    Source:
        Ridders, Adv. Eng. Software 4 (1982) 75.
    """
    best, least = math.nan, math.inf
    before: list[float] = []
    for _ in range(LEVELS):
        row = [(place.value({given.name: given.value + h}) - place.value({given.name: given.value - h})) / (2 * h)]
        for k, last in enumerate(before):
            row.append(row[k] + (row[k] - last) / (4 ** (k + 1) - 1))
            off = max(abs(row[-1] - row[k]), abs(row[-1] - last))
            if off < least:
                best, least = row[-1], off
        before, h = row, h / 2
    return best, least
