"""Months, weeks, days and shifts: their names, their neighbours, what they cover, where the clocks change."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from gateway.production.periods import day_at, month_at, parse, shift_at, today, week_at

HOUR = 3600 * 10**9
DAY = date(2026, 11, 25)


@pytest.mark.parametrize("text", ["2026-11", "2026-W48", "2026-11-25", "2026-11-25.đêm", "2020-W53", "2024-02-29"])
def test_a_name_comes_back(text) -> None:
    assert parse(text).name == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-W54",
        "2026-W00",
        "2025-02-29",
        "2026-11-25.",
        "0001-01",
        "9999-12",
        "=1+1",
    ],
)
def test_what_is_no_period_is_refused_with_what_is_one(text) -> None:
    with pytest.raises(ValueError, match=r"period: got .*") as caught:
        parse(text)
    assert str(caught.value) == (
        f"period: got {text!r}, which is none. Write 2026-11 for a month, 2026-W48 for a week, 2026-11-25 for a day, "
        "2026-11-25.A for its shift A."
    )


@pytest.mark.parametrize("first", [month_at(date(2023, 11, 5)), week_at(date(2020, 12, 20)), day_at(date(2024, 2, 26))])
def test_neighbours_follow_each_other_without_a_gap(first) -> None:
    course = [first]
    for _ in range(30):
        course.append(course[-1].after)
    for one, other in pairwise(course):
        assert (other.first - one.last).days == 1
        assert other.before == one
        assert other.kind == one.kind


def test_a_shift_has_the_same_shift_beside_it() -> None:
    assert [shift_at(DAY, "A").before.name, shift_at(DAY, "A").after.name] == ["2026-11-24.A", "2026-11-26.A"]


def test_each_lies_in_a_longer_one() -> None:
    names = [shift_at(DAY, "A").above.name, day_at(DAY).above.name, week_at(DAY).above.name, month_at(DAY).above.name]
    assert names == ["2026-11-25", "2026-W48", "2026-11", "2026-11"]


def test_a_month_has_its_days_and_the_whole_weeks_that_it_touches() -> None:
    november = month_at(DAY)
    assert len(november.days) == 30
    assert [week.name for week in november.weeks] == [f"2026-W{n}" for n in (44, 45, 46, 47, 48, 49)]
    assert len(week_at(DAY).weeks) == 1


def test_a_day_where_the_clocks_change_is_shorter_or_longer() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    lengths = [day_at(date(2026, *day)).span(berlin) for day in ((3, 29), (10, 25), (11, 25))]
    assert [(until - since) // HOUR for since, until in lengths] == [23, 25, 24]


def test_a_day_begins_at_midnight_also_where_midnight_does_not_exist() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # 24 April 2026 begins at one o'clock
    since, until = day_at(date(2026, 4, 24)).span(cairo)
    assert (until - since) // HOUR == 23
    assert day_at(date(2026, 4, 23)).span(cairo)[1] == since


def test_today_is_that_of_the_wall_clock() -> None:
    at = day_at(DAY).span(ZoneInfo("Asia/Ho_Chi_Minh"))[0]
    assert today(at, ZoneInfo("Asia/Ho_Chi_Minh")) == DAY
    assert today(at, ZoneInfo("UTC")) == date(2026, 11, 24)


def test_what_counts_for_a_shift_is_not_that_of_another() -> None:
    shift = shift_at(DAY, "A")
    assert shift.covers("2026-11-25", "A")
    assert not shift.covers("2026-11-25", "B")
    assert not shift.covers("2026-11-26", "A")
    assert week_at(DAY).covers("2026-11-29", "B")
