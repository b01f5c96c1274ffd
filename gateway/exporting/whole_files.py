"""A file that is there whole, or not at all: until it is complete and on the disk it has another, hidden name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO

from gateway.people import DecisionError

_BUFFER = 1 << 20


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write to ``path``; what stood there before is replaced at the end, in one step, and not when anything fails.

    Meanwhile it is called ``.NAME.PROCESS.part``. What a process left that was killed is cleared away by the next one.

    Raises:
        DecisionError: Nothing can be written there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    if path.exists() and not path.is_file():
        msg = f"{path}: is no file, and a file is to be written. Choose another name."
        raise DecisionError(msg)
    _clear(path)
    try:
        with part.open("w+b", _BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror}. Check the path, its permissions and the free space there."
        raise DecisionError(msg) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Remove parts of this file whose process is gone."""
    for part in path.parent.glob(f".{escape(path.name)}.*.part"):
        process = part.suffixes[-2].removeprefix(".")
        with suppress(OSError):
            if process.isdigit() and not _runs(int(process)):
                part.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
