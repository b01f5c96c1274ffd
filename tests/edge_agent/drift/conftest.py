"""The recorder of the certificates' tests serves here too."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "correcting"))

from weighing import Weighing

from edge_agent.config import AgentConfig

CHECK = """trust = "always"
[[drift_checks]]
channel = "balance-1.mass"
stated = 100.0
within = 1.0
every_s = 10.0
base = 20
"""


@pytest.fixture
def watched(agent_config: Callable[..., AgentConfig]) -> Iterator[Weighing]:
    """A balance with a check standard of 100 g, that has begun."""
    made = Weighing(agent_config(clock=CHECK))
    made.read(1.0)
    yield made
    assert made.outbox
    made.outbox.close()
