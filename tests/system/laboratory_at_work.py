"""A made-up laboratory and a shop floor that is its customer: gateway, two agents, a balance that is carried about."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chain import EDGE, SITE, Chain, bus, wait_for

from drivers.simulators.bench_instruments import BenchBalance
from drivers.simulators.clock import Clock, world_clock
from drivers.simulators.fluke_answers import TERMINATOR, fluke_answers
from drivers.simulators.imperfections import Imperfections
from drivers.simulators.mt_sics_answers import SERIAL_NUMBER, mt_sics_answers
from drivers.simulators.serial_port import text_pty
from drivers.simulators.shipped import room_thermometer
from edge_agent.bench.loading import SHIPPED
from gateway.access.links import make_link
from gateway.config import load_config
from gateway.demo.laboratory import PEOPLE, Laboratory, Read, furnish
from gateway.free_ports import free_port
from gateway.opening import opened_registry
from gateway.registry import transaction
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.territory import write_provinces
from gateway.servers import HOST

LAB_SITE, BENCH = "lab", "bench"
BALANCE, ON_THE_BENCH, ROOM = "balance-1", "balance-9", "room-1"
PROCEDURE = "technical-balance"
PERIOD_S = 0.1
TRUTH = Imperfections(bias=0.004, gain=4e-5, repeatability=3e-4, resolution=0.001)
"""How the balance errs, g."""
OFF_THE_CENTRE = {"front_left": 1e-5, "back_left": -1e-5, "back_right": 1.5e-5, "front_right": 0.0}
POSITIONS = {
    "giữa": "centre",
    "phía trước bên trái": "front_left",
    "phía sau bên trái": "back_left",
    "phía sau bên phải": "back_right",
    "phía trước bên phải": "front_right",
}
QUICK = {"window_s = 3.0": "window_s = 0.4", "wait_s = 2.0": "wait_s = 0.1"}
"""A simulated pan has come to rest after half a second, which is no reason to wait for five."""
BENCH_TABLES = """
[screen]
host = "127.0.0.1"
port = {port}
[bench]
procedures = "procedures"
temperature = "{room}.temperature"
[[operators]]
name = "{name}"
"""
LAN, MINH, GIANG = PEOPLE


@dataclass
class AtWork:
    """All of it, running.

    Attributes:
        chain: Gateway, broker, agents.
        clock: Time of the simulated world.
        balance: The one that is calibrated: a port of it is on the bench, another one on the shop floor.
        laboratory: Rows of the registry.
        screen: Address of the bench's screen.
        keys: Account -> secret of a link that signs it in.
    """

    chain: Chain
    clock: Clock
    balance: BenchBalance
    laboratory: Laboratory
    screen: str
    keys: dict[str, str]

    @property
    def gateway(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.chain.port}"

    def shown(self) -> dict[str, Any]:
        """The newest sample of the shop's balance."""
        latest = self.chain.api(f"latest?site={SITE}&edge={EDGE}") or []
        return next((one for one in latest if one["channel"] == "mass"), {})

    def wait_for_sample(self, quality: str) -> dict[str, Any]:
        """The first sample of the shop's balance that is of such a quality and was taken from now on."""
        now = time.time()

        def came() -> Any:
            one = self.shown()
            return one if one and one["quality"] == quality and _seconds(one["at"]) > now else None

        return wait_for(f"a sample that is {quality}, not {self.shown()}", came)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@contextmanager
def at_work(chain: Chain) -> Iterator[AtWork]:
    """Everything started; the shop's balance has no certificate yet."""
    gateway = chain.gateway()
    laboratory, keys = _registered(chain)
    _own_procedure(chain.folder)
    clock = world_clock()
    balance = BenchBalance(TRUTH, clock, OFF_THE_CENTRE)
    weighs, tells = mt_sics_answers(balance, clock), fluke_answers(room_thermometer(), clock)
    with text_pty(weighs) as shop, text_pty(weighs) as bench, text_pty(tells, terminator=TERMINATOR) as room:
        port = free_port()
        tables = BENCH_TABLES.format(port=port, room=ROOM, name=LAN.full_name)
        buses = bus("scale", f"serial://{bench}", {ON_THE_BENCH: 1}, "mt_sics_balance", PERIOD_S) + "\n"
        buses += bus("room", f"serial://{room}", {ROOM: 1}, "fluke_1522", 2 * PERIOD_S) + "\n"
        agents = [
            chain.agent(
                bus("scale", f"serial://{shop}", {BALANCE: 1}, "mt_sics_balance", PERIOD_S), name="shop", state="shop"
            ),
            chain.agent(buses, name="bench", state="bench", at=(LAB_SITE, BENCH), more=tables),
        ]
        gateway.start()
        for agent in agents:
            agent.start()
        yield AtWork(chain, clock, balance, laboratory, f"http://{HOST}:{port}", keys)


def _registered(chain: Chain) -> tuple[Laboratory, dict[str, str]]:
    """What an administrator enters once: enterprise and laboratory, people, standards, the balance."""
    now = time.time_ns()
    with opened_registry(load_config(chain.folder / "gateway.toml")) as engine:
        book = Book(engine, lambda: now)
        write_provinces(book)
        province = book.find(SYSTEM, "province", code="82", until="").id
        firm = {"code": "1400000001", "name": "Công ty Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
        owner = book.make(SYSTEM, "organisation", firm).id
        place = {"code": "29990", "name": "Phường Sa Đéc", "province": province, "since": "2025-07-01"}
        commune = book.make(SYSTEM, "commune", place).id
        placed = {"organisation": owner, "commune": commune, "address": "Khóm 3", "since": "2025-07-01"}
        book.make(SYSTEM, "placement", placed)
        book.make(SYSTEM, "site", {"name": SITE, "title": "Xưởng dập", "organisation": owner, "kind": "factory"})
        values = {"serial_number": SERIAL_NUMBER, "resolution": 0.001, "range_low": 0, "range_high": 200}
        values |= {"mpe_formula": "0.02 + 5e-5 * abs(x)", "maker": "Mettler Toledo", "model": "XS204"}
        laboratory = furnish(
            engine,
            now,
            owner=owner,
            bench_site=LAB_SITE,
            room=Read(LAB_SITE, BENCH, ROOM),
            balance=Read(SITE, EDGE, BALANCE),
            balance_values=values,
            procedure=PROCEDURE,
        )
        keys = {}
        for name, account in laboratory.accounts.items():
            with transaction(engine) as session:
                keys[name] = make_link(session, SYSTEM, now, account, uses=1000)
    return laboratory, keys


def _own_procedure(folder: Path) -> None:
    """The shipped one, for a balance that settles in no time."""
    text = (SHIPPED / f"{PROCEDURE}.toml").read_text("utf-8")
    for usual, quick in QUICK.items():
        assert usual in text
        text = text.replace(usual, quick)
    (folder / "procedures").mkdir()
    (folder / "procedures" / f"{PROCEDURE}.toml").write_text(text, "utf-8")


def load_of(words: str) -> tuple[float, str]:
    """What a step asks for: g, and where."""
    found = re.search(r"([0-9]+(?:,[0-9]+)?) g", words)
    assert found, words
    place = next((name for vi, name in POSITIONS.items() if words.rstrip(".").endswith(f": {vi}")), "centre")
    return float(found[1].replace(",", ".")), place
