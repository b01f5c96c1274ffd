"""What a figure rests on, as a tree: kinds of records, whose they are, and behind them pilots, meters, certificates.

Decision: of a kind with thousands of records a page shows some branches and some leaves of each; the rest is a link.
Because: ten thousand attendances on one page would reach no phone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gateway.api.registry_pages.desk import Desk
from gateway.indicators.counted import COUNTED, OWN
from gateway.indicators.facts import Facts, PilotJudged, Record
from gateway.indicators.results import NotCounted, Ref
from gateway.registry.book import Entry
from gateway.registry.nouns import NOUNS
from gateway.registry.refusals import NoSuchRowError

BRANCHES, LEAVES, NOT_COUNTED = 25, 20, 50
"""So many of each stand on a page."""
_PARENTS = ("training", "organisation", "site", "club", "person")
_PAGES = {"pilot": "/pilots", "instrument": "/instruments"}


class Leaf(NamedTuple):
    """A record.

    Attributes:
        label: What people call it.
        address: Of its page; empty: it has none that they may see.
        day: By which it counts.
        document: Number of what proves it; empty: none was written.
        attached: How many documents are kept with it.
    """

    label: str
    address: str
    day: str = ""
    document: str = ""
    attached: int = 0


class Meter(NamedTuple):
    """An instrument that measured, with its certificates: number, laboratory, until when valid."""

    leaf: Leaf
    certificates: tuple[tuple[Leaf, str, str], ...]


class Pilot(NamedTuple):
    """A pilot that was judged by measured days.

    Attributes:
        leaf: Itself.
        state: How it was judged.
        site: Where.
        machines: Which.
        meters: What measured.
    """

    leaf: Leaf
    state: str
    site: Leaf
    machines: str
    meters: tuple[Meter, ...]


class Branch(NamedTuple):
    """Records that belong to one: an organisation, a class.

    Attributes:
        leaf: Whose they are.
        n: How many they are.
        leaves: The first of them.
        more: Where all of them are; empty: these are all.
        pilots: Measured at the organisation.
    """

    leaf: Leaf
    n: int
    leaves: tuple[Leaf, ...]
    more: str
    pilots: tuple[Pilot, ...]


class Kind(NamedTuple):
    """Records of one noun that were counted.

    Attributes:
        noun: Which.
        title: What people call them.
        n: How many.
        branches: Some of those to which they belong; empty: the kind is folded.
        page: Which part of the branches, from 1.
        pages: How many parts.
    """

    noun: str
    title: str
    n: int
    branches: tuple[Branch, ...]
    page: int
    pages: int


class Reason(NamedTuple):
    """Records that were not counted for one reason.

    Attributes:
        why: In words.
        n: How many.
        leaves: The first of them, each with where it is mended; empty: they may not.
    """

    why: str
    n: int
    leaves: tuple[tuple[Leaf, str], ...]


class Evidence:
    """The evidence of one evaluation, as somebody may see it.

    Args:
        desk: Who looks.
        facts: What the evaluation was given.
    """

    def __init__(self, desk: Desk, facts: Facts) -> None:
        self._desk, self._facts = desk, facts
        self._by_id: dict[str, dict[str, Record]] = {}
        self._entries: dict[tuple[str, str], Entry | None] = {}
        self._judged = {one.pilot: one for one in facts.pilots}

    def kinds(self, refs: Sequence[Ref], opened: str = "", page: int = 1) -> list[Kind]:
        """The tree; ``opened`` is the noun whose branches are shown, the first one when there is none of it."""
        by_noun: dict[str, list[str]] = {}
        for ref in refs:
            by_noun.setdefault(ref.noun, []).append(ref.id)
        opened = opened if opened in by_noun else next(iter(by_noun), "")
        return [self._kind(noun, ids, page if noun == opened else 0) for noun, ids in by_noun.items()]

    def reasons(self, rows: Iterable[NotCounted], told: Mapping[int, str]) -> list[Reason]:
        """Why some records were not counted, the most frequent reason first.

        Args:
            rows: Those.
            told: Place in ``rows`` -> the reason in words.
        """
        by_why: dict[str, list[Ref]] = {}
        for k, one in enumerate(rows):
            by_why.setdefault(told[k], []).append(one.ref)
        reasons = []
        for why, refs in sorted(by_why.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            leaves = [(self._leaf(ref.noun, ref.id), self._mended(ref)) for ref in refs[:NOT_COUNTED]]
            reasons.append(Reason(why, len(refs), tuple(leaves)))
        return reasons

    # ------------------------------------------------------------------ branches

    def _kind(self, noun: str, ids: list[str], page: int) -> Kind:
        title = NOUNS[noun].noun.many[self._desk.language] if noun in NOUNS else noun
        whose: dict[tuple[str, str], list[str]] = {}
        for one in ids:
            whose.setdefault(self._parent(noun, one), []).append(one)
        pages = -(-len(whose) // BRANCHES)
        if not page:
            return Kind(noun, title, len(ids), (), 0, pages)
        page = min(max(1, page), pages)
        order = sorted(whose.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        part = order[(page - 1) * BRANCHES : page * BRANCHES]
        return Kind(noun, title, len(ids), tuple(self._branch(noun, *one) for one in part), page, pages)

    def _parent(self, noun: str, row: str) -> tuple[str, str]:
        """Noun and id of whose it is; empty: nobody's in particular."""
        record = self._record(noun, row)
        links = COUNTED[noun].links if noun in COUNTED else {}
        for name in _PARENTS:
            if record is not None and name in links and record.values.get(name):
                return links[name], str(record.values[name])
        return "", ""

    def _branch(self, noun: str, parent: tuple[str, str], ids: list[str]) -> Branch:
        leaves = tuple(self._leaf(noun, one) for one in sorted(ids)[:LEAVES])
        of_noun, of_id = parent
        more = ""
        if len(ids) > LEAVES and noun in NOUNS:
            filtered = f"?f.{of_noun}={of_id}" if of_noun in NOUNS[noun].links() else ""
            more = f"/registry/{NOUNS[noun].path()}{filtered}"
        if noun == "pilot":
            pilots = tuple(self._pilot(self._judged[one]) for one in ids[:LEAVES] if one in self._judged)
        else:
            pilots = tuple(self._pilot(one) for one in self._pilots_of(of_id)) if of_noun == "organisation" else ()
        return Branch(self._leaf(*parent) if of_id else Leaf("", ""), len(ids), leaves, more, pilots)

    # ------------------------------------------------------------------ pilots, meters, certificates

    def _pilots_of(self, organisation: str) -> list[PilotJudged]:
        sites = {
            one.id for one in self._facts.records.get("site", ()) if one.values.get("organisation") == organisation
        }
        pilots = [one.id for one in self._facts.records.get("pilot", ()) if one.values.get("site") in sites]
        return [self._judged[one] for one in pilots if one in self._judged]

    def _pilot(self, judged: PilotJudged) -> Pilot:
        record = self._record("pilot", judged.pilot)
        values = record.values if record else {}
        site = str(values.get("site") or "")
        meters = []
        for instrument in judged.instruments:
            of_it = [one for one in judged.certificates if self._value("certificate", one, "instrument") == instrument]
            meters.append(Meter(self._leaf("instrument", instrument), tuple(self._certificate(one) for one in of_it)))
        return Pilot(
            leaf=self._leaf("pilot", judged.pilot),
            state=judged.state,
            site=self._leaf("site", site) if site else Leaf("", ""),
            machines=str(values.get("work_units") or ""),
            meters=tuple(meters),
        )

    def _certificate(self, row: str) -> tuple[Leaf, str, str]:
        """Itself, its laboratory, until when it is valid."""
        valid = self._value("certificate", row, "valid_until")
        return self._leaf("certificate", row), self._value("certificate", row, "issued_by"), self._desk.day(valid)

    # ------------------------------------------------------------------ records

    def _record(self, noun: str, row: str) -> Record | None:
        if noun not in self._by_id:
            self._by_id[noun] = {one.id: one for one in self._facts.records.get(noun, ())}
        return self._by_id[noun].get(row)

    def _leaf(self, noun: str, row: str) -> Leaf:
        desk, record = self._desk, self._record(noun, row)
        may_see = noun in NOUNS and desk.may_read(noun)
        base = _PAGES.get(noun) or (f"/registry/{NOUNS[noun].path()}" if noun in NOUNS else "")
        address = f"{base}/{row}" if may_see else ""
        if record is None:
            label = desk.label(noun, row) if noun in NOUNS else row
            return Leaf(desk.called(label), address)
        counted = COUNTED.get(noun)
        proof = "" if counted is None or counted.proof == OWN else self._at(record, counted.proof)
        day = self._at(record, counted.day) if counted else ""
        label = record.label or self._called(record)
        return Leaf(desk.called(label), address, desk.day(day) if "-" in day else day, proof, record.attached)

    def _called(self, record: Record) -> str:
        """Of what has no name of its own, what it links to; of persons nothing is known here."""
        links = COUNTED[record.noun].links if record.noun in COUNTED else {}
        named = [self._record(to, str(record.values.get(name) or "")) for name, to in links.items()]
        return " · ".join(one.label for one in named if one and one.label) or record.id[:12]

    def _at(self, record: Record, path: str) -> str:
        """A value, behind a point of what is linked to; empty: there is none."""
        name, _, rest = path.partition(".")
        value = record.values.get(name)
        if not rest:
            return "" if value is None else str(value)
        links = COUNTED[record.noun].links if record.noun in COUNTED else {}
        other = self._record(links.get(name, ""), str(value or ""))
        return self._at(other, rest) if other else ""

    def _value(self, noun: str, row: str, name: str) -> str:
        """Of a row that is not among the facts."""
        if (noun, row) not in self._entries:
            try:
                self._entries[noun, row] = self._desk.book.get(self._desk.reader, noun, row)
            except NoSuchRowError:
                self._entries[noun, row] = None
        entry = self._entries[noun, row]
        return str(entry.values.get(name) or "") if entry else ""

    def _mended(self, ref: Ref) -> str:
        """Where the document is entered: at the record, or at what it links to that has one."""
        counted, record = COUNTED.get(ref.noun), self._record(ref.noun, ref.id)
        noun, row = ref.noun, ref.id
        if counted and record and "." in counted.proof:
            name = counted.proof.partition(".")[0]
            noun, row = counted.links[name], str(record.values.get(name) or "")
        if noun not in NOUNS or not row or not self._desk.may_write(NOUNS[noun]):
            return ""
        return f"/registry/{NOUNS[noun].path()}/{row}/change"
