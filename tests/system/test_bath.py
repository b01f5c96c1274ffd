"""Two thermometers in a bath, read by the bench's edge: the reference by its certificate, and no digit is typed."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
from chain import Chain, Listener, bus, wait_for
from visitor import Visitor

from drivers.simulators.bench_instruments import Bath, Room, Thermometer
from drivers.simulators.clock import world_clock
from drivers.simulators.fluke_answers import TERMINATOR, fluke_answers
from drivers.simulators.imperfections import Imperfections
from drivers.simulators.serial_port import text_pty
from edge_agent.bench.calibrations import Calibration, calibration
from edge_agent.bench.loading import SHIPPED, load_procedures
from edge_agent.oee.shop_book import ShopReader
from edge_agent.wire.bench_settings import BENCH_STANDARDS, BenchStandard, BenchStandardsSet
from edge_agent.wire.certificate_setting import (
    CERTIFICATE,
    CertificateInForce,
    CertificatesSet,
    CertifiedChannel,
    CertifiedPoint,
)
from edge_agent.wire.messages import Setting
from edge_agent.wire.topics import SETTING, EdgeTopic
from gateway.free_ports import free_port
from gateway.servers import HOST

SITE, EDGE = "lab", "bath"
PROCEDURE = "digital-thermometer"
REFERENCE = Imperfections(bias=0.02, gain=2e-4, repeatability=0.0005, resolution=0.001, seed=1)
ITEM = Imperfections(bias=-0.15, gain=2e-3, bend=1e-5, repeatability=0.003, resolution=0.01, seed=2)
U_OF_REFERENCE = 0.005
OFF = 0.6
"""How far the reference's certificate is off its true error, in its standard uncertainty: nobody knows that."""
POINTS = (10.0, 40.0, 70.0)
REPEATS = 2
QUICK = {"window_s = 60.0": "window_s = 0.5", "wait_s = 60.0": "wait_s = 0.1", "repeats = 5": f"repeats = {REPEATS}"}
"""A simulated bath is still after a second, and the homogeneity of its file is that of a real one."""
TABLES = """
[screen]
host = "127.0.0.1"
port = {port}
[bench]
procedures = "procedures"
temperature = "room-1.temperature"
"""


@dataclass
class AtBath:
    """The bench's agent and what hangs in its bath."""

    bath: Bath
    screen: Visitor
    chain: Chain

    def calibration(self, key: str) -> Calibration:
        """All that was said of a session."""
        reader = ShopReader.open(self.chain.folder / "bath" / "outbox.sqlite")
        try:
            found = calibration(reader, key, load_procedures(self.chain.folder / "procedures"), {})
        finally:
            reader.close()
        assert found is not None
        return found


@contextmanager
def at_bath(chain: Chain) -> Iterator[AtBath]:
    text = (SHIPPED / f"{PROCEDURE}.toml").read_text("utf-8")
    for usual, quick in QUICK.items():
        assert usual in text
        text = text.replace(usual, quick)
    (chain.folder / "procedures").mkdir()
    (chain.folder / "procedures" / f"{PROCEDURE}.toml").write_text(text, "utf-8")
    clock, port = world_clock(), free_port()
    bath = Bath(clock, settle_s=0.05)
    hung = {
        "reference-1": Thermometer(bath, REFERENCE),
        "item-1": Thermometer(bath, ITEM),
        "room-1": Thermometer(Room(), Imperfections(resolution=0.1)),
    }
    ptys = {name: text_pty(fluke_answers(one, clock), terminator=TERMINATOR) for name, one in hung.items()}
    with ptys["reference-1"] as reference, ptys["item-1"] as item, ptys["room-1"] as room:
        ports = {"reference-1": reference, "item-1": item, "room-1": room}
        buses = "\n".join(
            bus(f"b-{name}", f"serial://{at}", {name: 1}, "fluke_1522", 0.1) for name, at in ports.items()
        )
        agent = chain.agent(buses, name="bath", state="bath", at=(SITE, EDGE), more=TABLES.format(port=port)).start()
        yield AtBath(bath, Visitor(f"http://{HOST}:{port}"), chain)
        assert agent.stop() == 0


