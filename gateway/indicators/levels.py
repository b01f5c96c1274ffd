"""Output, capital and labour of an economy or a sector as levels by year, out of figures that may be in parts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.indicators.accounts import Options
from gateway.indicators.capital import MID_YEAR, CapitalBasis, perpetual_inventory, real_investment
from gateway.indicators.facts import Gap
from gateway.indicators.figures import TOTAL, Figure, checked
from gateway.indicators.linking import CannotLinkError, Link, Linked, Segment, linked

_BASE_ROUNDED = 0.5
"""An index that is 100 in its base year may be printed as 99.6."""


class Triple(NamedTuple):
    """Levels that a step of growth accounting needs; None: there are none."""

    output: Linked | None
    capital: Linked | None
    labour: Linked | None
    basis: CapitalBasis | None

    def years(self) -> set[int]:
        """Years that all of them have."""
        if self.output is None or self.capital is None or self.labour is None:
            return set()
        return set(self.output.values) & set(self.capital.values) & set(self.labour.values)


class Levels:
    """Levels by year out of figures, and what is wrong with these.

    Args:
        figures: Any; those of other series are left alone.
        since: First year whose growth counts.
        until: Last year.
        options: Rates that go before those among the figures.

    Attributes:
        good: Figures that were checked, by series and sector.
        problems: What was refused or is missing; each once.
        links: Where series were joined.
    """

    def __init__(self, figures: Iterable[Figure], since: int, until: int, options: Options) -> None:
        self.since, self.until, self.options = since, until, options
        self.good, self.problems = checked(figures)
        self.links: list[Link] = []
        self._series: dict[tuple[str, str], Linked | None] = {}
        self._triples: dict[str, Triple] = {}

    def has(self, series: str, sector: str = TOTAL) -> bool:
        """Whether there are such figures at all."""
        return (series, sector) in self.good

    def say(self, code: str, **parts: str) -> None:
        """Note what is wrong, once."""
        gap = Gap(code=code, parts=parts)
        if gap not in self.problems:
            self.problems.append(gap)

    def series(self, name: str, sector: str = TOTAL) -> Linked | None:
        """A series up to the last year, in the terms of its newest part; None: there is none that can be used."""
        key = (name, sector)
        if key not in self._series:
            found = None
            rows: Sequence[Figure] = self.good.get(key, ())
            # A stock of capital hangs on every year of investment, also those long before growth is asked for.
            since = min(one.year for one in rows) if rows and name.startswith("investment") else self.since - 1
            try:
                joined = linked(rows, since, self.until) if rows else None
            except CannotLinkError as error:
                self.say(error.gap.code, **error.gap.parts)
            else:
                found = joined if joined is not None and joined.values else None
                self.links += joined.links if joined is not None else ()
            self._series[key] = found
        return self._series[key]

    def triple(self, sector: str = TOTAL) -> Triple:
        """Output, capital and labour."""
        if sector not in self._triples:
            capital, basis = self._capital(sector)
            output, labour = self.series("grdp_constant", sector), self.series("employed", sector)
            self._triples[sector] = Triple(output, capital, labour, basis)
        return self._triples[sector]

    def has_capital(self, sector: str) -> bool:
        """Whether figures of capital were given."""
        return any(self.has(name, sector) for name in ("capital_stock", "investment_constant", "investment_current"))

    def _capital(self, sector: str) -> tuple[Linked | None, CapitalBasis | None]:
        if self.has("capital_stock", sector):
            return self.series("capital_stock", sector), CapitalBasis(source="stock")
        investment = self._investment(sector)
        if investment is None:
            return None, None
        rates = [self._rate("depreciation_rate", sector), self._rate("capital_start_growth", sector)]
        depreciation, start_growth = rates
        if depreciation is None or start_growth is None:
            return None, None
        run = _last_run(investment.values)
        if len(run) < len(investment.values):
            self.say("gap_in_investment", sector=sector, year=str(min(run) - 1))
        if not (0 <= depreciation < 1 and depreciation + start_growth > 0):
            self.say("rate_outside", sector=sector, depreciation=f"{depreciation:g}", growth=f"{start_growth:g}")
            return None, None
        timing = self.options.timing
        stocks = perpetual_inventory(run, depreciation=depreciation, start_growth=start_growth, timing=timing)
        first = min(run)
        basis = CapitalBasis(
            source="inventory",
            timing=timing,
            depreciation=depreciation,
            start_growth=start_growth,
            start=first - 1,
            start_stock=run[first] / (start_growth + depreciation),
        )
        terms = {year: investment.terms[max(year, first)] for year in stocks}
        estimates = {year for year in stocks if investment.estimates & {max(year, first)}}
        if timing == MID_YEAR:
            estimates &= set(run)
        refs = {year: investment.refs[max(year, first)] for year in stocks}
        return Linked(stocks, terms, frozenset(estimates), investment.links, refs), basis

    def _investment(self, sector: str) -> Linked | None:
        if self.has("investment_constant", sector):
            return self.series("investment_constant", sector)
        if not self.has("investment_current", sector):
            return None
        # One index for the whole economy is what there is; a sector may have its own.
        of_index = sector if self.has("investment_price_index", sector) else TOTAL
        index = self.series("investment_price_index", of_index) if self._is_index(of_index) else None
        current = self.series("investment_current", sector)
        if current is None or index is None:
            return None
        real = real_investment(current.values, index.values)
        if not real:
            self.say("no_series", series="investment_price_index", sector=sector)
            return None
        refs = {year: current.refs[year] for year in real}
        estimates = frozenset(year for year in real if year in current.estimates | index.estimates)
        terms = {year: Segment(current.terms[year].territory, index.terms[year].price_base) for year in real}
        return Linked(real, terms, estimates, (*current.links, *index.links), refs)

    def _is_index(self, sector: str) -> bool:
        """Whether the index is 100 in its base year; one against the year before is another thing."""
        if not self.has("investment_price_index", sector):
            self.say("no_series", series="investment_price_index", sector=sector)
            return False
        for one in self.good[("investment_price_index", sector)]:
            if one.price_base == one.year and abs(one.value - 100) > _BASE_ROUNDED:
                self.say("index_base", year=str(one.year), value=f"{one.value:g}")
                return False
        return True

    def _rate(self, name: str, sector: str) -> float | None:
        given = self.options.depreciation if name == "depreciation_rate" else self.options.start_growth
        if given is not None:
            return given
        rows = self.good.get((name, sector)) or self.good.get((name, TOTAL), [])
        values: list[float] = sorted({one.value for one in rows})
        if len(values) != 1:
            self.say("several_rates" if values else "no_rate", series=name, sector=sector)
            return None
        return values[0]


def _last_run(values: dict[int, float]) -> dict[int, float]:
    """The years without a gap that end with the last."""
    year = max(values)
    run = {}
    while year in values:
        run[year] = values[year]
        year -= 1
    return dict(sorted(run.items()))
