"""Elements, stops and daily sums, out of the registry: by the revision in force, a stretch of time at a time.

Decision: rows are asked for by a site and a day at a time, each in one question.
Because: whatever the database, what one question sees is of one moment, so a nominal bucket is never half of one
revision and half of another; and nothing is held open while a slow disk takes what was read.
Instead of: one long transaction, which keeps the ingest's log from being trimmed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from edge_agent.wire.schema import ENERGY, NOTHING
from gateway.exporting.choosing import Span, Wanted
from gateway.exporting.shop_floor_columns import COUNTS, ELEMENTS, PEOPLE, PRODUCTION, STOPS
from gateway.exporting.tables import Cells, Progress, Table
from gateway.ingest.journals import EdgeId
from gateway.production.summing import NS, TIMES, UTC_DAY, day_of_shift
from gateway.registry import ElementRow, ProductionDayRow, StopRow

_TIMED = type[ElementRow] | type[StopRow]


def elements(engine: Engine, edges: Sequence[EdgeId], wanted: Wanted, span: Span) -> Table:
    """What each work unit did: the parts of the nominal buckets that begin in the span, by site and time."""
    progress = Progress()
    order = (ElementRow.since, ElementRow.edge, ElementRow.work_unit, ElementRow.number)
    found = _by_day(engine, ElementRow, select(ElementRow).order_by(*order), edges, wanted, span, progress)
    return Table("elements", ELEMENTS, map(_element, found), progress)


def stops(engine: Engine, edges: Sequence[EdgeId], wanted: Wanted, span: Span, *, people: bool = False) -> Table:
    """The stops that begin in the span and are still stops of their own, by site and time.

    Args:
        engine: Of the registry.
        edges: Whose.
        wanted: Work units.
        span: In which they begin.
        people: Whether it is told who gave a reason and what they wrote beside it.
    """
    progress = Progress()
    its = StopRow
    query = select(its).where(its.gone.is_(False)).order_by(its.since, its.edge, its.work_unit)
    found = _by_day(engine, its, query, edges, wanted, span, progress)
    if people:
        return Table("stops", (*STOPS, *PEOPLE), ((*_stop(row), row.who, row.note) for row in found), progress)
    return Table("stops", STOPS, map(_stop, found), progress)


def production(engine: Engine, edges: Sequence[EdgeId], wanted: Wanted, span: Span, zone: ZoneInfo) -> Table:
    """Sums of each work unit by day, shift, product and ideal cycle; the day is that on which the shift begins.

    Args:
        engine: Of the registry, whose daily sums are those of its elements.
        edges: Whose.
        wanted: Work units.
        span: The days that it touches.
        zone: Whose days these are.
    """
    progress = Progress()
    first, last = (datetime.fromtimestamp(at // NS, zone).date().isoformat() for at in (span.start, span.end - 1))

    def rows() -> Iterator[Cells]:
        groups = _by_site(edges)
        for done, (site, names) in enumerate(groups):
            progress.share = done / len(groups)
            with Session(engine) as session:
                for row in session.execute(_sums(site, names, wanted, first, last).execution_options(yield_per=2000)):
                    yield _sum(row)

    return Table("production", PRODUCTION, rows(), progress)


def _by_site(edges: Sequence[EdgeId]) -> list[tuple[str, list[str]]]:
    return [(site, [one.edge for one in some]) for site, some in groupby(edges, key=lambda one: one.site)]


def _by_day(
    engine: Engine,
    its: _TIMED,
    query: Select[Any],
    edges: Sequence[EdgeId],
    wanted: Wanted,
    span: Span,
    progress: Progress,
) -> Iterator[Any]:
    """The rows that begin in a span, site after site, each day in one question."""
    if wanted.work_units:
        query = query.where(its.work_unit.in_(wanted.work_units))
    groups = _by_site(edges)
    for done, (site, names) in enumerate(groups):
        here = query.where(its.site == site, its.edge.in_(names))
        with Session(engine) as session:
            ends = select(func.min(its.since), func.max(its.since)).where(its.site == site)
            first, last = session.execute(ends.where(its.since >= span.start, its.since < span.end)).one()
        if first is None:
            continue
        for start in range(first, last + 1, UTC_DAY):
            progress.share = (done + (start - first) / (last + 1 - first)) / len(groups)
            end = min(start + UTC_DAY, span.end)
            with Session(engine) as session:
                some = session.scalars(here.where(its.since >= start, its.since < end)).all()
            yield from some


def _element(row: ElementRow) -> Cells:
    energy = msgspec.json.decode(row.energy_wh, type=dict[str, float])
    shift, day = day_of_shift(row.shift, "")
    cycle_s = row.ideal_cycle_s or 0.0
    return (
        row.since,
        row.until,
        row.site,
        row.edge,
        row.work_unit,
        row.product or NOTHING,
        shift or NOTHING,
        day or None,
        *(getattr(row, name) / NS for name in TIMES),
        # A bucket in which nothing was measured has no energy; in one where some was, the rest is zero.
        *(energy.get(bucket, 0.0) if energy else None for bucket in ENERGY),
        *(getattr(row, name) for name in COUNTS),
        row.failing_ns / NS,
        row.ideal_cycle_s,
        cycle_s * row.total,
        cycle_s * row.reject,
        row.revision,
    )


def _stop(row: StopRow) -> Cells:
    title = msgspec.json.decode(row.title, type=dict[str, str])
    return (
        row.since,
        row.until,
        row.site,
        row.edge,
        row.work_unit,
        None if row.until is None else (row.until - row.since) / NS,
        row.planned_ns / NS,
        row.kind,
        row.reason,
        title.get("vi", ""),
        title.get("en", ""),
        day_of_shift(row.shift, "")[0] or NOTHING,
        day_of_shift(row.shift, "")[1] or None,
        row.product or NOTHING,
        row.code,
        row.entered_at or None,
        row.revision,
    )


def _sums(site: str, edges: Sequence[str], wanted: Wanted, first: str, last: str) -> Select[Any]:
    its = ProductionDayRow
    apart = (its.site, its.edge, its.work_unit, its.day, its.shift, its.product, its.ideal_cycle_s)
    sums = [func.sum(getattr(its, name)).label(name) for name in (*TIMES, *COUNTS, "failing_ns", "energy_wh")]
    ends = (func.min(its.since).label("since"), func.max(its.until).label("until"))
    query = select(*apart, *ends, *sums).where(its.site == site, its.edge.in_(edges))
    if wanted.work_units:
        query = query.where(its.work_unit.in_(wanted.work_units))
    return query.where(its.day >= first, its.day <= last).group_by(*apart).order_by(its.day, *apart[1:])


def _sum(row: Any) -> Cells:
    cycle_s, total, reject = row.ideal_cycle_s or 0.0, int(row.total), int(row.reject)
    return (
        row.day,
        row.site,
        row.edge,
        row.work_unit,
        row.shift or NOTHING,
        row.product or NOTHING,
        row.since,
        row.until,
        *(int(getattr(row, name)) / NS for name in TIMES),
        *(int(getattr(row, name)) for name in COUNTS),
        int(row.failing_ns) / NS,
        row.ideal_cycle_s,
        cycle_s * total,
        cycle_s * reject,
        float(row.energy_wh),
    )
