"""The server in its thread: entries through the recorder's queue, streams, a port that is taken, the end."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from fastapi.testclient import TestClient
from screen_floor import MIN, NOW, WEB, Floor, S, shop, stretches, token_of, unit_board

from edge_agent.asked import Asked, Entered
from edge_agent.config import AgentConfig
from edge_agent.screen import starting
from edge_agent.screen.app import create_screen
from edge_agent.screen.server import ScreenServer
from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.source import NOT_SAVED, entering
from edge_agent.screen.starting import start_screen, web_files
from edge_agent.wire.entries import WorkInProgress
from edge_agent.wire.messages import Finding

HOST = "127.0.0.1"


def until(ask: Callable[[], Any], what: str, within_s: float = 20.0) -> Any:
    end = time.monotonic() + within_s
    while not (answer := ask()):
        assert time.monotonic() < end, f"waited {within_s:g} s in vain for {what}"
        time.sleep(0.01)
    return answer


def agent_config(folder: Path, port: int) -> AgentConfig:
    return AgentConfig(
        site="sa-dec",
        edge="press-shop",
        state_dir=folder,
        shop=shop(host=HOST, port=port),
        path=folder / "agent.toml",
        sha256="",
    )


@pytest.fixture
def asked() -> "SimpleQueue[Asked]":
    return SimpleQueue()


@pytest.fixture
def recorder(floor: Floor, asked: "SimpleQueue[Asked]") -> Iterator[list[Asked]]:
    """A thread that keeps what is asked of it, as the recorder does; what was no entry is in the list."""
    others: list[Asked] = []
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                one = asked.get(timeout=0.02)
            except Empty:
                continue
            if isinstance(one, Entered):
                one.done(floor.enter(one.entry))
            else:
                others.append(one)

    thread = threading.Thread(target=run)
    thread.start()
    yield others
    stop.set()
    thread.join()


@pytest.fixture
def server(floor, asked, recorder, free_port) -> Iterator[ScreenServer]:
    floor.now = time.time_ns()
    floor.show(unit_board("press", stretches((5, "RUN"), since=floor.now - 5 * MIN)))
    started = start_screen(agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path)
    assert started
    until(lambda: started.serving, "the server")
    yield started
    started.stop()
    started.join()


def ask(server: ScreenServer, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers.get("Set-Cookie", "")
    finally:
        connection.close()


def test_without_a_table_screen_there_is_none(floor, asked) -> None:
    config = AgentConfig(site="s", edge="e", state_dir=floor.path.parent, path=Path("agent.toml"), sha256="")
    assert start_screen(config, lambda: floor.board, asked, floor.path) is None


def test_a_library_that_is_not_installed_costs_the_screen_and_not_the_agent(
    floor, asked, free_port, monkeypatch, caplog
) -> None:
    find = starting.find_spec
    monkeypatch.setattr(starting, "find_spec", lambda name: None if name in {"uvicorn", "jinja2"} else find(name))
    assert start_screen(agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path) is None
    told = (
        "press-shop: uvicorn, jinja2 not installed, the screen needs it. Measuring goes on. In the project's folder: "
        "pip install --constraint constraints.txt '.[edge,screen]', or remove [screen]."
    )
    assert asked.get_nowait() == Finding(key="screen_down", kind="screen_down", text=told)
    assert told in caplog.text


def test_a_screen_that_cannot_be_started_costs_the_screen_and_not_the_agent(
    floor, asked, free_port, monkeypatch, caplog
) -> None:
    def fail(_: ScreenServer) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    monkeypatch.setattr(ScreenServer, "start", fail)
    assert start_screen(agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path) is None
    told = (
        "press-shop: the screen cannot be started (can't start new thread). Measuring goes on. "
        "The agent's log says where."
    )
    assert asked.get_nowait() == Finding(key="screen_down", kind="screen_down", text=told)
    assert "Traceback" in caplog.text


def test_a_screen_that_is_up_ends_what_a_run_before_said_of_it(floor, asked, recorder, free_port) -> None:
    server = start_screen(agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path)
    assert server is not None
    until(lambda: recorder, "the end of the finding")
    server.stop()
    server.join()
    text = "press-shop: the screen is up."
    assert recorder == [Finding(key="screen_down", kind="screen_down", text=text, over=True)]


def test_the_web_server_is_loaded_only_where_a_screen_is_configured() -> None:
    loaded = "sorted({'fastapi', 'uvicorn', 'jinja2'} & set(sys.modules))"
    program = f"import sys, edge_agent.agent, edge_agent.screen.starting; print(*{loaded})"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "\n"


def test_a_state_folder_that_cannot_be_written_is_a_finding_too(floor, asked, recorder, free_port, tmp_path) -> None:
    nowhere = tmp_path / "nowhere"
    server = ScreenServer(agent_config(nowhere, free_port), lambda: floor.board, asked, floor.path, WEB, again_s=0.02)
    server.start()
    until(lambda: recorder, "the finding")
    assert "press-shop: the screen ended by itself. Measuring goes on. The agent's log says where." in recorder[0].text
    nowhere.mkdir()
    until(lambda: server.serving, "the folder")
    server.stop()
    server.join()


def test_the_web_files_are_found_without_importing_them() -> None:
    assert web_files() == WEB


def test_an_entry_goes_through_the_recorder_and_is_on_disk_when_the_page_answers(server, floor) -> None:
    status, page, cookie = ask(server, "GET", "/enter")
    assert status == 200
    form = f"token={token_of(page)}&unit=press&pieces=340"
    told = {"Cookie": cookie.partition(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
    assert ask(server, "POST", "/enter/wip", form, **told)[0] == 303
    reader = floor.reader()
    try:
        assert [one.pieces for one in reader.records(WorkInProgress, "press")] == [340]
    finally:
        reader.close()


def test_a_recorder_that_does_not_answer_in_time_is_told() -> None:
    asked: SimpleQueue[Asked] = SimpleQueue()
    entry = WorkInProgress(key="press.1", work_unit="press", counted_at=1, pieces=1)
    assert entering(asked, timeout_s=0.01)(entry) == NOT_SAVED
    waiting = asked.get_nowait()
    assert isinstance(waiting, Entered)
    waiting.done("")  # late, and nobody listens any more


def test_what_the_recorder_says_is_handed_on() -> None:
    asked: SimpleQueue[Asked] = SimpleQueue()
    thread = threading.Thread(target=lambda: asked.get().done("disk is full"))
    thread.start()
    assert entering(asked)(WorkInProgress(key="p.1", work_unit="p", counted_at=1, pieces=1)) == "disk is full"
    thread.join()


def test_healthz_and_metrics_answer_while_the_recorder_stands(server, floor) -> None:
    floor.refuse = NOT_SAVED
    assert json.loads(ask(server, "GET", "/healthz")[1])["status"] == "ok"
    assert 'nhipdo_work_unit_state{work_unit="press",state="RUN"} 1.0' in ask(server, "GET", "/metrics")[1]
    floor.now -= 31 * S
    floor.show(unit_board("press"))
    status, body, _ = ask(server, "GET", "/healthz")
    assert (status, json.loads(body)["status"]) == (503, "stale")


# ------------------------------------------------------------------ streams


class Stream:
    """A browser's EventSource."""

    def __init__(self, server: ScreenServer, path: str = "/live") -> None:
        self._connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
        self._connection.request("GET", path)
        self.answer = self._connection.getresponse()

    def event(self) -> str:
        """The next part of the page."""
        while line := self.answer.fp.readline():
            if line.startswith(b"data: "):
                return json.loads(line.removeprefix(b"data: "))
        return ""

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


