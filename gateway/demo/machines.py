"""Machines of the demo's pilots that do not exist: what their edges would have told over half a year.

Decision: elements are written as an edge says them, and summed by the gateway's own job.
Because: pilots, pages and packs of evidence then rest on the same tables as in the field.

Decision: days are drawn from a seed, with a memory of the day before (AR 0.5).
Because: real lines have one, and a judgement that only holds for independent days would be believed.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from edge_agent.kpi.calendar import to_ns
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway.ingest import shop_floor as ingest
from gateway.ingest.journals import EdgeId
from gateway.production.summing import sum_up_changed
from gateway.registry import transaction

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EDGE, METER = "line-1", "meter-1"
BUCKET_S = 7200
SHIFT_FROM, BUCKETS = 7, 4
"""One shift a day but on Sundays, by the wall clock."""
_BUCKET_NS = BUCKET_S * 10**9
_NS_H = 3600 * 10**9
_SUNDAY = 6
_MEMORY = 0.5
_SPREAD = 0.03
"""Standard deviation of a day's availability around its mean."""
_LEAST, _MOST = 0.3, 0.97
_BREAK = 0.25
"""Share of the third bucket that is a planned stop."""
RECENT_DAYS = 14
"""Days of which stops are told one by one too."""
_STOPS = (
    (1800, "FAULT", "breakdown-tooling", "Hỏng khuôn, dao, đồ gá", "Die, tool, fixture"),
    (3900, "SETUP", "changeover-product", "Đổi mã hàng", "Change of product"),
    (5500, "STOP", "material-missing", "Hết nguyên liệu, hết hàng vào", "Material missing"),
)
"""Where in a bucket each of its stops begins, s; its kind, its reason and what that is called."""


class Machine(NamedTuple):
    """A machine that does not exist.

    Attributes:
        site: Short name.
        name: Of the work unit.
        title: What people call it.
        ideal_cycle_s: Of its only product, s.
        availability: Its mean before anything is changed, 0 to 1.
        gain: What a pilot adds to it.
        reject: Mean share of rejects.
        power_w: While it runs, W; a quarter of it while it stands.
        crew: People at it.
    """

    site: str
    name: str
    title: str
    ideal_cycle_s: float
    availability: float
    gain: float = 0.0
    reject: float = 0.02
    power_w: float = 9_000.0
    crew: int = 4


class Told(NamedTuple):
    """Days of a machine.

    Attributes:
        since: The first.
        until: The last.
        begins: Day from which the gain counts.
        missing: Days on which its edge was silent.
    """

    since: date
    until: date
    begins: date
    missing: frozenset[date] = frozenset()


def tell(engine: Engine, machine: Machine, told: Told, seed: int) -> list[date]:
    """Write what a machine did; the days on which it worked.

    Args:
        engine: Of the registry.
        machine: Which.
        told: Over which days.
        seed: Of its chance.
    """
    edge = EdgeId(machine.site, EDGE)
    worked = []
    with transaction(engine) as session:
        said = _described(machine)
        ingest.take_work_unit(session, edge, said, msgspec.json.encode(said).decode())
        for day, availability, reject in _days(machine, told, Random(seed)):
            for one in _buckets(machine, day, availability, reject):
                ingest.take_elements(session, edge, one)
                for stop in _stops(one) if day > told.until - timedelta(days=RECENT_DAYS) else ():
                    ingest.take_stop(session, edge, stop)
            worked.append(day)
    return worked


def sum_up(engine: Engine) -> None:
    """Make the daily sums of all that was told."""
    sum_up_changed(engine, ZONE)


def is_worked(day: date) -> bool:
    """Whether a shift begins on it.

    >>> is_worked(date(2026, 11, 22)), is_worked(date(2026, 11, 23))
    (False, True)
    """
    return day.weekday() != _SUNDAY


def _described(machine: Machine) -> WorkUnitDescription:
    product = ProductDescription(ideal_cycle_s=machine.ideal_cycle_s, title={"vi": "Sản phẩm mẫu", "en": "Made up"})
    return WorkUnitDescription(
        key=machine.name,
        revision=1,
        at=1,
        title={"vi": machine.title, "en": machine.title},
        production_line=EDGE,
        micro_stop_s=120,
        max_gap_s=60,
        bucket_s=BUCKET_S,
        timezone=ZONE.key,
        products={"P1": product},
        channels={"energy": f"{METER}.energy"},
    )


def _days(machine: Machine, told: Told, chance: Random) -> Iterator[tuple[date, float, float]]:
    """Days worked, and of each availability and share of rejects."""
    off = 0.0
    day = told.since
    while day <= told.until:
        off = _MEMORY * off + chance.gauss(0, _SPREAD * (1 - _MEMORY**2) ** 0.5)
        mean = machine.availability + (machine.gain if day >= told.begins else 0.0)
        if is_worked(day) and day not in told.missing:
            yield day, min(_MOST, max(_LEAST, mean + off)), machine.reject * chance.uniform(0.5, 1.5)
        day += timedelta(days=1)


def _buckets(machine: Machine, day: date, availability: float, reject: float) -> Iterator[Elements]:
    begins = to_ns(datetime.combine(day, time(SHIFT_FROM)), ZONE.key)
    for number in range(BUCKETS):
        since = begins + number * _BUCKET_NS
        planned_stop = _BREAK if number == BUCKETS // 2 else 0.0
        part = _part(machine, f"A@{day.isoformat()}", availability, reject, planned_stop)
        until = since + _BUCKET_NS
        yield Elements(
            key=f"{machine.name}.{since}",
            revision=1,
            at=until,
            work_unit=machine.name,
            since=since,
            until=until,
            parts=(part,),
        )


def _stops(of: Elements) -> Iterator[Stop]:
    """The stops of a bucket: their times are those of its elements."""
    [part] = of.parts
    for after_s, kind, reason, vi, en in _STOPS:
        since, lasts = of.since + after_s * 10**9, part.ns.get(kind, 0)
        if lasts:
            yield Stop(
                key=f"{of.work_unit}.{since}",
                revision=1,
                at=of.until,
                work_unit=of.work_unit,
                since=since,
                until=since + lasts,
                kind=kind,
                planned_ns=lasts,
                shift=part.shift,
                product=part.product,
                reason=reason,
                title={"vi": vi, "en": en},
            )


def _part(machine: Machine, shift: str, availability: float, reject: float, planned_stop: float) -> Part:
    """A bucket: what is not available is stopped, broken down or changed over, in fixed shares."""
    busy = round(_BUCKET_NS * (1 - planned_stop))
    minor = round(busy * 0.03)
    lost = round(busy * (1 - availability))
    fault, setup = lost * 4 // 10, lost * 3 // 10
    times = {"PLANNED_STOP": _BUCKET_NS - busy, "MINOR_STOP": minor, "FAULT": fault, "SETUP": setup}
    times |= {"STOP": lost - fault - setup, "RUN": busy - lost - minor}
    total = int(0.9 * times["RUN"] / 1e9 / machine.ideal_cycle_s)
    run_wh = machine.power_w * (times["RUN"] + minor) / _NS_H
    stand_wh = machine.power_w / 4 * lost / _NS_H
    return Part(
        shift=shift,
        product="P1",
        ideal_cycle_s=machine.ideal_cycle_s,
        ns={name: ns for name, ns in times.items() if ns},
        total=total,
        reject=round(total * reject),
        failures=int(fault > 0),
        failing_ns=fault,
        energy_wh={"RUN": run_wh, "STOP": stand_wh},
    )
