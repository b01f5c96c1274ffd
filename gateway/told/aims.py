"""What a work unit aims at, in sums that add up: seconds of its target OEE, and pieces that are wanted.

Decision: a target is told as seconds, target times observed time, beside the ideal seconds of what was made.
Because: both add up over hours, machines and targets; a mean of targets says nothing.

Decision: pieces are wanted as the screen at the machine counts them: demand per shift in step with planned busy time,
else what the target OEE makes of that time at the ideal cycle. An order that was chosen there is left out.
Because: a breakdown does not make the customer want less, and a break does not make him want more.
"""

from datetime import date
from functools import cache

import msgspec
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import CalendarVersions, expand
from edge_agent.wire.schema import OBSERVED, PLANNED_BUSY, ROLLED_SUMS, SECONDS, TARGET, WANTED
from gateway.production.summing import TIMES
from gateway.programme.work_calendars import calendars_of
from gateway.registry import WorkUnitRow
from gateway.shop_floor import UnitId

_NS = 10**9
_USUAL = 0.6
"""OEE that is aimed at where the edge says nothing."""
_COLUMN = dict(zip(SECONDS.values(), TIMES, strict=True))
_OBSERVED, _PLANNED = (tuple(_COLUMN[name] for name in ROLLED_SUMS[field]) for field in (OBSERVED, PLANNED_BUSY))


class _Said(msgspec.Struct):
    """What of a work unit's description counts here, as a nominal bucket keeps it too."""

    target_oee: float | None = None
    demand_per_shift: float | None = None
    counts_pieces: bool = True


class Aims:
    """Of one work unit: by what its edge had said of it when a nominal bucket came; of older ones, said last.

    Args:
        session: Of the registry.
        unit: Which.
    """

    def __init__(self, session: Session, unit: UnitId) -> None:
        row = session.get(WorkUnitRow, tuple(unit))
        self._last = row.description if row else "{}"
        self._said = cache(lambda text: msgspec.json.decode(text, type=_Said))
        self._calendar = cache(lambda: calendars_of(session, unit.site, [unit])[unit.edge, unit.work_unit])
        self._planned_ns = cache(lambda shift: planned_ns(self._calendar(), shift))

    def target_oee(self, row: RowMapping) -> float | None:
        """Which OEE was aimed at: 0.6 where the edge said nothing; None: no pieces are counted."""
        said = self._of(row)
        if not said.counts_pieces:
            return None
        return _USUAL if said.target_oee is None else said.target_oee

    def of(self, row: RowMapping) -> dict[str, float]:
        """What was aimed at in one element: seconds and pieces, as far as they are known.

        Args:
            row: Of the table ``element``, with ``aims`` of its nominal bucket.
        """
        said = self._of(row)
        if not said.counts_pieces:
            return {}
        found: dict[str, float] = {}
        if said.target_oee is not None:
            found[TARGET] = said.target_oee * sum(row[name] for name in _OBSERVED) / _NS
        wanted = self._wanted(said, row, sum(row[name] for name in _PLANNED))
        return found if wanted is None else found | {WANTED: wanted}

    def _of(self, row: RowMapping) -> _Said:
        return self._said(self._last if row["aims"] is None else row["aims"])

    def _wanted(self, said: _Said, row: RowMapping, planned_ns: int) -> float | None:
        """None: nobody said."""
        if said.demand_per_shift:
            whole_ns = self._planned_ns(row["shift"])
            if whole_ns:
                return said.demand_per_shift * planned_ns / whole_ns
        if said.target_oee is None or not row["ideal_cycle_s"]:
            return None
        return float(planned_ns / _NS * said.target_oee / row["ideal_cycle_s"])


def planned_ns(calendar: CalendarVersions | None, shift: str) -> int:
    """Planned busy time of a shift of one day, by the calendar; 0: none is known.

    Args:
        calendar: Of the work unit.
        shift: ``name@first day``.
    """
    try:
        day = date.fromisoformat(shift.rpartition("@")[2])
    except ValueError:
        return 0
    if calendar is None:
        return 0
    schedule = expand(calendar, day, day)
    its = next((one for one in schedule.shifts if one.name == shift), None)
    if its is None:
        return 0
    rests = (min(int(b), its.until_ns) - max(int(a), its.since_ns) for a, b in schedule.planned)
    return its.until_ns - its.since_ns - sum(ns for ns in rests if ns > 0)
