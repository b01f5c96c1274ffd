"""The facts as a plan sees them: what is in use, of its territory, with values behind links at hand.

Decision: territory. Facts hold the rows of a province of today and of those that were merged into it. A plan that
names a ``former_code`` was made for one of these: it counts rows of that one and those that were entered under the
province of today, and none of the others merged into it. A plan without it counts all of them. Statistics of a former
province are used by the plan of that province alone.
Because: who enters records today finds only the province of today; and two former provinces have two statistics, of
which none is the new one's.

Decision: a row whose class or club went out of use is out of use with it; one whose enterprise closed is not.
Because: without its class an attendance has neither day nor proof; the support of an enterprise that closed was given.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

import msgspec

from gateway.indicators.counted import ATTACHED, COUNTED, LINKED_ONLY, OWN
from gateway.indicators.facts import Facts, PilotJudged, Record, Value
from gateway.indicators.measures import Success
from gateway.indicators.results import Ref

PLACE = "of_province"
"""In the values of a record: id of the province's row that it belongs to."""
JUDGED = ("improved", "not_improved")
"""States of a pilot with a closed comparison."""


class Entry(NamedTuple):
    """A record that is in use, as far as it is counted.

    Attributes:
        at: Its place among the rows in use of its noun.
        record: The row.
        day: From which it counts, ISO 8601; empty: since ever, or nobody entered one.
        until: Last day on which it holds; empty: still.
        is_proven: A document proves it.
    """

    at: int
    record: Record
    day: str
    until: str
    is_proven: bool


