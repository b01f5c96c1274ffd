"""A shop floor for tests: a press whose every second is known, followed by a :class:`Shop` on a real outbox."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np

from edge_agent.collect import Sample
from edge_agent.config import AgentConfig, load_config
from edge_agent.dating import Dated
from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.elements import Elements as Sums
from edge_agent.kpi.evaluation import ProductSpan, evaluate
from edge_agent.kpi.evidence import Booking, Counter, Evidence
from edge_agent.kpi.timeline import Limits, Plan
from edge_agent.oee.parts import sum_of
from edge_agent.oee.shop import Shop
from edge_agent.oee.shop_book import ShopReader
from edge_agent.outbox import Outbox
from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Elements

NS = 1_000_000_000
START = 1_772_409_600 * NS
"""2026-03-02 07:00 in Ho Chi Minh City."""
HOUR = 3600 * NS

CONFIG = """
[edge]
site = "sa-dec"
name = "press-shop"

[[buses]]
name = "line"
url = "tcp://127.0.0.1:1502"

[[buses.instruments]]
name = "press"
model = "press_plc"

[[buses.instruments]]
name = "meter"
model = "sdm630"
device_id = 2

[[calendars]]
name = "week"
timezone = "Asia/Ho_Chi_Minh"

[[calendars.shifts]]
name = "a"
start = "06:00"
end = "14:00"
breaks = [{start = "10:00", end = "10:30"}]

[[calendars.shifts]]
name = "b"
start = "14:00"
end = "22:00"

[[work_units]]
name = "press-1"
total = "press.produced"
UNIT
micro_stop_s = 60
max_gap_s = 20

