"""A registry with machines that tell of themselves, and sums of what they told."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Elements, ProductDescription, Stop, WorkUnitDescription
from gateway.ingest import shop_floor as ingest
from gateway.ingest.journals import EdgeId
from gateway.production.reading import Selection, machines_of
from gateway.production.summing import sum_up_changed

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def told(engine: Engine) -> Callable[..., None]:
    """Store what an edge says, as the ingest does."""

    def tell(*records: Record, site: str = "sa-dec", edge: str = "press-shop") -> None:
        with Session(engine) as session, session.begin():
            for one in records:
                if isinstance(one, Elements):
                    ingest.take_elements(session, EdgeId(site, edge), one)
                elif isinstance(one, Stop):
                    ingest.take_stop(session, EdgeId(site, edge), one)
                else:
                    assert isinstance(one, WorkUnitDescription)
                    ingest.take_work_unit(session, EdgeId(site, edge), one, msgspec.json.encode(one).decode())

    return tell


@pytest.fixture
def described() -> Callable[..., WorkUnitDescription]:
    """What an edge says of a machine."""

    def describe(name: str, *, timezone: str = HANOI.key, **said: object) -> WorkUnitDescription:
        said.setdefault("title", {"vi": f"Máy {name}", "en": f"Machine {name}"})
        said.setdefault("products", {"cap": ProductDescription(ideal_cycle_s=2.0, title={"vi": "Nắp"})})
        return WorkUnitDescription(
            key=name, revision=1, at=1, micro_stop_s=120, max_gap_s=60, bucket_s=600, timezone=timezone, **said
        )

    return describe


@pytest.fixture
def summed(engine: Engine) -> Callable[[], int]:
    """Make the sums that are not of today's elements."""
    return lambda: sum_up_changed(engine, HANOI)


@pytest.fixture
def everything(engine: Engine) -> Callable[[], Selection]:
    """All machines that were described by now."""
    return lambda: Selection(tuple(machines_of(engine, None)), is_all=True)


@pytest.fixture
def zone() -> ZoneInfo:
    """Of the wall clock that people read."""
    return HANOI
