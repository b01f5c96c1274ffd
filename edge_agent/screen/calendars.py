"""The shift calendar of past days: what held on each, who changed it and why, and a manager's change of one day.

Decision: what will change is shown in words first, and saved by a second press.
Because: a past day's planned time is what its OEE rests on, and there is no undo: every change stays in the record.

Decision: only days that lie wholly in what the edge still knows of its machines are offered.
Because: the figures of an older day could not follow.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.config.calendars import calendar_body
from edge_agent.config.shop_tables import CalendarConfig, OperatorConfig
from edge_agent.config.work_units import ALWAYS
from edge_agent.kpi.calendar import to_ns
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.calendar_day import Change, Day, Versions, digest, what_changes
from edge_agent.screen.calendar_form import Rows, judge, rows_of, typed_rows
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages, Renderer
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.wire.shop_floor import CalendarKept

router = APIRouter(include_in_schema=False)
NS = 10**9
BACK_DAYS = 35
"""So far back the edge keeps what machines did."""
_MOST_VERSIONS = 10_000
MANAGER = "manager"
CalendarName = Annotated[str, Query(alias="calendar", max_length=63)]


class Preview(NamedTuple):
    """What a change would do, before it is saved.

    Attributes:
        changes: Of shifts and planned stops.
        free: Nobody would work any more, ``off``; somebody would again, ``on``; empty: neither changes.
        before_s: Planned time of the day as it holds, s.
        after_s: Planned time of the day with the change, s.
        seen: Digest of the calendar that was shown.
    """

    changes: list[Change]
    free: str
    before_s: float
    after_s: float
    seen: str


@router.get("/calendar")
def list_days(request: Request, screen: TheScreen, pages: Pages, calendar: CalendarName = "") -> HTMLResponse:
    """The past days, the newest first."""
    config = _chosen(screen, calendar)
    with screen.book() as book:
        versions = _versions(book, config)
    days = [versions.day(day) for day in _past_days(screen.clock(), config)]
    context = {"days": days, **_frame(screen, config)}
    return pages.page(request, "calendar.html", context)


@router.get("/calendar/{day}")
def show_day(
    request: Request, day: date, screen: TheScreen, pages: Pages, calendar: CalendarName = "", saved: str = ""
) -> HTMLResponse:
    """One day, and the form that changes it."""
    config = _chosen(screen, calendar)
    with screen.book() as book:
        found = _day(screen, _versions(book, config), config, day)
    return _page(request, screen, pages, found, Form(), rows_of(found), saved=bool(saved and found.changes))


@router.post("/calendar/{day}")
def change_day(
    request: Request, day: date, screen: TheScreen, pages: Pages, form: Sent, calendar: CalendarName = ""
) -> Response:
    """Show what a change would do; the same form once more, by its second button, saves it."""
    config = _chosen(screen, calendar)
    with screen.book() as book:
        versions = _versions(book, config)
    found, rows = _day(screen, versions, config, day), typed_rows(form)
    wanted = judge(rows, form, found.config, day)
    why, who = form.text("why", most=500, wanted=True), _manager(request, screen, form)
    if wanted is None or form.mistakes:
        return _page(request, screen, pages, found, form, rows, status=422)
    if _is_saved(found, wanted, who, why):
        return _to(found)
    if form["number"] != str(found.number):
        form.mistakes["form"] = "mistake.day_changed"
    elif versions.runs_into(day, wanted):
        form.mistakes["form"] = "mistake.runs_into"
    elif not _differs(found, wanted):
        form.mistakes["form"] = "mistake.nothing_changed"
    elif form["step"] == "save" and form["seen"] == digest(wanted):
        text = day.isoformat()
        body = calendar_body(wanted)
        change = CalendarKept(key="", number=0, first_day=text, last_day=text, body=body, who=who, why=why)
        if screen.amend(form, change):
            return _to(found)
    if form.mistakes:
        return _page(request, screen, pages, found, form, rows, status=422)
    preview = Preview(
        what_changes(found.config, wanted, day),
        _free(found, wanted),
        found.planned_s,
        versions.planned_with(day, wanted),
        digest(wanted),
    )
    return _page(request, screen, pages, found, form, rows, preview=preview)


def _page(
    request: Request,
    screen: Screen,
    pages: Renderer,
    day: Day,
    form: Form,
    rows: Rows,
    *,
    preview: Preview | None = None,
    saved: bool = False,
    status: int = 200,
) -> HTMLResponse:
    managers, person = _managers(screen), request.state.person
    if person in managers and not form.mistakes.keys() & {"operator", "pin"}:
        # A PIN that was right signs in; the next press asks for none.
        form.typed.pop("operator", None)
    form.typed.pop("pin", None)
    context = {
        "day": day,
        "form": form,
        "rows": rows,
        "preview": preview,
        "saved": saved,
        "managers": managers,
        "manager": person if person in managers else "",
        "address": _address(day),
        **_frame(screen, day.config),
    }
    return pages.page(request, "calendar_day.html", context, status)


def _frame(screen: Screen, config: CalendarConfig) -> dict[str, object]:
    return {
        "calendar": config.name,
        "calendars": _calendars(screen),
        "at": _noon(screen),
        "now": screen.clock(),
        "has_managers": bool(_managers(screen)),
    }


def _calendars(screen: Screen) -> Mapping[str, CalendarConfig]:
    """The calendars that work units keep, by name."""
    kept = (screen.settings.calendar_of(unit) or ALWAYS for unit in screen.settings.units.values())
    return {one.name: one for one in kept}


def _chosen(screen: Screen, name: str) -> CalendarConfig:
    known = _calendars(screen)
    if not known:
        raise HTTPException(404, "agent.toml: has no [[work_units]]. Add one, no calendar is kept without.")
    if name and name not in known:
        raise HTTPException(404, f"calendar {name!r}: no work unit keeps it. Choose one from the list.")
    return known[name or next(iter(known))]


def _versions(book: ShopReader, config: CalendarConfig) -> Versions:
    return Versions(config, book.records(CalendarKept, most=_MOST_VERSIONS))


def _past_days(now: int, config: CalendarConfig) -> list[date]:
    """Local days that are over and of which all is known still, the newest first."""
    today = _today(now, config)
    days = (today - timedelta(days=n) for n in range(1, BACK_DAYS + 1))
    oldest = now - BACK_DAYS * 86_400 * NS
    return [day for day in days if to_ns(datetime.combine(day, time()), config.timezone) >= oldest]


def _today(now: int, config: CalendarConfig) -> date:
    return datetime.fromtimestamp(now // NS, ZoneInfo(config.timezone)).date()


def _day(screen: Screen, versions: Versions, config: CalendarConfig, day: date) -> Day:
    if day not in _past_days(screen.clock(), config):
        detail = f"day {day}: it is not past, or longer ago than {BACK_DAYS} days. Choose one from the list."
        raise HTTPException(404, detail)
    return versions.day(day)


def _noon(screen: Screen) -> Callable[[date | str], int]:
    """Gives an instant of a day, for its date in words."""

    def noon(day: date | str) -> int:
        there = date.fromisoformat(day) if isinstance(day, str) else day
        return to_ns(datetime.combine(there, time(12)), screen.settings.zone.key)

    return noon


def _managers(screen: Screen) -> Mapping[str, OperatorConfig]:
    return {name: one for name, one in screen.settings.operators.items() if one.role == MANAGER}


def _manager(request: Request, screen: Screen, form: Form) -> str:
    """Who changes the day; a mistake in the form where it is nobody who may."""
    who = screen.who(request, form)
    managers = _managers(screen)
    if not managers:
        form.mistakes["form"] = "mistake.no_managers"
    elif who and who not in managers:
        form.mistakes["operator"] = "mistake.not_a_manager"
    return who if who in managers else ""


def _is_saved(day: Day, wanted: CalendarConfig, who: str, why: str) -> bool:
    """The same form came twice."""
    last = next(iter(day.changes), None)
    same = last is not None and (last.number, last.who, last.why) == (day.number, who, why)
    return same and digest(wanted) == digest(day.config)


def _differs(day: Day, wanted: CalendarConfig) -> bool:
    return bool(what_changes(day.config, wanted, day.day) or _free(day, wanted))


def _free(day: Day, wanted: CalendarConfig) -> str:
    after = any(one.day == day.day.isoformat() for one in wanted.holidays)
    return "" if after == day.is_holiday else "off" if after else "on"


def _address(day: Day) -> str:
    return f"/calendar/{day.day.isoformat()}?calendar={quote(day.config.name)}"


def _to(day: Day) -> Response:
    return RedirectResponse(f"{_address(day)}&saved=1#saved", 303)
