"""The gateway's web application, put together."""

import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from gateway.api.conventions import keep_to_conventions
from gateway.api.guard import Guard
from gateway.api.live import Sparks
from gateway.api.permission import check_routes
from gateway.api.registry_pages.held import HeldFiles
from gateway.api.rendering import Renderer
from gateway.api.routes import every_route
from gateway.api.security import Access
from gateway.api.source import Service
from gateway.api.turns import Turns
from gateway.api.unreachable import Unreachable
from gateway.laboratory.open_findings import OpenFindings
from gateway.laboratory.recompute_jobs import Recomputing
from gateway.registry.audit_check import AuditCheck
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
    documents: Path | None = None,
    public_url: str = "",
    plans: Path | None = None,
    made_up: bool = False,
) -> FastAPI:
    """The API and the pages of one gateway.

    Args:
        service: The gateway.
        web: Folder of templates, static files and words (``dashboards/web``).
        clock: UTC, ns.
        monotonic: s; of the limits by caller.
        zone: IANA name of the wall clock that people read.
        documents: Folder with the key that seals issued documents; None: none can be issued.
        public_url: How customers reach this gateway; empty: as whoever issues does.
        plans: Folder of a province's own plans; None: those of the package.
        made_up: The registry's content is made up; evaluations say so.

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
        # To where they lead would be made of the header Host, which is whatever somebody sends.
        redirect_slashes=False,
        middleware=[Middleware(Unreachable), Middleware(Guard, access=access)],
    )
    _hold(app, service, access, web, clock, ZoneInfo(zone))
    app.state.documents = documents
    app.state.public_url = public_url
    app.state.plans = plans
    app.state.made_up = made_up
    app.router.routes.extend(every_route())
    app.mount("/static", StaticFiles(directory=web / "static"))
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
    app.state.turns = Turns()
    app.state.imports = Imports(service.engine, clock)
    app.state.audit_check = AuditCheck(service.engine, clock)
    app.state.recomputing = Recomputing(service.engine, service.timeseries, zone, clock)
    app.state.open_findings = OpenFindings()
    app.state.held_files = HeldFiles(clock)
