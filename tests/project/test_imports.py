"""The rules of who may import whom are kept here, and are found broken where they are broken."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("calibration", "drivers", "edge_agent", "gateway", "dashboards")
SPOILT = [
    ("gateway", "edge_agent.outbox", "Gateway and edge meet only in"),
    ("gateway", "drivers.bus", "Gateway and edge meet only in"),
    ("gateway", "dashboards", "Layers:"),
    ("gateway", "influxdb_client", "influxdb_client lives in"),
    ("gateway", "amqtt.broker", "amqtt lives in"),
    ("dashboards", "edge_agent.wire.messages", "Dashboards know of all else only"),
    ("drivers", "edge_agent.wire.schema", "Layers:"),
    ("calibration", "logging", "No input, output, clock or log"),
    ("calibration", "scipy", "calibration never rests on what its tests compare with"),
    ("edge_agent.wire", "socket", "No input, output, clock or log"),
    ("edge_agent.wire", "edge_agent.outbox", "rests on nothing else of the edge"),
    ("drivers.modbus", "serial", "ports belong to drivers.bus"),
    ("edge_agent", "drivers.simulators", "Simulators are imported only by commands"),
    ("edge_agent", "paho.mqtt.client", "paho lives in"),
    ("edge_agent", "pymodbus", "pymodbus lives in"),
    ("edge_agent", "serial", "pyserial lives in"),
    ("edge_agent", "apscheduler", "APScheduler lives in"),
    ("edge_agent", "fastapi", "Web servers live in"),
]


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
            "--no-cache",
            "--no-logo",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
    )
    return done.returncode, done.stdout + done.stderr


def test_the_rules_are_kept(root: Path) -> None:
    code, said = lint(root)
    assert code == 0, said
    assert " kept, 0 broken" in said


@pytest.fixture(scope="module")
def broken(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the packages in which every rule is broken once."""
    copy = tmp_path_factory.mktemp("spoilt")
    for package in PACKAGES:
        shutil.copytree(root / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", copy)
    for number, (package, imported, _) in enumerate(SPOILT):
        (copy / package.replace(".", "/") / f"spoilt_{number}.py").write_text(f"import {imported}\n", "utf-8")
    code, said = lint(copy)
    assert code == 1, said
    return said.partition("Broken contracts")[2]


@pytest.mark.parametrize("number", range(len(SPOILT)), ids=[f"{package} imports {what}" for package, what, _ in SPOILT])
def test_a_broken_rule_is_found(number: int, broken: str) -> None:
    package, _, rule = SPOILT[number]
    # The report of each rule is its name, a line of dashes, and the imports that break it.
    parts = re.split(r"^(.+)\n-{4,}$", broken, flags=re.MULTILINE)
    reports = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert [name for name, body in reports.items() if rule in name and f"{package}.spoilt_{number} ->" in body], broken
