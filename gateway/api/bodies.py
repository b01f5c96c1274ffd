"""Bodies of requests, looked at before anything is done with them: a clear 4xx, and nothing is written.

Decision: one ASGI middleware reads every JSON body under ``/api/`` once, strictly.
Because: Python's decoder takes NaN, UTF-16 and half a surrogate pair, which no database and no other client does, and
a router that somebody adds later is guarded too.
Instead of: checks in each model, which can be forgotten.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from math import isfinite
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api import problems
from gateway.api.problems import ProblemError

UNDER = "/api/"
MAX_JSON = 1_048_576
"""Largest JSON body, bytes. Uploads are of other media types, and limited by the routes that take them."""
MAX_DEPTH = 32
_INT64 = 2**63
_TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_OPENING, _CLOSING = ("[", "{"), ("]", "}")
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class Sent(BaseModel):
    """A body: a key that it does not know is a slip of the pen, which might ask for more than was meant."""

    model_config = ConfigDict(extra="forbid")


class Bodies:
    """ASGI middleware behind the guard."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith(UNDER):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            _check_address(scope)
            if not _is_json(headers):
                await self._app(scope, receive, send)
                return
            body = await whole(receive, MAX_JSON)
            if body is None:
                return  # its sender has gone
            body = body.removeprefix(BOM_UTF8)  # RFC 8259, 8.1: it may be ignored; PowerShell 5 sends one
            if body:
                check_json(body)
        except ProblemError as error:
            await problems.answer(scope["path"], error.status_code, error.detail)(scope, receive, send)
            return
        await self._app(scope, again(body, receive), send)


async def whole(receive: Receive, most: int) -> bytes | None:
    """A whole body; None when its sender went away before its end.

    Raises:
        ProblemError: 413, it is longer than ``most`` bytes.
    """
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > most:
            msg = f"body: more than {most} bytes, which is the most that is taken here. Send less, in several requests."
            raise ProblemError(413, msg)
        more = message.get("more_body", False)
    return b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, for the next one who reads it."""
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def check_json(body: bytes) -> None:
    """Whether a body is JSON that every database and every other program can hold.

    Raises:
        ProblemError: 400 with what is wrong and where; 413 when it is nested too deep.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        looks = _MARKS.get(body[:2], "")
        kind = f", it looks like {looks}" if looks else f", byte {error.start} is 0x{body[error.start]:02x}"
        msg = f"body: is not UTF-8{kind}. Send JSON in UTF-8."
        raise ProblemError(400, msg) from error
    if _depth(text) > MAX_DEPTH:
        msg = f"body: nested more than {MAX_DEPTH} deep. Send what the OpenAPI describes, which is flatter."
        raise ProblemError(413, msg)
    try:
        said = json.loads(text, **_STRICTLY)
    except json.JSONDecodeError as error:
        msg = (
            f"body: is no JSON, {error.msg.lower()} at line {error.lineno}, column {error.colno} of {len(text)} "
            "characters. Was it cut off? Send it whole."
        )
        raise ProblemError(400, msg) from error
    if not _is_storable(said):
        msg = "body: a text holds U+0000 or half of a surrogate pair, which cannot be stored. Send it without."
        raise ProblemError(400, msg)


def _is_json(headers: Headers) -> bool:
    """Whether a request says that its body is JSON.

    Raises:
        ProblemError: 415, it is JSON in another encoding, or compressed.
    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", ""):
        msg = f"body: its Content-Encoding is {encoding[:40]!r}, expected none. Send it uncompressed."
        raise ProblemError(415, msg)
    kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    if kind != "application/json" and not kind.endswith("+json"):
        return False
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
            msg = f"body: its charset is {value[:40]}, expected utf-8. Send JSON in UTF-8."
            raise ProblemError(415, msg)
    return True


def _check_address(scope: Scope) -> None:
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        msg = "address: holds the character U+0000, which no name has. Send it without."
        raise ProblemError(400, msg)


def _depth(text: str) -> int:
    """How deep it is nested, at most one more than is allowed; brackets within texts do not count."""
    depth = deepest = 0
    for token in _TEXT_OR_BRACKET.finditer(text):
        if token[0] in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif token[0] in _CLOSING:
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> NoReturn:
    msg = f"body: holds {name}, which is no JSON. Send null, or leave it out."
    raise ProblemError(400, msg)


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        msg = f"body: the number {digits[:40]} is too large for a float64. Send one that is not."
        raise ProblemError(400, msg)
    return number


def _int64(digits: str) -> int:
    if len(digits.lstrip("-0")) > len(str(_INT64)) or not -_INT64 <= int(digits) < _INT64:
        msg = f"body: the number {digits[:40]} is too large for 64 bits. Send one that is not."
        raise ProblemError(400, msg)
    return int(digits)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        msg = f"body: says {twice[:40]!r} more than once in one object, so nobody knows what is meant. Say it once."
        raise ProblemError(400, msg)
    return said


_STRICTLY: dict[str, Any] = {
    "parse_constant": _refuse_constant,
    "parse_float": _finite,
    "parse_int": _int64,
    "object_pairs_hook": _each_once,
}


def _is_storable(said: Any) -> bool:
    if isinstance(said, str):
        return "\0" not in said and not any("\ud800" <= character <= "\udfff" for character in said)
    if isinstance(said, dict):
        return _are_storable(said.keys()) and _are_storable(said.values())
    return _are_storable(said) if isinstance(said, list) else True


def _are_storable(some: Iterable[Any]) -> bool:
    return all(map(_is_storable, some))
