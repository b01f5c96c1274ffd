"""Work units: what their edges said of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Response
from pydantic import BaseModel, Field

from edge_agent.wire.schema import NAME
from gateway.api.accept import OR_CSV
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.revisions import NOT_MODIFIED, IfNoneMatch
from gateway.api.series import End, Start, asked_span
from gateway.api.source import EdgeName, Now, SiteName, TheService
from gateway.api.spans import Span, iso
from gateway.registry.roles import Action
from gateway.shop_floor import UnitId, WorkUnit

router = APIRouter(prefix="/sites", tags=["work units"], dependencies=[Depends(allow(Action.READ, "production"))])

LONGEST_DAYS = 92

UnitName = Annotated[str, Path(pattern=f"^{NAME.pattern}$", description="Work unit", examples=["press-1"])]


class ProductOut(BaseModel):
    """A product that a work unit can make."""

    product: str = Field(examples=["cap-38"])
    ideal_cycle_s: float = Field(description="Planned time for one piece, s", examples=[2.0])
    title: dict[str, str]


class WorkUnitOut(BaseModel):
    """A work unit, as its edge described it last."""

    site: str
    edge: str
    work_unit: str
    title: dict[str, str]
    production_line: str = Field(description="The line that it belongs to; empty: none")
    counts_pieces: bool = Field(description="False: it has no counters, so it has availability and no OEE")
    micro_stop_s: float = Field(description="A stop shorter than this is a minor stop, s", examples=[120.0])
    max_gap_s: float = Field(description="A silence longer than this is no data, s", examples=[60.0])
    bucket_s: float = Field(description="Length of a nominal bucket of its elements, s", examples=[600.0])
    timezone: str = Field(description="Of its shifts", examples=["Asia/Ho_Chi_Minh"])
    target_oee: float | None = Field(description="0 to 1; null: nothing was said", examples=[0.65])
    products: list[ProductOut]
    reasons: dict[str, dict[str, str]] = Field(description="Stop reason -> its titles, language -> words")
    as_of: str = Field(description="When the edge said so, UTC")


def _asked_unit(site: SiteName, edge: EdgeName, unit: UnitName, service: TheService) -> WorkUnit:
    of = UnitId(site, edge, unit)
    found = service.shop_floor.work_unit(of)
    if found is None:
        msg = f"work unit {unit} of {site}/{edge}: was never heard of. Look in /api/v1/sites/{site}/work-units."
        raise HTTPException(404, msg)
    return found


def _asked_days(now: Now, start: Start = "-1d", end: End = "now") -> Span:
    return asked_span(start, end, now, LONGEST_DAYS)


TheUnit = Annotated[WorkUnit, Depends(_asked_unit)]
"""The work unit in the path; 404 when its edge never described it."""
TheDays = Annotated[Span, Depends(_asked_days)]
"""The stretch that was asked for, of at most :data:`LONGEST_DAYS`."""


@router.get(
    "/{site}/work-units",
    summary="The work units of a site",
    response_model=list[WorkUnitOut],
    responses={**OR_CSV, **NOT_MODIFIED},
)
def read_work_units(
    site: SiteName,
    service: TheService,
    asked: Whole,
    _given: IfNoneMatch = None,
) -> list[WorkUnitOut] | Response:
    """Every work unit that any edge of the site ever described, by edge and name; of a site that has none: nothing."""
    units = sorted(service.shop_floor.work_units(site), key=lambda unit: unit.id)
    revisions = (word for unit in units for word in (*unit.id, unit.description.revision))
    cut = asked.cut(units, lambda unit: unit.id[1:])
    return asked.unchanged(*revisions) or asked.array(cut, WorkUnitOut, _unit_out, f"{site}_work-units")


def _unit_out(unit: WorkUnit) -> WorkUnitOut:
    said = unit.description
    return WorkUnitOut(
        **unit.id._asdict(),
        title=said.title,
        production_line=said.production_line,
        counts_pieces=said.counts_pieces,
        micro_stop_s=said.micro_stop_s,
        max_gap_s=said.max_gap_s,
        bucket_s=said.bucket_s,
        timezone=said.timezone,
        target_oee=said.target_oee,
        products=[
            ProductOut(product=p, ideal_cycle_s=d.ideal_cycle_s, title=d.title) for p, d in said.products.items()
        ],
        reasons=said.reasons,
        as_of=iso(unit.at),
    )
