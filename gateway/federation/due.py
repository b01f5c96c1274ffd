"""What has changed and is not in a message yet: marked by whoever stores it, in the same transaction.

Decision: marked whatever is agreed, as soon as this gateway forwards at all; what nobody agreed to is dropped later.
Because: an agreement that is made while an element is being stored would else miss it.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import compress

from sqlalchemy import Select, Table, delete, exists, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from edge_agent.wire.messages import InstrumentDescription
from edge_agent.wire.records import AnyRecord
from edge_agent.wire.shop_floor import Elements, Stop, WorkUnitDescription
from gateway.registry import NominalBucketRow, RecordRow, StopRow, WorkUnitRow
from gateway.registry.organisations import SiteRow
from gateway.registry.sharing import (
    ELEMENTS,
    SAMPLES,
    STOPS,
    AgreementRow,
    ForwardDueRow,
    ForwarderRow,
    ForwardLinesRow,
)

UNITS, INSTRUMENTS = "units", "instruments"
"""What elements and stops, and what samples, mean."""
INSTRUMENT = str(InstrumentDescription.__struct_config__.tag)
_DUE: Table = ForwardDueRow.__table__  # type: ignore[assignment]  # a class of its own has a table of its own
_KEY = ("kind", "site", "edge", "name", "since")


def forwards(session: Session) -> bool:
    """Whether this gateway forwards, or did once."""
    return bool(session.scalar(select(exists().select_from(ForwarderRow))))


def mark(session: Session, records: Iterable[tuple[tuple[str, str], AnyRecord]]) -> None:
    """Records that have come, each with the site and edge whose it is."""
    found = [key for (site, edge), record in records if (key := _key(site, edge, record))]
    if not found or not forwards(session):
        return
    rows = [dict(zip(_KEY, key, strict=True), times=1) for key in sorted(set(found))]
    session.execute(_marking(session, None), rows)


def mark_all(session: Session, terms: Any) -> None:
    """All that an agreement covers (:class:`gateway.federation.agreements.Terms`): it is new, or another store asks."""
    bucket, stop, unit, record = NominalBucketRow, StopRow, WorkUnitRow, RecordRow
    none = literal(0)
    asked: list[Select[Any]] = []
    if ELEMENTS in terms.kinds:
        asked.append(_of(ELEMENTS, bucket, bucket.work_unit, bucket.since).where(bucket.since >= terms.since))
    if STOPS in terms.kinds:
        asked.append(_of(STOPS, stop, stop.work_unit, stop.since).where(stop.since >= terms.since))
    if terms.kinds & {ELEMENTS, STOPS}:
        asked.append(_of(UNITS, unit, unit.work_unit, none))
    if SAMPLES in terms.kinds:
        asked.append(_of(INSTRUMENTS, record, record.key, none).where(record.noun == INSTRUMENT))
    for query in asked:
        its = query.where(query.selected_columns.site.in_(sorted(terms.sites)))
        session.execute(_marking(session, its))


def keep_lines(session: Session, came: Iterable[tuple[str, str, Sequence[str]]]) -> None:
    """Lines of telemetry with their site and edge: kept until they are put into messages, where samples are shared.

    Whether the agreement covers that very site and day is looked at then. Nothing is kept for a gateway above that has
    not admitted this one: nobody knows whether it ever will, and samples are many.
    """
    some = [(site, edge, lines) for site, edge, lines in came if lines]
    if not some:
        return
    its = AgreementRow
    shared = select(SiteRow.name).join(its, its.organisation == SiteRow.organisation)
    shared = shared.where(its.agreed_at > 0, its.withdrawn_at == 0, its.retired_at == 0, its.kinds.contains(SAMPLES))
    sites = set(session.scalars(shared.where(SiteRow.name.in_({site for site, _, _ in some}))))
    if not sites or not session.scalar(select(exists().where(ForwarderRow.admitted > 0))):
        return
    for site, edge, lines in some:
        if site in sites:
            session.add(ForwardLinesRow(site=site, edge=edge, body=compress("\n".join(lines).encode(), 1)))


def switched_off(session: Session) -> None:
    """This gateway forwards no longer: no samples are kept for it until it does again, and is admitted again."""
    session.execute(update(ForwarderRow).values(admitted=0, state="stopped", why=""))
    session.execute(delete(ForwardLinesRow))


def done(session: Session, rows: Iterable[ForwardDueRow]) -> None:
    """These are in messages, or nobody agreed to them; one that was marked again meanwhile stays."""
    its = ForwardDueRow
    for row in rows:
        key = [getattr(its, name) == getattr(row, name) for name in _KEY]
        session.execute(delete(its).where(*key, its.times == row.times).execution_options(synchronize_session=False))


def _of(kind: str, table: Any, name: Any, since: Any) -> Select[Any]:
    return select(literal(kind), table.site, table.edge, name, since, literal(1))


def _marking(session: Session, query: Select[Any] | None) -> Any:
    """The row is written even when it is there: a transaction that is done with it waits, and then sees it changed."""
    into = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = into(_DUE)
    if query is not None:
        statement = statement.from_select([*_KEY, "times"], query)
    return statement.on_conflict_do_update(index_elements=list(_KEY), set_={"times": _DUE.c.times + 1})


def _key(site: str, edge: str, record: AnyRecord) -> tuple[str, str, str, str, int] | None:
    match record:
        case Elements():
            return (ELEMENTS, site, edge, record.work_unit, record.since)
        case Stop():
            return (STOPS, site, edge, record.work_unit, record.since)
        case WorkUnitDescription():
            return (UNITS, site, edge, record.key, 0)
        case InstrumentDescription():
            return (INSTRUMENTS, site, edge, record.key, 0)
        case _:
            return None
