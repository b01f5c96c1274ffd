"""``nhipdo-edge pin``: what stands in the configuration for somebody's PIN."""

import argparse
import getpass
import sys

from edge_agent.commands.parsing import CommandError, Commands, add_command
from edge_agent.config.pins import hash_pin

_TEACHING = """
Example:
  nhipdo-edge pin
  nhipdo-edge pin --stdin

Asks for a PIN of 4 to 12 digits twice, without showing it, and prints its hash. Write it into agent.toml:

  [[operators]]
  name = "Lan"
  pin_hash = "scrypt$14$8$1$..."

With --stdin the PIN is the first line of the input: printf 2580 | nhipdo-edge pin --stdin
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "pin", "Print the hash of a PIN for [[operators]].", _TEACHING, run)
    parser.add_argument("--stdin", action="store_true", help="read the PIN from the input instead of asking")


def run(args: argparse.Namespace) -> int:
    """Ask, and print the hash."""
    pin = sys.stdin.readline().removesuffix("\n") if args.stdin else _asked()
    try:
        print(hash_pin(pin))
    except ValueError as error:
        msg = f"pin: {error}. Try again."
        raise CommandError(msg) from error
    return 0


def _asked() -> str:
    try:
        pin = getpass.getpass("PIN: ")
        again = getpass.getpass("The same again: ")
    except EOFError as error:
        msg = "pin: nobody is there to type it. Write it to the input of: nhipdo-edge pin --stdin"
        raise CommandError(msg) from error
    if pin != again:
        msg = "pin: the two differ. Try again."
        raise CommandError(msg)
    return pin
