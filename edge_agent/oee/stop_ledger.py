"""The stops of one work unit as records: said when they are new, changed or gone."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from edge_agent.kpi.spans import measure
from edge_agent.kpi.timeline import ENDLESS
from edge_agent.oee.looking import Look, Schedules, plan_of
from edge_agent.oee.observation import Observation
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.stop_records import LATER_NS, Standstill, Titles, Told, anchored, standstills, stop_records
from edge_agent.wire.entries import StopReason
from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Stop

_HOUR_NS = 3_600_000_000_000
_DAY_NS = 24 * _HOUR_NS


class StopLedger:
    """Belongs to the work unit's ledger.

    Args:
        work_unit: Whose stops.
        book: Where the records are kept.
        titles: Of stop reasons.
        schedules: Of every calendar.
    """

    def __init__(self, work_unit: str, book: ShopBook, titles: Titles, schedules: Schedules) -> None:
        self._work_unit = work_unit
        self._book = book
        self._titles = titles
        self._schedules = schedules

    def records(
        self,
        look: Look,
        calendar: str,
        observed: Sequence[Observation],
        until: int,
        now: int,
        lasts_until: int | None = None,
    ) -> Iterator[Record]:
        """What is new or changed of the stops in a stretch.

        Args:
            look: At the stretch, from its start.
            calendar: That holds there.
            observed: From its start on.
            until: Its end.
            now: What lasts longer has no end yet.
            lasts_until: The end of that which the look sees no end of; None: it lasts.
        """
        found = standstills(look.evaluation, look.since, until, now, lasts_until)
        wanted: dict[str, Stop] = {}
        reasons = self._reasons(found, look.since) if found else ()

        def planned(since: int, until: int) -> int:
            return self._planned(look, calendar, since, min(until, now))

        for one in found:
            told = self._told(one, look, observed)
            wanted |= {r.key: r for r in stop_records(self._work_unit, one, reasons, self._titles, told, planned)}
        yield from self._changed(wanted)
        yield from self._gone(wanted, look.since, until)

    def forget_from(self, instant: int) -> Iterator[Record]:
        """Take back what was said of a time that has not come yet."""
        yield from self._gone({}, instant, ENDLESS)

    def _reasons(self, found: Sequence[Standstill], since: int) -> Sequence[StopReason]:
        """The reasons around some stops, each where it belongs."""
        earliest = min(one.since for one in found)
        # By the hour, so that the same question comes again.
        reasons = self._book.since(StopReason, self._work_unit, earliest - earliest % _HOUR_NS - _DAY_NS)
        if not reasons:
            return ()
        known = self._book.since(Stop, self._work_unit, since - LATER_NS, with_one_before=True)
        before = [(one.since, one.until) for one in known if one.since < since]
        return anchored(reasons, [*before, *((one.since, one.until) for one in found)])

    def _told(self, one: Standstill, look: Look, observed: Sequence[Observation]) -> Told:
        if one.since < look.since:
            known = self._book.reader().record(Stop, f"{self._work_unit}.{one.since}")
            if known is not None:
                return Told(known.code, known.shift, known.product)
        end = look.until if one.until is None else one.until
        shift = look.schedule.shift_at(one.since)
        product = next((p.product for p in look.evaluation.products if p.since <= one.since < p.until), "")
        code = next((o.code for o in observed if o.code and one.since <= o.at < end), "")
        return Told(code, shift.name if shift else "", product)

    def _planned(self, look: Look, calendar: str, since: int, until: int) -> int:
        planned = look.evaluation.timeline.planned
        if since < look.since or until > look.until:
            planned = plan_of(self._schedules(calendar, since - _DAY_NS, until + _DAY_NS)).planned()
        span = np.array([(since, max(since, until))], dtype=np.int64)
        return int(measure(planned, span, 2)[0, 1])

    def _changed(self, wanted: dict[str, Stop]) -> Iterator[Record]:
        for key, record in wanted.items():
            before = self._book.reader().record(Stop, key)
            if before is None or _differs(before, record):
                self._book.keep(record)
                yield record

    def _gone(self, wanted: dict[str, Stop], since: int, until: int) -> Iterator[Record]:
        for one in self._book.since(Stop, self._work_unit, since):
            if one.since < until and one.key not in wanted:
                gone = Stop(
                    key=one.key, work_unit=self._work_unit, since=one.since, until=one.until, kind=one.kind, gone=True
                )
                self._book.keep(gone)
                yield gone


def _differs(before: Stop, record: Stop) -> bool:
    """Whether a stop says something new; how long it has lasted so far is nothing new."""
    if record.until is None and before.until is None and bool(before.planned_ns) == bool(record.planned_ns):
        return msgspec.structs.replace(before, planned_ns=record.planned_ns) != record
    return before != record
