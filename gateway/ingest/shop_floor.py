"""Work units, elements and stops: from records into their tables, and from the rows that won into points.

Decision: the points of a nominal bucket are made from its rows and from all that was ever said of it.
Because: InfluxDB keeps what is not overwritten. A part that is no longer there, or a field that is no longer said,
must be zero; and when revisions come out of order, twice, or from before a crash, the points must end the same.
"""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, Table, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from edge_agent.wire.schema import (
    ELEMENT,
    ELEMENT_FIELDS,
    ENERGY,
    SECONDS,
    STOP,
    STOP_NUMBERS,
    STOP_TEXTS,
)
from edge_agent.wire.shop_floor import Elements, Stop, WorkUnitDescription
from gateway.ingest.journals import EdgeId
from gateway.registry import ElementRow, NominalBucketRow, StopRow, WorkUnitRow
from gateway.timeseries.points import Point, line_of, tag

NS = 10**9
_ELEMENT: Table = ElementRow.__table__  # type: ignore[assignment]  # a class of its own has a table of its own
_BUCKET: Table = NominalBucketRow.__table__  # type: ignore[assignment]
_COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures")
Pair = tuple[str, str]
"""The tags ``product`` and ``shift`` of a part."""


class _Clock(msgspec.Struct):
    """What of a description says when its days begin."""

    timezone: str = ""


class _Aims(msgspec.Struct, omit_defaults=True):
    """What of a description a nominal bucket keeps: a target of tomorrow is none of yesterday."""

    target_oee: float | None = None
    demand_per_shift: float | None = None
    counts_pieces: bool = True


# ------------------------------------------------------------------ into the tables


def take_work_unit(session: Session, edge: EdgeId, record: WorkUnitDescription, body: str) -> None:
    """Keep a description when its revision is higher than what is kept."""
    row = session.get(WorkUnitRow, (*edge, record.key))
    if row is None:
        row = WorkUnitRow(site=edge.site, edge=edge.edge, work_unit=record.key, revision=-1)
        session.add(row)
    if record.revision > row.revision:
        if row.revision >= 0 and msgspec.json.decode(row.description, type=_Clock).timezone != record.timezone:
            # Its days begin at other times: all sums by day and by shift are made anew.
            its = _BUCKET.c
            mine = and_(its.site == edge.site, its.edge == edge.edge, its.work_unit == record.key)
            session.execute(update(_BUCKET).where(mine).values(summed=-1, told=-1))
        row.revision, row.at = record.revision, record.at
        row.production_line, row.description = record.production_line, body


def take_elements(session: Session, edge: EdgeId, record: Elements) -> None:
    """Replace the whole nominal bucket when the revision is higher than what is kept."""
    row = session.get(NominalBucketRow, (*edge, record.work_unit, record.since))
    if row is None:
        row = NominalBucketRow(
            site=edge.site,
            edge=edge.edge,
            work_unit=record.work_unit,
            since=record.since,
            revision=-1,
            ever="[]",
            had_energy=False,
            aims=_aims(session.get(WorkUnitRow, (*edge, record.work_unit))),
        )
        session.add(row)
    pairs = {_pair(part.product, part.shift) for part in record.parts}
    row.ever = msgspec.json.encode(sorted(pairs | _ever(row))).decode()
    row.had_energy = row.had_energy or any(part.energy_wh for part in record.parts)
    if record.revision <= row.revision:
        return
    row.until, row.revision, row.at = record.until, record.revision, record.at
    session.execute(delete(_ELEMENT).where(_of_bucket(edge, record.work_unit, record.since)))
    if record.parts:
        session.execute(insert(_ELEMENT), [_element(edge, record, number) for number in range(len(record.parts))])


def take_stop(session: Session, edge: EdgeId, record: Stop) -> None:
    """Keep a stop when its revision is higher than what is kept."""
    row = session.get(StopRow, (*edge, record.work_unit, record.since))
    if row is None:
        row = StopRow(
            site=edge.site,
            edge=edge.edge,
            work_unit=record.work_unit,
            since=record.since,
            revision=-1,
            was_over=False,
        )
        session.add(row)
    # Of one that is gone the point says 0 s: from then on every point of it says how long, as of one that was over.
    row.was_over = row.was_over or record.gone or record.until is not None
    if record.revision <= row.revision:
        return
    for name in ("until", "kind", "planned_ns", "code", "shift", "product", "reason", "note", "who", "entered_at"):
        setattr(row, name, getattr(record, name))
    row.title = msgspec.json.encode(record.title).decode()
    row.revision, row.at, row.gone = record.revision, record.at, record.gone


