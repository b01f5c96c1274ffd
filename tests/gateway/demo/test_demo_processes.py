import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from gateway.demo.demo import Demo
from gateway.demo.processes import Child, DemoError, DemoStopped, fail_when_one_died, free_port, wait_until

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def child(tmp_path: Path, program: str, title: str = "agent", advice: str = "") -> Child:
    started = Child(title, [sys.executable, "-c", program], tmp_path / f"{title}.log", advice=advice)
    until(lambda: started.log.read_text("utf-8") != "" or started.ended() != "")
    return started


def test_a_child_stops_in_order(tmp_path: Path) -> None:
    agent = child(tmp_path, SLEEPER)
    assert agent.ended() == ""
    assert agent.stop() == ""
    assert agent.ended() == "signal SIGTERM"


def test_a_child_that_does_not_stop_is_ended_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.demo.processes.STOP_S", 0.2)
    agent = child(tmp_path, STUBBORN)
    assert agent.stop() == f"agent: did not stop within 0.2 s and was ended by force. Its log: {agent.log}"
    assert agent.ended() == "signal SIGKILL"


def test_a_death_is_told_with_the_end_of_its_log_and_what_to_do(tmp_path: Path) -> None:
    agent = child(tmp_path, "print('first'); print('port taken'); raise SystemExit(3)", advice="Look at the port.")
    until(lambda: agent.ended() != "")
    with pytest.raises(DemoError) as caught:
        fail_when_one_died([agent])
    assert str(caught.value) == (
        f"The agent ended (exit code 3). The end of its log, {agent.log}:\n    first\n    port taken\nLook at the port."
    )


@pytest.mark.parametrize("asked", [True, False])
def test_the_demo_goes_on_until_its_seconds_are_over_or_somebody_asks(tmp_path: Path, *, asked: bool) -> None:
    stopping = Event()
    demo = Demo(tmp_path, 1, 2, stopping)
    demo.running.append(child(tmp_path, SLEEPER))
    if asked:
        stopping.set()
    began = time.monotonic()
    demo.watch(60.0 if asked else 0.5)
    assert (time.monotonic() - began >= 0.5) is not asked
    assert demo.stop()
    assert demo.running[0].ended() == "signal SIGTERM"


def test_waiting_ends_when_a_process_dies(tmp_path: Path) -> None:
    agent = child(tmp_path, "raise SystemExit(1)")
    until(lambda: agent.ended() != "")
    with pytest.raises(DemoError, match="The agent ended"):
        wait_until(lambda: False, "values", [agent], 60, Event())


def test_waiting_in_vain_names_the_logs(tmp_path: Path) -> None:
    agent = child(tmp_path, SLEEPER)
    try:
        with pytest.raises(DemoError) as caught:
            wait_until(lambda: False, "values", [agent], 0, Event())
    finally:
        agent.stop()
    assert str(caught.value) == f"values: not there after 0 s. One of these may tell why:\n    agent: {agent.log}"


def test_waiting_ends_when_somebody_asks_to_stop() -> None:
    stopping = Event()
    stopping.set()
    with pytest.raises(DemoStopped):
        wait_until(lambda: False, "values", [], 60, stopping)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_no_child_outlives_a_demo_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from gateway.demo.processes import Child\n"
        f"child = Child('agent', [sys.executable, '-c', {SLEEPER!r}], Path({str(tmp_path / 'agent.log')!r}))\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        pid = int(demo.stdout.readline())
        until(lambda: (tmp_path / "agent.log").read_text("utf-8") != "")
        demo.send_signal(signal.SIGKILL)
        until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes())


def test_a_taken_port_gives_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        assert wanted < free_port(wanted) <= wanted + 100


def test_a_free_port_is_given_as_wanted() -> None:
    wanted = free_port()
    assert free_port(wanted) == wanted


def test_no_port_above_the_last_is_tried() -> None:
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 65_535))
        except OSError:
            pass  # somebody else has it, which is as good
        else:
            taken.listen()
        with pytest.raises(DemoError) as caught:
            free_port(65_535)
    assert str(caught.value) == "ports from 65535 on: all taken. Name another with --port."


def test_a_process_of_the_demo_does_not_hear_ctrl_c(tmp_path: Path) -> None:
    agent = child(tmp_path, SLEEPER)
    try:
        assert os.getsid(agent.pid) != os.getsid(0)
    finally:
        agent.stop()
