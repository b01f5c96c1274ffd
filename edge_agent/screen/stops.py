"""Stop reasons: what waits for one, one tap that gives it, splitting a stop, a note."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.people import own_path
from edge_agent.screen.pieces import Piece, pieces_of, reasons_of, waiting
from edge_agent.screen.rendering import Pages, Renderer
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.wire.entries import StopReason
from edge_agent.wire.shop_floor import Stop

router = APIRouter(include_in_schema=False)
NS = 10**9
DAY = 86_400 * NS
USED_DAYS = 30
"""Of the past: how often a reason was used in them orders the buttons."""
_MOST_USED = 2000
_SHOWN = 30
_DAYS_BACK = 3
"""As far as the board goes back: its count of stops without a reason is then that of the list."""
UnitName = Annotated[str, Query(max_length=63)]


@router.get("/stops")
def list_stops(
    request: Request, screen: TheScreen, pages: Pages, unit: UnitName = "", order: str = "newest"
) -> HTMLResponse:
    """Stops that wait for a reason, and the last ones that have one."""
    now, units = screen.clock(), screen.settings.units
    chosen = [units[unit]] if unit in units else list(units.values())
    with screen.book() as book:
        pieces = [piece for one in chosen for piece in _pieces(screen, book, one, now)]
        quick = {one.name: reasons_of(screen.settings, one, _used(book, one, now)).quick for one in chosen}
    context = {
        "unit": unit if unit in units else "",
        "units": units,
        "order": order if order == "longest" else "newest",
        "waiting": waiting(pieces, now, longest=order == "longest"),
        "known": [piece for piece in pieces if not piece.waits and piece.stop.kind != "MINOR_STOP"][:_SHOWN],
        "quick": quick,
        "reasons": screen.settings.reasons,
        "form": Form(),
        "now": now,
    }
    return pages.page(request, "stops.html", context)


@router.get("/stops/{unit}/{since}")
def show_stop(request: Request, unit: str, since: int, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """One stop: all reasons, a note, splitting it."""
    return _stop_page(request, screen, pages, _find(screen, unit, since), Form())


@router.post("/stops/{unit}/{since}")
def give_reason(request: Request, unit: str, since: int, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Say why, with or without a note."""
    piece = _find(screen, unit, since)
    entry = StopReason(
        key=piece.key,
        work_unit=unit,
        since=piece.since,
        until=piece.ends_early,
        reason=form.choice("reason", screen.settings.reasons),
        note=form.text("note") if "note" in form.typed else piece.note,
        who=screen.who(request, form),
    )
    if screen.keep(request, form, entry):
        return RedirectResponse(_back(form, unit), 303)
    return _stop_page(request, screen, pages, piece, form, 422)


@router.post("/stops/{unit}/{since}/split")
def split_stop(request: Request, unit: str, since: int, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Cut a stop at a time of day: both parts can then have a reason of their own."""
    piece = _find(screen, unit, since)
    at = _instant_within(screen, piece, form["split_at"])
    if at is None:
        form.mistakes["split_at"] = "mistake.outside_stop"
        at = piece.since
    who = screen.who(request, form)
    first = StopReason(
        key=piece.key,
        work_unit=unit,
        since=piece.since,
        until=at,
        reason=piece.reason,
        note=piece.note,
        who=piece.who or who,
    )
    second = StopReason(key=f"{unit}.{at}", work_unit=unit, since=at, until=piece.ends_early, who=who)
    if screen.keep(request, form, first, second):
        return RedirectResponse(f"/stops/{quote(unit)}/{at}", 303)
    return _stop_page(request, screen, pages, piece, form, 422)


def _stop_page(
    request: Request, screen: Screen, pages: Renderer, piece: Piece, form: Form, status: int = 200
) -> HTMLResponse:
    now, unit = screen.clock(), screen.settings.units[piece.unit]
    with screen.book() as book:
        reasons = reasons_of(screen.settings, unit, _used(book, unit, now))
        pieces = [one for one in _pieces(screen, book, unit, now, piece.stop) if one.stop.key == piece.stop.key]
    context = {
        "piece": piece,
        "pieces": sorted(pieces, key=lambda one: one.since),
        "unit": unit,
        "choices": reasons,
        "reasons": screen.settings.reasons,
        "form": form,
        "now": now,
    }
    return pages.page(request, "stop.html", context, status)


def _back(form: Form, unit: str) -> str:
    return own_path(form["next"]) if form["next"] else f"/stops?unit={quote(unit)}"


def _find(screen: Screen, unit: str, since: int) -> Piece:
    """The piece that begins at ``since``."""
    if unit not in screen.settings.units:
        raise HTTPException(404, f"work unit {unit[:63]!r}: not in the configuration. Choose one from the list.")
    now = screen.clock()
    with screen.book() as book:
        pieces = _pieces(screen, book, screen.settings.units[unit], now, book.record(Stop, f"{unit}.{since}"))
    found = next((piece for piece in pieces if piece.since == since), None)
    if found is None:
        detail = f"stop of {unit} at {since}: there is none any more. Choose one from the list."
        raise HTTPException(404, detail)
    return found


def _pieces(
    screen: Screen, book: ShopReader, unit: WorkUnitConfig, now: int, also: Stop | None = None
) -> Sequence[Piece]:
    """The board's stops of a unit, those of the last days in the book that the board does not hold, and one more."""
    board = screen.board().units.get(unit.name)
    stops = {stop.key: stop for stop in book.records(Stop, unit.name, now - _DAYS_BACK * DAY)}
    if also:
        stops[also.key] = also
    stops |= {stop.key: stop for stop in (board.stops if board else ())}
    oldest = min((stop.since for stop in stops.values()), default=now)
    entries = book.records(StopReason, unit.name, oldest, most=_MOST_USED)
    given = {entry.key for entry in entries}
    unsure = [stop.key for stop in stops.values() if stop.reason and stop.key not in given]
    taken_back = {key for key in unsure if book.record(StopReason, key) is not None}
    return pieces_of(stops.values(), entries, now, taken_back)


def _used(book: ShopReader, unit: WorkUnitConfig, now: int) -> Sequence[StopReason]:
    return book.records(StopReason, unit.name, now - USED_DAYS * DAY, most=_MOST_USED)


def _instant_within(screen: Screen, piece: Piece, typed: str) -> int | None:
    """The first instant inside a piece at which the wall clock shows what was typed; None: there is none."""
    try:
        wanted = time.fromisoformat(typed)
    except ValueError:
        return None
    zone, end = screen.settings.zone, piece.until or screen.clock()
    day = datetime.fromtimestamp(piece.since // NS, zone).date()
    while True:
        at = round(datetime.combine(day, wanted, zone).timestamp()) * NS
        if piece.since < at < end:
            return at
        if at >= end:
            return None
        day += timedelta(days=1)
