"""Improvement: what is open or overdue first; each kind of entry with its file; the effect of an action."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from edge_agent.speech import Speech
from gateway.access.sites import Sites, is_within
from gateway.api.improvement_tables import SECTIONS, Cell, Table, needs_of, table_of
from gateway.api.permission import allow, sites_for
from gateway.api.rendering import Pages
from gateway.api.sheets import Language, Sheet, harmless
from gateway.api.source import EdgeName, Now, SiteName, TheService, Zone
from gateway.improvement import effect_of, gather
from gateway.improvement.effect import DAYS, longest_over
from gateway.improvement.entered import Area, Gathered, areas_of, day_of
from gateway.registry.roles import Action

router = APIRouter(
    include_in_schema=False, prefix="/improvement", dependencies=[Depends(allow(Action.READ, "improvement"))]
)

SHOWN = 200
Section = Annotated[str, Path(max_length=20)]
NameQuery = Annotated[str, Query(max_length=63)]


class Seen(NamedTuple):
    """What the reader has asked for.

    Attributes:
        sites: Names of all that they may see.
        site: The one that is shown; empty: all.
        unit: The work unit that is shown; empty: all.
        units: Names of those of the shown sites.
        found: What was entered there.
        areas: Audited areas with their trend.
    """

    sites: list[str]
    site: str
    unit: str
    units: list[str]
    found: Gathered
    areas: list[Area]


def _seen(
    service: TheService,
    now: Now,
    zone: Zone,
    mine: Annotated[Sites, Depends(sites_for(Action.READ, "improvement"))],
    site: NameQuery = "",
    unit: NameQuery = "",
) -> Seen:
    sites = [one for one in service.shop_floor.sites() if is_within(one, mine)]
    shown = [one for one in sites if site in ("", one)]
    units = sorted({one.id.work_unit for name in shown for one in service.shop_floor.work_units(name)})
    found = gather(service.shop_floor, shown, day_of(now, zone), unit)
    return Seen(sites, site, unit, units, found, areas_of(found.audits, now))


TheSeen = Annotated[Seen, Depends(_seen)]


@router.get("")
def show_improvement(request: Request, pages: Pages, seen: TheSeen, now: Now, zone: Zone) -> HTMLResponse:
    """What needs somebody, and the way to everything else."""
    needs = needs_of(seen.found, now, zone, sum(area.is_due for area in seen.areas))
    counts = [(section, len(getattr(seen.found, section))) for section in SECTIONS]
    first = table_of("actions", seen.found, now, zone)
    context = {
        "seen": seen,
        "needs": needs,
        "counts": counts,
        "actions": Table(first.heads, first.rows[:10]),
        "now": now,
    }
    return pages.page(request, "improvement/index.html", context)


@router.get("/{section}")
def show_section(
    request: Request,
    section: Section,
    pages: Pages,
    seen: TheSeen,
    now: Now,
    zone: Zone,
    file: Annotated[Language | None, Query()] = None,
) -> Response:
    """All entries of one kind, as a page or as a file."""
    if section not in SECTIONS:
        msg = f"improvement {section!r}: there is no such page. Choose one of {', '.join(SECTIONS)}."
        raise HTTPException(404, msg)
    table = table_of(section, seen.found, now, zone)
    if file:
        sheet, say = Sheet(file, zone), pages.speech_for(request)
        heads = [say(f"improvement.head_{head}") for head in table.heads]
        return sheet.answer(sheet.lines(heads, _cells(table, sheet, say)), f"improvement_{section}", now)
    context = {
        "section": section,
        "sections": SECTIONS,
        "seen": seen,
        "table": Table(table.heads, table.rows[:SHOWN]),
        "more": len(table.rows) > SHOWN,
        "now": now,
    }
    return pages.page(request, "improvement/section.html", context)


@router.get("/actions/{site}/{edge}/{key}")
def show_action(
    request: Request,
    site: SiteName,
    edge: EdgeName,
    key: Annotated[str, Path(max_length=255)],
    service: TheService,
    pages: Pages,
    now: Now,
    zone: Zone,
    days: int = 0,
) -> HTMLResponse:
    """One action; once it is done, what its loss took before and after."""
    found = gather(service.shop_floor, [site], day_of(now, zone)).actions
    one = next((one for one in found if (one.edge, one.entry.key) == (edge, key)), None)
    if one is None:
        msg = f"action {key[:32]}: is not there, or was taken back. Go back to the list."
        raise HTTPException(404, msg)
    days = days if days in DAYS else longest_over(one.entry.done_at, now, zone)
    effect = effect_of(service.shop_floor, site, edge, one.entry, now, zone, days)
    context: dict[str, Any] = {"one": one, "effect": effect, "days": days, "choices": DAYS, "now": now}
    return pages.page(request, "improvement/action.html", context)


def _cells(table: Table, sheet: Sheet, say: Speech) -> Iterator[list[str]]:
    for row in table.rows:
        yield [_cell(cell, sheet, say) for cell in row]


def _cell(cell: Cell, sheet: Sheet, say: Speech) -> str:
    if cell.value is None or cell.value == "":
        return ""
    if cell.kind in ("number", "share", "lasting"):
        return sheet.number(cell.value)
    if cell.kind in ("time", "day"):
        return sheet.time(cell.value) if cell.kind == "time" else f"{say.local(cell.value):%Y-%m-%d}"
    if cell.kind == "word":
        return harmless(cell.said(say))
    return harmless(say.word("loss", str(cell.value)) if cell.kind == "loss" else str(cell.value))
