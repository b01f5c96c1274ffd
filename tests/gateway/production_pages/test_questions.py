"""What a page asks of the registry does not grow with the number of machines: held by counting, not by a clock."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription

S = 10**9
HOUR = 3600 * S
PAGES = [
    "/",
    "/production?period=2025-11",
    "/production?period=2025-W48",
    "/production?site=sa-dec&period=2025-11-25",
    "/production/stops?site=sa-dec&period=2025-11",
    "/andon/sa-dec",
    "/andon/sa-dec?part=1",
    "/measurements?site=sa-dec",
    "/live",
    "/setup",
    "/edges",
    "/api/v1/production/figures?period=2025-11&by=member",
    "/api/v1/sites/sa-dec/work-units",
    "/api/v1/health",
]


def fill(house, edge: str, machines: int) -> None:
    """An edge with machines that are in their shift, with elements and a stop each."""
    since, status = house.now - 2 * HOUR, {}
    for k in range(machines):
        name = f"press-{k}"
        said = WorkUnitDescription(
            key=name, revision=1, at=1, production_line="line-1", micro_stop_s=60, max_gap_s=10, bucket_s=600,
            timezone="Asia/Ho_Chi_Minh",
        )  # fmt: skip
        part = Part(shift="A@2025-11-25", product="", ideal_cycle_s=None, ns={"RUN": 500 * S, "STOP": 100 * S})
        bucket = Elements(
            key=f"{name}.{since}", revision=1, at=1, work_unit=name, since=since, until=since + 600 * S, parts=(part,)
        )
        stop = Stop(
            key=f"{name}.{since}", revision=1, at=1, work_unit=name, since=since, until=since + 100 * S, kind="STOP",
            planned_ns=100 * S, shift="A@2025-11-25",
        )  # fmt: skip
        house.keep(said, bucket, stop, edge=edge)
        status[name] = WorkUnitStatus(
            at=house.now, bucket="RUN", since=since, heard_at=house.now, shift="A@2025-11-25", shift_since=since,
            shift_until=since + 8 * HOUR, availability=0.9, coverage=1.0,
        )  # fmt: skip
    house.speak(edge=edge, work_units=status)


@contextmanager
def questions(engine: Engine) -> Iterator[list[str]]:
    """What is asked of the registry meanwhile."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def count(house):
    """How many questions each page asks."""
    browser = house.enter("mai")

    def all_pages() -> dict[str, int]:
        counts = {}
        browser.get("/")  # what is worked out once for all visits
        for path in PAGES:
            house.app.state.looks = None
            del house.app.state.looks  # what was looked at a moment ago asks nothing
            with questions(house.engine) as asked:
                assert browser.get(path).status_code == 200
            counts[path] = len(asked)
        return counts

    return all_pages


def test_no_page_asks_more_for_twelve_machines_than_for_two(house, count) -> None:
    fill(house, "press-shop", 2)
    few = count()
    fill(house, "press-shop", 12)
    assert count() == few
    assert few["/andon/sa-dec"] <= 14


def test_the_shifts_on_the_wall_are_each_of_its_own_machine(house) -> None:
    fill(house, "press-shop", 3)
    fill(house, "other-hall", 2)
    page = house.enter("mai").get("/andon/sa-dec").text
    assert page.count('<figure class="shift">') == 5
    assert page.count('class="bar bucket-stop"') == 5
