"""Makes the daily sums anew where nominal buckets have changed: exact, whatever comes late, twice or out of order."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from math import fsum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import ColumnElement, Engine, Table, and_, delete, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import to_ns
from edge_agent.wire.schema import SECONDS
from gateway.registry import ElementRow, NominalBucketRow, ProductionDayRow, WorkUnitRow, ingesting

NS = 10**9
UTC_DAY = 86_400 * NS
TIMES = tuple(f"{bucket.lower()}_ns" for bucket in SECONDS)
"""Columns of the eight buckets of the time model, in its order."""
COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures", "failing_ns")
_AT_ONCE = 2000
_ELEMENT: Table = ElementRow.__table__  # type: ignore[assignment]  # a class of its own has a table of its own
_SUMS: Table = ProductionDayRow.__table__  # type: ignore[assignment]
_ONE_AT_A_TIME = 0x7072_6F64_6461_7973
"""Key of PostgreSQL's advisory lock for these sums: ``proddays`` in ASCII."""


class Block(NamedTuple):
    """What is summed at once: a UTC day, in days since 1970, of one work unit."""

    site: str
    edge: str
    work_unit: str
    utc_day: int


class _Zone(msgspec.Struct):
    """What of a work unit's description counts here."""

    timezone: str = ""


def sum_up_changed(engine: Engine, zone: ZoneInfo, at_once: int = _AT_ONCE) -> int:
    """Make the sums of all blocks in which a nominal bucket has changed.

    Args:
        engine: Of the registry.
        zone: Of work units that never said theirs.
        at_once: How many changed nominal buckets are looked at for one transaction.

    Returns:
        How many blocks were made; 0 also while another process makes them.
    """
    made = 0
    while True:
        with Session(engine) as session:
            changed = _changed(session, at_once)
        if not changed:
            return made
        blocks = sorted(set(changed))
        with _alone(engine) as session:
            if session is None:
                return made
            for block in blocks:
                _sum_up(session, block, _zone(session, block, zone))
        made += len(blocks)
        if len(changed) < at_once:
            return made


def _changed(session: Session, most: int) -> list[Block]:
    """The blocks of some changed nominal buckets; as often as there are such buckets in them."""
    its = NominalBucketRow
    unit = (its.site, its.edge, its.work_unit, its.since)
    query = select(*unit).where(literal_column("summed <> revision")).order_by(*unit).limit(most)
    return [Block(*row[:3], row[3] // UTC_DAY) for row in session.execute(query)]


@contextmanager
def _alone(engine: Engine) -> Iterator[Session | None]:
    """A transaction in which nobody else makes sums; None: somebody else is at it."""
    with ingesting(engine) as session:
        if session.get_bind().dialect.name == "postgresql":
            free = session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME)))
            yield session if free else None
        else:
            yield session


def _sum_up(session: Session, block: Block, zone: ZoneInfo) -> None:
    since, until = block.utc_day * UTC_DAY, (block.utc_day + 1) * UTC_DAY
    its = NominalBucketRow
    # First: what an ingest stores from here on has another revision, and is summed next time.
    session.execute(
        update(its)
        .where(its.site == block.site, its.edge == block.edge, its.work_unit == block.work_unit)
        .where(its.since >= since, its.since < until, literal_column("summed <> revision"))
        .values(summed=its.revision),
        execution_options={"synchronize_session": False},
    )
    session.execute(delete(_SUMS).where(_of_unit(_SUMS, block), _SUMS.c.utc_day == block.utc_day))
    rows = _rows(session, block, zone)
    if rows:
        session.execute(insert(_SUMS), rows)


def _rows(session: Session, block: Block, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The rows of a block, in an order of their own."""
    since, until = block.utc_day * UTC_DAY, (block.utc_day + 1) * UTC_DAY
    days = _days(since, until, zone)
    its = _ELEMENT.c
    # Whole numbers of ours, written out: a database then sees one expression where it is selected and grouped by.
    place: ColumnElement[int] = literal_column(
        " + ".join(["0", *(f"CASE WHEN since >= {begins} THEN 1 ELSE 0 END" for begins, _ in days)])
    )
    keys = (place.label("place"), its.shift, its.product, its.ideal_cycle_s)
    here = and_(_of_unit(_ELEMENT, block), its.since >= since, its.since < until)
    sums = [func.sum(its[name]).label(name) for name in (*TIMES, *COUNTS)]
    ends = (func.min(its.since).label("since"), func.max(its.until).label("until"))
    grouped = select(*keys, *ends, *sums).where(here).group_by(place, its.shift, its.product, its.ideal_cycle_s)
    energy: defaultdict[tuple[Any, ...], list[float]] = defaultdict(list)
    for *key, said in session.execute(select(*keys, its.energy_wh).where(here, its.energy_wh != "{}")):
        energy[tuple(key)] += msgspec.json.decode(said, type=dict[str, float]).values()
    rows = []
    for found in session.execute(grouped).mappings():
        on = days[found["place"] - 1][1].isoformat()
        name, day = day_of_shift(found["shift"], on)
        wh = fsum(sorted(energy[found["place"], found["shift"], found["product"], found["ideal_cycle_s"]]))
        rows.append(
            block._asdict()
            | {"day": day, "date": on, "shift": name, "product": found["product"], "energy_wh": wh}
            | {"ideal_cycle_s": found["ideal_cycle_s"]}
            | {column: int(found[column]) for column in ("since", "until", *TIMES, *COUNTS)}
        )
    rows.sort(key=lambda row: (row["date"], row["day"], row["shift"], row["product"], row["ideal_cycle_s"] or 0.0))
    return [row | {"number": number} for number, row in enumerate(rows)]


def day_of_shift(shift: str, otherwise: str) -> tuple[str, str]:
    """The name of a shift, and the day for which it counts.

    Args:
        shift: ``name@first day``; empty outside every shift.
        otherwise: The day of what lies in no shift.

    >>> day_of_shift("dem@2026-11-25", "2026-11-26"), day_of_shift("", "2026-11-26")
    (('dem', '2026-11-25'), ('', '2026-11-26'))
    """
    name, _, day = shift.rpartition("@")
    try:
        return (name, date.fromisoformat(day).isoformat()) if name else (shift, otherwise)
    except ValueError:
        return shift, otherwise


def _days(since: int, until: int, zone: ZoneInfo) -> list[tuple[int, date]]:
    """The local days that a stretch touches, each with its first instant."""
    first = datetime.fromtimestamp(since // NS, zone).date()
    found: list[tuple[int, date]] = []
    for n in range(4):  # 24 h of UTC touch three days at most, where the clocks jump
        day = first + timedelta(days=n)
        begins = to_ns(datetime.combine(day, datetime.min.time()), zone.key)
        if begins >= until:
            break
        found.append((begins, day))
    return found


def _zone(session: Session, block: Block, otherwise: ZoneInfo) -> ZoneInfo:
    row = session.get(WorkUnitRow, block[:3])
    return zone_of(msgspec.json.decode(row.description, type=_Zone).timezone if row else "", otherwise)


def zone_of(said: str, otherwise: ZoneInfo) -> ZoneInfo:
    """The wall clock of what an edge said; of what it did not say, or we do not know, another."""
    try:
        return ZoneInfo(said) if said else otherwise
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last of a folder of zones, such as "Asia"
        return otherwise


def _of_unit(table: Table, block: Block) -> ColumnElement[bool]:
    its = table.c
    return and_(its.site == block.site, its.edge == block.edge, its.work_unit == block.work_unit)
