"""A gateway that really stores and serves, an edge that speaks to it, and a browser that looks at it."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
import uvicorn
from sqlalchemy import Engine

from edge_agent.wire.envelope import seal
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.messages import ChannelMeaning, EdgeStatus, InstrumentDescription, Run
from edge_agent.wire.topics import EdgeTopic
from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.links import make_link
from gateway.api.app import create_app
from gateway.config import GatewayConfig
from gateway.ingest.ingest import Ingest
from gateway.registry import connect, transaction, upgrade
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.service import Service
from gateway.timeseries.embedded import EmbeddedStore

WEB = Path(__file__).parents[2] / "dashboards" / "web"
SECRET = "a secret of this test"
PASSWORD = "tre xanh sông Tiền"
S = 10**9


def until(ask: Callable[[], Any], what: str, within_s: float = 20.0) -> Any:
    """What ``ask`` answers, once that is true."""
    end = time.monotonic() + within_s
    while not (answer := ask()):
        assert time.monotonic() < end, f"waited {within_s:g} s in vain for {what}"
        time.sleep(0.02)
    return answer


# ------------------------------------------------------------------ the gateway and its edge


@dataclass
class Edge:
    """Speaks to an ingest as an edge does, in numbered and sealed messages."""

    ingest: Ingest
    edge: str = "press-shop"
    journal: str = "ab" * 16
    seq: int = field(default=0)

    def describe(self, *descriptions: InstrumentDescription) -> None:
        records = [Run(key=self.journal, machine="m", boot="b", version="0.1.0", config_sha256="0"), *descriptions]
        self._send("record", [msgspec.json.encode(r).decode() for r in self._dated(records)])

    def say(self, *records: Any) -> None:
        self._send("record", [msgspec.json.encode(r).decode() for r in self._dated(list(records))])

    def show(self, instrument: str, at: int, quality: str = "", **numbers: float) -> None:
        texts = [(f"{name}_q", quality) for name in numbers if quality and not name.endswith("_u")]
        shown = {} if quality.startswith("bad") else numbers
        line = format_line(line_head("sample", "sa-dec", self.edge, instrument), shown.items(), texts, at)
        self._send("telemetry", [line])

    def status(self, state: str = "online", **said: Any) -> None:
        status = EdgeStatus(state=state, journal=self.journal, at=time.time_ns(), **said)
        self.ingest.put(str(EdgeTopic("sa-dec", self.edge, "status")), msgspec.json.encode(status))

    def _send(self, kind: str, lines: list[str]) -> None:
        self.seq += 1
        payload = seal(self.journal, self.seq, 1, len(lines), "\n".join(lines).encode())
        self.ingest.put(str(EdgeTopic("sa-dec", self.edge, kind)), payload)

    @staticmethod
    def _dated(records: list[Any]) -> list[Any]:
        now = time.time_ns()
        return [msgspec.structs.replace(r, revision=now // 10**6, at=now) for r in records]


class Nobody:
    """A way back to edges that nobody listens on."""

    def publish(self, topic: str, payload: bytes) -> None:
        pass


@dataclass
class Site:
    """A gateway that serves, and where; ``key`` is of a link that signs ``mai`` in, who administers everything."""

    service: Service
    address: str
    key: str
    server: uvicorn.Server
    thread: Thread

    def edge(self, name: str = "press-shop", journal: str = "ab" * 16) -> Edge:
        return Edge(self.service.ingest, name, journal)

    def stop_serving(self) -> None:
        self.server.should_exit = True
        self.thread.join()


def make_mai(engine: Engine) -> str:
    """An account with a password, and the secret of a link that signs in to it."""
    now = time.time_ns()
    with transaction(engine) as session:
        account = make_account(session, SYSTEM, now, "mai", password=PASSWORD).id
        grant(session, SYSTEM, now, account, Grant(Role.ADMINISTRATOR))
        return make_link(session, SYSTEM, now, account, uses=1000)


@pytest.fixture(scope="session")
def made_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the tables of today, to be copied: to make them takes longer than most tests."""
    path = tmp_path_factory.mktemp("registry") / "made.sqlite"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def site(tmp_path: Path, free_port: int, made_registry: Path) -> Iterator[Site]:
    shutil.copyfile(made_registry, tmp_path / "registry.sqlite")
    engine = connect(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    store = EmbeddedStore(tmp_path / "series.sqlite", reserve_bytes=0)
    ingest = Ingest(engine, store, Nobody())
    service = Service(engine, store, SECRET, GatewayConfig(), ingest)
    config = uvicorn.Config(
        create_app(service, web=WEB), port=free_port, log_level="warning", access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    ingest.start()
    thread.start()
    try:
        until(lambda: server.started, "the server")
        yield Site(service, f"http://127.0.0.1:{free_port}", make_mai(engine), server, thread)
    finally:
        server.should_exit = True
        thread.join()
        ingest.stop()
        store.close()
        engine.dispose()


METER = InstrumentDescription(
    key="meter-1",
    bus="rtu",
    model="em-3",
    model_sha256="0" * 64,
    period_s=1.0,
    channels={
        "active_power": ChannelMeaning(unit="kW", title={"vi": "Công suất tác dụng", "en": "Active power"}),
        "energy": ChannelMeaning(unit="kW.h", title={"vi": "Điện năng", "en": "Energy"}),
        "voltage": ChannelMeaning(unit="V", title={"vi": "Điện áp", "en": "Voltage"}),
        "temperature": ChannelMeaning(unit="Cel", title={"vi": "Nhiệt độ", "en": "Temperature"}),
    },
)


@pytest.fixture
def press_shop(site: Site) -> Edge:
    """An edge whose meter has shown a minute of values, up to now; its page shows them."""
    edge = site.edge()
    edge.describe(METER)
    now = time.time_ns()
    for k in range(60):
        at = now - (59 - k) * S
        edge.show("meter-1", at, active_power=1000.0 + k, energy=12_345_678.0, voltage=230.0 + k / 100)
    edge.show("meter-1", now + 1, "bad.no_reply", temperature=0.0)
    edge.status(instruments={"meter-1": "good"})
    until(lambda: len(site.service.timeseries.latest("sa-dec", "press-shop")) == 4, "the samples")
    until(lambda: site.service.health()[0].status, "the status")
    return edge


# ------------------------------------------------------------------ the browser


class LeftError(Exception):
    """The page that was asked is left."""


class Browser:
    """A headless Chromium that is spoken to over a pipe, in the DevTools protocol."""

    def __init__(self, program: str, profile: Path) -> None:
        # Chromium reads its commands from file 3 and answers on file 4.
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        files = f"exec 3<&{theirs_in} 4>&{theirs_out}"
        quiet = [
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ]
        run = [program, "--headless", "--no-sandbox", "--disable-gpu", *quiet]
        run += [f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", f'{files}; exec "$@"', "bash", *run],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._to, self._from = os.fdopen(ours_out, "wb", buffering=0), os.fdopen(ours_in, "rb", buffering=0)
        self._rest = b""
        self._number = 0
        self._session = ""
        self._person = ""
        self.complaints: list[str] = []
        self.begin()

    def begin(self) -> None:
        """An empty page of somebody who was never here: no cookies, nothing stored, a screen as at the start."""
        self._session = ""
        if self._person:
            self.call("Target.disposeBrowserContext", browserContextId=self._person)
        self._person = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=self._person)["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.complaints.clear()
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        """One command and its result; what the page complains about meanwhile is kept."""
        self._number += 1
        said: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            said["sessionId"] = self._session
        self._to.write(json.dumps(said).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                if heard.get("error", {}).get("message") == "Inspected target navigated or closed":
                    raise LeftError
                assert "error" not in heard, heard
                return heard["result"]
            self._note(heard)

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = self._from.read(1 << 20)
            assert part, "the browser died"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def _note(self, heard: dict[str, Any]) -> None:
        if heard.get("sessionId") != self._session:
            return  # of a page that is gone
        if heard.get("method") == "Log.entryAdded" and heard["params"]["entry"]["level"] == "error":
            self.complaints.append(heard["params"]["entry"]["text"])
        elif heard.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(heard["params"]["exceptionDetails"]))

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """The size of the screen, CSS pixels, and its scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def speak(self, language: str) -> None:
        """The language that the browser asks for."""
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, address: str) -> None:
        """Go there, and wait until it is loaded."""
        self.run("window.left = true")
        self.call("Page.navigate", url=address)
        self.arrived()

    def reload(self) -> None:
        """The same page again."""
        self.run("window.left = true")
        self.call("Page.reload")
        self.arrived()

    def arrived(self) -> None:
        """Wait for the next page to be loaded."""

        def is_there() -> bool:
            try:
                return bool(self.run("!window.left && document.readyState === 'complete'"))
            except LeftError:
                return False

        until(is_there, "the page")

    def click(self, selector: str) -> None:
        """Press a button that leads to another page."""
        # The answer may be lost with the page that is left.
        with contextlib.suppress(LeftError):
            self.run(f"window.left = true, document.querySelector({selector!r}).click()")
        self.arrived()

    def text(self, selector: str) -> str:
        """What stands there; empty when it is not there, or not shown."""
        return self.run(
            f"((one) => one?.checkVisibility() ? one.innerText.trim() : '')(document.querySelector({selector!r}))"
        )

    def picture(self, path: Path) -> None:
        """What the screen shows, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        self._session = ""
        self.call("Browser.close")
        self._process.wait(timeout=20)
        self._to.close()
        self._from.close()


@pytest.fixture(scope="session")
def running_browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all tests of a process: to start it takes longer than most of them."""
    browser = Browser(chromium, tmp_path_factory.mktemp("browser") / "profile")
    yield browser
    browser.close()


@pytest.fixture
def browser(running_browser: Browser) -> Browser:
    running_browser.begin()
    running_browser.speak("vi")
    return running_browser


@pytest.fixture
def wait_until() -> Callable[..., Any]:
    return until
