"""One work unit, live: evidence comes in, buckets close, records go out; what comes late is taken back to its place.

The **tail** is the time that is not settled yet: from the start of a bucket (of which the :class:`StoredCarry` is
known) to now. It is evaluated anew every few seconds; a bucket is closed a grace time after its end, when what silence
and standing decide has been decided. It stays in the tail for as long as a stop in it may still turn out a minor one.

What belongs before the tail (a late sample, scrap found later, a changed day of the calendar) is worked off from the
evidence on disk, some hours at a call. What the time before the tail was supposed to be is compared, at each
evaluation, with what the tail's evidence makes of it.
"""

from collections.abc import Iterator, Sequence

import msgspec

from edge_agent.oee.assembly import carry_at, edge_of
from edge_agent.oee.bucket_book import Edge, Span
from edge_agent.oee.looking import Look, Looking, Schedules
from edge_agent.oee.observation import Observation
from edge_agent.oee.parts import bucket_elements
from edge_agent.oee.settled_time import SettledTime, doubtful_since, stretches_of
from edge_agent.oee.stop_ledger import StopLedger
from edge_agent.oee.stop_records import Titles
from edge_agent.oee.unit_rules import HOUR_NS, UnitRules
from edge_agent.oee.unit_tail import LONGEST_SILENCE_NS, Books, UnitTail
from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Elements

_EVALUATE_NS = 5_000_000_000
_AT_ONCE_NS = 12 * HOUR_NS
"""More is not evaluated in one transaction: after a weekend without the box, Monday comes some seconds later."""