[[work_units.products]]
name = "bracket"
ideal_cycle_s = 2.0
"""
TELLS = """\
reject = "press.scrap"
running = "press.is_running"
fault = "press.is_fault"
mode = "press.mode"
setup_modes = ["2"]
"""
LIMITS = Limits(60 * NS, 20 * NS)


def load(folder: Path, unit: str = TELLS, config: str = CONFIG) -> AgentConfig:
    """The configuration of the press, with these lines in its work unit."""
    path = folder / "agent.toml"
    path.write_text(config.replace("UNIT", unit), "utf-8")
    loaded = load_config(path)
    loaded.state_dir.mkdir(exist_ok=True)
    return loaded


@dataclass
class World:
    """What a press did, second by second.

    Attributes:
        states: State of each second.
        made: Pieces made until the end of each second.
        scrap: Of these not good.
        heard: Whether it answered in each second.
    """

    states: list[Bucket]
    made: list[int]
    scrap: list[int]
    heard: list[bool]

    @classmethod
    def at_random(cls, random: Random, hours: float) -> "World":
        """Runs, stops of all lengths, changeovers, silences."""
        seconds = int(hours * 3600)
        states: list[Bucket] = []
        heard: list[bool] = []
        while len(states) < seconds:
            state = random.choices((Bucket.RUN, Bucket.STOP, Bucket.FAULT, Bucket.SETUP), (8, 3, 3, 1))[0]
            states += [state] * random.choice((1, 5, 59, 60, 61, 200, 900, 2500))
        while len(heard) < seconds:
            heard += [True] * random.randrange(1, 3000) + [False] * random.choice((1, 5, 19, 20, 25, 400))
        made, scrap, n, bad = [], [], random.randrange(2**31), random.randrange(1000)
        for state in states[:seconds]:
            if state == Bucket.RUN and random.random() < 0.45:
                n += 1
                bad += random.random() < 0.05
            made.append(n % 2**32)
            scrap.append(bad)
        return cls(states[:seconds], made, scrap, heard[:seconds])

    def samples(self) -> list[Dated]:
        """What the PLC showed at the end of each second that it answered in."""
        return [self.sample(k) for k in range(len(self.states)) if self.heard[k]]

    def sample(self, k: int) -> Dated:
        """What the PLC shows half a second into second ``k``."""
        state = self.states[k]
        numbers = [
            ("produced", float(self.made[k])),
            ("scrap", float(self.scrap[k])),
            ("is_running", float(state == Bucket.RUN)),
            ("is_fault", float(state == Bucket.FAULT)),
            ("mode", 2.0 if state == Bucket.SETUP else 3.0),
        ]
        return Dated(Sample("press", 0, numbers, []), self.at(k))

    @staticmethod
    def at(k: int) -> int:
        """When second ``k`` is looked at."""
        return START + k * NS + NS // 2

    def evidence(self, until: int, bookings: tuple[Booking, ...] = ()) -> Evidence:
        """All of it at once, as an engine without any memory would get it."""
        ks = [k for k in range(len(self.states)) if self.heard[k]]
        at = np.array([self.at(k) for k in ks], dtype=np.int64)
        rate = Fraction(3, 2)
        return Evidence(
            event_at=at,
            event_state=np.array([self.states[k] for k in ks], dtype=np.int8),
            counters=(
                Counter("total", "total", at, np.array([self.made[k] for k in ks]), rate, 2**32),
                Counter("reject", "reject", at, np.array([self.scrap[k] for k in ks]), rate, 2**32),
            ),
            heartbeat_at=at,
            bookings=bookings,
            heard_until=until,
        )

    def truth(self, windows: list[tuple[int, int]], until: int, bookings: tuple[Booking, ...] = ()) -> list[Sums]:
        """The elements of these windows, evaluated at once."""
        day = 24 * HOUR
        midnight = START - 7 * HOUR
        days = range(-1, len(self.states) // 86_400 + 3)
        shifts = np.array(
            [
                (midnight + d * day + a * HOUR, midnight + d * day + b * HOUR)
                for d in days
                for a, b in ((6, 14), (14, 22))
            ]
        )
        stops = np.array([(midnight + d * day + 10 * HOUR, midnight + d * day + 10 * HOUR + HOUR // 2) for d in days])
        products = [ProductSpan("bracket", -(2**61), 2**61, 2.0)]
        found = evaluate(self.evidence(until, bookings), Plan(shifts, stops), products, LIMITS)
        return found.elements(np.array(windows, dtype=np.int64))


@dataclass
class Floor:
    """A shop that follows samples, and can be killed between any two transactions."""

    config: AgentConfig
    said: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._outbox = Outbox(self.config.state_dir, "test")
        self._closed = False
        self.shop = Shop(self.config, self._outbox)

    def kill(self) -> None:
        """End without a word, and start again from the disk."""
        self._outbox.close()
        self._outbox = Outbox(self.config.state_dir, "test")
        self.shop = Shop(self.config, self._outbox)

    def follow(self, samples: list[Dated], now: int, *entries: Record) -> list[Record]:
        """One transaction of the recorder."""
        with self._outbox.transaction():
            said = [record for entry in entries for record in self.shop.enter(entry, now)]
            said += list(self.shop.take(samples, now))
        self.shop.picture(now)
        self.said += said
        return said

    def fail(self, samples: list[Dated], now: int) -> None:
        """A transaction that the disk refuses at its end."""
        with self._outbox.transaction():
            list(self.shop.take(samples, now))
            self._outbox.db.execute("ROLLBACK")
            self._outbox.db.execute("BEGIN")
        self.shop.forget_unwritten()

    def book(self) -> ShopReader:
        """What it has kept."""
        return ShopReader(self._outbox.db)

    def elements(self) -> dict[int, Elements]:
        """The elements that are in force, by the start of their bucket."""
        return {one.since: one for one in self.book().records(Elements, most=100_000)}

    def sums(self, since: int, until: int) -> Sums:
        """What the elements of these buckets add up to."""
        return sum_of(one for start, one in self.elements().items() if since <= start < until)

    def close(self) -> None:
        """End; twice is harmless."""
        if not self._closed:
            self._outbox.close()
        self._closed = True
