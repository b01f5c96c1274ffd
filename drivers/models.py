"""Models of instruments: TOML files that say what an instrument has to show and how it is asked.

A model's file begins with ``model``, ``title``, ``source`` and ``dialect``; the rest belongs to the dialect.
The models that are shipped stand in ``drivers/maps``; any other file can be named by its path.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from drivers.instrument import Instrument, Meaning
from drivers.modbus.register_map import ModbusMap
from drivers.naming import Title
from drivers.serial.mt_sics import MtSicsFormat
from drivers.serial.text_line import TextLineFormat
from drivers.strict import MapError, did_you_mean, read_struct

__all__ = ["Format", "MapError", "Model", "Source", "load_model", "shipped_models"]

MAPS = Path(__file__).parent / "maps"
DIALECTS: Mapping[str, type[msgspec.Struct]] = {
    "modbus": ModbusMap,
    "mt_sics": MtSicsFormat,
    "text_line": TextLineFormat,
}


class Format(Protocol):
    """What a dialect makes of its part of a model's file."""

    def meanings(self) -> dict[str, Meaning]:
        """Channel -> what it means."""
        ...

    def instrument(self, name: str, device_id: int) -> Instrument:
        """One instrument of this model."""
        ...


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where what the file says can be looked up.

    Attributes:
        manual: Its publisher and name.
        revision: Its edition, or date.
        table: Table, clause or page.
    """

    manual: str
    revision: str = ""
    table: str = ""

    def __post_init__(self) -> None:
        if not self.manual.strip():
            msg = "manual: is empty. Say where this can be looked up."
            raise ValueError(msg)


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every model's file says, whatever its dialect."""

    model: str
    title: Title
    source: Source
    dialect: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model of instrument, checked and ready to be used.

    Attributes:
        name: Its name, such as ``sdm630``.
        title: Language -> what people call it.
        source: Where its registers or its format can be looked up.
        dialect: ``modbus``, ``mt_sics`` or ``text_line``.
        sha256: Of the file's bytes, so that it can be said later what a sample was read by.
        format: Its registers, or its text format.
    """

    name: str
    title: Mapping[str, str]
    source: Source
    dialect: str
    sha256: str
    format: Format

    @property
    def meanings(self) -> Mapping[str, Meaning]:
        """Channel -> what it means."""
        return self.format.meanings()

    @property
    def is_modbus(self) -> bool:
        """Whether a bus must frame what it asks; else its text goes as it is."""
        return self.dialect == "modbus"

    def instrument(self, name: str, device_id: int = 1) -> Instrument:
        """One instrument of this model.

        Args:
            name: Unique on its edge.
            device_id: Whom its Modbus frames address; of no meaning to other dialects.
        """
        return self.format.instrument(name, device_id)


def shipped_models() -> list[str]:
    """Names of the models that are shipped."""
    return sorted(path.stem for path in MAPS.glob("*.toml"))


def load_model(name_or_path: str, base: Path | None = None) -> Model:
    """The model of this name, or of this file.

    Args:
        name_or_path: A shipped model's name, or a path that ends in ``.toml``.
        base: Folder that a relative path begins at; None is the working directory.

    Raises:
        MapError: There is no such model, or its file has mistakes: one line for each, with its place.
    """
    if name_or_path.endswith(".toml"):
        path = (base or Path()) / name_or_path
    else:
        known = shipped_models()
        if name_or_path not in known:
            raise MapError(_unknown_model(name_or_path, known))
        path = MAPS / f"{name_or_path}.toml"
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"{name_or_path}: cannot be read ({error.strerror}). Check the path: {path}"
        raise MapError(msg) from error
    return read_model(content, path.name)


def read_model(content: bytes, file: str) -> Model:
    """The model that a file's ``content`` describes.

    Args:
        content: Of the file.
        file: Its name, for messages.

    Raises:
        MapError: It has mistakes: one line for each, with its place.
    """
    try:
        # utf-8-sig: editors on Windows write a mark at the start that TOML does not know.
        table = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = f"{file}: line {line}: not UTF-8 (byte {content[error.start]:#04x}). Save the file as UTF-8."
        raise MapError(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{file}: expected TOML in UTF-8: {error}. Correct the file there."
        raise MapError(msg) from error
    head_keys = {field.encode_name for field in msgspec.structs.fields(Head)}
    head, mistakes = read_struct({key: table[key] for key in table if key in head_keys}, Head)
    rest = {key: value for key, value in table.items() if key not in head_keys}
    form, wrong = _read_format(table.get("dialect"), rest, head_keys)
    mistakes += wrong
    if head is None or form is None:
        raise MapError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    title = head.title.words()
    return Model(head.model, title, head.source, head.dialect, hashlib.sha256(content).hexdigest(), form)


def _read_format(dialect: Any, rest: Mapping[str, Any], head_keys: Iterable[str]) -> tuple[Format | None, list[str]]:
    """What the dialect's own part of the file says."""
    if not isinstance(dialect, str):
        return None, []
    if dialect not in DIALECTS:
        return None, [f"dialect: got {dialect!r}. {did_you_mean(dialect, DIALECTS)}"]
    form, mistakes = read_struct(rest, DIALECTS[dialect], beside=head_keys)
    return cast("Format | None", form), mistakes


def _unknown_model(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return (
        f"{name}: there is no such model.{guess} Shipped are {', '.join(known)}; "
        "a file of your own is named by its path, which ends in .toml."
    )
