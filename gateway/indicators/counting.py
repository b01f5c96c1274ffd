"""Counting records of the registry: what is proven, what is not yet, and what stands out with its reason.

Decision: a record counts by its day, whenever its document was dated.
Because: results of a year are accepted in the January after it.

Decision: a record that holds until a day (a list's entry, a registration) counts where it holds on the last day that
is looked at, whenever it began; any other counts where its day lies within.
Because: they are states, and a unit that was registered before the plan is registered still.

Decision: what a share is taken of needs no document, and its rows that do not name what is counted count one each.
Because: a list of what there is is no achievement that anybody accepts; what lacks its number is there all the same.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from gateway.indicators.columns import NEVER, Column, Mask, Whole, day_number, first_of, is_there, told_day
from gateway.indicators.counted import COUNTED
from gateway.indicators.facts import Gap, Value
from gateway.indicators.ledger import Ledger, Rows
from gateway.indicators.measures import ANY, Records, Source, Success, Wanted
from gateway.indicators.results import NotCounted, Ref


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


class Part:
    """Rows of one noun that some sources mean.

    Args:
        ledger: What is known.
        noun: Which.
        sources: Of this noun.
        count: As of a measure.
        is_every: A row that does not name what is counted counts as one of its own.
    """

    def __init__(self, ledger: Ledger, noun: str, sources: list[Source], count: str, *, is_every: bool = False) -> None:
        self.ledger, self.noun = ledger, noun
        self.rows: Rows = ledger.rows(noun)
        named = ledger.column(noun, noun if count == "rows" else count)
        self.named: Mask = named.where(is_there)
        self.keys: Column = first_of([named, ledger.column(noun, noun)]) if is_every else named
        self.is_state = bool(COUNTED[noun].until) or not COUNTED[noun].day
        chosen = [(source.also_has, *chosen_by(ledger, source)) for source in sources]
        there = self.keys.where(is_there) & self.rows.live
        self.plain: Mask = np.zeros(len(there), dtype=bool)
        self.ways: list[tuple[tuple[Success, ...], Mask]] = []
        known = np.full(len(there), NEVER, dtype=np.int64)
        for also, mask, day in chosen:
            known[mask] = np.minimum(known[mask], day[mask])
            if also:
                self.ways.append((also, mask & there))
            else:
                self.plain |= mask & there
        self.known: Whole = known
        meant = self.plain.copy()
        for _, mask in self.ways:
            meant |= mask
        order = np.flatnonzero(meant)
        self.meant: Whole = order[np.argsort(self.rows.day[order], kind="stable")]
        self.days: Whole = self.rows.day[self.meant]

    def within(self, window: Window, *, last: str = "") -> Whole:
        """Those of the days, or up to another last one, or that hold on the last day."""
        end = day_number(window.end)
        if self.is_state:
            rows, day, until = self.meant, self.days, self.rows.until[self.meant]
            return rows[(day <= end) & (end <= until)]
        since = day_number(window.since)
        if window.is_state and COUNTED[self.noun].is_yearly:
            since = max(since, end // 10_000 * 10_000)
        first, behind = np.searchsorted(self.days, [max(since, 1), day_number(last or window.end) + 1])
        return self.meant[first:behind]

    def successful(self, rows: Whole, window: Window) -> Mask:
        """Which of some rows have what they must have besides."""
        found: Mask = self.plain[rows]
        for kinds, mask in self.ways:
            found |= mask[rows] & self.has_any(kinds, rows, window)
        return found

    def has_any(self, kinds: tuple[Success, ...], rows: Whole, window: Window) -> Mask:
        """Which of some rows are of an organisation with a success of these days."""
        owners = {owner for kind in kinds for owner, days in self._won(kind, window) if days}
        return self.owners.where(lambda owner: owner in owners)[rows]

    def proofs(self, rows: Whole, window: Window) -> set[Ref]:
        """Successes that some rows rest on."""
        kinds = {kind for also, _ in self.ways for kind in also}
        owners = set(self.owners.among(rows[~self.plain[rows]])) if kinds else set()
        return {ref for kind in kinds for owner, days in self._won(kind, window) if owner in owners for ref in days}

    @property
    def owners(self) -> Column:
        """Organisations of the rows."""
        return self.ledger.column(self.noun, "organisation")

    def _won(self, kind: Success, window: Window) -> Iterator[tuple[str, list[Ref]]]:
        since, end = day_number(window.since), day_number(window.end)
        for owner, days in self.ledger.successes(kind).items():
            yield owner, [ref for day, ref in days if since <= day <= end]

    def refs(self, rows: Whole) -> list[Ref]:
        noun, records = self.noun, self.rows.records
        return [Ref(noun, records[at].id) for at in rows.tolist()]


class Count(NamedTuple):
    """What was counted.

    Attributes:
        value: How many.
        parts: The rows, noun by noun.
        proofs: Rows of other nouns that they rest on too.
    """

    value: int
    parts: tuple[tuple[Part, Whole], ...]
    proofs: frozenset[Ref]

    @property
    def keys(self) -> frozenset[str]:
        """Of which things."""
        return frozenset(str(key) for part, rows in self.parts for key in part.keys.among(rows))

    @property
    def rows(self) -> int:
        return sum(len(rows) for _, rows in self.parts)

    @property
    def unnamed(self) -> int:
        """Rows that do not name what is counted."""
        return sum(int((~part.named[rows]).sum()) for part, rows in self.parts)

    @property
    def refs(self) -> list[Ref]:
        """What it rests on, rows by id."""
        return [*(ref for part, rows in self.parts for ref in part.refs(np.sort(rows))), *self.proofs]

    def among(self, path: str) -> set[Value]:
        """Distinct values of a field that are there."""
        return {value for part, rows in self.parts for value in part.ledger.column(part.noun, path).among(rows)}


class Tally:
    """The records that a measure means, ready to be counted over any days.

    Args:
        ledger: What is known.
        measure: What counts.
        is_whole: It is what a share is taken of: nothing has to be proven, and each row counts.
    """

    def __init__(self, ledger: Ledger, measure: Records, *, is_whole: bool = False) -> None:
        self._wants_proof = not is_whole
        self.measure = measure
        self.is_distinct = measure.count != "rows"
        nouns = dict.fromkeys(source.of for source in measure.sources)
        self._parts = [
            Part(ledger, noun, [one for one in measure.sources if one.of == noun], measure.count, is_every=is_whole)
            for noun in nouns
        ]

    def over(self, window: Window, *, within: frozenset[str] | None = None) -> Count:
        """What counts over some days.

        Args:
            window: Which.
            within: Only these things; None: all.
        """
        parts, proofs = [], set[Ref]()
        for part in self._parts:
            rows = part.within(window)
            rows = rows[part.known[rows] <= day_number(window.end)]
            if self._wants_proof:
                rows = rows[part.rows.proven[rows]]
            if within is not None:
                rows = rows[part.keys.where(lambda key: str(key) in within)[rows]]
            rows = rows[part.successful(rows, window)]
            proofs |= part.proofs(rows, window)
            parts.append((part, rows))
        return self.count_of(Count(0, tuple(parts), frozenset(proofs)))

    def count_of(self, count: Count) -> Count:
        """A count with its value worked out."""
        return count._replace(value=len(count.keys) if self.is_distinct else count.rows)

    def beside(self, count: Count, path: str) -> int:
        """Another count of the same records."""
        return count.rows if path == "rows" else len(count.among(path))

    def first_year(self) -> int | None:
        """The year of the first record, proven or not; None: there is none with a day."""
        days = [int(part.days[part.days > 0][0]) for part in self._parts if (part.days > 0).any()]
        return min(days) // 10_000 if days else None

    @property
    def meant(self) -> frozenset[Ref]:
        """Rows of any day that its sources mean."""
        return frozenset(ref for part in self._parts for ref in part.refs(part.meant))

    def left_out(self, window: Window) -> tuple[NotCounted, ...]:
        """What looks as if it counted over some days, and does not, with the reason; sorted."""
        found = []
        for part in sorted(self._parts, key=lambda one: one.noun):
            # Rows stand by their ids, so that their places sort as ids do.
            places, whys = [], list[Gap]()
            for rows, why in self._doubtful(part, window):
                places.append(rows)
                whys += why
            at = np.concatenate(places)
            order = np.argsort(at, kind="stable").tolist()
            refs = part.refs(at[order])
            found += [NotCounted(ref=ref, why=whys[k]) for ref, k in zip(refs, order, strict=True)]
        return tuple(found)

    def _doubtful(self, part: Part, window: Window) -> Iterator[tuple[Whole, list[Gap]]]:
        """Rows, and of each why it does not count."""
        end, day, until = day_number(window.end), part.days, part.rows.until[part.meant]
        if part.is_state:
            since, last = day_number(window.since), day_number(window.until)
            yield _dated(part.meant[(end < day) & (day <= last)], "in_the_future", part.rows.day)
            yield _dated(part.meant[(since <= until) & (until < end)], "expired", part.rows.until)
            rows = part.within(window)
        else:
            yield _told(part.meant[day == 0], Gap(code="no_day"))
            rows = part.within(window, last=window.until)
        latest = np.maximum(part.rows.day, part.known)
        is_later = latest[rows] > end
        yield _dated(rows[is_later], "in_the_future", latest)
        rows = rows[~is_later]
        lacks = ~part.rows.proven[rows] if self._wants_proof else np.zeros(len(rows), dtype=bool)
        yield _told(rows[lacks], Gap(code="no_document"))
        rows = rows[~lacks]
        wanted = ",".join(sorted({kind for also, _ in part.ways for kind in also}))
        yield _told(rows[~part.successful(rows, window)], Gap(code="no_result", parts={"wanted": wanted}))


def chosen_by(ledger: Ledger, source: Source) -> tuple[Mask, Whole]:
    """Rows in use that a source means, and of each the day on which all that it asks for was there."""
    rows = len(ledger.used(source.of))
    mask, known = np.ones(rows, dtype=bool), np.zeros(rows, dtype=np.int64)
    for path, wanted in source.where.items():
        column = ledger.column(source.of, path)
        mask &= column.where(lambda value, wanted=wanted: _is_wanted(value, wanted))  # type: ignore[misc]
        if wanted == ANY:
            known = np.maximum(known, column.told(lambda one: one if isinstance(one, str) else None).days())
    for path, all_of in source.has_all.items():
        asked = set(all_of)
        mask &= ledger.column(source.of, path).where(lambda value, asked=asked: asked <= set(_several(value)))  # type: ignore[misc]
    for path, least in source.least.items():
        mask &= ledger.column(source.of, path).where(lambda value, least=least: len(_several(value)) >= least)  # type: ignore[misc]
    return mask, known


def coverage_of(count: Count, left_out: Iterable[NotCounted]) -> float | None:
    """Share of the records in question that are proven; None: there are none."""
    lacking = sum(one.why.code in ("no_document", "no_result", "no_day") for one in left_out)
    return count.rows / (count.rows + lacking) if count.rows or lacking else None


def _told(rows: Whole, why: Gap) -> tuple[Whole, list[Gap]]:
    return rows, [why] * len(rows)


def _dated(rows: Whole, code: str, days: Whole) -> tuple[Whole, list[Gap]]:
    told = {day: Gap(code=code, parts={"day": told_day(day)}) for day in np.unique(days[rows]).tolist()}
    return rows, [told[day] for day in days[rows].tolist()]


def _is_wanted(value: Value, wanted: Wanted) -> bool:
    if wanted == ANY:
        return is_there(value)
    if isinstance(value, tuple):
        return any(one in wanted for one in value)
    if isinstance(value, bool | str):
        return value in wanted
    return (False in wanted or "" in wanted) if value is None else str(value) in wanted


def _several(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
