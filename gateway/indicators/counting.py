"""Counting records of the registry: what is proven, what is not yet, and what stands out with its reason.

Decision: a record counts by its day, whenever its document was dated.
Because: results of a year are accepted in the January after it.

Decision: a record that holds until a day (a list's entry, a registration) counts where it holds on the last day that
is looked at, whenever it began; any other counts where its day lies within.
Because: they are states, and a unit that was registered before the plan is registered still.

Decision: what a share is taken of needs no document.
Because: a list of what there is is no achievement that anybody accepts.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gateway.indicators.counted import COUNTED
from gateway.indicators.facts import Gap, Record, Value
from gateway.indicators.ledger import Entry, Ledger
from gateway.indicators.measures import ANY, Records, Source, Success, Wanted
from gateway.indicators.results import NotCounted, Ref

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Window(NamedTuple):
    """Days that are looked at, ISO 8601, both inclusive.

    Attributes:
        since: First.
        end: Last that is known: the day that is asked for, or the last one.
        until: Last.
        is_state: What is so on the last day is asked for, not what happened on the way.
    """

    since: str
    end: str
    until: str
    is_state: bool = False


class Candidate(NamedTuple):
    """A record that a source means.

    Attributes:
        day: As of :class:`gateway.indicators.ledger.Entry`; candidates are in the order of their days.
        noun: Its kind.
        row: Its id.
        entry: The record.
        key: What is counted of it.
        ways: What else its organisation must have, one of any way; empty: nothing.
        known: Day on which all that the source asks for was there, such as that of an answer.
    """

    day: str
    noun: str
    row: str
    entry: Entry
    key: str
    ways: tuple[tuple[Success, ...], ...]
    known: str

    @property
    def ref(self) -> Ref:
        return Ref(self.noun, self.row)


class Count(NamedTuple):
    """What was counted.

    Attributes:
        value: How many.
        keys: Of which things.
        rows: The records.
        proofs: Rows of other nouns that they rest on too.
    """

    value: int
    keys: frozenset[str]
    rows: tuple[Candidate, ...]
    proofs: frozenset[Ref]


class Tally:
    """The records that a measure means, ready to be counted over any days.

    Args:
        ledger: What is known.
        measure: What counts.
        is_proof_wanted: Only what a document proves counts.
    """

    def __init__(self, ledger: Ledger, measure: Records, *, is_proof_wanted: bool = True) -> None:
        self._ledger = ledger
        self._wants_proof = is_proof_wanted
        self.measure = measure
        self.is_distinct = measure.count != "rows"
        found: dict[tuple[str, str], Candidate] = {}
        for source in measure.sources:
            for one in _candidates(ledger, source, measure.count):
                before = found.get(one[1:3])
                found[one[1:3]] = _either(before, one) if before else one
        self._events: list[Candidate] = []
        self._states: list[Candidate] = []
        for one in sorted(found.values(), key=lambda candidate: candidate[:3]):
            (self._states if _is_state(one.noun) else self._events).append(one)
        self._days = [one.day for one in self._events]
        self._years = {one.day[:4] for one in self._events if one.day}

    def over(self, window: Window, *, within: frozenset[str] | None = None) -> Count:
        """What counts over some days.

        Args:
            window: Which.
            within: Only these things; None: all.
        """
        rows, proofs = [], set[Ref]()
        for one in self._in(window):
            if (within is not None and one.key not in within) or one.known > window.end:
                continue
            if self._wants_proof and not one.entry.is_proven:
                continue
            also = self.successes(one, window, one.ways)
            if one.ways and not also:
                continue
            proofs |= also
            rows.append(one)
        keys = frozenset(one.key for one in rows)
        return Count(len(keys) if self.is_distinct else len(rows), keys, tuple(rows), frozenset(proofs))

    def left_out(self, window: Window) -> tuple[NotCounted, ...]:
        """What looks as if it counted over some days, and does not, with the reason; sorted."""
        found = [NotCounted(ref=one.ref, why=why) for one, why in self._doubtful(window)]
        return tuple(sorted(found, key=lambda one: (one.ref, one.why.code)))

    def beside(self, count: Count, path: str) -> int:
        """Another count of the same records."""
        if path == "rows":
            return len(count.rows)
        found = (self._ledger.value(one.noun, one.entry.record, path) for one in count.rows)
        return len({value for value in found if _is_there(value)})

    def first_year(self) -> int | None:
        """The year of the first record, proven or not; None: there is none with a day."""
        return int(min(self._years)) if self._years else None

    def _in(self, window: Window) -> Iterator[Candidate]:
        yield from self._happened(window, window.end)
        yield from (one for one in self._states if _holds(one, window.end))

    def _happened(self, window: Window, end: str) -> Iterator[Candidate]:
        first = bisect_left(self._days, window.since or "0")
        for one in self._events[first : bisect_right(self._days, end)]:
            if not window.is_state or not COUNTED[one.noun].is_yearly or one.day[:4] == window.end[:4]:
                yield one

    def successes(self, one: Candidate, window: Window, ways: tuple[tuple[Success, ...], ...]) -> set[Ref]:
        """What the record's organisation has of some ways, over some days."""
        found = set[Ref]()
        for kind in {kind for way in ways for kind in way}:
            days = self._ledger.successes(kind).get(self._ledger.owner_of(one.noun, one.row), ())
            found |= {ref for day, ref in days if window.since <= day <= window.end}
        return found

    def _doubtful(self, window: Window) -> Iterator[tuple[Candidate, Gap]]:
        yield from ((one, Gap(code="no_day")) for one in self._events if not one.day)
        for one in self._happened(window, window.until):
            if why := self._why(one, window):
                yield one, why
        for one in self._states:
            if window.end < one.day <= window.until:
                yield one, Gap(code="in_the_future", parts={"day": one.day})
            elif window.since <= one.entry.until < window.end:
                yield one, Gap(code="expired", parts={"day": one.entry.until})
            elif _holds(one, window.end) and (why := self._why(one, window)):
                yield one, why

    def _why(self, one: Candidate, window: Window) -> Gap | None:
        """Why a record of these days does not count; None: it does."""
        if max(one.day, one.known) > window.end:
            return Gap(code="in_the_future", parts={"day": max(one.day, one.known)})
        if self._wants_proof and not one.entry.is_proven:
            return Gap(code="no_document")
        if one.ways and not self.successes(one, window, one.ways):
            return Gap(code="no_result", parts={"wanted": ",".join(sorted({k for way in one.ways for k in way}))})
        return None


