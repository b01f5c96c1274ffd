"""Working days of which an edge told nothing: by the calendar in force, else by what is usual."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from edge_agent.wire.shop_floor import CalendarKept
from gateway.programme.pilots_judged import pilots_in_force, read_pilot
from gateway.registry import ProductionDayRow
from gateway.registry.roles import SYSTEM

WEEK_1 = date(2026, 5, 11)
"""A Monday, the first day of the result."""


def calendar(weekdays: list[int], number: int = 1, **other) -> CalendarKept:
    """A shift of nine hours with a break of one."""
    shift = {"name": "A", "start": "07:00", "end": "16:00", "weekdays": weekdays}
    shift |= {"breaks": [{"start": "11:00", "end": "12:00"}]}
    body = {"name": "calendar", "timezone": "Asia/Ho_Chi_Minh", "shifts": [shift]}
    told = {
        "key": str(number),
        "revision": 1,
        "at": 1,
        "number": number,
        "first_day": "2000-01-01",
        "who": "agent.toml",
    }
    return CalendarKept(**told | {"why": "configured", "body": body} | other)


def forget(workshop, *days: date, unit: str = "press-1") -> None:
    its = ProductionDayRow
    with Session(workshop.engine) as session, session.begin():
        told = [day.isoformat() for day in days]
        session.execute(delete(its).where(its.day.in_(told), its.work_unit == unit))


def silent(workshop, as_of: date = date(2026, 7, 10)) -> list[tuple[str, str, float]]:
    """Of the first pilot: machine, day and planned hours."""
    entry, others = pilots_in_force(workshop.engine, SYSTEM, workshop.now)[0]
    read = read_pilot(workshop.engine, SYSTEM, entry, others, as_of, workshop.now, workshop.zone)
    return [(one.work_unit, one.day, sum(one.ns) / 3600e9) for one in read.main.silent]


def test_weeks_of_silence_make_a_pilot_not_yet_judged_though_enough_days_are_left(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.pilot()
    assert workshop.judged().state == "improved"
    forget(workshop, *(WEEK_1 + timedelta(days=k) for k in range(7, 7 + 20)))
    one = workshop.judged()
    assert (one.state, one.why, one.days) == ("not_yet", ("low_coverage_after",), (61, 41))
    assert one.coverage == pytest.approx(41 / 61)


def test_the_calendar_that_the_edge_kept_says_what_a_working_day_is_and_how_long(workshop) -> None:
    workshop.keep(calendar([1, 2, 3, 4, 5]))
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.pilot()
    forget(workshop, *(WEEK_1 + timedelta(days=k) for k in range(7)))
    assert silent(workshop)[:5] == [("press-1", (WEEK_1 + timedelta(days=k)).isoformat(), 8.0) for k in range(5)]
    workshop.keep(calendar([1], 2, key="2", first_day="2026-05-12", last_day="2026-05-12", who="Lan", why="lễ"))
    assert [day for _, day, _ in silent(workshop)][:4] == ["2026-05-11", "2026-05-13", "2026-05-14", "2026-05-15"]


def test_without_a_record_of_the_edge_the_calendar_of_the_site_counts(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.pilot()
    forget(workshop, *(WEEK_1 + timedelta(days=k) for k in range(7)))
    row = {"site": workshop.site, "name": "calendar", "timezone": "Asia/Ho_Chi_Minh", "shifts": "A | 06:00-12:00 | 1-6"}
    workshop.book.make(SYSTEM, "shift_calendar", row)
    assert [hours for _, day, hours in silent(workshop) if day < "2026-05-18"] == [6.0] * 6
    workshop.book.make(SYSTEM, "shift_calendar", row | {"name": "night", "shifts": "B | 18:00-22:00 | 7"})
    assert [hours for _, day, hours in silent(workshop) if day < "2026-05-18"] == [10.0] * 7  # nobody knows which


def test_without_a_calendar_the_usual_weekdays_count_and_no_public_holiday(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1)
    workshop.pilot()
    every = [date(2026, 3, 1) + timedelta(days=k) for k in range(132)]
    saturdays = [day for day in every if day.weekday() == 5]
    # Sundays off, every second Saturday off, and three days of which two are holidays.
    forget(workshop, *(day for day in every if day.weekday() == 6), *saturdays[::2])
    forget(workshop, *(date(2026, 4, 29) + timedelta(days=k) for k in range(3)))
    assert silent(workshop) == [("press-1", "2026-04-29", 10.0)]


def test_a_day_of_which_one_of_two_machines_told_nothing_is_left_out(workshop) -> None:
    workshop.describe("press-2")
    for unit, seed in (("press-1", 1), ("press-2", 2)):
        workshop.run(unit, gain=0.10, seed=seed)
    workshop.pilot(work_units="press-shop/press-1, press-shop/press-2")
    forget(workshop, WEEK_1, unit="press-2")
    one = workshop.judged()
    assert (one.days, one.coverage) == ((61, 60), pytest.approx(1 - 1 / 122))


def test_a_day_with_little_told_and_nothing_run_is_no_idle_day(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1, until=date(2026, 7, 9))
    dark = workshop.ran("press-1", date(2026, 7, 10), 0.0)
    workshop.add([dark | {"unknown_ns": dark["stop_ns"] // 2, "stop_ns": dark["stop_ns"] // 2}])
    workshop.pilot()
    assert workshop.judged().coverage == pytest.approx(1 - 0.5 / 61)


def test_later_days_change_nothing_of_what_was_usual(workshop) -> None:
    workshop.run("press-1", gain=0.10, seed=1, until=date(2026, 12, 31))
    workshop.pilot()
    forget(workshop, WEEK_1)
    forget(workshop, *(date(2026, 7, 13) + timedelta(days=7 * k) for k in range(3)))
    assert silent(workshop) == [("press-1", "2026-05-11", 10.0)]
    assert len(silent(workshop, date(2026, 7, 31))) == 4
