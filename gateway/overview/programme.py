"""What the programme needs: tasks nobody reports on, reports, pilots without data, what runs out."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from gateway.overview import ACT, FINE, LOOK, MOST_ITEMS, Item, Need
from gateway.production.looking import Asked
from gateway.production.periods import today
from gateway.registry import ProductionDayRow
from gateway.registry.organisations import SiteRow
from gateway.registry.pilots import PilotRow
from gateway.registry.plan_records import PlanReportRow
from gateway.registry.plan_reminders import OVER, PlanReminderRow
from gateway.registry.programme import CertificationRow
from gateway.registry.proofs import InformationRequestRow
from gateway.registry.roles import Action, Reader
from gateway.registry.tasks import TaskProgressRow
from gateway.registry.texts import label_told

REPORT_DAYS = 92
"""A task that goes on and of which nothing was said for a quarter is late."""
ANSWER_DAYS = 15
"""An information request that is older and has no answer is late."""
PILOT_DAYS = 3
"""A running pilot of whose machines nothing was told for so long is without data."""
SOON_DAYS = 60
LATE_DAYS = 60
"""A report that is later than so is told of no more."""
_GOES_ON = ("not_begun", "under_way")


def late_reports(asked: Asked, reader: Reader) -> list[tuple[str, str, str]]:
    """Plan, task and last day of the tasks that go on and of which nobody has said anything for a quarter."""
    its = TaskProgressRow
    seen = and_(its.retired_at == 0, reader.where(Action.READ, "task", its))
    last = select(its.agency, its.plan, its.task, func.max(its.date).label("date")).where(seen)
    newest = last.group_by(its.agency, its.plan, its.task).subquery()
    query = select(its.plan, its.task, its.date).join(
        newest,
        and_(
            its.agency == newest.c.agency,
            its.plan == newest.c.plan,
            its.task == newest.c.task,
            its.date == newest.c.date,
        ),
    )
    late = and_(seen, its.state.in_(_GOES_ON), its.date < _before(asked, REPORT_DAYS))
    with Session(asked.engine) as session:
        rows = session.execute(query.where(late).order_by(its.date, its.task)).all()
    return [(row.plan, row.task, row.date) for row in rows]


def pilots_without_data(asked: Asked, reader: Reader) -> Need:
    """Running pilots of whose sites nothing was told in the last days."""
    its, days = PilotRow, ProductionDayRow
    told = exists().where(days.site == SiteRow.name, days.date >= _before(asked, PILOT_DAYS))
    query = select(its.name, SiteRow.title).join(SiteRow, SiteRow.id == its.site)
    query = query.where(
        its.retired_at == 0, its.state == "running", not_(told), reader.where(Action.READ, "pilot", its)
    )
    with Session(asked.engine) as session:
        rows = session.execute(query.order_by(its.name)).all()
    items = tuple(Item(f"{name} · {site}") for name, site in rows[:MOST_ITEMS])
    return Need("pilots", ACT if rows else FINE, len(rows), items, "/pilots", {"days": PILOT_DAYS})


def reports_due(asked: Asked, reader: Reader) -> Need:
    """Reports on plans of which people were reminded, until their day is over or they are signed off."""
    its, signed = PlanReminderRow, PlanReportRow
    of_year = and_(signed.plan == its.plan, signed.province == its.province, signed.retired_at == 0)
    is_done = exists().where(
        of_year, signed.is_signed, func.substr(signed.as_of, 1, 4) == func.substr(its.last_day, 1, 4)
    )
    # What agencies hand in is not signed off here: it is told of until its day is over, or the department's report is.
    still = and_(not_(is_done), or_(its.last_day >= _before(asked, 0), its.stage == OVER))
    seen = and_(its.retired_at == 0, its.last_day >= _before(asked, LATE_DAYS), still)
    query = select(its.plan, its.title, its.title_en, its.last_day, func.min(its.stage)).where(
        seen, reader.where(Action.WRITE, "programme", its)
    )
    query = query.group_by(its.plan, its.duty, its.title, its.title_en, its.last_day).order_by(its.last_day)
    with Session(asked.engine) as session:
        rows = session.execute(query).all()
    items = tuple(dated(vi, day, f"/plans/{plan}/report", en) for plan, vi, en, day, _ in rows[:MOST_ITEMS])
    is_late = any(stage <= 0 for *_, stage in rows)
    return Need("reports_due", FINE if not rows else ACT if is_late else LOOK, len(rows), items, "/plans/calendar")


def deadlines(asked: Asked, reader: Reader) -> list[Need]:
    """Pilots whose judging begins soon or is over, certificates that run out, requests without an answer."""
    return [_pilots_due(asked, reader), _running_out(asked, reader), _unanswered(asked, reader)]


def _pilots_due(asked: Asked, reader: Reader) -> Need:
    its = PilotRow
    day, soon = _before(asked, 0), _before(asked, -SOON_DAYS)
    open_ones = and_(its.retired_at == 0, its.state == "running", reader.where(Action.READ, "pilot", its))
    query = select(its.name, its.result_until).where(open_ones, its.result_until <= soon).order_by(its.result_until)
    return _due(asked, query, "pilots_due", "/pilots", day)


def _running_out(asked: Asked, reader: Reader) -> Need:
    its = CertificationRow
    day, soon = _before(asked, 0), _before(asked, -SOON_DAYS)
    held = and_(its.retired_at == 0, its.expires != "", reader.where(Action.READ, "programme", its))
    query = select(its.number, its.expires).where(held, its.expires <= soon, its.expires >= _before(asked, SOON_DAYS))
    return _due(asked, query.order_by(its.expires), "running_out", "/records", day)


def _unanswered(asked: Asked, reader: Reader) -> Need:
    its = InformationRequestRow
    waits = and_(its.retired_at == 0, its.answered == "", reader.where(Action.READ, "programme", its))
    query = select(its.number, its.received).where(waits, its.received < _before(asked, ANSWER_DAYS))
    return _due(asked, query.order_by(its.received), "unanswered", "/records", "9999")


def _due(asked: Asked, query: Any, key: str, address: str, day: str) -> Need:
    with Session(asked.engine) as session:
        rows: Sequence[Any] = session.execute(query).all()
    is_over = any(str(when) < day for _, when in rows)
    items = tuple(dated(str(name), str(when)) for name, when in rows[:MOST_ITEMS])
    return Need(key, FINE if not rows else ACT if is_over else LOOK, len(rows), items, address, {"days": SOON_DAYS})


def dated(name: str, day: str, address: str = "", en: str = "") -> Item:
    """Something with its day, as people of either language write it."""
    return Item(name, address, {"vi": f"{name} ({label_told('vi', day)})", "en": f"{en or name} ({day})"})


def _before(asked: Asked, days: int) -> str:
    day: date = today(asked.now, asked.zone) - timedelta(days=days)
    return day.isoformat()
