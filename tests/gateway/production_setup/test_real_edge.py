"""What is set on the page arrives at a real edge through a real broker, is in force there, and the page shows it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import GatewayStatus
from edge_agent.wire.topics import GatewayTopic
from gateway.broker_config import BrokerConfig
from gateway.ingest.ingest import Ingest
from gateway.ingest.subscription import Subscription
from gateway.production_setup import standing_at, wanted_at
from gateway.registry import RecordRow
from gateway.registry.roles import SYSTEM, Role
from gateway.servers import Server
from gateway.shop_floor import WorkUnit

AGENT = """
[edge]
site = "sa-dec"
name = "press-shop"
status_period_s = 1

[clock]
trust = "always"

[broker]
url = "{url}"

[[buses]]
name = "line"
url = "tcp://127.0.0.1:1"

[[buses.instruments]]
name = "press"
model = "press_plc"

[[calendars]]
name = "week"

[[calendars.shifts]]
name = "A"
start = "06:00"
end = "14:00"

[[work_units]]
name = "press-1"
total = "press.produced"
running = "press.is_running"
"""


def until(ask: Callable[[], Any], what: str, within_s: float = 30.0) -> Any:
    end = time.monotonic() + within_s
    while not (answer := ask()):
        assert time.monotonic() < end, f"waited {within_s:g} s in vain for {what}"
        time.sleep(0.05)
    return answer


@pytest.fixture
def listening(office, mosquitto: Server) -> Iterator[None]:
    """The gateway's ingest, at the broker."""
    office.gateway.now = time.time_ns()
    will = msgspec.json.encode(GatewayStatus(state="lost", can_store=False, why="gone"))
    subscription = Subscription(BrokerConfig(url=mosquitto.url), "main", (str(GatewayTopic("main")), will))
    ingest = Ingest(office.engine, office.gateway.timeseries, subscription, "main")
    ingest.start()
    subscription.start(ingest)
    yield
    ingest.stop()
    subscription.stop()


