"""One series out of several, where the boundaries of the province or the price base changed.

Decision: a series is joined by the ratio of both at a year that is given in both, and refused without one.
Because: figures of two territories, or in prices of two years, say nothing about growth from one to the other.
Instead of: a ratio that somebody believes in, or the share of the merged provinces in another year.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from gateway.indicators.facts import Gap
from gateway.indicators.figures import Figure


class Segment(NamedTuple):
    """In what terms a figure is given."""

    territory: str
    price_base: int | None

    def told(self) -> str:
        """As it is printed."""
        return " · ".join(part for part in (self.territory, str(self.price_base or "")) if part) or "—"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where two parts of a series were joined.

    Attributes:
        series: Which.
        sector: Of what.
        year: Given in both.
        older: Terms of the part that was scaled.
        newer: Terms of the part to which.
        factor: By which the older part was multiplied: newer / older of that year.
    """

    series: str
    sector: str
    year: int
    older: str
    newer: str
    factor: float


class Linked(NamedTuple):
    """A series in the terms of its newest part.

    Attributes:
        values: Year -> value.
        terms: Year -> in what terms the figure of the year was given.
        estimates: Years that somebody estimated.
        links: Where it was joined; empty: nowhere.
        refs: Year -> where the figure comes from.
    """

    values: dict[int, float]
    terms: dict[int, Segment]
    estimates: frozenset[int]
    links: tuple[Link, ...]
    refs: dict[int, str]

    def is_scaled(self, year: int) -> bool:
        """Whether the year's figure was given in older terms."""
        return year in self.terms and self.terms[year] != self.terms[max(self.terms)]


def is_one_territory(series: Sequence[Linked], before: int, last: int) -> bool:
    """Whether growth from a year to a later one is told in the same boundaries by each series.

    The terms of a year are those of growth from it on, so the last year's say nothing; years that a series lacks
    are no excuse: its growth over them is in the boundaries of the years at both ends.
    """
    told = [{one.terms[year].territory for year in one.values if before <= year < last} for one in series]
    return all(one == told[0] for one in told)


class CannotLinkError(ValueError):
    """Parts of a series have no year in common.

    Attributes:
        gap: What is missing.
    """

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap.code)
        self.gap = gap


def linked(figures: Sequence[Figure], since: int, until: int) -> Linked:
    """The series in the terms of the newest part, up to the year before a part that is of no use.

    A part of other terms is multiplied by the ratio of both parts in the first year that both give. Years that the
    newer part gives are taken from it.

    Args:
        figures: Of one series and sector, at least one.
        since: First year that is needed.
        until: Last year that is needed; later figures are left out.

    Raises:
        CannotLinkError: A part with years that are needed has no year in common with the others.
    """
    parts: dict[Segment, dict[int, Figure]] = {}
    for one in figures:
        if one.year <= until:
            parts.setdefault(Segment(one.territory, one.price_base), {})[one.year] = one
    if not parts:
        return Linked({}, {}, frozenset(), (), {})
    newest = max(parts, key=lambda part: (max(parts[part]), part.price_base or 0, len(parts[part]), part.territory))
    chosen = dict(parts.pop(newest))
    values = {year: one.value for year, one in chosen.items()}
    links = []
    while joined := _next(parts, values):
        part, year = joined
        rows = parts.pop(part)
        factor = values[year] / rows[year].value
        told = (_terms(chosen[year]).told(), part.told())
        links.append(
            Link(
                series=rows[year].series,
                sector=rows[year].sector,
                year=year,
                older=told[1],
                newer=told[0],
                factor=factor,
            )
        )
        for at, one in rows.items():
            if at not in values:
                values[at], chosen[at] = one.value * factor, one
    _refuse(parts, values, newest, figures[0], since)
    return Linked(
        values=dict(sorted(values.items())),
        terms={year: _terms(one) for year, one in chosen.items()},
        estimates=frozenset(year for year, one in chosen.items() if one.is_estimate),
        links=tuple(links),
        refs={year: one.ref for year, one in chosen.items()},
    )


def _terms(one: Figure) -> Segment:
    return Segment(one.territory, one.price_base)


def _next(parts: dict[Segment, dict[int, Figure]], values: dict[int, float]) -> tuple[Segment, int] | None:
    """The part that shares a year with what is joined already, the newest first, and the first such year."""
    for part in sorted(parts, key=lambda one: (-max(parts[one]), one.territory, one.price_base or 0)):
        both = sorted(set(parts[part]) & set(values))
        both = [year for year in both if parts[part][year].value != 0]
        if both:
            return part, both[0]
    return None


def _refuse(
    parts: dict[Segment, dict[int, Figure]], values: dict[int, float], newest: Segment, of: Figure, since: int
) -> None:
    for part, rows in parts.items():
        needed: Iterable[int] = [year for year in rows if year >= since and year not in values]
        if needed or (values and min(values) > since):
            gap = Gap(
                code="cannot_be_linked",
                parts={"series": of.series, "sector": of.sector, "older": part.told(), "newer": newest.told()},
            )
            raise CannotLinkError(gap)
