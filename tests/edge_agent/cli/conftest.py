from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.simulators.park import SimulatedPlant, simulated_plant
from edge_agent.cli import main
from edge_agent.commands.simulate import configuration

WORLD_S = 3600.0
"""Time of the simulated world: it stands still, so that what is read can be told in advance."""


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[SimulatedPlant]:
    with simulated_plant(tmp_path, clock=lambda: WORLD_S) as running:
        yield running


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Write an ``agent.toml``; its path."""

    def to_file(text: str) -> str:
        path = tmp_path / "agent.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return to_file


@pytest.fixture
def plant_config(plant: SimulatedPlant, write: Callable[[str], str], free_port: int) -> str:
    return write(configuration(plant.urls, plant.models, free_port))


@pytest.fixture
def nhipdo_edge(capsys) -> Callable[..., tuple[int, str, str]]:
    """Run a command: exit code, what it printed, what it said on stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run
