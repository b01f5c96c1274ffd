"""``nhipdo report``: the report on a plan as files; whether a signed one still comes out as it was."""

import argparse
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gateway.config import GatewayConfig, load_config
from gateway.opening import opened_registry
from gateway.people import DecisionError
from gateway.registry.plan_records import REPORT_KINDS
from gateway.registry.refusals import NoSuchRowError
from gateway.registry.roles import SYSTEM

if TYPE_CHECKING:
    from gateway.indicators.schema import Plan

_FORMATS = ("docx", "xlsx", "pdf")
_TEACHING = """
Examples:
  nhipdo report dong-thap-2026-2030                        all files, as of today, into this folder
  nhipdo report dong-thap-2026-2030 --as-of 2026-11-25 --formats docx --out reports
  nhipdo report --check ID                                 a signed report, worked out again from what was kept with it

A draft is made anew each time and keeps its comments. It is signed off on its page, /plans/PLAN/report.
"""


def add_commands(commands: Any) -> None:
    """Add ``report``."""
    report = commands.add_parser("report", help="the report on a plan: text, workbook, print")
    report.epilog, report.formatter_class = _TEACHING.strip("\n"), argparse.RawDescriptionHelpFormatter
    report.add_argument("plan", nargs="?", metavar="PLAN", help="as in: nhipdo plans list")
    report.add_argument("--as-of", type=_day, metavar="DATE", help="2026-11-25 (default: today)")
    report.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where to write (default: here)")
    report.add_argument("--kind", choices=tuple(REPORT_KINDS), default="yearly", help="default: yearly")
    formats = f"some of {','.join(_FORMATS)} (default: all)"
    report.add_argument("--formats", type=_formats, default=_FORMATS, metavar="LIST", help=formats)
    report.add_argument("--language", choices=("vi", "en"), default="vi", help="default: vi")
    report.add_argument("--check", metavar="ID", help="of a signed report: whether it still comes out as it was")
    report.set_defaults(run=write_report)


def write_report(args: argparse.Namespace) -> int:
    """Write the files of a draft; or check a signed report: exit code 1 when it comes out differently."""
    config = load_config(args.config)
    if args.check:
        return _check(config, args.check)
    if not args.plan:
        msg = "report: which plan? Name one of: nhipdo plans list"
        raise DecisionError(msg)
    return _write(config, args)


def _write(config: GatewayConfig, args: argparse.Namespace) -> int:
    from gateway.certificates.typesetting import NotInstalledError  # noqa: PLC0415
    from gateway.programme.evaluating import Evaluations  # noqa: PLC0415
    from gateway.programme.report_content import given_of  # noqa: PLC0415
    from gateway.programme.report_files import report_file  # noqa: PLC0415

    plans, zone = _plans(config), ZoneInfo(config.gateway.zone)
    if args.plan not in plans:
        msg = f"report: plan {args.plan} is not known. Choose one of: {', '.join(plans)}"
        raise DecisionError(msg)
    now = time.time_ns()
    today = datetime.fromtimestamp(now / 10**9, UTC).astimezone(zone).date()
    as_of = args.as_of or today
    if as_of > today:
        msg = f"report: {as_of} is still to come, today is {today}. Choose a day that is over."
        raise DecisionError(msg)
    with opened_registry(config) as engine:
        evaluations = Evaluations(engine, plans, zone, made_up=config.indicators.made_up)
        evaluation = evaluations.of(SYSTEM, args.plan, as_of, now)
        given = given_of(engine, SYSTEM, evaluation, args.kind)
        try:
            files = [report_file(given, ending, args.language) for ending in args.formats]
        except NotInstalledError as error:
            print(error, file=sys.stderr)
            return 1
    for one in files:
        path = args.out / one.name
        try:
            args.out.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.content)
        except OSError as error:
            msg = f"{path}: cannot be written: {error.strerror}. Choose another folder with --out."
            raise DecisionError(msg) from None
        print(path)
    return 0


def _check(config: GatewayConfig, row: str) -> int:
    from gateway.programme.report_keeping import check_report  # noqa: PLC0415

    with opened_registry(config) as engine:
        try:
            found = check_report(engine, SYSTEM, row)
        except NoSuchRowError as error:
            print(error, file=sys.stderr)
            return 1
    if found.holds:
        print(f"report {row}: comes out as it was signed")
        return 0
    if not found.facts_match:
        print(f"report {row}: its facts are not those of its hash. They were changed after it was signed.")
    if found.differs:
        print(
            f"report {row}: comes out differently today: {', '.join(found.differs)}. The signed files stay as they are."
        )
    return 1


def _plans(config: GatewayConfig) -> "Mapping[str, Plan]":
    from gateway.programme.plan_files import PlanFileError, load_plans  # noqa: PLC0415

    try:
        return load_plans(config.plans)
    except PlanFileError as error:
        raise DecisionError(str(error)) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"expected a day such as 2026-11-25, got {text}"
        raise argparse.ArgumentTypeError(msg) from None


def _formats(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.strip() for one in text.split(",")))
    if not found or set(found) - set(_FORMATS):
        msg = f"expected some of {','.join(_FORMATS)}, got {text}"
        raise argparse.ArgumentTypeError(msg)
    return found
