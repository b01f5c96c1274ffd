"""``nhipdo-edge``: the edge's command line. Parses, calls one command, and turns its end into an exit code."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from drivers.models import MapError
from edge_agent.commands import adopt, check, example, models, outbox, pin, procedures, read, replay, run, simulate
from edge_agent.commands.parsing import PROGRAM, CommandError, Parser, join_words
from edge_agent.config import ConfigError
from edge_agent.outbox import OutboxError

# A command says itself what it met; only run turns logging on, and then this changes nothing.
logging.getLogger("drivers").addHandler(logging.NullHandler())

DONE, FAILED, SENSELESS = 0, 1, 2

_TEACHING = """
First steps:
  nhipdo-edge simulate               press, meter and balance without hardware; prints an agent.toml
  nhipdo-edge example > agent.toml   or begin with an example and your own instruments
  nhipdo-edge check agent.toml       find mistakes; opens nothing
  nhipdo-edge read agent.toml        one reading of every instrument
  nhipdo-edge run agent.toml         for good

Exit codes: 0 done, 1 it failed, 2 the request makes no sense.
"""


def build_parser() -> Parser:
    """The whole command line."""
    parser = Parser(
        prog=PROGRAM,
        description="Reads instruments, keeps every sample, sends it until a gateway has stored it.",
        epilog=_TEACHING.strip("\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (check, read, run, replay, simulate, outbox, adopt, models, example, pin, procedures):
        module.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks for.

    Args:
        argv: The words behind the program's name; None: those of this process.

    Returns:
        0 done, 1 it failed, 2 the request makes no sense.
    """
    words = join_words(sys.argv[1:] if argv is None else argv)
    try:
        args = build_parser().parse_args(words)
        code: int = args.run(args)
        sys.stdout.flush()
    except SystemExit as end:  # argparse: help was shown, or the words make no sense
        return end.code if isinstance(end.code, int) else FAILED
    except (ConfigError, MapError) as error:
        print(error, file=sys.stderr)
        return SENSELESS
    except (CommandError, OutboxError) as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:  # the reader of our output has seen enough, as in: ... | head
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code


if __name__ == "__main__":
    sys.exit(main())
