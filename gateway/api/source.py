"""What the API asks of the gateway, and how its endpoints get at it."""

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Query
from fastapi.requests import HTTPConnection
from sqlalchemy import Engine

from edge_agent.wire.messages import GatewayStatus, InstrumentDescription, Text
from edge_agent.wire.schema import CHANNEL, NAME
from gateway.access.sites import Sites
from gateway.health import EdgeHealth, StoreHealth
from gateway.registry.roles import SYSTEM, Reader
from gateway.shop_floor import ShopFloor
from gateway.timeseries import TimeSeries


class Service(Protocol):
    """The gateway, as far as the API knows it."""

    @property
    def engine(self) -> Engine: ...
    @property
    def timeseries(self) -> TimeSeries: ...
    @property
    def shop_floor(self) -> ShopFloor: ...
    @property
    def secret(self) -> str: ...

    def health(self, sites: Sites = None) -> Sequence[EdgeHealth]:
        """Every edge ever heard of, at all sites or at some."""
        ...

    def gateway_status(self) -> GatewayStatus:
        """How this process is, now."""
        ...

    def store_health(self) -> StoreHealth:
        """The store, its dead letters, and what stands about the gateway itself."""
        ...

    def descriptions(self, site: str, edge: str) -> Sequence[InstrumentDescription]:
        """What the instruments of an edge mean, by the revision in force."""
        ...

    def texts(self, site: str, edge: str) -> Sequence[Text]:
        """What the text channels of an edge show; a text's key is ``instrument.channel``."""
        ...

    def admit(self, site: str, edge: str, who: str, reader: Reader = SYSTEM) -> None:
        """Write down that ``who`` admitted this edge, said by ``reader``."""
        ...


# Coroutines, since what is at hand needs no thread: each plain function is handed to one, and its answer back.
async def _service(connection: HTTPConnection) -> Service:
    return cast("Service", connection.app.state.service)


async def _now(connection: HTTPConnection) -> int:
    clock = cast("Callable[[], int]", connection.app.state.clock)
    return clock()


async def _zone(connection: HTTPConnection) -> ZoneInfo:
    return cast("ZoneInfo", connection.app.state.zone)


TheService = Annotated[Service, Depends(_service)]
Now = Annotated[int, Depends(_now)]
"""The present, UTC ns."""
Zone = Annotated[ZoneInfo, Depends(_zone)]
"""Whose wall clock people read."""

SiteName = Annotated[str, Path(pattern=f"^{NAME.pattern}$", description="Site", examples=["sa-dec"])]
EdgeName = Annotated[str, Path(pattern=f"^{NAME.pattern}$", description="Edge", examples=["press-shop"])]
InstrumentName = Annotated[str, Path(pattern=f"^{NAME.pattern}$", description="Instrument", examples=["meter-1"])]
ChannelName = Annotated[str, Path(pattern=f"^{CHANNEL.pattern}$", description="Channel", examples=["active_power"])]
SiteQuery = Annotated[str, Query(pattern=f"^{NAME.pattern}$", description="Site", examples=["sa-dec"])]
EdgeQuery = Annotated[str, Query(pattern=f"^{NAME.pattern}$", description="Edge", examples=["press-shop"])]
