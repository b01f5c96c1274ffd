"""What the configuration says of the bench: channels, surroundings, and whose day it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from edge_agent.bench.bench import BenchChannel
from edge_agent.bench.live import NS, ChannelName
from edge_agent.bench.loading import LoadedProcedure, load_procedures
from edge_agent.config import AgentConfig

_ZONE = "Asia/Ho_Chi_Minh"


class BenchPlace:
    """The bench of one edge.

    Args:
        config: With ``[bench]``.

    Raises:
        ProcedureError: A file of the laboratory's own procedures has mistakes.
    """

    def __init__(self, config: AgentConfig) -> None:
        assert config.bench is not None, "asked for first"
        instruments = [one for bus in config.buses for one in bus.instruments]
        self.procedures: Mapping[str, LoadedProcedure] = load_procedures(config.bench.procedures)
        self.periods = {one.name: one.period_s for one in instruments}
        self.channels = {
            ChannelName(one.name, channel): BenchChannel(one.name, channel, meaning.unit, meaning.title)
            for one in instruments
            for channel, meaning in one.loaded.meanings.items()
            if not meaning.text
        }
        self.environment = {quantity: ChannelName(*of.split(".")) for quantity, of in config.bench.environment.items()}
        self._zone = ZoneInfo(next((one.timezone for one in config.shop.calendars), _ZONE))

    def day(self, now: int) -> str:
        """The local day of an instant, UTC ns: ``2026-11-22``."""
        return datetime.fromtimestamp(now // NS, UTC).astimezone(self._zone).date().isoformat()

    def unit_of(self, name: ChannelName) -> str | None:
        """UCUM code of a channel; None: there is no such channel here, or it shows a text."""
        found = self.channels.get(name)
        return found.unit if found else None
