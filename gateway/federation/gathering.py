"""From what has changed to messages: rows as they are now, as the records that their edges said.

Key and revision are the origin's, so that a record that comes twice, late, or both by the edge and by us is harmless.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import InstrumentDescription, Record
from edge_agent.wire.origin import Origin, origin_line
from edge_agent.wire.packing import RECORD, TELEMETRY, Body, pack
from edge_agent.wire.records import record_decoder
from edge_agent.wire.schema import SECONDS
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from gateway.federation import due
from gateway.federation.agreements import Terms
from gateway.federation.outbox import Parcel
from gateway.registry import ElementRow, NominalBucketRow, RecordRow, StopRow, WorkUnitRow
from gateway.registry.sharing import ELEMENTS, SAMPLES, STOPS, ForwardDueRow, ForwardLinesRow

AT_ONCE = 500
"""Things that changed, taken at a time."""
_COUNTS = (
    "shift",
    "product",
    "ideal_cycle_s",
    "total",
    "reject",
    "rework",
    "unplanned",
    "unattributed",
    "no_product",
    "failures",
    "failing_ns",
)
_STOP = ("since", "until", "kind", "planned_ns", "code", "shift", "product", "reason", "entered_at", "gone")


class Gathered(NamedTuple):
    """What became messages of what had changed.

    Attributes:
        parcels: The messages.
        is_more: Whether more has changed than was taken.
    """

    parcels: list[Parcel]
    is_more: bool


def gather(session: Session, terms: Sequence[Terms]) -> Gathered:
    """Take what has changed; what nobody agreed to share is forgotten."""
    its = ForwardDueRow
    order = (its.kind, its.site, its.edge, its.name, its.since)
    rows = session.scalars(select(its).order_by(*order).limit(AT_ONCE)).all()
    lines: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        agreed = _agreed(terms, row)
        if agreed is None:
            continue
        of, kind = agreed
        record = _record(session, row)
        if record is not None:
            origin = Origin(site=row.site, edge=row.edge, organisation=of.organisation, agreement=of.id)
            line = msgspec.json.encode(msgspec.structs.replace(record, origin=origin)).decode()
            lines.setdefault((of.id, kind), []).append(line)
    due.done(session, rows)
    parcels = [
        Parcel(body, agreement, kind) for (agreement, kind), some in lines.items() for body in pack(RECORD, some)
    ]
    return Gathered(parcels, len(rows) == AT_ONCE)


def _agreed(terms: Iterable[Terms], row: ForwardDueRow) -> tuple[Terms, str] | None:
    """Under which agreement it goes, and as what; None: under none."""
    for of in terms:
        for kind in {due.UNITS: (ELEMENTS, STOPS), due.INSTRUMENTS: (SAMPLES,)}.get(row.kind, (row.kind,)):
            if of.covers(kind, row.site, row.since or 2**62):
                return of, kind
    return None


def _record(session: Session, row: ForwardDueRow) -> Record | None:
    unit = (row.site, row.edge, row.name)
    if row.kind == ELEMENTS:
        bucket = session.get(NominalBucketRow, (*unit, row.since))
        return _elements(session, bucket) if bucket else None
    if row.kind == STOPS:
        stop = session.get(StopRow, (*unit, row.since))
        return _stop(stop) if stop else None
    if row.kind == due.UNITS:
        described = session.get(WorkUnitRow, unit)
        said = _described(described.description, WorkUnitDescription) if described else None
        # What customers ask for was agreed with nobody; figures above need no more than the target.
        return msgspec.structs.replace(said, demand_per_shift=None) if said else None
    kept = session.get(RecordRow, (row.site, row.edge, due.INSTRUMENT, row.name))
    return _described(kept.body, InstrumentDescription) if kept else None


def _described(body: str, kind: type[Record]) -> Record | None:
    record = record_decoder.decode(body)
    return record if isinstance(record, kind) else None


def _elements(session: Session, bucket: NominalBucketRow) -> Elements:
    its = ElementRow
    of = select(its).where(
        its.site == bucket.site,
        its.edge == bucket.edge,
        its.work_unit == bucket.work_unit,
        its.since == bucket.since,
    )
    return Elements(
        key=f"{bucket.work_unit}.{bucket.since}",
        revision=bucket.revision,
        at=bucket.at,
        work_unit=bucket.work_unit,
        since=bucket.since,
        until=bucket.until,
        parts=tuple(_part(row) for row in session.scalars(of.order_by(its.number))),
    )


def _part(row: ElementRow) -> Part:
    times = {bucket: getattr(row, f"{bucket.lower()}_ns") for bucket in SECONDS}
    return Part(
        ns={bucket: ns for bucket, ns in times.items() if ns},
        energy_wh=msgspec.json.decode(row.energy_wh, type=dict[str, float]),
        **{name: getattr(row, name) for name in _COUNTS},
    )


def _stop(row: StopRow) -> Stop:
    values: dict[str, Any] = {name: getattr(row, name) for name in _STOP}
    title = msgspec.json.decode(row.title, type=dict[str, str])
    key = f"{row.work_unit}.{row.since}"
    return Stop(key=key, revision=row.revision, at=row.at, work_unit=row.work_unit, title=title, **values)


# ------------------------------------------------------------------ samples, where they are agreed to


def gather_lines(session: Session, terms: Sequence[Terms]) -> Gathered:
    """Take what was kept; what nobody agrees to any more is forgotten."""
    its = ForwardLinesRow
    rows = session.scalars(select(its).order_by(its.id).limit(AT_ONCE)).all()
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row.site, row.edge), []).extend(zlib.decompress(row.body).decode().split("\n"))
    parcels = []
    for (site, edge), lines in found.items():
        of = next((one for one in terms if one.covers(SAMPLES, site)), None)
        if of is None:
            continue
        head = origin_line(Origin(site=site, edge=edge, organisation=of.organisation, agreement=of.id))
        recent = [line for line in lines if int(line.rpartition(" ")[2]) >= of.since]
        parcels += [Parcel(_headed(head, body), of.id, SAMPLES) for body in pack(TELEMETRY, recent)]
    session.execute(delete(its).where(its.id.in_([row.id for row in rows])))
    return Gathered(parcels, len(rows) == AT_ONCE)


def _headed(head: str, body: Body) -> Body:
    return Body(body.kind, body.n + 1, head.encode() + b"\n" + body.plain)
