"""What a person writes about one edge: a TOML file, read into frozen values.

May import msgspec, ``drivers`` (maps, bus specifications), the names of the wire and the time model's calendar.

Decision: every table is read field by field, and all mistakes are told together.
Because: a commissioner mends a file once instead of once a mistake.
Instead of: one conversion of the whole file, which stops at the first.

Decision: an error is what cannot work on any hardware; what only may go badly is a warning.
Because: an agent that refuses to start over an estimate loses more than it saves.
Instead of: worst cases as errors.

Decision: maps are loaded with the file; ``InstrumentConfig.loaded`` is the model.
Because: a wrong map is then named with its place, before anything is opened.
Instead of: loading when the instrument is made.

Decision: which tables and keys there are is read off the types of the structs, also what is said of an unknown key.
Because: a new key is then one line with its meaning; a list beside it would soon be another.

Decision: a state that no signal tells is inferred only for stops of at most ``micro_stop_s``.
Because: with a longer ``stop_after_s`` a stop between the two would be neither a minor stop nor seen at all.
"""

from edge_agent.config.calendars import calendar_body, calendar_from_body, calendar_mistakes, to_calendar
from edge_agent.config.cautions import cautions_about
from edge_agent.config.channels import counter_kind, energy_kind
from edge_agent.config.errors import ConfigError
from edge_agent.config.loading import load_config
from edge_agent.config.pins import hash_pin, is_pin
from edge_agent.config.shop_tables import CalendarConfig, ProductConfig, ScreenConfig, ShopConfig, WorkUnitConfig
from edge_agent.config.tables import (
    AgentConfig,
    BrokerConfig,
    BusConfig,
    ClockConfig,
    InstrumentConfig,
    OutboxConfig,
)

__all__ = [
    "AgentConfig",
    "BrokerConfig",
    "BusConfig",
    "CalendarConfig",
    "ClockConfig",
    "ConfigError",
    "InstrumentConfig",
    "OutboxConfig",
    "ProductConfig",
    "ScreenConfig",
    "ShopConfig",
    "WorkUnitConfig",
    "calendar_body",
    "calendar_from_body",
    "calendar_mistakes",
    "cautions_about",
    "counter_kind",
    "energy_kind",
    "hash_pin",
    "is_pin",
    "load_config",
    "to_calendar",
]
