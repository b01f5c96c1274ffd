"""Reading JSON values with their place, so that a mistake can be told with it."""

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction
from reprlib import Repr
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge_agent.kpi.document_times import LocalTimes

_NS = 1_000_000_000
_EXAMPLE = "2026-03-02T06:00:00"
_LONGEST_SHOWN = 60
_MOST_MISTAKES = 50
LARGEST = 2**53
"""Numbers in JSON are whole and exact to here; larger ones come from mistakes."""
_LEAST, _MOST_SECONDS = 1e-9, 10**9
_SHORT = Repr()
_SHORT.maxlist = _SHORT.maxdict = 4
_SHORT.maxlevel = 2
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = _LONGEST_SHOWN


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
        self._times = LocalTimes(self.zone)

    # ------------------------------------------------------------------ mistakes

    def add(self, place: Place, text: str) -> None:
        """Note a mistake."""
        if len(self.mistakes) == _MOST_MISTAKES:
            self.mistakes.append("... and more. Mend these first.")
        elif len(self.mistakes) < _MOST_MISTAKES:
            self.mistakes.append(f"{place or 'document'}: {text}")

    @property
    def is_full(self) -> bool:
        """Whether more mistakes would not be told."""
        return len(self.mistakes) > _MOST_MISTAKES

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
            if key not in known and key not in beside and not self.is_full:
                near = get_close_matches(key[:_LONGEST_SHOWN], known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known here are {', '.join(known)}"
                self.add(place / named(key), f"unknown key; {hint}")
        return found

    def items(self, top: dict[str, Any], key: str, above: Place = Place()) -> Iterator[tuple[Place, object]]:  # noqa: B008
        """The elements of a list, each with its place; no list is an empty one."""
        for k, row in enumerate(self.listed(above / key, top.get(key))):
            yield Place(f"{above / key}[{k}]"), row

    def listed(self, place: Place, found: object) -> list[object]:
        """A list; none is an empty one."""
        if found is None:
            return []
        if not isinstance(found, list):
            self.wrong(place, "expected a list", found)
            return []
        return found

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
        if isinstance(found, str) and found and found.isascii() | _is_writable(found):
            return found
        self.wrong(place, "expected a text", found)
        return None

    def one_of(self, place: Place, found: object, known: Sequence[str]) -> str | None:
        """One of some words."""
        if isinstance(found, str) and found in known:
            return found
        self.wrong(place, f"expected one of {', '.join(known)}", found)
        return None

    def number(self, place: Place, found: object) -> float | None:
        """A finite number above 0, such that products and ratios of some stay finite."""
        if isinstance(found, (int, float)) and not isinstance(found, bool):
            if _LEAST <= found <= _MOST_SECONDS:
                return found
            if 0 < found < _LEAST:
                self.wrong(place, f"expected a number above 0, at least {_LEAST}", found)
                return None
        self.wrong(place, f"expected a number above 0{_at_most(found, _MOST_SECONDS)}", found)
        return None

    def whole(self, place: Place, found: object, least: int = -LARGEST) -> int | None:
        """A whole number."""
        is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
        if is_number and least <= found <= LARGEST and found == int(found):  # type: ignore[operator,call-overload]
            return int(found)  # type: ignore[call-overload,no-any-return]
        bound = f" of at least {least}" if least > -LARGEST else ""
        self.wrong(place, f"expected a whole number{bound}{_at_most(found, LARGEST)}", found)
        return None

    def seconds(self, place: Place, found: object, default: int | None) -> int | None:
        """A number of seconds, 0 or more, as ns."""
        if found is None:
            return default
        if isinstance(found, (int, float)) and not isinstance(found, bool) and 0 <= found <= _MOST_SECONDS:
            return round(Fraction(str(found)) * _NS)
        self.wrong(place, f"expected a number of seconds, 0 or more{_at_most(found, _MOST_SECONDS)}", found)
        return None

    def ident(self, place: Place, row: dict[str, Any]) -> str:
        """The id of a row; empty: it has none."""
        found = row.get("id")
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, (str, int)):
            self.wrong(place / "id", "expected a text", found)
            return ""
        return str(found)

    # ------------------------------------------------------------------ times

    def timezone(self, found: object) -> ZoneInfo:
        """The zone of the wall clock."""
        if isinstance(found, str) and found:
            try:
                self.zone = ZoneInfo(found)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass
            else:
                self._times = LocalTimes(self.zone)
                return self.zone
        self.wrong(Place("timezone"), 'expected an IANA name such as "Asia/Ho_Chi_Minh"', found)
        return self.zone

    def time(self, place: Place, found: object) -> int | None:
        """A time, UTC ns."""
        at = self.plain_time(found)
        if at is None:
            why = self._times.why_not(found) if isinstance(found, str) else ""
            self.wrong(place, f'expected a time {why or "such as"} "{_EXAMPLE}"', found)
        return at

    def plain_time(self, found: object) -> int | None:
        """The same without a word where it is none."""
        return self._times.read(found) if isinstance(found, str) else None

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


def _at_most(found: object, most: int) -> str:
    """Said only to who wrote too large a number."""
    return f", at most {most}" if isinstance(found, (int, float)) and found > most else ""


def _is_writable(text: str) -> bool:
    """Whether it can be written as UTF-8; JSON can hold halves of characters that cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def named(key: str) -> str:
    """A key as a part of a place."""
    return key if key.isascii() and key.isprintable() and len(key) <= _LONGEST_SHOWN else show(key)


def show(value: object) -> str:
    """A value on one line, shortened."""
    if isinstance(value, str):
        text = json.dumps(value[: _LONGEST_SHOWN + 1], ensure_ascii=False)
        text = text.encode("utf-8", "backslashreplace").decode()
    else:
        text = "true" if value is True else "false" if value is False else _SHORT.repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