class UnitLedger:
    """Belongs to the recorder, inside its transaction; after one that failed it is made anew from the disk.

    Args:
        name: Of the work unit.
        rules: What is configured for it.
        books: Where everything is kept.
        schedules: Of every calendar.
        titles: Of stop reasons.

    Attributes:
        now: What was last evaluated, from the first bucket on that is not settled; None: nothing yet.
        version: Changes whenever settled time does.
    """

    def __init__(self, name: str, rules: UnitRules, books: Books, schedules: Schedules, titles: Titles) -> None:
        self.name = name
        self.now: Look | None = None
        self.version = 0
        self._books = books
        self._looking = Looking(name, books.shop, schedules)
        self._settled = SettledTime(name, books.buckets, books.evidence, self._looking)
        self._stops = StopLedger(name, books.shop, titles, schedules)
        self._tail = UnitTail(name, rules, books)
        self._disputed: tuple[int, Edge] | None = None
        self._state: int | None = None
        self._due = 0
        self._evaluated = 0

    def reload(self, fresh: Sequence[Observation]) -> None:
        """Go on from what is on disk.

        Args:
            fresh: What is kept of it that is not settled, as it came.
        """
        self._tail.reload(fresh)

    @property
    def since(self) -> int | None:
        """Start of the first bucket that is not settled; None: nothing is known yet."""
        return self._tail.since

    @property
    def heard_at(self) -> int:
        """Last evidence of the machine; 0: there was none."""
        return self._tail.heard_at

    @property
    def state_since(self) -> int | None:
        """Since when the state held that the tail begins with; None: not known."""
        return self._tail.carry.state_since

    def start_of(self, instant: int) -> int:
        """The start of the nominal bucket that holds an instant."""
        return self._tail.history.start_of(instant)

    def follows(self, calendar: str) -> bool:
        """Whether any of its time is planned by a calendar."""
        return any(rules.calendar == calendar for _, rules in self._tail.history.versions)

    # ------------------------------------------------------------------ what comes in

    def take(self, came: Sequence[Observation]) -> list[Observation]:
        """Follow evidence: what of it is not settled yet, to be kept; what belongs before that is kept here."""
        fresh = self._tail.take(came)
        if self._tail.again is not None:
            self._due = 0
        state = next((one.state for one in reversed(fresh) if one.state is not None), self._state)
        if state != self._state:
            self._due = 0  # people look at the screen when a machine stops
        self._state = state
        return fresh

    def again(self, since: int, until: int) -> None:
        """What was known of a stretch has changed: judge it anew."""
        self._due = 0
        self._tail.judge_again(since, until)

    # ------------------------------------------------------------------ what goes out

    def work(self, now: int) -> Iterator[Record]:
        """Evaluate what is due: the records that are new or that changed."""
        tail = self._tail
        if tail.since is None:
            return
        tail.take_rules()
        if now < tail.since:
            yield from self._go_back(now)
        if tail.again is not None:
            yield from self._judge_again(tail.again, now)
        closable = tail.history.end_of(tail.since) + tail.history.newest.grace_ns
        if self._evaluated <= now < min(self._due, closable):
            return
        self._due, self._evaluated = now + _EVALUATE_NS, now
        yield from self._catch_up(now)

    def finish(self) -> Iterator[Record]:
        """Say the rest of a work unit that is no longer configured."""
        tail = self._tail
        while tail.since is not None and tail.observed:
            until = tail.history.end_of(tail.history.start_of(tail.observed[-1].at)) + tail.history.newest.grace_ns
            before = tail.since, tail.again, self._disputed
            yield from self.work(until)
            if before == (tail.since, tail.again, self._disputed):
                return

    def _catch_up(self, now: int) -> Iterator[Record]:
        """Evaluate up to now; what is long ago in parts, and of a very long silence nothing."""
        tail = self._tail
        assert tail.since is not None
        grace_ns = tail.history.newest.grace_ns
        if now - tail.since <= _AT_ONCE_NS + grace_ns:
            yield from self._evaluate(now, tail.observed)
            return
        self._due = 0
        until = tail.since + _AT_ONCE_NS + grace_ns
        gap = self._long_silence(now)
        if gap is not None:
            last, following = gap
            if last is None:
                tail.skip_to(following)
                self.version += 1
                return
            until = min(until, tail.history.end_of(tail.history.start_of(last)) + grace_ns)
        yield from self._evaluate(until, [one for one in tail.observed if one.at < until])

    def _long_silence(self, now: int) -> tuple[int | None, int] | None:
        """The last evidence of the tail before a very long silence (None: there is none), and what ended it."""
        assert self._tail.since is not None
        last = None
        for at in [*(one.at for one in self._tail.observed), now]:
            if at - (self._tail.since if last is None else last) > LONGEST_SILENCE_NS:
                return last, at
            last = at
        return None

    def _evaluate(self, now: int, observed: list[Observation]) -> Iterator[Record]:
        tail = self._tail
        assert tail.since is not None
        rules, since = tail.history.at(tail.since), tail.since
        look = self._looking.look(rules, (since, now), tail.carry, observed)
        if self._is_in_doubt(look):
            return
        self.now = look
        closed = tail.history.start_of(now - rules.grace_ns)
        if closed > since:
            yield from self._changed(bucket_elements(self.name, tail.history.starts(since, closed), closed, look))
        yield from self._stops.records(look, rules.calendar, observed, now, now)
        settled = min(closed, self._undecided_since(look, rules))
        if settled > since:
            self._settle(look, rules, observed, settled)

    def _is_in_doubt(self, look: Look) -> bool:
        """Whether the time before the tail turns out to be something else than it was judged by."""
        since, supposed = look.since, self._tail.carry.edge
        if supposed is None or self._tail.again is not None or self._tail.history.changes_at(since):
            return False
        edge = edge_of(look.evaluation, since)
        if edge == supposed:
            return False
        if self._disputed == (since, edge):  # it was judged again, and came out as before
            self._tail.suppose(msgspec.structs.replace(self._tail.carry, edge=edge))
            return False
        self._disputed = (since, edge)
        self.again(doubtful_since(since, self._tail.carry, edge), since)
        return True

    def _undecided_since(self, look: Look, rules: UnitRules) -> int:
        """The start of the bucket in which a stop began that may still turn out a minor one."""
        stops, now = look.evaluation.timeline.stops, look.until
        if not len(stops.since) or int(stops.until[-1]) < now:
            return self.start_of(now)
        began = int(stops.since[-1])
        return self.start_of(began if now - began < rules.micro_stop_ns else now)

    def _settle(self, look: Look, rules: UnitRules, observed: Sequence[Observation], until: int) -> None:
        """The tail begins later now; remember how each of its buckets begins."""
        history, carry = self._tail.history, self._tail.carry
        for start in history.starts(look.since, until):
            end = history.end_of(start)
            self._books.buckets.keep_stretches(self.name, start, stretches_of(look, start, end))
            here = [one for one in observed if start <= one.at < end]
            carry = carry_at(rules, look.evaluation, here, carry, end)
            self._books.buckets.keep_carry(self.name, end, carry)
            self._books.evidence.settle(self.name, (start, end), here, rules.max_gap_ns)
        self._tail.settle(until, carry)
        self.version += 1

    # ------------------------------------------------------------------ what is judged again

    def _judge_again(self, span: Span, now: int) -> Iterator[Record]:
        tail = self._tail
        chunk, more = self._settled.judge(span, tail.history, tail.as_it_is(), now)
        tail.set_again(more)
        tail.look_up()
        self._due = 0
        self.version += 1
        if chunk is None:
            return
        since, rules = chunk.look.since, tail.history.at(chunk.look.since)
        starts = tail.history.starts(since, chunk.until)
        yield from self._changed(bucket_elements(self.name, starts, chunk.until, chunk.look))
        yield from self._stops.records(chunk.look, rules.calendar, chunk.observed, chunk.until, now, chunk.lasts_until)

    def _go_back(self, now: int) -> Iterator[Record]:
        """The clock was set back; what was said of a time long ahead is taken back."""
        ahead = self._tail.go_back(now)
        self._disputed, self._state = None, None
        self.version += 1
        for one in self._books.shop.since(Elements, self.name, ahead):
            if one.parts:
                yield self._kept(msgspec.structs.replace(one, parts=()))
        yield from self._stops.forget_from(ahead)

    # ------------------------------------------------------------------ records

    def _changed(self, records: Sequence[Elements]) -> Iterator[Record]:
        for record in records:
            known = self._books.shop.reader().record(Elements, record.key)
            if known is None or known.parts != record.parts or known.until != record.until:
                yield self._kept(record)

    def _kept(self, record: Elements) -> Elements:
        self._books.shop.keep(record)
        return record
