"""Simulated serial ports: pseudo terminals that any program can open, with a speaker at the other end."""

import os
import tty
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from drivers.simulators.faults import Faults
from drivers.simulators.serving import PtyLink, Serving
from drivers.simulators.speakers import OnSent, Speaker, TextAnswers, TextStream


@contextmanager
def speaker_pty(speaker: Speaker, link: Path | None = None) -> Iterator[str]:
    """A pseudo terminal with ``speaker`` at its other end.

    Args:
        speaker: Who answers.
        link: A symbolic link to make, so that the path does not change from run to run; one of an earlier run
            is replaced, anything else is left and refused.

    Yields:
        The path to open: ``link``, or such as ``/dev/pts/3``.

    Raises:
        FileExistsError: Something else than a symbolic link stands at ``link``.
    """
    ours, theirs = os.openpty()
    try:
        tty.setraw(ours)
        tty.setraw(theirs)
        path = os.ttyname(theirs)
        if link is not None:
            _point(link, path)
        try:
            # Their end stays open here too: else every close by a client would end the terminal.
            with Serving(path, [PtyLink(os.dup(ours), speaker)]):
                yield str(link or path)
        finally:
            if link is not None and link.is_symlink() and str(link.readlink()) == path:
                link.unlink()
    finally:
        os.close(ours)
        os.close(theirs)


def text_pty(
    answer: Callable[[bytes], bytes],
    *,
    terminator: bytes = b"\r\n",
    faults: Faults | None = None,
    on_sent: OnSent | None = None,
    link: Path | None = None,
) -> AbstractContextManager[str]:
    """A pseudo terminal on which an instrument answers lines of text.

    Args:
        answer: Line with its terminator -> reply; ``b""`` is silence.
        terminator: How a line ends.
        faults: What goes wrong.
        on_sent: Told what went out readable, in the simulator's thread.
        link: As in :func:`speaker_pty`.
    """
    return speaker_pty(TextAnswers(answer, terminator, faults, on_sent), link)


def streaming_pty(
    speak: Callable[[], bytes],
    period_s: float,
    *,
    faults: Faults | None = None,
    on_sent: OnSent | None = None,
    link: Path | None = None,
) -> AbstractContextManager[str]:
    """A pseudo terminal on which an instrument sends a line every ``period_s``, asked by nobody.

    Args:
        speak: The next line, with its terminator.
        period_s: From line to line, s.
        faults: What goes wrong.
        on_sent: Told what went out readable, in the simulator's thread.
        link: As in :func:`speaker_pty`.
    """
    return speaker_pty(TextStream(speak, period_s, faults, on_sent), link)


def _point(link: Path, path: str) -> None:
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        msg = f"{link}: is there and not a link of a simulator. Remove it, or choose another directory."
        raise FileExistsError(msg)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(path)
