"""Windows summed by hour: made anew wherever windows of the hour came since.

Decision: an hour is summed two minutes after its end, from what is stored, whole edges at once.
Because: the last window of an hour comes then; whatever comes later marks its hour again.

Decision: an hour whose windows retention has begun to drop keeps the sums that it has.
Because: sums of what is left of it would be less than it was.

Decision: windows that were stored before hours had rows are looked for month by month, once nothing else is due.
Because: a year of them is summed without keeping those of today waiting; how far it came is kept, and it goes on there.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from math import fsum

from sqlalchemy import Engine, bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from edge_agent.wire.schema import EXPECTED, WINDOW, WINDOW_FIELDS, WINDOW_HOUR
from gateway.registry import EdgeRow, WindowHourRow, WindowsLookedForRow, ingesting
from gateway.registry.rolled import mark_found
from gateway.timeseries import Analysed
from gateway.timeseries.points import Point
from gateway.told.mirroring import alone, point, write

log = logging.getLogger(__name__)

HOUR = 3600 * 10**9
SETTLED = 120 * 10**9
"""An hour is summed so long after its end, ns."""
BATCHES = 2
"""So many times in one turn some hours are summed: a gateway that is to stop does not wait for a year of them."""
_AT_ONCE = 200
_MONTH = 31 * 24 * HOUR
_LOCK = 0x746F_6C64_7769_6E64
"""Key of the advisory lock: ``toldwind`` in ASCII."""
_MEAN, _MIN, _MAX, _N = WINDOW_FIELDS


class WindowHours:
    """Sums hours of windows up. Belongs to the thread of the job.

    Args:
        engine: Of the registry.
        store: Where windows are, and where their sums go.
        kept_days: How long windows are kept.
    """

    def __init__(self, engine: Engine, store: Analysed, kept_days: float) -> None:
        self._engine = engine
        self._store = store
        self._kept_ns = int(kept_days * 86_400 * 10**9)

    def turn(self, now: int) -> int:
        """Sum up what is due; how many hours of edges.

        Args:
            now: UTC ns.

        Raises:
            gateway.timeseries.StoreUnavailableError: What was not told stays due.
        """
        done = 0
        with alone(self._engine, _LOCK) as is_ours:
            if not is_ours:
                return 0
            for _ in range(BATCHES):
                with Session(self._engine) as session:
                    due = _due(session, now)
                for row in due:
                    if row.hour > now - self._kept_ns:
                        of = {"site": row.site, "edge": row.edge}
                        write(self._store, summed(self._store.told(WINDOW, of, row.hour, row.hour + HOUR), row.hour))
                    self._mark(row)
                done += len(due)
                if len(due) < _AT_ONCE:
                    break
            else:
                return done
            self._look_back(now)
        return done

    def _look_back(self, now: int) -> None:
        """One month of each edge of which not all is known yet."""
        first = now - self._kept_ns
        with Session(self._engine) as session:
            looked = {(row.site, row.edge): row.since for row in session.scalars(select(WindowsLookedForRow))}
            edges = [
                (row.site, row.edge) for row in session.scalars(select(EdgeRow).order_by(EdgeRow.site, EdgeRow.edge))
            ]
        for site, edge in edges:
            until = looked.get((site, edge), now - now % HOUR + HOUR)
            if not until:
                continue
            since = max(until - _MONTH, first - first % HOUR)
            hours = self._store.hours(WINDOW, {"site": site, "edge": edge}, EXPECTED, since, until)
            with ingesting(self._engine) as session:
                mark_found(session, site, edge, hours)
                session.merge(WindowsLookedForRow(site=site, edge=edge, since=since if since > first else 0))
            if hours:
                at = datetime.fromtimestamp(since // 10**9, UTC)
                log.info("%s/%s: %d hours of windows since %s are to be summed up", site, edge, len(hours), f"{at:%F}")

    def _mark(self, row: WindowHourRow) -> None:
        its = WindowHourRow
        mine = (its.site == row.site, its.edge == row.edge, its.hour == row.hour)
        with ingesting(self._engine) as session:
            # As many as were there when it was read: whatever came meanwhile leaves it due.
            session.execute(update(its).where(*mine).values(told=bindparam("seen")), {"seen": row.changes})


def summed(windows: Iterable[Point], hour: int) -> list[Point]:
    """One point for each instrument: of each channel the sum over its good samples, least, greatest and number.

    The sum of a window is its mean times its number of samples.

    Args:
        windows: Of one hour.
        hour: Its start, UTC ns.
    """
    columns: defaultdict[tuple[str, ...], defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for window in windows:
        its = columns[window.tags]
        its[EXPECTED].append(window.numbers.get(EXPECTED, 0.0))
        for name, n in window.numbers.items():
            channel = name.removesuffix(_N)
            if channel == name or not n:
                continue
            its[name].append(n)
            its[f"{channel}_sum"].append(window.numbers.get(channel + _MEAN, 0.0) * n)
            for which in (_MIN, _MAX):
                if channel + which in window.numbers:
                    its[channel + which].append(window.numbers[channel + which])
    return [
        point(WINDOW_HOUR, tags, {name: _reduced(name, values) for name, values in sorted(its.items())}, {}, hour)
        for tags, its in sorted(columns.items())
    ]


def _reduced(name: str, values: list[float]) -> float:
    if name.endswith(_MIN):
        return min(values)
    return max(values) if name.endswith(_MAX) else fsum(values)


def _due(session: Session, now: int) -> list[WindowHourRow]:
    its = WindowHourRow
    query = select(its).where(literal_column("told <> changes"), its.hour <= now - HOUR - SETTLED)
    return list(session.scalars(query.order_by(its.hour.desc(), its.site, its.edge).limit(_AT_ONCE)))
