"""A TOML table into the fields of a struct: every value by itself, every mistake with its place."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec.structs import FieldInfo, fields

from edge_agent.config.errors import Mistakes
from edge_agent.config.tables import AgentConfig, BrokerConfig, BusConfig, ClockConfig, InstrumentConfig, OutboxConfig

DERIVED: Mapping[type[msgspec.Struct], frozenset[str]] = {
    AgentConfig: frozenset({"broker", "outbox", "clock", "buses", "path", "sha256"}),
    BusConfig: frozenset({"instruments"}),
    InstrumentConfig: frozenset({"loaded"}),
}
"""Attributes that are not scalars of their table: other tables, or found out by the program."""

TABLES: Mapping[str, type[msgspec.Struct]] = {
    "[edge]": AgentConfig,
    "[broker]": BrokerConfig,
    "[outbox]": OutboxConfig,
    "[clock]": ClockConfig,
    "[[buses]]": BusConfig,
    "[[buses.instruments]]": InstrumentConfig,
}
"""How a table is written in the file."""

EXAMPLES = {
    "site": '"sa-dec"',
    "name": '"press-1"',
    "url": '"serial:///dev/ttyUSB0" or "tcp://192.168.1.20:502"',
    "model": "the name of a shipped model, or the path of a map, in quotes",
}
"""What a key that must be there may look like."""
BROKER_URL = '"mqtt://gateway.local"'
_NEAR = 0.7
_LONGEST_SHOWN = 200


def keys_of(kind: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """Key as it is written in the file -> field, of the scalars of a table."""
    return {f.encode_name: f for f in fields(kind) if f.name not in DERIVED.get(kind, ())}


def read_scalars(
    table: Mapping[str, object], kind: type[msgspec.Struct], place: str, mistakes: Mistakes
) -> dict[str, Any] | None:
    """The scalars of one table, by attribute name.

    A value that does not fit is noted and left out, so that its default stands in for it and the rest
    can still be looked at; None when a key without a default has no good value.
    """
    known = keys_of(kind)
    nested = frozenset({"instruments"}) if kind is BusConfig else frozenset[str]()
    for key in table:
        if key not in known and key not in nested:
            mistakes.add(f"{place}.{key}", unknown_key(key, known))
    values: dict[str, Any] = {}
    complete = True
    for key, field in known.items():
        at = f"{place}.{key}"
        if key not in table:
            if field.required:
                example = BROKER_URL if kind is BrokerConfig else EXAMPLES[key]
                mistakes.add(at, f"missing; write {key} = {example}")
                complete = False
            continue
        try:
            values[field.name] = msgspec.convert(table[key], field.type, dec_hook=_to_path)
        except msgspec.ValidationError:
            mistakes.add(at, f"expected {describe(field.type)}, got {show(table[key])}{_hint(field.type, table[key])}")
            complete = complete and not field.required
    return values if complete else None


def unknown_key(key: str, known: Collection[str]) -> str:
    """What to say of a key that its table does not know."""
    near = get_close_matches(key, known, n=1, cutoff=_NEAR)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    homes = [title for title, kind in TABLES.items() if key in keys_of(kind)]
    if homes:
        return f"unknown key here; it belongs in {' or '.join(homes)}"
    return f"unknown key; known here are {', '.join(known)}"


def describe(of: Any) -> str:
    """The description beside a field's type; of ``Seconds | None`` that of ``Seconds``."""
    for part in get_args(of):
        if isinstance(part, msgspec.Meta) and part.description:
            return part.description
        inner = describe(part)
        if inner:
            return inner
    return ""


def show(value: object) -> str:
    """A value as it is written in TOML, shortened, and what it is where that is not plain to see."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    text = value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}..."
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _hint(of: Any, value: object) -> str:
    """What to do about a number or a truth value that somebody put in quotes."""
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
