"""What docs/laboratory.md says of pages, settings and qualities is so."""

import re
from pathlib import Path

import pytest

from drivers.simulators.park import HAND
from edge_agent.config import load_config
from edge_agent.wire.schema import ADJUSTED_UNCERTIFIED, CALIBRATION_OVERDUE, OUT_OF_RANGE, UNCALIBRATED
from gateway.api.routes import every_route

PAGE = (Path(__file__).parents[2] / "docs" / "laboratory.md").read_text("utf-8")
BUS = """
[edge]
site = "lab"
name = "bench"
[[buses]]
name = "room"
url = "sim://fluke_1522"
[[buses.instruments]]
name = "room-1"
model = "fluke_1522"
"""
AT_THE_BENCH = {"/bench"}
WRITTEN = sorted(set(re.findall(r"`(/[a-z/…-]*)`", PAGE)) - AT_THE_BENCH)


@pytest.mark.parametrize("path", WRITTEN)
def test_every_page_that_is_named_is_there(path: str) -> None:
    known = [re.sub(r"\{[^}]*\}", "[^/]+", getattr(route, "path", "")) for route in every_route()]
    assert any(re.fullmatch(one, path) for one in known)


def test_the_settings_of_a_bench_can_be_loaded(tmp_path: Path) -> None:
    [tables] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "agent.toml").write_text(BUS + tables, "utf-8")
    config = load_config(tmp_path / "agent.toml")
    assert config.bench is not None
    assert config.bench.environment == {"temperature": "room-1.temperature"}


def test_both_languages_name_every_quality_of_a_correction() -> None:
    named = sorted(re.findall(r"`uncertain\.([a-z_]+)`", PAGE))
    assert named == sorted(2 * [ADJUSTED_UNCERTIFIED, CALIBRATION_OVERDUE, OUT_OF_RANGE, UNCALIBRATED])


def test_the_hand_of_the_demo_is_the_file_that_is_named() -> None:
    assert f".demo/ports/{HAND}" in PAGE
