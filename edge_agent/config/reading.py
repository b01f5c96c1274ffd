"""A TOML table into the fields of a struct: every value by itself, every mistake with its place."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from edge_agent.config.errors import Mistakes
from edge_agent.config.form import EXAMPLES, TABLES, Inner, inner_tables, keys_of
from edge_agent.wire.table_kinds import show

_NEAR = 0.7
_MOST_HOMES = 3
"""Of a key that so many tables have it is not said where it belongs: that would help nobody."""

S = TypeVar("S", bound=msgspec.Struct)


def read_scalars(
    table: Mapping[str, object], kind: type[msgspec.Struct], place: str, mistakes: Mistakes
) -> dict[str, Any] | None:
    """The values of one table, by attribute name, without the tables in it.

    A value that does not fit is noted and left out, so that its default stands in for it and the rest
    can still be looked at; None when a key without a default has no good value.
    """
    known = keys_of(kind)
    # The other tables of the file are attributes of the same value, and stand beside [edge] and not in it.
    inner = inner_tables(kind) if place != "edge" else {}
    for key in table:
        if key not in known and key not in inner:
            mistakes.add(f"{place}.{key}", unknown_key(key, known, inner))
    values: dict[str, Any] = {}
    complete = True
    for key, field in known.items():
        at = f"{place}.{key}"
        if key not in table:
            complete = _may_miss(kind, key, field, at, mistakes) and complete
            continue
        try:
            values[field.name] = msgspec.convert(table[key], field.type, dec_hook=_to_path)
        except msgspec.ValidationError:
            for where, of, got in _wrong(field.type, table[key], at):
                mistakes.add(where, f"expected {describe(of)}, got {show(got)}{_hint(of, got)}")
            complete = complete and not field.required
    return values if complete else None


def read_table(table: Mapping[str, object], kind: type[S], place: str, heading: str, mistakes: Mistakes) -> S | None:
    """One table and all tables in it; None when a key without a default has no good value.

    Args:
        table: As it was written.
        kind: What it is read into.
        place: Such as ``calendars[0]``.
        heading: The same for headings: ``calendars``.
        mistakes: Where they are noted.
    """
    values = read_scalars(table, kind, place, mistakes)
    inner = read_inner(table, kind, f"{place}.", f"{heading}.", mistakes)
    return None if values is None or inner is None else kind(**values, **inner)


def read_inner(
    table: Mapping[str, object], kind: type[msgspec.Struct], place: str, heading: str, mistakes: Mistakes
) -> dict[str, Any] | None:
    """The tables in a table, by attribute name; None when one that must be there is not, or is of no use.

    Args:
        table: As it was written.
        kind: What the whole is read into.
        place: What stands before their keys: ``calendars[0].``, or nothing at the top of the file.
        heading: The same for headings: ``calendars.``.
        mistakes: Where they are noted.
    """
    values: dict[str, Any] = {}
    complete = True
    for key, (field, inner) in inner_tables(kind).items():
        if key in table:
            values[field.name] = _inner(table[key], inner, f"{place}{key}", f"{heading}{key}", mistakes)
        elif field.required:
            mistakes.add(f"{place}{key}", f"none; add a table {inner.heading(heading + key)}")
            complete = False
    return values if complete else None


def read_list(found: object, place: str, heading: str, mistakes: Mistakes) -> list[Mapping[str, object]]:
    """A list of tables as it was written; empty when it is none.

    Args:
        found: What stands behind the key.
        place: Such as ``calendars[0].shifts``.
        heading: Such as ``[[calendars.shifts]]``.
        mistakes: Where they are noted.
    """
    if isinstance(found, dict):
        mistakes.add(place, f"expected a list of tables, got one table; write {heading} with double brackets")
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        mistakes.add(place, f"expected a list of tables, got {show(found)}; write {heading} above each")
        return []
    if not found:
        mistakes.add(place, f"none; add a table {heading}")
    return found


def is_table(found: object, place: str, heading: str, mistakes: Mistakes) -> bool:
    """Whether something is one table; a mistake is noted when not."""
    if isinstance(found, dict):
        return True
    hint = f"; write {heading} with single brackets" if isinstance(found, list) else ""
    mistakes.add(place, f"expected a table {heading}, got {show(found)}{hint}")
    return False


def _inner(found: object, inner: Inner, place: str, heading: str, mistakes: Mistakes) -> Any:
    """What stands behind the key of an inner table: one, a list of them, or lists by name."""
    if inner.steps:
        if not is_table(found, place, f"[{heading}]", mistakes):
            return {}
        assert isinstance(found, dict)
        for key in found:
            if key not in inner.steps:
                mistakes.add(f"{place}.{key}", unknown_key(key, inner.steps))
        below = inner._replace(steps=())
        known = ((step, f"{place}.{step}", f"{heading}.{step}") for step in inner.steps if step in found)
        return {step: _inner(found[step], below, at, title, mistakes) for step, at, title in known}
    if inner.many:
        tables = read_list(found, place, f"[[{heading}]]", mistakes)
        read = [read_table(t, inner.kind, f"{place}[{k}]", heading, mistakes) for k, t in enumerate(tables)]
        return tuple(one for one in read if one is not None)
    if not is_table(found, place, f"[{heading}]", mistakes):
        return None
    assert isinstance(found, dict)
    return read_table(found, inner.kind, place, heading, mistakes)


def _may_miss(kind: type[msgspec.Struct], key: str, field: FieldInfo, at: str, mistakes: Mistakes) -> bool:
    if field.required:
        example = EXAMPLES[(kind, key) if (kind, key) in EXAMPLES else key]
        mistakes.add(at, f"missing; write {key} = {example}")
    return not field.required


def _wrong(of: Any, value: object, at: str) -> Iterator[tuple[str, Any, object]]:
    """Place, expected type and value of what does not fit: of a list or a table those parts that do not."""
    bare = get_args(of)[0] if hasattr(of, "__metadata__") else of
    parts: list[tuple[str, Any, object]] = []
    if get_origin(bare) is dict and isinstance(value, dict):
        key_type, value_type = get_args(bare)
        for key, one in value.items():
            parts += [(f"{at}.{key}", key_type, key), (f"{at}.{key}", value_type, one)]
    elif get_origin(bare) is tuple and isinstance(value, list):
        parts = [(f"{at}[{index}]", get_args(bare)[0], one) for index, one in enumerate(value)]
    wrong = [part for part in parts if not _fits(part[1], part[2])]
    yield from wrong or [(at, of, value)]


def _fits(of: Any, value: object) -> bool:
    try:
        msgspec.convert(value, of)
    except msgspec.ValidationError:
        return False
    return True


def unknown_key(key: str, known: Collection[str], inner: Collection[str] = ()) -> str:
    """What to say of a key that its table does not know."""
    near = get_close_matches(key, [*known, *inner], n=1, cutoff=_NEAR)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    headings = [title for title in TABLES if title.strip("[]").rpartition(".")[2] == key]
    if headings:
        return f"unknown key here; write {' or '.join(headings)}"
    homes = [title for title, kind in TABLES.items() if key in keys_of(kind)]
    if homes and len(homes) <= _MOST_HOMES:
        return f"unknown key here; it belongs in {' or '.join(homes)}"
    return f"unknown key; known here are {', '.join(known)}"


def describe(of: Any) -> str:
    """The description beside a field's type; of ``Seconds | None`` that of ``Seconds``."""
    parts = (*getattr(of, "__metadata__", ()), *get_args(of))
    for part in parts:
        if isinstance(part, msgspec.Meta) and part.description:
            return part.description
        inner = describe(part)
        if inner:
            return inner
    return ""


def _hint(of: Any, value: object) -> str:
    """What to do about a number that somebody put in quotes, and about a day or a time without them."""
    if isinstance(value, date | time):
        return "; write it in quotes"
    if not isinstance(value, str) or "number" not in describe(of):
        return ""
    try:
        float(value)
    except ValueError:
        return ""
    return "; write it without quotes"


def _to_path(kind: type, value: object) -> Path:
    """For msgspec: the one type that it does not know by itself."""
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    msg = "not a path"
    raise ValueError(msg)
