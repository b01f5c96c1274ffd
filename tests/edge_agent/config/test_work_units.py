"""What follows from the tables of the shop floor."""

import pytest

from edge_agent.config import ShopConfig, to_calendar
from edge_agent.config.lists import shipped_audit, shipped_checklists, shipped_reasons
from edge_agent.config.work_units import (
    ALWAYS,
    calendar_of,
    channels_of,
    counters_of,
    infers_state,
    max_gap_s,
    max_rate_per_s,
)
from edge_agent.kpi.calendar import Calendar, WeeklyShift

UNIT = '\n[[work_units]]\nname = "press"\n'
COUNTED = f'{UNIT}total = "press-1.produced"\nstop_after_s = 30\n'
PRODUCTS = """
[[work_units.products]]
name = "P10"
ideal_cycle_s = 2.0

[[work_units.products]]
name = "P20"
ideal_cycle_s = 3
title.vi = "Nắp"
"""
CALENDAR = """
[[calendars]]
name = "{}"

[[calendars.shifts]]
name = "A"
start = "06:00"
end = "14:00"
"""


@pytest.fixture
def shop(load, piece):
    """A configuration with a press, a slow meter, and some tables."""

    def with_tables(*tables, period_s=1):
        return load(
            piece.edge,
            piece.bus("press", "tcp://plc"),
            piece.instrument("press-1", "press_plc", f"period_s = {period_s}\n"),
            *(piece.bus(), piece.instrument("meter-1", extra="period_s = 60\n")),
            *tables,
        )

    return with_tables


def test_what_is_left_out_has_its_default(shop):
    config = shop(COUNTED, PRODUCTS)
    [unit] = config.shop.work_units
    assert (unit.title, unit.micro_stop_s, unit.bucket_s, unit.target_oee) == ({}, 60.0, 600.0, None)
    assert channels_of(unit) == counters_of(unit) == {"total": "press-1.produced"}
    assert infers_state(unit)
    assert (config.shop.screen, config.shop.operators) == (None, ())


def test_a_title_in_one_language_is_that_of_both(shop):
    [unit] = shop(COUNTED, PRODUCTS).shop.work_units
    assert unit.products[1].title == {"vi": "Nắp", "en": "Nắp"}


def test_the_greatest_rate_is_three_times_that_of_the_fastest_product(shop):
    [unit] = shop(COUNTED, PRODUCTS).shop.work_units
    assert max_rate_per_s(unit) == 1.5
    [unit] = shop(COUNTED, "max_rate_per_s = 2\n", PRODUCTS).shop.work_units
    assert max_rate_per_s(unit) == 2.0


@pytest.mark.parametrize(
    ("keys", "period_s", "gap_s"),
    [
        ("", 1, 10.0),
        ("", 4, 20.0),
        ('energy = "meter-1.energy"\n', 4, 20.0),  # the meter is read every 60 s
        ("max_gap_s = 7\n", 4, 7.0),
    ],
)
def test_a_gap_is_five_periods_of_the_slowest_instrument_and_ten_seconds_at_least(shop, keys, period_s, gap_s):
    config = shop(COUNTED, keys, PRODUCTS, period_s=period_s)
    assert max_gap_s(config, config.shop.work_units[0]) == gap_s


def test_lists_that_are_not_written_are_those_that_are_shipped(shop):
    found = shop("\n[screen]\nport = 8481\n").shop
    assert (found.reasons, found.checklists, found.audit) == (shipped_reasons(), shipped_checklists(), shipped_audit())


def test_a_file_without_a_shop_floor_loads_no_lists(shop):
    assert shop().shop == ShopConfig()


def test_an_audit_keeps_what_is_written_and_takes_the_rest_from_what_is_shipped(shop):
    audit = shop('\n[audit]\nmost = 4\n[[audit.areas]]\nid = "yard"\ntitle.vi = "Sân"\n').shop.audit
    assert (audit.most, [area.id for area in audit.areas]) == (4, ["yard"])
    assert audit.questions == shipped_audit().questions


def test_a_reason_below_has_the_loss_of_the_one_above(shop):
    reason = '\n[[reasons]]\nid = "a"\ntitle.vi = "A"\nloss = "setup"\n[[reasons.of]]\nid = "b"\ntitle.vi = "B"\n'
    assert shop(reason).shop.reasons[0].of[0].loss == "setup"


def test_without_a_calendar_every_instant_is_planned(shop):
    config = shop(COUNTED, PRODUCTS)
    calendar = calendar_of(config, config.shop.work_units[0])
    assert calendar is ALWAYS
    [shift] = to_calendar(calendar).shifts
    assert (shift.start, shift.end, shift.weekdays) == (shift.start.min, shift.end.min, (1, 2, 3, 4, 5, 6, 7))


def test_the_only_calendar_holds_for_all_and_of_several_the_one_that_is_named(shop):
    config = shop(COUNTED, PRODUCTS, CALENDAR.format("a"))
    assert calendar_of(config, config.shop.work_units[0]).name == "a"
    config = shop(COUNTED, 'calendar = "b"\n', PRODUCTS, CALENDAR.format("a"), CALENDAR.format("b"))
    assert calendar_of(config, config.shop.work_units[0]).name == "b"


def test_a_calendar_with_shifts_is_the_time_models(shop):
    [calendar] = shop(CALENDAR.format("a")).shop.calendars
    clock = WeeklyShift("A", *(to_calendar(calendar).shifts[0][1:3]))
    assert to_calendar(calendar) == Calendar("Asia/Ho_Chi_Minh", (clock,))
    assert (clock.start.hour, clock.end.hour) == (6, 14)


def test_one_state_source_counters_in_all_allowed_sets(shop):
    sets = ["", "total", "good", "total good", "total reject", "good reject", "total good reject", "total rework"]
    for roles in sets:
        keys = "".join(f'{role} = "press-1.produced"\n' for role in roles.split())
        config = shop(UNIT, 'running = "press-1.is_running"\n', keys, PRODUCTS)
        assert set(counters_of(config.shop.work_units[0])) == set(roles.split())
