"""Elements by hour, day and shift, and states: made anew wherever a nominal bucket or a stop was not told yet."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, Table, and_, bindparam, delete, func, literal_column, select, update
from sqlalchemy.orm import Session

from edge_agent.wire.schema import ELEMENT_DAY, ELEMENT_HOUR, ELEMENT_SHIFT, WORK_UNIT_STATE
from gateway.production.periods import today
from gateway.registry import NominalBucketRow, StopRow, WindowHourRow, WindowsLookedForRow, ingesting
from gateway.shop_floor import UnitId
from gateway.timeseries import Analysed
from gateway.timeseries.points import Point, tag
from gateway.told.elements_rolled import LAST, Stretch, midnight, rolled, stretches, zone_of_unit
from gateway.told.mirroring import Gone, alone, mirror
from gateway.told.states import DAY, states, utc_days

log = logging.getLogger(__name__)

AT_ONCE = 2000
"""So many nominal buckets, and so many stops, are looked at before what was made of them is marked as told."""
BATCHES = 5
"""So many times in one turn: a gateway that is to stop, and the sums of windows, do not wait for a year of machines."""
LATELY = 2 * DAY
"""What is not older than this is told before all that is, ns."""
_LOCK = 0x746F_6C64_666C_6F6F
"""Key of the advisory lock: ``toldfloo`` in ASCII."""
_UNTOLD: ColumnElement[bool] = literal_column("told <> revision")
_BUCKET: Table = NominalBucketRow.__table__  # type: ignore[assignment]  # a class of its own has a table of its own
_STOP: Table = StopRow.__table__  # type: ignore[assignment]


class _Untold(NamedTuple):
    """A nominal bucket or a stop that is to be told."""

    unit: UnitId
    since: int
    until: int
    revision: int


@dataclass(slots=True)
class _Changed:
    """What of one work unit is to be told."""

    buckets: list[_Untold] = field(default_factory=list)
    stops: list[_Untold] = field(default_factory=list)


class ShopFloorPoints:
    """Tells of the shop floor. Belongs to the thread of the job.

    Args:
        engine: Of the registry.
        store: Whom it is told to.
        zone: Of work units that never said theirs.
    """

    def __init__(self, engine: Engine, store: Analysed, zone: ZoneInfo) -> None:
        self._engine = engine
        self._store = store
        self._zone = zone
        self._has_looked = False

    def turn(self, now: int) -> int:
        """Tell all that is due; how many points changed.

        Args:
            now: UTC ns: how long a stop that lasts has lasted.

        Raises:
            gateway.timeseries.StoreUnavailableError: What was not told stays due.
        """
        changed = 0
        with alone(self._engine, _LOCK) as is_ours:
            if not is_ours:
                return 0
            if not self._has_looked:
                self._look_for_emptied()
                self._has_looked = True
            for _ in range(BATCHES):
                with Session(self._engine) as session:
                    buckets, stops = _untold(session, _BUCKET, now), _untold(session, _STOP, now)
                    units = {one.unit for one in (*buckets, *stops)}
                    zones = {unit: zone_of_unit(session, unit, self._zone) for unit in units}
                for unit, its in _by_unit(buckets, stops).items():
                    changed += self._tell(unit, its, zones[unit])
                    self._mark(its)
                if max(len(buckets), len(stops)) < AT_ONCE:
                    return changed
        self._say_how_many_wait()
        return changed

    def _say_how_many_wait(self) -> None:
        with Session(self._engine) as session:
            wait = [
                session.scalar(select(func.count()).select_from(table).where(_UNTOLD)) for table in (_BUCKET, _STOP)
            ]
        log.info("points for analysts: %d nominal buckets and %d stops are still to be told", *wait)

    def _look_for_emptied(self) -> None:
        """A store that lacks what was told last was emptied, or is another one: all is told to it again."""
        its = NominalBucketRow
        with Session(self._engine) as session:
            # Of one site, as an index has them: to sort all there are takes seconds.
            told = select(its).where(its.told == its.revision).order_by(its.site.desc(), its.since.desc()).limit(1)
            newest = session.scalars(told).first()
        if newest is None:
            return
        unit = UnitId(newest.site, newest.edge, newest.work_unit)
        if not self._store.told(WORK_UNIT_STATE, _tags(unit), newest.since, newest.since + 1):
            log.warning("the store lacks the points that were told to it. All are told to it again.")
            tell_again(self._engine)

    def _tell(self, unit: UnitId, its: _Changed, zone: ZoneInfo) -> int:
        changed = 0
        for stretch in stretches([(one.since, one.until) for one in its.buckets], zone):
            with Session(self._engine) as session:
                points = rolled(session, unit, stretch, zone)
            changed += mirror(self._store, points, self._rolled_there(unit, stretch, zone), Gone.ZERO)
        for day in utc_days((one.since, one.until) for one in (*its.buckets, *its.stops)):
            since, until = day * DAY, min((day + 1) * DAY, LAST)
            there = self._store.told(WORK_UNIT_STATE, _tags(unit), since, until)
            with Session(self._engine) as session:
                # A stop that is none any more leaves a point behind: it then says what is so there.
                points = states(session, unit, since, until, (one.at for one in there))
            changed += mirror(self._store, points, there, Gone.DROPPED)
        return changed

    def _rolled_there(self, unit: UnitId, stretch: Stretch, zone: ZoneInfo) -> list[Point]:
        found: list[Point] = []
        if stretch.hours:
            there = self._store.told(ELEMENT_HOUR, _tags(unit), min(stretch.hours), max(stretch.hours) + 1)
            found += [one for one in there if one.at in stretch.hours]
        since, until = midnight(min(stretch.days), zone), midnight(max(stretch.days) + timedelta(days=1), zone)
        for name in (ELEMENT_DAY, ELEMENT_SHIFT):
            # Also what stands at the midnights of a wall clock of before.
            there = self._store.told(name, _tags(unit), since, until)
            found += [one for one in there if today(one.at, zone) in stretch.days]
        return found

    def _mark(self, its: _Changed) -> None:
        """Where a further revision came meanwhile it stays due."""
        with ingesting(self._engine) as session:
            for table, ones in ((_BUCKET, its.buckets), (_STOP, its.stops)):
                if ones:
                    session.connection().execute(_marking(table), [_keys(one) for one in ones])


def tell_again(engine: Engine) -> None:
    """All elements, stops and hours of windows are told again."""
    with ingesting(engine) as session:
        for table in (NominalBucketRow, StopRow):
            session.execute(update(table).values(told=-1))
        session.execute(update(WindowHourRow).values(told=0))
        session.execute(delete(WindowsLookedForRow))


def _untold(session: Session, table: Table, now: int) -> list[_Untold]:
    """Some; first those that began lately."""
    lately = table.c.since >= now - LATELY
    found = _some_untold(session, table, now, lately, AT_ONCE)
    return found + _some_untold(session, table, now, ~lately, AT_ONCE - len(found))


def _some_untold(session: Session, table: Table, now: int, which: ColumnElement[bool], most: int) -> list[_Untold]:
    its = table.c
    keys = (its.site, its.edge, its.work_unit, its.since)
    query = select(*keys, its.until, its.revision).where(_UNTOLD, which).order_by(*keys).limit(most)
    return [
        _Untold(UnitId(*row[:3]), row[3], max(now, row[3] + 1) if row[4] is None else row[4], row[5])
        for row in session.execute(query)
    ]


def _by_unit(buckets: Iterable[_Untold], stops: Iterable[_Untold]) -> dict[UnitId, _Changed]:
    found: defaultdict[UnitId, _Changed] = defaultdict(_Changed)
    for one in buckets:
        found[one.unit].buckets.append(one)
    for one in stops:
        found[one.unit].stops.append(one)
    return dict(found)


def _tags(unit: UnitId) -> dict[str, str]:
    return {name: tag(value) for name, value in unit._asdict().items()}


def _marking(table: Table) -> Any:
    its = table.c
    keys = [its[name] == bindparam(f"of_{name}") for name in ("site", "edge", "work_unit", "since", "revision")]
    return update(table).where(and_(*keys)).values(told=bindparam("of_revision"))


def _keys(one: _Untold) -> dict[str, Any]:
    named: Sequence[tuple[str, Any]] = (*one.unit._asdict().items(), ("since", one.since), ("revision", one.revision))
    return {f"of_{name}": value for name, value in named}
