"""Growth accounting of an economy and its sectors, from checked figures to shares of growth.

Decision: growth of a year needs the year before; over a gap only the mean between both ends is said, with its n.
Because: growth of two years that stands under one of them is believed.

Decision: over several years the mean growth rates come first, and then the residual and its share.
Because: the mean of yearly shares is another number, which one year of little growth can send anywhere. It is shown
beside, by its name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

import msgspec

from gateway.indicators.accounts import (
    ASSUMED_SHARE,
    BASES_DIFFER,
    ESTIMATE,
    KEPT_SHARE,
    LINKED,
    YEAR_FELL,
    Accounting,
    Course,
    Options,
    Sensitivity,
)
from gateway.indicators.capital import TIMINGS
from gateway.indicators.contributions import contributions_of
from gateway.indicators.facts import Gap
from gateway.indicators.figures import SECTORS, TOTAL, Figure
from gateway.indicators.labour_shares import ASSUMED, CHOICES, KEPT, LabourShare, labour_shares
from gateway.indicators.levels import Levels, Triple
from gateway.indicators.linking import Linked, is_one_territory
from gateway.indicators.sector_accounts import productivity_of, reallocations, taxes_of
from gateway.indicators.tfp import METHODS, OUTPUT_FELL, TORNQVIST, Step, accounted, growth_step, rate

SHIFT = 0.05
"""By which the labour share is changed to see what hangs on it."""
_CAPITAL = {"rate_outside": "capital", "index_base": "capital", "units_differ": "units_differ"}
"""Code of what is wrong -> what is not there because of it."""
_CAPITAL_SERIES = {
    *("capital_stock", "investment_constant", "investment_current", "investment_price_index"),
    *("depreciation_rate", "capital_start_growth"),
}


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What the steps of one economy or sector need."""

    output: Linked
    capital: Linked
    labour: Linked
    shares: Mapping[int, LabourShare]
    method: str
    shift: float = 0.0

    def share(self, year: int) -> float:
        return self.shares[year].value + self.shift

    def rates(self, before: int, year: int) -> tuple[float, float, float]:
        return (
            rate(self.output.values[before], self.output.values[year], year - before, self.method),
            rate(self.capital.values[before], self.capital.values[year], year - before, self.method),
            rate(self.labour.values[before], self.labour.values[year], year - before, self.method),
        )

    def territories(self, before: int) -> set[str]:
        """In whose boundaries growth from a year on is told."""
        return {one.terms[before].territory for one in (self.output, self.capital, self.labour)}

    def flags(self, before: int, year: int, shares: Iterable[int]) -> tuple[str, ...]:
        found = []
        three = (self.output, self.capital, self.labour)
        used = [self.shares[one] for one in shares]
        if any(one.estimates & {before, year} for one in three) or any(one.is_estimate for one in used):
            found.append(ESTIMATE)
        if any(one.is_scaled(before) for one in three):
            found.append(LINKED)
        bases = {base for one in (self.output, self.capital) if (base := one.terms[before].price_base) is not None}
        if len(bases) > 1:
            found.append(BASES_DIFFER)
        for source, flag in ((ASSUMED, ASSUMED_SHARE), (KEPT, KEPT_SHARE)):
            if any(one.source == source for one in used):
                found.append(flag)
        return tuple(found)


