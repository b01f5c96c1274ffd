"""What the registry knows of the shop floor, by the revisions in force."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Engine, Row, and_, or_, select
from sqlalchemy.orm import Session

from edge_agent.wire.entries import Entry, Photo
from edge_agent.wire.records import record_decoder
from edge_agent.wire.schema import SECONDS
from edge_agent.wire.shop_floor import Part, Stop, WorkUnitDescription
from gateway.registry import ElementRow, NominalBucketRow, RecordRow, StopRow, WorkUnitRow

_AT_ONCE = 500
_UNITS_AT_ONCE = 100
_ELEMENT, _STOP = ElementRow.__table__, StopRow.__table__
_NS_OF = {bucket: f"{bucket.lower()}_ns" for bucket in SECONDS}
_PHOTO = str(Photo.__struct_config__.tag)


class UnitId(NamedTuple):
    """Which work unit of all."""

    site: str
    edge: str
    work_unit: str


class WorkUnit(NamedTuple):
    """A work unit and what its edge said of it last; ``at`` is when, UTC ns."""

    id: UnitId
    description: WorkUnitDescription
    at: int


class Asked(NamedTuple):
    """What is asked of one work unit; see :meth:`ShopFloor.buckets`."""

    unit: UnitId
    start: int
    end: int
    shift: str = ""


class NominalBucket(NamedTuple):
    """A nominal bucket with its parts by shift and product.

    Attributes:
        since: Its start, UTC ns.
        until: Its end.
        revision: In force.
        parts: In the order in which they were said; of some only, where a shift was asked for.
    """

    since: int
    until: int
    revision: int
    parts: tuple[Part, ...]


class Entered(NamedTuple):
    """Something that a person entered, and at which edge."""

    edge: str
    entry: Entry


class ShopFloor:
    """Questions to the registry; any thread may ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sites(self) -> list[str]:
        """Every site that has a work unit."""
        with Session(self._engine) as session:
            return list(session.scalars(select(WorkUnitRow.site).distinct().order_by(WorkUnitRow.site)))

    def work_units(self, site: str) -> list[WorkUnit]:
        """Every work unit of a site that was ever described, by edge and name."""
        asked = select(WorkUnitRow).where(WorkUnitRow.site == site).order_by(WorkUnitRow.edge, WorkUnitRow.work_unit)
        with Session(self._engine) as session:
            return [_work_unit(row) for row in session.scalars(asked)]

    def work_unit(self, unit: UnitId) -> WorkUnit | None:
        """One work unit; None: it was never described."""
        with Session(self._engine) as session:
            row = session.get(WorkUnitRow, unit)
            return _work_unit(row) if row else None

    def buckets(self, unit: UnitId, start: int, end: int, shift: str = "") -> list[NominalBucket]:
        """The nominal buckets that lie whole in ``[start, end)``, by time.

        Args:
            unit: Whose.
            start: UTC ns.
            end: UTC ns.
            shift: ``name@first day``, or a bare name for that shift of every day; empty: all, also outside shifts.
        """
        return self.buckets_of([Asked(unit, start, end, shift)])[unit]

    def buckets_of(self, asked: Sequence[Asked]) -> dict[UnitId, list[NominalBucket]]:
        """The nominal buckets of several work units, each asked for once; see :meth:`buckets`."""
        its, parts = NominalBucketRow, _ELEMENT.c
        told: dict[UnitId, dict[int, list[Part]]] = {one.unit: {} for one in asked}
        found: dict[UnitId, list[NominalBucket]] = {one.unit: [] for one in asked}
        with Session(self._engine) as session:
            for some in _batched(asked):
                elements = select(_ELEMENT).where(or_(*map(_elements_of, some))).order_by(parts.since, parts.number)
                for row in session.execute(elements):
                    told[UnitId(*row[:3])].setdefault(row.since, []).append(_part(row))
                whole = select(its.site, its.edge, its.work_unit, its.since, its.until, its.revision)
                for *unit, since, until, revision in session.execute(
                    whole.where(or_(*(_lies_within(its, one) for one in some))).order_by(its.since)
                ):
                    of = UnitId(*unit)
                    found[of].append(NominalBucket(since, until, revision, tuple(told[of].get(since, ()))))
        return found

    def stops(self, unit: UnitId, start: int, end: int) -> list[Stop]:
        """The stops that touch ``[start, end)`` and are not gone, by time; one that lasts has no end."""
        return self.stops_of([Asked(unit, start, end)])[unit]

    def stops_of(self, asked: Sequence[Asked]) -> dict[UnitId, list[Stop]]:
        """The stops of several work units, each asked for once, of whatever shift; see :meth:`stops`."""
        found: dict[UnitId, list[Stop]] = {one.unit: [] for one in asked}
        with Session(self._engine) as session:
            for some in _batched(asked):
                stops = select(_STOP).where(_STOP.c.gone.is_(False), or_(*map(_touches, some)))
                for row in session.execute(stops.order_by(_STOP.c.since)):
                    found[UnitId(*row[:3])].append(_stop(row))
        return found

    def entries(
        self,
        site: str,
        noun: str,
        start: int,
        end: int,
        most: int = _AT_ONCE,
        after: tuple[int, str, str] | None = None,
    ) -> list[Entered]:
        """What people of a site entered of one noun, said in ``[start, end)``, the newest first, also what is gone.

        Args:
            site: Whose.
            noun: Of the entries.
            start: UTC ns.
            end: UTC ns.
            most: At most so many.
            after: Time, edge and key of an entry: only those that come after it; None: from the newest on.
        """
        its = RecordRow
        edges = select(its.edge).where(its.site == site, its.noun == noun).distinct()
        found: list[tuple[tuple[int, str, str], Entered]] = []
        with Session(self._engine) as session:
            for edge in session.scalars(edges).all():
                asked = (
                    select(its.at, its.key, its.body)
                    .where(its.site == site, its.edge == edge, its.noun == noun, its.at >= start, its.at < end)
                    .order_by(its.at.desc(), its.key)
                    .limit(most)
                )
                asked = asked if after is None else asked.where(_is_after(edge, after))
                rows = session.execute(asked)
                found += [((-at, edge, key), Entered(edge, _entry(body))) for at, key, body in rows]
        found.sort(key=lambda one: one[0])
        return [entered for _, entered in found[:most]]

    def photo(self, site: str, photo: str) -> list[Photo]:
        """The pieces of a photo that came, by number; ``photo`` is its SHA-256."""
        its = RecordRow
        edges = select(its.edge).where(its.site == site, its.noun == _PHOTO).distinct()
        pieces: dict[int, Photo] = {}
        with Session(self._engine) as session:
            for edge in session.scalars(edges).all():
                key = its.key.startswith(f"{photo}.", autoescape=True)
                asked = select(its.body).where(its.site == site, its.edge == edge, its.noun == _PHOTO, key)
                for body in session.scalars(asked):
                    piece = _entry(body)
                    if isinstance(piece, Photo) and not piece.gone:
                        pieces[piece.number] = piece
        return [pieces[number] for number in sorted(pieces)]


