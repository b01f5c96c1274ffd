"""``nhipdo tfp``: growth accounting of a workbook, on the terminal, as a workbook and as a picture."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.people import DecisionError

if TYPE_CHECKING:
    from gateway.indicators.accounts import Accounting

_SHOWN = 50
_ENDINGS = (".xlsx", ".svg", ".png")


def add_arguments(parser: Any) -> None:
    """What ``nhipdo tfp`` takes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a filled-in form (.xlsx)")
    parser.add_argument("--template", action="store_true", help="write the form to FILE, with an example, instead")
    parser.add_argument("--since", type=int, metavar="YEAR", help="first year of growth (default: the form's)")
    parser.add_argument("--until", type=int, metavar="YEAR", help="last year (default: the form's)")
    parser.add_argument("--method", choices=("discrete", "tornqvist"), help="default: the form's, else discrete")
    parser.add_argument(
        "--out", type=Path, action="append", default=[], metavar="FILE", help="tables (.xlsx) or picture (.svg, .png)"
    )
    parser.add_argument("--language", choices=("vi", "en"), default="vi", help="of tables and heads (default: vi)")
    parser.set_defaults(run=tfp)


def tfp(args: argparse.Namespace) -> int:
    """Calculate; exit code 1: the file has mistakes, or the period cannot be said."""
    if args.file.suffix.lower() != ".xlsx":
        msg = f"{args.file}: its name ends in {args.file.suffix!r}, expected .xlsx. Choose such a file."
        raise DecisionError(msg)
    for path in args.out:
        if path.suffix.lower() not in _ENDINGS:
            msg = f"{path}: its name ends in {path.suffix!r}, expected .xlsx, .svg or .png. Choose one of these."
            raise DecisionError(msg)
    if args.template:
        return _template(args.file, args.language)
    whole = _calculated(args)
    if whole is None:
        return 1
    _print(whole, args.language)
    for path in args.out:
        _write(whole, path, args.language)
    return 0 if whole.total.period is not None else 1


def _template(path: Path, language: str) -> int:
    from gateway.reports.growth_book import write_form  # noqa: PLC0415  its library is large
    from gateway.reports.growth_example import example_figures  # noqa: PLC0415

    try:
        with path.open("xb") as file:
            write_form(file, language, example=example_figures())
    except FileExistsError as error:
        msg = f"{path}: is there already. Choose another name, so that nothing filled in is lost."
        raise DecisionError(msg) from error
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror}. Check the path and its permissions."
        raise DecisionError(msg) from error
    print(f"{path}: fill it in, then: nhipdo tfp {path}")
    return 0


def _calculated(args: argparse.Namespace) -> "Accounting | None":
    from gateway.indicators.accounting import account  # noqa: PLC0415
    from gateway.indicators.economy import years_told  # noqa: PLC0415
    from gateway.programme.tfp_files import read_growth_file  # noqa: PLC0415  its library is large

    try:
        content = args.file.read_bytes()
    except OSError as error:
        msg = f"{args.file}: cannot be read: {error.strerror}. Check the path and its permissions."
        raise DecisionError(msg) from error
    read, faults = read_growth_file(content)
    for fault in faults[:_SHOWN]:
        print(f"{args.file}: {fault.told(args.language)}", file=sys.stderr)
    if read is None:
        rest = f" ({len(faults) - _SHOWN} more not shown)" if len(faults) > _SHOWN else ""
        print(f"{args.file}: {len(faults)} faults{rest}; nothing was calculated", file=sys.stderr)
        return None
    since, until = years_told(read.figures, args.since or read.since, args.until or read.until)
    if until < since:
        msg = f"tfp: the last year {until} lies before the first {since}. Say --since and --until."
        raise DecisionError(msg)
    options = msgspec.structs.replace(read.options, method=args.method) if args.method else read.options
    return account(read.figures, since, until, options)


def _print(whole: "Accounting", language: str) -> None:
    from gateway.commands.tfp_printing import print_text, print_told  # noqa: PLC0415  words that only a result needs
    from gateway.reports.growth_told import gap_told, notes_of, tables_of  # noqa: PLC0415

    for table in tables_of(whole, language):
        print_told(table, language)
    for note in notes_of(whole, language):
        print_text(note)
    for gap in whole.problems:
        print(gap_told(gap, language), file=sys.stderr)


def _write(whole: "Accounting", path: Path, language: str) -> None:
    try:
        if path.suffix.lower() == ".xlsx":
            from gateway.reports.growth_book import write_results  # noqa: PLC0415

            with path.open("wb") as file:
                write_results(file, whole, language)
        else:
            _draw(whole, path, language)
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror}. Check the path and its permissions."
        raise DecisionError(msg) from error
    print(f"{path}: written")


def _draw(whole: "Accounting", path: Path, language: str) -> None:
    try:
        from gateway.reports.growth_picture import write_picture  # noqa: PLC0415
    except ImportError as error:
        msg = f"{path}: matplotlib is not there. Install nhipdo with its extra documents."
        raise DecisionError(msg) from error
    try:
        write_picture(whole, path, language)
    except ValueError as error:
        raise DecisionError(str(error)) from error
