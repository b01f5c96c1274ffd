"""A registry, a shop floor in words, and a real InfluxDB whose databases are each a test's own."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from edge_agent.wire.shop_floor import Elements, Part, Stop
from gateway import registry, servers
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.timeseries.influx import InfluxStore

S = 10**9
MIN = 60 * S
HOUR = 60 * MIN
DAY = 24 * HOUR
VN = 7 * HOUR
T0 = 1_795_194_000 * S
"""2026-11-21 00:00 in Vietnam, which is 17:00 UTC of the day before."""
EDGE = EdgeId("sa-dec", "press-shop")
_number = itertools.count()


@pytest.fixture
def store(one_influxdb: servers.Server) -> Iterator[InfluxStore]:
    store = InfluxStore(one_influxdb.url, database=f"told_{next(_number)}")
    yield store
    store.close()


@dataclass(frozen=True)
class ShopFloor:
    """What edges say, stored as the ingest does."""

    engine: Engine

    def came(self, *records: Elements | Stop) -> None:
        """In one transaction."""
        with registry.transaction(self.engine) as session:
            for one in records:
                if isinstance(one, Elements):
                    shop_floor.take_elements(session, EDGE, one)
                else:
                    shop_floor.take_stop(session, EDGE, one)

    @staticmethod
    def part(
        product: str = "cap-38", shift: str = "A@2026-11-21", total: int = 30, wh: float = 0.0, **seconds: float
    ) -> Part:
        """A part of a bucket; all of it RUN unless told. A product of which a piece ideally takes 1.7 s."""
        return Part(
            shift=shift,
            product=product,
            ideal_cycle_s=1.7 if product else None,
            total=total,
            reject=1,
            ns={name: int(value * S) for name, value in (seconds or {"RUN": 600.0}).items()},
            energy_wh={"RUN": wh} if wh else {},
        )

    @staticmethod
    def bucket(since: int, revision: int, *parts: Part) -> Elements:
        """Ten minutes of press-1."""
        key = f"press-1.{since}"
        its = {"key": key, "revision": revision, "at": since, "work_unit": "press-1"}
        return Elements(**its, since=since, until=since + 10 * MIN, parts=parts)

    @staticmethod
    def stop(since: int, until: int | None, revision: int = 1, kind: str = "FAULT", **more: object) -> Stop:
        """A stop of press-1."""
        its = {"key": f"press-1.{since}", "revision": revision, "at": since, "work_unit": "press-1"}
        return Stop(**{**its, "since": since, "until": until, "kind": kind, **more})


@pytest.fixture
def floor(engine: Engine) -> ShopFloor:
    return ShopFloor(engine)
