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
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import msgspec
import numpy as np

from gateway.indicators.columns import NEVER, Column, Mask, Whole, column_of, day_number, distinct, first_of, is_there
from gateway.indicators.counted import COUNTED, LINKED_ONLY, OWN
from gateway.indicators.facts import Facts, Record, Value
from gateway.indicators.measures import Success
from gateway.indicators.results import Ref

PLACE = "of_province"
"""In the values of a record: id of the province's row that it belongs to."""
JUDGED = ("improved", "not_improved")
"""States of a pilot with a closed comparison."""


class Rows(NamedTuple):
    """Rows of a noun that are in use, by id, as they are counted.

    Attributes:
        records: Them.
        live: Those that count at all: not replaced by another version, and of a class or club that is in use.
        day: From which each counts; 0: since ever, or nobody entered one.
        until: Last day on which each holds.
        proven: A document proves it.
    """

    records: Sequence[Record]
    live: Mask
    day: Whole
    until: Whole
    proven: Mask


class Ledger:
    """Facts by noun, each thing worked out once.

    Args:
        facts: All that may be known.
        former: Code of the province that a plan was made for; empty: that of today.
        of_gone: Of the rows that went out of use, in place of those in use.
    """

    def __init__(self, facts: Facts, former: str = "", *, of_gone: bool = False) -> None:
        self.facts = facts
        self._of_gone = of_gone
        self._former = former
        self._all: dict[str, dict[str, Record]] = {}
        self._used: dict[str, list[Record]] = {}
        self._rows: dict[str, Rows] = {}
        self._columns: dict[tuple[str, str], Column] = {}
        self._outside = frozenset(one.id for one in facts.records.get("province", ()) if self._is_outside(one))
        self._successes: dict[str, dict[str, list[tuple[int, Ref]]]] = {}
        self.judged = {one.pilot: one for one in facts.pilots if one.state in JUDGED}

    @cached_property
    def gone(self) -> "Ledger":
        """The rows that went out of use, counted as if they had not."""
        return Ledger(self.facts, self._former, of_gone=True)

    @cached_property
    def last_change(self) -> str:
        """The day on which a row was last changed."""
        return max((one.changed for rows in self.facts.records.values() for one in rows), default="")

    def record(self, noun: str, row: object) -> Record | None:
        """A row by its id, out of use or not."""
        if noun not in self._all:
            self._all[noun] = {one.id: one for one in self.facts.records.get(noun, ())}
        return self._all[noun].get(str(row))

    def used(self, noun: str) -> list[Record]:
        """Rows in use within the territory, by id."""
        if noun not in self._used:
            rows = self.facts.records.get(noun, ())
            found = [
                one
                for one in rows
                if bool(one.retired_at) == self._of_gone and one.values.get(PLACE) not in self._outside
            ]
            self._used[noun] = sorted(found, key=attrgetter("id"))
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

    def rows(self, noun: str) -> Rows:
        """Rows in use as they are counted."""
        if noun not in self._rows:
            its, used = COUNTED[noun], self.used(noun)
            nothing = column_of([""] * len(used))
            live = np.ones(len(used), dtype=bool)
            if its.replaces:
                replaced = {one.values.get(its.replaces) for one in used}
                live &= np.array([one.id not in replaced for one in used], dtype=bool)
            for link in {path.partition(".")[0] for path in (its.day, its.proof) if "." in path}:
                to = _LINKS[noun, link]
                live &= self.column(noun, link).where(lambda row, to=to: not self._is_gone(to, row))  # type: ignore[misc]
            self._rows[noun] = Rows(
                records=used,
                live=live,
                day=(self.column(noun, its.day) if its.day else nothing).days(),
                until=(self.column(noun, its.until) if its.until else nothing).days(NEVER),
                proven=np.ones(len(used), dtype=bool) if its.proof == OWN else self._proven(noun, its.proof),
            )
        return self._rows[noun]

    def current(self, noun: str) -> list[Record]:
        """Rows in use that count at all."""
        rows = self.rows(noun)
        return [one for one, is_live in zip(rows.records, rows.live.tolist(), strict=True) if is_live]

    def column(self, noun: str, path: str) -> Column:
        """A field, or one behind links, of every row in use; a noun's own name is its id."""
        if (noun, path) not in self._columns:
            name, _, rest = path.partition(".")
            its = COUNTED.get(noun)
            if its is not None and name in its.paths:
                found = first_of([self._plain_column(noun, one) for one in its.paths[name]])
                to = name
            else:
                found = self._plain_column(noun, name)
                to = _LINKS.get((noun, name), name)
            if rest:
                found = found.told(lambda row: self.value(to, self.record(to, row), rest))
            self._columns[noun, path] = found
        return self._columns[noun, path]

    def _plain_column(self, noun: str, path: str) -> Column:
        """As of the rows themselves, whatever :attr:`Counted.paths` says."""
        name, _, rest = path.partition(".")
        used = self.used(noun)
        found = (
            distinct([one.id for one in used]) if name == noun else column_of([one.values.get(name) for one in used])
        )
        if rest:
            to = _LINKS.get((noun, name), name)
            found = found.told(lambda row: self.value(to, self.record(to, row), rest))
        return found

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

    @cached_property
    def with_pilot(self) -> frozenset[str]:
        """Organisations with a pilot that is judged."""
        found = {self._owner("pilot", one) for one in self.current("pilot") if one.id in self.judged}
        return frozenset(found - {""})

    def successes(self, kind: Success) -> dict[str, list[tuple[int, Ref]]]:
        """Organisation -> day and row of each success of a kind, in order."""
        if kind not in self._successes:
            found = defaultdict[str, list[tuple[int, Ref]]](list)
            for one, day in self._successful(kind):
                if number := day_number(day):
                    found[self._owner(one.noun, one)].append((number, Ref(one.noun, one.id)))
            self._successes[kind] = {owner: sorted(days) for owner, days in found.items() if owner}
        return self._successes[kind]

    def _owner(self, noun: str, one: Record) -> str:
        return str(self.value(noun, one, "organisation") or "")

    def _successful(self, kind: Success) -> list[tuple[Record, Value]]:
        if kind in ("certification", "inhouse_standard"):
            return [(one, one.values.get(COUNTED[kind].day)) for one in self.current(kind)]
        if kind == "improvement":
            found = ((one, self.judged.get(one.id)) for one in self.current("pilot"))
            return [(one, its.judged) for one, its in found if its and its.state == "improved"]
        lots = [one for one in self.current("traceability") if is_there(one.values.get("valid_events"))]
        day = "accepted" if kind == "accepted_lot" else "published"
        return [(one, one.values.get(day)) for one in lots if one.values.get("published")]

    def _is_outside(self, province: Record) -> bool:
        code = province.values.get("code")
        return bool(self._former and province.values.get("successor") and code != self._former)

    def _is_gone(self, noun: str, row: Value) -> bool:
        to = self.record(noun, row)
        return to is not None and bool(to.retired_at)

    def _proven(self, noun: str, path: str) -> Mask:
        """Rows with a number of a document, or with a document kept with them or with what the number stands at."""
        found: Mask = self.column(noun, path).where(is_there)
        found |= np.array([one.attached > 0 for one in self.used(noun)], dtype=bool)
        link, _, rest = path.partition(".")
        if rest:
            to = _LINKS[noun, link]
            found |= self.column(noun, link).where(lambda row: _kept_with(self.record(to, row)))
        return found


def _kept_with(one: Record | None) -> bool:
    return one is not None and one.attached > 0


_LINKS = {(noun, field): to for noun, its in COUNTED.items() for field, to in its.links.items()} | {
    (noun, field): to for noun, links in LINKED_ONLY.items() for field, to in links.items()
}


def organisations_of(ledger: Ledger, ids: Sequence[str]) -> list[Record]:
    """Rows of some organisations, as far as they are known."""
    found = (ledger.record("organisation", one) for one in ids)
    return [one for one in found if one is not None]


def _int(value: Value) -> int:
    return int(value) if isinstance(value, int | float | str) and str(value).isdecimal() else 0
