"""A series of statistics by year: what shares are taken of, and what wishes are told by.

Where boundaries or the price base changed it is joined as :mod:`gateway.indicators.linking` joins series; what cannot
be joined is left out and said, and the newest part stays.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.indicators.facts import Gap, Record
from gateway.indicators.figures import Figure, folded, unit_of
from gateway.indicators.ledger import Ledger
from gateway.indicators.linking import CannotLinkError, Linked, linked
from gateway.indicators.measures import Statistic
from gateway.indicators.results import Ref


class Series(NamedTuple):
    """Values by year.

    Attributes:
        values: Year -> value, in the terms of the newest.
        refs: Year -> the row that it comes from.
        scaled: Years whose value was given in older terms.
        estimates: Years that somebody estimated.
        problems: What could not be used.
    """

    values: Mapping[int, float]
    refs: Mapping[int, Ref]
    scaled: frozenset[int]
    estimates: frozenset[int]
    problems: tuple[Gap, ...]

    def doubts_at(self, year: int | None) -> list[Gap]:
        """What is doubtful about a year."""
        marks = (("linked", self.scaled), ("estimate", self.estimates))
        return [Gap(code=code, parts={"year": str(year)}) for code, years in marks if year in years]


def series_of(ledger: Ledger, measure: Statistic, until: int) -> Series:
    """The series of a measure up to a year."""
    figures = [
        _figure(one)
        for one in ledger.statistics(until)
        if one.values.get("series") == measure.series
        and folded(str(one.values.get("sector") or "")) == folded(measure.sector)
    ]
    units = sorted({one.unit for one in figures})
    if len(units) > 1:
        parts = {"series": measure.series, "sector": measure.sector, "units": ", ".join(unit or "—" for unit in units)}
        return Series({}, {}, frozenset(), frozenset(), (Gap(code="mixed_units", parts=parts),))
    years = sorted({one.year for one in figures})
    problems = []
    joined = Linked({}, {}, frozenset(), (), {})
    for since in years:
        try:
            joined = linked([one for one in figures if one.year >= since], since, until)
        except CannotLinkError as error:
            problems.append(error.gap)
            continue
        break
    return Series(
        values=joined.values,
        refs={year: Ref("statistic", ref) for year, ref in joined.refs.items()},
        scaled=frozenset(year for year in joined.values if joined.is_scaled(year)),
        estimates=joined.estimates,
        problems=tuple(problems[:1]),
    )


def _figure(one: Record) -> Figure:
    values = one.values
    base, year, value = values.get("price_base"), values.get("year"), values.get("value")
    return Figure(
        series=str(values.get("series")),
        year=year if isinstance(year, int) else 0,
        value=float(value) if isinstance(value, int | float) else 0.0,
        unit=unit_of(str(values.get("unit") or "")),
        territory=str(values.get("territory") or ""),
        price_base=base if isinstance(base, int) else None,
        is_estimate=bool(values.get("is_estimate")),
        ref=one.id,
    )
