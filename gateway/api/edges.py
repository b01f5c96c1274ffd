"""Edges: who they are, what they hold, and their admission by a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from pydantic import BaseModel, Field, StringConstraints

from edge_agent.wire.messages import EdgeStatus
from gateway.api.accept import OR_CSV
from gateway.api.bodies import Sent
from gateway.api.health import EdgeOut, EdgeSites, edge_out, of_all
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.source import EdgeName, Service, SiteName, TheService
from gateway.api.spans import iso
from gateway.health import EdgeHealth, JournalHealth
from gateway.people import DecisionError
from gateway.registry.roles import Action, Reader

router = APIRouter(prefix="/edges", tags=["edges"], dependencies=[Depends(allow(Action.READ, "edge"))])


_PERSON = r"^[\w .,'’()/&-]+$"  # noqa: RUF001  an apostrophe as people type it
"""Letters of any language and what stands between them in names: no tag of HTML, no end of an SQL statement."""


class JournalOut(BaseModel):
    """One run of the edge's agent; the figures are of messages."""

    journal: str
    state: str = Field(description="open, on_hold (waits for a person) or closed (by a person)")
    first: int = Field(description="Lowest number that the edge still holds")
    last: int = Field(description="Highest number known")
    stored: int
    waiting: int
    missing: int
    declared: int


class StatusOut(BaseModel):
    """What the edge said of itself in its last status."""

    version: str = Field(description="Of its agent")
    started: str | None = Field(description="When its present run began, UTC")
    clock: str = Field(description="synchronised or unsure")
    oldest_waiting: str | None = Field(description="When the oldest message that waits was made, UTC; null: none waits")
    undated: int = Field(description="Samples that wait for the clock")
    disk_free: int = Field(description="Bytes")
    disk_size: int = Field(description="Bytes")
    instruments: dict[str, str] = Field(description="Instrument -> good, or the quality of its last poll")


class EdgeDetailOut(EdgeOut):
    """One edge with its journals."""

    journals: list[JournalOut]
    last_status: StatusOut | None = Field(description="null: it never sent a status")


class AdmitIn(Sent):
    """Who admits an edge."""

    who: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PERSON)] = (
        Field(description="Name of the person who answers for it", examples=["Nguyễn Thị Mai"])
    )


def find_edge(service: Service, site: str, edge: str) -> EdgeHealth:
    """One edge.

    Raises:
        HTTPException: 404, it never spoke.
    """
    for health in service.health(frozenset({site})):
        if (health.site, health.edge) == (site, edge):
            return health
    msg = f"edge {site}/{edge}: was never heard of. Look in /api/v1/edges, or check the names in its agent.toml."
    raise HTTPException(404, msg)


@router.get("", summary="Every edge", response_model=list[EdgeOut], responses={**OR_CSV})
def read_edges(service: TheService, asked: Whole, sites: EdgeSites) -> list[EdgeOut] | Response:
    """Every edge that was ever heard of at your sites, admitted or not, by site and name."""
    cut = asked.cut(of_all(service, sites), lambda health: (health.site, health.edge))
    return asked.array(cut, EdgeOut, edge_out, "edges")


@router.get("/{site}/{edge}", summary="One edge with its journals")
def read_edge(site: SiteName, edge: EdgeName, service: TheService) -> EdgeDetailOut:
    """One edge: what is stored of each run of its agent, and what it last said of itself."""
    return _detail(find_edge(service, site, edge))


@router.post("/{site}/{edge}/admit", summary="Admit an edge")
def admit_edge(
    site: SiteName,
    edge: EdgeName,
    by: AdmitIn,
    service: TheService,
    reader: Annotated[Reader, Depends(allow(Action.DECIDE, "edge"))],
) -> EdgeDetailOut:
    """A person says that this edge belongs here; its name is kept with the time."""
    find_edge(service, site, edge)
    try:
        service.admit(site, edge, by.who, reader)
    except DecisionError as error:
        raise HTTPException(409, str(error)) from error
    return _detail(find_edge(service, site, edge))


def _detail(health: EdgeHealth) -> EdgeDetailOut:
    return EdgeDetailOut(
        **edge_out(health).model_dump(),
        journals=[_journal_out(journal) for journal in health.journals],
        last_status=_status_out(health.status) if health.status else None,
    )


def _journal_out(journal: JournalHealth) -> JournalOut:
    return JournalOut(
        journal=journal.journal,
        state=journal.state,
        first=journal.first,
        last=journal.last,
        stored=journal.stored,
        waiting=journal.waiting,
        missing=journal.missing,
        declared=journal.declared,
    )


def _status_out(status: EdgeStatus) -> StatusOut:
    return StatusOut(
        version=status.version,
        started=iso(status.started) if status.started else None,
        clock=status.clock,
        oldest_waiting=iso(status.oldest_waiting) if status.oldest_waiting else None,
        undated=status.undated,
        disk_free=status.disk_free,
        disk_size=status.disk_size,
        instruments=status.instruments,
    )
