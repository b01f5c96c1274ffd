"""Which elements may stand in which order: content models, and where a document leaves them.

A model is written like ``name=text, release=token, type=softwareKind?, (list | quantity)+``: elements with the type of
their content (where it is not called as the element), in order, with ``?``, ``*``, ``+`` for how often; ``|`` for a
choice; ``&`` before a list for any order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from calibration.records import record

_TOKEN = re.compile(r"\s*([(),|?*+]|[\w:]+(?:=[\w:]+)?)")


@record
class Node:
    """One regular expression over element names.

    Attributes:
        kind: ``nothing`` matches no sequence, ``empty`` the empty one; ``name``, ``then``, ``or``, ``many``.
        name: Of a ``name``.
        parts: Of the others.
    """

    kind: str
    name: str = ""
    parts: tuple[Node, ...] = ()

    @property
    def may_end(self) -> bool:
        """Whether the empty sequence matches."""
        if self.kind == "then":
            return all(part.may_end for part in self.parts)
        if self.kind == "or":
            return any(part.may_end for part in self.parts)
        return self.kind in {"empty", "many"}

    def starts(self) -> tuple[str, ...]:
        """Names that may come first, in the order of the model."""
        if self.kind == "name":
            return (self.name,)
        names: list[str] = []
        for part in self.parts:
            names += [name for name in part.starts() if name not in names]
            if self.kind == "then" and not part.may_end:
                break
        return tuple(names)

    def after(self, name: str) -> Node:
        """What may follow when this name has come first."""
        if self.kind == "name":
            return EMPTY if name == self.name else NOTHING
        if self.kind == "or":
            return either(*(part.after(name) for part in self.parts))
        if self.kind == "many":
            return then(self.parts[0].after(name), self)
        if self.kind == "then":
            first, rest = self.parts[0], then(*self.parts[1:])
            through = then(first.after(name), rest)
            return either(through, rest.after(name)) if first.may_end else through
        return NOTHING


EMPTY = Node("empty")
NOTHING = Node("nothing")


def then(*parts: Node) -> Node:
    """One behind the other."""
    flat: list[Node] = []
    for part in parts:
        if part.kind == "nothing":
            return NOTHING
        flat += part.parts if part.kind == "then" else [] if part.kind == "empty" else [part]
    return EMPTY if not flat else flat[0] if len(flat) == 1 else Node("then", parts=tuple(flat))


def either(*parts: Node) -> Node:
    """One of them."""
    flat: list[Node] = []
    for part in parts:
        for one in part.parts if part.kind == "or" else (part,):
            if one.kind != "nothing" and one not in flat:
                flat.append(one)
    return NOTHING if not flat else flat[0] if len(flat) == 1 else Node("or", parts=tuple(flat))


@record
class Model:
    """Content of a type of element.

    Attributes:
        node: Which sequences; None: ``any_order`` holds.
        types: Type of each element that may stand there.
        any_order: Each at most once, whether it must be there.
    """

    node: Node | None
    types: Mapping[str, str]
    any_order: Mapping[str, bool]

    def first_fault(self, names: Sequence[str]) -> tuple[int, str] | None:
        """Where a sequence leaves the model.

        Returns:
            Index of the first element that may not stand there (the length where the end may not), and what may.
        """
        if self.node is None:
            return self._first_in_any_order(names)
        state = self.node
        for index, name in enumerate(names):
            following = state.after(name)
            if following.kind == "nothing":
                return index, _expected(state)
            state = following
        return None if state.may_end else (len(names), _expected(state))

    def _first_in_any_order(self, names: Sequence[str]) -> tuple[int, str] | None:
        left = dict(self.any_order)
        for index, name in enumerate(names):
            if name not in left:
                return index, " or ".join(left) or "no more"
            del left[name]
        wanted = [name for name, needed in left.items() if needed]
        return (len(names), wanted[0]) if wanted else None


def _expected(state: Node) -> str:
    return " or ".join((*state.starts(), *(("its end",) if state.may_end else ())))


@cache
def model(text: str) -> Model:
    """The model that a text writes down."""
    types: dict[str, str] = {}
    if text.startswith("&"):
        order = {}
        for token in text[1:].split(","):
            name, _, kind = token.strip().rstrip("?").partition("=")
            types[name], order[name] = kind or name, not token.strip().endswith("?")
        return Model(None, types, order)
    tokens = _TOKEN.findall(text)
    node = _choice(tokens, types)
    return Model(node, types, {})


def _choice(tokens: list[str], types: dict[str, str]) -> Node:
    options = [_sequence(tokens, types)]
    while tokens and tokens[0] == "|":
        tokens.pop(0)
        options.append(_sequence(tokens, types))
    return either(*options)


def _sequence(tokens: list[str], types: dict[str, str]) -> Node:
    parts = [_part(tokens, types)]
    while tokens and tokens[0] == ",":
        tokens.pop(0)
        parts.append(_part(tokens, types))
    return then(*parts)


def _part(tokens: list[str], types: dict[str, str]) -> Node:
    token = tokens.pop(0)
    if token == "(":  # noqa: S105
        node = _choice(tokens, types)
        tokens.pop(0)
    else:
        name, _, kind = token.partition("=")
        types[name] = kind or name
        node = Node("name", name)
    often = tokens.pop(0) if tokens and tokens[0] in "?*+" else ""
    if often == "?":
        return either(node, EMPTY)
    if often:
        many = Node("many", parts=(node,))
        return many if often == "*" else then(node, many)
    return node
