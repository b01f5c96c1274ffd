"""Reminders of reports on plans: 30, 14 and 7 days before they are to be ready, on that day, and when they are late.

Decision: a reminder stands on the first page of everybody who writes the province's records, and in their calendar; it
is written down once for each stage, with the names of those who were there to be told. No mail is sent.
Because: as with instruments, a reminder that silently failed to leave is worse than one that stands on a page.

Decision: only plans of provinces in which somebody has a role are told of.
Because: the gateway of one province knows the plans of all, and has no business with theirs.

Decision: late is a report of the department that was not signed off here; of others nothing is known.
Because: what an agency hands in on paper is not seen here, and a false alarm every year is soon overlooked.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.access.accounts import read_accounts
from gateway.indicators.deadlines import Deadline, deadlines
from gateway.indicators.schema import Plan
from gateway.programme.working_days import WorkingDays
from gateway.registry import AccountRow, transaction
from gateway.registry.organisations import ProvinceRow
from gateway.registry.plan_records import PlanReportRow
from gateway.registry.plan_reminders import OVER, PlanReminderRow
from gateway.registry.roles import SYSTEM, Action, Place, Reader
from gateway.registry.writing import Writing
from gateway.reports.composing import duty_of

STAGES = (30, 14, 7, 0)
"""Days before the last working day that is in time."""
LATE_DAYS = 60
"""A report that is later than so is told of no more."""
_LONGEST = 2000


class Wanted(NamedTuple):
    """A reminder that is to be written.

    Attributes:
        due: Of what.
        province: Id of the row.
        stage: Which.
        names: Of those who write there.
    """

    due: Deadline
    province: str
    stage: int
    names: list[str]


def stage_of(due: Deadline, today: date, *, is_done: bool) -> int | None:
    """The stage that a deadline has reached; None: it is too early, or done.

    Args:
        due: With a last day.
        today: The day.
        is_done: Whether the report was signed off.
    """
    if is_done or due.last is None or due.ready is None:
        return None
    if today > due.last:
        return OVER
    days = max((due.ready - today).days, 0)
    return next((most for most in sorted(STAGES) if days <= most), None)


def remind_of_plans(engine: Engine, plans: Mapping[str, Plan], now: int, today: date) -> int:
    """Write down every stage that was reached and not yet told; how many there were.

    Args:
        engine: Of the registry.
        plans: By id.
        now: UTC, ns.
        today: The day by the gateway's wall clock.
    """
    with Session(engine) as session:
        wanted = list(_wanted(session, plans, today))
    if not wanted:
        return 0
    with transaction(engine) as session:
        writing = Writing(session, SYSTEM, now)
        for one in wanted:
            writing.make("plan_reminder", _values(one, today))
    return len(wanted)


def _wanted(session: Session, plans: Mapping[str, Plan], today: date) -> Iterable[Wanted]:
    its = ProvinceRow
    rows = session.execute(select(its.code, its.id).where(its.retired_at == 0, its.until == ""))
    provinces = {row.code: row.id for row in rows}
    readers = _readers(session)
    told = _told(session)
    for plan in plans.values():
        province = provinces.get(plan.province.code, "")
        names = _names(readers, province)
        if not province or not names:
            continue
        done = _signed(session, plan, province)
        own = duty_of(plan)
        span = (today - timedelta(days=LATE_DAYS), today + timedelta(days=2 * max(STAGES)))
        for due in deadlines(plan, *span, WorkingDays()):
            is_ours = own is not None and due.duty == own.id
            is_done = is_ours and due.last is not None and due.last.year in done
            stage = stage_of(due, today, is_done=is_done)
            if stage is None or (stage == OVER and not is_ours):
                continue
            if (province, due.plan, due.duty, str(due.last), stage) not in told:
                yield Wanted(due, province, stage, names)


def _told(session: Session) -> set[tuple[str, str, str, str, int]]:
    of = PlanReminderRow
    rows = session.execute(select(of.province, of.plan, of.duty, of.last_day, of.stage).where(of.retired_at == 0))
    return {(province, plan, duty, last, stage) for province, plan, duty, last, stage in rows}


def _signed(session: Session, plan: Plan, province: str) -> set[int]:
    """Years of which a report on a plan was signed off."""
    its = PlanReportRow
    query = select(its.as_of).where(
        its.plan == plan.id, its.province == province, its.is_signed, its.kind == "yearly", its.retired_at == 0
    )
    return {int(day[:4]) for day in session.scalars(query)}


def _readers(session: Session) -> list[Reader]:
    rows = list(session.scalars(select(AccountRow).where(AccountRow.retired_at == 0)))
    return [one.reader for one in read_accounts(session, rows)]


def _names(readers: Iterable[Reader], province: str) -> list[str]:
    """Who writes records of a province, where somebody has a role that names it; else nobody."""
    place = Place(province=province)
    may = [one for one in readers if one.may(Action.WRITE, "programme", place)]
    is_someones = any(grant.scope == "province" and grant.of == province for one in may for grant in one.grants)
    return sorted(one.name for one in may) if is_someones else []


def _values(one: Wanted, today: date) -> dict[str, object]:
    due = one.due
    return {
        "province": one.province,
        "plan": due.plan,
        "duty": due.duty,
        "title": due.title["vi"],
        "title_en": due.title["en"],
        "last_day": str(due.last),
        "ready_day": str(due.ready),
        "stage": one.stage,
        "told": today.isoformat(),
        "told_to": ", ".join(one.names)[:_LONGEST],
    }
