"""What sectors and product taxes add: contributions, reallocation, and the sources of labour productivity."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from gateway.indicators.accounts import (
    ESTIMATE,
    LINKED,
    Course,
    Productivity,
    ProductivityYear,
    Reallocation,
    Taxes,
)
from gateway.indicators.contributions import part_of_growth
from gateway.indicators.figures import SECTORS, TOTAL, unit_of
from gateway.indicators.levels import Levels
from gateway.indicators.linking import Linked, is_one_territory
from gateway.indicators.productivity import Sector, ShiftShare, labour_productivity, shift_share
from gateway.indicators.tfp import TORNQVIST, rate

_ALIKE = 0.005
"""Sums of rounded figures may differ from their total by so much of it."""


def taxes_of(levels: Levels) -> tuple[Taxes, ...]:
    """What product taxes less subsidies add to growth, by year, and last over the period as the mean of its years.

    ::

        contribution = 100 * (T1 - T0) / Y0            Törnqvist: mean of T/Y of both years * 100 * ln(T1 / T0)
    """
    output, taxes = levels.triple().output, levels.series("product_taxes_constant")
    if output is None or taxes is None:
        return ()
    found = []
    for year in range(levels.since, levels.until + 1):
        if not {year - 1, year} <= set(output.values) & set(taxes.values):
            continue
        if output.terms[year - 1] != taxes.terms[year - 1]:
            told = {"taxes": taxes.terms[year - 1].told(), "output": output.terms[year - 1].told()}
            levels.say("taxes_differ", year=str(year), **told)
            continue
        found.append(_taxes(levels, output, taxes, year))
    if [one.year for one in found] == list(range(levels.since, levels.until + 1)):
        before, last = taxes.values[levels.since - 1], taxes.values[levels.until]
        n = levels.until - levels.since + 1
        growth = rate(before, last, n, levels.options.method) if before > 0 and last > 0 else None
        mean = fmean(one.contribution for one in found)
        found.append(Taxes(before=levels.since - 1, year=levels.until, growth=growth, contribution=mean))
    return tuple(found)


def _taxes(levels: Levels, output: Linked, taxes: Linked, year: int) -> Taxes:
    before = year - 1
    t0, t1 = taxes.values[before], taxes.values[year]
    growth = rate(t0, t1, 1, levels.options.method) if t0 > 0 and t1 > 0 else None
    contribution = part_of_growth(levels.options.method, output, taxes, year)
    return Taxes(before=before, year=year, growth=growth, contribution=contribution)


def reallocations(
    levels: Levels, total: Course, sectors: Sequence[Course], taxes: Sequence[Taxes]
) -> tuple[Reallocation, ...]:
    """Total TFP less that of the sectors, by year, and last over the period as the mean of its years.

    ::

        reallocation = tfp - sum(w_i * tfp_i)          w_i = V_i0 / Y0         Törnqvist: mean of V_i / Y of both years
    """
    if {one.sector for one in sectors} != set(SECTORS) or not total.steps:
        return ()
    found = []
    by_year = {one.year: one.contribution for one in taxes if one.year - one.before == 1}
    for step in total.steps:
        steps = {one.sector: sub for one in sectors for sub in one.steps if sub.year == step.year}
        if set(steps) != set(SECTORS):
            continue
        weights = {one: _weight(levels, one, step.year) for one in SECTORS}
        parts = {one: weights[one] * steps[one].tfp for one in SECTORS}
        _say_sums(levels, step.year)
        found.append(
            Reallocation(
                before=step.before,
                year=step.year,
                total=step.tfp,
                by_sector=parts,
                reallocation=step.tfp - sum(parts.values()),
                taxes=by_year.get(step.year),
            )
        )
    if found and [one.year for one in found] == list(range(levels.since, levels.until + 1)):
        found.append(_mean(levels, found))
    return tuple(found)


def _mean(levels: Levels, found: Sequence[Reallocation]) -> Reallocation:
    given = [one.taxes for one in found if one.taxes is not None]
    return Reallocation(
        before=levels.since - 1,
        year=levels.until,
        total=fmean(one.total for one in found),
        by_sector={one: fmean(each.by_sector[one] for each in found) for one in SECTORS},
        reallocation=fmean(one.reallocation for one in found),
        taxes=fmean(given) if len(given) == len(found) else None,
    )


def _weight(levels: Levels, sector: str, year: int) -> float:
    """Of a sector in output; figures of both are there, or there would be no step."""
    whole, part = levels.triple().output, levels.triple(sector).output
    if whole is None or part is None:
        return 0.0
    weights = [part.values[at] / whole.values[at] for at in (year - 1, year)]
    return fmean(weights) if levels.options.method == TORNQVIST else weights[0]


def _say_sums(levels: Levels, year: int) -> None:
    """Note where sectors and taxes do not add up to the total."""
    for name, extra in (("grdp_constant", "product_taxes_constant"), ("employed", "")):
        whole = levels.series(name)
        parts = [levels.series(name, one) for one in SECTORS]
        taxes = levels.series(extra) if extra else None
        if whole is None or any(one is None for one in parts) or (extra and taxes is None):
            continue
        rows = [one for one in (*parts, taxes) if one is not None]
        for at in (year - 1, year):
            if any(at not in one.values for one in (whole, *rows)):
                continue
            difference = sum(one.values[at] for one in rows) / whole.values[at] - 1
            # Parts that were joined one by one never add up in the older years, and nobody can mend that.
            if abs(difference) > _ALIKE and not any(one.is_scaled(at) for one in (whole, *rows)):
                levels.say("sectors_do_not_add_up", series=name, year=str(at), difference=f"{100 * difference:.2f}")


def productivity_of(levels: Levels) -> Productivity:
    """Labour productivity by year and over the period, and where its growth comes from."""
    output, labour = levels.triple().output, levels.triple().labour
    if output is None or labour is None:
        return Productivity()
    years = [one for one in sorted(set(output.values) & set(labour.values)) if levels.since - 1 <= one <= levels.until]
    values = {year: labour_productivity(output.values[year], labour.values[year]) for year in years}
    told = []
    for year in years:
        alike = year - 1 in values and output.terms[year - 1].territory == labour.terms[year - 1].territory
        growth = 100 * (values[year] / values[year - 1] - 1) if alike and year >= levels.since else None
        told.append(ProductivityYear(year=year, value=values[year], growth=growth, flags=_flags(output, labour, year)))
    units = [unit_of(levels.good[(name, TOTAL)][0].unit) for name in ("grdp_constant", "employed")]
    unit = " / ".join(units) if all(units) else ""
    by_year = [one for a, b in pairwise(years) if b - a == 1 and (one := _shift_share(levels, a, b))]
    before, last = levels.since - 1, years[-1] if years else 0
    if before not in values or last == before or not is_one_territory((output, labour), before, last):
        return Productivity(years=tuple(told), by_year=tuple(by_year), unit=unit)
    return Productivity(
        years=tuple(told),
        n=last - before,
        growth=rate(values[before], values[last], last - before),
        output=rate(output.values[before], output.values[last], last - before),
        by_year=tuple(by_year),
        period=_shift_share(levels, before, last),
        unit=unit,
    )


def _flags(output: Linked, labour: Linked, year: int) -> tuple[str, ...]:
    found = []
    if any(one.estimates & {year - 1, year} for one in (output, labour)):
        found.append(ESTIMATE)
    if any(one.is_scaled(year - 1) for one in (output, labour)):
        found.append(LINKED)
    return tuple(found)


def _shift_share(levels: Levels, before: int, year: int) -> ShiftShare | None:
    output = levels.triple().output
    if output is None:
        return None
    two: tuple[dict[str, Sector], dict[str, Sector]] = ({}, {})
    for at, found in zip((before, year), two, strict=True):
        for sector in SECTORS:
            added, employed = levels.series("grdp_constant", sector), levels.series("employed", sector)
            if added is None or employed is None or at not in added.values or at not in employed.values:
                return None
            found[sector] = Sector(added.values[at], employed.values[at])
    _say_sums(levels, year)
    # Where the sectors employ others than the whole does, the sources would add up to another growth than it has.
    whole = levels.series("employed")
    for at, by_sector in zip((before, year), two, strict=True):
        employed_there = sum(one.employed for one in by_sector.values())
        if whole is None or abs(employed_there / whole.values[at] - 1) > _ALIKE:
            difference = 100 * (employed_there / whole.values[at] - 1) if whole is not None else 0.0
            levels.say("sectors_do_not_add_up", series="employed", year=str(at), difference=f"{difference:.2f}")
            return None
    return shift_share((before, year), two, (output.values[before], output.values[year]))
