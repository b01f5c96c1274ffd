"""``nhipdo edges | journals | findings | settings``: what is so, and what a named person decides."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from gateway.config import load_config
from gateway.health import EdgeHealth, JournalHealth, edge_health, gateway_health
from gateway.ingest.journals import CLOSED, OPEN
from gateway.opening import opened_registry
from gateway.people import DecisionError, admit_edge, decide_journal, parse_edge, put_setting

_BAR = 30


def edges(args: argparse.Namespace) -> int:
    """Every edge, or one admitted."""
    now = time.time_ns()
    with opened_registry(load_config(args.config)) as engine:
        if args.action == "admit":
            admit_edge(engine, parse_edge(args.edge), args.by, now, speaks_for=args.speaks_for)
            print(f"{args.edge}: admitted by {args.by}")
            return 0
        healths = edge_health(engine, now)
        rows = [_edge_row(health, now) for health in healths]
        print_table(("edge", "admitted", "state", "status", "waiting", "missing", "declared", "dead letters"), rows)
        _when_empty(rows, engine, args)
    return 0


def _edge_row(health: EdgeHealth, now: int) -> tuple[str, ...]:
    age = f"{(now - health.status_at) / 1e9:.0f} s ago" if health.status_at else "never"
    state = f"{health.state}, silent" if health.silent else health.state
    counts = (health.waiting, health.missing, health.declared, health.dead_letters)
    return (f"{health.site}/{health.edge}", "yes" if health.admitted else "no", state, age, *map(str, counts))


def journals(args: argparse.Namespace) -> int:
    """Every journal, or one decided upon."""
    now = time.time_ns()
    with opened_registry(load_config(args.config)) as engine:
        if args.action != "list":
            state = OPEN if args.action == "admit" else CLOSED
            whole = decide_journal(engine, args.journal, state, args.by, args.why, now)
            print(f"journal {whole}: {state}, decided by {args.by}: {args.why}")
            return 0
        healths = edge_health(engine, now)
        rows = [
            (f"{health.site}/{health.edge}", one.journal, one.state, *_counts(one))
            for health in healths
            for one in health.journals
        ]
        print_table(("edge", "journal", "state", "first", "last", "stored", "waiting", "missing", "declared"), rows)
        _when_empty(rows, engine, args)
    return 0


def _counts(one: JournalHealth) -> list[str]:
    return [str(count) for count in (one.first, one.last, one.stored, one.waiting, one.missing, one.declared)]


def _when_empty(rows: Sequence[object], engine: Engine, args: argparse.Namespace) -> None:
    """An empty table is often that of another gateway: say whose it is."""
    if rows:
        return
    other = "" if args.config else " Is it the right one? -c FILE names its gateway.toml."
    print(f"registry {engine.url}: no edge has been heard of.{other}", file=sys.stderr)


def show_findings(args: argparse.Namespace) -> int:
    """What a person should look at; exit code 1 when there is something."""
    with opened_registry(load_config(args.config)) as engine:
        texts = list(gateway_health(engine).findings)
        texts += [text for health in edge_health(engine, time.time_ns()) for text in health.findings]
    for text in texts:
        print(text)
    if not texts:
        print("nothing to look at")
    return 1 if texts else 0


def settings(args: argparse.Namespace) -> int:
    """Set something at an edge."""
    try:
        body = json.loads(Path(args.file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{args.file}: not JSON ({error}). Write one object."
        raise DecisionError(msg) from error
    if not isinstance(body, dict):
        msg = f"{args.file}: expected one object, got {type(body).__name__}. Write {{...}}."
        raise DecisionError(msg)
    with opened_registry(load_config(args.config)) as engine:
        edge = parse_edge(args.edge)
        revision = put_setting(engine, edge, args.noun, args.key, body, args.by, time.time_ns())
    print(f"{edge}: {args.noun}/{args.key} set, revision {revision}")
    return 0


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they must be; numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(titles, *rows, strict=True)]
    for row in (titles, *rows):
        cells = (
            cell.rjust(width) if cell.isdigit() else cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        )
        print("  ".join(cells).rstrip())


def moment(at: int) -> str:
    """UTC ns as people read it."""
    return datetime.fromtimestamp(at / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def show_progress(done: int, total: int, doing: str = "") -> None:
    """A bar on the terminal; nothing where nobody looks."""
    if sys.stderr.isatty():
        share = done / total if total else 1.0
        bar = "#" * round(share * _BAR)
        end = "\n" if done >= total else ""
        print(f"\r{doing}[{bar:<{_BAR}}] {share:4.0%}", end=end, file=sys.stderr, flush=True)
