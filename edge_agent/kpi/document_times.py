"""Local wall clock times of a replay document become instants."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""All stretches between times within these, in ns, fit into 64 bits; a clock that is not set shows 1970."""
_PLAIN = len("2026-03-02T06:00:00")
_HOUR = len("2026-03-02T06")
_SIXTY = {f"{k:02}": k for k in range(60)}


class LocalTimes:
    """Reads times of one zone. A document has millions of them, but few hours."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._hours: dict[str, int | None] = {}

    def read(self, text: str) -> int | None:
        """UTC ns of a local time, or of one with an offset; None: it is none, or too far away.

        Of a time that comes twice the first, of one that never comes as if the clock went on.
        """
        minute, second = _SIXTY.get(text[14:16]), _SIXTY.get(text[17:])
        if minute is not None and second is not None and len(text) == _PLAIN and text[13] == ":" == text[16]:
            hour = text[:_HOUR]
            if hour not in self._hours:
                self._hours[hour] = self._hour(hour)
            start = self._hours[hour]
            if start is not None:
                return start + (minute * 60 + second) * _NS
        return _instant(text, self._zone)

    def _hour(self, hour: str) -> int | None:
        """When an hour begins, UTC ns; None where that does not tell of all of it."""
        first, last = (_instant(f"{hour}:{rest}", self._zone) for rest in ("00:00", "59:59"))
        return first if first is not None and last is not None and last - first == 3599 * _NS else None

    def why_not(self, text: str) -> str:
        """What to say of a text that :meth:`read` cannot use; empty: it is no time."""
        return "" if _parsed(text) is None else "from 1900 to 2099 such as"


@lru_cache(4096)
def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None


def _instant(text: str, zone: ZoneInfo) -> int | None:
    parsed = _parsed(text)
    if parsed is None:
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
    try:
        if not _EARLIEST <= aware < _LATEST:
            return None
    except OverflowError:
        return None
    return (aware - _EPOCH) // _MICROSECOND * 1000
