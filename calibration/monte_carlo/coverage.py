"""Coverage intervals of sorted values of an output."""

from __future__ import annotations

import math

import numpy as np

from calibration.checks import Array, probability, refuse, vector

TAIL = 100
"""Values that must lie outside an interval, so that its ends are no chance of a few."""


def least_trials(p: float) -> int:
    """Trials that an interval of this coverage probability needs: J = 100 / (1 - p), rounded up.

    Source:
        JCGM 101:2008, 7.9.4 b).

    >>> least_trials(0.95)
    2000
    """
    # 1 - 0.95 is a little above 0.05: no trial more for that.
    return math.ceil(TAIL / (1 - p) * (1 - 1e-9))


def inside(who: str, count: int, p: float) -> int:
    """How many steps between sorted values an interval spans, q."""
    probability(who, "probability", p)
    if count < least_trials(p):
        advice = "Make more trials, or ask for a smaller probability."
        raise refuse(who, "trials", f"{least_trials(p)} or more for a probability of {p!r}", count, advice)
    # pM where that is whole, else pM + 1/2 cut off.
    return math.floor(p * count + 0.5)


def _sorted(who: str, values: Array) -> Array:
    array = vector(who, "values", values, 1)
    return array if bool((array[1:] >= array[:-1]).all()) else np.sort(array)


def symmetric_interval(values: Array, p: float = 0.95) -> tuple[float, float]:
    """Probabilistically symmetric coverage interval: as much is left below as above.

    ::

        [y_(r), y_(r+q)]      q = pM, r = (M - q) / 2, both rounded to whole numbers

    Args:
        values: Values of the output, shape (M,), in its unit.
        p: Coverage probability, in (0, 1).

    Raises:
        ValueError: A value is not finite, the probability not in (0, 1), or there are less than 100 / (1 - p) values.

    Source:
        JCGM 101:2008, 7.7.2 and D.7.

    >>> import numpy as np
    >>> symmetric_interval(np.arange(1.0, 10001.0), 0.95)
    (250.0, 9750.0)
    """
    return symmetric_of_sorted(_sorted("symmetric_interval", values), p)


def symmetric_of_sorted(values: Array, p: float) -> tuple[float, float]:
    """As :func:`symmetric_interval`, of values in order."""
    count = len(values)
    q = inside("symmetric_interval", count, p)
    r = (count - q + 1) // 2
    return float(values[r - 1]), float(values[r - 1 + q])


def shortest_interval(values: Array, p: float = 0.95) -> tuple[float, float]:
    """Shortest coverage interval: of all with this probability the one whose ends are nearest to each other.

    ::

        r so that y_(r+q) - y_(r) is least      q = pM, rounded to a whole number

    Args:
        values: Values of the output, shape (M,), in its unit; the distribution has one peak.
        p: Coverage probability, in (0, 1).

    Raises:
        ValueError: A value is not finite, the probability not in (0, 1), or there are less than 100 / (1 - p) values.

    Source:
        JCGM 101:2008, 7.7.2, note, and D.8.

    >>> import numpy as np
    >>> low, high = shortest_interval(np.linspace(0.0, 1.0, 10001) ** 2, 0.95)
    >>> round(low, 2), round(high, 2)
    (0.0, 0.9)
    """
    return shortest_of_sorted(_sorted("shortest_interval", values), p)


def shortest_of_sorted(values: Array, p: float) -> tuple[float, float]:
    """As :func:`shortest_interval`, of values in order."""
    count = len(values)
    q = inside("shortest_interval", count, p)
    r = int(np.argmin(values[q:] - values[: count - q]))
    return float(values[r]), float(values[r + q])
