"""The calendars of a configuration file: what must hold in them; their form is that of a setting."""

from edge_agent.config.errors import Mistakes
from edge_agent.config.shop_tables import CalendarConfig
from edge_agent.wire.calendar_tables import (
    calendar_body,
    calendar_from_body,
    calendar_mistakes,
    config_from_body,
    mistakes_in,
    to_calendar,
)

__all__ = [
    "calendar_body",
    "calendar_from_body",
    "calendar_mistakes",
    "check_calendar",
    "config_from_body",
    "to_calendar",
]


def check_calendar(config: CalendarConfig, place: str, mistakes: Mistakes) -> None:
    """One ``[[calendars]]`` table whose values are all good by themselves; ``place`` is such as ``calendars[0].``."""
    for key, text in mistakes_in(config):
        mistakes.add(f"{place}{key}", text)
