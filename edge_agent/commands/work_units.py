"""What will be computed for each work unit, in words: for ``nhipdo-edge check``."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from edge_agent.commands.layout import span
from edge_agent.config import AgentConfig, WorkUnitConfig, counter_kind, energy_kind, to_calendar
from edge_agent.config.channels import find_channel
from edge_agent.config.work_units import (
    ALWAYS,
    calendar_of,
    counters_of,
    infers_state,
    max_gap_s,
    max_rate_per_s,
)
from edge_agent.kpi.calendar import Schedule, Shift, expand

_WIDE = 11
_DAYS_AHEAD = 14
"""How far the next shift is looked for, days: over holidays at new year."""
_NS = 1_000_000_000
Lines = Iterator[tuple[str, str]]


def explain(config: AgentConfig, now_ns: int) -> list[str]:
    """One paragraph for each work unit.

    Args:
        config: Without mistakes.
        now_ns: The present, UTC ns, for the shifts of today.
    """
    return [_paragraph(config, unit, now_ns) for unit in config.shop.work_units]


def _paragraph(config: AgentConfig, unit: WorkUnitConfig, now_ns: int) -> str:
    title = f" ({unit.title['en']})" if unit.title else ""
    line = f", line {unit.production_line}" if unit.production_line else ""
    parts = (_pieces(config, unit), _state(config, unit), _products(config, unit), _plan(config, unit, now_ns))
    told = [f"  {key:{_WIDE}}{text}" for part in (*parts, _figures(config, unit)) for key, text in part]
    return "\n".join((f"Work unit {unit.name}{title}{line}", *told))


def _pieces(config: AgentConfig, unit: WorkUnitConfig) -> Lines:
    counters = counters_of(unit)
    if not counters:
        yield "pieces", "not counted"
        return
    for role, of in counters.items():
        modulus, signed = counter_kind(config, of, unit.modulus)
        over = "never rolls over" if modulus is None else f"rolls over at {modulus}"
        minus = f", its {signed} bits read as unsigned" if signed else ""
        yield role, f"{of}, {over}{minus}"
    yield "so", _follows(set(counters))
    rate = f"{max_rate_per_s(unit):.3g} a second at most"
    boot = f", and a new {unit.boot} is a restart" if unit.boot else ""
    yield "", f"{rate}: a faster rise is a wrong reading, a fall a rollover or a restart{boot}"


def _follows(roles: set[str]) -> str:
    """What of total, good and reject follows from which counters."""
    if {"total", "good", "reject"} <= roles:
        return "total counts, reject is what is not good; good only checks them"
    if {"good", "reject"} <= roles:
        return "total is good plus reject"
    if {"total", "reject"} <= roles:
        return "good is total minus reject"
    if {"total", "good"} <= roles:
        return "reject is total minus good; where good runs ahead, that is carried forward"
    return "all pieces are good until scrap is entered on the screen"


def _state(config: AgentConfig, unit: WorkUnitConfig) -> Lines:
    yield "state", _told_by(unit)
    if unit.setup_modes:
        yield "changeover", f"SETUP while {unit.mode} is {' or '.join(unit.setup_modes)}, unless it is in FAULT"
    code = f"; {unit.fault_code} is kept with it" if unit.fault_code else ""
    short = f"shorter than {span(unit.micro_stop_s)}: a minor stop, a loss of speed" if unit.micro_stop_s else ""
    yield "stop", f"{short or 'of any length: a loss of availability, strictly by ISO 22400'}{code}"
    yield "silence", f"longer than {span(max_gap_s(config, unit))}: no data, neither running nor down"


def _told_by(unit: WorkUnitConfig) -> str:
    if infers_state(unit):
        stops = f"no piece for {span(unit.stop_after_s or 0)} is a stop that began at the last piece"
        return f"no signal: RUN is inferred from its pieces; {stops}"
    if unit.running:
        fault = f"FAULT while {unit.fault} is not 0, " if unit.fault else ""
        return f"{fault}RUN while {unit.running} is not 0, else STOP"
    if unit.state_preset:
        return f"{unit.state} by PackML: Execute is RUN, what aborts or clears is FAULT, all others STOP"
    words = ", ".join(f"{word} is {state}" for word, state in unit.state_map.items())
    return f"{unit.state}: {words}; anything else is unknown"


def _products(config: AgentConfig, unit: WorkUnitConfig) -> Lines:
    if not unit.products:
        return
    yield "products", ", ".join(f"{p.name} at {p.ideal_cycle_s:g} s a piece" for p in unit.products)
    if unit.product:
        yield "", f"in force is the one that {unit.product} shows"
    elif len(unit.products) == 1:
        yield "", "the only one, so always in force"
    elif config.shop.screen is not None:
        yield "", "in force is the one that is chosen on the screen"
    else:
        yield "", "none is ever in force: nothing tells which"


def _plan(config: AgentConfig, unit: WorkUnitConfig, now_ns: int) -> Lines:
    configured = calendar_of(config, unit)
    if configured is ALWAYS:
        yield "calendar", f"none: every hour is planned, by days of {configured.timezone}"
    else:
        calendar, zone = to_calendar(configured), ZoneInfo(configured.timezone)
        today = (datetime.fromtimestamp(now_ns // _NS, UTC)).astimezone(zone).date()
        schedule = expand(calendar, today - timedelta(days=1), today + timedelta(days=_DAYS_AHEAD))
        now, after = schedule.shift_at(now_ns), schedule.next_shift(now_ns)
        yield "calendar", f"{configured.name}, wall clock of {configured.timezone}"
        yield "now", _shown(now, schedule, zone) if now else "outside of every shift"
        yield "next", _shown(after, schedule, zone) if after else f"no shift within {_DAYS_AHEAD} days"
    if unit.target_oee is not None:
        yield "target", f"OEE of {unit.target_oee:.0%}"
    if unit.demand_per_shift is not None:
        yield "takt", f"planned time of a shift / {unit.demand_per_shift:g} pieces"


def _shown(shift: Shift, schedule: Schedule, zone: ZoneInfo) -> str:
    since, until = (datetime.fromtimestamp(ns // _NS, zone) for ns in shift[1:])
    stops_s = sum(max(0, min(b, shift.until_ns) - max(a, shift.since_ns)) for a, b in schedule.planned.tolist()) / _NS
    stops = f", {span(stops_s)} of it planned stops" if stops_s else ""
    return f"{shift.name}, {since:%H:%M} to {until:%H:%M}, {span((shift.until_ns - shift.since_ns) / _NS)}{stops}"


def _figures(config: AgentConfig, unit: WorkUnitConfig) -> Lines:
    counted, buckets = bool(counters_of(unit)), f"kept every {span(unit.bucket_s)}"
    if unit.products and counted:
        yield "figures", f"OEE = availability * effectiveness * quality, losses, MTBF, MTTR; {buckets}"
    else:
        yield "figures", f"availability, losses, MTBF, MTTR; {buckets}"
        missing = "it has no products" if counted else "nothing counts its pieces"
        yield "not", f"effectiveness, quality and OEE: {missing}"
    if unit.energy:
        unit_of_energy = find_channel(config, unit.energy).meaning.unit
        _, limit = energy_kind(config, unit.energy)
        over = "" if limit is None else f", rolls over at {limit:.10g}"
        yield "energy", f"{unit.energy} in {unit_of_energy}{over}: energy by state"
    else:
        yield "not", "energy: no counter is named"
    if unit.demand_per_shift is None:
        order = "until an order is chosen on the screen" if config.shop.screen else "demand_per_shift is not written"
        yield "not", f"takt: {order}"
