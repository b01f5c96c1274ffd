"""The tables of a TOML file as frozen structs: all mistakes are told together, each with its place."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec.structs import fields


class ConfigError(ValueError):
    """A configuration file that cannot be used; its text has one line a mistake."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: frozen, and a key that it does not know is an error."""


Tables = Mapping[str, type[msgspec.Struct]]


def read_toml(path: Path) -> dict[str, Any]:
    """What the file holds.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        # utf-8-sig: editors on Windows write a mark at the start that TOML does not know.
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}. Check the path and its permissions."
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        msg = f"{path}: line {line}: not UTF-8 (byte {error.object[error.start]:#04x}). Save the file as UTF-8."
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: not TOML: {error}. Mend the line."
    raise ConfigError(msg)


def read_tables(
    content: Mapping[str, Any], known: Tables, paths: Mapping[str, tuple[str, ...]], folder: Path, mistakes: list[str]
) -> dict[str, Any]:
    """Its tables, those of them that make sense.

    Args:
        content: Of the file.
        known: Name -> type of every table.
        paths: Table -> keys that name files or folders.
        folder: What these are relative to.
        mistakes: Gets one line for each.
    """
    tables: dict[str, Any] = {}
    for name, table in content.items():
        if name not in known:
            mistakes.append(f"{name}: {_unknown('table', name, list(known))}")
        elif not isinstance(table, dict):
            mistakes.append(f"{name}: expected a table, write [{name}]")
        else:
            values = _read_values(name, known[name], table, mistakes)
            for key in paths.get(name, ()):
                if values.get(key):
                    values[key] = str(folder / values[key])
            tables[name] = known[name](**values)
    return tables


def _read_values(name: str, of: type[msgspec.Struct], table: Mapping[str, Any], mistakes: list[str]) -> dict[str, Any]:
    known = {field.name: field for field in fields(of)}
    values = {}
    for key, value in table.items():
        if key not in known:
            mistakes.append(f"{name}.{key}: {_unknown('key', key, list(known))}")
            continue
        try:
            values[key] = msgspec.convert(value, known[key].type)
        except msgspec.ValidationError:
            shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
            mistakes.append(f"{name}.{key}: expected {_describe(known[key].type)}, got {shown}")
    return values


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"unknown {what}; " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}")


def _describe(of: Any) -> str:
    parts = (part.description for part in get_args(of) if isinstance(part, msgspec.Meta))
    return next((text for text in parts if text), "another value")
