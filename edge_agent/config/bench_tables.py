"""The table ``[bench]`` of ``agent.toml``: an edge that stands in a laboratory."""

from collections.abc import Mapping

from edge_agent.config.kinds import Folder
from edge_agent.config.shop_kinds import ChannelOf
from edge_agent.wire.table_kinds import Strict


class BenchConfig(Strict, frozen=True, kw_only=True):
    """The bench.

    Attributes:
        procedures: Folder of the laboratory's own procedures; in the file relative to the file's folder. None: only
            the shipped ones.
        temperature: Channel that measures the room's temperature: ``thermo-1.temperature``; empty: it is typed.
        humidity: The same for its relative humidity.
        pressure: The same for its pressure.
    """

    procedures: Folder | None = None
    temperature: ChannelOf = ""
    humidity: ChannelOf = ""
    pressure: ChannelOf = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """Quantity -> channel that measures it, of those that are measured."""
        found = {"temperature": self.temperature, "humidity": self.humidity, "pressure": self.pressure}
        return {quantity: channel for quantity, channel in found.items() if channel}
