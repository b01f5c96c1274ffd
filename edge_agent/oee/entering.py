"""What people enter: whether it can be taken, and what of settled time it touches."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from edge_agent.oee.bucket_book import BucketBook
from edge_agent.oee.calendars import Calendars, Change
from edge_agent.oee.entry_error import EntryError
from edge_agent.oee.shop_book import ShopBook, stands_at
from edge_agent.oee.unit_ledger import UnitLedger
from edge_agent.oee.unit_tail import EVIDENCE_DAYS
from edge_agent.wire.entries import Entry, LateScrap, ProductChoice, StopReason
from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import CalendarKept

_FAR = 2**61
_NS = 1_000_000_000


class Entering:
    """Belongs to the recorder, inside its transaction.

    Args:
        book: Where entries are kept.
        buckets: Of the work units.
        calendars: Of the work units.
        units: By name.
    """

    def __init__(
        self, book: ShopBook, buckets: BucketBook, calendars: Calendars, units: Mapping[str, UnitLedger]
    ) -> None:
        self._book = book
        self._buckets = buckets
        self._calendars = calendars
        self._units = units

    def enter(self, entry: Record, now: int) -> Iterator[Record]:
        """Keep it, and say it.

        Raises:
            EntryError: It cannot be taken; the text says what to do.
        """
        if isinstance(entry, CalendarKept):
            change = self._calendars.amend(entry, now)
            self.replan(change)
            yield change.record
            return
        if not isinstance(entry, Entry):
            msg = f"{type(entry).__name__}: nothing that people enter. Enter it where it comes from."
            raise EntryError(msg)
        unit = getattr(entry, "work_unit", "")
        if unit and unit not in self._units:
            msg = f"work unit {unit}: there is none of this name; known are {', '.join(self._units)}."
            raise EntryError(msg)
        if isinstance(entry, StopReason | LateScrap | ProductChoice):
            self._change_figures(entry, now)
        self._book.keep(entry)
        yield entry

    def replan(self, change: Change) -> None:
        """Judge anew what lies in a stretch of which the plan has changed."""
        for ledger in self._units.values():
            if ledger.follows(change.calendar):
                ledger.again(change.since, change.until)

    def _change_figures(self, entry: StopReason | LateScrap | ProductChoice, now: int) -> None:
        if entry.work_unit not in self._units:
            msg = f"{type(entry).__name__}: names no work unit; known are {', '.join(self._units)}."
            raise EntryError(msg)
        if not isinstance(entry, ProductChoice):
            self._refuse_long_ago(entry.work_unit, stands_at(entry), now)
        before = self._book.reader().record(type(entry), entry.key)
        for one in (before, entry):
            if one is not None and one.work_unit in self._units:
                self._units[one.work_unit].again(stands_at(one), self._reaches_to(one))

    def _refuse_long_ago(self, work_unit: str, at: int, now: int) -> None:
        """Evidence of a time so long ago is forgotten, and figures cannot be made anew from nothing."""
        if at >= now - EVIDENCE_DAYS * 86_400 * _NS:
            return
        first = self._buckets.first_start(work_unit)
        if first is None or at >= first:
            return
        day = datetime.fromtimestamp(first // _NS, UTC).date()
        msg = (
            f"work unit {work_unit}: what it did before {day} cannot be changed any more, since its evidence is kept "
            f"for {EVIDENCE_DAYS} days. Keep a note of it, and enter such things sooner."
        )
        raise EntryError(msg)

    def _reaches_to(self, entry: StopReason | LateScrap | ProductChoice) -> int:
        """As far as an entry changes anything at least."""
        if isinstance(entry, LateScrap):
            return entry.made_at + 1
        if isinstance(entry, StopReason):
            return max(entry.since, entry.until or 0) + 1
        following = self._book.since(ProductChoice, entry.work_unit, entry.since + 1)
        return following[0].since if following else _FAR
