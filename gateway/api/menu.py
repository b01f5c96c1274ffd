"""What stands in the menu: the pages that there are, of which each sees those that are for them."""

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


def menu_of(reader: Reader | None, paths: frozenset[str]) -> list[Entry]:
    """The lines that somebody sees.

    Args:
        reader: Who; None: nobody is signed in.
        paths: Those that the application answers to.
    """
    if reader is None:
        return []
    return [one for one in MENU if one.path in paths and (not one.group or reader.may(one.action, one.group))]