def _holds(one: Candidate, day: str) -> bool:
    """Whether a state holds on a day."""
    return one.day <= day and (not one.entry.until or day <= one.entry.until)


def coverage_of(count: Count, left_out: Iterable[NotCounted]) -> float | None:
    """Share of the records in question that are proven; None: there are none."""
    lacking = sum(one.why.code in ("no_document", "no_result", "no_day") for one in left_out)
    return len(count.rows) / (len(count.rows) + lacking) if count.rows or lacking else None


def matches(ledger: Ledger, source: Source, noun: str, record: Record) -> bool:
    """Whether a source means a record."""
    return all(_is_wanted(ledger.value(noun, record, path), wanted) for path, wanted in source.where.items()) and (
        all(set(wanted) <= set(_several(ledger.value(noun, record, path))) for path, wanted in source.has_all.items())
        and all(len(_several(ledger.value(noun, record, path))) >= n for path, n in source.least.items())
    )


def _candidates(ledger: Ledger, source: Source, count: str) -> Iterator[Candidate]:
    noun = source.of
    ways = (source.also_has,) if source.also_has else ()
    columns = [(ledger.column(noun, path), wanted) for path, wanted in source.where.items()]
    dated = [column for column, wanted in columns if wanted == ANY]
    keys = None if count == "rows" else ledger.column(noun, count)
    choices = Source(of=noun, has_all=source.has_all, least=source.least)
    for entry in ledger.entries(noun):
        at = entry.at
        if not all(_is_wanted(column[at], wanted) for column, wanted in columns):
            continue
        if (source.has_all or source.least) and not matches(ledger, choices, noun, entry.record):
            continue
        key = entry.record.id if keys is None else keys[at]
        if _is_there(key):
            known = max((_day_in(column[at]) for column in dated), default="")
            yield Candidate(entry.day, noun, entry.record.id, entry, str(key), ways, known)


def _either(one: Candidate, other: Candidate) -> Candidate:
    """A record that two sources mean: the easier of both is enough."""
    ways = (*one.ways, *other.ways) if one.ways and other.ways else ()
    return one._replace(ways=ways, known=min(one.known, other.known))


def _day_in(value: Value) -> str:
    return value if isinstance(value, str) and _DAY.fullmatch(value) else ""


def _is_wanted(value: Value, wanted: Wanted) -> bool:
    if wanted == ANY:
        return _is_there(value)
    if isinstance(value, tuple | list):
        return any(one in wanted for one in value)
    if isinstance(value, bool | str):
        return value in wanted
    if value is None:
        return False in wanted or "" in wanted
    return str(value) in wanted


def _is_there(value: Value) -> bool:
    """Whether anything stands there; no valid event is none."""
    return value not in (None, "", (), [], False, 0)


def _several(value: Value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else ()


def _is_state(noun: str) -> bool:
    its = COUNTED[noun]
    return bool(its.until) or not its.day
