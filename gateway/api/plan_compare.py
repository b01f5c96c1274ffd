"""Provinces on like indicators, two plans side by side, and countries of the region from an imported table.

Decision: targets of all plans stand side by side; how far one is, only before those who may see its records.
Because: a plan is published and its records are not; an officer of one province would have nothing to compare with.
"""

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
        row: How far it is; None: its province is not registered here, or not theirs to see.
        is_theirs: Whether they may see the plan.
        how: How it is counted.
    """

    member: Member
    row: Row | None
    how: str
    is_theirs: bool


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
    """Like indicators of all plans; of two plans only when two are chosen."""
    when = on_day(desk, as_of)
    seen = plans_seen(desk, evaluations.plans.values())
    theirs = {one.plan.id for one in seen}
    every = [one.plan for one in seen]
    every += sorted((one for one in evaluations.plans.values() if one.id not in theirs), key=lambda one: one.id)
    chosen = [one for one in every if one.id in (plan, other)] if plan and other else every
    words = PlanWords(desk.speech)
    results = {one.plan.id: _results(desk, evaluations, one, when.day) for one in seen if one.plan in chosen}
    tables = []
    for family in families(chosen):
        rows = []
        for member in family.members:
            its = results.get(member.plan.id, {}).get(member.indicator.id)
            row = row_of(member.indicator, its, words) if its else None
            how = " ".join(words.measure(member.indicator.measure))
            rows.append(Compared(member, row, how, member.plan.id in theirs))
        if not plan or other or any(one.member.plan.id == plan for one in rows):
            tables.append((family, rows))
    context = {
        "plans": every,
        "plan": plan,
        "other": other,
        "when": when,
        "words": words,
        "tables": tables,
        "shapes": SHAPES,
        "countries": _countries(desk) if desk.may_read("statistic") else [],
    }
    return desk.page("plans/compare.html", context)


def _results(desk: Desk, evaluations: TheEvaluations, one: Seen, day: date) -> dict[str, Evaluated]:
    """Indicator -> how far it is."""
    if not one.place.province:
        return {}
    result = evaluations.of(desk.reader, one.plan.id, day, desk.now).result
    return {its.indicator: its for its in result.indicators}


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
