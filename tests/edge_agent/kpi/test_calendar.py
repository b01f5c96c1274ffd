"""The shift calendar: wall clock to instants, nights, clock changes, versions."""
# ruff: noqa: DTZ001  the wall clock has no offset

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kpi.calendar import (
    Break,
    Calendar,
    CalendarVersion,
    CalendarVersions,
    PlannedStop,
    WeeklyShift,
    days_around,
    expand,
    overlaps,
    to_ns,
)

VN, BERLIN = "Asia/Ho_Chi_Minh", "Europe/Berlin"
HOUR = 3_600_000_000_000
THREE = (
    WeeklyShift("A", time(6), time(14), breaks=(Break(time(10), time(10, 30)),)),
    WeeklyShift("B", time(14), time(22)),
    WeeklyShift("N", time(22), time(6), breaks=(Break(time(23, 45), time(0, 15)), Break(time(2), time(2, 30)))),
)
MONDAY = date(2026, 3, 2)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def hours(calendar: Calendar, first: date, last: date | None = None) -> dict[str, float]:
    return {s.name: (s.until_ns - s.since_ns) / HOUR for s in expand(calendar, first, last or first).shifts}


def test_a_day_of_three_shifts_in_viet_nam():
    schedule = expand(Calendar(VN, THREE), MONDAY, MONDAY)
    assert [tuple(s) for s in schedule.shifts] == [
        ("A@2026-03-02", utc("2026-03-01T23:00"), utc("2026-03-02T07:00")),
        ("B@2026-03-02", utc("2026-03-02T07:00"), utc("2026-03-02T15:00")),
        ("N@2026-03-02", utc("2026-03-02T15:00"), utc("2026-03-02T23:00")),
    ]
    # The break over midnight and the one behind it belong to the night that began on Monday.
    assert schedule.planned.tolist() == [
        [utc("2026-03-02T03:00"), utc("2026-03-02T03:30")],
        [utc("2026-03-02T16:45"), utc("2026-03-02T17:15")],
        [utc("2026-03-02T19:00"), utc("2026-03-02T19:30")],
    ]


