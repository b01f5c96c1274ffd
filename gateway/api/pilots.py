"""Pilots: their windows on a time line, and baseline and result side by side."""

from datetime import date, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.noun_schemas import ID
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.production.comparing import Change, compare
from gateway.production.judging import Judged, judge
from gateway.production.periods import Kind, Period
from gateway.production.reading import Selection, by_day, machines_of, together
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Value
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title
from gateway.shop_floor import UnitId

router = APIRouter(include_in_schema=False, prefix="/pilots")

PilotId = Annotated[str, Path(pattern=ID)]
_NS_H = 3600 * 10**9
_MOST = 200
_OLD = Title("Trang đã cũ. Hãy bấm lại nút này.", "The page was old. Press this button again.")
_WINDOWS = ("baseline", "washout", "result")


class Stretch(NamedTuple):
    """A window on the time line.

    Attributes:
        kind: ``baseline``, ``washout``, ``result``.
        since: First day.
        until: Last day.
        x: Where it begins, per cent of the line.
        width: Per cent of the line.
    """

    kind: str
    since: str
    until: str
    x: float
    width: float


class Line(NamedTuple):
    """A time line.

    Attributes:
        stretches: Its windows, in order.
        begins: Where the pilot begins, per cent.
        today: Where today is, per cent; None: outside.
    """

    stretches: list[Stretch]
    begins: float
    today: float | None


class Side(NamedTuple):
    """One window of some machines.

    Attributes:
        judged: Its sums and figures.
        days: Days on which something was made or ran.
        of_days: Days that it has, up to today.
        pieces_per_h: Good pieces per hour of planned busy time; None: nothing was planned.
        wh_per_piece: Energy per piece made, Wh; None: no energy or no piece was told of.
    """

    judged: Judged
    days: int
    of_days: int
    pieces_per_h: float | None
    wh_per_piece: float | None


class Sides(NamedTuple):
    """Baseline and result of some machines.

    Attributes:
        machines: How many were found.
        missing: Names of those that nobody knows.
        before: The baseline.
        after: The result.
        change: From one to the other; None: one of both has no figure.
    """

    machines: int
    missing: list[str]
    before: Side
    after: Side
    change: Change | None


@router.get("", dependencies=[Depends(allow(Action.READ, "pilot"))])
def show_pilots(desk: TheDesk) -> HTMLResponse:
    """All pilots that somebody may see; those that a newer version replaces come last."""
    entries = list(desk.book.page(desk.reader, "pilot", Asked(limit=_MOST)).entries)
    replaced = {str(one.values["replaces"]) for one in entries if one.values["replaces"]}
    today = _today(desk)
    entries.sort(key=lambda one: (one.id in replaced, one.values["state"] not in ("running", "planned")))
    context = {
        "pilots": [(one, time_line(one, today), one.id in replaced) for one in entries],
        "may_write": desk.may_write(NOUNS["pilot"]),
    }
    return desk.page("pilots/index.html", context)


@router.get("/{pilot}", dependencies=[Depends(allow(Action.READ, "pilot"))])
def show_pilot(pilot: PilotId, desk: TheDesk) -> HTMLResponse:
    """One pilot, baseline and result side by side."""
    return _page(desk, desk.entry(NOUNS["pilot"], pilot))


@router.post("/{pilot}/new-version", dependencies=[Depends(allow(Action.WRITE, "pilot"))])
def make_version(pilot: PilotId, desk: TheDesk, sent: TheSent) -> Response:
    """A copy that is not fixed yet and names the one before; the old one stays as it was."""
    entry = desk.changeable(NOUNS["pilot"], pilot)
    values: dict[str, Value] = dict(entry.values)
    same = Asked(where={"site": values["site"], "name": values["name"]}, retired=True)
    newest = max(int(str(one.values["version"])) for one in desk.book.all(desk.reader, "pilot", same))
    values |= {"version": newest + 1, "is_fixed": False, "replaces": pilot}
    values |= {"document_number": "", "document_date": ""}
    try:
        check_token(desk.request, sent)
        made = desk.book.make(desk.reader, "pilot", values, why=sent["why"][:1000])
    except AccessError:
        return _page(desk, entry, _OLD)
    except WrongValuesError as error:
        return _page(desk, entry, next(iter(error.problems.values())))
    return RedirectResponse(f"/registry/{NOUNS['pilot'].path()}/{made.id}/change", 303)


