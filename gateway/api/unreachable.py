"""A registry that cannot be reached, found before any route runs: the guard asks it who somebody is.

Decision: it stands outside of the guard, and answers only what has not been answered.
Because: the framework's handlers look at what routes raise; what its middleware raises would be a 500.
"""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.explaining import explain_registry
from gateway.api.guard import HEADERS


class Unreachable:
    """ASGI middleware: 503 where the registry could not be asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        is_answered = False

        async def note(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except (DBAPIError, NoConnectionError) as error:
            if is_answered or scope["type"] != "http":
                raise
            response = explain_registry(Request(scope), error)
            response.headers.update({**HEADERS, "Cache-Control": "no-store"})
            await response(scope, receive, send)
