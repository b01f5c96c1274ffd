"""A press whose every moment is known: what it shows is a function of the time, also while nobody reads it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from chain import Chain, bus
from processes import Process

from drivers.instrument import Value
from drivers.modbus.registers import Register
from drivers.simulators.modbus_devices import Device
from drivers.simulators.modbus_server import serve_devices

S = 10**9
PERIOD_S = 0.1
CYCLE_NS = 300_000_000
IDEAL_CYCLE_S = 0.25
SPOILT = 7
"""Every so many-th piece is not good."""
CHANNELS = ("produced", "good", "scrap", "is_running", "is_fault")
MODEL = "pressing.toml"

_HEAD = """model = "pressing"
title.vi = "Máy dập"
title.en = "Press"
source.manual = "This folder"
source.revision = "1"
source.table = "press.py"
dialect = "modbus"
"""
_REGISTER = """
[[register]]
channel = "{name}"
table = "holding_register"
address = {address}
datatype = "uint32"
unit = "1"
title.vi = "Kênh {name}"
title.en = "Channel {name}"
"""
_AT_ANOTHER_TIME = """
import sys, time
real = time.time_ns
time.time_ns = lambda: real() - {behind_ns}
from edge_agent import cli
sys.exit(cli.main(sys.argv[1:]))
"""


class PiClock:
    """The clock of an edge that is some seconds behind: the end of a nominal bucket then comes when a test wants it.

    Args:
        to_bucket_end_s: How soon the present minute ends by it.

    Attributes:
        behind_ns: How far it is behind, less than a minute.
        bucket_end: When that minute ends by it, UTC ns.
    """

    def __init__(self, to_bucket_end_s: float) -> None:
        minute = 60 * S
        wanted = time.time_ns() + round(to_bucket_end_s * S)
        self.behind_ns = wanted % minute
        self.bucket_end = wanted - self.behind_ns

    def now(self) -> int:
        """UTC, ns."""
        return time.time_ns() - self.behind_ns

    def wear(self, agent: Process) -> Process:
        """Let an agent, not yet started, go by this clock."""
        agent.run_instead(_AT_ANOTHER_TIME.format(behind_ns=self.behind_ns))
        return agent


class Pause(NamedTuple):
    """A stretch in which the press does not run; UTC ns."""

    since: int
    until: int
    is_fault: bool = False


@dataclass
class Press:
    """Runs but for its pauses, which may be told beforehand or as they come.

    Attributes:
        clock: By which it goes.
        pauses: In order of time, disjoint.
        began: When it was switched on, UTC ns.
    """

    clock: PiClock
    pauses: Sequence[Pause] = ()
    began: int = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock.now() - 3600 * S

    def stand(self, *, is_fault: bool = False) -> int:
        """Stop until told to run; when, UTC ns."""
        now = self.clock.now()
        self.pauses = (*self.pauses, Pause(now, 2**62, is_fault))
        return now

    def run(self) -> int:
        """Go on; when, UTC ns."""
        now = self.clock.now()
        self.pauses = (*self.pauses[:-1], self.pauses[-1]._replace(until=now))
        return now

    def shows(self) -> Mapping[str, Value | None]:
        """What its registers hold at this instant."""
        now, pauses = self.clock.now(), self.pauses
        stood = sum(max(min(one.until, now) - one.since, 0) for one in pauses)
        produced = (now - self.began - stood) // CYCLE_NS
        pause = next((one for one in pauses if one.since <= now < one.until), None)
        return {
            "produced": produced,
            "good": produced - produced // SPOILT,
            "scrap": produced // SPOILT,
            "is_running": int(pause is None),
            "is_fault": int(pause is not None and pause.is_fault),
        }


@contextmanager
def served(chain: Chain, press: Press) -> Iterator[str]:
    """The press on a loopback port; its bus for agent.toml, on which it is called ``press-1``."""
    registers = [_REGISTER.format(name=name, address=2 * k) for k, name in enumerate(CHANNELS)]
    (chain.folder / MODEL).write_text(_HEAD + "".join(registers), "utf-8")
    held = [
        Register(channel=name, table="holding_register", address=2 * k, datatype="uint32", unit="1")
        for k, name in enumerate(CHANNELS)
    ]
    with serve_devices({1: Device(held, press.shows)}) as port:
        yield bus("line", f"tcp://127.0.0.1:{port}", {"press-1": 1}, MODEL, PERIOD_S, "timeout_s = 1")
