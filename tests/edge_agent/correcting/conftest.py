"""The folder's own module is found by name; a recorder's outbox is closed when its test ends."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from weighing import Weighing

from edge_agent.config import AgentConfig


@pytest.fixture
def make_bench(agent_config: Callable[..., AgentConfig]) -> Iterator[Callable[..., Weighing]]:
    made: list[Weighing] = []

    def make(**tables: str) -> Weighing:
        made.append(Weighing(agent_config(**tables)))
        return made[-1]

    yield make
    for one in made:
        one.outbox.close()


@pytest.fixture
def bench(make_bench: Callable[..., Weighing]) -> Weighing:
    """One that has begun: a first sample opens the journal."""
    made = make_bench()
    made.read(1.0)
    return made
