"""What was looked at a moment ago."""

from collections.abc import Sequence
from threading import Lock

from gateway.production.looking import Asked, Look, Scope, look
from gateway.production.periods import Period
from gateway.production.reading import Machine


class Looks:
    """What was looked at a moment ago, so that it is not asked of the database again.

    Decision: a look is good for ten seconds.
    Because: the sums themselves are made every twenty, and twenty people who open a month at eight in the morning ask
    one question.
    """

    def __init__(self, keep_s: float = 10.0, most: int = 64) -> None:
        self._keep_ns, self._most = int(keep_s * 10**9), most
        self._lock = Lock()
        self._kept: dict[tuple[object, ...], Look] = {}

    def look(self, asked: Asked, seen: Sequence[Machine], scope: Scope, period: Period) -> Look:
        """As :func:`look`, or what that gave a moment ago."""
        key = (scope, period, tuple((m.id, m.production_line, m.counts_pieces, m.target_oee) for m in seen))
        with self._lock:
            found = self._kept.get(key)
        if found is not None and 0 <= asked.now - found.now < self._keep_ns:
            return found
        found = look(asked, seen, scope, period)
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found
