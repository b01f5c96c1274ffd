"""A calendar that somebody wrote as the time model's, and as a body of JSON; what must hold in it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec

from edge_agent.kpi.calendar import Break, Calendar, PlannedStop, WeeklyShift, overlaps
from edge_agent.wire.shop_tables import BreakConfig, CalendarConfig, ShiftConfig
from edge_agent.wire.table_kinds import show

_DAY_MIN = 24 * 60


def to_calendar(config: CalendarConfig) -> Calendar:
    """What the time model reckons with.

    Raises:
        ValueError: A day or a moment is none; :func:`mistakes_in` tells which.
    """
    return Calendar(
        timezone=config.timezone,
        shifts=tuple(_weekly(shift) for shift in config.shifts),
        holidays=frozenset(date.fromisoformat(holiday.day) for holiday in config.holidays),
        planned_stops=tuple(
            PlannedStop(datetime.fromisoformat(stop.since), datetime.fromisoformat(stop.until))
            for stop in config.planned_stops
        ),
    )


def calendar_body(config: CalendarConfig) -> dict[str, object]:
    """A calendar as a ``calendar`` record carries it: the table of the file, as JSON."""
    # Through JSON, so that it equals the body of a record that was read: lists are lists there, and never tuples.
    body: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(config))
    for titled in (*body["shifts"], *body["holidays"]):
        if not titled["title"]:  # as in the file: what has no title does not say so
            del titled["title"]
    return body


def config_from_body(body: Mapping[str, object]) -> CalendarConfig:
    """The table that :func:`calendar_body` was made of.

    Raises:
        msgspec.ValidationError: It is none.
    """
    return msgspec.convert(body, CalendarConfig)


def calendar_from_body(body: Mapping[str, object]) -> Calendar:
    """The calendar in a ``calendar`` record.

    Raises:
        ValueError: It holds none.
    """
    return to_calendar(config_from_body(body))


def calendar_mistakes(config: CalendarConfig) -> list[str]:
    """What is wrong with a calendar that somebody changed, with its place: ``shifts[1]: overlaps ...``."""
    return [f"{place}: {text}" for place, text in mistakes_in(config)]


def mistakes_in(config: CalendarConfig) -> Iterator[tuple[str, str]]:
    """Place and text of what is wrong with a calendar whose values are all good by themselves."""
    if not config.shifts:
        yield "shifts", 'none; add a table [[calendars.shifts]], from "00:00" to "00:00" where every hour is planned'
    yield from _zone(config.timezone)
    yield from _shifts(config)
    yield from _holidays(config)
    yield from _stops(config)


def _weekly(shift: ShiftConfig) -> WeeklyShift:
    breaks = tuple(Break(time.fromisoformat(b.start), time.fromisoformat(b.end)) for b in shift.breaks)
    start, end = time.fromisoformat(shift.start), time.fromisoformat(shift.end)
    return WeeklyShift(shift.name, start, end, shift.weekdays, breaks)


def _zone(name: str) -> Iterator[tuple[str, str]]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        if not known:
            yield "timezone", "this machine knows no time zones. Run: apt-get install tzdata"
            return
        near = get_close_matches(name, known, n=1)
        guess = f"did you mean {show(near[0])}?" if near else 'write one such as "Asia/Ho_Chi_Minh"'
        yield "timezone", f"{show(name)} is no time zone; {guess}"


def _shifts(config: CalendarConfig) -> Iterator[tuple[str, str]]:
    for one, other in overlaps([_weekly(shift) for shift in config.shifts]):
        first, second = config.shifts[one], config.shifts[other]
        what = f"{_span(second)} overlaps shifts[{one}], {first.name}, {_span(first)}. A moment belongs to one shift"
        yield f"shifts[{other}]", f"{what}: correct start, end or weekdays."
    named: dict[tuple[str, int], int] = {}
    for index, shift in enumerate(config.shifts):
        twice = [named[shift.name, day] for day in shift.weekdays if named.setdefault((shift.name, day), index) < index]
        if twice:
            what = f"{show(shift.name)} is also shifts[{twice[0]}], on the same weekday. Choose another name."
            yield f"shifts[{index}].name", what
        for number, rest in enumerate(shift.breaks):
            if not _is_within(rest, shift):
                what = f"{_span(rest)} is not within the shift, {_span(shift)}. Correct one of them."
                yield f"shifts[{index}].breaks[{number}]", what


def _holidays(config: CalendarConfig) -> Iterator[tuple[str, str]]:
    days: dict[str, int] = {}
    for index, holiday in enumerate(config.holidays):
        first = days.setdefault(holiday.day, index)
        if not _is_day(holiday.day):
            yield f"holidays[{index}].day", f"{show(holiday.day)} is no day of any year. Correct it."
        elif first != index:
            yield f"holidays[{index}].day", f"{show(holiday.day)} is also holidays[{first}]. Delete one of them."


def _stops(config: CalendarConfig) -> Iterator[tuple[str, str]]:
    for index, stop in enumerate(config.planned_stops):
        for key, moment in (("from", stop.since), ("to", stop.until)):
            if not _is_day(moment.partition("T")[0]):
                yield f"planned_stops[{index}].{key}", f"{show(moment)} is on no day of any year. Correct it."
        # Moments of one form sort as they follow each other.
        if stop.until <= stop.since:
            yield f"planned_stops[{index}].to", f"{show(stop.until)} is not after from, {show(stop.since)}. Correct it."


def _is_within(rest: BreakConfig, shift: ShiftConfig) -> bool:
    since = (_minute(rest.start) - _minute(shift.start)) % _DAY_MIN
    return since + _length(rest) <= _length(shift)


def _length(of: BreakConfig | ShiftConfig) -> int:
    return (_minute(of.end) - _minute(of.start)) % _DAY_MIN or _DAY_MIN


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _span(of: BreakConfig | ShiftConfig) -> str:
    return f"{of.start} to {of.end}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
