"""Provinces on like indicators, two plans side by side, and countries of the region from an imported table."""

from datetime import date
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from gateway.api.catalogues import country_names
from gateway.api.permission import allow
from gateway.api.plan_seen import AsOf, Seen, on_day, plans_seen
from gateway.api.plan_telling import PlanWords
from gateway.api.plans import SHAPES, Row, row_of
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.indicators.results import Evaluated
from gateway.programme.comparing import OWN_COUNTRY, CountryFigure, Member, countries, families
from gateway.registry.roles import Action

router = APIRouter(include_in_schema=False, prefix="/plans/compare")
Name = Annotated[str, Query(max_length=63)]


class Compared(NamedTuple):
    """An indicator in a table of like ones.

    Attributes:
        member: Plan and indicator.
        row: How far it is; None: its province is not registered here.
        how: How it is counted.
    """

    member: Member
    row: Row | None
    how: str


class Country(NamedTuple):
    """A country in a table.

    Attributes:
        figure: Of it.
        name: What people call it.
        width: Of its bar, per cent of the highest.
        is_own: Whether it is one's own.
    """

    figure: CountryFigure
    name: str
    width: float
    is_own: bool


@router.get("", dependencies=[Depends(allow(Action.READ, "programme"))])
def show_comparison(
    desk: TheDesk, evaluations: TheEvaluations, plan: Name = "", other: Name = "", as_of: AsOf = ""
) -> HTMLResponse:
    """Like indicators of the plans that they may see; of two plans only when two are chosen."""
    when = on_day(desk, as_of)
    seen = plans_seen(desk, evaluations.plans.values())
    chosen = [one for one in seen if one.plan.id in (plan, other)] if plan and other else seen
    words = PlanWords(desk.speech)
    results = {one.plan.id: _results(desk, evaluations, one, when.day) for one in chosen}
    made_up = any(is_made_up for _, is_made_up in results.values())
    tables = []
    for family in families([one.plan for one in chosen]):
        rows = []
        for member in family.members:
            its = results[member.plan.id][0].get(member.indicator.id)
            row = row_of(member.indicator, its, words) if its else None
            rows.append(Compared(member, row, " ".join(words.measure(member.indicator.measure))))
        if not plan or other or any(one.member.plan.id == plan for one in rows):
            tables.append((family, rows))
    context = {
        "seen": seen,
        "plan": plan,
        "other": other,
        "when": when,
        "words": words,
        "tables": tables,
        "shapes": SHAPES,
        "made_up": made_up,
        "countries": _countries(desk) if desk.may_read("statistic") else [],
    }
    return desk.page("plans/compare.html", context)


def _results(desk: Desk, evaluations: TheEvaluations, one: Seen, day: date) -> tuple[dict[str, Evaluated], bool]:
    """Indicator -> how far it is; whether the facts are made up."""
    if not one.place.province:
        return {}, False
    result = evaluations.of(desk.reader, one.plan.id, day, desk.now).result
    return {its.indicator: its for its in result.indicators}, result.made_up


def _countries(desk: Desk) -> list[tuple[str, list[Country]]]:
    names = country_names(desk.language)
    found = []
    for series, figures in countries(desk.book.all(desk.reader, "statistic")).items():
        most = max((one.value for one in figures), default=0.0)
        rows = [
            Country(
                one,
                names.get(one.country, one.country),
                round(max(0.0, one.value) / most * 100, 1) if most > 0 else 0.0,
                one.country == OWN_COUNTRY,
            )
            for one in figures
        ]
        found.append((series, rows))
    return found
