"""Figures of a result as a certificate would print them: U to two digits, all else to the place of U. Pure.

Source:
    JCGM 100:2008, 7.2.2 and 7.2.6.
"""

import math
from collections.abc import Iterable

from calibration.uncertainty.rounding import round_result
from edge_agent.wire.bench import CalibrationResult

_MOST = 12


def decimals_of(uncertainty: float) -> int:
    """Places behind the point that two digits of an uncertainty reach; 0 for one of 10 and more.

    >>> decimals_of(0.00123), decimals_of(0.0996), decimals_of(25.0)
    (4, 2, 0)
    """
    if not uncertainty > 0 or not math.isfinite(uncertainty):
        return 0
    exponent = round_result(0.0, uncertainty).uncertainty.as_tuple().exponent
    assert isinstance(exponent, int), "a finite number"
    return min(max(0, -exponent), _MOST)


def places_of(result: CalibrationResult) -> int:
    """Places of a result: those of its U; of a figure without one those of its two leading digits."""
    return decimals_of(result.expanded or abs(result.error))


def places_of_step(resolution: float) -> int:
    """Places that an indication of this resolution has.

    >>> places_of_step(0.0001), places_of_step(0.05), places_of_step(1), places_of_step(0.02)
    (4, 2, 0, 2)
    """
    if not resolution > 0 or not math.isfinite(resolution):
        return 0
    text = f"{resolution:.12f}".rstrip("0")
    return min(len(text.partition(".")[2]), _MOST)


def worst_of(results: Iterable[CalibrationResult]) -> str:
    """The verdict on the whole: the worst of all; empty: none was stated.

    >>> worst_of([])
    ''
    """
    order = ("fail", "conditionalFail", "conditionalPass", "pass")
    found = {one.verdict for one in results if one.verdict}
    return next((verdict for verdict in order if verdict in found), "")
