from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.config import AgentConfig, load_config

METER = (Path(__file__).parent / "config_cases" / "meter.toml").as_posix()

EDGE = """\
[edge]
site = "sa-dec"
name = "press-shop"
"""


def bus(name: str = "cabinet", url: str = "serial:///dev/ttyUSB0", extra: str = "") -> str:
    return f'\n[[buses]]\nname = "{name}"\nurl = "{url}"\n{extra}'


def instrument(name: str = "meter-1", model: str = METER, extra: str = "") -> str:
    return f'\n[[buses.instruments]]\nname = "{name}"\nmodel = "{model}"\n{extra}'


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., AgentConfig]:
    """Load a configuration that is written as pieces of text."""

    def from_pieces(*pieces: str) -> AgentConfig:
        path = tmp_path / "agent.toml"
        path.write_text("".join(pieces), "utf-8")
        return load_config(path)

    return from_pieces


@pytest.fixture
def piece() -> object:
    """The pieces."""

    class Pieces:
        edge = EDGE
        bus = staticmethod(bus)
        instrument = staticmethod(instrument)
        meter = METER

    return Pieces
