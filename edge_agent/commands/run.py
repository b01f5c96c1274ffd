"""``nhipdo-edge run``: the agent itself."""

import argparse

from edge_agent.commands.parsing import Commands, add_command, takes_config
from edge_agent.commands.simulators import register_simulators
from edge_agent.config import load_config

_TEACHING = """
Example:
  nhipdo-edge run agent.toml

Runs until Ctrl-C or SIGTERM, keeps every sample in the outbox and sends it until a gateway has stored it.
A second one on the same state_dir is refused. As a service: see nhipdo-edge.service beside the example.
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    takes_config(add_command(commands, "run", "Read the instruments, keep every sample, send it.", _TEACHING, run))


def run(args: argparse.Namespace) -> int:
    """Run the agent until it is told to stop."""
    from edge_agent.agent import run as run_agent  # noqa: PLC0415  loads paho and APScheduler, which no other command needs

    config = load_config(args.config)
    register_simulators(config)
    return run_agent(config)
