"""Labour productivity of an economy, its growth, and where the growth comes from.

Decision: on a gross regional product the changed weight of product taxes is a factor of its own.
Because: these taxes belong to no sector, and productivity grew by them without anybody working better.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

WITHIN, STATIC, DYNAMIC, TAXES = "within", "static", "dynamic", "taxes"


class ShiftShare(msgspec.Struct, frozen=True, kw_only=True):
    """Growth of labour productivity between two years by its sources, per cent of the productivity at the start.

    Attributes:
        before: The year from which.
        year: The year to which.
        growth: 100 * (P1 / P0 - 1); the four below add up to it.
        within: Sectors became more productive.
        static: Workers went to sectors that were more productive.
        dynamic: Workers went to sectors that became more productive.
        taxes: Product taxes less subsidies weigh more on value added.
        by_sector: Sector -> its within, static and dynamic effect.
    """

    before: int
    year: int
    growth: float
    within: float
    static: float
    dynamic: float
    taxes: float
    by_sector: dict[str, tuple[float, float, float]]


class Sector(NamedTuple):
    """Value added at constant prices and employed persons of a sector in a year."""

    value_added: float
    employed: float


def labour_productivity(output: float, employed: float) -> float:
    """Output at constant prices per employed person, in the unit of output per unit of persons.

    Raises:
        ValueError: Output is not finite, or nobody is employed.

    Source:
        General Statistics Office of Viet Nam: product at constant prices / average number of employed persons.
    """
    if not (employed > 0 and math.isfinite(employed) and math.isfinite(output)):
        msg = f"employed must be finite and > 0 and output finite, got {employed} and {output}"
        raise ValueError(msg)
    return output / employed


def shift_share(
    years: tuple[int, int],
    sectors: tuple[Mapping[str, Sector], Mapping[str, Sector]],
    output: tuple[float, float],
) -> ShiftShare:
    """Where growth of labour productivity comes from.

    ::

        S = sum(p_i * l_i)      p_i = V_i / L_i      l_i = L_i / L      q = Y / sum(V_i)      P = q * S
        within_i  = l_i0 * (p_i1 - p_i0) / S0        static_i = (l_i1 - l_i0) * p_i0 / S0
        dynamic_i = (l_i1 - l_i0) * (p_i1 - p_i0) / S0
        taxes     = (S1 / S0) * (q1 / q0 - 1)

    Args:
        years: From which to which.
        sectors: The same sectors in both years; value added >= 0 and employed > 0 each.
        output: Y of both years, product taxes less subsidies included, > 0; equal to the sum of the sectors where
            there are none.

    Raises:
        ValueError: A value is outside its range, or the sectors differ.

    >>> one = shift_share((0, 1), ({"a": Sector(10, 10), "b": Sector(30, 10)}, {"a": Sector(6, 5), "b": Sector(54, 15)}), (40, 60))
    >>> [round(part, 6) for part in (one.growth, one.within, one.static, one.dynamic, one.taxes)]
    [50.0, 20.0, 25.0, 5.0, 0.0]
    """  # noqa: E501  the example stands in one line
    first, second = sectors
    every = [*first.values(), *second.values()]
    if set(first) != set(second) or not first:
        msg = f"both years need the same sectors, got {sorted(first)} and {sorted(second)}"
        raise ValueError(msg)
    if not all(one.employed > 0 and one.value_added >= 0 for one in every) or min(output) <= 0:
        msg = f"need value added >= 0, employed > 0 and output > 0; got {every} and {output}"
        raise ValueError(msg)
    workers = [sum(one.employed for one in year.values()) for year in sectors]
    added = [sum(one.value_added for one in year.values()) for year in sectors]
    s0, s1 = added[0] / workers[0], added[1] / workers[1]
    by_sector = {}
    for name in sorted(first):
        p0, p1 = (year[name].value_added / year[name].employed for year in sectors)
        l0, l1 = (year[name].employed / all_of_them for year, all_of_them in zip(sectors, workers, strict=True))
        effects = (l0 * (p1 - p0), (l1 - l0) * p0, (l1 - l0) * (p1 - p0))
        by_sector[name] = (100 * effects[0] / s0, 100 * effects[1] / s0, 100 * effects[2] / s0)
    within, static, dynamic = (sum(part) for part in zip(*by_sector.values(), strict=True))
    q0, q1 = output[0] / added[0], output[1] / added[1]
    return ShiftShare(
        before=years[0],
        year=years[1],
        growth=100 * (q1 * s1 / (q0 * s0) - 1),
        within=within,
        static=static,
        dynamic=dynamic,
        taxes=100 * (s1 / s0) * (q1 / q0 - 1),
        by_sector=by_sector,
    )
