"""A registry, and a work unit that tells of itself."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Elements, Stop
from gateway.ingest import shop_floor as ingest
from gateway.ingest.journals import EdgeId
from gateway.shop_floor import ShopFloor, UnitId

UNIT = UnitId("sa-dec", "press-shop", "press-1")


@pytest.fixture
def shop_floor(engine: Engine) -> ShopFloor:
    return ShopFloor(engine)


@pytest.fixture
def told(engine: Engine) -> Callable[..., None]:
    """Store what an edge says, as the ingest does."""

    def tell(*records: Record, edge: str = "press-shop") -> None:
        with Session(engine) as session, session.begin():
            for one in records:
                take = ingest.take_elements if isinstance(one, Elements) else ingest.take_stop
                assert isinstance(one, Elements | Stop)
                take(session, EdgeId("sa-dec", edge), one)

    return tell


@pytest.fixture
def unit() -> UnitId:
    return UNIT
