"""The form of the file: which tables there are, and which keys each of them has. Read off the types."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from edge_agent.config.drift_tables import DriftCheckConfig
from edge_agent.config.shop_tables import (
    BreakConfig,
    ChartConfig,
    HolidayConfig,
    OperatorConfig,
    PlannedStopConfig,
    ProductConfig,
    ShiftConfig,
    ShopConfig,
    WorkUnitConfig,
)
from edge_agent.config.tables import AgentConfig, BrokerConfig, BusConfig, InstrumentConfig

FOUND_OUT: Mapping[type[msgspec.Struct], frozenset[str]] = {
    AgentConfig: frozenset({"path", "sha256"}),
    InstrumentConfig: frozenset({"loaded"}),
}
"""Attributes that stand nowhere in the file: the program finds them out."""

EXAMPLES: Mapping[str | tuple[type[msgspec.Struct], str], str] = {
    "site": '"sa-dec"',
    "name": '"press-1"',
    "id": '"no-material"',
    "title": '{ vi = "Hết vật tư", en = "No material" }',
    "model": "the name of a shipped model, or the path of a map, in quotes",
    (BrokerConfig, "url"): '"mqtt://gateway.local"',
    (BusConfig, "url"): '"serial:///dev/ttyUSB0" or "tcp://192.168.1.20:502"',
    (WorkUnitConfig, "name"): '"press"',
    (ProductConfig, "name"): '"P10"',
    (ProductConfig, "ideal_cycle_s"): "2.5",
    (ShiftConfig, "name"): '"A"',
    (ShiftConfig, "start"): '"06:00"',
    (ShiftConfig, "end"): '"14:00"',
    (BreakConfig, "start"): '"10:00"',
    (BreakConfig, "end"): '"10:30"',
    (HolidayConfig, "day"): '"2026-09-02"',
    (PlannedStopConfig, "from"): '"2026-03-07T06:00"',
    (PlannedStopConfig, "to"): '"2026-03-07T10:00"',
    (OperatorConfig, "name"): '"Lan"',
    (ChartConfig, "channel"): '"press-1.press_force"',
    (DriftCheckConfig, "channel"): '"bath-1.temperature"',
}
"""What a key that must be there may look like: by its table, or in all."""


class Inner(NamedTuple):
    """A table within a table.

    Attributes:
        kind: What it is read into.
        many: Whether it is a list of tables, under double brackets.
        steps: Keys between it and the outer table; empty: its key alone.
    """

    kind: type[msgspec.Struct]
    many: bool = False
    steps: tuple[str, ...] = ()

    def heading(self, path: str) -> str:
        """How it is written in the file."""
        whole = f"{path}.{self.steps[0]}" if self.steps else path
        return f"[[{whole}]]" if self.many else f"[{whole}]"


def keys_of(kind: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """Key as it is written in the file -> field, of the values of a table."""
    hidden = FOUND_OUT.get(kind, frozenset())
    return {f.encode_name: f for f in fields(kind) if f.name not in hidden and inner_of(f.type) is None}


def inner_tables(kind: type[msgspec.Struct]) -> dict[str, tuple[FieldInfo, Inner]]:
    """Key as it is written in the file -> field and what is read there, of the tables in a table."""
    hidden = FOUND_OUT.get(kind, frozenset())
    found = ((f, inner_of(f.type)) for f in fields(kind) if f.name not in hidden)
    return {f.encode_name: (f, inner) for f, inner in found if inner}


def inner_of(of: Any) -> Inner | None:
    """The table that a field's type holds; None when it is a value."""
    if isinstance(of, type) and issubclass(of, msgspec.Struct):
        return Inner(of)
    args = get_args(of)
    if get_origin(of) is tuple:
        inner = inner_of(args[0])
        return inner and inner._replace(many=True)
    if get_origin(of) is dict and get_origin(args[0]) is Literal:
        inner = inner_of(args[1])
        return inner and inner._replace(steps=get_args(args[0]))
    return next(filter(None, map(inner_of, args)), None) if type(None) in args else None


def _tables_in(kind: type[msgspec.Struct], path: str = "") -> Iterator[tuple[str, type[msgspec.Struct]]]:
    for key, (_, inner) in inner_tables(kind).items():
        if inner.kind is ShopConfig:  # its tables stand at the top of the file
            yield from _tables_in(ShopConfig)
            continue
        below = f"{path}.{key}" if path else key
        yield inner.heading(below), inner.kind
        if inner.kind is not kind:  # a reason holds reasons, which hold none
            yield from _tables_in(inner.kind, below)


TABLES: Mapping[str, type[msgspec.Struct]] = {"[edge]": AgentConfig, **dict(_tables_in(AgentConfig))}
"""How a table is written in the file -> what it is read into."""