def set_at_bench(listener: Listener) -> None:
    """What the laboratory's gateway would say: the reference's certificate, and that it is a standard."""
    points = tuple(
        CertifiedPoint(indication=at, error=REFERENCE.error(at) + OFF * U_OF_REFERENCE, u=U_OF_REFERENCE)
        for at in (0.0, 50.0, 100.0)
    )
    channel = CertifiedChannel(unit="Cel", points=points, resolution=REFERENCE.resolution)
    certificate = CertificateInForce(
        number="C-7", issuer="Viện mẫu (mô phỏng)", applies_from=1, channels={"temperature": channel}
    )
    standard = BenchStandard(
        code="NK-7",
        name="Nhiệt kế chuẩn",
        quantity="temperature",
        unit="Cel",
        certificate="C-7",
        due="2099-12-31",
        instrument="reference-1",
        channel="temperature",
    )
    say(listener, CERTIFICATE, "reference-1", CertificatesSet(certificates=(certificate,)))
    say(listener, BENCH_STANDARDS, "all", BenchStandardsSet(standards=(standard,)))


def say(listener: Listener, noun: str, key: str, body: msgspec.Struct) -> None:
    setting = Setting(revision=time.time_ns() // 10**6, body=msgspec.to_builtins(body))
    listener.say(str(EdgeTopic(SITE, EDGE, SETTING, noun, key)), msgspec.json.encode(setting), retain=True)


def test_a_thermometer_is_calibrated_against_a_reference_that_is_read_and_corrected(chain: Chain) -> None:
    with at_bath(chain) as work, Listener(chain.broker) as listener:
        set_at_bench(listener)
        begin = f"/bench/begin/{PROCEDURE}"
        wait_for("the standard is offered", lambda: "NK-7" in work.screen.words(begin))
        page = work.screen.send(
            begin,
            begin,
            name="Nhiệt kế hiện số",
            serial_number="T-42",
            range_low="0",
            range_high="80",
            resolution=str(ITEM.resolution).replace(".", ","),
            read_by="item-1 temperature",
            **{"standard-thermometer": "NK-7", "points-errors": "10; 40; 70"},
            place="laboratory",
            decision_rule="",
        )
        key = re.findall(r'action="/bench/([0-9a-f]+)/', page)[0]
        for number in range(len(POINTS) * REPEATS):
            work.bath.set(POINTS[number // REPEATS])
            stage = re.findall(r'name="stage" value="([^"]+)"', work.screen.page(f"/bench/{key}"))[0]
            work.screen.send(f"/bench/{key}", f"/bench/{key}/ready", stage=stage)
            wait_for("it is captured", lambda n=number: len(work.calibration(key).captures) > n)
        stage = re.findall(r'name="stage" value="([^"]+)"', work.screen.page(f"/bench/{key}"))[0]
        work.screen.send(f"/bench/{key}", f"/bench/{key}/finish", stage=stage)
        right(work.calibration(key))


def right(done: Calibration) -> None:
    """Raw indications are kept; each error contains the true one within U, of which the reference's u is a part."""
    for one in done.captures:
        read = one.references["thermometer"]
        shown = one.nominal + REFERENCE.error(one.nominal)
        assert abs(read.value - shown) < 0.003
        assert read.corrected is not None
        assert abs(read.corrected - (one.nominal - OFF * U_OF_REFERENCE)) < 0.003
    errors = [one for one in done.results if one.kind == "error"]
    assert [one.nominal for one in errors] == list(POINTS)
    for one in errors:
        assert abs(one.error - ITEM.error(one.nominal)) <= one.expanded
        assert one.u > U_OF_REFERENCE
        assert one.expanded < 0.1