def account(figures: Iterable[Figure], since: int, until: int, options: Options | None = None) -> Accounting:
    """Growth accounting of an economy over some years.

    Args:
        figures: Of national accounts; those of other series are left alone.
        since: First year whose growth counts, so that figures begin with the year before.
        until: Last year.
        options: How; None: discrete, the accounts' share first.

    Returns:
        What can be said, and what is missing or was refused. It never raises over figures.

    Raises:
        ValueError: The years are in the wrong order, or an option is none.
    """
    options = options or Options()
    if until < since:
        msg = f"the last year {until} lies before the first {since}. Correct one of them."
        raise ValueError(msg)
    if options.method not in METHODS or options.labour_share not in CHOICES or options.timing not in TIMINGS:
        msg = f"options: {options} name what is not there. Choose of {METHODS}, {CHOICES}, {TIMINGS}."
        raise ValueError(msg)
    levels = Levels(figures, since, until, options)
    total = _course(levels, TOTAL)
    if len(levels.problems) == 0 and total.period is None:
        levels.say("no_period", since=str(since), until=str(until))
    named = [one for one in SECTORS if levels.has("grdp_constant", one) and levels.has_capital(one)]
    sectors = tuple(_course(levels, one) for one in named)
    taxes = taxes_of(levels)
    productivity = productivity_of(levels)
    basis = total.capital
    used = msgspec.structs.replace(
        options,
        depreciation=basis.depreciation if basis else options.depreciation,
        start_growth=basis.start_growth if basis else options.start_growth,
    )
    return Accounting(
        since=since,
        until=until,
        options=used,
        total=total,
        sectors=sectors,
        taxes=taxes,
        contributions=contributions_of(levels),
        reallocation=reallocations(levels, total, sectors, taxes),
        sensitivity=tuple(_sensitivity(levels, total, shift) for shift in (-SHIFT, SHIFT)),
        productivity=productivity,
        links=tuple(levels.links),
        flags=_flags(total),
        problems=tuple(levels.problems),
        rests_on=_rests_on(levels, total),
    )


def _course(levels: Levels, sector: str) -> Course:
    three = levels.triple(sector)
    _say_missing(levels, sector, three)
    wanted = range(levels.since - 1, levels.until + 1)
    shares, wrong = labour_shares(levels.good, sector, wanted, levels.options.labour_share)
    for gap in wrong:
        if int(gap.parts["year"]) in wanted:
            levels.say(gap.code, **gap.parts)
    if three.output is None or three.capital is None or three.labour is None:
        return Course(sector=sector, capital=three.basis)
    inputs = _Inputs(three.output, three.capital, three.labour, shares, levels.options.method)
    steps, period = _steps(levels, inputs, three.years(), sector)
    told = range(levels.since, period.year + 1) if period else ()
    yearly = {one.year: one.tfp_share for one in steps}
    defined = [share for year in told if (share := yearly.get(year)) is not None]
    return Course(
        sector=sector,
        steps=steps,
        period=period,
        mean_of_shares=fmean(defined) if defined and len(defined) == len(told) else None,
        shares=tuple(one for year, one in shares.items() if year in three.years()),
        capital=three.basis,
    )


def _steps(levels: Levels, inputs: _Inputs, years: set[int], sector: str) -> tuple[tuple[Step, ...], Step | None]:
    """Each year, and the period."""
    steps = []
    is_torn = False
    for year in range(levels.since, levels.until + 1):
        if not {year - 1, year} <= years:
            continue
        territories = inputs.territories(year - 1)
        if len(territories) > 1:
            told = ", ".join(sorted(one or "—" for one in territories))
            levels.say("territories_differ", sector=sector, year=str(year), territories=told)
            is_torn = True
            continue
        steps.append(_yearly(inputs, year))
    last = max((year for year in years if levels.since <= year <= levels.until), default=None)
    if last is None or levels.since - 1 not in years or is_torn:
        return tuple(steps), None
    if not is_one_territory((inputs.output, inputs.capital, inputs.labour), levels.since - 1, last):
        three = (inputs.output, inputs.capital, inputs.labour)
        told = ", ".join(sorted({one.terms[year].territory or "—" for one in three for year in one.values}))
        levels.say("territories_differ", sector=sector, year=str(last), territories=told)
        return tuple(steps), None
    return tuple(steps), _period(inputs, levels.since, last, steps)


