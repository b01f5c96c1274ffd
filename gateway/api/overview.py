"""The first page: what needs whoever looks today."""

from typing import Annotated, NamedTuple, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from gateway.access.sites import Sites, is_within
from gateway.api.health import of_all
from gateway.api.permission import TheReader, sites_for
from gateway.api.plans import ORDER, SHAPES
from gateway.api.plans_source import TheEvaluations
from gateway.api.production import address, titles_of
from gateway.api.rendering import Pages
from gateway.api.source import Now, Service, TheService, Zone
from gateway.api.wall import FACES, sites_of
from gateway.health import EdgeHealth
from gateway.laboratory.open_findings import OpenFindings
from gateway.overview import ACT, FINE, LOOK, Need, assurance, laboratory, plans, programme, system
from gateway.overview import floor as the_floor
from gateway.production.looking import Asked, Scope
from gateway.production.periods import day_at, today
from gateway.production.reading import Machine, machines_of
from gateway.programme.evaluating import Evaluations
from gateway.registry.roles import Action, Reader

router = APIRouter(include_in_schema=False)

MOST_SITES, MOST_MACHINES = 12, 24
_ORDER = {ACT: 0, LOOK: 1}

ProductionSites = Annotated[Sites, Depends(sites_for(Action.READ, "production"))]
EdgeSites = Annotated[Sites, Depends(sites_for(Action.READ, "edge"))]


class Seen(NamedTuple):
    """What the parts of the page are made of.

    Attributes:
        asked: Registry, wall clock, the present.
        reader: Who looks.
        machines: Those whose production they may see.
        edges: Those that they may see.
        findings: Of the laboratory, that nobody has decided on.
        evaluations: Of the plans.
    """

    asked: Asked
    reader: Reader
    machines: list[Machine]
    edges: list[EdgeHealth]
    findings: OpenFindings
    evaluations: Evaluations


@router.get("/")
def show_overview(
    request: Request,
    service: TheService,
    pages: Pages,
    reader: TheReader,
    now: Now,
    zone: Zone,
    production: ProductionSites,
    edge: EdgeSites,
    evaluations: TheEvaluations,
) -> HTMLResponse:
    """What needs them today, what is well, and where they go from here."""
    asked = Asked(service.engine, zone, now)
    machines = machines_of(service.engine, production) if reader.may(Action.READ, "production") else []
    everyone = of_all(service, None)
    kept = cast("OpenFindings", request.app.state.open_findings)
    seen = Seen(asked, reader, machines, [one for one in everyone if is_within(one.site, edge)], kept, evaluations)
    runs_it = reader.may(Action.READ, "gateway")
    context = _wanted(seen, _needs(service, seen)) | {
        "steps": system.beginning(asked, everyone) if runs_it else [],
        "plans": plans.standings(asked, reader, evaluations) if reader.may(Action.READ, "programme") else [],
        "states": ORDER,
        "shapes": SHAPES,
        "day": day_at(today(now, zone)).before,
        "floor": _floor(seen)[:MOST_MACHINES] if not reader.may(Action.DECIDE, "production") else [],
        "counts": _counts(seen),
        "andons": [site for site in sites_of(service, everyone) if is_within(site, production)][:MOST_SITES],
        "titles": titles_of(service),
        "faces": FACES,
        "now": now,
        "to": address,
        "whole": Scope,
    }
    return pages.page(request, "overview.html", context)


def _wanted(seen: Seen, needs: list[Need]) -> dict[str, object]:
    """What needs them, what is well, and the sites' yesterday."""
    days = _yesterday(seen)
    # Who runs a site looks at one figure; who looks after many, at a table.
    runs_sites = seen.reader.may(Action.DECIDE, "production")
    wanted = sorted((one for one in needs if one.urgency in _ORDER), key=lambda one: _ORDER[one.urgency])
    return {
        "needs": wanted,
        # What a site does is its own managers' to do, and of whoever looks after a province to know.
        "todo": len(wanted) + (sum(one.needs_somebody for one in days) if runs_sites else 0),
        "fine": [one for one in needs if one.urgency == FINE],
        "yesterday": days if runs_sites else [],
        "sites": [] if runs_sites else days,
    }


