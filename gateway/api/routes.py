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
    certificates_files,
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
    laboratory_recompute,
    laboratory_scope,
    laboratory_work,
    laboratory_work_bench,
    laboratory_work_external,
    laboratory_work_requests,
    login,
    noun_list,
    nouns,
    oee,
    overview,
    own_account,
    pages,
    pilot_packs,
    pilots,
    plan_calendar,
    plan_compare,
    plan_indicator,
    plan_reports,
    plan_tasks,
    plans,
    plans_api,
    production,
    production_figures,
    production_stop,
    records,
    records_quick,
    registry_pages,
    series,
    settings,
    setup,
    setup_sending,
    sharing,
    stops,
    tasks,
    tfp,
    tokens,
    work_units,
)
from gateway.api.asking import well_asked


@cache
def every_route() -> list[BaseRoute]:
    """Those of the API and of the pages."""
    all_of_them = APIRouter()
    api = (health, edges, instruments, series, work_units, elements, stops, oee, entries, accounts, tokens)
    others = (production_figures, settings, forwarding, noun_list, imports, plans_api)
    well = [Depends(well_asked)]
    for noun in (*api, *others):
        all_of_them.include_router(noun.router, prefix="/api/v1", dependencies=well)
    laboratory = (
        *(
            laboratory_instruments,
            laboratory_assurance,
            laboratory_nonconforming,
            laboratory_scope,
            laboratory_recompute,
        ),
        *(
            laboratory_work,
            laboratory_work_requests,
            laboratory_work_bench,
            laboratory_work_external,
            certificates_public,
            certificates_files,
            certificates,
        ),
    )
    shop_floor = (sharing, setup_sending, setup, improvement, production, production_stop)
    # What compares plans has a fixed address, which must not be taken for a plan.
    of_plans = (plan_calendar, plan_reports, plan_compare, plan_indicator, plan_tasks, plans)
    offices = (records, records_quick, tasks, tfp, pilots, pilot_packs, *of_plans, administration_audit, administration)
    mine = (login, own_account, overview, pages, andon, edges_pages, instruments_pages)
    whole = [one.router for one in (*mine, *laboratory, *shop_floor, *offices)]
    # Their routes as they are: a router within a router makes the models of all its routes once more.
    for router in (*nouns.all_routers("/api/v1", well), *whole, *registry_pages.routers):
        all_of_them.routes.extend(router.routes)
    all_of_them.add_api_route("/healthz", say_ok, include_in_schema=False)
    return all_of_them.routes


def say_ok() -> dict[str, str]:
    """For whoever watches processes: this one answers. It says nothing else, so it needs no secret."""
    return {"status": "ok"}
