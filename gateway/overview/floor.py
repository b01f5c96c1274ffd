"""What the shop floor needs: reasons for stops, yesterday beside its target, losses that grew, silent edges."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edge_agent.wire.live import WorkUnitStatus
from gateway.health import EdgeHealth
from gateway.overview import ACT, FINE, LOOK, MOST_ITEMS, Item, Need
from gateway.production.comparing import Change, compare
from gateway.production.judging import Judged, judge
from gateway.production.looking import Asked
from gateway.production.periods import Kind, Period, day_at, today
from gateway.production.reading import Machine, Selection, Sum, by_machine, together, told_days
from gateway.registry import StopRow
from gateway.shop_floor import UnitId

_DAY = 86_400 * 10**9
_WEEK = 7
GREW = 0.01
"""A loss that takes a point more of the observed time than in the week before has grown."""
_STANDS = ("FAULT", "STOP", "SETUP")


class Now(NamedTuple):
    """A machine at this moment.

    Attributes:
        machine: Which.
        bucket: What it does; ``UNKNOWN`` where nobody hears of it.
        status: Its last word; None: there is none.
        at: When its edge last spoke, UTC ns; 0: never.
    """

    machine: Machine
    bucket: str
    status: WorkUnitStatus | None
    at: int


class Yesterday(NamedTuple):
    """The last whole day of a site.

    Attributes:
        site: Which.
        judged: Its figures.
        target: What is aimed at; None: nothing, or not one for all.
        change: From the seven days before; None: cannot be said.
        grown: Losses that took more than in the seven days before: name, share then, share now.
        untold: Machines that told of nothing that day, and did in the seven days before.
    """

    site: str
    judged: Judged
    target: float | None
    change: Change | None
    grown: tuple[tuple[str, float, float], ...]
    untold: tuple[Machine, ...]

    @property
    def needs_somebody(self) -> bool:
        """Whether it stayed below its target, a loss grew, or a machine told of nothing."""
        is_below = (
            self.judged.counts_pieces
            and self.target is not None
            and not self.judged.grey
            and (self.judged.main or 0.0) < self.target
        )
        return is_below or bool(self.grown) or bool(self.untold)


def standing(machines: Iterable[Machine], health: Iterable[EdgeHealth]) -> list[Now]:
    """What each machine does now; what nobody hears of is not known."""
    edges = {(one.site, one.edge): one for one in health}
    found = []
    for machine in machines:
        edge = edges.get(machine.id[:2])
        status = edge.status.work_units.get(machine.id.work_unit) if edge and edge.status else None
        heard = edge is not None and not edge.silent and edge.state not in ("lost", "stopped")
        bucket = status.bucket if status is not None and heard else "UNKNOWN"
        found.append(Now(machine, bucket, status, edge.status_at if edge else 0))
    return found


def without_reason(asked: Asked, machines: Mapping[UnitId, Machine]) -> Need:
    """The stops of the last day and night that wait for a reason."""
    its = StopRow
    sites = sorted({of.site for of in machines})
    wanted = (
        its.site.in_(sites),
        its.since >= asked.now - _DAY,
        its.reason == "",
        its.kind.in_(_STANDS),
        its.gone.is_(False),
    )
    with Session(asked.engine) as session:
        count = session.scalar(select(func.count()).select_from(its).where(*wanted)) or 0
        columns = (its.site, its.edge, its.work_unit, its.since)
        rows = session.execute(select(*columns).where(*wanted).order_by(its.since.desc()).limit(MOST_ITEMS)).all()
    items = tuple(
        Item(
            unit,
            f"/production/stops/{site}/{edge}/{unit}/{since}",
            machines[of].title if (of := UnitId(site, edge, unit)) in machines else {},
            since,
        )
        for site, edge, unit, since in rows
    )
    where = {"site": sites[0]} if len(sites) == 1 else {}
    query = urlencode(where | {"period": day_at(today(asked.now, asked.zone)).name, "unsaid": "1"})
    return Need("unsaid", LOOK if count else FINE, count, items, f"/production/stops?{query}")


def yesterdays(asked: Asked, sites: Mapping[str, Sequence[Machine]]) -> list[Yesterday]:
    """How each site did on the last whole day, beside the seven days before it; all are asked for at once."""
    day = day_at(today(asked.now, asked.zone) - timedelta(days=1))
    week = _days(day.first - _WEEK * timedelta(days=1), day.first - timedelta(days=1))
    whole = Selection(tuple(one for some in sites.values() for one in some), is_all=True)
    sums, earlier = by_machine(asked.engine, whole, day), by_machine(asked.engine, whole, week)
    told = told_days(asked.engine, whole, day)
    return [_yesterday(site, machines, sums, earlier, told) for site, machines in sites.items()]


def _yesterday(
    site: str,
    machines: Sequence[Machine],
    sums: Mapping[UnitId, Sum],
    earlier: Mapping[UnitId, Sum],
    told: Container[UnitId],
) -> Yesterday:
    counting = tuple(one for one in machines if one.counts_pieces)
    those = counting or machines
    now = judge(together(sums[one.id] for one in those if one.id in sums), counts_pieces=bool(counting))
    then = judge(together(earlier[one.id] for one in those if one.id in earlier), counts_pieces=bool(counting))
    aims = {one.target_oee for one in counting}
    return Yesterday(
        site=site,
        judged=now,
        target=aims.pop() if len(aims) == 1 else None,
        change=compare(then, now),
        grown=_grown(then, now),
        untold=tuple(one for one in machines if one.id in earlier and one.id not in told),
    )


def _days(first: date, last: date) -> Period:
    return Period(Kind.WEEK, first, last)


def _grown(then: Judged, now: Judged) -> tuple[tuple[str, float, float], ...]:
    before = {loss.name: loss.share for loss in then.losses}
    grown = [
        (loss.name, earlier, loss.share)
        for loss in now.losses
        if loss.share is not None and (earlier := before.get(loss.name)) is not None and loss.share - earlier >= GREW
    ]
    return tuple(sorted(grown, key=lambda one: one[1] - one[2]))


def silent_edges(health: Iterable[EdgeHealth]) -> Need:
    """Edges that ought to speak and do not."""
    silent = [one for one in health if one.silent]
    items = tuple(Item(f"{one.site}/{one.edge}", at=one.status_at) for one in silent[:MOST_ITEMS])
    return Need("silent", ACT if silent else FINE, len(silent), items, "/measurements")


def missing_messages(health: Iterable[EdgeHealth]) -> Need:
    """Edges of which messages are missing: lost and not declared."""
    lacking = [one for one in health if one.missing]
    items = tuple(Item(f"{one.site}/{one.edge}: {one.missing}") for one in lacking[:MOST_ITEMS])
    return Need("missing", ACT if lacking else FINE, sum(one.missing for one in lacking), items, "/measurements")


def newcomers(health: Iterable[EdgeHealth]) -> Need:
    """Edges that nobody has admitted yet."""
    new = [one for one in health if not one.admitted]
    items = tuple(Item(f"{one.site}/{one.edge}") for one in new[:MOST_ITEMS])
    return Need("newcomers", ACT if new else FINE, len(new), items, "/measurements")


def findings(health: Iterable[EdgeHealth]) -> Need:
    """What stands about edges and their instruments."""
    found = [(one, text) for one in health for text in one.findings]
    items = tuple(Item(text, language="en") for _, text in found[:MOST_ITEMS])
    return Need("findings", LOOK if found else FINE, len(found), items, "/measurements")


_WELL = ("good", "uncertain.unsettled")
"""A balance that is being used moves all day; that is no fault of it."""


def poor_instruments(health: Iterable[EdgeHealth]) -> Need:
    """Instruments that their edge says are not good."""
    poor = [
        (one, name, state)
        for one in health
        if one.status is not None
        for name, state in sorted(one.status.instruments.items())
        if state not in _WELL
    ]
    items = tuple(Item(f"{one.site}/{one.edge}/{name}: {state}") for one, name, state in poor[:MOST_ITEMS])
    return Need("instruments", LOOK if poor else FINE, len(poor), items, "/measurements")
