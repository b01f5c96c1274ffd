"""Administration: what was changed by whom, whether the chain of it holds, and whose personal data are due."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any, NamedTuple, cast

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import to_ns
from gateway.access.accounts import get_account, may_see
from gateway.access.granting import places_of
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.registry_pages.history import ACTIONS, OTHER_NOUNS, in_words
from gateway.registry.audit import AuditRow
from gateway.registry.audit_check import AuditCheck
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Day
from gateway.registry.personal import PURPOSES, PersonalRow
from gateway.registry.refusals import NoSuchRowError
from gateway.registry.roles import Action
from gateway.registry.texts import Title, WrongValueError

router = APIRouter(include_in_schema=False, prefix="/administration")

AT_ONCE = 50
_BROKEN = {
    "altered": Title("bị sửa, hoặc đứng vào chỗ của mục khác", "was altered, or stands where another stood"),
    "missing": Title("bị mất", "is missing"),
    "head": Title("không phải mục ghi cuối: các mục sau đã bị xóa", "is not the last that was written"),
}
_WAIT_S = 2.0
"""So long a request waits for the end of a short chain."""
_ONE = timedelta(days=1)
_DAY = Day(title=Title("Ngày", "Day"))
Word = Annotated[str, Query(max_length=200)]
Audits = Depends(allow(Action.READ, "audit"))


class Wanted(NamedTuple):
    """Which entries of the audit.

    Attributes:
        who: Part of the name that signed.
        noun: Of what; empty: everything.
        action: What was done; empty: anything.
        since: First day, as it was typed.
        until: Last day, as it was typed.
    """

    who: str
    noun: str
    action: str
    since: str
    until: str


class Due(NamedTuple):
    """A person whose data are kept until a day.

    Attributes:
        title: Of the noun.
        label: How people call the row.
        address: Of its page.
        purposes: For what its data were kept.
        until: When they are erased, UTC ns.
    """

    title: Title
    label: str
    address: str
    purposes: list[Title]
    until: int


@router.get("/audit", dependencies=[Audits])
def show_audit(
    desk: TheDesk,
    who: Word = "",
    noun: Word = "",
    action: Word = "",
    since: Word = "",
    until: Word = "",
    before: Annotated[int, Query(ge=0, lt=2**62)] = 0,
) -> HTMLResponse:
    """Every change that somebody may know of, the last first."""
    wanted = Wanted(who, noun, action, since, until)
    problems: dict[str, Title] = {}
    query = _narrowed(desk, wanted, problems)
    if before:
        query = query.where(AuditRow.number < before)
    with Session(desk.engine) as session:
        found = list(session.scalars(query.order_by(AuditRow.number.desc()).limit(AT_ONCE + 1)))
    context = {
        "changes": in_words(desk, found[:AT_ONCE], labels=True),
        "earlier": found[AT_ONCE - 1].number if len(found) > AT_ONCE else 0,
        "wanted": wanted,
        "problems": problems,
        "nouns": sorted(
            [(name, of.noun.title[desk.language]) for name, of in NOUNS.items() if desk.may_read(name)]
            + [(name, title[desk.language]) for name, title in OTHER_NOUNS.items()],
            key=lambda pair: pair[1],
        ),
        "actions": {name: title[desk.language] for name, title in ACTIONS.items()},
    }
    return desk.page("administration/audit.html", context, 422 if problems else 200)


@router.get("/audit/chain", dependencies=[Audits])
def show_chain(
    desk: TheDesk,
    watch: Annotated[bool, Query(description="Only say how far it is")] = False,  # noqa: FBT002
) -> HTMLResponse:
    """Go through the whole chain: whether an entry was deleted or altered. A long one goes on by itself."""
    check = cast("AuditCheck", desk.request.app.state.audit_check)
    walk = (check.latest() if watch else None) or check.begin(_WAIT_S)
    told = [(one.number, _BROKEN[one.why]) for one in walk.broken]
    return desk.page("administration/chain.html", {"broken": told, "walk": walk})


@router.get("/personal", dependencies=[Depends(allow(Action.WRITE, "people"))])
def show_personal(desk: TheDesk) -> HTMLResponse:
    """Whose rows went out of use, and when their data are erased."""
    its = PersonalRow
    query = select(its.noun, its.row, its.purpose, its.keep_until).where(its.keep_until > 0)
    found: dict[tuple[str, str], tuple[list[str], int]] = {}
    with Session(desk.engine) as session:
        for noun, row, purpose, until in session.execute(query.order_by(its.keep_until)):
            purposes, first = found.get((noun, row), ([], until))
            found[noun, row] = ([*purposes, purpose], min(first, until))
    people = [
        one for (noun, row), (why, until) in found.items() if (one := _due(desk, noun, row, why, until)) is not None
    ]
    context = {"people": people, "over": sum(one.until <= desk.now for one in people), "purposes": PURPOSES}
    return desk.page("administration/personal.html", context)


def _narrowed(desk: Desk, wanted: Wanted, problems: dict[str, Title]) -> Select[Any]:
    its = AuditRow
    query = select(its).where(desk.reader.where(Action.READ, "audit", its))
    if wanted.who:
        query = query.where(its.name.contains(wanted.who.strip(), autoescape=True))
    if wanted.noun:
        query = query.where(its.noun == wanted.noun)
    if wanted.action:
        query = query.where(its.action == wanted.action)
    for name, text, later in (("since", wanted.since, 0), ("until", wanted.until, 1)):
        try:
            day = str(_DAY.read(text))
        except WrongValueError as error:
            problems[name] = error.why
            continue
        if day:
            midnight = datetime.combine(datetime.fromisoformat(day).date() + later * _ONE, time())
            at = to_ns(midnight, desk.speech.zone.key)
            query = query.where(its.at < at if later else its.at >= at)
    return query


def _due(desk: Desk, noun: str, row: str, purposes: list[str], until: int) -> Due | None:
    """Somebody whom whoever asks may see and change; None: they may not."""
    titles = [PURPOSES[one][0] for one in dict.fromkeys(purposes)]
    if noun == "account":
        with Session(desk.engine) as session:
            account = get_account(session, row)
            if account is None or not may_see(desk.reader, account, places_of(session, account.grants)):
                return None
        return Due(OTHER_NOUNS["account"], account.name, f"/administration/accounts/{row}", titles, until)
    if noun not in NOUNS:
        return None
    try:
        entry = desk.book.get(desk.reader, noun, row)
    except NoSuchRowError:
        return None
    if not desk.may_change(entry):
        return None
    return Due(NOUNS[noun].noun.title, entry.label, f"/registry/{NOUNS[noun].path()}/{row}", titles, until)
