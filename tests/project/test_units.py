"""The systemd units, looked at by systemd's own analyzer: they are well formed, and may do no more than they need.

The analyzer reads files; no systemd has to run here.
"""

import os
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from gateway.cli import _parser as gateway_parser

UNITS = {
    "nhipdo-gateway.service": "gateway",
    "nhipdo-backup.service": "gateway",
    "nhipdo-edge.service": "edge_agent",
}
OTHERS = ("nhipdo-box.target", "nhipdo-backup.timer")
MOST = 3.0
"""Of 10: systemd's own measure of how much of the machine a service could reach."""
CLOCK = ("adjtimex", "clock_adjtime")


def text_of(name: str) -> str:
    return (files(UNITS.get(name, "gateway")) / "deploy" / name).read_text("utf-8")


def said(name: str, key: str) -> list[str]:
    return [line.partition("=")[2] for line in text_of(name).splitlines() if line.startswith(f"{key}=")]


@pytest.fixture(scope="module")
def analyzer() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        why = "systemd-analyze: not installed. Install Debian's package systemd."
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return found


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they are shipped; programs that are not installed here are stood in for by one that is."""
    folder = tmp_path_factory.mktemp("units")
    for name in (*UNITS, *OTHERS):
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text_of(name), flags=re.MULTILINE)
        (folder / name).write_text(text, "utf-8")
    (folder / "mosquitto.service").write_text("[Service]\nExecStart=/bin/true\n", "utf-8")
    return folder


def run(*words: object) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}
    return subprocess.run(
        list(map(str, words)), env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("name", [*UNITS, *OTHERS])
def test_the_unit_is_well_formed(analyzer: str, units: Path, name: str) -> None:
    done = run(analyzer, "verify", units / name)
    # Words about units of the system that it looks at too are no matter of ours.
    assert (done.returncode, [line for line in done.stderr.splitlines() if "nhipdo" in line]) == (0, [])


def test_a_mistake_in_a_unit_would_be_told(analyzer: str, units: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "nhipdo-wrong.service"
    wrong.write_text((units / "nhipdo-gateway.service").read_text("utf-8").replace("Restart=", "Restrat="), "utf-8")
    assert "Restrat" in run(analyzer, "verify", wrong).stderr


@pytest.mark.parametrize("name", UNITS)
def test_the_service_can_reach_little_of_the_machine(analyzer: str, units: Path, root: Path, name: str) -> None:
    done = run(analyzer, "security", "--offline=true", "--no-pager", units / name)
    [figure] = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert float(figure) <= MOST, done.stdout
    page = (root / "docs" / "deploy.md").read_text("utf-8")
    said = re.findall(rf"^systemd-analyze security {name.removesuffix('.service')} +# ([0-9.]+) OK", page, re.MULTILINE)
    assert set(said) <= {figure}
    assert said or name == "nhipdo-backup.service"


@pytest.fixture(scope="module")
def calls(analyzer: str) -> dict[str, set[str]]:
    """Group of system calls -> the calls in it."""
    groups: dict[str, set[str]] = {}
    for line in run(analyzer, "syscall-filter").stdout.splitlines():
        word = line.strip()
        if line.startswith("@"):
            groups[word] = set()
        elif word and not word.startswith("#"):
            groups[next(reversed(groups))].add(word)
    return groups


def members(calls: dict[str, set[str]], name: str) -> set[str]:
    return set().union(*(members(calls, one) if one.startswith("@") else {one} for one in calls[name]))


def allowed(calls: dict[str, set[str]], unit: str) -> set[str]:
    """Calls that the unit's lines leave, read one after the other as systemd reads them."""
    some: set[str] = members(calls, "@default")
    for line in said(unit, "SystemCallFilter"):
        of_line = set().union(
            *(members(calls, one) if one.startswith("@") else {one} for one in line.removeprefix("~").split())
        )
        some = some - of_line if line.startswith("~") else some | of_line
    return some


def test_the_agent_may_ask_whether_the_clock_is_set_and_not_set_it(calls: dict[str, set[str]]) -> None:
    may = allowed(calls, "nhipdo-edge.service")
    # adjtimex(2) of the C library is one of these, and tells; without the capability it changes nothing.
    assert set(CLOCK) <= may
    assert may & {"clock_settime", "settimeofday"} == set()
    assert said("nhipdo-edge.service", "CapabilityBoundingSet") == [""]
    assert said("nhipdo-edge.service", "ProtectClock") == []  # it would take adjtimex away again


@pytest.mark.parametrize("name", UNITS)
def test_what_the_programs_call_all_the_time_is_left_to_them(calls: dict[str, set[str]], name: str) -> None:
    # Seen by strace of the demo: sockets, files, threads, locks of SQLite, timers.
    needed = {"openat", "pwrite64", "fdatasync", "fcntl", "mmap", "clone3", "futex", "epoll_wait", "accept4"}
    needed |= {"connect", "sendto", "recvfrom", "ioctl", "pselect6", "sched_getaffinity", "rename", "unlink"}
    assert needed - allowed(calls, name) == set()
    assert allowed(calls, name) & {"mount", "ptrace", "reboot", "init_module", "swapon", "chroot"} == set()


def test_the_agent_reaches_serial_ports_that_are_plugged_in_later() -> None:
    # By driver ("char-ttyUSB") systemd would look up the number at the start, when the driver may not be loaded yet.
    assert said("nhipdo-edge.service", "DeviceAllow") == ["char-* rw"]
    assert said("nhipdo-edge.service", "SupplementaryGroups") == ["dialout"]
    assert said("nhipdo-edge.service", "PrivateDevices") == []


def test_the_backup_runs_what_the_command_line_knows_as_the_gateway() -> None:
    [command] = said("nhipdo-backup.service", "ExecStart")
    program, *words = command.split()
    args = gateway_parser().parse_args(words)
    assert program == "/opt/nhipdo/bin/nhipdo"
    assert (args.run.__module__, args.keep) == ("gateway.commands.backing_up", 14)
    assert said("nhipdo-backup.service", "ReadWritePaths") == [str(args.into)]
    for key in ("User", "StateDirectory"):
        assert said("nhipdo-backup.service", key) == said("nhipdo-gateway.service", key)
