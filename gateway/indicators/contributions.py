"""What sectors and product taxes add to growth of output: a table that adds up.

Decision: what is left stands in a column of its own and is never spread over the sectors.
Because: sums of rounded figures, sectors without their taxes and parts of a series that were joined one by one do not
add up, and whoever adds the columns must find the total.
"""

from statistics import fmean

from gateway.indicators.accounts import Contributions
from gateway.indicators.figures import SECTORS
from gateway.indicators.levels import Levels
from gateway.indicators.linking import Linked
from gateway.indicators.tfp import TORNQVIST, rate


def contributions_of(levels: Levels) -> tuple[Contributions, ...]:
    """By year, and last over the period as the mean of its years.

    ::

        100 * (V1 - V0) / Y0            Törnqvist: mean of V / Y of both years * 100 * ln(V1 / V0)

    Needs output of the whole and of every sector, but no capital and no labour.
    """
    output = levels.triple().output
    parts = {one: levels.series("grdp_constant", one) for one in SECTORS}
    sectors = {name: one for name, one in parts.items() if one is not None}
    if output is None or len(sectors) < len(SECTORS):
        return ()
    taxes = levels.series("product_taxes_constant")
    found = []
    for year in range(levels.since, levels.until + 1):
        every = [output, *sectors.values()]
        if all(_is_told(output, one, year) for one in every):
            of_taxes = taxes if taxes is not None and _is_told(output, taxes, year) else None
            found.append(_of_year(levels.options.method, year, output, sectors, of_taxes))
    if len(found) > 1 and len(found) == levels.until - levels.since + 1:
        found.append(_mean(found))
    return tuple(found)


def _is_told(output: Linked, one: Linked, year: int) -> bool:
    return {year - 1, year} <= set(one.values) and one.terms[year - 1] == output.terms.get(year - 1)


def _of_year(method: str, year: int, output: Linked, sectors: dict[str, Linked], taxes: Linked | None) -> Contributions:
    whole = rate(output.values[year - 1], output.values[year], method=method)
    by_sector = {name: part_of_growth(method, output, one, year) for name, one in sectors.items()}
    of_taxes = part_of_growth(method, output, taxes, year) if taxes is not None else None
    rest = whole - sum(by_sector.values()) - (of_taxes or 0.0)
    return Contributions(before=year - 1, year=year, output=whole, by_sector=by_sector, taxes=of_taxes, rest=rest)


def part_of_growth(method: str, output: Linked, part: Linked, year: int) -> float:
    """What a part of output adds to its growth of a year, percentage points.

    A part that is zero or negative at an end has no logarithm and is told by its plain difference.
    """
    v0, v1 = part.values[year - 1], part.values[year]
    y0, y1 = output.values[year - 1], output.values[year]
    if method == TORNQVIST and v0 > 0 and v1 > 0:
        return (v0 / y0 + v1 / y1) / 2 * rate(v0, v1, method=method)
    return 100 * (v1 - v0) / y0


def _mean(found: list[Contributions]) -> Contributions:
    given = [one.taxes for one in found if one.taxes is not None]
    taxes = fmean(given) if len(given) == len(found) else None
    output = fmean(one.output for one in found)
    by_sector = {name: fmean(one.by_sector[name] for one in found) for name in SECTORS}
    return Contributions(
        before=found[0].before,
        year=found[-1].year,
        output=output,
        by_sector=by_sector,
        taxes=taxes,
        rest=output - sum(by_sector.values()) - (taxes or 0.0),
    )
