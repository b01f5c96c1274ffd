"""Processes that the demo starts, watches and stops, each with a log file of its own."""

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

STOP_S = 15.0
"""How long a process may take to stop in order before it is ended, s."""
TAIL_LINES = 12
_POLL_S = 0.05
_SET_PARENT_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of ``prctl(2)``."""


T = TypeVar("T")


class DemoError(Exception):
    """The demo cannot go on: who, what, expected or got, what to do."""


class Child:
    """One process of the demo. Belongs to the demo's only thread.

    Attributes:
        title: What it is, for the table.
        address: Where it can be reached; empty when nowhere.
        log: Everything that it says.
        advice: What to do when it dies.
    """

    def __init__(self, title: str, command: Sequence[str], log: Path, address: str = "", advice: str = "") -> None:
        self.title, self.address, self.log = title, address, log
        self.advice = advice or "Read its log, then start the demo again."
        with log.open("ab") as words:
            # A session of its own: Ctrl-C reaches the demo alone, which then stops the others in their order.
            self._process = subprocess.Popen(  # noqa: S603  our own modules and servers
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_the_demo if sys.platform == "linux" else None,  # noqa: PLW1509  no threads here
            )
        self.pid = self._process.pid

    def ended(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def tail(self) -> str:
        """The last lines of its log, indented."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join(f"    {line[:200]}" for line in lines) or "    (it said nothing)"

    def stop(self) -> str:
        """Stop it in order; what was wrong with that, empty when nothing."""
        if self.ended() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return f"{self.title}: did not stop within {STOP_S:g} s and was ended. Its log is {self.log}."
        return ""


def _end_with_the_demo() -> None:
    """Between fork and exec: when the demo dies without a word, the kernel stops this process in order."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def obituary(child: Child) -> str:
    """What to tell when a process died that should not."""
    return (
        f"{child.title} ended with exit code {child.ended()}. The end of its log, {child.log}:\n"
        f"{child.tail()}\n{child.advice}"
    )


def wait_until(ask: Callable[[], T | None], what: str, children: Sequence[Child], timeout_s: float) -> T:
    """Ask until there is an answer.

    Raises:
        DemoError: A process died meanwhile, or no answer came in time.
    """
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        answer = ask()
        if answer is not None:
            return answer
        fail_when_one_died(children)
        time.sleep(_POLL_S)
    logs = "\n".join(f"    {child.title}: {child.log}" for child in children)
    msg = f"{what}: not within {timeout_s:g} s. The logs may tell why:\n{logs}"
    raise DemoError(msg)


def fail_when_one_died(children: Sequence[Child]) -> None:
    """Look at every process once.

    Raises:
        DemoError: One has ended.
    """
    for child in children:
        if child.ended() is not None:
            raise DemoError(obituary(child))


def free_port(wanted: int = 0, tries: int = 100) -> int:
    """``wanted`` or the next port above it that nobody has on loopback; any free one when it is 0."""
    for port in range(wanted, wanted + tries) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    msg = f"ports {wanted} to {wanted + tries - 1}: all taken. Name another with --port."
    raise DemoError(msg)


def answers(port: int) -> bool | None:
    """True when something listens on a loopback port, else None."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return True if probe.connect_ex(("127.0.0.1", port)) == 0 else None
