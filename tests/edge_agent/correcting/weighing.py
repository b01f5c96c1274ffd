"""A recorder with a balance and a press, time in the test's hands, and certificates as a gateway sets them."""

from typing import Any

from edge_agent.asked import Entered, SettingCame
from edge_agent.clock import Clock
from edge_agent.collect import Sample
from edge_agent.config import AgentConfig
from edge_agent.losses import Losses
from edge_agent.outbox import Outbox, OutboxReader
from edge_agent.record import Recorder
from edge_agent.wire.bench import Adjusted
from edge_agent.wire.lines import Point, parse_line
from edge_agent.wire.messages import Setting, SettingKept
from edge_agent.wire.records import record_decoder

S = 10**9
WALL = 1_795_330_800 * S  # 2026-11-22T07:00:00Z


class Weighing:
    """A recorder and its world; ``restart`` is a new process."""

    def __init__(self, config: AgentConfig) -> None:
        self.config, self.mono, self.is_set = config, 1000 * S, True
        self.offset = WALL - self.mono
        self.outbox: Outbox | None = None
        self.revision = 0
        self.restart()

    @property
    def now(self) -> int:
        return self.mono + self.offset

    def restart(self) -> None:
        if self.outbox:
            self.outbox.close()
        path = self.config.state_dir
        clock = Clock(self.config.clock.trust, path, lambda: self.is_set, lambda: self.now, lambda: self.mono)
        self.outbox = Outbox(path, machine="m1")
        self.recorder = Recorder(self.config, clock, self.outbox, Losses(), "boot-1")

    def read(self, value: float, **more: Any) -> Point:
        """One weighing, a second later committed: the point that went out."""
        self.put([("mass", value)], **more)
        self.mono += S
        self.recorder.record()
        return self.points()[-1]

    def put(self, numbers: list[tuple[str, float]], instrument: str = "balance-1", **more: Any) -> None:
        self.recorder.samples.put(Sample(instrument, self.mono, numbers, more.pop("qualities", []), **more))

    def sets(self, body: dict[str, Any], instrument: str = "balance-1") -> SettingKept:
        """Set certificates, and the edge's answer within one record period."""
        self.revision += 1
        self.recorder.asked.put(SettingCame("certificate", instrument, Setting(revision=self.revision, body=body)))
        self.mono += S
        self.recorder.record()
        return self.records(SettingKept)[-1]

    def adjusts(self, at: int, key: str = "a1", instrument: str = "balance-1", **more: Any) -> str:
        """Enter an adjustment at the bench; what is answered."""
        said: list[str] = []
        entry = Adjusted(key=key, instrument=instrument, adjusted_at=at, what="span", **more)
        self.recorder.asked.put(Entered(entry, said.append))
        self.recorder.record()
        return said[0]

    def bodies(self, *, records: bool) -> list[str]:
        reader = OutboxReader(self.outbox.path)
        lines = [
            line for w in reader.after(0, 10_000, records=records) for line in reader.body(w.id)[1].decode().split("\n")
        ]
        reader.close()
        return lines

    def points(self, measurement: str = "sample") -> list[Point]:
        return [p for p in map(parse_line, self.bodies(records=False)) if p.measurement == measurement]

    def records(self, kind: type) -> list[Any]:
        return [r for r in map(record_decoder.decode, self.bodies(records=True)) if isinstance(r, kind)]


def certificate(
    number: str, applies_from: int, points: list[tuple[float, float, float]], **more: Any
) -> dict[str, Any]:
    """Of a channel ``mass`` in g: points are indication, error, u."""
    told = {"unit": "g", "points": [dict(zip(("indication", "error", "u"), p, strict=True)) for p in points]} | more
    return {"number": number, "applies_from": applies_from, "channels": {"mass": told}}
