"""Machine care by shift: what is due, going through a list, and what was found."""

import re
from collections.abc import Iterator

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.config.shop_tables import ChecklistConfig
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.attention import ChecklistDue, key_of
from edge_agent.screen.tpm.lists import checklists_of
from edge_agent.screen.tpm.shift import shift_of
from edge_agent.screen.tpm.wall_clock import DAY_NS, day_of, day_start, parse_day
from edge_agent.wire.entries import ChecklistDone, ChecklistItem

router = APIRouter(include_in_schema=False)
RESULTS = ("ok", "not_ok", "skipped")
_SHIFT = re.compile(r"[\w.-]{0,63}@(\d{4}-\d{2}-\d{2})")
_LATE_NS = 2 * DAY_NS
"""A page of a shift that began longer ago is old."""


def due_now(screen: Screen, book: ShopReader, now: int) -> Iterator[ChecklistDue]:
    """Every checklist of every work unit in its shift, in the order of the file."""
    board, settings = screen.board(), screen.settings
    for unit in settings.units:
        shift = shift_of(board, unit, settings.zone, now)
        for checklist in checklists_of(settings, unit):
            done = book.record(ChecklistDone, key_of(unit, checklist.id, shift.name))
            yield ChecklistDue(unit, checklist, shift, done if done is not None and not done.gone else None)


@router.get("/tpm/checklist")
def show_checklists(request: Request, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """What is due in this shift, and what was done in the last days."""
    now = screen.clock()
    with screen.book() as book:
        due = list(due_now(screen, book, now))
        past = book.records(ChecklistDone, since=now - 14 * DAY_NS, most=60)
    lists = {one.id: one for unit in screen.settings.units for one in checklists_of(screen.settings, unit)}
    context = {"due": due, "past": past, "lists": lists, "now": now, "units": screen.settings.units}
    return pages.page(request, "tpm/checklists.html", context)


@router.get("/tpm/checklist/{unit}/{name}")
def show_checklist(
    request: Request, screen: TheScreen, pages: Pages, unit: str, name: str, again: int = 0
) -> HTMLResponse:
    """The list to go through, or what was found in this shift."""
    now = screen.clock()
    checklist = _checklist(screen, unit, name)
    shift = shift_of(screen.board(), unit, screen.settings.zone, now)
    with screen.book() as book:
        done = book.record(ChecklistDone, key_of(unit, name, shift.name))
    form = Form({"shift": shift.name})
    if done is None or done.gone or again:
        return _ask(request, screen, pages, form, unit, checklist)
    context = {"unit": unit, "checklist": checklist, "done": done, "shift": shift, "now": now}
    return pages.page(request, "tpm/checklist_done.html", {**context, "units": screen.settings.units})


@router.post("/tpm/checklist/{unit}/{name}")
def keep_checklist(request: Request, screen: TheScreen, pages: Pages, form: Sent, unit: str, name: str) -> Response:
    """Keep what was found."""
    checklist = _checklist(screen, unit, name)
    shift = _shift_in(form, screen)
    items = []
    for item in checklist.items:
        result = form.choice(f"result-{item.id}", RESULTS)
        if not result:
            form.mistakes[f"result-{item.id}"] = "tpm.mistake.item"
        note = form.text(f"note-{item.id}", wanted=result == "not_ok")
        items.append(ChecklistItem(item=item.id, result=result, note=note))
    entry = ChecklistDone(
        key=key_of(unit, name, shift),
        work_unit=unit,
        checklist=name,
        shift=shift,
        items=tuple(items),
        who=screen.who(request, form),
    )
    if not screen.keep(request, form, entry):
        return _ask(request, screen, pages, form, unit, checklist, 422)
    found = any(item.result == "not_ok" for item in items)
    return RedirectResponse(f"/tpm/checklist/{unit}/{name}" if found else "/tpm/checklist", 303)


def _ask(
    request: Request,
    screen: Screen,
    pages: Pages,
    form: Form,
    unit: str,
    checklist: ChecklistConfig,
    status: int = 200,
) -> HTMLResponse:
    context = {"form": form, "unit": unit, "checklist": checklist, "results": RESULTS}
    return pages.page(request, "tpm/checklist.html", {**context, "units": screen.settings.units}, status)


def _checklist(screen: Screen, unit: str, name: str) -> ChecklistConfig:
    found = next((one for one in checklists_of(screen.settings, unit) if one.id == name), None)
    if found is None or unit not in screen.settings.units:
        raise HTTPException(404, f"checklist {name[:60]!r} of {unit[:60]!r}: not in agent.toml. Choose from the list.")
    return found


def _shift_in(form: Form, screen: Screen) -> str:
    """The shift that the page was made in: whoever sends it just after the shift has done the care in it."""
    match = _SHIFT.fullmatch(form["shift"])
    day = parse_day(match[1]) if match else None
    zone, now = screen.settings.zone, screen.clock()
    if day is None or not now - _LATE_NS <= day_start(day, zone) or day > day_of(now, zone):
        form.mistakes["form"] = "mistake.old_page"
        return ""
    return form["shift"]
