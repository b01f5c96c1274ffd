"""Which records of the registry can be counted for an indicator, by which day, and what proves them.

Names of nouns and fields are those of the registry; a test holds both together.
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
    """

    day: str
    until: str = ""
    proof: str = "document_number"
    links: Mapping[str, str] = {}


_ORGANISATION = {"organisation": "organisation"}
COUNTED: dict[str, Counted] = {
    "attendance": Counted(
        "training.begins",
        proof="training.document_number",
        links={"training": "training", "person": "person", **_ORGANISATION},
    ),
    "award": Counted("year", links=_ORGANISATION),
    "certification": Counted("issued", proof=OWN, links={**_ORGANISATION, "support": "support"}),
    "certification_activity": Counted("issued", "expires", OWN, _ORGANISATION),
    "club": Counted("founded"),
    "club_activity": Counted("date", proof="club.document_number", links={"club": "club"}),
    "expert": Counted("issued", proof=OWN, links={"person": "person"}),
    "information_request": Counted("received", proof=OWN, links=_ORGANISATION),
    "inhouse_standard": Counted("declared", proof=OWN, links={**_ORGANISATION, "support": "support"}),
    "listed": Counted("since", "until", OWN, _ORGANISATION),
    "milestone": Counted("reached"),
    "organisation": Counted("", proof=OWN),
    "pilot": Counted("begins", links={"site": "site"}),
    "programme_check": Counted(""),
    "site": Counted("", proof=OWN, links=_ORGANISATION),
    "support": Counted("begins", links=_ORGANISATION),
    "traceability": Counted("published", proof=OWN, links=_ORGANISATION),
    "training": Counted("begins"),
}
"""Noun -> how it counts. What links lead to (``person``, ``organisation``, ``site``) must be among the facts too."""
LINKED_ONLY = ("person",)
"""Nouns that are only reached over links."""
