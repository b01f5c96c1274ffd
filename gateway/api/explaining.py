"""Whatever ends a request with an error, in the form of its reader: a problem document, or a page."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, params
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from gateway.api import problems
from gateway.api.guard import HEADERS
from gateway.api.problems import Mistake, ProblemError, mistake, pointer
from gateway.api.rendering import Renderer
from gateway.registry.database import is_unreachable
from gateway.timeseries import StoreUnavailableError

log = logging.getLogger(__name__)

_LOOK = "Look in /api/docs for what is expected."
_PARTS = ("path", "query", "header", "cookie", "body")
_PAGES_KNOW = (403, 404, 422, 429, 500, 503)
_SECRETS = ("password", "secret", "token", "key")
_LONGEST = 60
_SHORTLY = {"missing": "is missing", "extra_forbidden": "there is no such field"}


def explain_errors(app: FastAPI) -> None:
    """Answer every error of an application in the form of its reader."""
    app.add_exception_handler(HTTPException, _explain_http)
    app.add_exception_handler(RequestValidationError, _explain_mistake)
    app.add_exception_handler(StoreUnavailableError, _explain_store)
    for kind in (DBAPIError, NoConnectionError):
        app.add_exception_handler(kind, explain_registry)
    app.add_exception_handler(Exception, _explain_failure)


def _explain_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, detail, path = error.status_code, str(error.detail), request.url.path[:200]
    if detail == HTTPStatus(status).phrase:  # the framework's own
        if status == HTTPStatus.NOT_FOUND:
            detail = f"{path}: there is no such path. Look in /api/docs."
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            error.headers = {**(error.headers or {}), "Allow": _allowed(request)}
            detail = f"{path}: {request.method} is not possible here. Use {error.headers['Allow']}."
    if isinstance(error, ProblemError):
        return _explain(request, status, detail, error.headers, error.mistakes, error.in_force)
    return _explain(request, status, detail, error.headers)


def _allowed(request: Request) -> str:
    """The methods of all routes of this address; the framework names those of the first that it comes upon."""
    routes = iter_route_contexts(request.app.routes)
    here = [one.methods or set() for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    methods: set[str] = set().union(*here)
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def _explain_mistake(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return _explain(request, 400, "body: is no JSON. Was it cut off? Send it whole, in UTF-8.")
    if any(one["loc"][0] == "body" for one in found) and (wanted := _other_media_type(request)):
        sent = request.headers.get("content-type", "")[:60]
        detail = f"body: its Content-Type is {sent!r}, expected {wanted}. Send it as that."
        return _explain(request, 415, detail)
    told = [_told(one) for one in found]
    return _explain(request, 422, f"{'; '.join(told)}. {_LOOK}", mistakes=[_mistake(one) for one in found])


def _explain_store(request: Request, error: Exception) -> Response:
    detail = f"time series store: cannot be reached now ({error}). Try again in a minute; edges keep what they have."
    return _explain(request, 503, detail, {"Retry-After": "60"})


def explain_registry(request: Request, error: Exception) -> Response:
    """A statement that failed: 503 when the registry cannot be reached; what else is wrong is a mistake of ours.

    Raises:
        Exception: The registry is there, and refused the statement itself.
    """
    if not is_unreachable(error):
        raise error
    cause = getattr(error, "orig", None) or error
    log.warning("%s %s: registry: %s", request.method, request.url.path[:200], cause)
    detail = (
        f"registry: cannot be reached now ({type(cause).__name__}). Try again in a minute; edges keep what they have, "
        "and the gateway's log says more."
    )
    return _explain(request, 503, detail, {"Retry-After": "60"})


def _explain_failure(request: Request, error: Exception) -> Response:
    detail = f"gateway: {type(error).__name__} while answering. Its log says where; please report it."
    response = _explain(request, 500, detail)
    response.headers.update({**HEADERS, "Cache-Control": "no-store"})  # this answer is given outside of the guard
    return response


def _explain(
    request: Request,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    mistakes: Sequence[Mistake] = (),
    in_force: Any = None,
) -> Response:
    path = request.url.path
    if path.startswith("/api/") or not hasattr(request.state, "session"):
        return problems.answer(path, status, detail, mistakes=mistakes, in_force=in_force, headers=headers)
    renderer: Renderer = request.app.state.renderer
    known = status if status in _PAGES_KNOW else 0
    context = {"problem": f"problem.{known or 'other'}", "detail": detail}
    page = renderer.page(request, "problem.html", context, status)
    page.headers.update(headers or {})
    return page


def _told(found: Mapping[str, Any]) -> str:
    """One mistake in words; a secret, or the neighbours of what is missing, are not said again."""
    place = ".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0])
    if found["type"] in _SHORTLY:
        return f"{place}: {_SHORTLY[found['type']]}"
    if any(word in place.lower() for word in _SECRETS):
        return f"{place}: {found['msg']}"
    return f"{place}: {found['msg']}, got {str(found.get('input'))[:_LONGEST]!r}"


def _mistake(found: Mapping[str, Any]) -> Mistake:
    part, *places = found["loc"]
    detail = _SHORTLY.get(found["type"], found["msg"])
    return mistake(part if part in _PARTS else "body", pointer(places), detail)


def _other_media_type(request: Request) -> str:
    """What the route takes, when something else came; empty: that is not what is wrong."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or route.body_field is None:
        return ""
    field = route.body_field.field_info
    wanted = field.media_type if isinstance(field, params.Body) else "application/json"
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent == wanted or (wanted.endswith("/json") and sent.endswith("+json")):
        return ""
    return wanted