class Ledger:
    """Facts by noun, each thing worked out once.

    Args:
        facts: All that may be known.
        former: Code of the province that a plan was made for; empty: that of today.
    """

    def __init__(self, facts: Facts, former: str = "") -> None:
        self.facts = facts
        self._former = former
        self._all = {noun: {one.id: one for one in rows} for noun, rows in facts.records.items()}
        self._used: dict[str, list[Record]] = {}
        self._entries: dict[str, list[Entry]] = {}
        self._columns: dict[tuple[str, str], list[Value]] = {}
        self._outside = frozenset(one.id for one in facts.records.get("province", ()) if self._is_outside(one))
        self._successes: dict[str, dict[str, list[tuple[str, Ref]]]] = {}
        self.judged = {one.pilot: one for one in facts.pilots if one.state in JUDGED}
        self.owner_of = cache(self._owner_of)

    def record(self, noun: str, row: object) -> Record | None:
        """A row by its id, out of use or not."""
        return self._all.get(noun, {}).get(str(row))

    def used(self, noun: str) -> list[Record]:
        """Rows in use within the territory, by id."""
        if noun not in self._used:
            rows = self._all.get(noun, {}).values()
            found = [one for one in rows if not one.retired_at and one.values.get(PLACE) not in self._outside]
            self._used[noun] = sorted(found, key=lambda one: one.id)
        return self._used[noun]

    def statistics(self, until: int) -> list[Record]:
        """Statistics of the plan's territory up to a year; those of a former province say so."""
        found = []
        for one in self.used("statistic"):
            if _int(one.values.get("year")) > until:
                continue
            place = self.record("province", one.values.get(PLACE, ""))
            if place is None or not place.values.get("successor"):
                found.append(one)
            elif self._former:
                values = {**one.values, "territory": one.values.get("territory") or place.label or self._former}
                found.append(msgspec.structs.replace(one, values=values))
        return found

    def entries(self, noun: str) -> list[Entry]:
        """Rows in use as they are counted, by id."""
        if noun not in self._entries:
            its = COUNTED[noun]
            rows = self.used(noun)
            blank: list[Value] = [""] * len(rows)
            days = self.column(noun, its.day) if its.day else blank
            ends = self.column(noun, its.until) if its.until else blank
            proofs = [True] * len(rows) if its.proof == OWN else self._proofs(noun, its.proof)
            bearing = {path.partition(".")[0] for path in (its.day, its.proof) if "." in path}
            replaced = {one.values.get(its.replaces) for one in rows} if its.replaces else set()
            self._entries[noun] = [
                Entry(at, row, _day(day), str(end or ""), proof)
                for at, (row, day, end, proof) in enumerate(zip(rows, days, ends, proofs, strict=True))
                if row.id not in replaced and not any(self._is_gone(noun, row, link) for link in bearing)
            ]
        return self._entries[noun]

    def column(self, noun: str, path: str) -> list[Value]:
        """A field, or one behind links, of every row in use."""
        if (noun, path) not in self._columns:
            self._columns[noun, path] = [self.value(noun, one, path) for one in self.used(noun)]
        return self._columns[noun, path]

    def value(self, noun: str, record: Record | None, path: str) -> Value:
        """A field of a record, or behind points of what it links to; a noun's own name is its id; None: not there."""
        name, _, rest = path.partition(".")
        its = COUNTED.get(noun)
        if record is None or its is None or name not in its.paths:
            return self._plain(noun, record, path)
        found = (self._plain(noun, record, one) for one in its.paths[name])
        row = next((one for one in found if one), None)
        return self.value(name, self.record(name, row), rest) if rest else row

    def _plain(self, noun: str, record: Record | None, path: str) -> Value:
        name, _, rest = path.partition(".")
        if record is None:
            return None
        if not rest:
            return record.id if name == noun else record.values.get(name)
        to = _LINKS.get((noun, name), name)
        return self.value(to, self.record(to, record.values.get(name)), rest)

    def _owner_of(self, noun: str, row: str) -> str:
        return str(self.value(noun, self.record(noun, row), "organisation") or "")

    @cached_property
    def with_pilot(self) -> dict[str, list[PilotJudged]]:
        """Organisation -> its pilots that are judged and in use."""
        found = defaultdict[str, list[PilotJudged]](list)
        for one in self.entries("pilot"):
            if one.record.id in self.judged:
                found[self.owner_of("pilot", one.record.id)].append(self.judged[one.record.id])
        return dict(found)

    def successes(self, kind: Success) -> dict[str, list[tuple[str, Ref]]]:
        """Organisation -> day and row of each success of a kind, in order."""
        if kind not in self._successes:
            found = defaultdict[str, list[tuple[str, Ref]]](list)
            for noun, row, day in self._successful(kind):
                if day:
                    found[self.owner_of(noun, row)].append((day, Ref(noun, row)))
            self._successes[kind] = {owner: sorted(days) for owner, days in found.items() if owner}
        return self._successes[kind]

    def _successful(self, kind: Success) -> list[tuple[str, str, str]]:
        if kind in ("certification", "inhouse_standard"):
            return [(kind, one.record.id, one.day) for one in self.entries(kind)]
        if kind == "improvement":
            found = ((one.record.id, self.judged.get(one.record.id)) for one in self.entries("pilot"))
            return [("pilot", row, its.judged) for row, its in found if its and its.state == "improved"]
        lots = [one.record for one in self.entries("traceability")]
        valid = [one for one in lots if one.values.get("published") and one.values.get("valid_events")]
        day = "accepted" if kind == "accepted_lot" else "published"
        return [("traceability", one.id, _day(one.values.get(day))) for one in valid]

    def _is_outside(self, province: Record) -> bool:
        code = province.values.get("code")
        return bool(self._former and province.values.get("successor") and code != self._former)

    def _is_gone(self, noun: str, row: Record, link: str) -> bool:
        to = self.record(_LINKS.get((noun, link), link), row.values.get(link))
        return to is not None and bool(to.retired_at)

    def _proofs(self, noun: str, path: str) -> list[bool]:
        link = path.partition(".")[0] if "." in path else ""
        to = _LINKS.get((noun, link), link)
        rows = self.used(noun)
        kept = [one.attached or _int(one.values.get(ATTACHED)) for one in rows]
        if link:
            others = (self.record(to, one.values.get(link)) for one in rows)
            kept = [n or (other.attached if other else 0) for n, other in zip(kept, others, strict=True)]
        return [bool(number or n) for number, n in zip(self.column(noun, path), kept, strict=True)]


_LINKS = {(noun, field): to for noun, its in COUNTED.items() for field, to in its.links.items()} | {
    (noun, field): to for noun, links in LINKED_ONLY.items() for field, to in links.items()
}


def organisations_of(ledger: Ledger, ids: Sequence[str]) -> list[Record]:
    """Rows of some organisations, as far as they are known."""
    found = (ledger.record("organisation", one) for one in ids)
    return [one for one in found if one is not None]


def _day(value: Any) -> str:
    """A day; a year counts from its first day on."""
    return f"{value:04d}-01-01" if isinstance(value, int) else str(value or "")


def _int(value: Any) -> int:
    return int(value) if isinstance(value, int | float | str) and str(value).isdecimal() else 0
