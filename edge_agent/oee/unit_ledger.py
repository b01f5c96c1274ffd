"""One work unit, live: evidence comes in, buckets close, records go out; what comes late is taken back to its place.

The **tail** is the time that is not settled yet: from the start of a bucket (of which the :class:`StoredCarry` is
known) to now. It is evaluated anew every few seconds; a bucket is closed a grace time after its end, when what silence
and standing decide has been decided. It stays in the tail for as long as a stop in it may still turn out a minor one.

What belongs before the tail (a late sample, scrap found later, a changed day of the calendar) is worked off from the
evidence on disk, half a day at a call, until a bucket begins just as it was known to.
"""

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edge_agent.kpi.calendar import Schedule
from edge_agent.kpi.evaluation import Evaluation
from edge_agent.oee.assembly import carry_at
from edge_agent.oee.board import Stretch
from edge_agent.oee.evidence_book import EvidenceBook, StoredCarry
from edge_agent.oee.looking import AHEAD_NS, Looking
from edge_agent.oee.observation import Observation
from edge_agent.oee.parts import bucket_elements
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.stop_ledger import StopLedger
from edge_agent.oee.unit_rules import UnitRules
from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Elements

_NS = 1_000_000_000
_DAY_NS = 86_400 * _NS
_EVALUATE_NS = 5 * _NS
_LONGEST_SILENCE_NS = 7 * _DAY_NS
"""After a longer one, nothing is said of the buckets in between: a box that lay on a shelf for a year."""
_CHUNK_NS = 12 * 3600 * _NS
_FAR = 2**61


@dataclass(frozen=True)
class Tail:
    """What was last evaluated.

    Attributes:
        since: Start of the first bucket that is not settled.
        evaluation: From there on.
        schedule: Around it.
        at: When it was evaluated.
        heard_at: Last evidence of the machine; 0: there was none.
        state_since: Since when the state held that it began with; None: not known.
    """

    since: int
    evaluation: Evaluation
    schedule: Schedule
    at: int
    heard_at: int
    state_since: int | None