def _aims(row: WorkUnitRow | None) -> str | None:
    if row is None:
        return None
    return msgspec.json.encode(msgspec.json.decode(row.description, type=_Aims)).decode()


def _element(edge: EdgeId, record: Elements, number: int) -> dict[str, Any]:
    part = record.parts[number]
    return {
        "site": edge.site,
        "edge": edge.edge,
        "work_unit": record.work_unit,
        "since": record.since,
        "until": record.until,
        "number": number,
        "shift": part.shift,
        "product": part.product,
        "ideal_cycle_s": part.ideal_cycle_s,
        "failing_ns": part.failing_ns,
        "energy_wh": msgspec.json.encode(part.energy_wh, order="sorted").decode(),
        "revision": record.revision,
        **{f"{bucket.lower()}_ns": part.ns.get(bucket, 0) for bucket in SECONDS},
        **{name: getattr(part, name) for name in _COUNTS},
    }


# ------------------------------------------------------------------ and into points


def element_lines(session: Session, edge: EdgeId, work_unit: str, since: int) -> list[str]:
    """All points of a nominal bucket, from the rows in force; those that are no longer there are zero."""
    bucket = session.get_one(NominalBucketRow, (*edge, work_unit, since))
    in_order = select(_ELEMENT).where(_of_bucket(edge, work_unit, since)).order_by(_ELEMENT.c.number)
    sums: dict[Pair, dict[str, float]] = {pair: _zeros(bucket) for pair in sorted(_ever(bucket))}
    exact: defaultdict[tuple[Pair, str], int] = defaultdict(int)
    for row in session.execute(in_order).mappings():
        pair = _pair(row["product"], row["shift"])
        for name, whole in _wholes(row).items():
            exact[pair, name] += whole
        _add_floats(sums[pair], row)
    for (pair, name), whole in exact.items():
        sums[pair][name] = whole / NS if name.endswith("_s") else float(whole)
    tags = (edge.site, edge.edge, tag(work_unit))
    return [line_of(Point(ELEMENT, (*tags, *pair), numbers, {}, since)) for pair, numbers in sums.items()]


def stop_line(session: Session, edge: EdgeId, work_unit: str, since: int) -> str:
    """The point of a stop, with all its fields, from the row in force."""
    row = session.get_one(StopRow, (*edge, work_unit, since))
    numbers = dict.fromkeys(STOP_NUMBERS, 0.0)
    texts = dict.fromkeys(STOP_TEXTS, "")
    if not row.gone:
        title = msgspec.json.decode(row.title, type=dict[str, str])
        numbers["planned_s"] = row.planned_ns / NS
        texts |= {name: getattr(row, name) for name in STOP_TEXTS if not name.startswith("title_")}
        texts |= {f"title_{language}": title.get(language, "") for language in ("vi", "en")}
        if row.until is not None:
            numbers["seconds"] = (row.until - row.since) / NS
        elif not row.was_over:
            del numbers["seconds"]
    numbers |= {"gone": float(row.gone), "revision": float(row.revision)}
    return line_of(Point(STOP, (edge.site, edge.edge, tag(work_unit)), numbers, texts, since))


def _zeros(bucket: NominalBucketRow) -> dict[str, float]:
    energy = ENERGY.values() if bucket.had_energy else ()
    return dict.fromkeys((*SECONDS.values(), *energy, *ELEMENT_FIELDS), 0.0) | {"revision": float(bucket.revision)}


def _wholes(row: RowMapping) -> dict[str, int]:
    """What adds up exactly; times are in ns here."""
    times = {field: row[f"{bucket.lower()}_ns"] for bucket, field in SECONDS.items()}
    return times | {"failing_s": row["failing_ns"]} | {name: row[name] for name in _COUNTS}


def _add_floats(sums: dict[str, float], row: RowMapping) -> None:
    cycle_s = row["ideal_cycle_s"] or 0.0
    sums["ideal_s"] += cycle_s * row["total"]
    sums["ideal_reject_s"] += cycle_s * row["reject"]
    for bucket, energy_wh in msgspec.json.decode(row["energy_wh"], type=dict[str, float]).items():
        sums[ENERGY[bucket]] += energy_wh


def _pair(product: str, shift: str) -> Pair:
    return tag(product), tag(shift.rpartition("@")[0] or shift)


def _ever(bucket: NominalBucketRow) -> set[Pair]:
    return set(msgspec.json.decode(bucket.ever, type=list[Pair]))


def _of_bucket(edge: EdgeId, work_unit: str, since: int) -> ColumnElement[bool]:
    its = _ELEMENT.c
    return and_(its.site == edge.site, its.edge == edge.edge, its.work_unit == work_unit, its.since == since)
