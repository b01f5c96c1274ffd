"""Which indicators of several plans are alike, what still sets them apart, and figures of countries side by side.

Decision: alike are indicators of one unit that count one kind of thing in one way; what else differs is said.
Because: no two plans word a target the same, and a table that hides it would be believed.

Decision: a figure of a country is a ``statistic`` whose territory is the country's code (ISO 3166-1 alpha-2).
Because: a statistic carries year, unit, price base and source, which is what makes two countries comparable.
Instead of: a noun of its own for the few tables that a province imports.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from re import compile as pattern
from typing import NamedTuple

from gateway.indicators.measures import Records, Share
from gateway.indicators.schema import Indicator, Plan
from gateway.registry.book import Entry

OWN_COUNTRY = "VN"
_COUNTRY = pattern("[A-Z]{2}")
_WITHOUT_NUMBER = ("milestone", "qualitative")


class Member(NamedTuple):
    """An indicator of a plan."""

    plan: Plan
    indicator: Indicator


class Family(NamedTuple):
    """Indicators that are alike.

    Attributes:
        unit: Of all of them.
        members: Of two plans at least, in the order of the plans.
        apart: What sets some of them apart: ``period``, ``years``, ``conditions``, ``strictness``.
    """

    unit: str
    members: tuple[Member, ...]
    apart: tuple[str, ...]


class CountryFigure(NamedTuple):
    """A figure of a country.

    Attributes:
        country: Code.
        year: Of the figure.
        value: In its unit.
        unit: As imported.
        price_base: Year of the prices; None: none was written.
        source: As imported.
        is_estimate: Whether its source says so.
        apart: What keeps it from being compared with the most of them: ``year``, ``unit``, ``price_base``.
    """

    country: str
    year: int
    value: float
    unit: str
    price_base: int | None
    source: str
    is_estimate: bool
    apart: tuple[str, ...]


def families(plans: Sequence[Plan]) -> list[Family]:
    """Indicators of these plans that are alike; what only one plan has is left out."""
    alike: dict[tuple[str, ...], list[Member]] = {}
    for plan in plans:
        for one in plan.indicators:
            if one.unit not in _WITHOUT_NUMBER:
                alike.setdefault(_kind(one), []).append(Member(plan, one))
    parts = [part for members in alike.values() for part in _sharing(members)]
    several = [members for members in parts if len({member.plan.id for member in members}) > 1]
    return [Family(members[0].indicator.unit, tuple(members), _apart(members)) for members in several]


def countries(rows: Iterable[Entry]) -> dict[str, list[CountryFigure]]:
    """Series -> its countries, the highest first: of the newest year that most of them have, else of their newest.

    Args:
        rows: Of the noun ``statistic``; those of a sector, or whose territory is no country's code, are left out.
    """
    by_series: dict[str, dict[str, dict[int, Entry]]] = {}
    for row in rows:
        country = str(row.values["territory"])
        # A row of one sector is another figure of the same year.
        if _COUNTRY.fullmatch(country) and not row.values["sector"]:
            years = by_series.setdefault(str(row.values["series"]), {}).setdefault(country, {})
            years[int(str(row.values["year"]))] = row
    return {series: _side_by_side(of) for series, of in sorted(by_series.items()) if len(of) > 1}


def _kind(one: Indicator) -> tuple[str, ...]:
    measure = one.measure
    if isinstance(measure, Records):
        return (one.unit, measure.kind, *_counted(measure))
    if isinstance(measure, Share):
        below = _counted(measure.denominator) if isinstance(measure.denominator, Records) else ("statistic",)
        return (one.unit, measure.kind, *_counted(measure.numerator), *below)
    return (one.unit, measure.kind)


def _counted(records: Records) -> tuple[str, ...]:
    return (records.count, *sorted({source.of for source in records.sources}))


def _sharing(members: Sequence[Member]) -> list[list[Member]]:
    """Parts of which each member asks for something that another one of the part asks for too."""
    parts: list[tuple[set[tuple[str, str, str]], list[Member]]] = []
    for member in members:
        asks, joined = _asked(member.indicator), [member]
        apart = []
        for others, of_part in parts:
            if asks & others:
                asks, joined = asks | others, [*of_part, *joined]
            else:
                apart.append((others, of_part))
        parts = [*apart, (asks, joined)]
    order = {member.indicator.id: k for k, member in enumerate(members)}
    return [sorted(of_part, key=lambda one: order[one.indicator.id]) for _, of_part in parts]


def _asked(one: Indicator) -> set[tuple[str, str, str]]:
    """Noun, field and value of its conditions; of one without conditions something that all such have."""
    measure = one.measure
    records = measure if isinstance(measure, Records) else measure.numerator if isinstance(measure, Share) else None
    found = set()
    for source in records.sources if records else ():
        for path, wanted in (*source.where.items(), *source.has_all.items()):
            found |= {(source.of, path, str(value)) for value in wanted}
    return found or {("", "", "")}


def _apart(members: Sequence[Member]) -> tuple[str, ...]:
    told: dict[str, set[object]] = {
        "period": {member.indicator.period for member in members},
        "years": {(member.indicator.since, member.indicator.until) for member in members},
        "conditions": {member.indicator.measure.model_dump_json() for member in members},
        "strictness": {member.indicator.comparator for member in members},
    }
    return tuple(name for name, values in told.items() if len(values) > 1)


def _side_by_side(of: dict[str, dict[int, Entry]]) -> list[CountryFigure]:
    shared = Counter(year for years in of.values() for year in years)
    year = max(shared, key=lambda one: (shared[one] * 2 > len(of), one))
    chosen = [years.get(year) or years[max(years)] for years in of.values()]
    unit, base = (Counter(row.values[name] for row in chosen).most_common(1)[0][0] for name in ("unit", "price_base"))
    found = []
    for row in chosen:
        usual = {"year": year, "unit": unit, "price_base": base}
        found.append(
            CountryFigure(
                country=str(row.values["territory"]),
                year=int(str(row.values["year"])),
                value=float(str(row.values["value"])),
                unit=str(row.values["unit"]),
                price_base=int(str(row.values["price_base"])) if row.values["price_base"] else None,
                source=str(row.values["source"]),
                is_estimate=bool(row.values["is_estimate"]),
                apart=tuple(name for name, value in usual.items() if row.values[name] != value),
            )
        )
    return sorted(found, key=lambda one: (-one.value, one.country))
