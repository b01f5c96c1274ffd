"""The tasks of a plan as the registry has them: gathered for :func:`gateway.indicators.tasks.progress_of`.

Decision: rows of the province in force, and of the provinces that were merged into it, count for its plans.
Because: a plan of the years before 2025 is reported on by agencies of both.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from gateway.indicators.facts import Record, Value
from gateway.indicators.schema import Plan
from gateway.indicators.tasks import TaskStanding, progress_of
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.organisations import AgencyRow, ProvinceRow
from gateway.registry.roles import Action, Place, Reader
from gateway.registry.tasks import TaskMoneyRow, TaskProgressRow


def task_standings(engine: Engine, reader: Reader, plan: Plan, as_of: date) -> tuple[TaskStanding, ...]:
    """How each task of a plan stands, as far as somebody may see it.

    Args:
        engine: Of the registry.
        reader: Who asks; what they may not see is as if it had not been said.
        plan: The plan.
        as_of: The day.
    """
    with Session(engine) as session:
        provinces = provinces_of(session, plan)
        said, money = (_rows(session, reader, noun, plan, provinces) for noun in (TaskProgressRow, TaskMoneyRow))
        agencies = session.scalars(
            select(AgencyRow).where(AgencyRow.province.in_(provinces), AgencyRow.retired_at == 0)
        )
        return progress_of(plan, said, money, [record_of(one) for one in agencies], as_of)


def concerns(reader: Reader, standing: TaskStanding, place: Place) -> bool:
    """Whether a task is somebody's to look after: of their province, or one that their agency leads or spoke of."""
    if reader.may(Action.READ, "task", place):
        return True
    agencies = {grant.of for grant in reader.grants if grant.scope == "agency" and grant.allows(Action.READ, "task")}
    return bool(agencies & {*standing.leads, *(one.agency for one in standing.said)})


def provinces_in_force(session: Session) -> dict[str, str]:
    """Code -> id of each province that is."""
    its = ProvinceRow
    rows = session.execute(select(its.code, its.id).where(its.retired_at == 0, its.until == ""))
    return {row.code: row.id for row in rows}


def provinces_of(session: Session, plan: Plan) -> list[str]:
    """Ids of the rows of a plan's province: the one in force, its former ones, those merged into it."""
    its = ProvinceRow
    codes = [plan.province.code, *([plan.province.former_code] if plan.province.former_code else [])]
    in_force = select(its.id).where(its.code == plan.province.code, its.until == "", its.retired_at == 0)
    query = select(its.id).where(its.retired_at == 0, or_(its.id.in_(in_force), its.successor.in_(in_force)))
    found = list(session.scalars(query))
    return found or list(session.scalars(select(its.id).where(its.retired_at == 0, its.code.in_(codes))))


def record_of(row: Registered) -> Record:
    """A row as an evaluation takes it."""
    values: dict[str, Value] = {name: _plain(value) for name, value in row.values().items()}
    label = next((str(values[name]) for name in (row.noun.label or row.noun.key) if values.get(name)), row.id)
    return Record(noun=row.__tablename__, id=row.id, label=label, values=values, retired_at=row.retired_at)


def _rows(session: Session, reader: Reader, of: type[Registered], plan: Plan, provinces: Iterable[str]) -> list[Record]:
    its: Any = of
    seen = reader.where(Action.READ, NOUNS[of.__tablename__].noun.group, of)
    query = select(of).where(its.plan == plan.id, its.retired_at == 0, its.province.in_(list(provinces)), seen)
    return [record_of(one) for one in session.scalars(query)]


def _plain(value: object) -> Value:
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
