"""What a question to the API may be: parameters that its route knows, each once, and a form that it can answer in.

Decision: a parameter that a route does not know is refused.
Because: who asks for ``?provnice=82`` would get the whole country, and take it for one province.
Instead of: leaving it out silently, as the framework does.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.accept import JSON, weight
from gateway.api.problems import Mistake, ProblemError, mistake, pointer

_LONGEST = 60


async def well_asked(request: Request) -> None:
    """A dependency of every route of the API.

    Raises:
        ProblemError: 422, a parameter is unknown or came twice; 406, no form that is accepted can be given.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    if request.query_params:
        _check_parameters(request, set(_parameters(route)))
    if route.response_model is not None and "accept" in request.headers:
        _check_form(request, [JSON, *_other_forms(route)])


def _check_parameters(request: Request, known: set[str]) -> None:
    came = [name for name, _ in request.query_params.multi_items()]
    wrong: dict[str, str] = {}
    for name in came:
        if name not in known:
            near = get_close_matches(name, known, 1)
            wrong[name] = f"there is no such parameter{f', {near[0]} is alike' if near else ''}"
        elif came.count(name) > 1:
            wrong[name] = "came more than once"
    if wrong:
        told = "; ".join(f"{name[:_LONGEST]}: {why}" for name, why in wrong.items())
        places: list[Mistake] = [mistake("query", pointer([name[:_LONGEST]]), why) for name, why in wrong.items()]
        msg = f"{told}. Here are {', '.join(sorted(known)) or 'none'}; look in /api/docs."
        raise ProblemError(422, msg, mistakes=places)


def _parameters(route: APIRoute) -> Iterator[str]:
    yield from _of_dependant(route.dependant)
    for one in (route.openapi_extra or {}).get("parameters", ()):
        if one["in"] == "query":
            yield one["name"]


def _of_dependant(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _of_dependant(inner)


def _check_form(request: Request, forms: list[str]) -> None:
    accept = ",".join(request.headers.getlist("accept"))
    if not any(weight(accept, form) for form in forms):
        msg = f"{request.url.path[:200]}: is given as {' or '.join(forms)}, Accept is {accept[:80]!r}. Ask for that."
        raise ProblemError(406, msg)


def _other_forms(route: APIRoute) -> Iterator[str]:
    said: Mapping[str, Any] = route.responses.get(200, {}).get("content", {})
    yield from (form for form in said if form != JSON)


class Heads:
    """ASGI middleware: who asks for the head of an answer gets the head of what GET would answer (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_no_body(message: Message) -> None:
            is_body = message["type"] == "http.response.body"
            await send({**message, "body": b""} if is_body else message)

        await self._app({**scope, "method": "GET"}, receive, send_no_body)
