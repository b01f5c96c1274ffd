"""When to try to open something again that would not open."""

import math

FIRST_S = 0.5
MOST_S = 30.0


class BackOff:
    """Waits between attempts: 0.5 s, doubled each time, at most 30 s.

    Attributes:
        retry_at: No attempt before this, s on the monotonic clock.
        lost_since: Since when it has failed, s; None while all is well.
    """

    def __init__(self) -> None:
        self.retry_at = -math.inf
        self.lost_since: float | None = None
        self._wait_s = 0.0

    def failed(self, now: float) -> bool:
        """An attempt failed; True when it was the first in a row."""
        self._wait_s = min(MOST_S, max(FIRST_S, 2 * self._wait_s))
        self.retry_at = now + self._wait_s
        first = self.lost_since is None
        if self.lost_since is None:
            self.lost_since = now
        return first

    def worked(self, now: float) -> float:
        """It works; gives for how long it had not, s, 0 when it had."""
        away_s = 0.0 if self.lost_since is None else now - self.lost_since
        self.retry_at = -math.inf
        self.lost_since = None
        self._wait_s = 0.0
        return away_s
