"""How often one caller may ask: a token bucket for each, in memory.

Decision: each process counts for itself.
Because: the limit protects a process from one caller's loop; a count that all processes share would cost each request
a round trip to the database, which is what is to be spared.
Instead of: a table.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api import problems

UNDER = "/api/"
_CALLERS = 4096


class Rate(NamedTuple):
    """How many requests at once after a rest, and how many a second in the long run."""

    burst: int = 300
    per_s: float = 20.0

    @property
    def window_s(self) -> int:
        """How long an empty bucket takes to be full again, s."""
        return math.ceil(self.burst / self.per_s)


class Taken(NamedTuple):
    """Whether a request may pass; how many more may at once; after how long an empty bucket gives one more, s."""

    may: bool
    left: int
    wait_s: int


class TokenBuckets:
    """A bucket for each caller, the longest silent forgotten first; any thread may take.

    Args:
        rate: Of each caller.
        monotonic: s.
    """

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self.rate = rate
        self._monotonic = monotonic
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str) -> Taken:
        """One request of a caller."""
        with self._lock:
            now = self._monotonic()
            held, at = self._held.pop(caller, (float(self.rate.burst), now))
            held = min(float(self.rate.burst), held + max(0.0, now - at) * self.rate.per_s)
            may = held >= 1.0
            held -= may
            self._held[caller] = held, now
            if len(self._held) > _CALLERS:
                self._held.popitem(last=False)
        return Taken(may, int(held), 0 if may else math.ceil((1.0 - held) / self.rate.per_s))


def caller_of(request: Request) -> str:
    """Who asks, as one opaque word: the person or token that the guard found, or else what was shown to it."""
    known = getattr(request.state, "caller", "") or request.headers.get("authorization", "")
    known = known or getattr(request.state, "session", "") or (request.client.host if request.client else "")
    return sha256(str(known).encode(errors="replace")).hexdigest()


class RateLimit:
    """ASGI middleware behind the guard: 429 to who asks too often, and headers that say how much is left.

    The headers are those of the IETF's draft, RateLimit header fields for HTTP.
    """

    def __init__(self, app: ASGIApp, buckets: TokenBuckets) -> None:
        self._app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith(UNDER):
            await self._app(scope, receive, send)
            return
        rate, taken = self._buckets.rate, self._buckets.take(caller_of(Request(scope)))
        told = {
            "RateLimit-Policy": f'"caller";q={rate.burst};w={rate.window_s}',
            "RateLimit": f'"caller";r={taken.left};t={taken.wait_s}',
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in told.items():
                    headers.setdefault(name, value)
            await send(message)

        if taken.may:
            await self._app(scope, receive, send_with_headers)
            return
        detail = (
            f"API: {rate.burst} requests at once and {rate.per_s:g} a second are yours, and you sent more. "
            f"Try again in {taken.wait_s} s, and ask for more at once rather than more often."
        )
        refusal = problems.answer(scope["path"], 429, detail, headers={"Retry-After": str(taken.wait_s)})
        await refusal(scope, receive, send_with_headers)
