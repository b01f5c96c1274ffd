"""``nhipdo``: the gateway's command line.

Exit codes: 0 done, 1 it failed or something needs a person, 2 the request makes no sense.
"""

import argparse
import gc
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from gateway.commands import accounts, asking, backing_up, deploying, export, plans, registry, report, storing, tfp
from gateway.commands.check import check
from gateway.config import ConfigError
from gateway.demo.demo import add_arguments, run
from gateway.ingest.importing import ExportError
from gateway.opening import RunsAlreadyError
from gateway.people import DecisionError
from gateway.registry import RegistryError
from gateway.timeseries import StoreUnavailableError

_TEACHING = """
First steps:
  nhipdo demo                        the whole chain on this machine, without hardware
  nhipdo check gateway.toml          mistakes with their place; are the stores there
  nhipdo serve gateway.toml          the gateway itself; prints the link for the first account
  nhipdo -c gateway.toml edges       what it knows of; -c may stand behind the command too

Exit codes: 0 done, 1 it failed or something needs a person, 2 the request makes no sense.
"""

_VERIFYING = """
Seal, hashes, figures and judgement are checked and worked out again from the pack alone; no gateway is asked.

  nhipdo verify pilot.zip                       what holds, with the key that stands in the pack
  nhipdo verify pilot.zip --key FINGERPRINT     and that this gateway sealed it; a pilot's page shows the fingerprint

Exit codes: 0 all of it holds, 1 something does not, 2 it could not be checked.
"""
_AGO = re.compile(r"-[0-9]+[a-z]+")
"""A length of time before now, such as ``-7d``."""


