"""Tables that ``agent.toml`` and a setting of the gateway have in common: calendars, products, reasons, lists.

Decision: a setting carries the very table that the file has.
Because: there is one form to learn, and one piece of code that says what is wrong with it, at the edge and where it
is written.
Instead of: a schema of settings beside the file's.
"""

import msgspec

from edge_agent.wire.table_kinds import (
    Clock,
    Code,
    Day,
    Loss,
    Moment,
    Name,
    Positive,
    Strict,
    Text,
    Title,
    Titled,
    Weekdays,
    Words,
)


class ProductConfig(Titled, frozen=True, kw_only=True):
    """A product and the planned time for one piece, s."""

    name: Code
    ideal_cycle_s: Positive


class BreakConfig(Strict, frozen=True, kw_only=True):
    """A break in a shift: planned, so it shortens planned busy time."""

    start: Clock
    end: Clock


class ShiftConfig(Titled, frozen=True, kw_only=True):
    """A shift of every week; an ``end`` that is not after ``start`` is on the next day.

    Attributes:
        name: Such as ``A``; records call that of a day ``A@2026-03-02``.
        start: By the wall clock.
        end: By the wall clock.
        weekdays: On which it begins.
        breaks: Planned; one that starts before its shift does is behind midnight.
    """

    name: Code
    start: Clock
    end: Clock
    weekdays: Weekdays = (1, 2, 3, 4, 5, 6, 7)
    breaks: tuple[BreakConfig, ...] = ()


class HolidayConfig(Titled, frozen=True, kw_only=True):
    """A day on which no shift begins."""

    day: Day


class PlannedStopConfig(Strict, frozen=True, kw_only=True):
    """An approved stop: planned maintenance, a power cut that was announced. Local times."""

    since: Moment = msgspec.field(name="from")
    until: Moment = msgspec.field(name="to")
    why: Text = ""


class CalendarConfig(Strict, frozen=True, kw_only=True):
    """When work is planned. Only this shortens planned busy time; a stop reason never does."""

    name: Name = "calendar"
    timezone: Text = "Asia/Ho_Chi_Minh"
    shifts: tuple[ShiftConfig, ...] = ()
    holidays: tuple[HolidayConfig, ...] = ()
    planned_stops: tuple[PlannedStopConfig, ...] = ()


class ReasonConfig(Titled, frozen=True, kw_only=True):
    """A stop reason; those of the first level hold those of the second.

    Attributes:
        id: Unique among all reasons; stays when the titles change.
        title: What people call it.
        loss: Which big loss it belongs to; empty: that of the machine's state.
        of: The reasons below it; empty: one tap is enough.
    """

    id: Name
    title: Title
    loss: Loss = ""
    of: tuple["ReasonConfig", ...] = ()


class ListItemConfig(Titled, frozen=True, kw_only=True):
    """One line of a checklist, one question of an audit."""

    id: Name
    title: Title


class ChecklistConfig(Titled, frozen=True, kw_only=True):
    """An autonomous-maintenance checklist of some work units; empty: of all."""

    id: Name
    title: Title
    work_units: Words = ()
    items: tuple[ListItemConfig, ...]
