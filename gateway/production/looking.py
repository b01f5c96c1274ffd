"""What one look at production shows: whose, over which period, the figure, why, and in which parts of it.

Every question is asked once, for whatever is shown; the parts are put together from the sums of machines.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from gateway.production.comparing import Change, compare
from gateway.production.judging import Judged, judge
from gateway.production.periods import Kind, Period, day_at, shift_at, today
from gateway.production.reading import (
    NOTHING,
    Machine,
    Selection,
    Sum,
    by_day,
    by_machine,
    by_shift,
    together,
    told_days,
)
from gateway.production.stops import Reason, reasons_of
from gateway.shop_floor import UnitId

_WEEK = timedelta(days=7)


class Scope(NamedTuple):
    """Whose production is looked at; empty: all that may be seen.

    Attributes:
        site: One site.
        line: One of its production lines.
        unit: One machine, ``edge/name``.
    """

    site: str = ""
    line: str = ""
    unit: str = ""

    def machines(self, seen: Iterable[Machine]) -> tuple[Machine, ...]:
        """Those of the scope."""
        return tuple(
            one
            for one in seen
            if self.site in ("", one.id.site)
            and self.line in ("", one.production_line)
            and self.unit in ("", f"{one.id.edge}/{one.id.work_unit}")
        )


class Column(NamedTuple):
    """A part of the period."""

    period: Period
    judged: Judged


class Member(NamedTuple):
    """A site, a line or a machine of the scope.

    Attributes:
        scope: Where to look closer.
        titles: Language -> what it is called.
        name: Where it is called nothing.
        judged: Its figures.
        change: From the period that is compared; None: one of both cannot be said.
    """

    scope: Scope
    titles: Mapping[str, str]
    name: str
    judged: Judged
    change: Change | None


@dataclass(frozen=True, slots=True)
class Look:
    """All that a page of production shows.

    Attributes:
        scope: Whose.
        period: When.
        now: UTC ns.
        machines: Of the scope.
        judged: The figure.
        compared: The period that it is compared with: the one before, of a day or a shift the last that was worked.
        before: The figure of that one.
        change: From then to now; None: one of both cannot be said.
        target: What all its machines aim at; None: nothing, or not the same.
        columns: By day, or of a day by shift; none of a shift.
        weeks: Of a month.
        shifts: By name, of several days.
        members: Sites, lines or machines; none of a machine.
        reasons: Stops by reason.
        left_out: How many machines without counters are not in the figure.
    """

    scope: Scope
    period: Period
    now: int
    machines: tuple[Machine, ...]
    judged: Judged
    compared: Period
    before: Judged
    change: Change | None
    target: float | None
    columns: tuple[Column, ...]
    weeks: tuple[Column, ...]
    shifts: tuple[Column, ...]
    members: tuple[Member, ...]
    reasons: tuple[Reason, ...]
    left_out: int

    @property
    def lowest(self) -> Column | None:
        """The part with the lowest good figure, where there are several."""
        good = [one for one in self.columns if one.judged.main is not None and not one.judged.grey]
        return min(good, key=lambda one: one.judged.main or 0.0) if len(good) > 1 else None

    @property
    def lowest_member(self) -> Member | None:
        """The member with the lowest good figure, where there are several."""
        good = [one for one in self.members if one.judged.main is not None and not one.judged.grey]
        alike = [one for one in good if one.judged.counts_pieces == self.judged.counts_pieces]
        return min(alike, key=lambda one: one.judged.main or 0.0) if len(alike) > 1 else None


class Asked(NamedTuple):
    """Of what a look is made."""

    engine: Engine
    zone: ZoneInfo
    now: int


def look(asked: Asked, seen: Sequence[Machine], scope: Scope, period: Period) -> Look:
    """Look at production.

    Args:
        asked: Registry, wall clock, the present.
        seen: Every machine that the reader may see.
        scope: Whose of these.
        period: When.
    """
    engine = asked.engine
    machines = scope.machines(seen)
    counting = tuple(one for one in machines if one.counts_pieces)
    counts = bool(counting)
    whole = Selection(machines, is_all=not scope.line and not scope.unit)
    # All machines of the scope are asked for by machine; those that the figure rests on, by day and by shift.
    rests_on = Selection(counting, whole.is_all and len(counting) == len(machines)) if counts else whole
    compared = _compared(engine, rests_on, period)
    now_sums, before_sums = by_machine(engine, whole, period), by_machine(engine, whole, compared)
    told = _Told(told_days(engine, whole, period) if _has_days(period) else {}, _elapsed(asked, period))
    judged = _judged(rests_on.machines, now_sums, told)
    before = _judged(rests_on.machines, before_sums)
    columns, weeks = _columns(asked, rests_on, period, counts=counts)
    return Look(
        scope=scope,
        period=period,
        now=asked.now,
        machines=machines,
        judged=judged,
        compared=compared,
        before=before,
        change=compare(before, judged),
        target=_target(rests_on.machines),
        columns=columns,
        weeks=weeks,
        shifts=_shifts(asked, rests_on, period, counts=counts),
        members=tuple(_members(scope, machines, now_sums, before_sums, told)),
        reasons=tuple(reasons_of(engine, whole, period, asked.zone)),
        left_out=len(machines) - len(rests_on.machines),
    )


def _compared(engine: Engine, whose: Selection, period: Period) -> Period:
    """The period before; of a day or a shift the last within a week that was worked: Monday stands beside Saturday."""
    if _has_days(period):
        return period.before
    week = Period(Kind.WEEK, period.first - _WEEK, period.before.last, period.shift)
    worked = [day for day, one in by_day(engine, whose, week).items() if one.elements.observed_ns]
    if not worked:
        return period.before
    day = date.fromisoformat(max(worked))
    return shift_at(day, period.shift) if period.shift else day_at(day)


class _Told(NamedTuple):
    """Of how many days each machine told, and how many there have been; none where that is not asked."""

    days: Mapping[UnitId, int]
    elapsed: int

    def share(self, machines: Sequence[Machine]) -> float | None:
        """Of the days of some machines; None: it is not asked."""
        if not machines or self.elapsed <= 0:
            return None
        return sum(self.days.get(one.id, 0) for one in machines) / (self.elapsed * len(machines))


def _elapsed(asked: Asked, period: Period) -> int:
    """Days of a week or a month up to today; of a shorter period none is asked for."""
    last = min(period.last, today(asked.now, asked.zone))
    return (last - period.first).days + 1 if _has_days(period) else 0


def _has_days(period: Period) -> bool:
    return period.kind in (Kind.MONTH, Kind.WEEK)


def _judged(machines: Sequence[Machine], sums: Mapping[UnitId, Sum], told: _Told | None = None) -> Judged:
    """Some machines as one; those that count pieces, or where none does, all."""
    counting = [one for one in machines if one.counts_pieces]
    those = counting or list(machines)
    found = together(sums[one.id] for one in those if one.id in sums)
    return judge(found, counts_pieces=bool(counting), told=told.share(those) if told else None)


def _target(machines: Sequence[Machine]) -> float | None:
    aims = {one.target_oee for one in machines if one.counts_pieces}
    return aims.pop() if len(aims) == 1 else None


def _columns(
    asked: Asked, whose: Selection, period: Period, *, counts: bool
) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The parts of a period, and the weeks of a month."""
    if period.kind is Kind.SHIFT:
        return (), ()
    if period.kind is Kind.DAY:
        return _of_shifts(asked, whose, period, counts=counts), ()
    weeks = period.weeks if period.kind is Kind.MONTH else []
    # The days of whole weeks are those of the month and a few more: they are asked for at once.
    first, last = (weeks[0].first, weeks[-1].last) if weeks else (period.first, period.last)
    sums = by_day(asked.engine, whose, Period(Kind.WEEK, first, last))
    found = {date.fromisoformat(day): one for day, one in sums.items()}
    days = tuple(Column(day, judge(sums.get(day.name, NOTHING), counts_pieces=counts)) for day in period.days)
    begun = [week for week in weeks if week.first <= today(asked.now, asked.zone)]
    return days, tuple(Column(week, judge(together(_of(found, week)), counts_pieces=counts)) for week in begun)


