"""What the laboratories of a province did, year by year: documents, fields, instruments in order, time, requests."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from gateway.indicators.facts import CapacityYear, Record, ScopeHeld
from gateway.laboratory.capacity import Document, ScopeLine, field_of, fields_on, share_in_order
from gateway.laboratory.due import worklist
from gateway.laboratory.requests import issued_on, served
from gateway.laboratory.scope import line_of
from gateway.laboratory.states import ISSUED
from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_scope import ScopeEntryRow
from gateway.registry.laboratory_work import CalibrationRequestRow, WorkOrderRow
from gateway.registry.roles import Action, Reader

_YEARS_IN_ORDER = 3
"""Years of which the share of instruments in order is told: each asks for every certificate once more."""
_NS = 10**9


def capacity_of(
    session: Session, reader: Reader, places: Sequence[str], zone: ZoneInfo, years: range, as_of: date
) -> tuple[CapacityYear, ...]:
    """Each year, up to its end or to the day that is asked for; nothing where nobody may see a laboratory.

    Args:
        session: Of the registry.
        reader: Who asks.
        places: Ids of provinces.
        zone: Of the wall clock.
        years: Which.
        as_of: The day.
    """
    laboratories = _laboratories(session, reader, places)
    if not laboratories:
        return ()
    lines = [line_of(one) for one in _scope_rows(session, reader, laboratories)]
    papers = certificates_of(session, reader, places)
    took = _days_taken(session, reader, laboratories, zone)
    received = _received(session, reader, laboratories)
    done = {one.request: one.day for one in served(session, reader, zone, date.min, date.max)}
    found = []
    for year in years:
        first, last = date(year, 1, 1), min(date(year, 12, 31), as_of)
        issued = [one.id for one in papers if _is_of(one, first, last)]
        days = [n for day, n in took if first <= day <= last]
        asked = [row for row, day in received if first.isoformat() <= day <= last.isoformat()]
        answered = sum(row in done and done[row] <= last for row in asked)
        known = year > as_of.year - _YEARS_IN_ORDER
        found.append(
            CapacityYear(
                year=year,
                documents=len(issued),
                fields=len(fields_on(lines, last.isoformat())),
                in_order=_in_order(session, reader, places, zone, last) if known else None,
                turnaround=float(median(days)) if days else None,
                requests_served=100 * answered / len(asked) if asked else None,
                certificates=tuple(issued),
            )
        )
    return tuple(found)


def certificates_of(session: Session, reader: Reader, places: Sequence[str]) -> tuple[Record, ...]:
    """What the laboratories of some provinces issued, for whomever: whose instrument, which kind and field, when."""
    laboratories = _laboratories(session, reader, places)
    by_laboratory = defaultdict[str, list[ScopeLine]](list)
    for one in _scope_rows(session, reader, laboratories):
        by_laboratory[one.laboratory].append(line_of(one))
    its, of = CertificateRow, InstrumentRow
    query = select(its.id, its.laboratory, its.kind, its.issued, its.status, of.kind, of.unit, of.organisation)
    query = query.join(of, of.id == its.instrument).where(its.retired_at == 0, its.laboratory.in_(laboratories))
    found = []
    for row, laboratory, kind, issued, status, *rest in session.execute(query.order_by(its.id)):
        document = Document(laboratory or "", kind, issued, status, rest[0], rest[1])
        field = field_of(document, by_laboratory[document.laboratory])
        values = {"kind": kind, "issued": issued, "status": status, "field": field, "organisation": rest[2]}
        found.append(Record(noun="certificate", id=row, values=values))
    return tuple(found)


def scope_of(session: Session, reader: Reader, places: Sequence[str]) -> tuple[ScopeHeld, ...]:
    """Lines of the scopes of the laboratories of some provinces."""
    rows = _scope_rows(session, reader, _laboratories(session, reader, places))
    return tuple(
        ScopeHeld(id=one.id, kind=one.kind, field=one.measured_field, since=one.since or "", until=one.until or "")
        for one in rows
    )


def _laboratories(session: Session, reader: Reader, places: Sequence[str]) -> list[str]:
    its = LaboratoryRow
    mine = reader.where(Action.READ, its.noun.group, its)
    query = select(its.id).where(its.retired_at == 0, its.of_province.in_(places), mine)
    return list(session.scalars(query.order_by(its.id)))


def _scope_rows(session: Session, reader: Reader, laboratories: Sequence[str]) -> Sequence[ScopeEntryRow]:
    its = ScopeEntryRow
    mine = reader.where(Action.READ, its.noun.group, its)
    query = select(its).where(its.retired_at == 0, its.laboratory.in_(laboratories), mine)
    return session.scalars(query.order_by(its.id)).all()


def _is_of(paper: Record, first: date, last: date) -> bool:
    issued = str(paper.values["issued"])
    return not paper.values["status"] and first.isoformat() <= issued <= last.isoformat()


def _days_taken(
    session: Session, reader: Reader, laboratories: Sequence[str], zone: ZoneInfo
) -> list[tuple[date, int]]:
    """Day of issue and days from receipt of every order that was issued."""
    its = WorkOrderRow
    mine = reader.where(Action.READ, its.noun.group, its)
    query = select(its.id, its.received).where(its.state == ISSUED, its.retired_at == 0, mine)
    rows = session.execute(query.where(its.laboratory.in_(laboratories)))
    received = {row.id: row.received for row in rows}
    days = issued_on(session, zone, received)
    return [(day, (day - date.fromisoformat(received[row])).days) for row, day in sorted(days.items())]


def _received(session: Session, reader: Reader, laboratories: Sequence[str]) -> list[tuple[str, str]]:
    """Id and day of every request."""
    its = CalibrationRequestRow
    mine = reader.where(Action.READ, its.noun.group, its)
    query = select(its.id, its.received).where(its.retired_at == 0, its.laboratory.in_(laboratories), mine)
    return [(row.id, row.received) for row in session.execute(query.order_by(its.id))]


def _in_order(session: Session, reader: Reader, places: Sequence[str], zone: ZoneInfo, day: date) -> float | None:
    """Share of the instruments that were in the registry on a day, per cent."""
    its = InstrumentRow
    end = int(datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC).timestamp()) * _NS
    only = and_(its.of_province.in_(places), its.made_at < end)
    share = share_in_order(one.standing.state for one in worklist(session, reader, day, only=only))
    return None if share is None else 100 * share
