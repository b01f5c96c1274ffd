"""What is sent and not yet stored: which message next, when again. Pure: time and rows are passed in.

Order: records, the newest, the oldest, so live values come through while a backlog is caught up. A quarter of the
window is kept from the backlog.

A message that ends the connection three times is set aside. To tell it from a broker or a network that fails by
itself, a strike counts only when it alone was unheard, the broker had confirmed something else on that very
connection, and the end came within seconds of sending it.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from edge_agent.wire.ranges import Ranges

_STRIKES = 3
_STRIKES_WITHIN_S = 5.0
_BATCH = 64


class Waiting(NamedTuple):
    """A message that may be sent.

    Attributes:
        id: Ours; those made later have higher ones.
        journal: In which it is numbered.
        seq: Its number there.
        kind: ``telemetry``, ``record`` or ``kept``.
        size: Of its body, plain, bytes.
    """

    id: int
    journal: str
    seq: int
    kind: str
    size: int


class Rows(Protocol):
    """What the window asks of the outbox."""

    def newest(self) -> int:
        """Id of the newest message."""
        ...

    def oldest_unstored(self, stored: dict[str, Ranges]) -> int:
        """Id of the oldest message that may be sent and is not stored."""
        ...

    def after(self, cursor: int, limit: int, *, records: bool) -> list[Waiting]:
        """Messages with an id above ``cursor``."""
        ...


@dataclass(slots=True)
class Flight:
    """A message that was sent and is not stored.

    Attributes:
        message: Which.
        again_s: When to send it again, s.
        sent_s: When it was sent last, s.
        attempts: How often it was sent on this connection.
        unheard: Whether the broker has not confirmed it since it was sent last.
        strikes: How often the connection ended while it alone was unheard.
    """

    message: Waiting
    again_s: float
    sent_s: float = 0.0
    attempts: int = 1
    unheard: bool = True
    strikes: int = 0


class Window:
    """Bounded in count and bytes. Belongs to the uplink.

    Args:
        rows: The outbox, to read.
        stored: What is stored of every journal.
        most: Messages.
        most_bytes: Bytes, plain.
        resend_s: First wait for the gateway's word, s; it doubles.
        resend_max_s: Longest wait, s.
    """

    def __init__(
        self,
        rows: Rows,
        stored: dict[str, Ranges],
        most: int,
        most_bytes: int,
        resend_s: float,
        resend_max_s: float,
    ) -> None:
        self.stored = stored
        self._rows = rows
        self._most = most
        self._most_bytes = most_bytes
        self._resend_s = resend_s
        self._resend_max_s = resend_max_s
        self._flights: dict[int, Flight] = {}
        self._bytes = 0
        self._cautious: set[int] = set()
        self._proved = False
        self._on_hold: frozenset[str] = frozenset()
        self._may_be_more = True
        self._records = self._live = self._backlog = self._backlog_end = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """A connection was made, or a gateway can store again: what is newer than now is live, the rest backlog."""
        self._may_be_more = True
        start = self._rows.oldest_unstored(self.stored) - 1
        self._records = self._backlog = start
        self._live = self._backlog_end = self._rows.newest()

    def __len__(self) -> int:
        return len(self._flights)

    def next_to_send(self, now_s: float) -> Iterator[Waiting]:
        """Messages to send now. Each counts as sent when it is given out."""
        for flight in [f for f in self._flights.values() if f.again_s <= now_s]:
            if self._may_go(flight.message.id):
                flight.attempts += 1
                flight.unheard = True
                self._delay(flight, now_s)
                yield flight.message
        if not self._cautious and self._may_be_more:
            self._may_be_more = False
            for message in self._fresh():
                self._take(message, now_s)
                yield message

    def next_time_s(self) -> float:
        """When something is to be sent again, s; infinity when only the broker's word can change that."""
        due = (f.again_s for f in self._flights.values() if self._may_go(f.message.id))
        return min(due, default=float("inf"))

    def added(self) -> None:
        """The outbox may hold more than when it was last asked; asking at every word of the broker costs too much."""
        self._may_be_more = True

    def proved(self) -> None:
        """The broker has confirmed something on this connection that was no message of the window."""
        self._proved = True

    def heard(self, message_id: int) -> None:
        """The broker has confirmed it: it is not what ends connections."""
        self._proved = True
        if message_id in self._cautious:
            self._cautious.discard(message_id)
            self._may_be_more = True
        flight = self._flights.get(message_id)
        if flight is not None:
            flight.unheard = False
            flight.strikes = 0

    def acknowledged(self, stored: dict[str, Ranges]) -> None:
        """The gateway's word: what is stored leaves the window; what a restored gateway lacks is sent again."""
        lacks = any(
            not all(_covers(stored.get(journal, Ranges()), lo, hi) for lo, hi in ranges)
            for journal, ranges in self.stored.items()
        )
        self.stored = stored
        for flight in list(self._flights.values()):
            if flight.message.seq in stored.get(flight.message.journal, ()):
                self.drop(flight.message.id)
        if lacks:
            self.begin_anew()

    def hold(self, journals: Iterable[str]) -> None:
        """Messages of these journals wait for a person at the gateway: they would only fill the window."""
        on_hold = frozenset(journals)
        if on_hold == self._on_hold:
            return
        let_go = self._on_hold - on_hold
        self._on_hold = on_hold
        for flight in [f for f in self._flights.values() if f.message.journal in on_hold]:
            self.drop(flight.message.id)
        if let_go:
            self.begin_anew()

    def keep_only(self, journals: Container[str]) -> None:
        """Of other journals nothing is held any more, so it matters no longer what of them is stored."""
        self.stored = {journal: ranges for journal, ranges in self.stored.items() if journal in journals}

    def resume(self, now_s: float) -> None:
        """A gateway can store again: what is in flight was not stored, and everything is due."""
        for flight in self._flights.values():
            flight.again_s = now_s
            flight.attempts = 0
        self.begin_anew()

    def disconnected(self, now_s: float) -> list[Waiting]:
        """Everything in flight may be gone with the broker, and is due again at once.

        What the broker had not confirmed is under suspicion and goes one at a time. Gives back what has ended
        the connection three times, alone: it is no longer in flight, and must be set aside.
        """
        unheard = [flight for flight in self._flights.values() if flight.unheard]
        under_way = [flight for flight in unheard if flight.attempts > 0]
        struck = self._proved and len(under_way) == 1 and now_s - under_way[0].sent_s <= _STRIKES_WITHIN_S
        for flight in self._flights.values():
            flight.again_s = now_s
            flight.attempts = 0
        self._cautious = {flight.message.id for flight in unheard}
        self._proved = False
        if not struck:
            return []
        [culprit] = under_way
        culprit.strikes += 1
        if culprit.strikes < _STRIKES:
            return []
        self.drop(culprit.message.id)
        return [culprit.message]

    def drop(self, message_id: int) -> None:
        """It is stored, rotten, set aside, or has left the outbox."""
        flight = self._flights.pop(message_id, None)
        if flight is not None:
            self._bytes -= flight.message.size
            self._may_be_more = True
        self._cautious.discard(message_id)

    def _may_go(self, message_id: int) -> bool:
        """Under suspicion they go one by one, on a connection that has proved to work."""
        if not self._cautious:
            return True
        if not self._proved:
            return False
        under_way = any(
            flight.unheard and flight.attempts > 0
            for flight in self._flights.values()
            if flight.message.id in self._cautious
        )
        return message_id == min(self._cautious) and not under_way

    def _fresh(self) -> Iterator[Waiting]:
        for message in self._walk(lambda n: self._rows.after(self._records, n, records=True), self._most):
            self._records = message.id
            yield from self._unless_known(message)
        if self._rows.newest() - self._live > 4 * self._most:
            self._backlog_end = self._live = self._rows.newest()  # once: the recorder adds meanwhile
        for message in self._walk(lambda n: self._rows.after(self._live, n, records=False), self._most):
            self._live = message.id
            yield from self._unless_known(message)
        for message in self._walk(lambda n: self._rows.after(self._backlog, n, records=False), self._most * 3 // 4):
            if message.id > self._backlog_end:
                self._backlog = self._backlog_end
                return
            self._backlog = message.id
            yield from self._unless_known(message)

    def _walk(self, some: Callable[[int], Sequence[Waiting]], most: int) -> Iterator[Waiting]:
        while True:
            batch = some(_BATCH)
            for message in batch:
                # One alone may be larger than the whole window: it would wait for ever.
                if len(self._flights) >= most or (self._flights and self._bytes + message.size > self._most_bytes):
                    return
                yield message
            if len(batch) < _BATCH:
                return

    def _unless_known(self, message: Waiting) -> Iterator[Waiting]:
        if message.id in self._flights or message.journal in self._on_hold:
            return
        if message.seq not in self.stored.get(message.journal, ()):
            yield message

    def _take(self, message: Waiting, now_s: float) -> None:
        flight = Flight(message, now_s)
        self._delay(flight, now_s)
        self._flights[message.id] = flight
        self._bytes += message.size

    def _delay(self, flight: Flight, now_s: float) -> None:
        flight.sent_s = now_s
        flight.again_s = now_s + min(self._resend_s * 2 ** min(max(flight.attempts - 1, 0), 20), self._resend_max_s)


def _covers(ranges: Ranges, lo: int, hi: int) -> bool:
    return ranges.floor(lo) >= hi  # not by what is absent: with thousands of holes each word would take a second