def _yearly(inputs: _Inputs, year: int) -> Step:
    before = year - 1
    if inputs.method == TORNQVIST:
        share, of = fmean((inputs.share(before), inputs.share(year))), [before, year]
    else:
        share, of = inputs.share(year), [year]
    return growth_step(before, year, inputs.rates(before, year), share, inputs.flags(before, year, of))


def _period(inputs: _Inputs, since: int, last: int, steps: list[Step]) -> Step:
    """From the year before the first to the last."""
    before = since - 1
    rates = inputs.rates(before, last)
    within = [one for one in steps if one.year <= last]
    flags = inputs.flags(before, last, range(since, last + 1))
    flags += tuple(flag for one in within for flag in one.flags if flag in (ESTIMATE, LINKED, BASES_DIFFER))
    if any(OUTPUT_FELL in one.flags for one in within):
        flags += (YEAR_FELL,)
    if inputs.method != TORNQVIST:
        share = fmean(inputs.share(year) for year in range(since, last + 1))
        return growth_step(before, last, rates, share, flags)
    if len(within) < last - before:
        return growth_step(before, last, rates, fmean((inputs.share(before), inputs.share(last))), flags)
    added = (
        fmean(one.capital_contribution for one in within),
        fmean(one.labour_contribution for one in within),
        fmean(one.tfp for one in within),
    )
    return accounted(before, last, rates, fmean(one.labour_share for one in within), added, flags)


def _sensitivity(levels: Levels, total: Course, shift: float) -> Sensitivity:
    three = levels.triple()
    shares = {one.year: one for one in total.shares}
    if total.period is None or three.output is None or three.capital is None or three.labour is None:
        return Sensitivity(change=shift, period=None)
    if not all(0 <= one.value + shift <= 1 for one in shares.values()):
        return Sensitivity(change=shift, period=None)
    wanted = range(levels.since - 1, levels.until + 1)
    every, _ = labour_shares(levels.good, TOTAL, wanted, levels.options.labour_share)
    inputs = _Inputs(three.output, three.capital, three.labour, every, levels.options.method, shift)
    _, period = _steps(levels, inputs, three.years(), TOTAL)
    return Sensitivity(change=shift, period=period)


def _say_missing(levels: Levels, sector: str, three: Triple) -> None:
    named = {"grdp_constant": three.output, "capital": three.capital, "employed": three.labour}
    told = {_CAPITAL.get(gap.code) or gap.parts.get("series", "") for gap in levels.problems if _is_of(gap, sector)}
    told |= {"capital"} if told & _CAPITAL_SERIES else set()
    last = [max(one.values) for one in named.values() if one is not None]
    for series, one in named.items():
        if one is None:
            if not told & {series, "units_differ"}:
                levels.say("no_series", series=series, sector=sector)
            continue
        for year in range(levels.since - 1, max(last) + 1):
            if year not in one.values:
                levels.say("missing_year", series=series, sector=sector, year=str(year))
    if sector == TOTAL and last and max(last) < levels.until:
        levels.say("years_to_come", since=str(max(max(last) + 1, levels.since)), until=str(levels.until))


def _is_of(gap: Gap, sector: str) -> bool:
    """Whether it tells already why something of a sector is not there."""
    return gap.parts.get("sector", sector) == sector


def _flags(total: Course) -> tuple[str, ...]:
    return total.period.flags if total.period is not None else ()


def _rests_on(levels: Levels, total: Course) -> tuple[str, ...]:
    three = levels.triple()
    used = {ref for one in (three.output, three.labour, three.capital) if one is not None for ref in one.refs.values()}
    if total.capital is not None and total.capital.source == "inventory":
        for name in ("investment_constant", "investment_current", "investment_price_index"):
            used |= {one.ref for one in levels.good.get((name, TOTAL), ()) if one.year <= levels.until}
        for name in ("depreciation_rate", "capital_start_growth"):
            used |= {one.ref for one in levels.good.get((name, TOTAL), ())}
    used |= {ref for one in total.shares for ref in one.refs}
    return tuple(sorted(used - {""}))