class _Parser(argparse.ArgumentParser):
    """Takes ``-c FILE`` before the command and behind it: nobody remembers which; the last one counts."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        where = "gateway.toml (default: every key as usual, kept in $STATE_DIRECTORY or ~/.local/state/nhipdo)"
        # Suppressed: a command behind which nothing stands must not take back what stood before it.
        self.add_argument("-c", "--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help=where)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    args = _parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (ConfigError, DecisionError, ExportError) as error:
        print(error, file=sys.stderr)
        return 2
    except (RegistryError, RunsAlreadyError, StoreUnavailableError) as error:
        print(error, file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"registry: {error.orig}. Run this as the gateway's user; is its disk full?", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    except BrokenPipeError:  # the reader of our output has seen enough, as in: ... | head
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _joined(words: Sequence[str]) -> list[str]:
    """``--since -7d`` as ``--since=-7d``: argparse takes a word that begins with a hyphen for an option.

    >>> _joined(["export", "stops", "--since", "-7d", "--local"])
    ['export', 'stops', '--since=-7d', '--local']
    """
    found: list[str] = []
    for word in words:
        if found and _AGO.fullmatch(word) and found[-1].startswith("--") and "=" not in found[-1]:
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="nhipdo",
        description="The gateway: stores what edges say, and shows it.",
        epilog=_TEACHING.strip("\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(config=None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serving(commands)
    _add_asking(commands)
    _add_storing(commands)
    registry.add_commands(commands)
    plans.add_commands(commands)
    report.add_commands(commands)
    tfp.add_arguments(commands.add_parser("tfp", help="total factor productivity of an economy, from a workbook"))
    export.add_arguments(
        commands.add_parser("export", help="any stretch as CSV or Parquet, for pandas, R, spreadsheets")
    )
    accounts.add_arguments(commands.add_parser("user", help="accounts, their roles, links to come in"))
    return parser


def _add_serving(commands: Any) -> None:
    serve = commands.add_parser("serve", help="run the gateway")
    serve.add_argument("file", nargs="?", type=Path, metavar="FILE", help="gateway.toml")
    serve.set_defaults(run=_serve)
    look = commands.add_parser("check", help="look at a configuration file and its stores, or at the audit")
    look.add_argument(
        "what", nargs="*", metavar="FILE | audit | documents", help="gateway.toml, the audit, or what was issued"
    )
    look.set_defaults(run=check)
    backing_up.add_commands(commands)
    deploying.add_arguments(commands.add_parser("deploy", help="write a folder for containers, with its passwords"))
    verify = commands.add_parser("verify", help="check a pack of evidence of a pilot, on any machine")
    verify.epilog, verify.formatter_class = _VERIFYING.strip("\n"), argparse.RawDescriptionHelpFormatter
    verify.add_argument("pack", metavar="PACK", help="the ZIP")
    verify.add_argument(
        "--key", default="", metavar="KEY", help="public key of the gateway, its fingerprint, or a file"
    )
    verify.set_defaults(run=_verify)
    commands.add_parser("version", help="of this program").set_defaults(run=_version)
    demo = commands.add_parser("demo", help="the whole chain on this machine, on simulated instruments")
    add_arguments(demo)
    demo.set_defaults(run=run)


def _add_asking(commands: Any) -> None:
    edges = commands.add_parser("edges", help="every edge, and what is missing of it")
    edges.set_defaults(run=asking.edges, action="list")
    admit = edges.add_subparsers(metavar="ACTION").add_parser("admit", help="say that an edge belongs here")
    admit.add_argument("edge", metavar="SITE/EDGE")
    admit.add_argument("--by", required=True, metavar="NAME", help="who says so")
    forwards = "of a gateway that forwards for several: an organisation for which it may speak; may be repeated"
    admit.add_argument("--for", action="append", dest="speaks_for", metavar="CODE", help=forwards)
    admit.set_defaults(action="admit")

    journals = commands.add_parser("journals", help="every run of every edge")
    journals.set_defaults(run=asking.journals, action="list")
    actions = journals.add_subparsers(metavar="ACTION")
    for action, what in (("admit", "let it go on"), ("close", "give up what is missing of it")):
        decide = actions.add_parser(action, help=what)
        decide.add_argument("journal", help="its 32 digits, or enough of the first")
        decide.add_argument("--by", required=True, metavar="NAME", help="who decides")
        decide.add_argument("--why", required=True, metavar="TEXT", help="in their words")
        decide.set_defaults(action=action)

    findings = commands.add_parser("findings", help="what a person should look at")
    findings.set_defaults(run=asking.show_findings)

    put = commands.add_parser("settings", help="what the gateway sets at edges").add_subparsers(
        required=True, metavar="ACTION"
    )
    setting = put.add_parser("put", help="set something at an edge")
    setting.add_argument("edge", metavar="SITE/EDGE")
    setting.add_argument(
        "noun", help="what is set: calendar, products, reasons, checklists, targets, orders, certificate"
    )
    setting.add_argument("key", help="which one")
    setting.add_argument("file", help="its content, JSON")
    setting.add_argument("--by", required=True, metavar="NAME", help="who sets it")
    setting.set_defaults(run=asking.settings)


def _add_storing(commands: Any) -> None:
    letters = commands.add_parser("dead-letters", help="what came undamaged and could not be used")
    letters.set_defaults(run=storing.letters, action="list")
    actions = letters.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="those not stored yet")
    retry = actions.add_parser("retry", help="try them again")
    retry.add_argument("ids", nargs="*", type=int, metavar="ID", help="which (default: all)")
    retry.set_defaults(action="retry")

    outbox = commands.add_parser("outbox", help="messages that came on a stick")
    take = outbox.add_subparsers(required=True, metavar="ACTION").add_parser("import", help="store them")
    take.add_argument("file", help="written by nhipdo-edge outbox export")
    take.set_defaults(run=storing.import_outbox)


def _serve(args: argparse.Namespace) -> int:
    # Nearly all that a start makes is there to stay; Python's collector, looking for what is not, took a quarter of it.
    gc.disable()
    try:
        from gateway.commands.serve import serve  # noqa: PLC0415  FastAPI takes its time

        return serve(args)
    finally:
        gc.enable()


def _verify(args: argparse.Namespace) -> int:
    from gateway.commands.verify import verify  # noqa: PLC0415  numpy and the statistics take their time

    return verify(args)


def _version(_args: argparse.Namespace) -> int:
    print(f"nhipdo {version('nhipdo')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
