"""The gateway's web application, put together."""

import time
from collections.abc import Callable
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from gateway.api import (
    andon,
    edges,
    elements,
    entries,
    health,
    instruments,
    login,
    oee,
    pages,
    series,
    stops,
    work_units,
)
from gateway.api.guard import HEADERS, Guard
from gateway.api.live import Sparks
from gateway.api.rendering import Renderer
from gateway.api.security import Access
from gateway.api.source import Service
from gateway.timeseries import StoreUnavailableError

ZONE = "Asia/Ho_Chi_Minh"
_ABOUT = (
    "Every call needs the header `Authorization: Bearer SECRET`. Times are UTC in ISO 8601; units are UCUM codes. "
    "A mistake is answered with `detail`: who, what, expected or got, what to do."
)


def create_app(
    service: Service,
    *,
    web: Path,
    clock: Callable[[], int] = time.time_ns,
    monotonic: Callable[[], float] = time.monotonic,
    zone: str = ZONE,
) -> FastAPI:
    """The API and the pages of one gateway.

    Args:
        service: The gateway.
        web: Folder of templates, static files and words (``dashboards/web``).
        clock: UTC, ns.
        monotonic: s; counts how long wrong guesses are remembered.
        zone: IANA name of the wall clock that people read.

    Raises:
        ValueError: The service has no secret.
    """
    access = Access(service.secret, clock, monotonic)
    app = FastAPI(
        title="nhipdo",
        version=version("nhipdo"),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        middleware=[Middleware(Guard, access=access)],
    )
    app.state.service = service
    app.state.access = access
    app.state.clock = clock
    app.state.started = clock()
    app.state.zone = ZoneInfo(zone)
    app.state.web = web
    app.state.renderer = Renderer(web, app.state.zone)
    app.state.sparks = Sparks()
    api = APIRouter(prefix="/api/v1")
    for noun in (health, edges, instruments, series, work_units, elements, stops, oee, entries):
        api.include_router(noun.router)
    app.include_router(api)
    app.include_router(login.router)
    app.include_router(pages.router)
    app.include_router(andon.router)
    app.add_api_route("/healthz", say_ok, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=web / "static"))
    app.add_exception_handler(HTTPException, _explain_http)
    app.add_exception_handler(RequestValidationError, _explain_mistake)
    app.add_exception_handler(StoreUnavailableError, _explain_store)
    app.add_exception_handler(Exception, _explain_failure)
    return app


def say_ok() -> dict[str, str]:
    """For whoever watches processes: this one answers. It says nothing else, so it needs no secret."""
    return {"status": "ok"}


def _explain_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"{request.url.path[:200]}: there is no such path. Look in /api/docs."
    return _explain(request, error.status_code, detail)


def _explain_mistake(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = []
    for mistake in error.errors():
        place = ".".join(str(part) for part in mistake["loc"][1:]) or str(mistake["loc"][0])
        got = str(mistake.get("input"))[:60]
        told.append(f"{place}: {mistake['msg']}, got {got!r}")
    return _explain(request, 422, f"{'; '.join(told)}. Look in /api/docs for what is expected.")


def _explain_store(request: Request, error: Exception) -> Response:
    detail = f"time series store: cannot be reached now ({error}). Try again in a minute; edges keep what they have."
    return _explain(request, 503, detail)


def _explain_failure(request: Request, error: Exception) -> Response:
    detail = f"gateway: {type(error).__name__} while answering. Its log says where; please report it."
    response = _explain(request, 500, detail)
    response.headers.update(HEADERS)  # this answer is given outside of the guard
    return response


def _explain(request: Request, status: int, detail: str) -> Response:
    if request.url.path.startswith("/api/") or not hasattr(request.state, "session"):
        return JSONResponse({"detail": detail}, status)
    renderer: Renderer = request.app.state.renderer
    known = status if status in (404, 422, 500, 503) else 0
    context = {"problem": f"problem.{known or 'other'}", "detail": detail}
    return renderer.page(request, "problem.html", context, status)