def _of_shifts(asked: Asked, whose: Selection, period: Period, *, counts: bool) -> tuple[Column, ...]:
    sums = by_shift(asked.engine, whose, period)
    return tuple(Column(shift_at(period.first, name), judge(one, counts_pieces=counts)) for name, one in sums.items())


def _of(days: Mapping[date, Sum], week: Period) -> Iterable[Sum]:
    return (one for day, one in days.items() if week.first <= day <= week.last)


def _shifts(asked: Asked, whose: Selection, period: Period, *, counts: bool) -> tuple[Column, ...]:
    return _of_shifts(asked, whose, period, counts=counts) if _has_days(period) else ()


def _members(
    scope: Scope,
    machines: Sequence[Machine],
    now_sums: Mapping[UnitId, Sum],
    before_sums: Mapping[UnitId, Sum],
    told: _Told,
) -> Iterable[Member]:
    """Sites of all, lines and lone machines of a site, machines of a line."""
    if scope.unit:
        return
    groups: dict[Scope, list[Machine]] = {}
    for one in machines:
        groups.setdefault(_below(scope, one), []).append(one)
    for closer, some in groups.items():
        now, before = _judged(some, now_sums, told), _judged(some, before_sums)
        titles = some[0].title if closer.unit else {}
        name = some[0].id.work_unit if closer.unit else closer.line or closer.site
        yield Member(closer, titles, name, now, compare(before, now))


def _below(scope: Scope, machine: Machine) -> Scope:
    site = machine.id.site
    if not scope.site:
        return Scope(site)
    unit = f"{machine.id.edge}/{machine.id.work_unit}"
    return Scope(site, unit=unit) if scope.line or not machine.production_line else Scope(site, machine.production_line)
