"""The stops of one work unit as records: said when they are new, changed or gone."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from edge_agent.kpi.calendar import Schedule
from edge_agent.kpi.evaluation import Evaluation
from edge_agent.oee.observation import Observation
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.stop_records import anchored, standstills, stop_records
from edge_agent.wire.entries import StopReason
from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Stop

_DAY_NS = 86_400_000_000_000


class StopLedger:
    """Belongs to the work unit's ledger.

    Args:
        work_unit: Whose stops.
        book: Where the records are kept.
        titles: Stop reason -> titles.
    """

    def __init__(self, work_unit: str, book: ShopBook, titles: Callable[[str], dict[str, str]]) -> None:
        self._work_unit = work_unit
        self._book = book
        self._titles = titles

    def records(
        self,
        evaluation: Evaluation,
        schedule: Schedule,
        observed: Sequence[Observation],
        since: int,
        until: int,
    ) -> Iterator[Record]:
        """What is new or changed of the stops in ``[since, until)``; ``until`` is how far is known."""
        found = standstills(evaluation, observed, since, until)
        earliest = min((one.since for one in found), default=since)
        reasons = self._book.reader().records(StopReason, self._work_unit, earliest - _DAY_NS, until + 1, most=2000)
        reasons = anchored(reasons, found, since)
        wanted: dict[str, Stop] = {}
        for one in found:
            shift = schedule.shift_at(one.since)
            product = next((p.product for p in evaluation.products if p.since <= one.since < p.until), "")
            where = (shift.name if shift else "", product)
            wanted |= {r.key: r for r in stop_records(self._work_unit, one, reasons, self._titles, where)}
        known = {r.key: r for r in self._book.reader().records(Stop, self._work_unit, earliest, until, most=5000)}
        for key, record in wanted.items():
            before = known.get(key) or self._book.reader().record(Stop, key)
            whole = _with_known_end(record, before, until)
            if before is None or _differs(before, whole):
                self._book.keep(whole)
                yield whole
        for key, record in known.items():
            if key not in wanted and record.since >= since:
                gone = Stop(
                    key=key,
                    work_unit=self._work_unit,
                    since=record.since,
                    until=record.until,
                    kind=record.kind,
                    gone=True,
                )
                self._book.keep(gone)
                yield gone


def _with_known_end(record: Stop, before: Stop | None, until: int) -> Stop:
    """Settled time is looked at in pieces: where a stop reaches beyond the present one, its end is known already."""
    if record.until is None and before is not None and before.until is not None and before.until > until:
        return msgspec.structs.replace(record, until=before.until, planned_ns=before.planned_ns)
    return record


def _differs(before: Stop, record: Stop) -> bool:
    """Whether a stop says something new; how long it has lasted so far is nothing new."""
    if record.until is None and before.until is None:
        told = (before.kind, before.code, before.reason, before.note, before.who, before.gone, before.title)
        now = (record.kind, record.code, record.reason, record.note, record.who, record.gone, record.title)
        return told != now or (before.planned_ns == 0) != (record.planned_ns == 0)
    return before != record
