"""``nhipdo plans``: the plans that are known, whether a file of one can be used, and a file to begin with."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.commands.asking import print_table
from gateway.config import load_config
from gateway.people import DecisionError

if TYPE_CHECKING:
    from gateway.indicators.schema import Plan

_TEACHING = """
How a province adds its own plan:
  nhipdo plans template my-plan.yaml   an example with comments; change what stands in it
  nhipdo plans check my-plan.yaml      every mistake with its place and what to do
  [indicators] plans = "plans"         in gateway.toml: the folder; then start the gateway anew
  nhipdo -c gateway.toml plans list    it is there

A plan of the folder takes the place of a shipped one with the same id. Read more in docs/plans.md.
"""


def add_commands(commands: Any) -> None:
    """Add ``plans`` with its actions."""
    plans = commands.add_parser(
        "plans",
        help="plans of provinces: those that are known, and your own",
        epilog=_TEACHING.strip("\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = plans.add_subparsers(required=True, metavar="ACTION")
    known = actions.add_parser("list", help="the shipped ones, and those of a folder")
    known.add_argument(
        "folder", metavar="FOLDER", type=Path, nargs="?", help="with plans of your own (default: that of gateway.toml)"
    )
    known.set_defaults(run=list_plans)
    look = actions.add_parser("check", help="whether files of plans can be used; all mistakes at once")
    look.add_argument("what", metavar="FILE-OR-FOLDER", type=Path, help="a plan's .yaml, or a folder with some")
    look.set_defaults(run=check_plans)
    begin = actions.add_parser("template", help="an example with comments, to be changed")
    begin.add_argument("file", metavar="FILE", type=Path, help="where to write it")
    begin.set_defaults(run=write_template)


def list_plans(args: argparse.Namespace) -> int:
    """Every plan that a gateway with this folder knows; without one with that of gateway.toml."""
    folder = args.folder or load_config(args.config).plans
    return _shown(_files(folder) if folder else [], is_all=True)


def check_plans(args: argparse.Namespace) -> int:
    """Read files of plans beside the shipped ones; exit code 1 when something is wrong."""
    return _shown(_files(args.what), is_all=False)


def _files(what: Path) -> list[Path]:
    """A file, or those of a folder.

    Raises:
        DecisionError: Nothing of that name is there, or no plan in it.
    """
    from gateway.programme.plan_files import plan_files  # noqa: PLC0415  pydantic takes its time

    if not what.exists():
        msg = f"{what}: is not there. Name a plan's file, or the folder with plans."
        raise DecisionError(msg)
    files = plan_files(what) if what.is_dir() else [what]
    if not files:
        msg = f"{what}: holds no *.yaml. Begin with: nhipdo plans template {what / 'my-plan.yaml'}"
        raise DecisionError(msg)
    return files


def write_template(args: argparse.Namespace) -> int:
    """Write an example of a plan into a new file.

    Raises:
        DecisionError: The file is there already, or cannot be written.
    """
    from gateway.programme.plan_files import TEMPLATE  # noqa: PLC0415

    file: Path = args.file
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE.read_text("utf-8"))
    except FileExistsError:
        msg = f"{file}: is there already. Name a new file."
        raise DecisionError(msg) from None
    except OSError as error:
        msg = f"{file}: cannot be written: {error.strerror}. Name a file in a folder of yours."
        raise DecisionError(msg) from None
    print(f"{file} written. Put your ids in place of XX, then: nhipdo plans check {file}")
    return 0


def _shown(own: Sequence[Path], *, is_all: bool) -> int:
    """A table of plans, or their mistakes and exit code 1."""
    from gateway.programme.plan_files import PlanFileError, read_plans  # noqa: PLC0415

    try:
        known = read_plans(own)
    except PlanFileError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        return 1
    print_table(_TITLES, [_row(plan, file, own) for file, plan in known.values() if is_all or file in own])
    return 0


_TITLES = ("plan", "code", "since", "until", "indicators", "tasks", "duties to report", "file")


def _row(plan: "Plan", file: Path, own: Sequence[Path]) -> tuple[str, ...]:
    counts = (plan.since, plan.until, len(plan.indicators), len(plan.tasks), len(plan.reporting))
    return (plan.id, plan.province.code, *map(str, counts), file.name if file in own else "shipped")
