"""How a command is declared, and how a wrong command line is answered."""

import argparse
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeAlias

PROGRAM = "nhipdo-edge"
TWO_WORDS = {"outbox": ("export", "acknowledge")}
"""Commands of two words: the second counts only behind the first."""

Run = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and where to read more; exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001
"""Where commands are declared; argparse gives the type no public name."""


class CommandError(Exception):
    """A command failed for a reason that a person can do something about; the text is one line.

    Args:
        message: Who, what, what to do.
    """


def add_command(commands: Commands, name: str, summary: str, teaching: str, run: Run) -> Parser:
    """Declare a command.

    Args:
        commands: Where to.
        name: As it is typed.
        summary: One line for the list of commands.
        teaching: What ``--help`` adds: what it does, an example and what to expect.
        run: What does it; gives the exit code.
    """
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=teaching.strip("\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def takes_config(parser: Parser) -> None:
    """The one argument of most commands."""
    parser.add_argument("config", type=Path, metavar="agent.toml", help="the configuration file")


@contextmanager
def told(state_dir: Path) -> Iterator[None]:
    """Say what keeps a person from an outbox: mostly that the service runs as another user.

    Raises:
        CommandError: Its database cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        msg = f"{state_dir}: its outbox cannot be used ({error}). Run this as the agent's user, the service's."
        raise CommandError(msg) from error


def seconds(text: str) -> float:
    """A length of time on a command line.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        msg = f"expected a number of seconds above 0, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return value


def join_words(arguments: Sequence[str]) -> list[str]:
    """Make one word of a command of two.

    >>> join_words(["outbox", "export", "agent.toml", "/media/stick/a.nhipdo"])
    ['outbox export', 'agent.toml', '/media/stick/a.nhipdo']
    >>> join_words(["outbox", "agent.toml"])
    ['outbox', 'agent.toml']
    """
    if len(arguments) > 1 and arguments[1] in TWO_WORDS.get(arguments[0], ()):
        return [" ".join(arguments[:2]), *arguments[2:]]
    return list(arguments)