class UnitLedger:
    """Belongs to the recorder, inside its transaction; after one that failed it is made anew from the disk.

    Args:
        rules: What holds for the work unit.
        evidence: Where its evidence is kept.
        book: Where its records are kept.
        schedule: Shifts and planned stops between two instants.
        titles: Stop reason -> titles.
    """

    def __init__(
        self,
        rules: UnitRules,
        evidence: EvidenceBook,
        book: ShopBook,
        schedule: Callable[[int, int], Schedule],
        titles: Callable[[str], dict[str, str]],
    ) -> None:
        self.rules = rules
        self.name = rules.unit.name
        self._last: Observation | None = None
        self.heard_at: int | None = None
        self.tail: Tail | None = None
        self._evidence = evidence
        self._book = book
        self._looking = Looking(rules, book, schedule)
        self._stops = StopLedger(self.name, book, titles)
        self._since: int | None = None
        self._carry = StoredCarry(state=0)
        self._observed: list[Observation] = []
        self._redo_since: int | None = None
        self._due = 0
        self._reload()

    def _reload(self) -> None:
        found = self._evidence.last_carry(self.name)
        if found is not None:
            self._since, self._carry = found
            self._observed = self._evidence.observations(self.name, self._since, _FAR)
            heard = [one.at for one in self._observed if one.is_of_the_machine]
            self.heard_at = heard[-1] if heard else self._carry.heard_at
            self._redo_since = self._evidence.redo(self.name)

    # ------------------------------------------------------------------ what comes in

    def take(self, came: Sequence[Observation]) -> None:
        """Keep evidence; what belongs before the tail is worked off later."""
        if not came:
            return
        self._evidence.append(self.name, came)
        earliest = min(one.at for one in came)
        if self._since is None:
            self._begin(earliest)
        assert self._since is not None
        for one in came:
            if one.at < (self.heard_at or 0):
                self._take_late(one)
            elif not self._observed or one.at >= self._observed[-1].at:
                self._observed.append(one)
            else:
                insort(self._observed, one, key=_at)
        self.heard_at = max((one.at for one in came if one.is_of_the_machine), default=self.heard_at)
        telling = [one for one in came if one.state is not None]
        if telling and (self._last is None or telling[-1].at >= self._last.at):
            if self._last is None or telling[-1].state != self._last.state:
                self._due = 0  # people look at the screen when a machine stops
            self._last = telling[-1]

    def _begin(self, instant: int) -> None:
        self._since = self.rules.start_of(instant)
        self._carry = StoredCarry(state=2)
        self._evidence.keep_carry(self.name, self._since, self._carry)

    def _take_late(self, one: Observation) -> None:
        """It may end a silence or a stop that began before it: from there on all is evaluated anew."""
        assert self._since is not None
        known = self._evidence.last_carry(self.name, one.at)
        carry = known[1] if known else self._carry
        self.redo(min(at for at in (one.at, carry.heard_at, carry.episode_since, carry.piece_at) if at is not None))
        if one.at >= self._since:
            insort(self._observed, one, key=_at)

    def redo(self, instant: int) -> None:
        """Something changed at an instant: what follows from it is to be evaluated anew."""
        self._due = 0
        if self._since is not None and instant < self._since:
            self._set_redo(min(instant, self._redo_since or instant))

    def _set_redo(self, since: int | None) -> None:
        self._redo_since = since
        self._evidence.keep_redo(self.name, since)

    # ------------------------------------------------------------------ what goes out

    def work(self, now: int) -> Iterator[Record]:
        """Evaluate what is due: the records that are new or that changed."""
        if self._since is None:
            return
        if self._redo_since is not None:
            yield from self._redo(self._redo_since)
        closable = self._since + self.rules.bucket_ns + self.rules.grace_ns
        if now < self._due and now < closable:
            return
        self._due = now + _EVALUATE_NS
        yield from self._evaluate(now)

    def _evaluate(self, now: int) -> Iterator[Record]:
        assert self._since is not None
        self._skip_a_long_silence(now)
        since = self._since
        evaluation, schedule = self._looking.ahead(since, self._carry, self._observed, now)
        self.tail = Tail(since, evaluation, schedule, now, self.heard_at or 0, self._carry.state_since)
        closed = self.rules.start_of(now - self.rules.grace_ns)
        if closed > since:
            yield from self._changed(
                bucket_elements(self.name, self.rules.bucket_ns, evaluation, schedule, since, closed)
            )
        yield from self._stops.records(evaluation, schedule, self._observed, since, now)
        self._look_for_a_late_fault(evaluation)
        settled = min(closed, self._unsettled_since(evaluation, now))
        if settled > since:
            self._settle(evaluation, settled)

    def _look_for_a_late_fault(self, evaluation: Evaluation) -> None:
        """A stop that began before the tail turned out a failure: it is one from its beginning."""
        stops, began = evaluation.timeline.stops, self._carry.episode_since
        known = began is None or self._carry.episode_has_fault
        if not known and len(stops.since) and int(stops.since[0]) == began and stops.has_fault[0]:
            self.redo(int(stops.since[0]))

    def _unsettled_since(self, evaluation: Evaluation, now: int) -> int:
        """The start of the bucket in which a stop began that may still turn out a minor one."""
        stops = evaluation.timeline.stops
        if not len(stops.since) or int(stops.until[-1]) < now:
            return self.rules.start_of(now)
        began = int(stops.since[-1])
        return self.rules.start_of(began if now - began < self.rules.limits.micro_stop_ns else now)

    def _settle(self, evaluation: Evaluation, until: int) -> None:
        """The tail begins later now; remember how each of its buckets begins."""
        assert self._since is not None
        carry = self._carry
        for start in range(self._since, until, self.rules.bucket_ns):
            end = start + self.rules.bucket_ns
            self._keep_stretches(evaluation, start)
            here = [one for one in self._observed if start <= one.at < end]
            carry = carry_at(self.rules, evaluation, here, carry, end)
            self._evidence.keep_carry(self.name, end, carry)
            self._evidence.condense(self.name, start, end, self.rules.limits.max_gap_ns or 0)
        self._since, self._carry = until, carry
        self._observed = [one for one in self._observed if one.at >= until]

    def _keep_stretches(self, evaluation: Evaluation, start: int) -> None:
        found = evaluation.timeline.stretches(start, start + self.rules.bucket_ns)
        self._evidence.keep_stretches(self.name, start, [Stretch(a, b, bucket.name) for a, b, bucket in found])

    def _skip_a_long_silence(self, now: int) -> None:
        assert self._since is not None
        until = self._observed[0].at if self._observed else now
        if until - self._since > _LONGEST_SILENCE_NS:
            self._since = self.rules.start_of(until)
            self._carry = StoredCarry(
                state=2, heard_at=self._carry.heard_at, counters=self._carry.counters, product=self._carry.product
            )
            self._evidence.keep_carry(self.name, self._since, self._carry)

    # ------------------------------------------------------------------ what came late

    def _redo(self, instant: int) -> Iterator[Record]:
        """Half a day of what is settled, anew; the rest at the next call, unless nothing more changes."""
        assert self._since is not None
        found = self._evidence.last_carry(self.name, instant)
        if found is None:
            first = self._evidence.carries(self.name, instant, _FAR)[:1]
            found = self._evidence.last_carry(self.name, first[0]) if first else None
        self._set_redo(None)
        if found is None or found[0] >= self._since:
            return
        since, carry = found
        until = min(since + _CHUNK_NS, self._since)
        observed = self._evidence.observations(self.name, since, until + AHEAD_NS)
        evaluation, schedule = self._looking.back(since, carry, observed, until)
        yield from self._changed(bucket_elements(self.name, self.rules.bucket_ns, evaluation, schedule, since, until))
        yield from self._stops.records(evaluation, schedule, observed, since, until)
        for start in range(since, until, self.rules.bucket_ns):
            end = start + self.rules.bucket_ns
            self._keep_stretches(evaluation, start)
            carry = carry_at(self.rules, evaluation, [o for o in observed if start <= o.at < end], carry, end)
            known = self._evidence.last_carry(self.name, end)
            self._evidence.keep_carry(self.name, end, carry)
        if until == self._since:
            self._carry = carry
        elif known is None or known != (until, carry):
            self._set_redo(until)

    # ------------------------------------------------------------------ records

    def _changed(self, records: Sequence[Elements]) -> Iterator[Record]:
        for record in records:
            known = self._book.reader().record(Elements, record.key)
            if known is None or known.parts != record.parts:
                self._book.keep(record)
                yield record


def _at(one: Observation) -> int:
    return one.at
