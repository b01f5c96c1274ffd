"""The forwarder's transactions: whose turn it is, what has changed into messages, what the gateway above has said.

Decision: one process forwards at a time; its lease stands in the forwarder's row.
Because: of two runs of one name the gateway above would hold one back, and ask a person which card was copied.

Decision: a lease has run out when it was not renewed while one that waits for it counted the seconds itself.
Because: clocks of two machines differ, and one that was wrong for a moment must not hold the lease for a year.
"""

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Ack
from edge_agent.wire.ranges import Ranges
from gateway.broker_config import ForwardConfig
from gateway.federation import agreements, due, outbox, registered, room
from gateway.federation.gathering import gather, gather_lines
from gateway.registry import StoreRow, ingesting
from gateway.registry.sharing import (
    ForwardDueRow,
    ForwarderRow,
    ForwardJournalRow,
    ForwardLinesRow,
    ForwardMessageRow,
)

_NS = 10**9
LEASE_S, _RENEW_S = 60, 30
_LONGEST_STORE, _MAX_GENERATION = 63, 2**31 - 1
_MB = 1_000_000
_TIDY_NS = 600 * _NS
_DAY_NS = 86_400 * _NS


class Turn(NamedTuple):
    """How a turn went.

    Attributes:
        is_ours: This process forwards.
        journal: In which messages are numbered now.
        is_more: More has changed than one turn takes.
    """

    is_ours: bool
    journal: str = ""
    is_more: bool = False


