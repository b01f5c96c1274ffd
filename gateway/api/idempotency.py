"""POSTs that a script may send again: with the same ``Idempotency-Key`` they are carried out once.

Source: IETF draft, The Idempotency-Key HTTP header field.

Decision: the key is written down before the request is carried out, in a transaction of its own, and its answer after.
Because: of two that come at once only one gets through; and when the gateway dies between, the repeat is told that
nobody knows how the first one ended, which is true, and is not carried out a second time.
Instead of: one transaction with what the request does, which each router would have to take part in.

Decision: these transactions do not raise the store's counter of changes.
Because: nobody keeps what they write in memory. They begin with a write, so they wait for the lock at their start.
"""

import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from fastapi import Request
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api import problems
from gateway.api.bodies import MAX_JSON, again, whole
from gateway.api.problems import ProblemError
from gateway.api.rate_limit import caller_of
from gateway.registry.idempotency import IdempotencyRow, forget_keys

UNDER = "/api/"
HEADER = "Idempotency-Key"
_LONGEST_KEY = 255
_KEPT_HEADERS = ("content-type", "etag", "link", "location")
_NOT_DONE = frozenset({401, 403, 429})
"""The request never began: it may be carried out when it comes with the right token."""
_FAILED = 500
_PENDING = 0


class Kept(NamedTuple):
    """What became of the first request of a key; ``status`` 0: nobody knows, or it goes on; no body: not kept."""

    request: str
    status: int
    headers: dict[str, str]
    answer: bytes | None


def keep_no_answer(request: Request) -> None:
    """Say in a route that its answer holds a secret: a repeat is then told that it was done, and no more."""
    request.state.keeps_no_answer = True


class IdempotencyKeys:
    """The keys that came within a day, in the registry; any thread may call it.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int] = time.time_ns) -> None:
        self._engine = engine
        self._clock = clock

    def begin(self, caller: str, key: str, request: str) -> Kept | None:
        """Write a key down; None: it is new, carry the request out. Old ones are forgotten."""
        its = IdempotencyRow
        now = self._clock()
        with Session(self._engine) as session, session.begin():
            forget_keys(session, now)
        try:
            with Session(self._engine) as session, session.begin():
                session.add(its(caller=caller, key=key, request=request, made_at=now))
        except IntegrityError:
            with Session(self._engine) as session:
                row = session.get(its, (caller, key))
            if row is None:  # forgotten, or given up, between both
                return self.begin(caller, key, request)
            return Kept(row.request, row.status, json.loads(row.headers), row.answer)
        return None

    def end(self, caller: str, key: str, status: int, headers: dict[str, str], answer: bytes | None) -> None:
        """Keep the answer."""
        its = IdempotencyRow
        done = update(its).where(its.caller == caller, its.key == key)
        with Session(self._engine) as session, session.begin():
            session.execute(done.values(status=status, headers=json.dumps(headers), answer=answer))

    def give_up(self, caller: str, key: str) -> None:
        """The request was not carried out: the next one of this key may be."""
        its = IdempotencyRow
        with Session(self._engine) as session, session.begin():
            session.execute(delete(its).where(its.caller == caller, its.key == key))


class Idempotency:
    """ASGI middleware behind the guard and the look at bodies."""

    def __init__(self, app: ASGIApp, keys: IdempotencyKeys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        is_post = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(UNDER)
        request = Request(scope) if is_post else None
        if request is None or HEADER not in request.headers:
            await self._app(scope, receive, send)
            return
        try:
            key = _key_of(request)
            body = await whole(receive, MAX_JSON)
            if body is None:
                return
            caller, digest = caller_of(request), _digest(scope, body)
            kept = await run_in_threadpool(self._keys.begin, caller, key, digest)
            if kept is not None:
                await _repeated(key, digest, kept)(scope, receive, send)
                return
        except ProblemError as error:
            refusal = problems.answer(scope["path"], error.status_code, error.detail, headers=error.headers)
            await refusal(scope, receive, send)
            return
        except OperationalError as error:
            detail = f"registry: cannot be reached now ({type(error.orig).__name__}). Try again in a minute."
            await problems.answer(scope["path"], 503, detail, headers={"Retry-After": "60"})(scope, receive, send)
            return
        await self._carry_out(scope, again(body, receive), send, (caller, key))

    async def _carry_out(self, scope: Scope, receive: Receive, send: Send, of: tuple[str, str]) -> None:
        """Carry it out, and keep what it answers before it is sent."""
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        # What fails with an exception may have been done half: its key stays pending.
        await self._app(scope, receive, hold)
        start, *rest = messages
        status: int = start["status"]
        if status in _NOT_DONE or status >= _FAILED:
            await run_in_threadpool(self._keys.give_up, *of)
        else:
            named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
            headers = {name: named[name] for name in _KEPT_HEADERS if name in named}
            secret = getattr(Request(scope).state, "keeps_no_answer", False)
            answer = None if secret else b"".join(message.get("body", b"") for message in rest)
            await run_in_threadpool(self._keys.end, *of, status, headers, answer)
        for message in messages:
            await send(message)


def _key_of(request: Request) -> str:
    key = request.headers[HEADER].strip().strip('"')
    if not 0 < len(key) <= _LONGEST_KEY or not (key.isascii() and key.isprintable()):
        msg = f"{HEADER}: expected 1 to {_LONGEST_KEY} printable ASCII characters, got {len(key)}. Send a UUID."
        raise ProblemError(400, msg)
    return key


def _digest(scope: Scope, body: bytes) -> str:
    parts = (scope["method"].encode(), scope["path"].encode(errors="replace"), scope["query_string"], body)
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()


def _repeated(key: str, digest: str, kept: Kept) -> Response:
    if kept.request != digest:
        msg = f"{HEADER} {key[:80]!r}: came before with another request. Send a new key with each new request."
        raise ProblemError(422, msg)
    if kept.status == _PENDING:
        msg = (
            f"{HEADER} {key[:80]!r}: the first request of this key has not ended, or the gateway stopped meanwhile. "
            "Look whether it was done; if not, send it with a new key."
        )
        raise ProblemError(409, msg, headers={"Retry-After": "5"})
    if kept.answer is None:
        msg = f"{HEADER} {key[:80]!r}: was carried out, and its answer is not kept. If it is lost, do it again anew."
        raise ProblemError(409, msg)
    return Response(kept.answer, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})