@pytest.fixture
def agent(mosquitto: Server, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts the edge's own program."""
    folder = tmp_path / "edge"
    folder.mkdir()
    (folder / "agent.toml").write_text(AGENT.format(url=mosquitto.url), "utf-8")
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        with (folder / "log").open("ab") as log:
            words = [sys.executable, "-m", "edge_agent.cli", "run", str(folder / "agent.toml")]
            running.append(subprocess.Popen(words, stdout=log, stderr=log))
        return running[-1]

    yield start
    for one in running:
        one.terminate()  # nothing to one that has ended
        assert one.wait(20) == 0, (folder / "log").read_text("utf-8")


def states(office) -> dict[str, str]:
    wanted = wanted_at(office.book, office.gateway.shop_floor, SYSTEM, office.site)
    return {f"{one.noun}/{one.key}": str(one.state) for one in standing_at(office.engine, "sa-dec", wanted)}


def said(office, noun: str) -> list[dict[str, Any]]:
    with Session(office.engine) as session:
        rows = session.scalars(select(RecordRow).where(RecordRow.noun == noun).order_by(RecordRow.at))
        return [msgspec.json.decode(row.body) for row in rows]


def units(office) -> list[WorkUnit]:
    return office.gateway.shop_floor.work_units("sa-dec")


@pytest.mark.usefixtures("listening")
def test_what_is_set_on_the_page_is_in_force_at_the_edge_or_refused_in_its_words(office, agent, make) -> None:
    agent()
    until(lambda: units(office), "the edge to tell of its work unit")
    manager = office.browser(Role.MANAGER)
    product = {
        "organisation": office.organisation.id,
        "code": "SP-250",
        "name_vi": "Ke góc",
        "ideal_cycle_s": "2,5",
    }
    assert manager.send("/setup/products/new", "/setup/products/new", **product).status_code == 303
    calendar = {
        "site": office.site.id,
        "name": "week",
        "timezone": "Asia/Ho_Chi_Minh",
        "shifts": "A | 6:00-14:00 | 1-6 | 10:00-10:15\nB | 14:00-22:00 | 1-6",
    }
    assert manager.send("/setup/shift-calendars/new", "/setup/shift-calendars/new", **calendar).status_code == 303
    assert states(office) == {"calendar/week": "never", "products/press-1": "never"}
    which = ["press-shop/calendar/week", "press-shop/products/press-1"]
    assert manager.send("/setup/send?site=sa-dec", "/setup/send?site=sa-dec", which=which).status_code == 303
    in_force = {"calendar/week": "in_force", "products/press-1": "in_force"}
    until(lambda: states(office) == in_force, "the edge to take both up")
    assert manager.page("/setup?site=sa-dec").count("Đang áp dụng") == 2
    products = until(lambda: units(office)[0].description.products, "the edge to tell of its product")
    assert {name: (one.ideal_cycle_s, one.title["vi"]) for name, one in products.items()} == {"SP-250": (2.5, "Ke góc")}
    kept = until(lambda: [one for one in said(office, "calendar") if one["who"] == "gateway"], "the calendar")
    assert [shift["name"] for shift in kept[0]["body"]["shifts"]] == ["A", "B"]

    # Right by itself; only the edge knows that its work unit would then have two calendars to choose from.
    make("shift_calendar", name="second", timezone="Asia/Ho_Chi_Minh", shifts="N | 22:00-06:00")
    which = ["press-shop/calendar/second"]
    assert manager.send("/setup/send?site=sa-dec", "/setup/send?site=sa-dec", which=which).status_code == 303
    until(lambda: states(office) == in_force | {"calendar/second": "refused"}, "the edge to refuse")
    page = manager.page("/setup?site=sa-dec")
    assert "Bị từ chối" in page
    assert "work_units[0].calendar: missing; there are several. Write one of" in page


OWN_PRODUCT = """
[[work_units.products]]
name = "file-part"
ideal_cycle_s = 9.0
"""


def cycles(office) -> dict[str, float]:
    """What the edge says that its machine makes, product -> ideal cycle, s."""
    return {name: one.ideal_cycle_s for unit in units(office) for name, one in unit.description.products.items()}


@pytest.mark.usefixtures("listening")
def test_an_edge_that_was_away_gets_the_last_that_was_set_and_given_back_its_file_holds(
    office, agent, make, mosquitto, tmp_path
) -> None:
    file = tmp_path / "edge" / "agent.toml"
    file.write_text(file.read_text("utf-8") + OWN_PRODUCT, "utf-8")
    running = agent()
    until(lambda: cycles(office) == {"file-part": 9.0}, "the edge to tell of the product of its file")
    running.terminate()
    assert running.wait(20) == 0

    # While it is away the office decides three times, and the broker forgets all that it retained.
    manager = office.browser(Role.MANAGER)
    row = make("product", code="SP-250", name_vi="Ke góc", ideal_cycle_s=2.0)
    which = ["press-shop/products/press-1"]
    for cycle_s in (3.0, 4.0):
        assert manager.send("/setup/send?site=sa-dec", "/setup/send?site=sa-dec", which=which).status_code == 303
        office.book.change(SYSTEM, "product", row.id, {"ideal_cycle_s": cycle_s}, None)
    mosquitto.stop()
    mosquitto.wipe()
    mosquitto.start()
    assert manager.send("/setup/send?site=sa-dec", "/setup/send?site=sa-dec", which=which).status_code == 303
    assert states(office) == {"products/press-1": "waiting"}
    assert "Đang áp dụng" not in manager.page("/setup?site=sa-dec")

    agent()
    until(lambda: states(office) == {"products/press-1": "in_force"}, "the edge to take up what was set")
    until(lambda: cycles(office) == {"SP-250": 4.0}, "the edge to tell of the product that was set")
    office.book.retire(SYSTEM, "product", row.id, None, "no longer made")
    assert manager.send("/setup/send?site=sa-dec", "/setup/send?site=sa-dec", which=which).status_code == 303
    until(lambda: cycles(office) == {"file-part": 9.0}, "its file to hold again")
    assert states(office) == {"products/press-1": "in_force"}