class Keeping:
    """The forwarder's side of the registry. Belongs to its thread.

    Args:
        engine: Of the registry.
        config: What is forwarded whither.
        zone: Whose days count.
        clock: UTC, ns.
        is_shared: Whether other processes might forward the same; one that is alone waits for no lease.
        seconds: A clock that nobody sets, s.
    """

    def __init__(
        self,
        engine: Engine,
        config: ForwardConfig,
        zone: ZoneInfo,
        clock: Callable[[], int],
        *,
        is_shared: bool = False,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_shared, self._seconds = is_shared, seconds
        self._renewed = self._theirs_at = 0.0
        self._theirs = ("", 0)
        self._has_room = True
        self.engine = engine
        self.holder = secrets.token_hex(16)
        self.store = ("", 0)
        self.admitted = False
        self._config, self._zone, self._clock = config, zone, clock
        self._journal, self._next_seq = "", 0
        self._changes, self._day, self._tidied = -1, "", 0

    def turn(self) -> Turn:
        """Take the lease, begin a run if there is none, put what has changed into messages."""
        now = self._clock()
        if self._journal and not self._has_work(now):
            return Turn(is_ours=True, journal=self._journal)
        with ingesting(self.engine) as session:
            forwarder = outbox.locked(session) or self._introduce(session, now)
            if self._is_theirs(forwarder):
                self._journal = ""
                return Turn(is_ours=False)
            forwarder.holder = self.holder
            forwarder.held_until = max(now + LEASE_S * _NS, forwarder.held_until + 1)
            renewed = self._seconds()
            self._name(forwarder)
            journal = self._run(session, forwarder, now)
            is_more = self._fill(session, forwarder, now)
            self._tidy(session, forwarder, now)
            changes = session.scalar(select(StoreRow.changes)) or 0
            next_seq = session.get_one(ForwardJournalRow, forwarder.journal_id).next_seq
            self.store, self.admitted = (forwarder.store, forwarder.generation), bool(forwarder.admitted)
        # Taken into memory once the commit has returned.
        self._journal, self._next_seq, self._changes, self._renewed = journal, next_seq, changes, renewed
        self._day = agreements.today(now, self._zone)
        return Turn(is_ours=True, journal=journal, is_more=is_more)

    def acknowledged(self, ack: Ack, stored: Mapping[str, Ranges]) -> None:
        """The gateway above has said what it has stored, and whether a person there has admitted us."""
        now = self._clock()
        store = (ack.store, ack.generation)
        with ingesting(self.engine) as session:
            forwarder = outbox.locked(session)
            if forwarder is None:
                return
            is_other = bool(forwarder.store) and forwarder.store != ack.store
            if store != (forwarder.store, forwarder.generation) or bool(forwarder.admitted) != ack.admitted:
                self._changes = -1  # the next turn has something to do
            outbox.acknowledge(session, forwarder, store, stored, now, agreements.today(now, self._zone))
            forwarder.admitted, forwarder.told_at = int(ack.admitted), now
            if is_other:
                # What it has never heard of may be long dropped here as messages; the rows are still there.
                registered.forget_said(session)
                for terms in agreements.in_force(session, now, self._zone):
                    due.mark_all(session, terms)
        self.store, self.admitted = store, ack.admitted

    def believable(self, ack: Ack, stored: Mapping[str, Ranges]) -> dict[str, Ranges]:
        """Of what the gateway above says to have stored what it can have.

        Raises:
            ValueError: It speaks of a store that cannot be.
        """
        if not 0 < len(ack.store) <= _LONGEST_STORE or not 0 <= ack.generation <= _MAX_GENERATION:
            msg = f"store {ack.store[:_LONGEST_STORE]!r}, generation {ack.generation}: no gateway's"
            raise ValueError(msg)
        with Session(self.engine) as session:
            return outbox.believable(session, stored)

    def stored(self) -> dict[str, Ranges]:
        """What is stored above, as far as we were told."""
        with Session(self.engine) as session:
            forwarder = session.scalar(select(ForwarderRow))
            if forwarder is not None:
                self.store, self.admitted = (forwarder.store, forwarder.generation), bool(forwarder.admitted)
            return outbox.stored(session)

    def give_up(self, ids: Collection[int], why: str) -> None:
        """Never send these again, and say so."""
        with ingesting(self.engine) as session:
            forwarder = outbox.locked(session)
            rows = session.scalars(select(ForwardMessageRow).where(ForwardMessageRow.id.in_(ids))).all()
            if forwarder is not None and rows:
                outbox.count_given_up(session, rows, agreements.today(self._clock(), self._zone))
                outbox.give_up(session, forwarder, rows, why, self._clock())

    def say_state(self, state: str, why: str) -> None:
        """For the page: how the connection is."""
        with ingesting(self.engine) as session:
            forwarder = outbox.locked(session)
            if forwarder is not None and forwarder.holder == self.holder:
                forwarder.state, forwarder.why = state, why

    def let_go(self) -> None:
        """Another process may forward from now on."""
        with ingesting(self.engine) as session:
            forwarder = outbox.locked(session)
            if forwarder is not None and forwarder.holder == self.holder:
                forwarder.holder, forwarder.held_until, forwarder.state, forwarder.why = "", 0, "stopped", ""

    # ------------------------------------------------------------------ the parts of a turn

    def _is_theirs(self, forwarder: ForwarderRow) -> bool:
        """Whether another process forwards, and has said so within the last minute by our own count."""
        if not self._is_shared or forwarder.holder in ("", self.holder):
            return False
        lease, now_s = (forwarder.holder, forwarder.held_until), self._seconds()
        if lease != self._theirs:
            self._theirs, self._theirs_at = lease, now_s
        return now_s - self._theirs_at < LEASE_S

    def _has_work(self, now: int) -> bool:
        with Session(self.engine) as session:
            forwarder = session.scalar(select(ForwarderRow))
            if forwarder is None or forwarder.holder != self.holder or self._seconds() > self._renewed + _RENEW_S:
                return True
            if (session.scalar(select(StoreRow.changes)) or 0) != self._changes:
                return True
            if agreements.today(now, self._zone) != self._day or abs(now - self._tidied) > _TIDY_NS:
                return True
            marked = (exists().select_from(ForwardDueRow), exists().select_from(ForwardLinesRow))
            return bool(forwarder.admitted) and any(session.scalar(select(one)) for one in marked)

    def _introduce(self, session: Session, now: int) -> ForwarderRow:
        """The first time: what was agreed on before is all to be sent."""
        row = ForwarderRow(site=self._config.site, edge=self._config.edge, journal_id=0, last_id=0, holder="")
        row.held_until = row.generation = row.admitted = row.told_at = 0
        row.store = row.why = ""
        row.state = "away"
        session.add(row)
        session.flush()
        for terms in agreements.in_force(session, now, self._zone):
            due.mark_all(session, terms)
        return row

    def _name(self, forwarder: ForwarderRow) -> None:
        if (forwarder.site, forwarder.edge) != (self._config.site, self._config.edge):
            forwarder.site, forwarder.edge = self._config.site, self._config.edge
            self._journal = ""

    def _run(self, session: Session, forwarder: ForwarderRow, now: int) -> str:
        """The journal of this run; another one when ours is not there, or not as far: the database was restored."""
        row = session.get(ForwardJournalRow, forwarder.journal_id)
        if row is not None and self._journal == row.journal and row.next_seq >= self._next_seq:
            return row.journal
        store = session.scalar(select(StoreRow.id)) or ""
        settings = f"{self._config.url} {self._config.site}/{self._config.edge}"
        return outbox.begin_journal(session, forwarder, store, self.holder, settings, now)

    def _fill(self, session: Session, forwarder: ForwarderRow, now: int) -> bool:
        for row in agreements.ended(session, now, self._zone):
            agreements.settle(session, row, now, self._zone)
        outbox.say(session, forwarder, registered.agreements_said(session, now), now)
        if not forwarder.admitted:
            return False  # nothing leaves the house for somebody who does not know us
        terms = agreements.in_force(session, now, self._zone)
        gathered = [gather_lines(session, terms)]
        rows: list[outbox.Parcel] = []
        if self._has_room:
            gathered.append(gather(session, terms))
            rows = registered.gather_rows(session, terms, now)
        outbox.append(session, forwarder, [*rows, *(parcel for one in gathered for parcel in one.parcels)], now)
        return any(one.is_more for one in gathered)

    def _tidy(self, session: Session, forwarder: ForwarderRow, now: int) -> None:
        if abs(now - self._tidied) > _TIDY_NS:
            room.tidy(session, forwarder, now - int(self._config.keep_days * _DAY_NS))
            day = agreements.today(now, self._zone)
            self._has_room = room.make_room(session, forwarder, self._config.keep_mb * _MB, now, day)
            self._tidied = now
