"""The shift calendars of an edge: what holds on which day, and since whose word.

Decision: a change of the configuration holds from the local day on which it is seen; days before keep what held.
Because: only a manager may change the past, one day at a time and with a reason.
Instead of: the calendar of today for all of time, by which yesterday's OEE would change with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.config.calendars import calendar_body, calendar_from_body, calendar_mistakes, config_from_body
from edge_agent.config.shop_tables import CalendarConfig
from edge_agent.kpi.calendar import CalendarVersion, CalendarVersions, Schedule, days_around, expand, to_ns
from edge_agent.oee.entry_error import EntryError
from edge_agent.oee.shop_book import ShopBook
from edge_agent.wire.shop_floor import CalendarKept

FILE = "agent.toml"
GATEWAY = "gateway"
_EVER = "2000-01-01"
_DAY = timedelta(days=1)
_FAR = 2**61
_KEPT_SCHEDULES = 8


class Change(NamedTuple):
    """What is planned in a stretch of time has changed.

    Attributes:
        calendar: Its name.
        since: From when, UTC ns.
        until: To when.
        record: To be said.
    """

    calendar: str
    since: int
    until: int
    record: CalendarKept


class Calendars:
    """Belongs to the recorder, inside its transaction.

    Args:
        configured: Calendars by name.
        book: Where their versions are kept.
        by_gateway: Names of those that the gateway has set.
    """

    def __init__(
        self, configured: Mapping[str, CalendarConfig], book: ShopBook, by_gateway: frozenset[str] = frozenset()
    ) -> None:
        self._configured = configured
        self._by_gateway = by_gateway
        self._book = book
        self._versions: dict[str, CalendarVersions] = {}
        self._zones: dict[str, str] = {}
        self._schedules: dict[tuple[str, date, date], Schedule] = {}
        self._read()

    def _read(self) -> None:
        records = self._book.reader().records(CalendarKept, most=10_000)
        self._schedules.clear()
        for name in self._configured.keys() | {str(one.body.get("name")) for one in records}:
            mine = [one for one in records if one.body.get("name") == name]
            self._versions[name] = CalendarVersions(tuple(map(_version, mine)))
            self._zones[name] = self._zone_of(name, mine)
        self._next_number = max((one.number for one in records), default=0) + 1

    def _zone_of(self, name: str, versions: Sequence[CalendarKept]) -> str:
        if name in self._configured:
            return self._configured[name].timezone
        return calendar_from_body(max(versions, key=_number).body).timezone

    def begin(self, now: int) -> Iterator[Change]:
        """Keep what the configuration says now, where it says something new."""
        for name, config in self._configured.items():
            body = calendar_body(config)
            records = self._book.reader().records(CalendarKept, most=10_000)
            mine = [one for one in records if one.body.get("name") == name and not one.last_day]
            newest = max(mine, key=_number, default=None)
            if newest is not None and newest.body == body:
                continue
            first = _EVER
            if newest is not None:
                # Not before what was decided last: a clock that wakes up in the past would change all days since.
                first = max(_local_day(now, config.timezone).isoformat(), newest.first_day)
            who, why = (GATEWAY, "set by the gateway") if name in self._by_gateway else (FILE, "configured")
            yield self._keep(name, first, "", body, who, why, now)

    def amend(self, change: CalendarKept, now: int) -> Change:
        """A manager's change of one past day.

        Raises:
            EntryError: It cannot be done; the text says what to do.
        """
        try:
            config = config_from_body(change.body)
            day = date.fromisoformat(change.first_day)
        except ValueError as error:
            msg = f"calendar: {error}. Correct it and send it again."
            raise EntryError(msg) from error
        if config.name not in self._configured:
            msg = f"calendar {config.name}: there is none of this name; known are {', '.join(self._configured)}."
            raise EntryError(msg)
        mistakes = calendar_mistakes(config)
        if mistakes:
            raise EntryError("; ".join(mistakes))
        if day >= _local_day(now, config.timezone):
            msg = f"calendar {config.name}: {day} is not past. Change the configuration for days to come."
            raise EntryError(msg)
        if not change.who or not change.why.strip():
            msg = f"calendar {config.name}: a past day is changed by a named person, with a reason. Give both."
            raise EntryError(msg)
        return self._keep(config.name, day.isoformat(), day.isoformat(), change.body, change.who, change.why, now)

    def _keep(self, name: str, first: str, last: str, body: dict[str, object], who: str, why: str, now: int) -> Change:
        record = CalendarKept(
            key=str(self._next_number),
            number=self._next_number,
            first_day=first,
            last_day=last,
            body=body,
            who=who,
            why=why,
            at=now,
        )
        self._book.keep(record)
        self._read()
        zone, day = self._zones[name], datetime.fromisoformat(first)
        # A shift that begins on its last day may end on the next one.
        until = to_ns(datetime.fromisoformat(last) + 2 * _DAY, zone) if last else _FAR
        return Change(name, to_ns(day, zone), until, record)

    def schedule(self, name: str, since: int, until: int) -> Schedule:
        """Shifts and planned stops between two instants."""
        first, last = days_around(self._zones[name], since, until)
        key = (name, first, last)
        found = self._schedules.get(key)
        if found is None:
            if len(self._schedules) >= _KEPT_SCHEDULES * max(len(self._configured), 1):
                self._schedules.clear()
            found = self._schedules[key] = expand(self._versions[name], first, last)
        return found


def _version(record: CalendarKept) -> CalendarVersion:
    last = date.fromisoformat(record.last_day) if record.last_day else None
    first = date.fromisoformat(record.first_day)
    return CalendarVersion(record.number, first, last, calendar_from_body(record.body))


def _number(record: CalendarKept) -> int:
    return record.number


def _local_day(now: int, timezone: str) -> date:
    return datetime.fromtimestamp(now // 1_000_000_000, UTC).astimezone(ZoneInfo(timezone)).date()
