"""Programs of ours as processes: started, stopped and killed by their number, their words kept."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

PATIENCE_S = 60.0
_LOOK_S = 0.05
_TAIL = 40
T = TypeVar("T")


def wait_for(what: str, condition: Callable[[], T], within_s: float = PATIENCE_S) -> T:
    """What ``condition`` gives, once that is true; it fails with the last thing that it gave."""
    end = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            msg = f"not within {within_s:g} s: {what}; at last: {found!r}"
            raise AssertionError(msg)
        time.sleep(_LOOK_S)


class Process:
    """One program of ours; it may be started many times, its log goes on.

    Args:
        module: What Python is to run.
        words: Behind it.
        log: What it says, of all its starts.
    """

    def __init__(self, module: str, words: Sequence[str], log: Path) -> None:
        self.log = log
        self._command = [sys.executable, "-m", module, *words]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> "Process":
        assert not self.alive
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def run_instead(self, program: str) -> None:
        """Run these lines of Python with the same words, instead of the module."""
        self._command[1:3] = ["-c", program]

    def kill(self) -> int:
        """End it at once, as a power cut would; when, UTC ns."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        return time.time_ns()

    def stop(self, within_s: float = 20.0) -> int:
        """End it in order; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(within_s)

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def tail(self) -> str:
        lines = self.said().splitlines()[-_TAIL:]
        return f"--- {self.log.name}\n" + "\n".join(lines)


def run(module: str, *words: str) -> str:
    """A command of ours that ends by itself; what it printed. It must end well."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
