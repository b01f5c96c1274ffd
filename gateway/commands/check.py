"""``nhipdo check``: whether a configuration can be used, before anything rests on it; whether the audit is whole."""

import argparse
import sys
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from gateway.commands.accounts import page_address
from gateway.commands.asking import show_progress
from gateway.config import GatewayConfig, load_config
from gateway.federation.checking import look_above
from gateway.files import cautions, check_files
from gateway.opening import open_timeseries, opened_registry
from gateway.people import DecisionError
from gateway.registry.audit import last, verify

_WHY = {
    "altered": "was altered, or stands where another stood. Compare it with a copy of the database.",
    "missing": "is missing. Look for it in a copy of the database.",
    "head": "is not the one that was written last: entries behind it are gone. Look in a copy of the database.",
}


def check(args: argparse.Namespace) -> int:
    """Look at the file, at the files that it names and into the stores; stores nothing.

    Raises:
        gateway.timeseries.StoreUnavailableError: The series do not answer.
    """
    what = list(args.what)
    if what[:1] == ["audit"]:
        return check_audit(_file(what[1:], args.config))
    if what[:1] == ["documents"]:
        return check_documents(_file(what[1:], args.config))
    config = load_config(_file(what, args.config))
    check_files(config)
    with opened_registry(config) as engine:
        print(f"registry   {engine.url}")
    print(f"series     {_series(config)}")
    print(f"broker     {config.broker.url} (not tried: the log of nhipdo serve says whether it lets us in)")
    above_answers = _look_above(config)
    print(f"page       {page_address(config)}")
    for caution in cautions(config):
        print(f"warning: {caution}", file=sys.stderr)
    return 0 if above_answers else 1


def _look_above(config: GatewayConfig) -> bool:
    """The gateway above, where one is named."""
    if not config.forward.is_set:
        return True
    is_well, words = look_above(config.forward)
    print(f"forward    {words}", file=sys.stdout if is_well else sys.stderr)
    return is_well


def check_audit(file: Path | None) -> int:
    """Go through the audit's chain; every place where it does not hold, and exit code 1 when there is one."""
    is_whole = True
    with opened_registry(load_config(file)) as engine, Session(engine) as session:
        for one in verify(session, partial(show_progress, doing="audit ")):
            is_whole = False
            print(f"audit entry {one.number}: {_WHY[one.why]}", file=sys.stderr)
        number, sealed = last(session)
    print(f"audit      {number} entries, {'whole' if is_whole else 'broken'}")
    print(f"last       {sealed} (compare it with the log: nhipdo serve tells it once a day)")
    return 0 if is_whole else 1


def check_documents(file: Path | None) -> int:
    """Every issued document against the ledger: files, rows, seals, numbers; exit code 1 when one is not as it was."""
    from gateway.certificates import checking  # noqa: PLC0415  cryptography takes its time
    from gateway.certificates.seals import Sealer, SealError  # noqa: PLC0415

    config, is_whole = load_config(file), True
    sealer = Sealer(config.state_dir / "documents")
    with opened_registry(config) as engine, Session(engine) as session:
        try:
            for one in checking.check_documents(session, sealer):
                is_whole = False
                print(one.words, file=sys.stderr)
        except SealError as error:
            print(error, file=sys.stderr)
            return 1
        documents, entries = checking.counts(session)
    print(f"documents  {documents} issued, {entries} entries, {'whole' if is_whole else 'not as they were issued'}")
    if not (entries and sealer.is_lost):
        print(f"seal       {sealer.public_key} (Ed25519, public; no legal signature)")
    return 0 if is_whole else 1


def _file(words: list[str], otherwise: Path | None) -> Path | None:
    if len(words) > 1:
        msg = f"check: expected one file, got {' '.join(words)}. Name gateway.toml alone, or: nhipdo check audit FILE."
        raise DecisionError(msg)
    return Path(words[0]) if words else otherwise


def _series(config: GatewayConfig) -> str:
    timeseries = open_timeseries(config)
    try:
        # A question, so that somebody must answer it; of a site that cannot be.
        timeseries.latest("gateway", "check")
        return f"{config.store.kind}, {timeseries.why_full() or 'there is room'}"
    finally:
        timeseries.close()
