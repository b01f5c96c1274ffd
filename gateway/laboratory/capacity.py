"""What a laboratory can do and what it has done, in figures that add up; provincial indicators count by them.

Definitions:

- *Served*: a document (certificate of calibration or verification, test report) that a laboratory of the registry
  issued, counted once, in the month of its day of issue. One that was withdrawn is not counted; of an amended one only
  the newest.
- *Field* of a document: that of the scope's line in force on the day of issue, of the same kind of work, whose
  ``quantity`` is the instrument's kind (marks and capitals aside); else of the only field among lines in force of the
  kind with the instrument's unit; else it is not said, and counted as that.
- *Scope on a day*: lines with ``since`` <= day <= ``until``; without ``since`` a line holds since ever.
- *New field*: a pair of kind of work and field that is in the scope on the day and was not on the base day.
- *Share in order*: of the instruments in use, those that are in order or due soon.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.registry.texts import folded

UNSAID = ""


class ScopeLine(NamedTuple):
    """A line of a scope, as far as it is counted.

    Attributes:
        laboratory: Id of its row.
        kind: Key of ``CERTIFICATE_KINDS``.
        field: Key of ``FIELDS``.
        quantity: Quantity or equipment, in words.
        unit: UCUM code; empty: none.
        since: Day from which it holds; empty: since ever.
        until: Last day; empty: still.
    """

    laboratory: str
    kind: str
    field: str
    quantity: str
    unit: str
    since: str
    until: str

    def holds(self, day: str) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day and (not self.until or day <= self.until)


class Document(NamedTuple):
    """A document that was issued.

    Attributes:
        laboratory: Id of the row of who issued it.
        kind: Key of ``CERTIFICATE_KINDS``.
        issued: Day.
        status: Key of ``CERTIFICATE_STATES``; empty: it holds.
        instrument_kind: What the instrument is, in words.
        unit: Of the instrument, UCUM code.
    """

    laboratory: str
    kind: str
    issued: str
    status: str
    instrument_kind: str
    unit: str


class Served(NamedTuple):
    """How many of one sort.

    Attributes:
        laboratory: Id of its row.
        month: ``2026-11``.
        kind: Key of ``CERTIFICATE_KINDS``.
        field: Key of ``FIELDS``; empty: not said.
        documents: How many.
    """

    laboratory: str
    month: str
    kind: str
    field: str
    documents: int


def field_of(document: Document, lines: Sequence[ScopeLine]) -> str:
    """The field of a document; empty: the scope does not say."""
    held = [
        one
        for one in lines
        if one.laboratory == document.laboratory and one.kind == document.kind and one.holds(document.issued)
    ]
    kind = folded(document.instrument_kind).strip()
    named = {one.field for one in held if kind and folded(one.quantity).strip() == kind}
    by_unit = {one.field for one in held if document.unit and one.unit == document.unit}
    return next((min(fields) for fields in (named, by_unit) if len(fields) == 1), UNSAID)


def served(documents: Iterable[Document], lines: Sequence[ScopeLine], since: str, until: str) -> list[Served]:
    """What was served between two days, both inclusive, by laboratory, month, kind and field."""
    counts = Counter(
        (one.laboratory, one.issued[:7], one.kind, field_of(one, lines))
        for one in documents
        if one.laboratory and not one.status and since <= one.issued <= until
    )
    return [Served(*key, count) for key, count in sorted(counts.items())]


def fields_on(lines: Iterable[ScopeLine], day: str) -> set[tuple[str, str]]:
    """Kind of work and field of what is in the scope on a day."""
    return {(one.kind, one.field) for one in lines if one.holds(day)}


def new_fields(lines: Sequence[ScopeLine], base: str, day: str) -> list[tuple[str, str]]:
    """Kind of work and field of what came into the scope after a base day, and is in it on a day."""
    return sorted(fields_on(lines, day) - fields_on(lines, base))


def share_in_order(states: Iterable[str]) -> float | None:
    """Share of the instruments in use that are in order; None: there are none.

    Args:
        states: Of :class:`gateway.laboratory.in_order.Standing`, of each instrument.

    >>> share_in_order(["in_order", "soon", "not", "unsaid", "at_rest"])
    0.5
    """
    used = [one for one in states if one != "at_rest"]
    return sum(one in ("in_order", "soon") for one in used) / len(used) if used else None
