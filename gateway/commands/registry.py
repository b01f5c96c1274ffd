"""``nhipdo registry``: nouns into files and out of files, and the provinces."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from gateway.commands.asking import print_table, show_progress
from gateway.config import load_config
from gateway.opening import opened_registry
from gateway.people import DecisionError
from gateway.registry.book import Book
from gateway.registry.catalogue import NOUNS
from gateway.registry.nouns import Registered
from gateway.registry.roles import SYSTEM
from gateway.registry.sheets import Outcome, export_csv, import_file
from gateway.registry.sheets.table import MOST_BYTES
from gateway.registry.sheets.to_xlsx import export_xlsx
from gateway.registry.territory import write_provinces

_SHOWN = 50


def add_commands(commands: Any) -> None:
    """Add ``registry`` with its actions."""
    actions = commands.add_parser("registry", help="what people enter: organisations, sites, trainings, tasks ...")
    actions = actions.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("nouns", help="what it knows, and how many of each").set_defaults(run=nouns)
    actions.add_parser("provinces", help="write the provinces into a registry that has none").set_defaults(
        run=provinces
    )
    for name, what, run in (
        ("template", "a file to fill in (.xlsx or .csv)", template),
        ("import", "take the rows of a file: all, or none", import_rows),
        ("export", "all rows in use as a file (.xlsx or .csv)", export_rows),
    ):
        action = actions.add_parser(name, help=what)
        action.add_argument("noun", metavar="NOUN", help="as in: nhipdo registry nouns")
        action.add_argument("file", metavar="FILE", type=Path)
        action.add_argument("--language", choices=("vi", "en"), default="vi", help="of heads and words (default: vi)")
        if name == "import":
            action.add_argument("--dry-run", action="store_true", help="only say what it would do")
        action.set_defaults(run=run)


def nouns(args: argparse.Namespace) -> int:
    """Every noun, and how many rows of it are in use."""
    with opened_registry(load_config(args.config)) as engine:
        book = Book(engine, time.time_ns)
        rows = [
            (of.path(), of.noun.many.vi, of.noun.many.en, str(book.count(SYSTEM, name)))
            for name, of in sorted(NOUNS.items(), key=lambda one: one[1].path())
        ]
    print_table(("noun", "tiếng Việt", "English", "in use"), rows)
    return 0


def provinces(args: argparse.Namespace) -> int:
    """The 34 provinces and those that were merged into them."""
    with opened_registry(load_config(args.config)) as engine:
        written = write_provinces(Book(engine, time.time_ns))
    print(f"{written} provinces written" if written else "there are provinces already: nothing written")
    return 0


def template(args: argparse.Namespace) -> int:
    """A file to fill in."""
    from gateway.registry.sheets.template import template_csv, template_xlsx  # noqa: PLC0415  its library is large

    of = _noun(args.noun)
    if _is_workbook(args.file):
        with args.file.open("wb") as file:
            template_xlsx(file, of.__tablename__, args.language)
    else:
        args.file.write_text(template_csv(of.__tablename__, args.language), "utf-8", newline="")
    print(f"{args.file}: fill it in, then: nhipdo registry import {of.path()} {args.file} --dry-run")
    return 0


def import_rows(args: argparse.Namespace) -> int:
    """Take the rows of a file; exit code 1 when something is wrong with it, and nothing was written."""
    of = _noun(args.noun)
    content = _content(args.file)
    with opened_registry(load_config(args.config)) as engine:
        outcome = import_file(
            engine,
            time.time_ns,
            SYSTEM,
            of.__tablename__,
            content,
            name=args.file.name,
            dry_run=args.dry_run,
            progress=show_progress,
        )
    return _tell(args.file, outcome, args.language, dry_run=args.dry_run)


def export_rows(args: argparse.Namespace) -> int:
    """All rows in use, as :func:`import_rows` takes them again."""
    of = _noun(args.noun)
    with opened_registry(load_config(args.config)) as engine, args.file.open("wb") as file:
        if _is_workbook(args.file):
            export_xlsx(file, engine, time.time_ns, SYSTEM, of.__tablename__, args.language, progress=show_progress)
        else:
            for part in export_csv(engine, time.time_ns, SYSTEM, of.__tablename__, args.language):
                file.write(part.encode())
        count = Book(engine, time.time_ns).count(SYSTEM, of.__tablename__)
    print(f"{args.file}: {count} rows of {of.path()}")
    return 0


def _tell(file: Path, outcome: Outcome, language: str, *, dry_run: bool) -> int:
    for name in outcome.unread:
        print(f"{file}: sheet {name!r} is hidden and was not read", file=sys.stderr)
    for warning in outcome.warnings[:_SHOWN]:
        print(f"{file}: {warning.told(language)}", file=sys.stderr)
    if outcome.fault_count:
        for fault in outcome.faults[:_SHOWN]:
            print(f"{file}: {fault.told(language)}", file=sys.stderr)
        more = outcome.fault_count - min(len(outcome.faults), _SHOWN)
        rest = f" ({more} more not shown)" if more else ""
        print(f"{file}: {outcome.fault_count} faults{rest}; nothing was written", file=sys.stderr)
        return 1
    done = "would be" if dry_run else "were"
    emptied = f", {outcome.emptied} values {done} emptied" if outcome.emptied else ""
    print(f"{file}: {outcome.new} rows {done} new, {outcome.changed} changed, {outcome.same} are the same{emptied}")
    return 0


def _noun(word: str) -> type[Registered]:
    for name, of in NOUNS.items():
        if word in (name, of.path()):
            return of
    msg = f"noun {word!r}: there is none of this name. See nhipdo registry nouns."
    raise DecisionError(msg)


def _is_workbook(file: Path) -> bool:
    if file.suffix.lower() in (".xlsx", ".csv"):
        return file.suffix.lower() == ".xlsx"
    msg = f"{file}: its name ends in {file.suffix!r}, expected .xlsx or .csv. Choose one of both."
    raise DecisionError(msg)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        msg = f"{file}: cannot be read: {error.strerror}. Check the path and its permissions."
        raise DecisionError(msg) from error
