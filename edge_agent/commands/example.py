"""``nhipdo-edge example``: a configuration to start from."""

import argparse
from importlib.resources import files

from edge_agent.commands.parsing import Commands, add_command

_TEACHING = """
Example:
  nhipdo-edge example > agent.toml
  nhipdo-edge check agent.toml

Every key with its meaning; those that may be left out are commented out and show their default.
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    add_command(commands, "example", "Print a configuration to start from.", _TEACHING, run)


def run(_args: argparse.Namespace) -> int:
    """Print it."""
    print(files("edge_agent.deploy").joinpath("agent.example.toml").read_text("utf-8"), end="")
    return 0
