"""The silence that has to precede a request."""

import math

from drivers.instrument import Line


def char_s(line: Line) -> float:
    """Time of one character on a line, s: start bit, data bits, parity, stop bits.

    >>> char_s(Line(9600, "8N1")) * 9600
    10.0
    """
    bits = 1 + int(line.form[0]) + (line.form[1] != "N") + float(line.form[2:])
    return bits / line.baud


class Silence:
    """When a line was last heard or spoken on, and when it will have been silent for long enough."""

    def __init__(self, gap_s: float) -> None:
        """A line on which every request needs ``gap_s`` of silence before it."""
        self._gap_s = gap_s
        self._broken_at = -math.inf
        self._wanted_at: float | None = None

    def broken(self, at: float) -> None:
        """Something was sent or came."""
        self._broken_at = at

    def used(self) -> None:
        """A request went."""
        self._wanted_at = None

    def ends_at(self, now: float, pause_s: float, patience_s: float) -> float:
        """When a request may go that wants ``pause_s`` of silence, s.

        A line that is never silent must not keep a poll for ever: after ``patience_s`` it is asked into the noise.
        """
        silence_s = max(self._gap_s, pause_s)
        if not silence_s or self._broken_at + silence_s <= now:
            return -math.inf
        if self._wanted_at is None:
            self._wanted_at = now
        return min(self._broken_at + silence_s, self._wanted_at + max(silence_s, patience_s))
