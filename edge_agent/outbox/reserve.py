"""Some space that only a full disk may take."""

import os
import shutil
from pathlib import Path

_BYTES = 4_000_000


class Reserve:
    """A file that takes up space: room to fold the log, so that older messages can make room for new ones.

    Args:
        path: Of the file.

    Attributes:
        is_there: Whether it takes up its space now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_there = False

    def make(self) -> None:
        """Take the space; not when it would be the last that is free: it would have to be given back at once."""
        if self.is_there:
            return
        try:
            if self._path.exists() and self._path.stat().st_size >= _BYTES:
                self.is_there = True
            elif shutil.disk_usage(self._path.parent).free >= 2 * _BYTES:
                with self._path.open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, _BYTES)
                self.is_there = True
        except OSError:
            self.spend()

    def spend(self) -> bool:
        """The disk is full: give the space back; whether there was any to give."""
        self.is_there = False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
