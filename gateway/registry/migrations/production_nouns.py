"""The nouns of production, as revision 0005 makes them; what a released migration uses here must stay as it is."""

from gateway.registry.migrations.building import (
    choice,
    create_noun,
    day,
    drop_noun,
    flag,
    line,
    link,
    number,
    text,
    whole,
)

_NOUNS = (
    "checklist",
    "product",
    "stop_reason",
    "production_line",
    "production_order",
    "shift_calendar",
    "target",
)


def make_production_nouns() -> None:
    """Lines, products, calendars, reasons, targets, orders, checklists."""
    _make_checklist()
    _make_stop_reason()
    _make_shift_calendar()


def _make_checklist() -> None:
    create_noun(
        "checklist",
        link("organisation", "organisation", "checklist", required=True),
        line("code", 63),
        line("name_vi", 200),
        line("name_en", 200),
        line("work_units"),
        text("items"),
    )
    create_noun(
        "product",
        link("organisation", "organisation", "product", required=True),
        line("code", 63),
        line("name_vi", 200),
        line("name_en", 200),
        number("ideal_cycle_s", required=True),
        line("unit", 40),
        line("gtin", 14),
        line("work_units"),
    )


def _make_stop_reason() -> None:
    create_noun(
        "stop_reason",
        link("organisation", "organisation", "stop_reason", required=True),
        line("code", 63),
        line("name_vi", 200),
        line("name_en", 200),
        line("above", 63),
        choice("loss"),
        flag("is_planned"),
        whole("position"),
    )
    create_noun(
        "production_line",
        link("site", "site", "production_line", required=True),
        line("name", 63),
        line("title", 300),
        text("note"),
    )
    create_noun(
        "production_order",
        link("site", "site", "production_order", required=True),
        line("number", 60),
        line("work_unit", 127),
        link("product", "product", "production_order", required=True),
        whole("quantity", required=True),
        day("due"),
        choice("state"),
    )


def _make_shift_calendar() -> None:
    create_noun(
        "shift_calendar",
        link("site", "site", "shift_calendar", required=True),
        line("name", 63),
        line("timezone", 63),
        text("shifts"),
        text("holidays"),
        text("planned_stops"),
    )
    create_noun(
        "target",
        link("site", "site", "target", required=True),
        link("production_line", "production_line", "target"),
        line("work_unit", 127),
        choice("figure"),
        number("value", required=True),
        day("since"),
        day("until"),
    )


def drop_production_nouns() -> None:
    """All of them gone."""
    for noun in reversed(_NOUNS):
        drop_noun(noun)
