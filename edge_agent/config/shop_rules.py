"""What must hold between the tables about the shop floor."""

from collections.abc import Iterable, Iterator

from edge_agent.config.calendars import check_calendar
from edge_agent.config.channels import find_channel
from edge_agent.config.errors import Mistakes
from edge_agent.config.pins import is_pin_hash
from edge_agent.config.rules import once
from edge_agent.config.shop_tables import ChartConfig, ReasonConfig, ShopConfig, WorkUnitConfig
from edge_agent.config.tables import AgentConfig
from edge_agent.config.unit_rules import check_unit
from edge_agent.wire.table_kinds import show

_LARGEST_R = 25
"""Values of a subgroup up to which factors of the range are tabled."""


def check_shop(config: AgentConfig, mistakes: Mistakes) -> None:
    """All tables about the shop floor, whose values are all good by themselves."""
    shop = config.shop
    calendars: dict[object, str] = {}
    for index, calendar in enumerate(shop.calendars):
        once(calendars, calendar.name, f"calendars[{index}].name", mistakes)
        check_calendar(calendar, f"calendars[{index}].", mistakes)
    _check_units(config, mistakes)
    _check_reasons(shop.reasons, mistakes)
    _check_people(shop, mistakes)
    _check_lists(shop, mistakes)
    _check_charts(config, mistakes)


def _check_units(config: AgentConfig, mistakes: Mistakes) -> None:
    names: dict[object, str] = {
        instrument.name: f"buses[{b}].instruments[{i}].name"
        for b, bus in enumerate(config.buses)
        for i, instrument in enumerate(bus.instruments)
    }
    for index, unit in enumerate(config.shop.work_units):
        place = f"work_units[{index}]"
        once(names, unit.name, f"{place}.name", mistakes)
        for key, text in _references(config.shop, unit):
            mistakes.add(f"{place}.{key}", text)
        check_unit(config, unit, place, mistakes)


def _references(shop: ShopConfig, unit: WorkUnitConfig) -> Iterator[tuple[str, str]]:
    """Names of a work unit that nothing has."""
    calendars = [calendar.name for calendar in shop.calendars]
    if not unit.calendar and len(calendars) > 1:
        yield "calendar", f"missing; there are several. Write one of {_list(calendars)}."
    if unit.calendar and unit.calendar not in calendars:
        there = f"Write one of {_list(calendars)}." if calendars else "Add a table [[calendars]], or delete it."
        yield "calendar", f"there is no calendar {show(unit.calendar)}. {there}"
    first_level = [reason.id for reason in shop.reasons]
    for index, reason in enumerate(unit.reasons):
        if reason not in first_level:
            what = f"there is no reason {show(reason)} at the first level. Known are {_list(first_level)}."
            yield f"reasons[{index}]", what


def _check_reasons(reasons: tuple[ReasonConfig, ...], mistakes: Mistakes) -> None:
    seen: dict[object, str] = {}
    for index, reason in enumerate(reasons):
        place = f"reasons[{index}]"
        once(seen, reason.id, f"{place}.id", mistakes)
        for number, below in enumerate(reason.of):
            at = f"{place}.of[{number}]"
            once(seen, below.id, f"{at}.id", mistakes)
            if below.of:
                mistakes.add(f"{at}.of", "a third level, expected two at most. Move these reasons one level up.")


def _check_people(shop: ShopConfig, mistakes: Mistakes) -> None:
    _check_unique((one.name for one in shop.operators), "operators[{}].name", mistakes)
    for index, operator in enumerate(shop.operators):
        if operator.pin_hash and not is_pin_hash(operator.pin_hash):
            what = "expected what nhipdo-edge pin prints, got something else. Run: nhipdo-edge pin"
            mistakes.add(f"operators[{index}].pin_hash", what)


def _check_lists(shop: ShopConfig, mistakes: Mistakes) -> None:
    units = [unit.name for unit in shop.work_units]
    _check_unique((one.id for one in shop.checklists), "checklists[{}].id", mistakes)
    for index, checklist in enumerate(shop.checklists):
        _check_unique((item.id for item in checklist.items), f"checklists[{index}].items[{{}}].id", mistakes)
        for number, name in enumerate(checklist.work_units):
            if name not in units:
                what = f"there is no work unit {show(name)}. Known are {_list(units) or 'none'}."
                mistakes.add(f"checklists[{index}].work_units[{number}]", what)
    _check_unique((area.id for area in shop.audit.areas), "audit.areas[{}].id", mistakes)
    questions: dict[object, str] = {}
    for step, asked in shop.audit.questions.items():
        for index, question in enumerate(asked):
            once(questions, question.id, f"audit.questions.{step}[{index}].id", mistakes)
    _check_unique((study.id for study in shop.time_studies), "time_studies[{}].id", mistakes)


def _check_charts(config: AgentConfig, mistakes: Mistakes) -> None:
    seen: dict[object, str] = {}
    for index, chart in enumerate(config.shop.charts):
        place = f"charts[{index}]"
        try:
            if find_channel(config, chart.channel).meaning.text:
                what = f"{show(chart.channel)} shows a text, expected a number. Name another channel."
                mistakes.add(f"{place}.channel", what)
        except LookupError as error:
            mistakes.add(f"{place}.channel", str(error.args[0]))
        for key, text in _chart(chart):
            mistakes.add(f"{place}.{key}", text)
        first = seen.setdefault((chart.channel, chart.kind), place)
        if first != place:
            what = f"{chart.kind} of {chart.channel} is also {first}. Delete one of them."
            mistakes.add(f"{place}.kind", what)


def _chart(chart: ChartConfig) -> Iterator[tuple[str, str]]:
    if chart.kind.startswith("xbar") and chart.n == 1:
        yield "n", f"1, expected 2 or more values in a subgroup of {chart.kind}. Raise it, or take individuals."
    if chart.kind == "individuals" and chart.n > 1:
        yield "n", f"{chart.n}, expected 1 for individuals. Delete it, or take xbar_r."
    if chart.kind == "xbar_r" and chart.n > _LARGEST_R:
        yield "n", f"{chart.n}, expected at most {_LARGEST_R} for xbar_r. Take xbar_s."
    for here, there in (("centre", "sigma"), ("sigma", "centre")):
        if getattr(chart, here) is not None and getattr(chart, there) is None:
            yield there, f"missing; {here} needs it. Write both, or neither to take them from the base."
    if chart.lower is not None and chart.upper is not None and chart.lower >= chart.upper:
        yield "lower", f"{chart.lower:g} is not below upper, {chart.upper:g}. Correct one of them."


def _check_unique(names: Iterable[str], place: str, mistakes: Mistakes) -> None:
    seen: dict[object, str] = {}
    for index, name in enumerate(names):
        once(seen, name, place.format(index), mistakes)


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(show, names))
