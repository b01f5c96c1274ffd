"""The facts of a province out of the registry: what an evaluation of its plans may know, as somebody may see it.

Decision: rows are read as plain columns, not as objects.
Because: a province has a hundred thousand attendances, and an object of each takes as long as all the rest.

Decision: rows are read in one transaction that sees one moment.
Because: a class that somebody enters meanwhile would be there without who attended it. Pilots are judged from their own
reading: what a machine did comes in without a moment that all of it shares.

Decision: of a person only where they work is read, and of no row its note.
Because: facts are kept with a report, and names have no business there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gateway.indicators.counted import COUNTED, LINKED_ONLY
from gateway.indicators.facts import Facts, Record, Value
from gateway.indicators.ledger import PLACE
from gateway.programme.capacity_years import capacity_of, certificates_of, scope_of
from gateway.programme.pilots_judged import judged_pilots
from gateway.registry.fields import Choices, Link
from gateway.registry.files import DocumentRow
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.organisations import ProvinceRow
from gateway.registry.roles import Action, Reader

PROVINCE = "province"
ALSO = ("statistic", "year_estimate", "tfp_run")
"""Nouns that indicators rest on and that are not counted."""
UNTOLD = frozenset(("note", "signed_by", "address"))
"""Fields that may name a person."""
_OF_PERSONS = frozenset(("organisation", "agency"))
_QUARTER = 900 * 10**9
_YEARS_BACK = 8
"""Years of which the laboratories' figures are told."""


def gather(
    engine: Engine, reader: Reader, province: str, as_of: date, now: int, zone: ZoneInfo, *, made_up: bool = False
) -> Facts:
    """The facts of a province of today and of those that were merged into it.

    Args:
        engine: Of the registry.
        reader: Who asks; what they may not see is as if it were not there.
        province: Its code since 1 July 2025.
        as_of: The day for which pilots and laboratories are judged.
        now: UTC ns.
        zone: Of the wall clock.
        made_up: The registry says of itself that its content is made up.
    """
    with _one_moment(engine) as session:
        rows = province_rows(session, province)
        places = [one.id for one in rows]
        attached = _attached(session)
        records: dict[str, tuple[Record, ...]] = {PROVINCE: tuple(_province(one) for one in rows)}
        for noun in (*COUNTED, *LINKED_ONLY, *ALSO):
            records[noun] = tuple(_records(session, reader, noun, places, attached[noun], zone))
        records["certificate"] = certificates_of(session, reader, places)
        years = range(as_of.year - _YEARS_BACK, as_of.year + 1)
        capacity = capacity_of(session, reader, places, zone, years, as_of)
        scope = scope_of(session, reader, places)
    mine = {one.id for one in records["pilot"]}
    judged = judged_pilots(engine, reader, as_of, now, zone) if mine else ()
    return Facts(
        province=province,
        gathered=now,
        records={noun: found for noun, found in records.items() if found},
        pilots=tuple(one for one in judged if one.pilot in mine),
        capacity=capacity,
        scope=scope,
        made_up=made_up,
    )


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Session]:
    """A session whose answers are all of the moment of its first one."""
    with Session(engine) as session:
        if engine.dialect.name == "sqlite":
            # Its driver begins a transaction with what writes, and every query else sees what is newest.
            session.connection().exec_driver_sql("BEGIN")
        else:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def province_rows(session: Session, code: str) -> Sequence[ProvinceRow]:
    """The province of today with a code, and those that were merged into it, those that were merged into these too."""
    every = session.scalars(select(ProvinceRow).where(ProvinceRow.retired_at == 0).order_by(ProvinceRow.id)).all()
    wanted = {one.id for one in every if one.code == code and not one.successor}
    while more := {one.id for one in every if one.successor in wanted} - wanted:
        wanted |= more
    return [one for one in every if one.id in wanted]


def _province(row: ProvinceRow) -> Record:
    values: dict[str, Value] = {
        "code": row.code,
        "since": row.since,
        "until": row.until,
        "successor": row.successor or None,
    }
    return Record(noun=PROVINCE, id=row.id, label=row.name, values=values)


def _attached(session: Session) -> Mapping[str, Mapping[str, int]]:
    """Noun -> row -> how many documents are kept with it."""
    found = defaultdict[str, dict[str, int]](dict)
    its = DocumentRow
    for noun, row, n in session.execute(select(its.noun, its.row, func.count()).group_by(its.noun, its.row)):
        found[noun][row] = n
    return found


def _records(
    session: Session, reader: Reader, noun: str, places: Sequence[str], attached: Mapping[str, int], zone: ZoneInfo
) -> Iterable[Record]:
    of = NOUNS[noun]
    fields = {name: one for name, one in of.fields().items() if name not in UNTOLD}
    if of.personal:
        fields = {name: one for name, one in fields.items() if name in _OF_PERSONS}
    table: Any = of.__table__
    columns = [table.c[name] for name in ("id", "retired_at", "changed_at", "of_province", *fields)]
    query = select(*columns).where(of.of_province.in_(places), reader.where(Action.READ, of.noun.group, of))
    told: list[tuple[str, Callable[[Any], Value] | None]] = [
        (name, _several(one) if isinstance(one, Choices) else None) for name, one in fields.items()
    ]
    label = _label(of, list(fields))
    for row, retired_at, changed_at, place, *rest in session.execute(query.order_by(table.c.id)):
        values = {name: tell(v) if tell else v for (name, tell), v in zip(told, rest, strict=True)}
        values[PLACE] = place
        yield Record(
            noun=noun,
            id=row,
            label=label(values) if label else "",
            values=values,
            attached=attached.get(row, 0),
            retired_at=retired_at,
            changed=_day(changed_at // _QUARTER, zone),
        )


@lru_cache(maxsize=100_000)
def _day(quarter: int, zone: ZoneInfo) -> str:
    """The day of a quarter of an hour since 1970; thousands of rows share one."""
    return datetime.fromtimestamp(quarter * 900, zone).date().isoformat()


def _several(one: Choices) -> Callable[[Any], Value]:
    def told(kept: Any) -> Value:
        return tuple(str(key) for key in one.told(kept) or ())  # type: ignore[union-attr]  # a list by its kind

    return told


def _label(of: type[Registered], known: Sequence[str]) -> Callable[[Mapping[str, Value]], str] | None:
    """What tells how people call a row; None: it has no words of its own, or they are a person's."""
    if of.personal:
        return None
    names = [name for name in of.noun.label or of.noun.key if name in known]
    names = [name for name in names if not isinstance(of.fields()[name], Link)]
    return (lambda values: " · ".join(str(values[name]) for name in names if values[name])) if names else None
