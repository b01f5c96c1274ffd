"""A file into an :class:`AgentConfig`, or into all of its mistakes."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from drivers.models import MapError, Model, load_model
from edge_agent.config import rules
from edge_agent.config.bench_rules import check_bench
from edge_agent.config.bench_tables import BenchConfig
from edge_agent.config.drift_rules import check_drift_checks
from edge_agent.config.drift_tables import DriftCheckConfig
from edge_agent.config.errors import ConfigError, Mistakes
from edge_agent.config.form import TABLES
from edge_agent.config.lists import shipped_audit, shipped_checklists, shipped_reasons, with_losses
from edge_agent.config.reading import is_table, read_inner, read_list, read_scalars, unknown_key
from edge_agent.config.shop_rules import check_shop
from edge_agent.config.shop_tables import AuditConfig, ShopConfig
from edge_agent.config.tables import (
    FILE_KEYS,
    AgentConfig,
    BrokerConfig,
    BusConfig,
    ClockConfig,
    InstrumentConfig,
    OutboxConfig,
)

_TOP = tuple(heading.strip("[]") for heading in TABLES if "." not in heading)
_SYNTAX = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
_START = "nhipdo-edge example > agent.toml"


def load_config(path: Path) -> AgentConfig:
    """Read a configuration file and the maps it names. Opens no port and no connection.

    Raises:
        ConfigError: It cannot be used; the text has one line a mistake.
    """
    content = _content(path)
    tables = _parse(path, content)
    mistakes = Mistakes(str(path))
    config = _Loader(path, mistakes).config(tables, hashlib.sha256(content).hexdigest())
    mistakes.raise_any()
    if config is None:  # not reached: whatever is None was noted
        raise ConfigError([f"{path}: cannot be used"])
    return config


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        msg = f"{path}: no such file. Check the path, or start from the example: {_START}"
        raise ConfigError([msg]) from error
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}). Name a file that this user may read."
        raise ConfigError([msg]) from error
    if not content.strip():
        raise ConfigError([f"{path}: empty. Start from the example: {_START}"])
    return content


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        # utf-8-sig: editors on Windows write a mark at the start that TOML does not know.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = f"{path}: line {line}: not UTF-8 (byte {content[error.start]:#04x}). Save the file as UTF-8."
        raise ConfigError([msg]) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: {_syntax(str(error), text)}"]) from error


def _syntax(error: str, text: str) -> str:
    """What tomllib says, with the place first and the line itself last."""
    found = _SYNTAX.fullmatch(error)
    lines = text.splitlines()
    if found is None:
        return f"{error}. Mend it there."
    number = int(found["line"] or len(lines))
    column = found["column"] or len(lines[number - 1]) + 1
    what = found["what"][:1].lower() + found["what"][1:]
    return f"line {number}, column {column}: {what}. Mend this line: {lines[number - 1].strip()}"


class _Loader:
    """One reading of one file: carries the place of the file and the mistakes found in it."""

    def __init__(self, path: Path, mistakes: Mistakes) -> None:
        self._path = path.resolve()
        self._base = self._path.parent
        self._mistakes = mistakes
        self._models: dict[str, Model | None] = {}

    def config(self, tables: Mapping[str, object], sha256: str) -> AgentConfig | None:
        """The whole file; None when something that it cannot do without is missing or wrong."""
        for key in tables:
            if key not in _TOP:
                self._mistakes.add(key, unknown_key(key, _TOP))
        edge = self._scalars(tables, "edge", AgentConfig)
        broker = self._broker(tables) if "broker" in tables else None
        outbox = self._scalars(tables, "outbox", OutboxConfig) or {}
        clock = self._scalars(tables, "clock", ClockConfig) or {}
        bench = self._bench(tables) if "bench" in tables else None
        drift_checks = self._drift_checks(tables)
        before = len(self._mistakes)
        buses = self._buses(tables)
        buses_are_good = len(self._mistakes) == before
        shop = self._shop(tables)
        if edge is None:
            return None
        edge["state_dir"] = self._base / edge.get("state_dir", "state")
        config = AgentConfig(
            **edge,
            broker=broker,
            outbox=OutboxConfig(**outbox),
            clock=ClockConfig(**clock),
            buses=buses,
            shop=shop or ShopConfig(),
            bench=bench,
            drift_checks=drift_checks,
            path=self._path,
            sha256=sha256,
        )
        rules.check_edge(config, self._mistakes)
        # What follows from a channel that could not be loaded is not a second mistake.
        if shop is not None and buses_are_good:
            check_shop(config, self._mistakes)
            check_bench(config, self._mistakes)
            check_drift_checks(config, self._mistakes)
        return config

    def _drift_checks(self, tables: Mapping[str, object]) -> tuple[DriftCheckConfig, ...]:
        if "drift_checks" not in tables:
            return ()
        written = read_list(tables["drift_checks"], "drift_checks", "[[drift_checks]]", self._mistakes)
        read = (
            read_scalars(table, DriftCheckConfig, f"drift_checks[{index}]", self._mistakes)
            for index, table in enumerate(written)
        )
        return tuple(DriftCheckConfig(**values) for values in read if values is not None)

    def _bench(self, tables: Mapping[str, object]) -> BenchConfig:
        values = self._scalars(tables, "bench", BenchConfig) or {}
        if values.get("procedures"):
            values["procedures"] = self._base / values["procedures"]
        return BenchConfig(**values)

    def _shop(self, tables: Mapping[str, object]) -> ShopConfig | None:
        """The tables about the shop floor, with the shipped lists for those that are not written; None: mistakes."""
        before = len(self._mistakes)
        values = read_inner(tables, ShopConfig, "", "", self._mistakes)
        if values is None or len(self._mistakes) > before:
            return None
        shop = ShopConfig(**values)
        if shop == ShopConfig():
            return shop  # nobody would look at the lists
        audit, shipped = shop.audit, shipped_audit()
        return msgspec.structs.replace(
            shop,
            reasons=with_losses(shop.reasons) or shipped_reasons(),
            checklists=shop.checklists or shipped_checklists(),
            audit=AuditConfig(
                areas=audit.areas or shipped.areas, questions=audit.questions or shipped.questions, most=audit.most
            ),
        )

    def _scalars(self, tables: Mapping[str, object], key: str, kind: type[msgspec.Struct]) -> dict[str, Any] | None:
        found = tables.get(key, {})
        if not is_table(found, key, f"[{key}]", self._mistakes):
            return None
        assert isinstance(found, dict)
        return read_scalars(found, kind, key, self._mistakes)

    def _broker(self, tables: Mapping[str, object]) -> BrokerConfig | None:
        before = len(self._mistakes)
        values = self._scalars(tables, "broker", BrokerConfig)
        if values is None:
            return None
        for key in FILE_KEYS:
            if values.get(key):
                values[key] = str(self._base / values[key])
        broker = BrokerConfig(**values)
        if len(self._mistakes) == before:
            rules.check_broker(broker, self._mistakes)
        return broker

    def _buses(self, tables: Mapping[str, object]) -> tuple[BusConfig, ...]:
        buses: list[BusConfig] = []
        written = read_list(tables.get("buses", []), "buses", "[[buses]]", self._mistakes)
        for index, table in enumerate(written):
            place = f"buses[{index}]"
            before = len(self._mistakes)
            values = read_scalars(table, BusConfig, place, self._mistakes)
            instruments = self._instruments(table, place)
            if values is None:
                continue
            bus = BusConfig(**values, instruments=instruments)
            # What follows from a value that is wrong is not a second mistake.
            if len(self._mistakes) == before:
                rules.check_bus(bus, place, self._mistakes)
            buses.append(bus)
        rules.check_unique(written, self._mistakes)
        return tuple(buses)

    def _instruments(self, bus: Mapping[str, object], place: str) -> tuple[InstrumentConfig, ...]:
        instruments: list[InstrumentConfig] = []
        written = read_list(bus.get("instruments", []), f"{place}.instruments", "[[buses.instruments]]", self._mistakes)
        for index, table in enumerate(written):
            at = f"{place}.instruments[{index}]"
            values = read_scalars(table, InstrumentConfig, at, self._mistakes)
            loaded = self._model(table, f"{at}.model")
            if values is not None and loaded is not None:
                instruments.append(InstrumentConfig(**values, loaded=loaded))
        return tuple(instruments)

    def _model(self, instrument: Mapping[str, object], place: str) -> Model | None:
        """The model that an instrument names, loaded once; its mistakes are told at the first place that names it."""
        name = instrument.get("model")
        if not isinstance(name, str):
            return None
        if name not in self._models:
            try:
                self._models[name] = load_model(name, self._base)
            except MapError as error:
                self._models[name] = None
                self._mistakes.add(place, str(error))
        return self._models[name]