def _needs(service: Service, seen: Seen) -> list[Need]:
    """Everything that may concern them, in the order of their work."""
    reader = seen.reader
    if reader.may(Action.WRITE, "programme") and not reader.may(Action.READ, "gateway"):
        return _of_programme(seen) + _of_floor(service, seen)
    return _of_floor(service, seen) + _of_programme(seen)


def _of_floor(service: Service, seen: Seen) -> list[Need]:
    """Of the gateway, edges, machines, the laboratory."""
    reader, asked = seen.reader, seen.asked
    needs: list[Need] = []
    if reader.may(Action.READ, "gateway"):
        needs += [system.storing(service.gateway_status()), *system.of_gateway(service.store_health())]
        needs.append(system.never_signed_in(asked))
    if seen.edges and reader.may(Action.READ, "edge"):
        needs += _of_edges(seen)
    if seen.machines:
        needs.append(the_floor.without_reason(asked, {one.id: one for one in seen.machines}))
    if reader.may(Action.READ, "laboratory"):
        needs.append(assurance.instruments_due(asked, reader))
    if reader.may(Action.WRITE, "laboratory"):
        needs += [assurance.undecided_work(asked, reader), assurance.open_findings(asked, reader, seen.findings)]
        needs += laboratory.work(asked, reader)
    return needs


def _of_programme(seen: Seen) -> list[Need]:
    """Of plans, their records, pilots."""
    reader, asked = seen.reader, seen.asked
    needs: list[Need] = []
    if reader.may(Action.READ, "task"):
        needs.append(plans.late_tasks(asked, reader, seen.evaluations))
    if reader.may(Action.WRITE, "programme"):
        needs.append(programme.reports_due(asked, reader))
        needs += plans.targets(asked, reader, seen.evaluations)
        needs.append(plans.without_proof(asked, reader, seen.evaluations))
    if reader.may(Action.WRITE, "pilot"):
        needs.append(programme.pilots_without_data(asked, reader))
        needs += programme.deadlines(asked, reader)
    return needs


def _of_edges(seen: Seen) -> list[Need]:
    needs = [the_floor.silent_edges(seen.edges)]
    if seen.reader.may(Action.DECIDE, "edge"):
        needs += [the_floor.missing_messages(seen.edges), the_floor.newcomers(seen.edges)]
    if seen.reader.may(Action.WRITE, "laboratory") or seen.reader.may(Action.DECIDE, "edge"):
        needs += [the_floor.poor_instruments(seen.edges), the_floor.findings(seen.edges)]
    return needs


def _yesterday(seen: Seen) -> list[the_floor.Yesterday]:
    """The last whole day of each site; who only runs a machine has its shift on the Andon."""
    if seen.reader.may(Action.WRITE, "improvement") and not seen.reader.may(Action.DECIDE, "production"):
        return []
    by_site: dict[str, list[Machine]] = {}
    for one in seen.machines:
        by_site.setdefault(one.id.site, []).append(one)
    return the_floor.yesterdays(seen.asked, dict(list(by_site.items())[:MOST_SITES]))


def _floor(seen: Seen) -> list[the_floor.Now]:
    """The machines that they may see, those that stand first."""
    order = {"FAULT": 0, "STOP": 1, "SETUP": 2, "MINOR_STOP": 3, "UNKNOWN": 4}
    found = the_floor.standing(seen.machines, seen.edges)
    return sorted(found, key=lambda one: (order.get(one.bucket, len(order)), one.machine.production_line))


def _counts(seen: Seen) -> list[tuple[str, int]]:
    """How many machines do what now, the most first."""
    counts: dict[str, int] = {}
    for one in the_floor.standing(seen.machines, seen.edges):
        counts[one.bucket] = counts.get(one.bucket, 0) + 1
    return sorted(counts.items(), key=lambda one: -one[1])
