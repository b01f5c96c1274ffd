"""Daily sums against a second method: every element of its nominal bucket's revision in force, one by one."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import Calendar, WeeklyShift, expand, to_ns
from edge_agent.wire.schema import SECONDS
from edge_agent.wire.shop_floor import Elements, Part
from gateway.production.periods import day_at, month_at, parse, shift_at, week_at
from gateway.production.reading import by_day, by_machine, by_shift, last_day, told_days
from gateway.production.summing import sum_up_changed
from gateway.registry import NominalBucketRow, ProductionDayRow

S = 10**9
TEN_MIN = 600 * S
DAY = date(2026, 11, 25)
SHIFTS = (("sang", 6, 14), ("chieu", 14, 22), ("dem", 22, 6))


def at(text: str, zone: str = "Asia/Ho_Chi_Minh") -> int:
    return to_ns(datetime.fromisoformat(text), zone)


def elements(since: int, *parts: Part, revision: int = 1, unit: str = "press-1") -> Elements:
    return Elements(
        key=f"{unit}.{since}", revision=revision, at=1, work_unit=unit, since=since, until=since + TEN_MIN, parts=parts
    )


def part(shift: str = "", run_s: int = 600, **said) -> Part:
    said.setdefault("ns", {"RUN": run_s * S, "STOP": (600 - run_s) * S})
    return Part(shift=shift, **said)


def random_history(zone: str, first: date, days: int, seed: int) -> list[Elements]:
    """Days of a machine in three shifts: every bucket cut where shifts meet, of two products, with losses."""
    chance = random.Random(seed)
    weekly = tuple(WeeklyShift(name, time(start, 5), time(end, 5)) for name, start, end in SHIFTS)
    schedule = expand(Calendar(zone, weekly), first - timedelta(days=1), first + timedelta(days=days))
    told = []
    start = to_ns(datetime.combine(first, time()), zone) // TEN_MIN * TEN_MIN
    for since in range(start, start + days * 144 * TEN_MIN, TEN_MIN):
        if chance.random() < 0.03:
            continue  # never told of
        parts = []
        for shift in schedule.shifts:
            length = min(shift.until_ns, since + TEN_MIN) - max(shift.since_ns, since)
            if length > 0:
                parts.append(random_part(chance, shift.name, length))
        told.append(elements(since, *parts))
    return told


def random_part(chance: random.Random, shift: str, length: int) -> Part:
    names = chance.sample(list(SECONDS), 3)
    cuts = sorted(chance.randrange(length) for _ in range(2))
    product, cycle_s = chance.choice([("cap", 2.0), ("cap", 2.1), ("lid", 0.7), ("", None)])
    return Part(
        shift=shift,
        product=product,
        ideal_cycle_s=cycle_s,
        ns=dict(zip(names, (cuts[0], cuts[1] - cuts[0], length - cuts[1]), strict=True)),
        total=chance.randrange(300),
        reject=chance.randrange(9),
        rework=chance.randrange(5),
        unplanned=chance.randrange(3),
        unattributed=chance.randrange(3),
        no_product=chance.randrange(3),
        failures=chance.randrange(2),
        failing_ns=chance.randrange(S),
        energy_wh={"RUN": chance.random() * 100},
    )


def one_by_one(told: list[Elements], zone: str, wanted) -> dict[str, object]:
    """What the parts of a period come to, added up in fractions."""
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    pieces: defaultdict[tuple[str, float], list[int]] = defaultdict(lambda: [0, 0, 0])
    for bucket in told:
        local = datetime.fromtimestamp(bucket.since // S, ZoneInfo(zone)).date().isoformat()
        for one in bucket.parts:
            name, _, day = one.shift.partition("@")
            if not wanted(day or local, name):
                continue
            for state, ns in one.ns.items():
                sums[state] += ns
            for count in ("unplanned", "unattributed", "failures", "failing_ns"):
                sums[count] += getattr(one, count)
            sums["no_product"] += one.no_product + (one.total if one.ideal_cycle_s is None else 0)
            if one.ideal_cycle_s is not None:
                for k, count in enumerate((one.total, one.reject, one.rework)):
                    pieces[one.product, one.ideal_cycle_s][k] += count
    return dict(sums), dict(pieces)


def as_plain(elements) -> tuple[dict[str, int], dict[tuple[str, float], list[int]]]:
    sums = dict(zip(SECONDS, elements.ns, strict=True))
    sums |= {n: getattr(elements, n) for n in ("unplanned", "unattributed", "failures", "failing_ns", "no_product")}
    pieces = {key: [one.total, one.reject, one.rework] for key, one in elements.products.items()}
    return {name: n for name, n in sums.items() if n}, pieces


def nonzero(found):
    sums, pieces = found
    return {name: n for name, n in sums.items() if n}, pieces


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Asia/Ho_Chi_Minh", date(2026, 11, 23)),
        ("Europe/Berlin", date(2026, 3, 28)),  # 29 March has 23 hours
        ("America/New_York", date(2026, 10, 31)),  # 1 November has 25
        ("Asia/Kathmandu", date(2026, 11, 30)),  # +05:45, into another month
    ],
)
def test_sums_are_those_of_every_element_one_by_one(engine, told, described, summed, everything, zone, first) -> None:
    history = random_history(zone, first, 3, seed=len(zone))
    told(described("press-1", timezone=zone), *history)
    assert summed() == len({bucket.since // (86_400 * S) for bucket in history})
    periods = [month_at(first), week_at(first), *(day_at(first + timedelta(days=n)) for n in range(-1, 4))]
    periods += [shift_at(first + timedelta(days=n), name) for n in range(3) for name, _, _ in SHIFTS]
    for period in periods:
        expected = nonzero(one_by_one(history, zone, period.covers))
        found = by_machine(engine, everything(), period)
        got = as_plain(next(iter(found.values())).elements) if found else ({}, {})
        assert got == expected, period.name
    days = by_day(engine, everything(), month_at(first))
    for day, one in days.items():
        assert as_plain(one.elements) == nonzero(one_by_one(history, zone, parse(day).covers)), day
    shifts = by_shift(engine, everything(), week_at(first))
    for name, one in shifts.items():
        in_shift = nonzero(one_by_one(history, zone, lambda d, s, n=name: week_at(first).covers(d, s) and s == n))
        assert as_plain(one.elements) == in_shift, name


def test_energy_is_that_of_every_element(engine, told, summed, everything, described) -> None:
    history = random_history("Asia/Ho_Chi_Minh", DAY, 1, seed=5)
    told(described("press-1"), *history)
    summed()
    expected = sum(wh for bucket in history for one in bucket.parts for wh in one.energy_wh.values())
    found = by_day(engine, everything(), month_at(DAY)).values()
    assert sum(one.energy_wh for one in found) == pytest.approx(expected)


def test_a_night_shift_counts_for_its_first_day_and_its_first_month(
    engine, told, summed, everything, described
) -> None:
    night = "dem@2026-11-30"
    told(
        described("press-1"),
        elements(at("2026-11-30T23:50"), part(night)),
        elements(at("2026-12-01T00:00"), part(night, 300)),
        elements(at("2026-12-01T06:00"), part("")),
    )
    summed()
    run = {
        day: one.elements.ns[3] // S for day, one in by_day(engine, everything(), week_at(date(2026, 12, 1))).items()
    }
    assert run == {"2026-11-30": 900, "2026-12-01": 600}
    [november] = by_machine(engine, everything(), month_at(DAY)).values()
    assert november.elements.ns[3] == 900 * S
    assert november.told_until == at("2026-12-01T00:10")
    [told_of_first] = told_days(engine, everything(), day_at(date(2026, 12, 1))).values()
    assert told_of_first == 1  # the clock on the wall knows no shifts
    assert last_day(engine, everything()) == "2026-12-01"


def test_a_late_revision_replaces_whatever_the_bucket_said(engine, told, summed, everything, described) -> None:
    since = at("2026-11-25T22:00")
    told(described("press-1"), elements(since, part("dem@2026-11-25", product="cap", ideal_cycle_s=2.0, total=280)))
    assert (summed(), summed()) == (1, 0)
    told(elements(since, part("chieu@2026-11-24", 200), part("", 0), revision=7))
    told(elements(since, part("dem@2026-11-25"), revision=3))  # an older one, late
    assert (summed(), summed()) == (1, 0)
    days = by_day(engine, everything(), month_at(DAY))
    assert {day: one.elements.ns[3] // S for day, one in days.items()} == {"2026-11-24": 200, "2026-11-25": 0}
    assert all(one.elements.products == {} for one in days.values())
    told(elements(since, revision=8))  # no part any more
    assert summed() == 1
    assert by_day(engine, everything(), month_at(DAY)) == {}


def test_only_blocks_in_which_something_changed_are_made_again(engine, told, summed, described) -> None:
    told(described("press-1"), *random_history("Asia/Ho_Chi_Minh", DAY, 2, seed=1))
    made = summed()
    with Session(engine) as session, session.begin():
        session.execute(update(ProductionDayRow).values(total=-1))  # whatever is made again is right again
    told(elements(at("2026-11-26T10:00"), part("sang@2026-11-26"), revision=2))
    assert summed() == 1 < made
    with Session(engine) as session:
        untouched = session.scalar(
            select(func.count(ProductionDayRow.utc_day.distinct())).where(ProductionDayRow.total < 0)
        )
    assert untouched == made - 1


def test_many_blocks_are_made_in_several_transactions(engine, told, everything, described) -> None:
    history = random_history("Asia/Ho_Chi_Minh", DAY, 2, seed=2)
    told(described("press-1"), *history)
    assert sum_up_changed(engine, ZoneInfo("UTC"), at_once=50) >= 3
    expected = nonzero(one_by_one(history, "Asia/Ho_Chi_Minh", month_at(DAY).covers))
    [month] = by_machine(engine, everything(), month_at(DAY)).values()
    [december] = by_machine(engine, everything(), day_at(date(2026, 11, 24))).values() or [None]
    assert december is not None  # the night before
    assert as_plain(month.elements) == expected


def test_what_is_stored_while_sums_are_made_is_summed_the_next_time(engine, told, summed, described) -> None:
    told(described("press-1"), elements(at("2026-11-25T08:00"), part("sang@2026-11-25")))
    with Session(engine) as session, session.begin():
        # As if an ingest had committed a revision between the mark and the sum of another process.
        session.execute(update(NominalBucketRow).values(revision=5, summed=4))
    assert (summed(), summed()) == (1, 0)


def test_without_a_zone_of_its_own_a_machine_keeps_the_gateways(engine, told, everything, described) -> None:
    night_in_utc = int(datetime(2026, 11, 25, 23, 0, tzinfo=UTC).timestamp()) * S
    told(described("press-1", timezone="Nowhere/At-All"), elements(night_in_utc, part("")))
    sum_up_changed(engine, ZoneInfo("UTC"))
    assert list(by_day(engine, everything(), month_at(DAY))) == ["2026-11-25"]


def test_a_zone_that_is_a_folder_of_zones_stops_no_sums(engine, told, everything, described) -> None:
    told(described("press-1", timezone="Asia"), elements(at("2026-11-25T08:00"), part("")))
    assert sum_up_changed(engine, ZoneInfo("UTC")) == 1
    assert list(by_day(engine, everything(), month_at(DAY))) == ["2026-11-25"]


def test_the_last_day_of_all_sites_is_one_question(engine, told, summed, everything, described) -> None:
    for site, day in (("a", "25"), ("b", "27"), ("c", "26")):
        told(described("press-1"), elements(at(f"2026-11-{day}T08:00"), part("")), site=site)
    told(described("press-1"), site="silent")
    summed()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert last_day(engine, everything()) == "2026-11-27"
    assert sum("production_day" in one for one in asked) == 1
