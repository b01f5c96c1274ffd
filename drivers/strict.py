"""Tables of a TOML file into strict structs, telling every mistake with its place at once."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class MapError(ValueError):
    """A model's file cannot be used; one line for each mistake: file, place, expected or got, what to do."""


def read_struct(
    raw: Mapping[str, Any], kind: type[S], place: str = "", beside: Iterable[str] = ()
) -> tuple[S | None, list[str]]:
    """Turn a table into ``kind``, or say all that is wrong with it.

    Args:
        raw: As TOML gives it.
        kind: A struct that forbids unknown fields. Where its own check raises ``ValueError``, each line of that
            text is one mistake and begins with its field.
        place: Where in the file ``raw`` stands, such as ``register[3]``.
        beside: Keys that others read from the same table, to be suggested too.

    Returns:
        The struct and no mistakes, or None and the mistakes, each beginning with its place.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    mistakes = [_unknown(_join(place, key), key, [*fields, *beside]) for key in raw if key not in fields]
    ready: dict[str, Any] = {}
    for key, field in fields.items():
        if key in raw:
            ready[field.name], wrong = _read(raw[key], field.type, _join(place, key))
            mistakes += wrong
        elif field.required:
            mistakes.append(f"{_join(place, key)}: missing. Add it.")
    if mistakes:
        return None, mistakes
    try:
        return kind(**ready), []
    except ValueError as error:
        return None, [_join(place, line) for line in str(error).splitlines()]


def did_you_mean(got: str, known: Iterable[str]) -> str:
    """A question when ``got`` looks like one of ``known``, else what is known.

    >>> did_you_mean("float3", ["float32", "int16"])
    'Did you mean float32?'
    >>> did_you_mean("x", ["float32", "int16"])
    'Use one of float32, int16.'
    >>> did_you_mean("float", ["float32", "float64", "int16"])
    'Did you mean float32 or float64?'
    """
    names = list(known)
    begun = [name for name in names if got and name.startswith(got)]
    close = begun or get_close_matches(got, names, n=1)
    return f"Did you mean {' or '.join(close)}?" if close else f"Use one of {', '.join(names)}."


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place and key else place or key


def _unknown(place: str, key: str, known: Iterable[str]) -> str:
    return f"{place}: unknown key. {did_you_mean(key, sorted(known))}"


def _read(raw: Any, kind: Any, place: str) -> tuple[Any, list[str]]:
    """One field's value as ``kind``, with the mistakes in it."""
    inner = _without_none(kind)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(raw, Mapping):
        return read_struct(raw, inner, place)
    item = _item(inner)
    if item is not None and isinstance(raw, Sequence) and not isinstance(raw, str):
        return _read_each(raw, item, place)
    if get_origin(inner) is Literal and raw not in get_args(inner):
        return None, [f"{place}: got {raw!r}. {did_you_mean(str(raw), map(str, get_args(inner)))}"]
    try:
        return msgspec.convert(raw, kind), []
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        said = text.replace("`", "").removeprefix("Expected ")
        return None, [f"{place}{path.rstrip('`')}: expected {said}; it says {raw!r}. Correct it."]


def _read_each(raw: Sequence[Any], item: type[msgspec.Struct], place: str) -> tuple[Any, list[str]]:
    """A list of tables, such as ``[[register]]``."""
    items: list[Any] = []
    mistakes: list[str] = []
    for number, table in enumerate(raw):
        here = f"{place}[{number}]"
        if not isinstance(table, Mapping):
            mistakes.append(f"{here}: expected a table, got {table!r}. Write it as [[{place}]].")
            continue
        value, wrong = read_struct(table, item, here)
        items.append(value)
        mistakes += wrong
    return tuple(items), mistakes


def _item(kind: Any) -> type[msgspec.Struct] | None:
    """The struct of ``tuple[Struct, ...]`` and ``list[Struct]``."""
    args = get_args(kind)
    if get_origin(kind) in {tuple, list} and isinstance(args[0], type) and issubclass(args[0], msgspec.Struct):
        return args[0]
    return None


def _without_none(kind: Any) -> Any:
    """``X`` of ``X | None``."""
    if get_origin(kind) in {Union, UnionType}:
        kinds = [k for k in get_args(kind) if k is not type(None)]
        return kinds[0] if len(kinds) == 1 else kind
    return kind
