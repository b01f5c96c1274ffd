"""The pages of production: a month, a week, a day, a shift of a site, a line, a machine; its stops; one stop."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, NamedTuple, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.schema import NAME
from gateway.access.sites import Sites
from gateway.api.columns import draw_columns
from gateway.api.permission import allow, sites_for
from gateway.api.problems import ProblemError, mistake
from gateway.api.production_sheets import TABLES, sheet_of
from gateway.api.rendering import Pages
from gateway.api.sheets import Language
from gateway.api.source import Now, TheService, Zone
from gateway.production.judging import largest
from gateway.production.looking import Asked, Look, Scope
from gateway.production.periods import Kind, Period, day_at, month_at, parse, today, week_at
from gateway.production.reading import Machine, Selection, last_day, machines_of
from gateway.production.remembering import Looks
from gateway.production.stops import stops_of
from gateway.registry.organisations import SiteRow
from gateway.registry.roles import Action

READ = allow(Action.READ, "production")
router = APIRouter(include_in_schema=False, dependencies=[Depends(READ)])

TOP_STOPS, ALL_STOPS = 10, 500
KINDS = ("FAULT", "STOP", "SETUP", "MINOR_STOP")

PeriodQuery = Annotated[
    str,
    Query(
        max_length=270,
        description="2026-11 for a month, 2026-W48, 2026-11-25, 2026-11-25.A for its shift A; "
        "empty: the month of the last day that was told of",
        examples=["2026-11"],
    ),
]
SiteQuery = Annotated[str, Query(pattern=f"^({NAME.pattern})?$", description="Site; empty: all", examples=["sa-dec"])]
LineQuery = Annotated[str, Query(max_length=255, description="Production line; empty: all", examples=["line-1"])]
UnitQuery = Annotated[
    str, Query(max_length=127, description="edge/machine; empty: all", examples=["press-shop/press-1"])
]
TheSites = Annotated[Sites, Depends(sites_for(Action.READ, "production"))]


class Asking(NamedTuple):
    """What was asked for, looked up.

    Attributes:
        asked: Registry, wall clock, the present.
        seen: Every machine that the reader may see, of the site that was asked for.
        scope: Whose.
        period: When.
        titles: Site -> what it is called.
    """

    asked: Asked
    seen: list[Machine]
    scope: Scope
    period: Period
    titles: Mapping[str, str]

    @property
    def selection(self) -> Selection:
        """The machines of the scope."""
        return Selection(self.scope.machines(self.seen), is_all=not self.scope.line and not self.scope.unit)


def _asking(
    service: TheService,
    sites: TheSites,
    now: Now,
    zone: Zone,
    period: PeriodQuery = "",
    site: SiteQuery = "",
    line: LineQuery = "",
    unit: UnitQuery = "",
) -> Asking:
    engine = service.engine
    seen = machines_of(engine, frozenset({site}) if site else sites)
    # Whoever has one site is not asked which.
    only = {machine.id.site for machine in seen}
    scope = Scope(site or (next(iter(only)) if len(only) == 1 else ""), line, unit)
    if not scope.machines(seen) and (line or unit):
        msg = (
            f"production of {line or unit}: no such line or machine at {scope.site or 'these sites'}. "
            "Choose one on the page /production."
        )
        raise HTTPException(404, msg)
    return Asking(Asked(engine, zone, now), seen, scope, _period(service, seen, period, now, zone), titles_of(service))


def _period(service: TheService, seen: list[Machine], text: str, now: int, zone: Zone) -> Period:
    if not text:
        told = last_day(service.engine, Selection(tuple(seen), is_all=True))
        return month_at(parse(told).first if told else today(now, zone))
    try:
        return parse(text)
    except ValueError as error:
        raise ProblemError(422, str(error), mistakes=[mistake("query", "#/period", str(error))]) from error


def titles_of(service: TheService) -> dict[str, str]:
    """Site -> what it is called, of those that are registered."""
    with Session(service.engine) as session:
        rows = session.execute(select(SiteRow.name, SiteRow.title).where(SiteRow.retired_at == 0))
        return {name: title for name, title in rows}  # noqa: C416  rows are no pairs


TheAsking = Annotated[Asking, Depends(_asking)]


def address(path: str, scope: Scope, period: Period | None) -> str:
    """Where a scope over a period stands.

    >>> address("/production", Scope("sa-dec"), parse("2026-11"))
    '/production?site=sa-dec&period=2026-11'
    """
    named = {name: value for name, value in scope._asdict().items() if value}
    query = urlencode(named | ({"period": period.name} if period else {}))
    return f"{path}?{query}" if query else path


def linking(scope: Scope, period: Period) -> Callable[..., str]:
    """For templates: another scope or period, or the same ones."""

    def to(path: str = "/production", *, scope: Scope = scope, period: Period = period) -> str:
        return address(path, scope, period)

    return to


def kinds_of(period: Period, now: int, zone: Zone) -> list[Period]:
    """The month, the week and the day in which to look, around what is shown now; not in the future."""
    inside = period.last if period.kind in (Kind.DAY, Kind.SHIFT) else min(period.last, today(now, zone))
    inside = max(inside, period.first)
    return [month_at(inside), week_at(inside), day_at(inside)]


def _is_future(period: Period, now: int, zone: Zone) -> bool:
    return period.first > today(now, zone)


def _looks(request: Request) -> Looks:
    state = request.app.state
    if not hasattr(state, "looks"):
        state.looks = Looks()
    return cast("Looks", state.looks)


@router.get("/production")
def show_production(
    request: Request, asking: TheAsking, pages: Pages, zone: Zone, looks: Annotated[Looks, Depends(_looks)]
) -> HTMLResponse:
    """What production gave, where the time went, and where to look closer."""
    seen = looks.look(asking.asked, asking.seen, asking.scope, asking.period)
    stops = stops_of(asking.asked.engine, asking.selection, asking.period, zone, most=TOP_STOPS)
    context = _frame(asking) | {
        "look": seen,
        "chart": draw_columns(seen.columns, seen.target),
        "worst": largest(seen.judged.losses),
        "stops": stops,
        "below_target": _below_target(seen),
        "names": {machine.id: machine for machine in seen.machines},
    }
    return pages.page(request, "production/production.html", context)


@router.get("/production/stops")
def show_stops(
    request: Request,
    asking: TheAsking,
    pages: Pages,
    zone: Zone,
    kind: Annotated[str, Query(pattern="^(FAULT|STOP|SETUP|MINOR_STOP)?$")] = "",
    reason: Annotated[str, Query(max_length=255, pattern=r"^[^\x00-\x1f]*$")] = "",
    unsaid: bool = False,  # noqa: FBT001, FBT002  a query parameter
) -> HTMLResponse:
    """Every stop of a period, the longest first; of one kind or reason, or those without a reason."""
    wanted = "" if unsaid else reason or None
    stops = stops_of(
        asking.asked.engine,
        asking.selection,
        asking.period,
        zone,
        most=ALL_STOPS + 1,
        kinds=(kind,) if kind else ("FAULT", "STOP", "SETUP") if unsaid else (),
        reason=wanted,
    )
    chosen = {"kind": kind, "reason": reason, "unsaid": "1" if unsaid else ""}
    context = _frame(asking) | {
        "stops": stops[:ALL_STOPS],
        "is_cut": len(stops) > ALL_STOPS,
        "most": ALL_STOPS,
        "kinds_of_stop": KINDS,
        "chosen": chosen,
        "names": {machine.id: machine for machine in asking.seen},
    }
    return pages.page(request, "production/stops.html", context)


@router.get("/production/{table}.csv")
def read_sheet(table: str, asking: TheAsking, language: Language = "vi") -> Response:
    """What a chart of the page shows, as a file."""
    if table not in TABLES:
        msg = f"production/{table[:60]}.csv: there is no such table. Ask for one of {', '.join(sorted(TABLES))}."
        raise HTTPException(404, msg)
    return sheet_of(table, asking.asked, asking.seen, asking.scope, asking.period, language)


def _frame(asking: Asking) -> dict[str, Any]:
    """What all pages of production have."""
    period, asked = asking.period, asking.asked
    unit = next(iter(asking.scope.machines(asking.seen)), None) if asking.scope.unit else None
    return {
        "asking": asking,
        "scope": asking.scope,
        "period": period,
        "unit": unit,
        "titles": asking.titles,
        "now": asked.now,
        "to": linking(asking.scope, period),
        "whole": Scope,
        "kinds": kinds_of(period, asked.now, asked.zone),
        "after": None if _is_future(period.after, asked.now, asked.zone) else period.after,
        "several_sites": len({machine.id.site for machine in asking.seen}) > 1,
        "one": timedelta(days=1),
    }


def _below_target(seen: Look) -> tuple[int, int]:
    """How many parts of the period are below the target, of how many that can be judged."""
    good = [one.judged.main for one in seen.columns if one.judged.main is not None and not one.judged.grey]
    return sum(1 for value in good if seen.target is not None and value < seen.target), len(good)
