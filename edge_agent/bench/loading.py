"""Procedures from their files: those that are shipped, and those of the laboratory's own folder."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from drivers.strict import did_you_mean, read_struct
from edge_agent.bench.checking import mistakes_of
from edge_agent.bench.procedure import Procedure

SHIPPED = Path(__file__).parent / "procedures"
LARGEST_BYTES = 1_000_000


class ProcedureError(ValueError):
    """A procedure's file cannot be used; one line for each mistake: file, place, expected or got, what to do."""


class LoadedProcedure(NamedTuple):
    """A procedure that was read and found in order.

    Attributes:
        procedure: What the file says.
        sha256: Of the file's bytes: the record of a session names it.
        path: Where the file is.
    """

    procedure: Procedure
    sha256: str
    path: Path


def shipped_procedures() -> tuple[str, ...]:
    """Ids of the procedures that are shipped.

    >>> "analytical-balance" in shipped_procedures()
    True
    """
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def load_procedure(name_or_path: str | Path) -> LoadedProcedure:
    """A shipped procedure by its id, or any by the path of its file.

    Args:
        name_or_path: An id, or a path that ends in ``.toml``.

    Raises:
        ProcedureError: There is none, or its file has mistakes: one line for each, with its place.
    """
    name = str(name_or_path)
    if name.endswith(".toml"):
        return _load(Path(name))
    if name not in shipped_procedures():
        known = did_you_mean(name, shipped_procedures())
        msg = f"procedure {name!r}: there is none of this name. {known} Or give the path of a file that ends in .toml."
        raise ProcedureError(msg)
    return _load(SHIPPED / f"{name}.toml")


def load_procedures(own: Path | None = None) -> Mapping[str, LoadedProcedure]:
    """All procedures: the shipped ones, and those of the laboratory's own folder, which go before a shipped one.

    Args:
        own: The folder; None: there is none.

    Raises:
        ProcedureError: A file has mistakes; all of all files are told.
    """
    found: dict[str, LoadedProcedure] = {}
    mistakes: list[str] = []
    for path in (*sorted(SHIPPED.glob("*.toml")), *_own(own)):
        try:
            loaded = _load(path)
        except ProcedureError as error:
            mistakes.append(str(error))
        else:
            found[loaded.procedure.id] = loaded
    if mistakes:
        raise ProcedureError("\n".join(mistakes))
    return dict(sorted(found.items()))


def _own(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    if not folder.is_dir():
        msg = f"{folder}: expected the folder of the laboratory's procedures, got none. Make it, or name another one."
        raise ProcedureError(msg)
    return sorted(folder.glob("*.toml"))


def _load(path: Path) -> LoadedProcedure:
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}). Name a file that this user may read."
        raise ProcedureError(msg) from error
    if len(content) > LARGEST_BYTES:
        msg = f"{path}: expected at most {LARGEST_BYTES} bytes, got {len(content)}. Name the file of a procedure."
        raise ProcedureError(msg)
    procedure, mistakes = read_struct(_tables(path, content), Procedure)
    if procedure is not None:
        mistakes = mistakes_of(procedure, path.stem)
    if procedure is None or mistakes:
        raise ProcedureError("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    return LoadedProcedure(procedure, hashlib.sha256(content).hexdigest(), path)


def _tables(path: Path, content: bytes) -> Mapping[str, object]:
    try:
        # utf-8-sig: editors on Windows write a mark at the start that TOML does not know.
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = f"{path}: line {line}: not UTF-8 (byte {content[error.start]:#04x}). Save the file as UTF-8."
        raise ProcedureError(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: expected TOML, got: {error}. Mend it there."
        raise ProcedureError(msg) from error
