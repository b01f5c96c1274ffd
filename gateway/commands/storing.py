"""``nhipdo dead-letters`` and ``nhipdo outbox import``: what is put into the stores by hand."""

import argparse
import sys
import time
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.commands.asking import moment, print_table, show_progress
from gateway.config import load_config
from gateway.ingest import dead_letters
from gateway.ingest.importing import import_file
from gateway.opening import opened, opened_registry
from gateway.registry import DeadLetterRow


def letters(args: argparse.Namespace) -> int:
    """Those that could not be used yet, or try them again; exit code 1 when one still cannot be."""
    config = load_config(args.config)
    if args.action == "retry":
        with opened(config) as stores:
            tried = dead_letters.retry(stores.engine, stores.timeseries, time.time_ns(), args.ids)
        for one in tried:
            print(f"{one.id}: {one.why or 'stored'}")
        refused = [one for one in tried if one.why]
        unknown = sorted(set(args.ids) - {one.id for one in tried})
        for number in unknown:
            print(f"dead letter {number}: none waits under this number. See nhipdo dead-letters.", file=sys.stderr)
        print(f"{len(tried) - len(refused)} stored, {len(refused)} left as they are")
        return 1 if refused or unknown else 0
    with opened_registry(config) as engine, Session(engine) as session:
        rows = session.scalars(select(DeadLetterRow).where(DeadLetterRow.stored_at == 0).order_by(DeadLetterRow.id))
        shown = [
            (str(row.id), moment(row.at), f"{row.site}/{row.edge}", "line" if row.is_line else "message", row.why)
            for row in rows
        ]
    print_table(("id", "at", "edge", "what", "why"), shown)
    return 0


def import_outbox(args: argparse.Namespace) -> int:
    """Store what came on a stick; exit code 1 when some of it could not be taken."""
    path = Path(args.file)
    with opened(load_config(args.config)) as stores:
        done = import_file(path, stores, time.time_ns(), partial(show_progress, doing="storing "))
    outcome = done.outcome
    print(
        f"{done.edge}: {outcome.stored} stored, {outcome.again} already there, {outcome.held_back} wait for a person,"
        f" {done.refused} refused as damaged, {outcome.dead} kept as dead letters"
    )
    print(f"carry back to the edge: {done.ack}")
    if done.broken:
        print(done.broken, file=sys.stderr)
    return 1 if done.broken or done.refused or outcome.held_back else 0
