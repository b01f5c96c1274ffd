"""What of a work unit is not settled yet: where it begins, what is carried into it, what was observed since.

Decision: a clock that was set back by more than the tail takes the tail back with it.
Because: what was settled of a time that comes again has to be settled again.
"""

from bisect import insort
from collections.abc import Sequence
from typing import NamedTuple

from edge_agent.kpi.timeline import ENDLESS
from edge_agent.oee.bucket_book import BucketBook, Span, StoredCarry
from edge_agent.oee.evidence_book import EvidenceBook
from edge_agent.oee.observation import Observation
from edge_agent.oee.settled_time import Tail, behind_a_gap
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.unit_rules import HOUR_NS, RulesHistory, UnitRules
from edge_agent.wire.shop_floor import Elements

DAY_NS = 24 * HOUR_NS
EVIDENCE_DAYS = 35
"""How far back a late word can change figures."""
LONGEST_SILENCE_NS = 7 * DAY_NS
"""After a longer one, nothing is said of the buckets in between: a box that lay on a shelf for a year."""


class Books(NamedTuple):
    """Where all of it is kept."""

    evidence: EvidenceBook
    buckets: BucketBook
    shop: ShopBook


class UnitTail:
    """Belongs to the work unit's ledger; kept on disk with every change.

    Args:
        name: Of the work unit.
        rules: What is configured for it.
        books: Where everything is kept.

    Attributes:
        since: Start of the first bucket that is not settled; None: nothing is known yet.
        carry: How it begins.
        observed: From then on, in order of time.
        heard_at: Last evidence of the machine; 0: there was none.
        again: What of settled time has to be judged again; None: nothing.
        history: Which rules hold from when on.
    """

    def __init__(self, name: str, rules: UnitRules, books: Books) -> None:
        self.since: int | None = None
        self.carry = StoredCarry()
        self.observed: list[Observation] = []
        self.heard_at = 0
        self.again: Span | None = None
        self.history = books.buckets.rules(name) or RulesHistory([(0, rules)])
        self._name = name
        self._rules = rules
        self._evidence, self._buckets, self._book = books
        self._has_taken_rules = False

    def reload(self, fresh: Sequence[Observation]) -> None:
        """Go on from what is on disk.

        Args:
            fresh: What is kept of it that is not settled, as it came.
        """
        found = self._buckets.last_carry(self._name)
        if found is None:
            return
        self.since, self.carry = found
        self.observed = self._unsettled(fresh)
        self.again = self._buckets.again(self._name)
        self._hear(self.observed)

    def _unsettled(self, fresh: Sequence[Observation]) -> list[Observation]:
        assert self.since is not None
        found = self._evidence.settled(self._name, self.since, ENDLESS)
        found += [one for one in fresh if one.at >= self.since]
        found.sort(key=_at)
        return found

    def as_it_is(self) -> Tail:
        """Where it begins and what was observed since."""
        assert self.since is not None
        return Tail(self.since, self.observed)

    # ------------------------------------------------------------------ what comes in

    def take(self, came: Sequence[Observation]) -> list[Observation]:
        """Follow evidence: what of it is not settled yet, to be kept; what belongs before that is kept here."""
        if self.since is None:
            self._begin(min(one.at for one in came))
        assert self.since is not None
        fresh, late = [], []
        for one in came:
            if one.at < self.since:
                late.append(one)
                continue
            fresh.append(one)
            if not self.observed or one.at >= self.observed[-1].at:
                self.observed.append(one)
            else:
                insort(self.observed, one, key=_at)
        if late:
            self._take_late(late)
        self._hear(fresh)
        return fresh

    def _hear(self, came: Sequence[Observation]) -> None:
        latest = max((one.at for one in came if one.is_of_the_machine), default=0)
        self.heard_at = max(latest, self.heard_at, self.carry.heard_at or 0)

    def _begin(self, instant: int) -> None:
        self.history = RulesHistory([(self.history.start_of(instant), self._rules)])
        self._go_on(self.history.start_of(instant), StoredCarry())

    def _take_late(self, late: list[Observation]) -> None:
        first = self._buckets.first_start(self._name) or 0
        earliest = min(one.at for one in late)
        if earliest < first:
            self._begin_earlier(earliest, first)
            first = self._buckets.first_start(self._name) or 0
        late = [one for one in late if one.at >= first]
        if late:
            self._evidence.keep_late(self._name, late, self.history.start_of)
            self.judge_again(min(one.at for one in late), max(one.at for one in late) + 1)

    def _begin_earlier(self, instant: int, first: int) -> None:
        """It was heard before the first bucket that is known: unless that is so only since older ones are forgotten."""
        newest = max(self.heard_at, first)
        if first - instant > LONGEST_SILENCE_NS or instant < newest - (EVIDENCE_DAYS - 1) * DAY_NS:
            return
        for start in self.history.starts(self.history.start_of(instant), first):
            self._buckets.keep_carry(self._name, start, StoredCarry())

    def judge_again(self, since: int, until: int) -> None:
        """What was known of a stretch has changed."""
        if self.since is not None and since < self.since:
            self.set_again(Span(since, min(until, self.since)).with_more(self.again))

    def set_again(self, span: Span | None) -> None:
        """Remember what of settled time has to be judged again; None: nothing."""
        self.again = span
        self._buckets.keep_again(self._name, span)

    # ------------------------------------------------------------------ where it begins

    def take_rules(self) -> None:
        """What is configured holds from what is not settled on."""
        if self._has_taken_rules or self.since is None:
            return
        self._has_taken_rules = True
        known = self._buckets.rules(self._name)
        if known is None:
            self.history = RulesHistory([(self.since, self._rules)])
        elif known.newest != self._rules:
            said = self._book.reader().records(Elements, self._name, self.since, most=1)
            said_until = said[0].until if said else self.since
            self.history = RulesHistory(known.with_change(self._rules, self.since, said_until))
        else:
            return
        self._buckets.keep_rules(self._name, self.history.versions)

    def settle(self, until: int, carry: StoredCarry) -> None:
        """It begins later now; what is before has been kept."""
        self._go_on(until, carry)
        self.observed = [one for one in self.observed if one.at >= until]

    def skip_to(self, instant: int) -> None:
        """Say nothing of a very long silence."""
        self._go_on(self.history.start_of(instant), behind_a_gap(self.carry))

    def suppose(self, carry: StoredCarry) -> None:
        """How it begins is seen otherwise now."""
        assert self.since is not None
        self._go_on(self.since, carry)

    def _go_on(self, since: int, carry: StoredCarry) -> None:
        self.since, self.carry = since, carry
        self._buckets.keep_carry(self._name, since, carry)

    def look_up(self) -> None:
        """Settled time was judged again: know how the tail begins now."""
        found = self._buckets.last_carry(self._name, self.since or 0)
        if found is not None and found[0] == self.since:
            self.carry = found[1]

    def go_back(self, now: int) -> int:
        """The clock was set back: what comes now is of a time that was settled once.

        What lies more than a day ahead was dated by a clock that ran wild, and is forgotten.

        Returns:
            From when on it is.
        """
        ahead = now + DAY_NS
        fresh = [one for one in self.observed if one.at <= ahead]
        found = self._buckets.last_carry(self._name, now - self.history.newest.grace_ns)
        self._go_on(*(found or (self.history.start_of(now), StoredCarry())))
        assert self.since is not None
        self._buckets.forget_after(self._name, self.since)
        self._evidence.forget_after(self._name, ahead)
        self.observed = self._unsettled(fresh)
        self.set_again(self.again if self.again is not None and self.again.since < self.since else None)
        self.heard_at = 0
        self._hear([one for one in self.observed if one.at <= now])
        return ahead


def _at(one: Observation) -> int:
    return one.at
