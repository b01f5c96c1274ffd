"""``nhipdo demo``: the whole chain on one machine, on simulated instruments.

Decision: simulators, broker, gateway and agent are separate processes that meet at ports and files, as in the field.
Because: what is seen here is then what happens there, also when one of them dies.
Instead of: threads in one process.
"""

import argparse
import json
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_urlsafe
from threading import Event
from typing import Any

from gateway.demo.account import admit_edges, demo_links
from gateway.demo.folder import (
    BENCH,
    EDGE,
    LAB_SITE,
    SITE,
    agent_toml,
    bench_toml,
    for_analysts,
    fresh_folder,
    gateway_toml,
    shop_buses,
    simulated_plant,
)
from gateway.demo.laboratory import PEOPLE
from gateway.demo.processes import (
    Child,
    DemoError,
    DemoStopped,
    Running,
    ServerChild,
    asked_to_stop,
    fail_when_one_died,
    free_port,
    wait_until,
)
from gateway.ingest.journals import EdgeId

PORT = 8080
START_S = 60.0
"""How long each step of the start may take, s."""
FETCH_S = 5.0
WATCH_S = 0.2


class Demo:
    """The demo's processes and files; belongs to one thread.

    Attributes:
        port: Of the page.
        address: Of the page; once the demo has started, with the link that opens it.
        screen: Address of the screen beside the machine.
        bench: Address of the screen on the laboratory's bench.
        people: Who of the laboratory -> address of the page as they see it.
        influxdb: Address of the InfluxDB that was started; empty: none was.
        running: What was started, in the order in which it is stopped.
    """

    def __init__(self, folder: Path, port: int, screen_port: int, stopping: Event) -> None:
        self.port = port
        self.screen = f"http://127.0.0.1:{screen_port}/"
        self._screen_port = screen_port
        self._bench_port = free_port()
        self.bench = f"http://127.0.0.1:{self._bench_port}/bench"
        self.people: dict[str, str] = {}
        self.running: list[Running] = []
        self._folder = folder
        self._key = token_urlsafe(16)
        self._plant: Mapping[str, Any] = {"buses": []}
        self._stopping = stopping
        self.address = f"http://127.0.0.1:{port}/"
        self.influxdb = ""

    def start(self, *, influx: bool) -> None:
        """Start everything, each when what it needs is there.

        Raises:
            DemoError: One of them did not start.
        """
        self._start_simulator()
        broker, store = self._start_servers() if influx else (self._start_broker(), "")
        self.influxdb = store
        gateway = self._folder / "gateway.toml"
        gateway.write_text(gateway_toml(broker, self.port, store), "utf-8")
        self._write_key()
        page = self.address
        opened = {name: f"{page}?key={secret}" for name, secret in demo_links(gateway).items()}
        self.address, *_ = opened.values()
        self.people = {name: address for name, address in opened.items() if address != self.address}
        self._write_past(gateway)
        agent = self._folder / "agent.toml"
        agent.write_text(agent_toml(broker, self._plant, self._screen_port), "utf-8")
        at_page = f"http://127.0.0.1:{self.port}"
        self._begin("gateway", ["gateway.cli", "serve", str(gateway)], at_page)
        self._wait(lambda: self._ask("/healthz") is not None, "the gateway's page")
        self._begin("agent", ["edge_agent.cli", "run", str(agent)], self.screen)
        bench = self._folder / "bench.toml"
        # Only those who may perform stand at the bench.
        operators = [one.full_name for one in PEOPLE if "perform" in one.duties]
        bench.write_text(bench_toml(broker, self._plant, self._bench_port, operators), "utf-8")
        self._begin("bench", ["edge_agent.cli", "run", str(bench)], self.bench)
        self._wait(self._live, "live values of every instrument")
        admit_edges(gateway, [EdgeId(SITE, EDGE), EdgeId(LAB_SITE, BENCH)])

    def _write_past(self, gateway: Path) -> None:
        from gateway.demo.past import write_past  # noqa: PLC0415  its libraries are large

        write_past(gateway, self._plant, time.time_ns())

    def _write_key(self) -> None:
        secret = self._folder / "api-secret"
        secret.touch(mode=0o600)
        secret.write_text(f"{self._key}\n", "utf-8")

    def _start_simulator(self) -> None:
        ports, printed = self._folder / "ports", self._folder / "simulated.toml"
        advice = "It needs virtual serial ports (/dev/pts) and loopback. In a container, allow both."
        command = ["edge_agent.cli", "simulate", "--laboratory", "--directory", str(ports)]
        simulator = self._begin("simulator", command, advice=advice, answer=printed)
        self._wait(lambda: "Serving" in simulator.log.read_text("utf-8"), "the simulated instruments")
        self._plant = simulated_plant(printed)

    def _start_broker(self) -> str:
        port = free_port()
        self._begin("broker", ["gateway.demo.broker", "--port", str(port)], f"mqtt://127.0.0.1:{port}")
        self._wait(lambda: "listens" in self.running[0].log.read_text("utf-8"), "the broker")
        return self.running[0].address

    def _start_servers(self) -> tuple[str, str]:
        """A real mosquitto and a real InfluxDB."""
        from gateway import servers  # noqa: PLC0415  only here
        from gateway.debian import DebianPackages, ProgramMissingError  # noqa: PLC0415

        packages = DebianPackages(Path(".cache/servers"), progress=say)
        try:
            for make, name in ((servers.influxd, "influxdb"), (servers.mosquitto, "mosquitto")):
                say(f"starting {name} ...")
                server = make(packages, self._folder / name).start()
                self.running.insert(0, ServerChild(server))
        except (ProgramMissingError, servers.ServerError) as error:
            raise DemoError(str(error)) from error
        return self.running[0].address, self.running[1].address

    def _begin(
        self, title: str, module: list[str], address: str = "", advice: str = "", answer: Path | None = None
    ) -> Child:
        say(f"starting the {title} ...")
        log = self._folder / f"{title}.log"
        child = Child(title, [sys.executable, "-m", *module], log, address, advice, answer)
        self.running.insert(0, child)
        return child

    def _wait(self, ask: Callable[[], bool], what: str) -> None:
        wait_until(ask, what, self.running, START_S, self._stopping)

    def _live(self) -> bool:
        """Whether every simulated instrument shows a good present value at the gateway."""
        edges = {(SITE, EDGE): len(shop_buses(self._plant))}
        edges[LAB_SITE, BENCH] = len(self._plant["buses"]) - edges[SITE, EDGE]
        return all(self._fresh(site, edge) >= wanted for (site, edge), wanted in edges.items())

    def _fresh(self, site: str, edge: str) -> int:
        """How many instruments of an edge show a good present value."""
        got = self._ask(f"/api/v1/latest?{urllib.parse.urlencode({'site': site, 'edge': edge})}")
        return len({c["instrument"] for c in got or () if c["recent"] and c["value"] is not None})

    def _ask(self, path: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        request.add_header("Authorization", f"Bearer {self._key}")
        try:
            with urllib.request.urlopen(request, timeout=FETCH_S) as answer:  # noqa: S310
                return json.loads(answer.read())
        except (OSError, ValueError):
            return None

    def table(self) -> str:
        """What runs where."""
        rows = [("WHAT", "PROCESS", "ADDRESS", "LOG")]
        rows += [(one.title, str(one.pid), one.address, _near(one.log)) for one in reversed(self.running)]
        rows[2:2] = [(f"  {bus['name']}", "", bus["url"], "") for bus in self._plant["buses"]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def signed_in(self) -> str:
        """Where the laboratory's people go on, each in a browser window of their own."""
        return "".join(f"  as {name}: {address}\n" for name, address in self.people.items())

    def watch(self, seconds: float | None) -> None:
        """Go on until somebody asks to stop, ``seconds`` are over or a process dies.

        Raises:
            DemoError: A process died.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while not self._stopping.wait(WATCH_S) and (end is None or time.monotonic() < end):
            fail_when_one_died(self.running)

    def stop(self) -> bool:
        """Stop all in order: who speaks before who listens. Whether all of them did so."""
        wrong = []
        for one in self.running:
            if not one.ended():
                say(f"stopping the {one.title} ...")
            wrong.append(one.stop())
        for why in filter(None, wrong):
            complain(why)
        return not any(wrong)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``nhipdo demo`` may be told."""
    parser.add_argument("--influx", action="store_true", help="a real mosquitto and InfluxDB from Debian's packages")
    parser.add_argument(
        "--directory", type=Path, default=Path(".demo"), metavar="DIR", help="emptied at each start (default .demo)"
    )
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"of the page, or the next free (default {PORT})"
    )
    parser.add_argument(
        "--screen-port", type=int, metavar="N", help="of the screen beside the machine (default: a free one)"
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="stop by itself after so long")


def run(args: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C."""
    stopping = Event()
    try:
        with asked_to_stop(stopping), fresh_folder(args.directory) as folder:
            port = free_port(args.port)
            if port != args.port:
                say(f"port {args.port} is taken, the page is at {port}")
            screen_port = free_port(args.screen_port or 0)
            if args.screen_port not in (None, screen_port):
                say(f"port {args.screen_port} is taken, the screen is at {screen_port}")
            return _run(Demo(folder, port, screen_port, stopping), influx=args.influx, seconds=args.seconds)
    except DemoError as error:
        complain(str(error))
        return 1


def _run(demo: Demo, *, influx: bool, seconds: float | None) -> int:
    code = 0
    try:
        demo.start(influx=influx)
        say(
            f"\n{demo.table()}\n\nThe pages:    {demo.address}\nThe screen:   {demo.screen}\n"
            f"The bench:    {demo.bench}\n{demo.signed_in()}{for_analysts(demo.influxdb)}Ctrl-C stops everything.\n"
        )
        demo.watch(seconds)
    except DemoStopped:
        pass
    except DemoError as error:
        complain(str(error))
        code = 1
    finally:
        stopped = demo.stop()
    return code if stopped else 1


def _near(path: Path) -> str:
    """A path as it is named from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def say(line: str) -> None:
    """Tell at once, also when nobody looks at a terminal."""
    print(line, flush=True)


def complain(line: str) -> None:
    """Tell what is wrong."""
    print(f"demo: {line}", file=sys.stderr, flush=True)
