"""Every route of the gateway, made once a process: several hundred with their schemas take seconds to make.

Routes hold nothing of an application: what they need they get at by way of the request.
"""

from functools import cache

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

from gateway.api import (
    accounts,
    administration,
    administration_audit,
    andon,
    certificates,
    certificates_public,
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
    laboratory_assurance,
    laboratory_instruments,
    laboratory_nonconforming,
    laboratory_scope,
    laboratory_work,
    laboratory_work_bench,
    laboratory_work_requests,
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
    settings,
    setup,
    setup_sending,
    sharing,
    stops,
    tasks,
    tokens,
    work_units,
)
from gateway.api.asking import well_asked


@cache
def every_route() -> list[BaseRoute]:
    """Those of the API and of the pages."""
    all_of_them = APIRouter()
    api = (health, edges, instruments, series, work_units, elements, stops, oee, entries, accounts, tokens)
    others = (production_figures, settings, forwarding, noun_list, imports)
    # Each at once where it belongs: a router within a router makes the models of its routes once more, 10 MB in all.
    for router in (*(noun.router for noun in (*api, *others)), *nouns.all_routers()):
        all_of_them.include_router(router, prefix="/api/v1", dependencies=[Depends(well_asked)])
    all_of_them.include_router(login.router)
    all_of_them.include_router(own_account.router)
    all_of_them.include_router(overview.router)
    all_of_them.include_router(pages.router)
    all_of_them.include_router(andon.router)
    all_of_them.include_router(edges_pages.router)
    assured = (laboratory_instruments, laboratory_assurance, laboratory_nonconforming, laboratory_scope)
    for laboratory in (instruments_pages, *assured):
        all_of_them.include_router(laboratory.router)
    for router in (laboratory_work.router, laboratory_work_requests.router, laboratory_work_bench.router):
        all_of_them.include_router(router)
    for router in (certificates_public.router, certificates.router):
        all_of_them.include_router(router)
    all_of_them.include_router(sharing.router)
    all_of_them.include_router(setup_sending.router)
    all_of_them.include_router(setup.router)
    all_of_them.include_router(improvement.router)
    all_of_them.include_router(production.router)
    all_of_them.include_router(production_stop.router)
    offices = (records, tasks, pilots, administration_audit, administration)
    for router in (*(office.router for office in offices), *registry_pages.routers):
        all_of_them.include_router(router)
    all_of_them.add_api_route("/healthz", say_ok, include_in_schema=False)
    return all_of_them.routes


def say_ok() -> dict[str, str]:
    """For whoever watches processes: this one answers. It says nothing else, so it needs no secret."""
    return {"status": "ok"}
