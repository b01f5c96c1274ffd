"""When reports on a plan are due, and by when they are to be ready.

Decision: the day of a deadline is the last one that is still in time, whatever words the plan sets it in.
Because: "chậm nhất ngày 25/11" counts that day and "trước ngày 30/11" does not; a calendar has room for one reading.

Decision: who must hand in is reminded for the last working day up to that day.
Because: a report that is signed on a Sunday waits for Monday, and is late.
Instead of: moving the deadline itself, which no plan allows.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

import msgspec

from gateway.indicators.schema import Plan, Reporting

_YEAR_DIGITS = 4
_DECEMBER = 12
MOST_DAYS_OFF = 31
"""So many days in a row without a working day are no calendar but a mistake."""


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """A report that is due.

    Attributes:
        plan: Id of the plan.
        duty: Id of the duty to report.
        section: Of the plan.
        title: What is to be reported, language -> words.
        reporter: Who reports, by language.
        recipients: To whom, by language.
        is_inferred: The plan does not name the recipients.
        last: The last day that is in time; None: the plan sets no day.
        ready: The last working day up to it; None as above.
        how: ``yearly``, ``once``, ``periodic`` or ``on_demand``.
    """

    plan: str
    duty: str
    section: str
    title: dict[str, str]
    reporter: dict[str, tuple[str, ...]]
    recipients: dict[str, tuple[str, ...]]
    is_inferred: bool
    last: date | None
    ready: date | None
    how: str


def deadlines(plan: Plan, since: date, until: date, working: Callable[[date], bool]) -> tuple[Deadline, ...]:
    """What is to be reported on a plan, the earliest first; duties without a day stand behind those that have one.

    Args:
        plan: Whose duties.
        since: Deadlines on this day and later.
        until: Deadlines up to this day.
        working: Whether people work on a day.

    Raises:
        ValueError: ``working`` names no working day within a month before a deadline.
    """
    found: list[Deadline] = []
    for duty in plan.reporting:
        days = _last_days(plan, duty)
        if not days:
            found.append(_told(plan, duty, None, working))
        found += [_told(plan, duty, day, working) for day in days if since <= day <= until]
    return tuple(sorted(found, key=lambda one: (one.last or date.max, one.duty)))


def last_day(deadline: str, year: int, *, inclusive: bool) -> date:
    """The last day in time, of a deadline as a plan's file has it.

    >>> [str(last_day(text, 2026, inclusive=counts)) for text, counts in (("11-25", True), ("11-30", False))]
    ['2026-11-25', '2026-11-29']
    >>> str(last_day("2030", 2026, inclusive=True))
    '2030-12-31'

    Args:
        deadline: Month and day, ``11-25``, or a year, ``2030``.
        year: Of a month and day.
        inclusive: The day itself is still in time; of a year it is the whole year anyway.
    """
    if len(deadline) == _YEAR_DIGITS:
        return date(int(deadline), _DECEMBER, 31)
    month, day = (int(part) for part in deadline.split("-"))
    # Of a year without 29 February both "on" and "before" that day leave the last day of February.
    last = min(day if inclusive else day - 1, monthrange(year, month)[1])
    return date(year, month, 1) + timedelta(days=last - 1)


def working_day_before(day: date, working: Callable[[date], bool]) -> date:
    """The last working day up to a day: the day itself, when people work on it.

    Raises:
        ValueError: There is none within a month.
    """
    for back in range(MOST_DAYS_OFF + 1):
        found = day - timedelta(days=back)
        if working(found):
            return found
    msg = f"working days: none in the {MOST_DAYS_OFF} days before {day}. Check the calendar of public holidays."
    raise ValueError(msg)


def _last_days(plan: Plan, duty: Reporting) -> list[date]:
    """Each last day in the time of the plan."""
    if duty.deadline is None:
        return []
    if len(duty.deadline) == _YEAR_DIGITS:
        return [last_day(duty.deadline, 0, inclusive=True)]
    if duty.frequency == "once":
        return [last_day(duty.deadline, plan.until, inclusive=duty.inclusive)]
    years = range(plan.since, plan.until + 1)
    return [last_day(duty.deadline, year, inclusive=duty.inclusive) for year in years]


def _told(plan: Plan, duty: Reporting, day: date | None, working: Callable[[date], bool]) -> Deadline:
    return Deadline(
        plan=plan.id,
        duty=duty.id,
        section=duty.section,
        title={"vi": duty.title.vi, "en": duty.title.en},
        reporter=_called(plan, duty.reporter),
        recipients=_called(plan, duty.recipients),
        is_inferred=duty.recipients_inferred,
        last=day,
        ready=working_day_before(day, working) if day else None,
        how=duty.frequency,
    )


def _called(plan: Plan, agencies: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What people call agencies; a key that the plan does not list stays as it is."""
    named = [(plan.agencies.get(key), key) for key in agencies]
    return {
        "vi": tuple(words.vi if words else key for words, key in named),
        "en": tuple(words.en if words else key for words, key in named),
    }
