"""Reminders of due days: 60, 30 and 7 days before, and when a day is over; each once, with who was told.

Decision: a reminder stands on the overview and in the calendar of everybody who may see the instrument; it is written
down once for each stage, with the names of those who can act on it. No mail is sent.
Because: the gateway has no mail server of its own, and many sites have none; a reminder that silently failed to leave
is worse than one that is known to stand on a page.
"""

from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.access.accounts import read_accounts
from gateway.laboratory.due import STAGES, Due, worklist
from gateway.registry import AccountRow, transaction
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.laboratory_assurance import ReminderRow
from gateway.registry.roles import SYSTEM, Action, Reader
from gateway.registry.writing import Writing

OVER = 0
_LONGEST = 2000


def stage_of(days: int) -> int | None:
    """The stage that so many days before a due day have reached; None: it is too early.

    >>> [stage_of(days) for days in (61, 60, 30, 8, 7, 0, -1)]
    [None, 60, 30, 30, 7, 7, 0]
    """
    if days < 0:
        return OVER
    return next((most for most in sorted(STAGES) if days <= most), None)


def remind(engine: Engine, now: int, today: date) -> int:
    """Write down every stage that was reached and not yet told; how many there were.

    Args:
        engine: Of the registry.
        now: UTC, ns.
        today: The day by the gateway's wall clock.
    """
    with Session(engine) as session:
        its = InstrumentRow
        due = worklist(session, SYSTEM, today, only=its.status.in_(("in_use", "away")))
        of = ReminderRow
        rows = session.execute(select(of.instrument, of.due, of.stage).where(of.retired_at == 0))
        told = {(instrument, day, stage) for instrument, day, stage in rows}
        wanted = [(one, stage) for one in due if (stage := _untold(one, told)) is not None]
        if not wanted:
            return 0
        readers = _readers(session)
        places = {row.id: row.place for row in session.scalars(select(its))}
    with transaction(engine) as session:
        writing = Writing(session, SYSTEM, now)
        for one, stage in wanted:
            names = [each.name for each in readers if each.may(Action.WRITE, "laboratory", places[one.id])]
            values = {"instrument": one.id, "due": one.day, "stage": stage, "told": today.isoformat()}
            writing.make("reminder", values | {"told_to": ", ".join(sorted(names))[:_LONGEST]})
    return len(wanted)


def _untold(one: Due, told: set[tuple[str, str, int]]) -> int | None:
    stage = stage_of(one.days) if one.day else None
    return None if stage is None or (one.id, one.day, stage) in told else stage


def _readers(session: Session) -> list[Reader]:
    rows = list(session.scalars(select(AccountRow).where(AccountRow.retired_at == 0)))
    return [one.reader for one in read_accounts(session, rows)]
