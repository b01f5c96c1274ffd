"""What stands in the menu: the pages that there are, of which each sees those that are for them.

Decision: who works on the programme, or in the laboratory, and in no factory has those pages first.
Because: thirteen lines are two rows, and an officer opens the plan each day and a machine hardly ever.
"""

from typing import NamedTuple

from gateway.registry.roles import Action, Reader


class Entry(NamedTuple):
    """A line of the menu.

    Attributes:
        path: Where it leads.
        words: Key of its words.
        group: Whose permissions it needs; empty: everybody's who is signed in.
        action: What must be permitted.
    """

    path: str
    words: str
    group: str = ""
    action: Action = Action.READ


MENU = (
    Entry("/", "menu.overview"),
    Entry("/production", "menu.production", "production"),
    Entry("/measurements", "menu.measurements", "series"),
    Entry("/instruments", "menu.instruments", "laboratory"),
    Entry("/laboratory/work", "menu.laboratory_work", "laboratory"),
    Entry("/plans", "menu.plans", "task"),
    Entry("/tfp", "menu.tfp", "programme"),
    Entry("/pilots", "menu.pilots", "pilot"),
    Entry("/improvement", "menu.improvement", "improvement"),
    Entry("/setup", "menu.setup", "production", Action.WRITE),
    Entry("/records", "menu.records", "programme"),
    Entry("/tasks", "menu.tasks", "task"),
    Entry("/sharing", "menu.sharing", "agreement"),
    Entry("/edges", "menu.edges", "edge"),
    Entry("/administration", "menu.administration", "people"),
)


_THEIR_WORK = (
    ("programme", frozenset({"/plans", "/records", "/tasks", "/pilots", "/tfp"})),
    ("laboratory", frozenset({"/instruments", "/laboratory/work"})),
)
"""What somebody writes whose work that is, and its pages."""


def menu_of(reader: Reader | None, paths: frozenset[str]) -> list[Entry]:
    """The lines that somebody sees.

    Args:
        reader: Who; None: nobody is signed in.
        paths: Those that the application answers to.
    """
    if reader is None:
        return []
    seen = [one for one in MENU if one.path in paths and (not one.group or reader.may(one.action, one.group))]
    if reader.may(Action.WRITE, "production"):
        return seen
    first = {"/"}.union(*(pages for group, pages in _THEIR_WORK if reader.may(Action.WRITE, group)))
    return sorted(seen, key=lambda one: one.path not in first)
