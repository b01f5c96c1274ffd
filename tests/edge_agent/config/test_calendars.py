"""Configured calendars: as the time model's, as the body of a record, and when somebody changes one."""
# ruff: noqa: DTZ001  the wall clock has no offset

import json
from datetime import date, datetime, time

import msgspec
import pytest

from edge_agent.config import CalendarConfig, calendar_body, calendar_from_body, calendar_mistakes, to_calendar
from edge_agent.config.calendars import config_from_body
from edge_agent.config.shop_tables import BreakConfig, HolidayConfig, PlannedStopConfig, ShiftConfig
from edge_agent.kpi.calendar import Break, Calendar, PlannedStop, WeeklyShift

CONFIG = CalendarConfig(
    name="plant",
    timezone="Europe/Berlin",
    shifts=(
        ShiftConfig(name="A", start="06:00", end="14:00", weekdays=(1, 2), title={"vi": "Ca sáng"}),
        ShiftConfig(name="N", start="22:00", end="06:00", breaks=(BreakConfig(start="02:00", end="02:30"),)),
    ),
    holidays=(HolidayConfig(day="2026-09-02"),),
    planned_stops=(PlannedStopConfig(since="2026-03-07T06:00", until="2026-03-07T10:00", why="power cut"),),
)
MEANT = Calendar(
    "Europe/Berlin",
    (
        WeeklyShift("A", time(6), time(14), (1, 2)),
        WeeklyShift("N", time(22), time(6), breaks=(Break(time(2), time(2, 30)),)),
    ),
    frozenset({date(2026, 9, 2)}),
    (PlannedStop(datetime(2026, 3, 7, 6), datetime(2026, 3, 7, 10)),),
)


def test_a_configured_calendar_is_what_it_says():
    assert to_calendar(CONFIG) == MEANT


def test_a_record_carries_the_calendar_as_it_was_configured():
    body = json.loads(json.dumps(calendar_body(CONFIG)))
    assert body["planned_stops"] == [{"from": "2026-03-07T06:00", "to": "2026-03-07T10:00", "why": "power cut"}]
    assert config_from_body(body) == CONFIG
    assert calendar_from_body(body) == MEANT


@pytest.mark.parametrize("body", [{"shifts": 3}, {"holidays": [{"day": "2026-02-30"}]}, {"zone": "x"}])
def test_a_body_that_holds_no_calendar_is_refused(body):
    with pytest.raises(ValueError, match=r"."):
        calendar_from_body(body)


def test_a_changed_calendar_is_checked_by_the_rules_of_the_file():
    assert calendar_mistakes(CONFIG) == []
    late = msgspec.structs.replace(CONFIG.shifts[0], name="B", start="13:00", end="21:00")
    changed = msgspec.structs.replace(CONFIG, shifts=(*CONFIG.shifts, late), timezone="Hanoi")
    assert calendar_mistakes(changed) == [
        'timezone: "Hanoi" is no time zone; write one such as "Asia/Ho_Chi_Minh"',
        (
            "shifts[2]: 13:00 to 21:00 overlaps shifts[0], A, 06:00 to 14:00. A moment belongs to one shift: "
            "correct start, end or weekdays."
        ),
    ]


def test_a_machine_without_time_zones_is_told_how_to_get_them(monkeypatch):
    monkeypatch.setattr("edge_agent.wire.calendar_tables.available_timezones", set)
    changed = msgspec.structs.replace(CONFIG, timezone="No/Where")
    assert calendar_mistakes(changed) == ["timezone: this machine knows no time zones. Run: apt-get install tzdata"]
