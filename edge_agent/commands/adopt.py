"""``nhipdo-edge adopt`` and ``trust-clock``: what only a person can say."""

import argparse

from edge_agent import clock, outbox
from edge_agent.commands.parsing import CommandError, Commands, add_command, takes_config, told
from edge_agent.config import load_config

_ADOPT = """
Example:
  nhipdo-edge adopt agent.toml

After a card has moved into another machine. The outbox is locked to the machine that made it, so that a
cloned card is seen; this says that the other machine is out of use. Stop the agent first.
"""
_TRUST = """
Example:
  nhipdo-edge trust-clock agent.toml

On a machine without network and without a clock of its own, after you have set the time by hand.
Holds until the next start of the machine. Samples that waited for the clock are then dated.
"""


def add(commands: Commands) -> None:
    """Declare the commands."""
    takes_config(add_command(commands, "adopt", "Take over an outbox from another machine.", _ADOPT, run_adopt))
    takes_config(add_command(commands, "trust-clock", "Say that the clock is right.", _TRUST, run_trust))


def run_adopt(args: argparse.Namespace) -> int:
    """Take over the outbox."""
    config = load_config(args.config)
    with told(config.state_dir):
        outbox.survey(config.state_dir)  # fails when there is none: adopting would make an empty one
        outbox.adopt(config.state_dir)
    print(f"{config.state_dir}: now belongs to this machine")
    return 0


def run_trust(args: argparse.Namespace) -> int:
    """Note that the clock is right."""
    config = load_config(args.config)
    try:
        config.state_dir.mkdir(parents=True, exist_ok=True)
        noted = clock.trust_by_hand(config.state_dir)
    except OSError as error:
        msg = f"{config.state_dir}: {error.strerror}. Run this as the agent's user."
        raise CommandError(msg) from error
    print(f"{noted}: the clock is trusted until the next start of this machine")
    return 0
