"""The demo from the outside: what a newcomer sees, what happens when a part dies, what is left afterwards."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

START_S = 90.0
STOP_S = 60.0


class Demo:
    """A running ``nhipdo demo``: its words so far, and the process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def until(self, pattern: str) -> "re.Match[str]":
        """Wait until it has said something."""
        with self._changed:
            self._changed.wait_for(lambda: re.search(pattern, self.said) or self.process.poll() is not None, START_S)
        found = re.search(pattern, self.said)
        assert found, self.said
        return found

    def ended(self) -> int:
        code = self.process.wait(STOP_S)
        self._reader.join(STOP_S)
        return code

    def table(self) -> dict[str, int]:
        """What runs -> its process."""
        rows = re.findall(r"^([a-z]+) +(\d+) .* (\S+\.log)$", self.said, re.MULTILINE)
        return {what: int(pid) for what, pid, _ in rows}


@contextmanager
def running(root: Path, folder: Path, *words: str) -> Iterator[Demo]:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--directory", str(folder), *words]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        demo = Demo(process)
        try:
            yield demo
        finally:
            process.terminate()
            demo.ended()


def asked(address: str, path: str) -> Any:
    """What a browser is told that has opened the printed address."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address, timeout=10) as page:
        assert page.status == 200
        assert "key=" not in page.url
    with opener.open(f"{address.partition('/?')[0]}/api/v1/{path}", timeout=10) as answer:
        return json.loads(answer.read())


def corrected(address: str) -> Any:
    """A sample of the shop's balance that its certificate corrects; the pan moves for less than a second."""
    end = time.monotonic() + START_S
    while True:
        latest = asked(address, "latest?site=demo&edge=press-shop")
        found = next((one for one in latest if one["channel"] == "mass" and one["u"]), None)
        if found:
            return found
        assert time.monotonic() < end, latest
        time.sleep(0.1)


def is_gone(pid: int) -> bool:
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def assert_all_gone(demo: Demo) -> None:
    assert [what for what, pid in demo.table().items() if not is_gone(pid)] == []


def test_a_newcomer_sees_live_values_and_one_that_a_certificate_corrects(root: Path, tmp_path: Path) -> None:
    with running(root, tmp_path / "demo", "--port", "18080") as demo:
        address = demo.until(r"http://127\.0\.0\.1:\d+/\?key=\S+")[0]
        latest = asked(address, "latest?site=demo&edge=press-shop")
        edges = asked(address, "health")["edges"]
        mass = corrected(address)
        bench = demo.until(r"The bench: +(\S+)")[1]
        with urllib.request.urlopen(bench, timeout=10) as page:
            assert page.status == 200
        demo.process.send_signal(signal.SIGINT)
        assert demo.ended() == 0
    assert {c["instrument"] for c in latest if c["recent"]} == {"press-1", "meter-1", "balance-1"}
    assert mass["u"] == pytest.approx(0.003, abs=0.002)
    assert {(edge["site"], edge["edge"]) for edge in edges} == {("demo", "press-shop"), ("demo-lab", "bench-1")}
    assert {(edge["admitted"], edge["missing"], edge["state"]) for edge in edges} == {(True, 0, "online")}
    assert set(demo.table()) == {"simulator", "broker", "gateway", "agent", "bench"}
    stopped = re.findall(r"^stopping the (\w+)", demo.said, re.MULTILINE)
    assert stopped == ["bench", "agent", "gateway", "broker", "simulator"]
    assert_all_gone(demo)


@pytest.mark.usefixtures("influxdb", "mosquitto")
def test_a_part_that_dies_is_told_and_the_others_are_stopped_real_servers_too(root: Path, tmp_path: Path) -> None:
    with running(root, tmp_path / "demo", "--port", "18180", "--influx") as demo:
        demo.until("Ctrl-C stops everything")  # a week of the line and years of the laboratory are written before
        os.kill(demo.table()["agent"], signal.SIGKILL)
        assert demo.ended() == 1
    assert (
        f"demo: The agent ended (signal SIGKILL). The end of its log, {tmp_path / 'demo' / 'agent.log'}:" in demo.said
    )
    assert "Read the whole log, then start the demo again." in demo.said
    assert set(demo.table()) == {"simulator", "influxd", "mosquitto", "gateway", "agent", "bench"}
    stopped = re.findall(r"^stopping the (\w+)", demo.said, re.MULTILINE)
    assert stopped == ["bench", "gateway", "mosquitto", "influxd", "simulator"]
    assert_all_gone(demo)


def test_nobody_is_left_when_the_demo_itself_is_killed(root: Path, tmp_path: Path) -> None:
    with running(root, tmp_path / "demo", "--port", "18380") as demo:
        demo.until("Ctrl-C stops everything")
        demo.process.kill()
        demo.ended()
        end = time.monotonic() + STOP_S
        while not all(map(is_gone, demo.table().values())):
            assert time.monotonic() < end
            time.sleep(0.05)
