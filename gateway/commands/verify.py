"""``nhipdo verify``: a pack of evidence checked on any machine, without the gateway that made it."""

import argparse
import re
import sys
from pathlib import Path

from gateway.people import DecisionError
from gateway.programme.pack import needs_extra
from gateway.programme.verifying import verify_pack

_KEY = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_LONGEST_KEY = 1000


def verify(args: argparse.Namespace) -> int:
    """Say in words what holds of a pack; exit code 1 when something does not, 2 when nothing could be checked.

    Raises:
        DecisionError: The file cannot be read, or the key is none.
    """
    pack = Path(args.pack)
    key = _key(args.key) if args.key else ""
    try:
        checked = verify_pack(pack, key)
    except OSError as error:
        msg = f"{pack}: {error.strerror or error}. Name the file of a pack."
        raise DecisionError(msg) from error
    except ModuleNotFoundError:
        # Nothing was checked: that is no word against the pack.
        print(needs_extra(), file=sys.stderr)
        return 2
    if checked.manifest is not None:
        told = checked.manifest
        print(f"{told.name}, version {told.version}, as of {told.as_of}")
        if told.made_up:
            print("its content is MADE UP, as that of a demo")
    for point in checked.points:
        mark = "holds   " if point.holds else "DOES NOT"
        print(f"{mark} {point.what:12} {point.words}", file=sys.stdout if point.holds else sys.stderr)
    print("the pack holds" if checked.holds else "the pack DOES NOT hold: rely on nothing in it")
    return 0 if checked.holds else 1


def _key(text: str) -> str:
    """A public key or its fingerprint: as it was read to somebody, or a file that holds it."""
    path = Path(text)
    try:
        said = path.read_text("utf-8")[:_LONGEST_KEY] if path.is_file() else text
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: {error}. Name a file with the public key, or give its digits."
        raise DecisionError(msg) from error
    digits = "".join(said.split()).casefold()
    if not _KEY.fullmatch(digits):
        msg = f"--key {text[:80]}: expected 64 hexadecimal digits, or the 32 of a fingerprint. Copy it from the page."
        raise DecisionError(msg)
    return digits
