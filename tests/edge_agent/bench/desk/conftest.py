"""A recorder with a bench, with time and all instruments in the test's hands."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from edge_agent.asked import BenchAsked, SettingCame
from edge_agent.bench.board import SessionNow
from edge_agent.bench.requests import AnyBenchRequest, Begin, SetUp, StandardChosen
from edge_agent.clock import Clock
from edge_agent.collect import Sample
from edge_agent.config import load_config
from edge_agent.losses import Losses
from edge_agent.oee.shop_book import ShopReader
from edge_agent.outbox import Outbox, OutboxReader
from edge_agent.record import Recorder
from edge_agent.wire.bench import BenchItem, CalibrationCapture, CalibrationSession
from edge_agent.wire.certificate_setting import CERTIFICATE as CERTIFICATE_OF
from edge_agent.wire.lines import Point, parse_line
from edge_agent.wire.messages import Setting
from edge_agent.wire.records import record_decoder

S = 10**9
WALL = 1_795_330_800 * S  # 2026-11-22 in Việt Nam
KEY = "0123456789abcdef"

THERMOMETER = """
model = "thermometer"
title = { vi = "Nhiệt kế", en = "Thermometer" }
source = { manual = "Manual of a thermometer", revision = "1", table = "Output format" }
dialect = "text_line"
prompt = "READ?\\r\\n"
pattern = '(?P<temperature>[-+0-9.]+) C; (?P<humidity>[0-9.]+) %'
[[channel]]
name = "temperature"
unit = "Cel"
[[channel]]
name = "humidity"
unit = "%"
"""
AGENT = """
[edge]
site = "sa-dec"
name = "bench"
[clock]
trust = "ntp"
undated_max_s = 100.0
[screen]
[bench]
procedures = "procedures"
temperature = "room-1.temperature"
[[buses]]
name = "scale"
url = "sim://balance"
instruments = [{ name = "balance-1", model = "mt_sics_balance" }]
[[buses]]
name = "item"
url = "sim://a"
instruments = [{ name = "item-1", model = "thermometer.toml" }]
[[buses]]
name = "reference"
url = "sim://b"
instruments = [{ name = "ref-1", model = "thermometer.toml" }]
[[buses]]
name = "room"
url = "sim://c"
instruments = [{ name = "room-1", model = "thermometer.toml" }]
"""
HEAD = """
id = "{id}"
version = "1"
quantity = "{quantity}"
unit = "{unit}"
sources = ["a method of this test"]
title = {{ vi = "Thử", en = "Trial" }}
summary = {{ vi = "Thử.", en = "Trial." }}
[[references]]
role = "reference"
quantity = "{quantity}"
source = "{source}"
unit = "{unit}"
title = {{ vi = "Chuẩn", en = "Reference" }}
[[environment]]
quantity = "temperature"
unit = "Cel"
low = 18.0
high = 27.0
most_change = 2.0
title = {{ vi = "Nhiệt độ phòng", en = "Room temperature" }}
[[environment]]
quantity = "humidity"
unit = "%"
low = 30.0
high = 75.0
is_required = false
title = {{ vi = "Độ ẩm", en = "Humidity" }}
[settling]
window_s = 3.0
within = "5 * d"
reference_within = "0.05"
wait_s = 2.0
give_up_s = 20.0
"""
ERRORS = """
[[tests]]
id = "errors"
points = ["low", "high"]
repeats = 2
model = "x - ref + resolution"
title = { vi = "Sai số", en = "Errors" }
instruction = { vi = "Đặt {nominal} {unit}.", en = "Set {nominal} {unit}." }
[[tests.inputs]]
name = "ref"
value = "ref"
spread = "u_ref"
title = { vi = "Chuẩn", en = "Reference" }
[[tests.inputs]]
name = "resolution"
distribution = "rectangular"
spread = "d / 2"
title = { vi = "Độ phân giải", en = "Resolution" }
"""
STABILITY = """
[[tests]]
id = "stability"
kind = "repeatability"
points = ["low"]
repeats = 2
optional = true
title = { vi = "Độ lặp lại", en = "Repeatability" }
instruction = { vi = "Đặt {nominal} {unit}.", en = "Set {nominal} {unit}." }
"""
ITEM = BenchItem(
    name="Nhiệt kế", serial_number="T-7", unit="Cel", range_low=0.0, range_high=100.0, resolution=0.01, mpe="0.5"
)
SCALE = BenchItem(name="Cân", serial_number="B-7", unit="g", range_low=0.0, range_high=200.0, resolution=0.001)
STANDARDS = [
    {
        "code": "RT-1",
        "quantity": "temperature",
        "unit": "Cel",
        "certificate": "C-1",
        "due": "2027-01-01",
        "instrument": "ref-1",
        "channel": "temperature",
    },
    {
        "code": "RT-2",
        "quantity": "temperature",
        "unit": "Cel",
        "certificate": "C-2",
        "due": "2027-01-01",
        "points": [[0.0, 0.1, 0.01], [50.0, 0.1, 0.01], [100.0, 0.1, 0.01]],
    },
    {
        "code": "W-1",
        "quantity": "mass",
        "unit": "g",
        "certificate": "C-3",
        "due": "2027-01-01",
        "values": [
            {"nominal": 50.0, "value": 50.0001, "u": 1e-5},
            {"nominal": 100.0, "value": 100.0002, "u": 2e-5},
            {"nominal": 100.0, "label": "100*", "value": 99.9999, "u": 2e-5},
        ],
    },
]
CERTIFICATE = {
    "certificates": [
        {
            "number": "C-1",
            "applies_from": 1,
            "channels": {
                "temperature": {
                    "unit": "Cel",
                    "points": [{"indication": x, "error": 0.02, "u": 0.005} for x in (0.0, 50.0, 101.0)],
                }
            },
        }
    ]
}


class BenchEdge:
    """A recorder and its world; ``restart`` is a new process after a kill."""

    def __init__(self, folder: Path) -> None:
        (folder / "procedures").mkdir()
        bath = HEAD.format(id="small-bath", quantity="temperature", unit="Cel", source="either")
        scale = HEAD.format(id="small-scale", quantity="mass", unit="g", source="measure")
        (folder / "procedures" / "small-bath.toml").write_text(bath + STABILITY + ERRORS, "utf-8")
        (folder / "procedures" / "small-scale.toml").write_text(
            scale + ERRORS.replace('"low"', '"0.5 * high"'), "utf-8"
        )
        (folder / "thermometer.toml").write_text(THERMOMETER, "utf-8")
        (folder / "agent.toml").write_text(AGENT, "utf-8")
        self.config = load_config(folder / "agent.toml")
        self.now = 1000 * S
        self.is_set = True
        self.outbox: Outbox | None = None
        self.shows = {"item-1": 0.0, "ref-1": 0.0, "room-1": 20.0, "balance-1": 0.0}
        self.qualities: dict[str, str] = {}
        self.revision = 0
        self.restart()

    def restart(self) -> None:
        self.close()
        clock = Clock("ntp", self.config.state_dir, lambda: self.is_set, lambda: self.wall, lambda: self.now)
        self.outbox = Outbox(self.config.state_dir, machine="m1")
        self.recorder = Recorder(self.config, clock, self.outbox, Losses(), "boot-1")

    def close(self) -> None:
        if self.outbox:
            self.outbox.close()

    @property
    def wall(self) -> int:
        return self.now + WALL - 1000 * S

    def second(self, times: int = 1) -> None:
        """A second passes; everything that is on shows its value."""
        for _ in range(times):
            for name, value in self.shows.items():
                channel = "mass" if name == "balance-1" else "temperature"
                quality = self.qualities.get(name)
                marks = [(f"{channel}_q", quality)] if quality else []
                numbers = [] if quality and quality.startswith("bad") else [(channel, value)]
                self.recorder.samples.put(Sample(name, self.now, numbers, marks))
            self.now += S
            self.recorder.record()

    def ask(self, request: AnyBenchRequest) -> str:
        """What is answered once it is on disk."""
        answers: list[str] = []
        self.recorder.asked.put(BenchAsked(request, answers.append))
        self.recorder.record()
        [answer] = answers
        return answer

    def set(self, noun: str, body: Mapping[str, object], key: str = "all") -> None:
        self.revision += 1
        self.recorder.asked.put(SettingCame(noun, key, Setting(revision=self.revision, body=dict(body))))
        self.recorder.record()

    def records(self, kind: type) -> list:
        """All that was said of a kind, also what was said anew."""
        lines = self._bodies(records=True)
        return [one for one in map(record_decoder.decode, lines) if isinstance(one, kind)]

    def points(self, instrument: str) -> list[Point]:
        """Samples as they go to the gateway."""
        found = map(parse_line, self._bodies(records=False))
        return [one for one in found if one.measurement == "sample" and one.instrument == instrument]

    def _bodies(self, *, records: bool) -> list[str]:
        assert self.outbox is not None
        reader = OutboxReader(self.outbox.path)
        lines = [
            line for w in reader.after(0, 10_000, records=records) for line in reader.body(w.id)[1].decode().split("\n")
        ]
        reader.close()
        return lines

    def kept(self, kind: type) -> list:
        """What stands in the book."""
        assert self.outbox is not None
        return ShopReader(self.outbox.db).below(kind, "")

    @property
    def captures(self) -> list[CalibrationCapture]:
        return sorted(self.kept(CalibrationCapture), key=lambda one: one.number)

    @property
    def session(self) -> CalibrationSession:
        [found] = self.kept(CalibrationSession)
        return found

    @property
    def shown(self) -> SessionNow:
        assert self.recorder.bench.board is not None
        return self.recorder.bench.board.sessions[KEY]

    def point(self, value: float, reference: float | None = None) -> None:
        """Bring the bath to a value, say that it is set up, and let it settle."""
        self.shows |= {"item-1": value, "ref-1": value if reference is None else reference, "balance-1": value}
        assert self.ask(SetUp(session=KEY, who="Lan")) == ""


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BenchEdge]:
    # The procedures that are shipped have tests of their own; to read them costs a tenth of a second.
    monkeypatch.setattr("edge_agent.bench.loading.SHIPPED", tmp_path / "shipped")
    made = BenchEdge(tmp_path)
    made.second()
    made.set("bench-standards", {"standards": STANDARDS})
    made.set(CERTIFICATE_OF, CERTIFICATE, "ref-1")
    yield made
    made.close()


Beginning = Callable[..., Begin]


@pytest.fixture
def bath() -> Beginning:
    """What begins a calibration of a thermometer in a bath."""

    def make(**more: object) -> Begin:
        chosen = (StandardChosen("reference", "RT-1"),)
        return msgspec.structs.replace(
            Begin(
                session=KEY,
                who="Lan",
                procedure="small-bath",
                item=ITEM,
                standards=chosen,
                instrument="item-1",
                channel="temperature",
                left_out=("stability",),
            ),
            **more,
        )

    return make


@pytest.fixture
def scale() -> Beginning:
    """What begins a calibration of a balance."""

    def make(**more: object) -> Begin:
        chosen = (StandardChosen("reference", "W-1"),)
        return msgspec.structs.replace(
            Begin(
                session=KEY,
                who="Lan",
                procedure="small-scale",
                item=SCALE,
                standards=chosen,
                instrument="balance-1",
                channel="mass",
            ),
            **more,
        )

    return make
