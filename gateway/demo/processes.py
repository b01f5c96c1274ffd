"""Processes that the demo starts, watches and stops, each with a log file of its own."""

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Protocol

from gateway.servers import Server

STOP_S = 15.0
"""How long a process may take to stop in order before it is ended, s."""
TAIL_LINES = 12
_LOOK_S = 0.05
_PORTS_TRIED = 100
_SET_PARENT_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of ``prctl(2)``."""


class DemoError(Exception):
    """The demo cannot go on: who, what, expected or got, what to do."""


class DemoStopped(Exception):  # noqa: N818  no error: a person asked for it
    """Somebody asked the demo to stop while it was starting."""


class Running(Protocol):
    """Something that runs as a process of its own.

    Attributes:
        title: What it is, for people.
        address: Where it can be reached; empty when nowhere.
        log: Everything that it says.
        advice: What to do when it dies.
    """

    title: str
    address: str
    log: Path
    advice: str

    @property
    def pid(self) -> int:
        """Of its process."""
        ...

    def ended(self) -> str:
        """How it ended; empty while it runs."""
        ...

    def stop(self) -> str:
        """Stop it in order; what was wrong with that, empty when nothing."""
        ...


class Child:
    """A process of ours; what it says goes to its log, what it prints to ``answer`` where that is given."""

    def __init__(
        self,
        title: str,
        command: Sequence[str],
        log: Path,
        address: str = "",
        advice: str = "",
        answer: Path | None = None,
    ) -> None:
        self.title, self.address, self.log = title, address, log
        self.advice = advice or "Read the whole log, then start the demo again."
        with log.open("ab") as words, (answer or log).open("ab") as answers:
            # A session of its own: Ctrl-C reaches the demo alone, which then stops the others in their order.
            self._process = subprocess.Popen(  # noqa: S603  our own modules
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=answers,
                stderr=words,
                start_new_session=True,
                preexec_fn=_end_with_the_demo if sys.platform == "linux" else None,  # noqa: PLW1509  no threads here
            )

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def ended(self) -> str:
        """How it ended; empty while it runs."""
        code = self._process.poll()
        if code is None:
            return ""
        return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    def stop(self) -> str:
        """SIGTERM, and by force when it takes too long."""
        if not self.ended():
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return f"{self.title}: did not stop within {STOP_S:g} s and was ended by force. Its log: {self.log}"
        return ""


class ServerChild:
    """A server from Debian's packages."""

    advice = "Read the whole log, then start the demo again."

    def __init__(self, server: Server) -> None:
        self._server = server
        self.title, self.address, self.log = server.name, server.url, server.log
        self.pid = server.pid

    def ended(self) -> str:
        """How it ended; empty while it runs."""
        return "" if self._server.pid else "no word"

    def stop(self) -> str:
        """In order; by force when it takes too long."""
        self._server.stop()
        return ""


def _end_with_the_demo() -> None:
    """Between fork and exec: when the demo dies without a word, the kernel stops this process in order."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def tail(log: Path) -> str:
    """The last lines of a log, indented."""
    lines = log.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    return "\n".join(f"    {line[:200]}" for line in lines) or "    (it said nothing)"


def fail_when_one_died(running: Sequence[Running]) -> None:
    """Look at every process once.

    Raises:
        DemoError: One has ended; with the end of its log.
    """
    for one in running:
        how = one.ended()
        if how:
            msg = f"The {one.title} ended ({how}). The end of its log, {one.log}:\n{tail(one.log)}\n{one.advice}"
            raise DemoError(msg)


def wait_until(
    ask: Callable[[], bool], what: str, running: Sequence[Running], timeout_s: float, stopping: Event
) -> None:
    """Ask until the answer is yes.

    Raises:
        DemoError: A process died meanwhile, or the answer was not yes in time.
        DemoStopped: Somebody asked to stop.
    """
    end = time.monotonic() + timeout_s
    while not ask():
        fail_when_one_died(running)
        if time.monotonic() > end:
            logs = "\n".join(f"    {one.title}: {one.log}" for one in running)
            msg = f"{what}: not there after {timeout_s:g} s. One of these may tell why:\n{logs}"
            raise DemoError(msg)
        if stopping.wait(_LOOK_S):
            raise DemoStopped


def free_port(wanted: int = 0) -> int:
    """``wanted``, or the next port above it that nobody has on loopback; any free one when it is 0.

    Raises:
        DemoError: All that were tried are taken.
    """
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65_536)) if wanted else (0,):
        with socket.socket() as probe:
            # As servers do: a port that only waits out a closed connection is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    msg = f"ports from {wanted} on: all taken. Name another with --port."
    raise DemoError(msg)


@contextmanager
def asked_to_stop(stopping: Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM set ``stopping``, also twice: what runs is stopped in order all the same."""
    before = [(number, signal.signal(number, lambda *_: stopping.set())) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
