"""Working days, held to the holidays that the government announced."""

from datetime import date

import pytest

from gateway.indicators.deadlines import working_day_before
from gateway.programme.working_days import WorkingDays


@pytest.mark.parametrize(
    "off",
    [
        date(2025, 1, 27),  # Tết Ất Tỵ: 25 January to 2 February 2025 (announcement 6150/TB-BLĐTBXH)
        date(2025, 1, 31),
        date(2025, 4, 7),  # 10 March of the lunar year 2025
        date(2025, 5, 2),  # swapped with 26 April
        date(2026, 2, 17),  # the first day of Bính Ngọ
        date(2026, 9, 2),
        date(2026, 11, 22),  # a Sunday
    ],
)
def test_nobody_works_on_holidays_of_the_moon_and_of_the_sun_and_at_weekends(off) -> None:
    assert not WorkingDays()(off)


def test_a_saturday_that_is_worked_for_a_day_off_is_no_day_to_count_on() -> None:
    assert not WorkingDays()(date(2025, 4, 26))


def test_before_a_deadline_within_tet_stands_the_last_day_before_the_whole_holiday() -> None:
    # 14 to 22 February 2026 are off: the eve, four days of Tết and both weekends.
    assert working_day_before(date(2026, 2, 20), WorkingDays()) == date(2026, 2, 13)


def test_beyond_the_reach_of_the_calendar_weekends_and_fixed_days_are_left_and_it_says_so() -> None:
    working = WorkingDays()
    assert (working.knows(2030), working.knows(working.reach[1] + 1)) == (True, False)
    days = [date(2150, 1, 1), date(2150, 9, 2), date(2150, 9, 3), date(2150, 9, 5)]
    assert [working(day) for day in days] == [False, False, True, False]
