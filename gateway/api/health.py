"""How the gateway and its edges are: the first question of a bad day."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from gateway.access.sites import Sites, is_within
from gateway.api.forwarding import ForwardOut, forward_out
from gateway.api.permission import TheReader, allow, sites_for
from gateway.api.source import Now, Service, TheService
from gateway.api.spans import iso
from gateway.federation.standing import standing
from gateway.health import EdgeHealth
from gateway.registry.roles import Action

router = APIRouter(tags=["health"], dependencies=[Depends(allow(Action.READ, "edge"))])

EdgeSites = Annotated[Sites, Depends(sites_for(Action.READ, "edge"))]
"""Sites whose edges may be seen."""


class GatewayOut(BaseModel):
    """This process."""

    state: str = Field(examples=["online"])
    can_store: bool = Field(description="False: nothing is acknowledged, edges keep what they have")
    why: str = Field(description="Why it cannot store; empty when it can", examples=[""])
    store: str = Field(description="Id of the store")
    generation: int = Field(description="How often the store was restored, plus one", examples=[1])
    dead_letters: int = Field(
        description="Over all edges that you see: stored whole, but could not be used", examples=[0]
    )
    findings: list[str] = Field(description="What a person should look at; empty for who may not read the gateway")
    version: str = Field(examples=["0.1.0"])
    uptime_s: float = Field(description="Since this process started, s", examples=[86400.0])


class EdgeOut(BaseModel):
    """How one edge stands with us. The figures are of messages, not of samples."""

    site: str = Field(examples=["sa-dec"])
    edge: str = Field(examples=["press-shop"])
    admitted: bool = Field(description="Whether a person has admitted it; until then it is stored all the same")
    state: str = Field(description="online, stopped or lost, by its last status; empty: it never sent one")
    silent: bool = Field(description="True: it has not been heard for longer than it should")
    waiting: int = Field(description="Held by the edge and not yet stored, by its last status", examples=[0])
    missing: int = Field(description="No longer held, not stored and not declared: lost", examples=[0])
    declared: int = Field(description="Declared by the edge as never to be stored, with its reason", examples=[0])
    dead_letters: int = Field(description="Stored whole, but could not be used", examples=[0])
    as_of: str | None = Field(
        description="When its last status came, UTC; null: none came", examples=[iso(1764028800 * 10**9)]
    )
    findings: list[str] = Field(description="What a person should look at")


class HealthOut(BaseModel):
    """The gateway and every edge."""

    gateway: GatewayOut
    missing: int = Field(description="Over all edges", examples=[0])
    waiting: int = Field(description="Over all edges", examples=[0])
    forward: ForwardOut | None = Field(description="To the gateway above; null: nothing is, or you may not read it")
    edges: list[EdgeOut]


def edge_out(health: EdgeHealth) -> EdgeOut:
    """One edge as the API says it."""
    return EdgeOut(
        site=health.site,
        edge=health.edge,
        admitted=health.admitted,
        state=health.state,
        silent=health.silent,
        waiting=health.waiting,
        missing=health.missing,
        declared=health.declared,
        dead_letters=health.dead_letters,
        as_of=iso(health.status_at) if health.status_at else None,
        findings=list(health.findings),
    )


def _gateway_out(request: Request, service: TheService, now: Now) -> GatewayOut:
    status, store = service.gateway_status(), service.store_health()
    return GatewayOut(
        state=status.state,
        can_store=status.can_store,
        why=status.why,
        store=store.store,
        generation=store.generation,
        dead_letters=store.dead_letters,
        findings=list(store.findings),
        version=request.app.version,
        uptime_s=round(max(0, now - request.app.state.started) / 1e9, 3),
    )


@router.get("/health", summary="The gateway and its edges")
def read_health(
    service: TheService, gateway: Annotated[GatewayOut, Depends(_gateway_out)], sites: EdgeSites, reader: TheReader
) -> HealthOut:
    """Whether the gateway can store, and by edge of yours what waits, is missing, declared or unusable."""
    edges = [edge_out(health) for health in of_all(service, sites)]
    if not reader.may(Action.READ, "gateway"):
        gateway.findings, gateway.dead_letters = [], sum(e.dead_letters for e in edges)
    return HealthOut(
        gateway=gateway,
        missing=sum(e.missing for e in edges),
        waiting=sum(e.waiting for e in edges),
        forward=forward_out(standing(service.engine)) if reader.may(Action.READ, "agreement") else None,
        edges=edges,
    )


def of_all(service: Service, sites: Sites) -> list[EdgeHealth]:
    """Every edge of some sites, by site and name."""
    found = (health for health in service.health(sites) if is_within(health.site, sites))
    return sorted(found, key=lambda health: (health.site, health.edge))
