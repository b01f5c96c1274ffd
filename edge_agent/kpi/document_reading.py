"""Reading JSON values with their place, so that a mistake can be told with it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EXAMPLE = "2026-03-02T06:00:00"
_LONGEST_SHOWN = 60
_MOST_MISTAKES = 50
_LARGEST = 2**62


class Place(str):
    """Where something stands, such as ``events[3].t``."""

    __slots__ = ()

    def __truediv__(self, key: str) -> "Place":
        return Place(f"{self}.{key}" if self else key)


class Reader:
    """One reading of one document: its zone, and the mistakes found so far."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self.zone: ZoneInfo = ZoneInfo("UTC")

    # ------------------------------------------------------------------ mistakes

    def add(self, place: Place, text: str) -> None:
        """Note a mistake."""
        if len(self.mistakes) == _MOST_MISTAKES:
            self.mistakes.append("... and more. Mend these first.")
        elif len(self.mistakes) < _MOST_MISTAKES:
            self.mistakes.append(f"{place or 'document'}: {text}")

    def wrong(self, place: Place, expected: str, got: object) -> None:
        """Note a value that does not fit."""
        if got is None:
            self.add(place, f"missing; {expected}")
        else:
            self.add(place, f"{expected}, got {show(got)}")

    def missing(self, place: Place, what: str) -> None:
        """Note a value that is not there."""
        self.add(place, f"missing; {what}")

    # ------------------------------------------------------------------ tables and rows

    def table(
        self, place: Place, found: object, known: Sequence[str], beside: Sequence[str] = ()
    ) -> dict[str, Any] | None:
        """An object with known keys; keys ``beside`` them mean nothing."""
        if not isinstance(found, dict):
            self.wrong(place, "expected an object", found)
            return None
        for key in found:
            if key not in known and key not in beside:
                near = get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known here are {', '.join(known)}"
                self.add(place / key, f"unknown key; {hint}")
        return found

    def items(self, top: dict[str, Any], key: str, above: Place = Place()) -> Iterator[tuple[Place, object]]:  # noqa: B008
        """The elements of a list, each with its place; no list is an empty one."""
        found = top.get(key)
        if found is None:
            return
        if not isinstance(found, list):
            self.wrong(above / key, "expected a list", found)
            return
        for k, row in enumerate(found):
            yield Place(f"{above / key}[{k}]"), row

    def rows(
        self,
        top: dict[str, Any],
        key: str,
        known: Sequence[str],
        beside: Sequence[str] = (),
        above: Place = Place(),  # noqa: B008
    ) -> Iterator[tuple[Place, dict[str, Any]]]:
        """The elements of a list that are objects, each with its place."""
        for place, found in self.items(top, key, above):
            table = self.table(place, found, known, beside)
            if table is not None:
                yield place, table

    # ------------------------------------------------------------------ values

    def text(self, place: Place, found: object) -> str | None:
        """A text that is not empty."""
        if isinstance(found, str) and found:
            return found
        self.wrong(place, "expected a text", found)
        return None

    def one_of(self, place: Place, found: object, known: Sequence[str]) -> str | None:
        """One of some words."""
        if isinstance(found, str) and found in known:
            return found
        self.wrong(place, f"expected one of {', '.join(known)}", found)
        return None

    def number(self, place: Place, found: object, above: float) -> float | None:
        """A finite number above a bound."""
        if isinstance(found, (int, float)) and not isinstance(found, bool) and above < found < _LARGEST:
            return found
        self.wrong(place, f"expected a number above {above}", found)
        return None

    def whole(self, place: Place, found: object, least: int = -_LARGEST) -> int | None:
        """A whole number."""
        is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
        if is_number and least <= found < _LARGEST and found == int(found):  # type: ignore[operator,call-overload]
            return int(found)  # type: ignore[call-overload,no-any-return]
        bound = f" of at least {least}" if least > -_LARGEST else ""
        self.wrong(place, f"expected a whole number{bound}", found)
        return None

    def seconds(self, place: Place, found: object, default: int | None) -> int | None:
        """A number of seconds, 0 or more, as ns."""
        if found is None:
            return default
        if isinstance(found, (int, float)) and not isinstance(found, bool) and 0 <= found < _LARGEST / _NS:
            return round(Fraction(str(found)) * _NS)
        self.wrong(place, "expected a number of seconds, 0 or more", found)
        return None

    def ident(self, place: Place, row: dict[str, Any]) -> str:
        """The id of a row; empty: it has none."""
        found = row.get("id")
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, (str, int)):
            self.wrong(place / "id", "expected a text", found)
        return str(found)

    # ------------------------------------------------------------------ times

    def timezone(self, found: object) -> ZoneInfo:
        """The zone of the wall clock."""
        if isinstance(found, str) and found:
            try:
                return ZoneInfo(found)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass
        self.wrong(Place("timezone"), 'expected an IANA name such as "Asia/Ho_Chi_Minh"', found)
        return self.zone

    def time(self, place: Place, found: object) -> int | None:
        """A time, UTC ns."""
        at = _instant(found, self.zone) if isinstance(found, str) else None
        if at is None:
            self.wrong(place, f'expected a time such as "{_EXAMPLE}"', found)
        return at

    def optional_time(self, place: Place, found: object) -> int | None:
        """A time that need not be there."""
        return None if found is None else self.time(place, found)

    def times(self, place: Place, row: dict[str, Any], key: str = "t") -> tuple[int | None, int]:
        """When something was, and when it arrived: at once, unless the row says otherwise."""
        at = self.time(place / key, row.get(key))
        arrived = self.optional_time(place / "arrived", row.get("arrived"))
        return at, at or 0 if arrived is None else arrived

    def span(self, place: Place, row: dict[str, Any], *, may_be_empty: bool = False) -> tuple[int, int] | None:
        """``from`` and ``to``."""
        since, until = self.time(place / "from", row.get("from")), self.time(place / "to", row.get("to"))
        if since is None or until is None:
            return None
        if until < since or (until == since and not may_be_empty):
            self.add(place / "to", f"{row['to']} is not after from, {row['from']}. Correct one of them.")
            return None
        return since, until


@lru_cache(4096)
def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None


def _instant(text: str, zone: ZoneInfo) -> int | None:
    """UTC ns of a local time; of one that comes twice the first, of one that never comes as if the clock went on."""
    parsed = _parsed(text)
    if parsed is None:
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
    try:
        return (aware - _EPOCH) // _MICROSECOND * 1000
    except OverflowError:
        return None


def show(value: object) -> str:
    """A value, shortened."""
    text = "true" if value is True else "false" if value is False else repr(value)
    if isinstance(value, str):
        text = '"' + value + '"'
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