def _is_after(edge: str, after: tuple[int, str, str]) -> ColumnElement[bool]:
    """Whether an entry of this edge comes after another one: by time backwards, edge, key."""
    at, its_edge, key = after
    if edge == its_edge:
        return or_(RecordRow.at < at, and_(RecordRow.at == at, RecordRow.key > key))
    return RecordRow.at <= at if edge > its_edge else RecordRow.at < at


def _batched(asked: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    """As many as one question may name: SQLite takes no condition of more than a thousand parts."""
    return (asked[k : k + _UNITS_AT_ONCE] for k in range(0, len(asked), _UNITS_AT_ONCE))


def _is_of(table: type[NominalBucketRow | ElementRow | StopRow], unit: UnitId) -> ColumnElement[bool]:
    return and_(table.site == unit.site, table.edge == unit.edge, table.work_unit == unit.work_unit)


def _lies_within(table: type[NominalBucketRow | ElementRow], asked: Asked) -> ColumnElement[bool]:
    return and_(_is_of(table, asked.unit), table.since >= asked.start, table.until <= asked.end)


def _elements_of(asked: Asked) -> ColumnElement[bool]:
    within, shift = _lies_within(ElementRow, asked), asked.shift
    if not shift:
        return within
    if "@" in shift:
        return and_(within, ElementRow.shift == shift)
    return and_(within, ElementRow.shift.startswith(f"{shift}@", autoescape=True))


def _touches(asked: Asked) -> ColumnElement[bool]:
    its = StopRow
    return and_(_is_of(its, asked.unit), its.since < asked.end, or_(its.until.is_(None), its.until > asked.start))


def _work_unit(row: WorkUnitRow) -> WorkUnit:
    description = msgspec.json.decode(row.description, type=WorkUnitDescription)
    return WorkUnit(UnitId(row.site, row.edge, row.work_unit), description, row.at)


def _part(row: Row[Any]) -> Part:
    """A row of the table: one without an object of its own is had for a third."""
    ns = {bucket: getattr(row, column) for bucket, column in _NS_OF.items()}
    return Part(
        shift=row.shift,
        product=row.product,
        ideal_cycle_s=row.ideal_cycle_s,
        ns={bucket: time for bucket, time in ns.items() if time},
        total=row.total,
        reject=row.reject,
        rework=row.rework,
        unplanned=row.unplanned,
        unattributed=row.unattributed,
        no_product=row.no_product,
        failures=row.failures,
        failing_ns=row.failing_ns,
        energy_wh=msgspec.json.decode(row.energy_wh, type=dict[str, float]),
    )


def _stop(row: Row[Any]) -> Stop:
    return Stop(
        key=f"{row.work_unit}.{row.since}",
        revision=row.revision,
        at=row.at,
        work_unit=row.work_unit,
        since=row.since,
        until=row.until,
        kind=row.kind,
        planned_ns=row.planned_ns,
        code=row.code,
        shift=row.shift,
        product=row.product,
        reason=row.reason,
        title=msgspec.json.decode(row.title, type=dict[str, str]),
        note=row.note,
        who=row.who,
        entered_at=row.entered_at,
        gone=row.gone,
    )


def _entry(body: str) -> Entry:
    record = record_decoder.decode(body)
    assert isinstance(record, Entry), "a noun has one type"
    return record