def time_line(pilot: Entry, today: date) -> Line:
    """Where the windows of a pilot are."""
    day = {name: _day(pilot, name) for name in NOUNS["pilot"].fields() if pilot.values.get(name) and _is_day(name)}
    first, last = day["baseline_since"], day["result_until"] + timedelta(days=1)
    whole = (last - first).days

    def at(on: date) -> float:
        return round((on - first).days / whole * 100, 3)

    spans = [
        ("baseline", day["baseline_since"], day["baseline_until"]),
        ("washout", day["begins"], day.get("washout_until")),
        ("result", day["result_since"], day["result_until"]),
    ]
    stretches = []
    for kind, since, until in spans:
        if until is not None:
            width = at(until + timedelta(days=1)) - at(since)
            stretches.append(Stretch(kind, since.isoformat(), until.isoformat(), at(since), round(width, 3)))
    return Line(stretches, at(day["begins"]), at(today) if first <= today < last else None)


def units_of(site: str, text: str) -> list[UnitId]:
    """The work units that a field of a pilot names.

    >>> units_of("sa-dec", "press-shop/press-1, press-shop/press-2")[1].work_unit
    'press-2'
    """
    found = []
    for part in text.replace(";", ",").split(","):
        edge, _, unit = part.strip().partition("/")
        if edge and unit:
            found.append(UnitId(site, edge, unit))
    return found


def _page(desk: Desk, entry: Entry, problem: Title | None = None) -> HTMLResponse:
    today = _today(desk)
    may_see = desk.reader.may(Action.READ, "production", entry.place)
    versions = Asked(where={"replaces": entry.id})
    context = {
        "pilot": entry,
        "fields": NOUNS["pilot"].fields(),
        "line": time_line(entry, today),
        "main": _sides(desk, entry, "work_units", today) if may_see else None,
        "control": _sides(desk, entry, "control_work_units", today) if may_see else None,
        "newer": desk.book.page(desk.reader, "pilot", versions).entries,
        "is_over": today > _day(entry, "result_until"),
        "has_begun": today >= _day(entry, "result_since"),
        "days_left": (_day(entry, "result_until") - today).days + 1,
        "may_write": desk.may_change(entry),
        "problem": problem,
    }
    return desk.page("pilots/pilot.html", context, 422 if problem else 200)


def _sides(desk: Desk, entry: Entry, name: str, today: date) -> Sides | None:
    """Baseline and result of the machines that a field names; None: it names none."""
    text = str(entry.values[name] or "")
    if not text.strip():
        return None
    try:
        site = str(desk.book.get(desk.reader, "site", str(entry.values["site"])).values["name"])
    except LookupError as error:
        raise HTTPException(404, f"pilot {entry.id[:12]}: its site is not known, or not yours.") from error
    wanted = units_of(site, text)
    machines = tuple(one for one in machines_of(desk.engine, frozenset([site])) if one.id in wanted)
    known = {one.id for one in machines}
    counts = bool(machines) and all(one.counts_pieces for one in machines)
    before, after = (
        _side(desk, Selection(machines), _period(entry, window), today, counts=counts)
        for window in ("baseline", "result")
    )
    missing = [f"{one.edge}/{one.work_unit}" for one in wanted if one not in known]
    return Sides(len(machines), missing, before, after, compare(before.judged, after.judged))


def _side(desk: Desk, whose: Selection, period: Period, today: date, *, counts: bool) -> Side:
    days = by_day(desk.engine, whose, period)
    whole = together(days.values())
    done = whole.elements
    planned_h = done.planned_busy_ns / _NS_H
    return Side(
        judged=judge(whole, counts_pieces=counts),
        days=sum(bool(one.elements.actual_production_ns or one.elements.total) for one in days.values()),
        of_days=max(0, (min(period.last, today) - period.first).days + 1),
        pieces_per_h=done.good / planned_h if planned_h and counts else None,
        wh_per_piece=whole.energy_wh / done.total if whole.energy_wh and done.total else None,
    )


def _period(entry: Entry, window: str) -> Period:
    return Period(Kind.DAY, _day(entry, f"{window}_since"), _day(entry, f"{window}_until"))


def _day(entry: Entry, name: str) -> date:
    return date.fromisoformat(str(entry.values[name]))


def _is_day(name: str) -> bool:
    return name == "begins" or (name.startswith(_WINDOWS) and name.endswith(("_since", "_until")))


def _today(desk: Desk) -> date:
    return desk.speech.local(desk.now).date()
