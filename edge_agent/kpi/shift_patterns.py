"""Shifts of a replay document that come back every day: each is written once."""

from datetime import date, time, timedelta
from typing import Any

from edge_agent.kpi.document_reading import Place, Reader

_WEEK = range(1, 8)
_MOST_DAYS = 4000
_YEARS = range(1900, 2100)


def expand(reader: Reader, place: Place, row: dict[str, Any]) -> list[tuple[int, int]]:
    """The shifts of a pattern, one a day, UTC ns; an ``end`` that is not after ``start`` is on the next day."""
    first, last = (_day(reader, place / key, row.get(key)) for key in ("first_day", "last_day"))
    start, end = (_time(reader, place / key, row.get(key)) for key in ("start", "end"))
    weekdays = _weekdays(reader, place / "weekdays", row.get("weekdays"))
    if first is None or last is None or start is None or end is None or weekdays is None:
        return []
    if not 0 <= (last - first).days < _MOST_DAYS:
        what = f"{last} is before first_day, {first}" if last < first else f"more than {_MOST_DAYS} days"
        reader.add(place / "last_day", f"{what}. Correct one of them.")
        return []
    spans = []
    for k in range((last - first).days + 1):
        day = first + timedelta(days=k)
        if day.isoweekday() not in weekdays:
            continue
        ends_on = day if end > start else day + timedelta(days=1)
        since = reader.time(place, f"{day}T{start}")
        until = reader.time(place, f"{ends_on}T{end}")
        # A clock that is set back or forward within minutes can swallow a very short shift.
        if since is not None and until is not None and since < until:
            spans.append((since, until))
    return spans


def _day(reader: Reader, place: Place, found: object) -> date | None:
    which = ""
    if isinstance(found, str):
        try:
            day = date.fromisoformat(found)
        except ValueError:
            pass
        else:
            if day.year in _YEARS:
                return day
            which = f"from {_YEARS[0]} to {_YEARS[-1]} "
    reader.wrong(place, f'expected a day {which}such as "2026-03-02"', found)
    return None


def _time(reader: Reader, place: Place, found: object) -> time | None:
    if isinstance(found, str):
        try:
            parsed = time.fromisoformat(found)
        except ValueError:
            pass
        else:
            if parsed.tzinfo is None:
                return parsed
    reader.wrong(place, 'expected a time of day such as "22:00:00"', found)
    return None


def _weekdays(reader: Reader, place: Place, found: object) -> frozenset[int] | None:
    if found is None:
        return frozenset(_WEEK)
    if isinstance(found, list) and found and all(type(day) is int and day in _WEEK for day in found):
        return frozenset(found)
    reader.wrong(place, "expected a list of weekdays from 1, Monday, to 7, Sunday", found)
    return None
