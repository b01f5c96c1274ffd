"""The benches of a laboratory, for people: which of them knows what, and what cannot be sent to them."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from gateway.api.permission import allow
from gateway.api.registry_pages.desk import TheDesk
from gateway.ingest.journals import EdgeId
from gateway.laboratory.bench_settings import Standing, Told, benches, standing_of, told_at
from gateway.registry.organisations import OrganisationRow
from gateway.registry.roles import Action

router = APIRouter(include_in_schema=False, prefix="/laboratory/bench")


class Bench(NamedTuple):
    """A bench as the page shows it.

    Attributes:
        edge: Which.
        told: What it is to know.
        standings: What became of sending it.
    """

    edge: EdgeId
    told: Told
    standings: Sequence[Standing]


@router.get("", dependencies=[Depends(allow(Action.READ, "laboratory"))])
def show_benches(desk: TheDesk) -> HTMLResponse:
    """Every bench of the laboratories that may be seen."""
    day = desk.speech.local(desk.now).date()
    found = []
    with Session(desk.engine) as session:
        for organisation, edges in benches(session).items():
            place = session.get_one(OrganisationRow, organisation).place
            if desk.reader.may(Action.READ, "laboratory", place):
                found += [
                    Bench(edge, told_at(session, organisation, edge, day), standing_of(session, edge)) for edge in edges
                ]
    return desk.page("laboratory/work_bench.html", {"benches": found})
