"""The annex: what each figure rests on; and the records behind it, one by one, for the workbook."""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.indicators.counted import ATTACHED, COUNTED, OWN
from gateway.indicators.facts import Record
from gateway.indicators.results import Ref
from gateway.reports.content import Block, Paragraph, Table
from gateway.reports.given import Given
from gateway.reports.indicators_told import pairs, title_of
from gateway.reports.wording import Words

_OWN_NUMBERS = ("number", "code", "symbol", "name")
"""Fields that name a record which is its own proof, the most telling first."""


class Evidence(NamedTuple):
    """A record that a figure rests on.

    Attributes:
        noun: Its kind.
        id: Of its row.
        label: What people call it; of persons empty.
        day: By which it counts.
        document: Number of what proves it.
        attached: How many documents are kept with it.
    """

    noun: str
    id: str
    label: str
    day: str
    document: str
    attached: int


def annex(given: Given, say: Words) -> list[Block]:
    """How many records each value rests on, and the hash of the facts."""
    rows = tuple(
        (
            str(number),
            title_of(of, say),
            say.number(len(one.rests_on)),
            ", ".join(kinds(given, say, one.rests_on)) or say("nothing"),
            say.number(len(one.not_counted)),
            say.number(None if one.coverage is None else 100 * one.coverage, 1),
        )
        for number, (of, one) in enumerate(pairs(given), 1)
    )
    head = tuple(say(f"column.{name}") for name in ("no", "indicator", "counted", "kinds", "left_out", "proven"))
    gathered = given.gathered or given.as_of
    return [
        Paragraph(text=say("text.annex")),
        Table(head=head, widths=(0.06, 0.32, 0.13, 0.24, 0.12, 0.13), rows=rows, figures=(2, 4, 5)),
        Paragraph(text=say("text.annex_made", day=say.day(gathered), software=given.software), style="note"),
        Paragraph(text=given.facts_sha256, style="note"),
    ]


def kinds(given: Given, say: Words, refs: tuple[Ref, ...]) -> Iterator[str]:
    """Each kind of record among them with how many there are."""
    for noun in sorted({one.noun for one in refs}):
        yield f"{noun_told(given, say, noun)} ({sum(one.noun == noun for one in refs)})"


def noun_told(given: Given, say: Words, noun: str) -> str:
    """What many of a kind are called."""
    return given.nouns.get(noun, {}).get(say.language, noun)


class Records:
    """The records among the facts, by noun and id.

    Args:
        given: What the report is made of.
    """

    def __init__(self, given: Given) -> None:
        self._rows = {(noun, row.id): row for noun, rows in given.facts.records.items() for row in rows}

    def evidence(self, ref: Ref) -> Evidence:
        """What a reference leads to; one that leads to nothing among the facts keeps its id."""
        row = self._rows.get((ref.noun, ref.id))
        counted = COUNTED.get(ref.noun)
        if row is None or counted is None:
            label, attached = (row.label, row.attached) if row else ("", 0)
            return Evidence(ref.noun, ref.id, label, "", "", attached)
        document = self._own(row) if counted.proof == OWN else self._value(row, counted.proof)
        day = self._value(row, counted.day) if counted.day else ""
        return Evidence(ref.noun, ref.id, row.label, day, document, row.attached)

    def _value(self, row: Record, path: str) -> str:
        """A field of a record; behind a point a field of what it links to."""
        *links, name = path.split(".")
        at: Record | None = row
        for link in links:
            to = COUNTED[at.noun].links.get(link, "") if at is not None and at.noun in COUNTED else ""
            at = self._rows.get((to, str(at.values.get(link) or ""))) if at is not None else None
        if at is None or name == ATTACHED:
            return ""
        found = at.values.get(name)
        return "" if found is None else str(found)

    def _own(self, row: Record) -> str:
        return next((str(row.values[name]) for name in _OWN_NUMBERS if row.values.get(name)), "")
