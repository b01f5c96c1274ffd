"""The gateway's web application, put together."""

import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from gateway.api import (
    accounts,
    administration,
    administration_audit,
    andon,
    edges,
    edges_pages,
    elements,
    entries,
    forwarding,
    health,
    imports,
    improvement,
    instruments,
    instruments_pages,
    login,
    noun_list,
    nouns,
    oee,
    overview,
    own_account,
    pages,
    pilots,
    production,
    production_figures,
    production_stop,
    records,
    registry_pages,
    series,
    setup,
    setup_sending,
    sharing,
    stops,
    tasks,
    tokens,
    work_units,
)
from gateway.api.conventions import keep_to_conventions
from gateway.api.guard import Guard
from gateway.api.live import Sparks
from gateway.api.permission import check_routes
from gateway.api.registry_pages.held import HeldFiles
from gateway.api.rendering import Renderer
from gateway.api.security import Access
from gateway.api.source import Service
from gateway.api.unreachable import Unreachable
from gateway.registry.sheets import Imports

ZONE = "Asia/Ho_Chi_Minh"
_ABOUT = (
    "Every call needs the header `Authorization: Bearer TOKEN`; a token is made on the page `/account`. It sees what "
    "its account sees; what belongs to others is not found. Times are UTC in ISO 8601; units are UCUM codes. "
    "A mistake is answered with a problem document (RFC 9457), whose `detail` says who, what, expected or got, what "
    "to do."
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
        monotonic: s; of the limits by caller.
        zone: IANA name of the wall clock that people read.

    Raises:
        ValueError: The service has no secret.
        RuntimeError: A route does not say who may use it.
    """
    access = Access(service.secret, service.engine, clock)
    app = FastAPI(
        title="nhipdo",
        version=version("nhipdo"),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        middleware=[Middleware(Unreachable), Middleware(Guard, access=access)],
    )
    _hold(app, service, access, web, clock, ZoneInfo(zone))
    _route(app, web)
    check_routes(app)
    keep_to_conventions(app, service.engine, clock=clock, monotonic=monotonic)
    return app


def _hold(app: FastAPI, service: Service, access: Access, web: Path, clock: Callable[[], int], zone: ZoneInfo) -> None:
    """What routes get at by way of the application."""
    app.state.service = service
    app.state.access = access
    app.state.clock = clock
    app.state.started = clock()
    app.state.zone = zone
    app.state.web = web
    app.state.renderer = Renderer(web, zone)
    app.state.sparks = Sparks()
    app.state.imports = Imports(service.engine, clock)
    app.state.held_files = HeldFiles(clock)


def _route(app: FastAPI, web: Path) -> None:
    """Every route: the API's, the pages', the files'."""
    api = APIRouter(prefix="/api/v1")
    for noun in (health, edges, instruments, series, work_units, elements, stops, oee, entries, accounts, tokens):
        api.include_router(noun.router)
    api.include_router(production_figures.router)
    for router in (forwarding.router, noun_list.router, imports.router, *nouns.all_routers()):
        api.include_router(router)
    app.include_router(api)
    app.include_router(login.router)
    app.include_router(own_account.router)
    app.include_router(overview.router)
    app.include_router(pages.router)
    app.include_router(andon.router)
    app.include_router(edges_pages.router)
    app.include_router(instruments_pages.router)
    app.include_router(sharing.router)
    app.include_router(setup_sending.router)
    app.include_router(setup.router)
    app.include_router(improvement.router)
    app.include_router(production.router)
    app.include_router(production_stop.router)
    offices = (records, tasks, pilots, administration_audit, administration)
    for router in (*(office.router for office in offices), *registry_pages.routers):
        app.include_router(router)
    app.add_api_route("/healthz", say_ok, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=web / "static"))


def say_ok() -> dict[str, str]:
    """For whoever watches processes: this one answers. It says nothing else, so it needs no secret."""
    return {"status": "ok"}
