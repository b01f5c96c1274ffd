"""On which days the authorities of Viet Nam work.

The only module that knows ``holidays``.

Decision: Saturdays and Sundays, and the public holidays of the Labour Code with Tết, are days off.
Because: a report is signed and sealed on a working day.

Decision: of years that the calendar of holidays does not reach, weekends and holidays of a fixed date count, and
:attr:`WorkingDays.reach` says which years those are.
Because: Tết and the day of the Hùng Kings follow the moon, and a guess would be believed.

Source: Labour Code 45/2019/QH14, article 112; days that are swapped each year by decision come with the library.
"""

from datetime import date
from functools import cache

from holidays import country_holidays

_FRIDAY = 4
_FIXED = frozenset({(1, 1), (4, 30), (5, 1), (9, 2)})
"""New Year, Reunification Day, Labour Day, National Day: month and day."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years of which the calendar knows the moon."""


class WorkingDays:
    """Whether people work on a day: ``working(date(2026, 9, 2))``."""

    reach = (FIRST_YEAR, LAST_YEAR)
    """First and last year whose holidays are known; outside only weekends and fixed days count."""

    def __call__(self, day: date) -> bool:
        """Whether it is a working day.

        >>> [WorkingDays()(date(2026, month, number)) for month, number in ((2, 17), (9, 2), (9, 3), (9, 5))]
        [False, False, True, False]
        """
        if self.knows(day.year):
            # A Saturday on which people work for a day off elsewhere is no day to count on: offices of others rest.
            return day.weekday() <= _FRIDAY and day not in _days_off(day.year)
        return day.weekday() <= _FRIDAY and (day.month, day.day) not in _FIXED

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday, on whatever weekday.

        >>> [WorkingDays().is_holiday(date(2026, month, number)) for month, number in ((2, 17), (9, 2), (9, 5))]
        [True, True, False]
        """
        return day in _days_off(day.year) if self.knows(day.year) else (day.month, day.day) in _FIXED

    def knows(self, year: int) -> bool:
        """Whether the holidays of a year are known."""
        return FIRST_YEAR <= year <= LAST_YEAR


@cache
def _days_off(year: int) -> frozenset[date]:
    return frozenset(country_holidays("VN", years=year))