@pytest.fixture
def stream(server) -> Iterator[Stream]:
    stream = Stream(server)
    yield stream
    stream.close()


def test_a_stream_tells_a_change_of_state_at_once(stream, floor) -> None:
    assert stream.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert "Đang chạy" in stream.event()
    now = floor.now
    floor.show(unit_board("press", stretches((5, "RUN"), (0.1, "FAULT"), since=now - 5 * MIN), heard_at=now))
    assert "Hỏng máy" in stream.event()


def test_there_are_not_more_streams_than_a_pi_can_feed(floor, asked, free_port, monkeypatch) -> None:
    monkeypatch.setattr("edge_agent.screen.andon.MOST_STREAMS", 1)
    floor.show(unit_board("press"))
    server = ScreenServer(agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path, WEB)
    server.start()
    try:
        until(lambda: server.serving, "the server")
        one = Stream(server)
        assert one.event()
        assert ask(server, "GET", "/live")[0] == 503
        one.close()
        until(lambda: ask_head(server) == 200, "a place")
    finally:
        server.stop()
        server.join()


def ask_head(server: ScreenServer) -> int:
    stream = Stream(server)
    stream.close()
    return stream.answer.status


# ------------------------------------------------------------------ a port that is taken; the end


def test_a_port_that_is_taken_is_a_finding_and_tried_again(floor, asked, recorder, free_port, caplog) -> None:
    with socket.create_server((HOST, free_port)):
        server = ScreenServer(
            agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path, WEB, again_s=0.02
        )
        server.start()
        until(lambda: recorder, "the finding")
        assert not server.serving
    told = (
        f"press-shop: the screen cannot listen on {HOST}:{free_port}: {os.strerror(98)}. "
        "Measuring goes on. Free the port or correct screen.host and screen.port."
    )
    assert recorder[0] == Finding(key="screen_down", kind="screen_down", text=told)
    assert told in caplog.text
    until(lambda: server.serving, "the port to be free")
    until(lambda: len(recorder) == 2, "the end of the finding")
    assert recorder[1] == Finding(
        key="screen_down", kind="screen_down", text="press-shop: the screen is up.", over=True
    )
    server.stop()
    server.join()


def test_a_failure_inside_is_logged_and_the_screen_comes_back(
    floor, asked, recorder, free_port, monkeypatch, caplog
) -> None:
    failures = iter([RuntimeError("broken"), None])
    serve = ScreenServer._serve

    def sometimes(self: ScreenServer) -> None:
        if failure := next(failures, None):
            raise failure
        serve(self)

    monkeypatch.setattr(ScreenServer, "_serve", sometimes)
    server = ScreenServer(
        agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path, WEB, again_s=0.02
    )
    server.start()
    until(lambda: server.serving, "the server")
    assert "screen of press-shop: ended by itself. It is started again; please report it." in caplog.text
    until(lambda: len(recorder) == 2, "a finding and its end")
    server.stop()
    server.join()


def test_it_ends_soon_also_while_somebody_looks(server) -> None:
    stream = Stream(server)
    assert stream.event()
    server.stop()
    server.join()
    assert not server.serving
    stream.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port)).close()


def test_it_can_be_stopped_before_it_has_begun(floor, asked, free_port) -> None:
    server = ScreenServer(agent_config(floor.path.parent, free_port), lambda: floor.board, asked, floor.path, WEB)
    server.stop()
    server.start()
    server.join()
    assert not server.serving


def test_a_failure_of_a_page_says_where_to_look_and_keeps_the_headers(floor) -> None:
    def broken() -> Any:
        raise RuntimeError

    settings = ScreenSettings("sa-dec", "press-shop", floor.path.parent, shop())
    app = create_screen(settings, broken, floor.enter, floor.reader, WEB, clock=lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert answer.status_code == 500
    assert "screen: RuntimeError while answering. The agent&#39;s log says where; please report it." in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"
