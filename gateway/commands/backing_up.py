"""``nhipdo backup`` and ``nhipdo restore``."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.backup import BackupError, back_up, how_to_put_back, look_into, put_back
from gateway.backup.listing import SERIES
from gateway.config import load_config
from gateway.opening import sole_gateway


def add_commands(commands: Any) -> None:
    """Both."""
    make = commands.add_parser("backup", help="copy what the gateway keeps, also while it runs")
    make.add_argument("into", type=Path, metavar="FOLDER", help="of backups; each gets a folder there with its time")
    make.add_argument("--keep", type=_several, default=0, metavar="N", help="the newest N stay there (default: all)")
    make.set_defaults(run=backup)
    back = commands.add_parser("restore", help="put a backup back, while the gateway does not run")
    back.add_argument("backup", type=Path, metavar="BACKUP", help="a folder nhipdo-...Z that nhipdo backup has made")
    back.add_argument("--only-look", action="store_true", help="only see whether it is whole")
    back.set_defaults(run=restore)


def backup(args: argparse.Namespace) -> int:
    """Make one; exit code 1 when it could not be made, or lacks what it should have."""
    try:
        path, manifest = back_up(load_config(args.config), args.into, datetime.now(UTC), args.keep)
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(file.size for file in manifest.files)
    print(f"{path}: {len(manifest.files)} files, {size / 1e6:.1f} MB")
    for words in manifest.without:
        print(f"not in it: {words}", file=sys.stderr)
    return 1 if manifest.failed or manifest.lacks_registry else 0


def restore(args: argparse.Namespace) -> int:
    """Put one back; exit code 1 when it could not be."""
    try:
        if args.only_look:
            manifest = look_into(args.backup)
            print(f"{args.backup}: whole, made {manifest.made_at:%Y-%m-%d %H:%M} UTC by nhipdo {manifest.version}")
            for words in manifest.without:
                print(f"not in it: {words}")
            return 0
        config = load_config(args.config)
        with sole_gateway(config):
            aside = put_back(config, args.backup, datetime.now(UTC))
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{args.backup} is put back into {config.state_dir}")
    if aside is not None:
        print(f"what was there is in {aside}; remove it when all is well")
    print(f"settings are in {args.backup / 'settings'} and were not put back: compare them with yours")
    if (args.backup / SERIES).is_dir():
        print("series are InfluxDB's to put back, before the gateway starts, with its administrator's password:")
        for command in how_to_put_back(config, args.backup / SERIES):
            print(f"    {command}")
    print("start the gateway: edges send again what they still hold and this copy lacks")
    return 0


def _several(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text}: expected 1 or more. Leave --keep out to keep all."
        raise argparse.ArgumentTypeError(msg)
    return int(text)
