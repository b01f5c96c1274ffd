"""Pilots: their windows on a time line, and baseline and result side by side."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.pilot_figures import day_of, sides_of
from gateway.api.pilot_findings import FACES, Wording
from gateway.api.pilot_looks import look_at, states_of
from gateway.api.pilot_packs import PilotId, key_of
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Value
from gateway.registry.fixing import Fixing, fixed_at
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/pilots")

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


class Version(NamedTuple):
    """A version of a pilot.

    Attributes:
        entry: Its row.
        fixing: When it was fixed; None: it is not.
        late_days: How many days of the result window had begun by then; 0: none.
    """

    entry: Entry
    fixing: Fixing | None
    late_days: int


@router.get("", dependencies=[Depends(allow(Action.READ, "pilot"))])
def show_pilots(desk: TheDesk) -> HTMLResponse:
    """All pilots that somebody may see; those that a newer version replaces come last."""
    entries = list(desk.book.page(desk.reader, "pilot", Asked(limit=_MOST)).entries)
    replaced = {str(one.values["replaces"]) for one in entries if one.values["replaces"] and one.values["is_fixed"]}
    today = _today(desk)
    entries.sort(key=lambda one: (one.id in replaced, one.values["state"] not in ("running", "planned")))
    context = {
        "pilots": [(one, time_line(one.entry, today), one.entry.id in replaced) for one in _told(desk, entries)],
        "may_write": desk.may_write(NOUNS["pilot"]),
        "states": states_of(desk),
        "faces": FACES,
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
    day = {name: day_of(pilot, name) for name in NOUNS["pilot"].fields() if pilot.values.get(name) and _is_day(name)}
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


def _page(desk: Desk, entry: Entry, problem: Title | None = None) -> HTMLResponse:
    today = _today(desk)
    may_see = desk.reader.may(Action.READ, "production", entry.place)
    versions = _versions(desk, entry)
    context = {
        "pilot": entry,
        "fields": NOUNS["pilot"].fields(),
        "line": time_line(entry, today),
        "look": look_at(desk, entry) if may_see else None,
        "key": key_of(desk),
        "words": Wording(desk.speech),
        "faces": FACES,
        "main": sides_of(desk, entry, "work_units", today) if may_see else None,
        "control": sides_of(desk, entry, "control_work_units", today) if may_see else None,
        "newer": [one for one in versions if one.values["replaces"] == entry.id and not one.retired_at],
        "versions": _told(desk, versions),
        "told": _told(desk, [entry])[0],
        "is_over": today > day_of(entry, "result_until"),
        "has_begun": today >= day_of(entry, "result_since"),
        "days_left": (day_of(entry, "result_until") - today).days + 1,
        "may_write": desk.may_change(entry),
        "problem": problem,
    }
    return desk.page("pilots/pilot.html", context, 422 if problem else 200)


def _versions(desk: Desk, entry: Entry) -> list[Entry]:
    """Every version of a pilot, those out of use too: what was chosen before must not go from sight."""
    at_site = Asked(where={"site": entry.values["site"]}, retired=True)
    others = list(desk.book.all(desk.reader, "pilot", at_site))
    found: dict[str, Entry] = {}
    more = [entry]
    while more:
        found |= {one.id: one for one in more}
        more = [one for one in others if one.id not in found and any(_is_version(one, of) for of in found.values())]
    return sorted(found.values(), key=lambda one: (one.made_at, str(one.values["version"]), one.id))


def _is_version(one: Entry, of: Entry) -> bool:
    """Whether both are versions of one pilot: by their name, or because one names the other as the one before."""
    return one.values["name"] == of.values["name"] or one.values["replaces"] == of.id or of.values["replaces"] == one.id


def _told(desk: Desk, entries: Sequence[Entry]) -> list[Version]:
    with Session(desk.engine) as session:
        fixed = fixed_at(session, [one.id for one in entries])
    return [_version(desk, one, fixed.get(one.id)) for one in entries]


def _version(desk: Desk, entry: Entry, fixing: Fixing | None) -> Version:
    late = (desk.speech.local(fixing.at).date() - day_of(entry, "result_since")).days + 1 if fixing else 0
    return Version(entry, fixing, max(0, late))


def _is_day(name: str) -> bool:
    return name == "begins" or (name.startswith(_WINDOWS) and name.endswith(("_since", "_until")))


def _today(desk: Desk) -> date:
    return desk.speech.local(desk.now).date()
