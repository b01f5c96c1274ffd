"""The ZIP of a pack of evidence: written to the same bytes for the same content, read as if somebody meant harm.

Decision: nothing is ever unpacked to disk, and a name is a key, never a path.
Because: what is not written cannot be written elsewhere.

Decision: a pack holds the files that its directory names, back to back, and not a byte beside them.
Because: what stands before, between or behind them is neither signed nor shown.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

MOST_FILES = 500
MOST_BYTES = 300_000_000
"""Of all files together, unpacked."""
MOST_FOLD = 200
"""A file may unpack to so many times its packed size: a table of numbers stays well below."""
SMALL = 100_000
"""Bytes that may unpack to more than that: a file of one repeated line."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}(?:/[a-z0-9][a-z0-9_-]{0,99})?\.(?:csv|json|pdf|txt)")
_TIME = (1980, 1, 1, 0, 0, 0)
_HEADER = 30
_ENCRYPTED = 0x1
_PLAIN = 0o100644 << 16
_UNIX = 3


class PackError(Exception):
    """It cannot be read as a pack: who, what, expected or got, what to do."""


def write_files(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of some files: by name, all of one time and one mode.

    Raises:
        PackError: A name that could not be read again.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            if not _NAME.fullmatch(name):
                msg = f"pack: {name!r}: is no name of a file of a pack. Use small letters, digits, - and _."
                raise PackError(msg)
            one = zipfile.ZipInfo(name, _TIME)
            one.create_system, one.external_attr = _UNIX, _PLAIN
            one.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(one, files[name])
    return target.getvalue()


def read_files(pack: Path) -> dict[str, bytes]:
    """The files of a pack.

    Args:
        pack: The file; nothing is written anywhere.

    Raises:
        PackError: It is no whole ZIP, or one that a pack never is.
        OSError: The file cannot be read.
    """
    try:
        with pack.open("rb") as file, zipfile.ZipFile(file) as archive:
            every = archive.infolist()
            _check(pack, archive, every, pack.stat().st_size)
            return {one.filename: _read(pack, archive, one) for one in every}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        msg = f"{pack.name}: is no whole pack: {error}. Get it again from whoever gave it."
        raise PackError(msg) from error


def _check(pack: Path, archive: zipfile.ZipFile, every: list[zipfile.ZipInfo], size: int) -> None:
    if len(every) > MOST_FILES:
        raise _wrong(pack, f"holds {len(every)} files, expected at most {MOST_FILES}")
    if sum(one.file_size for one in every) > MOST_BYTES:
        whole = sum(one.file_size for one in every)
        raise _wrong(pack, f"says that it unpacks to {whole} bytes, expected at most {MOST_BYTES}")
    names = [one.filename for one in every]
    for one in every:
        if not _NAME.fullmatch(one.orig_filename) or one.orig_filename != one.filename:
            raise _wrong(pack, f"holds a file named {one.orig_filename[:100]!r}, which no pack does")
        if one.flag_bits & _ENCRYPTED or one.extra or one.comment or one.compress_type != zipfile.ZIP_DEFLATED:
            raise _wrong(pack, f"{one.filename}: is not packed as a pack's files are")
        if one.file_size > SMALL and one.file_size > MOST_FOLD * one.compress_size:
            raise _wrong(pack, f"{one.filename}: unpacks to {one.file_size} bytes from {one.compress_size}")
    if len(set(names)) < len(names):
        raise _wrong(pack, "holds two files of one name")
    _check_places(pack, archive, every, size)


def _check_places(pack: Path, archive: zipfile.ZipFile, every: list[zipfile.ZipInfo], size: int) -> None:
    """Files stand back to back from the first byte on; behind them the directory alone."""
    place = 0
    for one in sorted(every, key=lambda one: one.header_offset):
        if one.header_offset != place:
            raise _wrong(pack, f"{one.filename}: has bytes before it that belong to no file")
        place += _HEADER + len(one.filename) + one.compress_size
    directory = sum(46 + len(one.filename) for one in every)
    if archive.comment or place != archive.start_dir or size != place + directory + 22:
        raise _wrong(pack, "has bytes that belong to no file")


def _read(pack: Path, archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    file: IO[bytes]
    with archive.open(one) as file:
        content = file.read(one.file_size + 1)
    if len(content) != one.file_size:
        raise _wrong(pack, f"{one.filename}: is shorter than its directory says")
    return content


def _wrong(pack: Path, what: str) -> PackError:
    return PackError(f"{pack.name}: {what}. Do not use it; get it again from whoever gave it.")
