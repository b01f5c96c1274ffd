"""What follows from the table of a work unit: roles, limits, its calendar."""

from edge_agent.config.shop_tables import CalendarConfig, ShiftConfig, WorkUnitConfig
from edge_agent.config.tables import AgentConfig

COUNTERS = ("total", "good", "reject", "rework")
STATES = ("state", "mode", "running", "fault", "fault_code")
ROLES = (*COUNTERS, "boot", *STATES, "product", "energy")
"""Keys of a work unit that name a channel."""
ALWAYS = CalendarConfig(name="always", shifts=(ShiftConfig(name="day", start="00:00", end="00:00"),))
"""The calendar of a configuration without one: every instant is planned, by days of Viet Nam."""
_RATE_MARGIN = 3.0
_RATE_WITHOUT_PRODUCTS = 100.0
_GAP_PERIODS = 5
_LEAST_GAP_S = 10.0


def channels_of(unit: WorkUnitConfig) -> dict[str, str]:
    """Role -> ``instrument.channel``, of the roles that are used."""
    return {role: getattr(unit, role) for role in ROLES if getattr(unit, role)}


def counters_of(unit: WorkUnitConfig) -> dict[str, str]:
    """Role -> ``instrument.channel``, of its counters of pieces."""
    return {role: of for role, of in channels_of(unit).items() if role in COUNTERS}


def slowest_period_s(config: AgentConfig, unit: WorkUnitConfig) -> float:
    """How often the slowest of the instruments that tell of it is read, s; its energy meter tells of nothing else."""
    names = {of.partition(".")[0] for role, of in channels_of(unit).items() if role != "energy"}
    return max((i.period_s for bus in config.buses for i in bus.instruments if i.name in names), default=1.0)


def max_gap_s(config: AgentConfig, unit: WorkUnitConfig) -> float:
    """A silence longer than this is no data, s: as configured, or five of its slowest periods, 10 s or more."""
    if unit.max_gap_s is not None:
        return unit.max_gap_s
    return max(_LEAST_GAP_S, _GAP_PERIODS * slowest_period_s(config, unit))


def max_rate_per_s(unit: WorkUnitConfig) -> float:
    """Most pieces a second that are possible: as configured, or three times the fastest ideal cycle."""
    if unit.max_rate_per_s is not None:
        return unit.max_rate_per_s
    return max((_RATE_MARGIN / product.ideal_cycle_s for product in unit.products), default=_RATE_WITHOUT_PRODUCTS)


def infers_state(unit: WorkUnitConfig) -> bool:
    """Whether running is inferred from its counters, since no signal tells of it."""
    return not (unit.state or unit.running)


def calendar_of(config: AgentConfig, unit: WorkUnitConfig) -> CalendarConfig:
    """The calendar that holds for it: the one that it names, the only one, or :data:`ALWAYS`."""
    calendars = config.shop.calendars
    return next((c for c in calendars if not unit.calendar or c.name == unit.calendar), ALWAYS)
