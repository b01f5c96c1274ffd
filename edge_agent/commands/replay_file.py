"""Reading a replay document from a file: whatever is wrong with it is told with its place."""

import json
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

STDIN = "-"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = "\ufeff"
_OUTSIDE_TEXTS = re.compile(r'"(?:\\.|[^"\\])*"|(NaN|-?Infinity)')
_TOO_DEEP = "is nested too deeply. A document is an object of lists of objects, no more."


class FileError(ValueError):
    """A file that holds no JSON that could be used; the text says where and what to do, without the file's name."""


def shown_name(name: str) -> str:
    """How a file is called in words to a person."""
    return "stdin" if name == STDIN else name


def load(name: str) -> Any:
    """What a file holds; ``-`` is standard input.

    Raises:
        FileError: It cannot be read or is no JSON.
    """
    text = _text(_content(name))
    if not text.strip():
        msg = "is empty. Write a replay document: nhipdo-edge replay --help shows one."
        raise FileError(msg)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_NoNumberError.refuse)
    except json.JSONDecodeError as error:
        msg = f"line {error.lineno}, column {error.colno}: {_lower(error.msg)}. Correct the JSON there."
        raise FileError(msg) from error
    except _NoNumberError as error:
        raise FileError(_where(text, error)) from error
    except RecursionError as error:
        raise FileError(_TOO_DEEP) from error
    except FileError:
        raise
    except ValueError as error:  # a whole number of more digits than Python is willing to read
        msg = "holds a number of thousands of digits. Write one that can be."
        raise FileError(msg) from error


def _content(name: str) -> bytes:
    if name == STDIN:
        return sys.stdin.buffer.read()
    path = Path(name)
    if path.is_dir():
        msg = "is a directory. Name the file in it."
        raise FileError(msg)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        msg = "no such file. Look at the name."
        raise FileError(msg) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        msg = f"cannot be read ({why}). Look at its rights and its name."
        raise FileError(msg) from error


def _text(content: bytes) -> str:
    if content.startswith(_UTF16):
        msg = "is UTF-16. Save it as UTF-8."
        raise FileError(msg)
    try:
        # The mark that some editors put before the first character means nothing in UTF-8.
        return content.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"line {line}: is not UTF-8 (byte 0x{content[error.start]:02x}). Save it as UTF-8."
        raise FileError(msg) from error


class _NoNumberError(ValueError):
    """A word that JSON does not have."""

    @classmethod
    def refuse(cls, word: str) -> NoReturn:
        raise cls(word)


def _where(text: str, error: _NoNumberError) -> str:
    at = next((match.start() for match in _OUTSIDE_TEXTS.finditer(text) if match[1]), 0)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return f"line {line}, column {column}: {error} is no number in JSON. Write a number, or null."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        msg = f"{json.dumps(twice)} stands twice in one object. Leave one of them."
        raise FileError(msg)
    return made


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
