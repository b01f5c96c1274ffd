"""What needs somebody today: for each who looks, by what they may see and do.

May import the registry, gateway.production, gateway.programme, gateway.indicators, gateway.health, gateway.shop_floor
and edge_agent.wire; knows no HTTP.

Decision: what stands on the overview follows from rights, not from the names of roles.
Because: one person may be manager here and laboratory staff there; and a right that is added later brings its part.

Decision: a need says how many and the first few, and where the rest is.
Because: the page answers "what now", the other pages answer "which".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

ACT, LOOK, FINE, NOTHING = "bad", "uncertain", "good", "none"
"""How urgent: somebody must act, somebody should look, all is well, nothing is known."""
MOST_ITEMS = 5
KEYS = (
    *("cannot_store", "gateway_findings", "dead_letters", "never_signed_in"),
    *("silent", "missing", "newcomers", "instruments", "findings", "unsaid"),
    *("late_work", "work_to_sign", "unanswered_work"),
    *("late_tasks", "without_proof", "pilots", "pilots_due", "running_out", "unanswered"),
    *("reports_due", "targets_unmet", "targets_unsaid"),
    *("instruments_due", "undecided_work", "open_findings"),
)
"""Of the sentences of needs; ``no_KEY`` says that there is none."""


class Item(NamedTuple):
    """One of what a need is about.

    Attributes:
        text: What it is called, as it stands in the registry or was said by an edge.
        address: Where it is; empty: nowhere of its own.
        titles: Language -> what it is called; empty: ``text``.
        at: When it came about, UTC ns; 0: that is of no account.
        language: Of ``text`` where it is a sentence of ours in English: ``en``.
    """

    text: str
    address: str = ""
    titles: Mapping[str, str] = {}
    at: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that somebody should know today.

    Attributes:
        key: Of its sentence, one of :data:`KEYS`.
        urgency: :data:`ACT`, :data:`LOOK`, :data:`FINE` or :data:`NOTHING`.
        count: How many there are.
        items: The first few.
        address: Where all of them are; empty: nowhere yet.
        parts: What else the sentence says.
    """

    key: str
    urgency: str
    count: int = 0
    items: tuple[Item, ...] = ()
    address: str = ""
    parts: Mapping[str, object] = field(default_factory=dict)
