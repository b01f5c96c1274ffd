"""The gateway as the API, the page and the command line see it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.messages import GatewayStatus, InstrumentDescription, Text
from gateway.access.sites import Sites
from gateway.config import GatewayConfig
from gateway.federation.standing import Standing, standing
from gateway.health import EdgeHealth, StoreHealth, edge_health, gateway_health
from gateway.ingest import records
from gateway.ingest.ingest import Counters, Ingest
from gateway.ingest.journals import EdgeId
from gateway.people import admit_edge
from gateway.registry.roles import SYSTEM, Reader
from gateway.shop_floor import ShopFloor
from gateway.timeseries import TimeSeries


@dataclass(frozen=True, slots=True)
class Service:
    """One gateway.

    Attributes:
        engine: Of the registry.
        timeseries: Samples and windows.
        secret: Opens page and API.
        config: As it was read.
        ingest: The ingesting thread.
        clock: UTC, ns.
    """

    engine: Engine
    timeseries: TimeSeries
    secret: str
    config: GatewayConfig
    ingest: Ingest
    clock: Callable[[], int] = time.time_ns

    @property
    def shop_floor(self) -> ShopFloor:
        """Work units, their elements and stops, what people entered."""
        return ShopFloor(self.engine)

    def health(self, sites: Sites = None) -> list[EdgeHealth]:
        """Every edge ever heard of, at all sites or at some."""
        return edge_health(self.engine, self.clock(), sites)

    def store_health(self) -> StoreHealth:
        """The store, its dead letters, and what stands about the gateway."""
        return gateway_health(self.engine)

    def gateway_status(self) -> GatewayStatus:
        """How this process is, now."""
        return self.ingest.status()

    def counters(self) -> Counters:
        """What the ingest has done since its start."""
        return self.ingest.counters

    def descriptions(self, site: str, edge: str) -> list[InstrumentDescription]:
        """What the instruments of an edge mean, by the revisions in force."""
        with Session(self.engine) as session:
            return records.descriptions(session, EdgeId(site, edge))

    def texts(self, site: str, edge: str) -> list[Text]:
        """What the text channels of an edge show; a text's key is ``instrument.channel``."""
        with Session(self.engine) as session:
            return records.texts(session, EdgeId(site, edge))

    def forwarding(self) -> Standing | None:
        """How this gateway stands with the one above; None: it has never forwarded."""
        return standing(self.engine)

    def admit(self, site: str, edge: str, who: str, reader: Reader = SYSTEM) -> None:
        """Write down that ``who`` admitted this edge, said by ``reader``.

        Raises:
            gateway.people.DecisionError: It never spoke, or nobody is named.
        """
        admit_edge(self.engine, EdgeId(site, edge), who, self.clock(), reader)
