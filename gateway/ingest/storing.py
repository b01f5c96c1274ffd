"""Storing a batch: the time series first, then one transaction of the registry. Twice is harmless.

Decision: the time series are written before the receipts, and the receipts in one transaction with the records.
Because: a crash in between leaves points without a receipt; they come again and are the same points.
Instead of: a transaction over two stores, which none of them offers.

Decision: which messages are new is decided twice: before the series are written, by memory, and under the lock.
Because: the second alone counts, and the first spares the series what was stored long ago.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Declared, Run
from edge_agent.wire.schema import WINDOW
from gateway.federation import due, origins
from gateway.ingest import dead_letters, records
from gateway.ingest.holding import holding
from gateway.ingest.journals import OPEN, EdgeId, JournalId
from gateway.ingest.reading import Arrival
from gateway.ingest.receipts import Draft, Receipts
from gateway.registry import StoreRow, collided, ingesting
from gateway.registry.rolled import mark_hours
from gateway.timeseries import Analysed, Refused, StoreUnavailableError, TimeSeries

log = logging.getLogger(__name__)
_TRIES = 5
_WINDOW = f"{WINDOW},"
_HOUR = 3600 * 10**9
_UNEXPECTED = "not foreseen. Report it with this message."


@dataclass(slots=True)
class Outcome:
    """What became of a batch.

    Attributes:
        edges: Whose acknowledgement is due.
        stored: Messages that are stored now and were not before.
        lines: Lines of line protocol in them.
        records: Records in them.
        again: Messages that were stored already.
        held_back: Messages of journals that wait for a person.
        dead: Messages and lines kept as dead letters.
    """

    edges: set[EdgeId] = field(default_factory=set)
    stored: int = 0
    lines: int = 0
    records: int = 0
    again: int = 0
    held_back: int = 0
    dead: int = 0

    def add(self, other: "Outcome") -> None:
        """Both together."""
        self.edges |= other.edges
        for name in ("stored", "lines", "records", "again", "held_back", "dead"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Storing:
    """The stores, seen from a batch of messages. Belongs to one thread.

    Args:
        engine: Of the registry.
        timeseries: Samples and windows.
        receipts: What is stored.
        is_shared: Whether others store messages of the same edges.
    """

    def __init__(self, engine: Engine, timeseries: TimeSeries, receipts: Receipts, *, is_shared: bool = False) -> None:
        self._engine = engine
        self._timeseries = timeseries
        self._receipts = receipts
        self._is_shared = is_shared
        self._has_analysts = isinstance(timeseries, Analysed)

    def store(self, arrivals: Sequence[Arrival], now: int) -> Outcome:
        """Store all of them, or nothing that counts.

        Raises:
            StoreUnavailableError: One of the stores cannot take anything now; call again with the same.
        """
        if why := self._timeseries.why_full():
            raise StoreUnavailableError(why)
        try:
            return self._store_fresh(arrivals, now)
        except (OperationalError, InterfaceError) as error:
            raise StoreUnavailableError(_cannot_write(error)) from error
        except StoreUnavailableError:
            raise
        except Exception as error:
            if len(arrivals) == 1 and arrivals[0].why.endswith(_UNEXPECTED):
                raise
            # One message that we did not foresee must not stand in the way of all that follow it.
            log.exception("a batch of %d messages failed", len(arrivals))
            return self._one_by_one(arrivals, now, error)

    def probe(self) -> Outcome:
        """Write nothing, as :meth:`store` would; it raises the same."""
        if why := self._timeseries.why_full():
            raise StoreUnavailableError(why)
        try:
            self._timeseries.write([])
            with ingesting(self._engine) as session:
                session.execute(update(StoreRow).values(changes=StoreRow.changes))
        except (OperationalError, InterfaceError) as error:
            raise StoreUnavailableError(_cannot_write(error)) from error
        return Outcome()

    def _one_by_one(self, arrivals: Sequence[Arrival], now: int, error: Exception) -> Outcome:
        outcome = Outcome()
        if len(arrivals) == 1:
            [one] = arrivals
            one.why = f"{one.name}: {type(error).__name__}: {error}; {_UNEXPECTED}"
            one.lines, one.records = [], []
        for arrival in arrivals:
            outcome.add(self.store([arrival], now))
        return outcome

    def _store_fresh(self, arrivals: Sequence[Arrival], now: int) -> Outcome:
        origins.judge(self._engine, arrivals)
        if self._is_shared:
            with Session(self._engine) as session:
                self._receipts.look(session, {one.edge for one in arrivals}, {one.journal for one in arrivals})
        new = [arrival for arrival in arrivals if self._seems_new(arrival)]
        lines = [line for arrival in new for line in arrival.lines]
        refused = self._timeseries.write(lines) if lines else []
        for _ in range(_TRIES):
            try:
                return self._commit(arrivals, {id(arrival) for arrival in new}, list(refused), now)
            except DBAPIError as error:
                if not collided(error):
                    raise
        msg = f"registry: {_TRIES} times another transaction was in the way. Is a command writing to it? Let it end."
        raise StoreUnavailableError(msg)

    def _seems_new(self, arrival: Arrival) -> bool:
        known = self._receipts.journals.get(arrival.journal)
        return known is None or (known.state == OPEN and arrival.envelope.seq not in known.stored)

    def _commit(self, arrivals: Sequence[Arrival], written: set[int], refused: list[Refused], now: int) -> Outcome:
        edges = {arrival.edge for arrival in arrivals}
        with holding(self._engine, self._receipts, edges, now, _journals(arrivals)) as session:
            draft = Draft(self._receipts, now)
            outcome = Outcome(edges=draft.edges)
            fresh = [arrival for arrival in arrivals if self._is_fresh(draft, arrival, outcome)]
            # Memory took them for stored, or held back: the registry was restored, or a person has just decided.
            late = [line for arrival in fresh if id(arrival) not in written for line in arrival.lines]
            if late:
                refused += self._timeseries.write(late)
            self._write(session, draft, fresh, refused, outcome)
        draft.settle()
        outcome.stored, outcome.lines = len(fresh), sum(len(arrival.lines) for arrival in fresh)
        return outcome

    def _is_fresh(self, draft: Draft, arrival: Arrival, outcome: Outcome) -> bool:
        known = draft.peek(arrival.journal)
        draft.edge(arrival.edge)
        if known is not None and known.state != OPEN:
            outcome.held_back += 1
            return False
        self._receipts.hear(arrival.journal, arrival.envelope.seq)
        journal = draft.journal(arrival.journal)
        journal.came(arrival.envelope.seq, arrival.envelope.first)
        if arrival.envelope.seq in journal.stored:
            outcome.again += 1
            return False
        journal.stored.add(arrival.envelope.seq)
        return True

    def _write(
        self, session: Session, draft: Draft, fresh: Sequence[Arrival], refused: list[Refused], outcome: Outcome
    ) -> None:
        touched = []
        for arrival in fresh:
            touched += records.take_records(session, draft, arrival.edge, arrival.records)
            outcome.records += len(arrival.records)
            if arrival.why:
                dead_letters.keep_message(session, arrival, draft.now)
                outcome.dead += 1
        session.flush()
        due.keep_lines(session, ((*arrival.whose, arrival.lines) for arrival in fresh))
        if self._has_analysts:
            mark_hours(session, _window_hours(fresh))
        if touched:
            for line, why in self._timeseries.write(records.point_lines(session, touched)):
                log.error("the store refused the point of a record: %s (%s)", why, line[:200])
        for line_refused, arrival in _whose(refused, fresh):
            dead_letters.keep_line(session, arrival, line_refused, draft.now)
            outcome.dead += 1
        draft.save(session)


def _journals(arrivals: Sequence[Arrival]) -> set[JournalId] | None:
    """Those of a batch; None when records of it may tell of any others."""
    if any(isinstance(record, Run | Declared) for arrival in arrivals for record, _ in arrival.records):
        return None
    return {arrival.journal for arrival in arrivals}


def _window_hours(arrivals: Sequence[Arrival]) -> Counter[tuple[str, str, int]]:
    """Site, edge and hour -> how many messages bring windows of it."""
    found: Counter[tuple[str, str, int]] = Counter()
    for arrival in arrivals:
        starts = {int(line[line.rindex(" ") + 1 :]) for line in arrival.lines if line.startswith(_WINDOW)}
        found.update((*arrival.whose, hour) for hour in {start - start % _HOUR for start in starts})
    return found


def _cannot_write(error: DBAPIError) -> str:
    return f"registry: cannot be written ({error.orig}). Check its disk, or its server."


def _whose(refused: Sequence[Refused], arrivals: Sequence[Arrival]) -> list[tuple[Refused, Arrival]]:
    if not refused:
        return []
    source = {line: arrival for arrival in reversed(arrivals) for line in arrival.lines}
    # Of a message that another process has stored meanwhile, that one keeps what was refused.
    return [(one, source[one.line]) for one in refused if one.line in source]