@pytest.mark.parametrize(("day", "night"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-03-27", 8)])
def test_a_night_over_a_change_of_clocks_has_seven_or_nine_hours(day, night):
    assert hours(Calendar(BERLIN, THREE), date.fromisoformat(day)) == {f"A@{day}": 8, f"B@{day}": 8, f"N@{day}": night}


def test_a_time_that_does_not_exist_is_the_instant_of_the_jump():
    # Germany, 29 March 2026: 02:00 is followed by 03:00, at 01:00 UTC.
    jump = utc("2026-03-29T01:00")
    found = [to_ns(datetime(2026, 3, 29, h, m), BERLIN) for h, m in [(1, 59), (2, 0), (2, 30), (2, 59), (3, 0)]]
    assert found == [jump - 60 * 10**9, jump, jump, jump, jump]


def test_a_time_that_comes_twice_is_the_first_of_the_two():
    # Germany, 25 October 2026: 03:00 is followed by 02:00, at 01:00 UTC.
    assert to_ns(datetime(2026, 10, 25, 2, 30), BERLIN) == utc("2026-10-25T00:30")
    assert to_ns(datetime(2026, 10, 25, 3, 0), BERLIN) == utc("2026-10-25T02:00")


def test_shifts_that_meet_within_the_lost_or_doubled_hour_still_meet():
    calendar = Calendar(BERLIN, (WeeklyShift("X", time(22), time(2, 30)), WeeklyShift("Y", time(2, 30), time(6))))
    assert hours(calendar, date(2026, 3, 28), date(2026, 3, 29)) == {
        "Y@2026-03-28": 3.5,
        "X@2026-03-28": 4,
        "Y@2026-03-29": 3,
        "X@2026-03-29": 4.5,
    }
    assert hours(calendar, date(2026, 10, 24), date(2026, 10, 25)) == {
        "Y@2026-10-24": 3.5,
        "X@2026-10-24": 4.5,
        "Y@2026-10-25": 4.5,
        "X@2026-10-25": 4.5,
    }


def test_a_shift_of_which_no_time_exists_is_left_out():
    calendar = Calendar(BERLIN, (WeeklyShift("X", time(2), time(3)),))
    assert hours(calendar, date(2026, 3, 28), date(2026, 3, 30)) == {"X@2026-03-28": 1, "X@2026-03-30": 1}


def test_clocks_that_jump_by_half_an_hour_are_met_too():
    # Lord Howe, 4 October 2026: 02:00 is followed by 02:30, at 15:30 UTC of the day before.
    assert to_ns(datetime(2026, 10, 4, 2, 10), "Australia/Lord_Howe") == utc("2026-10-03T15:30")


def test_a_shift_begins_on_its_weekdays_and_on_no_holiday():
    shifts = (
        WeeklyShift("A", time(6), time(14), weekdays=(1, 2, 3, 4, 5)),
        WeeklyShift("A", time(6), time(10), weekdays=(6,)),
    )
    calendar = Calendar(VN, shifts, frozenset({date(2026, 3, 4)}))
    assert hours(calendar, MONDAY, date(2026, 3, 8)) == {
        "A@2026-03-02": 8,
        "A@2026-03-03": 8,
        "A@2026-03-05": 8,
        "A@2026-03-06": 8,
        "A@2026-03-07": 4,
    }


def test_the_night_before_a_holiday_ends_on_it_and_keeps_its_breaks():
    calendar = Calendar(VN, THREE, frozenset({date(2026, 3, 3)}))
    schedule = expand(calendar, MONDAY, date(2026, 3, 3))
    assert [s.name for s in schedule.shifts] == ["A@2026-03-02", "B@2026-03-02", "N@2026-03-02"]
    assert schedule.is_planned_stop(utc("2026-03-02T19:10"))


def test_an_end_that_is_its_start_is_a_whole_day():
    assert hours(Calendar(VN, (WeeklyShift("day", time(), time()),)), MONDAY) == {"day@2026-03-02": 24}


def test_a_planned_stop_counts_where_it_lies_in_a_shift():
    stop = PlannedStop(datetime(2026, 3, 2, 13), datetime(2026, 3, 3, 7))
    calendar = Calendar(VN, (WeeklyShift("A", time(6), time(14)),), planned_stops=(stop,))
    assert expand(calendar, date(2026, 3, 1), date(2026, 3, 4)).planned.tolist() == [
        [utc("2026-03-02T06:00"), utc("2026-03-02T07:00")],
        [utc("2026-03-02T23:00"), utc("2026-03-03T00:00")],
    ]


def test_a_schedule_says_what_is_now_and_what_comes_next():
    schedule = expand(Calendar(VN, THREE[:1]), MONDAY, date(2026, 3, 3))
    monday, tuesday = schedule.shifts
    assert schedule.shift_at(monday.since_ns - 1) is None
    assert schedule.shift_at(monday.since_ns) == monday
    assert schedule.shift_at(monday.until_ns - 1) == monday
    assert schedule.shift_at(monday.until_ns) is None
    assert schedule.next_shift(monday.since_ns) == tuesday
    assert schedule.next_shift(tuesday.since_ns) is None
    rest = utc("2026-03-02T03:00")
    changes = [monday.since_ns, rest, rest + HOUR // 2, monday.until_ns, tuesday.since_ns]
    at = 0
    for expected in changes:
        at = schedule.next_change(at)
        assert at == expected
    assert schedule.next_change(tuesday.until_ns) is None
    assert [schedule.is_planned_stop(ns) for ns in (rest - 1, rest, rest + HOUR // 2)] == [False, True, False]


def test_days_around_a_stretch_hold_every_shift_that_reaches_into_it():
    since = utc("2026-03-02T18:00")  # Tuesday 01:00 in Viet Nam, in Monday's night
    first, last = days_around(VN, since, since + HOUR)
    assert (first, last) == (MONDAY, date(2026, 3, 3))
    assert expand(Calendar(VN, THREE), first, last).shift_at(since).name == "N@2026-03-02"


def test_the_highest_version_that_covers_a_day_is_in_force():
    long = Calendar(VN, (WeeklyShift("A", time(6), time(18)),))
    versions = CalendarVersions(
        (
            CalendarVersion(1, date(2026, 3, 1), None, Calendar(VN, THREE[:1])),
            CalendarVersion(3, date(2026, 3, 3), date(2026, 3, 3), Calendar(VN)),
            CalendarVersion(2, date(2026, 3, 3), None, long),
        )
    )
    assert versions.in_force(date(2026, 2, 28)) is None
    assert hours(versions, date(2026, 2, 27), date(2026, 3, 4)) == {
        "A@2026-03-01": 8,
        "A@2026-03-02": 8,
        "A@2026-03-04": 12,
    }


def test_a_night_keeps_the_version_of_the_day_it_began_on():
    stop = PlannedStop(datetime(2026, 3, 3, 1), datetime(2026, 3, 3, 3))
    versions = CalendarVersions(
        (
            CalendarVersion(1, MONDAY, None, Calendar(VN, THREE)),
            CalendarVersion(2, date(2026, 3, 3), None, Calendar(VN, THREE[:2], planned_stops=(stop,))),
        )
    )
    schedule = expand(versions, MONDAY, date(2026, 3, 3))
    assert schedule.shift_at(to_ns(datetime(2026, 3, 3, 1, 15), VN)).name == "N@2026-03-02"
    assert not schedule.is_planned_stop(to_ns(datetime(2026, 3, 3, 1, 15), VN))


@pytest.mark.parametrize("last", [MONDAY, date(2026, 3, 3)])
def test_a_new_version_ends_the_shift_that_it_begins_in(last):
    early = Calendar(VN, (WeeklyShift("early", time(2, 15), time(10)),))
    versions = CalendarVersions(
        (CalendarVersion(1, MONDAY, None, Calendar(VN, THREE)), CalendarVersion(2, date(2026, 3, 3), None, early))
    )
    schedule = expand(versions, MONDAY, last)
    night = schedule.shifts[2]
    assert (night.name, night.until_ns) == ("N@2026-03-02", to_ns(datetime(2026, 3, 3, 2, 15), VN))
    assert schedule.planned[-1].tolist() == [to_ns(datetime(2026, 3, 3, 2), VN), night.until_ns]


def test_no_days_have_no_shifts():
    schedule = expand(Calendar(VN, THREE), MONDAY, date(2026, 3, 1))
    assert (schedule.shifts, schedule.planned.shape, schedule.shift_at(0)) == ((), (0, 2), None)
    assert schedule.next_change(0) is None


@pytest.mark.parametrize(
    ("shifts", "found"),
    [
        (THREE, []),
        ((WeeklyShift("A", time(6), time(14)), WeeklyShift("B", time(13, 59), time(22))), [(0, 1)]),
        ((WeeklyShift("A", time(6), time(14), (1,)), WeeklyShift("B", time(6), time(14), (2,))), []),
        # Sunday's night reaches into Monday.
        ((WeeklyShift("N", time(22), time(6), (7,)), WeeklyShift("A", time(5), time(14), (1,))), [(0, 1)]),
        ((WeeklyShift("A", time(5), time(14), (1,)), WeeklyShift("N", time(22), time(6), (7,))), [(0, 1)]),
        ((WeeklyShift("D", time(), time()), WeeklyShift("E", time(8), time(9), (3,))), [(0, 1)]),
    ],
)
def test_shifts_that_overlap_on_the_wall_are_found(shifts, found):
    assert list(overlaps(shifts)) == found


# ------------------------------------------------------------------ properties

CLOCK = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
RESTS = st.lists(st.builds(Break, CLOCK, CLOCK), max_size=2).map(tuple)
DAYS = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(tuple)
ON = st.dates(date(2026, 3, 24), date(2026, 4, 4))
NAMES = st.sampled_from("ABCD")


@st.composite
def calendars(draw):
    kept: list[WeeklyShift] = []
    for shift in draw(st.lists(st.builds(WeeklyShift, NAMES, CLOCK, CLOCK, DAYS, RESTS), max_size=4)):
        if not list(overlaps([*kept, shift])):
            kept.append(shift)
    around = st.datetimes(datetime(2026, 3, 25), datetime(2026, 4, 3))
    stops = draw(st.lists(st.builds(PlannedStop, around, around), max_size=2))
    holidays = draw(st.frozensets(st.dates(date(2026, 3, 25), date(2026, 4, 3)), max_size=2))
    return Calendar(draw(st.sampled_from([VN, BERLIN])), tuple(kept), holidays, tuple(stops))


@st.composite
def versions(draw):
    found = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        first, last = sorted((draw(ON), draw(ON)))
        found.append(CalendarVersion(number, first, draw(st.sampled_from([None, last])), draw(calendars())))
    return CalendarVersions(tuple(found))


RULES = calendars() | versions()


@given(RULES)
def test_shifts_never_overlap_and_planned_stops_lie_within_them(calendar):
    schedule = expand(calendar, date(2026, 3, 24), date(2026, 4, 4))
    edges = [edge for shift in schedule.shifts for edge in shift[1:]]
    assert edges == sorted(edges)
    assert all(shift.since_ns < shift.until_ns for shift in schedule.shifts)
    for since, until in schedule.planned.tolist():
        covered = sum(max(0, min(until, s.until_ns) - max(since, s.since_ns)) for s in schedule.shifts)
        assert 0 < until - since == covered


@given(RULES, st.lists(ON, min_size=3, max_size=3).map(sorted))
def test_days_add_up(calendar, days):
    first, middle, last = days
    one, two = expand(calendar, first, middle), expand(calendar, middle + timedelta(days=1), last)
    whole = expand(calendar, first, last)
    assert one.shifts + two.shifts == whole.shifts
    lengths = [int((part.planned[:, 1] - part.planned[:, 0]).sum()) for part in (one, two, whole)]
    assert lengths[0] + lengths[1] == lengths[2]


@given(st.datetimes(datetime(2026, 3, 28), datetime(2026, 3, 30)), st.timedeltas(timedelta(), timedelta(hours=30)))
def test_the_order_of_wall_clock_times_is_that_of_their_instants(wall, later):
    assert to_ns(wall, BERLIN) <= to_ns(wall + later, BERLIN)


@given(st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 1), allow_imaginary=False))
def test_an_instant_shows_on_the_wall_what_it_was_made_of(wall):
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=to_ns(wall, BERLIN) // 1000)
    assert at.astimezone(ZoneInfo(BERLIN)).replace(tzinfo=None) == wall
