"""The clock of a simulated world."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Time since the world began, s."""

BEGINNING = 1_767_225_600.0
"""2026-01-01 00:00 UTC: so that counters go on where they were when a simulator is started again."""


def world_clock(beginning: float = BEGINNING) -> Clock:
    """A clock that starts at the present wall time and then follows the monotonic clock.

    A step of the wall clock neither stops the world nor turns its counters back.

    Args:
        beginning: When the world began, s since 1970; before that the clock starts at 0.
    """
    ahead_s = max(0.0, time.time() - beginning) - time.monotonic()
    return lambda: ahead_s + time.monotonic()
