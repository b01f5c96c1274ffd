"""The rows of a day's form: shifts with their breaks, planned stops. From a calendar, or as they came back. Pure.

Decision: a form holds the whole day, and rows are told by their place in it.
Because: it then stands by itself: what somebody typed can be shown and judged again although the day was changed by
somebody else meanwhile, and it works without script.
"""

import re
from datetime import date, datetime, time
from typing import NamedTuple

import msgspec

from edge_agent.config.calendars import calendar_mistakes
from edge_agent.config.shop_tables import BreakConfig, CalendarConfig, PlannedStopConfig, ShiftConfig
from edge_agent.screen.calendar_day import Day, day_calendar, shifts_on, span_of
from edge_agent.screen.forms import LONGEST, Form

MOST_ROWS = 12
"""Of each kind; what a form sends beyond them is left out."""
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.hg]([0-5][0-9])(?::00)?")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::00)?")
_DAY_MIN = 24 * 60


class BreakRow(NamedTuple):
    """A break; ``field`` is what its fields' names begin with."""

    field: str
    start: str = ""
    end: str = ""


class ShiftRow(NamedTuple):
    """A shift; ``gone``: it shall not be there."""

    field: str
    name: str = ""
    start: str = ""
    end: str = ""
    gone: bool = False
    breaks: tuple[BreakRow, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing was typed."""
        return not (self.name or self.start or self.end)


class StopRow(NamedTuple):
    """A planned stop; ``gone``: it shall not be there."""

    field: str
    since: str = ""
    until: str = ""
    why: str = ""
    gone: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was typed."""
        return not (self.since or self.until or self.why)


class Rows(NamedTuple):
    """All of a day's form."""

    no_work: bool
    shifts: tuple[ShiftRow, ...]
    stops: tuple[StopRow, ...]


def rows_of(day: Day) -> Rows:
    """A day as it holds, with room for one more of each."""
    shifts = [
        ShiftRow(
            f"shift_{k}", s.name, s.start, s.end, breaks=tuple(BreakRow("", rest.start, rest.end) for rest in s.breaks)
        )
        for k, s in enumerate(day.shifts)
    ]
    stops = [StopRow(f"stop_{k}", s.since, s.until, s.why) for k, s in enumerate(day.stops)]
    return _with_room(Rows(day.is_holiday, tuple(shifts), tuple(stops)))


def typed_rows(form: Form) -> Rows:
    """A day as it came back."""
    shifts = []
    for k in range(_rows_in(form, r"shift_(\d+)_name")):
        at = f"shift_{k}"
        breaks = [
            BreakRow("", form[f"{at}_break_{n}_start"], form[f"{at}_break_{n}_end"])
            for n in range(_rows_in(form, rf"{at}_break_(\d+)_start"))
        ]
        gone = form[f"{at}_gone"] == "1"
        shifts.append(ShiftRow(at, form[f"{at}_name"], form[f"{at}_start"], form[f"{at}_end"], gone, tuple(breaks)))
    stops = []
    for k in range(_rows_in(form, r"stop_(\d+)_from")):
        at = f"stop_{k}"
        stops.append(
            StopRow(at, form[f"{at}_from"], form[f"{at}_to"], form[f"{at}_why"], gone=form[f"{at}_gone"] == "1")
        )
    return _with_room(Rows(form["no_work"] == "1", tuple(shifts), tuple(stops)))


def judge(rows: Rows, form: Form, base: CalendarConfig, day: date) -> CalendarConfig | None:
    """The calendar that the rows ask for; None: something is wrong, and the form says what and where.

    Args:
        rows: As they came back.
        form: Takes the mistakes.
        base: The calendar in force on the day.
        day: Which day is changed.
    """
    titles = {one.name: one.title for one in shifts_on(base, day)}
    wanted = [] if rows.no_work else [row for row in rows.shifts if not (row.gone or row.is_empty)]
    shifts = [_shift(row, form, day, titles) for row in wanted]
    whole = [(row, one) for row, one in zip(wanted, shifts, strict=True) if one is not None]
    _check_names(whole, form)
    _check_overlaps(whole, form)
    span = span_of(day, [one for _, one in whole] or shifts_on(base, day))
    halts = [_stop(row, form, span) for row in rows.stops if not (row.gone or row.is_empty)]
    if form.mistakes:
        return None
    made = [one for _, one in whole]
    config = day_calendar(base, day, made, [one for one in halts if one is not None], no_work=rows.no_work)
    left = calendar_mistakes(config)
    if left:
        form.mistakes["form"], form.detail = "mistake.refused", "; ".join(left)
    return None if left else config


def clock_of(text: str) -> str:
    """A time of day as a calendar has it; empty: it is none.

    >>> clock_of("6:00"), clock_of("06:00:00"), clock_of("22h30"), clock_of("24:00"), clock_of("")
    ('06:00', '06:00', '22:30', '', '')
    """
    found = _CLOCK.fullmatch(text.strip())
    return f"{int(found[1]):02d}:{found[2]}" if found else ""


def moment_of(text: str) -> str:
    """A local time as a calendar has it; empty: it is none.

    >>> moment_of("2026-03-02 06:00"), moment_of("2026-02-30T06:00"), moment_of("06:00")
    ('2026-03-02T06:00', '', '')
    """
    found = _MOMENT.fullmatch(text.strip())
    try:
        return (
            datetime.fromisoformat(f"{found[1]}T{found[2]}:{found[3]}").isoformat(timespec="minutes") if found else ""
        )
    except ValueError:
        return ""


def _with_room(rows: Rows) -> Rows:
    """The last row of each kind is empty, and every row knows its place."""
    shifts = [row for row in rows.shifts if not row.is_empty]
    stops = [row for row in rows.stops if not row.is_empty]
    placed = []
    for k, row in enumerate([*shifts, ShiftRow("")][:MOST_ROWS]):
        breaks = [*(rest for rest in row.breaks if rest.start or rest.end), BreakRow("")][:MOST_ROWS]
        at = f"shift_{k}"
        numbered = tuple(rest._replace(field=f"{at}_break_{n}") for n, rest in enumerate(breaks))
        placed.append(row._replace(field=at, breaks=numbered))
    halts = [row._replace(field=f"stop_{k}") for k, row in enumerate([*stops, StopRow("")][:MOST_ROWS])]
    return Rows(rows.no_work, tuple(placed), tuple(halts))


def _rows_in(form: Form, pattern: str) -> int:
    places = [int(found[1]) for name in form.typed if (found := re.fullmatch(pattern, name)) and len(found[1]) < 3]  # noqa: PLR2004
    return min(max(places, default=-1) + 1, MOST_ROWS + 1)


def _shift(row: ShiftRow, form: Form, day: date, titles: dict[str, dict[str, str]]) -> ShiftConfig | None:
    start, end = _clock(form, f"{row.field}_start", row.start), _clock(form, f"{row.field}_end", row.end)
    told = [rest for rest in row.breaks if rest.start or rest.end]
    breaks = [
        (rest, _clock(form, f"{rest.field}_start", rest.start), _clock(form, f"{rest.field}_end", rest.end))
        for rest in told
    ]
    try:
        shift = msgspec.convert(
            {"name": row.name, "start": start or "00:00", "end": end or "00:00", "weekdays": [day.isoweekday()]},
            ShiftConfig,
        )
    except msgspec.ValidationError:
        form.mistakes[f"{row.field}_name"] = "mistake.shift_name"
        return None
    if not (start and end and all(since and until for _, since, until in breaks)):
        return None
    for rest, since, until in breaks:
        if not _is_within(since, until, shift):
            form.mistakes[f"{rest.field}_start"] = "mistake.break_outside"
    rests = tuple(sorted((BreakConfig(start=s, end=u) for _, s, u in breaks), key=lambda one: _after(one.start, start)))
    return msgspec.structs.replace(shift, breaks=rests, title=titles.get(shift.name, {}))


def _clock(form: Form, name: str, typed: str) -> str:
    clock = clock_of(typed)
    if not clock:
        form.mistakes[name] = "mistake.clock"
    return clock


def _stop(row: StopRow, form: Form, span: tuple[str, str]) -> PlannedStopConfig | None:
    since, until = moment_of(row.since), moment_of(row.until)
    for name, moment in (("from", since), ("to", until)):
        if not moment:
            form.mistakes[f"{row.field}_{name}"] = "mistake.moment"
    why = " ".join(row.why.split())
    if len(why) > LONGEST:
        form.mistakes[f"{row.field}_why"] = "mistake.long"
    if not (since and until):
        return None
    if until <= since:
        form.mistakes[f"{row.field}_to"] = "mistake.stop_order"
    elif until <= span[0] or since >= span[1]:
        form.mistakes[f"{row.field}_from"] = "mistake.stop_elsewhere"
    # The field is called ``from`` in the file, which no argument can be called.
    return msgspec.convert({"from": since, "to": until, "why": why}, PlannedStopConfig)


def _check_names(shifts: list[tuple[ShiftRow, ShiftConfig]], form: Form) -> None:
    names: set[str] = set()
    for row, one in shifts:
        if one.name in names:
            form.mistakes[f"{row.field}_name"] = "mistake.shift_twice"
        names.add(one.name)


def _check_overlaps(shifts: list[tuple[ShiftRow, ShiftConfig]], form: Form) -> None:
    taken: list[tuple[int, int]] = []
    for row, one in shifts:
        since = _minute(one.start)
        until = since + ((_minute(one.end) - since) % _DAY_MIN or _DAY_MIN)
        if any(since < end and begin < until for begin, end in taken):
            form.mistakes[f"{row.field}_start"] = "mistake.shift_overlaps"
        taken.append((since, until))


def _is_within(since: str, until: str, shift: ShiftConfig) -> bool:
    length = _after(shift.end, shift.start) or _DAY_MIN
    return _after(since, shift.start) + (_after(until, since) or _DAY_MIN) <= length


def _after(clock: str, start: str) -> int:
    return (_minute(clock) - _minute(start)) % _DAY_MIN


def _minute(clock: str) -> int:
    at = time.fromisoformat(clock)
    return at.hour * 60 + at.minute
