from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.config import AgentConfig, load_config

AGENT = """
[edge]
site = "sa-dec"
name = "e1"
{edge}
[clock]
{clock}
[[buses]]
name = "plc"
url = "tcp://127.0.0.1:1"
[[buses.instruments]]
name = "press-1"
model = "press_plc"
[[buses]]
name = "scale"
url = "sim://mt_sics_balance"
[[buses.instruments]]
name = "balance-1"
model = "mt_sics_balance"
"""


@pytest.fixture
def agent_config(tmp_path: Path) -> Callable[..., AgentConfig]:
    """A configuration with a press and a balance; extra lines for its [edge] and [clock] tables."""

    def make(edge: str = "", clock: str = 'trust = "always"') -> AgentConfig:
        path = tmp_path / "agent.toml"
        path.write_text(AGENT.format(edge=edge, clock=clock), "utf-8")
        return load_config(path)

    return make
