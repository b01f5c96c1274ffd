"""The maintenance log: what was done on a machine, joined to the stops that it ended."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.repairs import RepairFigures, join
from edge_agent.screen.tpm.wall_clock import DAY_NS, MINUTE_NS, instant_in, typed
from edge_agent.wire.entries import Maintenance
from edge_agent.wire.shop_floor import Stop

router = APIRouter(include_in_schema=False)
KINDS = ("breakdown", "planned", "autonomous", "improvement")
SHOWN_DAYS = 30
CHOSEN_DAYS = 3
"""Stops that a form offers are not older."""
_OLDEST_NS = 400 * DAY_NS
_LONGEST = 500


@router.get("/tpm/maintenance")
def show_log(request: Request, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """What lasts, what nobody has told of, and the log of the last days."""
    now = screen.clock()
    with screen.book() as book:
        figures = _figures(book, now)
    lasting = [one for one in figures.repairs if one.work.until is None]
    context = {"figures": figures, "lasting": lasting, "days": SHOWN_DAYS, "form": Form(), "now": now}
    return pages.page(request, "tpm/maintenance.html", {**context, "units": screen.settings.units})


@router.get("/tpm/maintenance/new")
def ask_work(request: Request, screen: TheScreen, pages: Pages, stop: str = "", unit: str = "") -> HTMLResponse:
    """A new record; a stop fills in where and when."""
    now, zone = screen.clock(), screen.settings.zone
    filled = {"unit": unit, "kind": "breakdown", "since": typed(now, zone)}
    with screen.book() as book:
        ended = book.record(Stop, stop) if stop else None
    if ended is not None:
        filled |= {"unit": ended.work_unit, "stop": ended.key, "since": typed(ended.since, zone)}
        filled |= {"until": typed(ended.until, zone)} if ended.until is not None else {}
    return _ask(request, screen, pages, Form(filled), None)


@router.post("/tpm/maintenance")
def keep_work(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Keep a new record."""
    return _keep(request, screen, pages, form, None)


@router.get("/tpm/maintenance/{key}")
def show_work(request: Request, screen: TheScreen, pages: Pages, key: str) -> HTMLResponse:
    """One record, to be corrected."""
    work, zone = _work(screen, key), screen.settings.zone
    filled = {"unit": work.work_unit, "kind": work.kind, "since": typed(work.since, zone), "what": work.what}
    filled |= {"until": typed(work.until, zone)} if work.until is not None else {}
    return _ask(request, screen, pages, Form({**filled, "spares": work.spares, "stop": work.stop}), work)


@router.post("/tpm/maintenance/{key}")
def correct_work(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """Keep a corrected record."""
    return _keep(request, screen, pages, form, _work(screen, key))


@router.post("/tpm/maintenance/{key}/done")
def end_work(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """It is over now."""
    work = _work(screen, key)
    if work.until is not None:
        return RedirectResponse("/tpm/maintenance", 303)
    who = work.who or screen.who(request, form)
    entry = replace(work, until=max(screen.clock(), work.since), who=who, entered_at=0, revision=0, at=0)
    if not screen.keep(request, form, entry):
        form.typed = {**_filled(work, screen), **form.typed}
        return _ask(request, screen, pages, form, work, 422)
    return RedirectResponse("/tpm/maintenance", 303)


def _filled(work: Maintenance, screen: Screen) -> dict[str, str]:
    filled = {"unit": work.work_unit, "kind": work.kind, "since": typed(work.since, screen.settings.zone)}
    return filled | {"what": work.what, "spares": work.spares, "stop": work.stop}


def _keep(request: Request, screen: Screen, pages: Pages, form: Form, before: Maintenance | None) -> Response:
    now = screen.clock()
    unit = form.choice("unit", screen.settings.units)
    kind = form.choice("kind", KINDS)
    since = _moment(form, "since", screen, before.since if before else None, wanted=True)
    until = _moment(form, "until", screen, before.until if before else None)
    if since is not None and until is not None and until < since:
        form.mistakes.setdefault("until", "tpm.mistake.before_start")
    stop = form.text("stop")
    with screen.book() as book:
        ended = book.record(Stop, stop) if stop else None
    if stop and (ended is None or ended.work_unit != unit):
        form.mistakes["stop"] = "tpm.mistake.other_stop"
    entry = Maintenance(
        key=before.key if before else form.key(),
        work_unit=unit,
        kind=kind,
        since=since or now,
        until=until,
        what=form.text("what", _LONGEST, wanted=True),
        spares=form.text("spares", _LONGEST),
        stop=stop,
        who=screen.who(request, form),
    )
    if not screen.keep(request, form, entry):
        return _ask(request, screen, pages, form, before, 422)
    return RedirectResponse("/tpm/maintenance", 303)


def _moment(form: Form, name: str, screen: Screen, before: int | None, *, wanted: bool = False) -> int | None:
    """A typed time; one that was not changed keeps its seconds, which the field cannot show."""
    now, zone = screen.clock(), screen.settings.zone
    at = instant_in(form, name, zone, now - _OLDEST_NS, now + MINUTE_NS, wanted=wanted)
    if at is not None and before is not None and typed(before, zone) == typed(at, zone):
        return before
    return at


def _ask(
    request: Request, screen: Screen, pages: Pages, form: Form, work: Maintenance | None, status: int = 200
) -> HTMLResponse:
    now = screen.clock()
    with screen.book() as book:
        recent = book.records(Stop, since=now - CHOSEN_DAYS * DAY_NS)
        named = book.record(Stop, form["stop"]) if form["stop"] else None
    stops = [stop for stop in recent if stop.kind in {"FAULT", "STOP"}]
    if named is not None and all(stop.key != named.key for stop in stops):
        stops.append(named)
    context = {"form": form, "work": work, "kinds": KINDS, "stops": stops, "now": now}
    return pages.page(request, "tpm/maintenance_form.html", {**context, "units": screen.settings.units}, status)


def _figures(book: ShopReader, now: int) -> RepairFigures:
    since = now - SHOWN_DAYS * DAY_NS
    works = book.records(Maintenance, since=since)
    # A repair may have begun long after its stop: a few days more of stops.
    stops = book.records(Stop, since=since - CHOSEN_DAYS * DAY_NS, most=5000)
    return join(works, stops, now)


def _work(screen: Screen, key: str) -> Maintenance:
    with screen.book() as book:
        work = book.record(Maintenance, key)
    if work is None or work.gone:
        raise HTTPException(404, f"maintenance {key[:40]}: there is none, or it was taken back. Choose from the list.")
    return work
