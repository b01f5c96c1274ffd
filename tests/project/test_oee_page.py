"""The worked example of docs/oee.md agrees with the engine, and with the figures in its prose and picture."""

import json
import re
from pathlib import Path

import pytest

from edge_agent.cli import main
from edge_agent.kpi.losses import losses
from edge_agent.kpi.replay import replayed


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "oee.md").read_text("utf-8")


@pytest.fixture
def example(page: str) -> str:
    [block] = re.findall(r"^```json shift\.json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return block


def test_its_example_agrees_with_what_it_expects(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shift.json").write_text(example, "utf-8")
    assert main(["replay", "shift.json", "--compare"]) == 0
    assert capsys.readouterr().out == "shift.json: agrees\n"
    assert main(["replay", "shift.json", "--table"]) == 0
    assert "OEE 75.86 %" in capsys.readouterr().out


def test_its_losses_are_those_of_its_prose_and_its_picture(example: str, page: str, root: Path) -> None:
    lost = losses(replayed(json.loads(example)).elements["A"])
    seconds = {name: ns // 10**9 for name, ns in lost.by_name().items()}
    assert seconds == {
        "breakdown": 2700,
        "stops": 600,
        "setup": 1200,
        "minor_stops": 40,
        "reduced_speed": 1160,
        "defects": 600,
    }
    assert "2 700 + 600 + 1 200 + 40 + (21 560 \N{MINUS SIGN} 20 400) + 600 = 6 300 s" in page
    picture = (root / "docs" / "time-model.svg").read_text("utf-8")
    for name, took in seconds.items():
        shown = f"{took // 3600}:{took // 60 % 60:02}:{took % 60:02}"
        assert f"{name.replace('_', ' ')} {shown}" in picture


def test_every_ratio_of_an_answer_has_its_formula(example: str, page: str) -> None:
    from edge_agent.kpi.elements import Figures

    assert [name for name in Figures.__dataclass_fields__ if f"`{name}`" not in page] == []
