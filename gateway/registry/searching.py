"""What the search of a noun looks in."""

from collections.abc import Mapping
from typing import Any

from gateway.registry.nouns import Registered
from gateway.registry.texts import folded


def searched(row: Registered, read: Mapping[str, Any]) -> str:
    """What the search looks in, and lists are sorted by: the label first; without marks, then as written."""
    of = type(row)
    label = [name for name in of.noun.label if name in of.all_fields()]
    others = [name for name, one in of.all_fields().items() if one.searched and name not in label]
    told = " ".join(str(read[name]) for name in (*label, *others) if read.get(name))
    return f"{folded(told)}\n{told.casefold()}"
