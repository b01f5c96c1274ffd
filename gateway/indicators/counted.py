"""Which records of the registry can be counted for an indicator, by which day, and what proves them.

Names of nouns and fields are those of the registry; a test holds both together.

Decision: a plan's file names a field once for records of several nouns; :attr:`Counted.paths` says where each has it.
Because: an organisation whose pilot and whose support both count is one organisation.

Decision: of a record that was made anew as another version the newest counts.
Because: a pilot that was fixed twice is one model in an enterprise, not two.
"""

from collections.abc import Mapping
from typing import NamedTuple

OWN = "itself"
"""The record is its own proof: a certificate with its number, a declared standard."""
ATTACHED = "attached"
"""In the values of a record: how many documents are kept with it."""


class Counted(NamedTuple):
    """How records of a noun count.

    Attributes:
        day: Field with the day, or the year, by which it counts; empty: whenever it is there.
        until: Field with the last day on which it holds; empty: it goes on counting.
        proof: Field with the number of the document that proves it, or :data:`OWN`; a document kept with the record
            proves it too.
        links: Field -> noun that it links to.
        paths: Name that a plan's file may use as a field -> paths of which the first that is not empty is meant.
        replaces: Field with the id of the record that this one takes the place of, which then counts no more; empty:
            records of this noun have no versions.
        is_yearly: Where a state is asked for, only what lies in its year counts: a club is active in a year in which it
            did something.
    """

    day: str
    until: str = ""
    proof: str = "document_number"
    links: Mapping[str, str] = {}
    paths: Mapping[str, tuple[str, ...]] = {}
    replaces: str = ""
    is_yearly: bool = False


_ORGANISATION = {"organisation": "organisation"}
COUNTED: dict[str, Counted] = {
    "attendance": Counted(
        "training.begins",
        proof="training.document_number",
        links={"training": "training", "person": "person", **_ORGANISATION},
        # Where somebody worked then; it is often left out, and known of the person.
        paths={"organisation": ("organisation", "person.organisation")},
    ),
    "award": Counted("year", links=_ORGANISATION),
    "certification": Counted("issued", proof=OWN, links={**_ORGANISATION, "support": "support"}),
    "certification_activity": Counted("issued", "expires", OWN, _ORGANISATION),
    "club": Counted("founded"),
    "club_activity": Counted("date", proof="club.document_number", links={"club": "club"}, is_yearly=True),
    "expert": Counted("issued", proof=OWN, links={"person": "person"}),
    "information_request": Counted("received", proof=OWN, links=_ORGANISATION),
    "inhouse_standard": Counted("declared", proof=OWN, links={**_ORGANISATION, "support": "support"}),
    "listed": Counted("since", "until", OWN, _ORGANISATION),
    "milestone": Counted("reached"),
    "organisation": Counted("", proof=OWN),
    "pilot": Counted(
        "begins",
        links={"site": "site", "replaces": "pilot"},
        paths={"organisation": ("site.organisation",)},
        replaces="replaces",
    ),
    "programme_check": Counted(""),
    "site": Counted("", proof=OWN, links=_ORGANISATION),
    "support": Counted("begins", links=_ORGANISATION),
    "traceability": Counted("published", proof=OWN, links=_ORGANISATION),
    "training": Counted("begins"),
}
"""Noun -> how it counts. What links lead to (``person``, ``organisation``, ``site``) must be among the facts too."""
LINKED_ONLY: dict[str, Mapping[str, str]] = {"person": _ORGANISATION}
"""Nouns that are only reached over links -> field of theirs -> noun that it links to."""
