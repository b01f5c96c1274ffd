"""The Andon of a whole site: what every machine of every edge does now, and what its shift has given."""

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from gateway.api.health import of_all
from gateway.api.permission import allow
from gateway.api.rendering import Pages
from gateway.api.source import Now, SiteName, TheService, Zone
from gateway.api.wall import units_of
from gateway.registry.roles import Action

router = APIRouter(include_in_schema=False, dependencies=[Depends(allow(Action.READ, "production"))])

MOST_IN_TABLE = 40


@router.get("/andon/{site}")
def show_andon(
    request: Request,
    site: SiteName,
    service: TheService,
    pages: Pages,
    now: Now,
    zone: Zone,
    part: bool = False,  # noqa: FBT001, FBT002  a query parameter
) -> HTMLResponse:
    """What every machine of a site does now, readable from five metres; ``part``: without its frame."""
    health = of_all(service, frozenset({site}))
    units = units_of(service, health, site, now, zone)
    if not health and not units:
        msg = f"site {site}: was never heard of. Look in /api/v1/edges, or check the names in its agent.toml."
        raise HTTPException(404, msg)
    context = {
        "site": site,
        "units": units,
        "edges": [one for one in health if one.silent],
        "gateway": service.gateway_status(),
        "now": now,
        "most_in_table": MOST_IN_TABLE,
    }
    return pages.page(request, "andon_live.html" if part else "andon.html", context)
