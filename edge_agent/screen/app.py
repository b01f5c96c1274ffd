"""The screen's web application, put together."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from edge_agent.oee.board import Board
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen import andon, calendars, charts, enter, health, people, stops, tpm
from edge_agent.screen.guard import HEADERS, Guard
from edge_agent.screen.rendering import Renderer
from edge_agent.screen.security import Access, keep_secret
from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.source import Enter, Screen

if TYPE_CHECKING:
    from edge_agent.bench.bench import Bench

ROUTERS = (
    andon.router,
    stops.router,
    enter.router,
    people.router,
    charts.router,
    calendars.router,
    health.router,
    tpm.router,
)
"""One of each page."""
MENU = (
    ("/", "menu.andon"),
    ("/stops", "menu.stops"),
    ("/enter", "menu.enter"),
    *tpm.MENU,
    ("/charts", "menu.charts"),
    ("/calendar", "menu.calendar"),
)
BENCH_MENU = (("/bench", "menu.bench"),)
"""The same, where the edge has a bench; one that has no machines too shows nothing of theirs."""
"""Path and word of each place in the menu, in their order."""
LARGER_BODIES: dict[str, int] = {**tpm.LARGER_BODIES}
"""Path prefix -> largest body that is taken there, bytes; elsewhere ``guard.MAX_BODY``."""
_THREADS = 4
"""Pages that are made at once; each costs a stack and a connection to the book."""


def create_screen(
    settings: ScreenSettings,
    board: Callable[[], Board],
    enter: Enter,
    reader: Callable[[], ShopReader],
    web: Path,
    *,
    clock: Callable[[], int] = time.time_ns,
    monotonic: Callable[[], float] = time.monotonic,
    bench: "Bench | None" = None,
) -> FastAPI:
    """The pages of one edge.

    Args:
        settings: From the configuration.
        board: The picture of this second; called often, must not block.
        enter: Keeps an entry and answers once it is on disk with an empty text, or with what is wrong.
        reader: Opens the book to look; called once a request, in the request's thread.
        web: Folder ``dashboards/web``.
        clock: UTC, ns.
        monotonic: s; counts how long wrong PINs are remembered.
        bench: Of an edge that calibrates; None: it has none, and no pages of one.
    """
    access = Access(keep_secret(settings.state_dir), clock, monotonic)
    app = FastAPI(
        title="nhipdo-edge",
        version=version("nhipdo"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_few_threads,
        middleware=[Middleware(Guard, access=access, larger=LARGER_BODIES)],
    )
    app.state.screen = Screen(settings, board, enter, reader, web, access, clock, bench)
    app.state.parts = andon.Parts()
    menu = _menu_of(settings, has_bench=bench is not None)
    app.state.renderer = Renderer(web, settings.zone, settings.screen.language, menu)
    for router in ROUTERS:
        app.include_router(router)
    if bench is not None:
        from edge_agent.screen.bench import router as of_bench  # noqa: PLC0415  some MB that others can spare

        app.include_router(of_bench)
        if not settings.units:  # nothing to see on an Andon: the screen opens at the bench
            app.router.routes.insert(0, APIRoute("/", _to_the_bench, include_in_schema=False))
    app.mount("/static", StaticFiles(directory=web / "static"))
    app.mount("/screen", StaticFiles(directory=web / "screen" / "static"))
    app.add_exception_handler(HTTPException, _explain_http)
    app.add_exception_handler(RequestValidationError, _explain_mistake)
    app.add_exception_handler(Exception, _explain_failure)
    return app


def _to_the_bench() -> RedirectResponse:
    return RedirectResponse("/bench", 303)


def _menu_of(settings: ScreenSettings, *, has_bench: bool) -> tuple[tuple[str, str], ...]:
    if not has_bench:
        return MENU
    if not settings.units:
        return (*BENCH_MENU, ("/charts", "menu.charts"))
    return (MENU[0], *BENCH_MENU, *MENU[1:])


@asynccontextmanager
async def _few_threads(app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = _THREADS
    yield
    app.state.screen.closing.set()


def _explain_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"{request.url.path[:200]}: there is no such page. Go back to the Andon."
    return _explain(request, error.status_code, detail)


def _explain_mistake(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = (".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]) for one in error.errors())
    return _explain(request, 422, f"{', '.join(places)}: not what this page sends. Go back and choose again.")


def _explain_failure(request: Request, error: Exception) -> Response:
    detail = f"screen: {type(error).__name__} while answering. The agent's log says where; please report it."
    response = _explain(request, 500, detail)
    response.headers.update(HEADERS)  # this answer is given outside of the guard
    return response


def _explain(request: Request, status: int, detail: str) -> Response:
    if not hasattr(request.state, "browser"):
        return JSONResponse({"detail": detail}, status)
    renderer: Renderer = request.app.state.renderer
    known = status if status in (404, 422, 500) else 0
    return renderer.page(request, "problem.html", {"problem": f"problem.{known or 'other'}", "detail": detail}, status)
