"""How far the tasks of a plan are, as the agencies' reporters say it; what is late, and the money by source.

Decision: of several agencies the leading ones decide; a task is done when each leading one that spoke says so.
Because: who coordinates reports a part of it, and the plan makes the lead answer for the whole.

Decision: late follows from when the plan wants a task done, and nothing else.
Because: plans give tasks years, and a yearly one that nobody spoke of by the report's day is what an officer asks for.

==================================  ==============================================================================
when it is due                      late
==================================  ==============================================================================
yearly, yearly and at the end       nothing was said of the newest year whose last day is over; that is the plan's
                                    own yearly reporting day, without one 31 December
end of period, year, quarter        its last day is over, and it is neither done, nor recurring, nor dropped
window                              as above, at the end of its last year
starts                              its first year is over and it has not begun; its last, and it is not done
unsaid, and whatever is recurring   nothing was said for twelve months
==================================  ==============================================================================
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from gateway.indicators.agencies import agencies_meant
from gateway.indicators.deadlines import last_day as last_day_of
from gateway.indicators.facts import Gap, Record
from gateway.indicators.schema import Due, Plan, Task

SILENT_DAYS = 365
SPENT = ("planned", "allocated", "disbursed")
_LAST_DAYS = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
_EVERY_YEAR = ("yearly", "yearly_and_final")


class TaskState(StrEnum):
    """How a task stands; the first five are words of the registry."""

    NOT_BEGUN = "not_begun"
    UNDER_WAY = "under_way"
    DONE = "done"
    RECURRING = "recurring"
    DROPPED = "dropped"
    UNSAID = "unsaid"
    """Nobody has said anything yet."""


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """Money of a task from one source, VND.

    Attributes:
        source: Key, such as ``provincial``.
        planned: What the plan of the year says.
        allocated: What was given.
        disbursed: What was spent.
    """

    source: str
    planned: int = 0
    allocated: int = 0
    disbursed: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency said of a task last.

    Attributes:
        agency: Id of its row.
        name: What people call it.
        report: Id of the row ``task_progress``.
        day: ISO 8601.
        state: Key.
        told: Its words.
        is_lead: The plan names it as leading.
    """

    agency: str
    name: str
    report: str
    day: str
    state: str
    told: str = ""
    is_lead: bool = False


class TaskStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How far a task is.

    Attributes:
        task: Its id.
        state: How it stands.
        is_late: Somebody must act.
        why: Why it is late: ``task_not_said`` (``year``), ``task_not_done`` (``day``), ``task_not_begun`` (``day``),
            ``task_silent`` (``day``); None: it is not.
        due: Last day by which it is to be done, or said this year, ISO 8601; empty: the plan sets none.
        said: What each agency said last, the newest first.
        leads: Ids of the rows that lead.
        silent_leads: Keys of leading agencies of which nothing was heard.
        unknown: Keys of agencies that no row of the registry stands for.
        money: By source, of all years up to the day; empty: none was entered.
        this_year: The same of the day's year.
    """

    task: str
    state: TaskState
    is_late: bool = False
    why: Gap | None = None
    due: str = ""
    said: tuple[Said, ...] = ()
    leads: tuple[str, ...] = ()
    silent_leads: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    money: tuple[Money, ...] = ()
    this_year: tuple[Money, ...] = ()


def progress_of(
    plan: Plan, progress: Sequence[Record], money: Sequence[Record], agencies: Sequence[Record], as_of: date
) -> tuple[TaskStanding, ...]:
    """How each task of a plan stands on a day, in the plan's order.

    Args:
        plan: The plan.
        progress: Rows of ``task_progress`` of its province; of other plans, out of use, or later: left out.
        money: Rows of ``task_money``, the same.
        agencies: Rows of ``agency`` of the province, those that have ended too.
        as_of: The day.
    """
    meant = agencies_meant(plan.agencies, agencies)
    names = {row.id: row.label for row in agencies}
    until = as_of.isoformat()
    told = _by_task(row for row in progress if _counts(row, plan) and str(row.values.get("date") or "") <= until)
    spent = _by_task(row for row in money if _counts(row, plan) and _year(row) <= as_of.year)
    return tuple(
        _standing(plan, task, told.get(task.id, []), spent.get(task.id, []), meant, names, as_of) for task in plan.tasks
    )


def last_day(plan: Plan, due: Due, year: int) -> date | None:
    """By when a task is to be done; of a yearly one by when it is to be said in a year; None: the plan sets no day."""
    if due.kind in _EVERY_YEAR:
        return _reported_by(plan, year)
    if due.kind == "unsaid":
        return None
    end = due.until if due.kind in ("window", "starts") else due.year
    month, day = _LAST_DAYS[due.quarter or 4]
    return date(end or plan.until, month, day)


def _standing(
    plan: Plan,
    task: Task,
    rows: Sequence[Record],
    money: Sequence[Record],
    meant: Mapping[str, tuple[str, ...]],
    names: Mapping[str, str],
    as_of: date,
) -> TaskStanding:
    leads = {row for key in task.lead for row in meant.get(key, ())}
    said = _said(rows, leads, names)
    state = _state([one for one in said if one.is_lead] or said)
    why = _late(plan, task.due, state, said, as_of)
    spoke = {one.agency for one in said}
    due = last_day(plan, task.due, min(max(as_of.year, plan.since), plan.until))
    return TaskStanding(
        task=task.id,
        state=state,
        is_late=why is not None,
        why=why,
        due=due.isoformat() if due else "",
        said=said,
        leads=tuple(sorted(leads)),
        silent_leads=tuple(key for key in task.lead if not spoke & set(meant.get(key, ()))),
        unknown=tuple(key for key in (*task.lead, *task.coordinate) if not meant.get(key)),
        money=_sums(money),
        this_year=_sums(row for row in money if _year(row) == as_of.year),
    )


def _said(rows: Sequence[Record], leads: set[str], names: Mapping[str, str]) -> tuple[Said, ...]:
    newest: dict[str, Record] = {}
    for row in sorted(rows, key=lambda one: (str(one.values["date"]), one.id)):
        newest[str(row.values.get("agency") or "")] = row
    found = [
        Said(
            agency=agency,
            name=names.get(agency, ""),
            report=row.id,
            day=str(row.values["date"]),
            state=str(row.values.get("state") or TaskState.NOT_BEGUN),
            told=str(row.values.get("told") or ""),
            is_lead=agency in leads,
        )
        for agency, row in newest.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.report), reverse=True))


def _state(said: Sequence[Said]) -> TaskState:
    states = {TaskState(one.state) for one in said}
    if not states:
        return TaskState.UNSAID
    if len(states) > 1:
        states.discard(TaskState.DROPPED)
    return states.pop() if len(states) == 1 else TaskState.UNDER_WAY


def _late(plan: Plan, due: Due, state: TaskState, said: Sequence[Said], as_of: date) -> Gap | None:
    if state is TaskState.DROPPED:
        return None
    newest = max((one.day for one in said), default="")
    if due.kind in _EVERY_YEAR:
        year = min(as_of.year if as_of > _reported_by(plan, as_of.year) else as_of.year - 1, plan.until)
        is_late = year >= plan.since and newest < f"{year}-01-01"
        return Gap(code="task_not_said", parts={"year": str(year)}) if is_late else None
    end = last_day(plan, due, as_of.year)
    if state not in (TaskState.DONE, TaskState.RECURRING):
        if end is not None and as_of > end:
            return Gap(code="task_not_done", parts={"day": end.isoformat()})
        begins = date(due.year, 12, 31) if due.kind == "starts" and due.year else None
        if begins and as_of > begins and state in (TaskState.NOT_BEGUN, TaskState.UNSAID):
            return Gap(code="task_not_begun", parts={"day": begins.isoformat()})
    goes_on = state is TaskState.RECURRING or (end is None and state is not TaskState.DONE)
    return _silent(plan, newest, min(as_of, date(plan.until, 12, 31))) if goes_on else None


def _silent(plan: Plan, newest: str, on: date) -> Gap | None:
    since = date.fromisoformat(newest) if newest else date(plan.since, 1, 1)
    return (
        Gap(code="task_silent", parts={"day": since.isoformat()}) if on - since > timedelta(days=SILENT_DAYS) else None
    )


def _reported_by(plan: Plan, year: int) -> date:
    """Last day on which the plan's first yearly report of a year is in time."""
    days = [
        last_day_of(duty.deadline, year, inclusive=duty.inclusive)
        for duty in plan.reporting
        if duty.frequency == "yearly" and duty.deadline and "-" in duty.deadline
    ]
    return min(days, default=date(year, 12, 31))


def _sums(rows: Iterable[Record]) -> tuple[Money, ...]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        of = sums.setdefault(str(row.values.get("source") or "other"), [0, 0, 0])
        for k, name in enumerate(SPENT):
            of[k] += int(str(row.values.get(name) or 0))
    return tuple(Money(source=one, planned=a, allocated=b, disbursed=c) for one, (a, b, c) in sorted(sums.items()))


def _by_task(rows: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(str(row.values.get("task") or ""), []).append(row)
    return found


def _counts(row: Record, plan: Plan) -> bool:
    return not row.retired_at and row.values.get("plan") == plan.id


def _year(row: Record) -> int:
    return int(str(row.values.get("year") or 0))
