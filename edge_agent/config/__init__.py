"""What a person writes about one edge: a TOML file, read into frozen values.

May import msgspec, ``drivers`` (maps, bus specifications) and the names of the wire.

Decision: every table is read field by field, and all mistakes are told together.
Because: a commissioner mends a file once instead of once a mistake.
Instead of: one conversion of the whole file, which stops at the first.

Decision: an error is what cannot work on any hardware; what only may go badly is a warning.
Because: an agent that refuses to start over an estimate loses more than it saves.
Instead of: worst cases as errors.

Decision: maps are loaded with the file; ``InstrumentConfig.loaded`` is the model.
Because: a wrong map is then named with its place, before anything is opened.
Instead of: loading when the instrument is made.
"""

from edge_agent.config.cautions import cautions_about
from edge_agent.config.errors import ConfigError
from edge_agent.config.loading import load_config
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
    "ClockConfig",
    "ConfigError",
    "InstrumentConfig",
    "OutboxConfig",
    "cautions_about",
    "load_config",
]
