"""OEE of a work unit over a stretch, with what it rests on."""

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from edge_agent.kpi.buckets import BUCKETS
from gateway.api.elements import Shift
from gateway.api.permission import allow
from gateway.api.series import End, Start, asked_span
from gateway.api.source import Now, TheService
from gateway.api.spans import NS, iso
from gateway.api.work_units import TheUnit
from gateway.registry.roles import Action
from gateway.shop_floor import ENOUGH, OeeOver, oee_over

router = APIRouter(prefix="/sites", tags=["work units"], dependencies=[Depends(allow(Action.READ, "production"))])

LONGEST_DAYS = 400


class MadeOut(BaseModel):
    """Pieces of one product; one whose ideal cycle was changed stands twice."""

    product: str
    ideal_cycle_s: float
    total: int
    good: int
    reject: int
    rework: int


class PiecesOut(BaseModel):
    """Pieces. Only the first four enter OEE."""

    total: int
    good: int
    reject: int
    rework: int = Field(description="Counts in first pass yield, not in OEE")
    unplanned: int = Field(description="Made outside of planned time")
    unattributed: int = Field(description="Made in stretches without data")
    no_product: int = Field(description="Made without a product in force")
    by_product: list[MadeOut]


class BasisOut(BaseModel):
    """What the figures rest on."""

    buckets: int = Field(description="Whole nominal buckets in the stretch that were told of", examples=[48])
    told: float = Field(description="Share of the stretch that they cover, 0 to 1", examples=[1.0])
    first: str | None = Field(description="Start of the first, UTC; null: none")
    last: str | None = Field(description="End of the last, UTC; null: none")
    planned_busy_s: float = Field(description="PBT, s")
    observed_s: float = Field(description="PBT with data, s")
    actual_production_s: float = Field(description="APT, s")


class OeeOut(BaseModel):
    """OEE and the other ratios of ISO 22400; null where a denominator is zero or nothing is counted. None is capped."""

    site: str
    edge: str
    work_unit: str
    start: str = Field(description="UTC, as asked")
    end: str = Field(description="UTC, as asked, not included")
    shift: str = Field(description="As asked; empty: all")
    counts_pieces: bool = Field(description="False: the unit has no counters, so it has availability and no OEE")
    oee: float | None = Field(description="Ideal time of good pieces / observed time", examples=[0.748])
    oee_low: float | None = Field(description="If all that was not observed was lost", examples=[0.741])
    oee_high: float | None = Field(description="If all that was not observed was perfect", examples=[0.75])
    coverage: float | None = Field(description="Observed / planned time", examples=[0.991])
    enough: bool = Field(description=f"Whether an indicator may rest on it: coverage is {ENOUGH:g} or more")
    availability: float | None
    effectiveness: float | None = Field(description="Above 1: the ideal cycle is wrong")
    quality_ratio: float | None
    piece_quality_ratio: float | None
    utilization: float | None
    teep: float | None
    nee: float | None
    setup_ratio: float | None
    technical_efficiency: float | None
    failures: int
    mtbf_s: float | None
    mttr_s: float | None
    ideal_cycle_is_wrong: bool = Field(description="More was made than the ideal cycle allows")
    seconds: dict[str, float] = Field(description="Bucket of the time model -> time in it, s; all eight")
    energy_wh: dict[str, float] = Field(description="Bucket -> energy in it, Wh")
    losses_s: dict[str, float] = Field(
        description="The big losses, s; with fully_productive they sum to observed_s. Without counters: those of time"
    )
    pieces: PiecesOut
    basis: BasisOut


@router.get("/{site}/work-units/{edge}/{unit}/oee", summary="OEE of a work unit")
def read_oee(
    unit: TheUnit,
    service: TheService,
    now: Now,
    start: Start = "-1d",
    end: End = "now",
    shift: Shift = "",
) -> OeeOut:
    """OEE with its bounds, its coverage and what it rests on: whole nominal buckets, summed; at most 400 days."""
    span = asked_span(start, end, now, LONGEST_DAYS)
    counts = unit.description.counts_pieces
    buckets = service.shop_floor.buckets(unit.id, span.start, span.end, shift)
    over = oee_over(buckets, span.end - span.start, counts_pieces=counts)
    e = over.elements
    ratios: dict[str, Any] = dict(over.figures.as_dict())
    return OeeOut(
        **unit.id._asdict(),
        start=iso(span.start),
        end=iso(span.end),
        shift=shift,
        counts_pieces=counts,
        **ratios,
        enough=over.is_enough,
        failures=e.failures,
        ideal_cycle_is_wrong=over.ideal_cycle_is_wrong,
        seconds={bucket.name: e.ns[bucket] / NS for bucket in BUCKETS},
        energy_wh={bucket.name: e.energy_wh[bucket] for bucket in BUCKETS if e.energy_wh[bucket]},
        losses_s=over.lost_s,
        pieces=_pieces(over),
        basis=_basis(over),
    )


def _pieces(over: OeeOver) -> PiecesOut:
    e = over.elements
    made = [
        MadeOut(
            product=product,
            ideal_cycle_s=cycle_s,
            total=pieces.total,
            good=pieces.good,
            reject=pieces.reject,
            rework=pieces.rework,
        )
        for (product, cycle_s), pieces in sorted(e.products.items())
    ]
    return PiecesOut(
        total=e.total,
        good=e.good,
        reject=e.reject,
        rework=e.rework,
        unplanned=e.unplanned,
        unattributed=e.unattributed,
        no_product=e.no_product,
        by_product=made,
    )


def _basis(over: OeeOver) -> BasisOut:
    e = over.elements
    return BasisOut(
        buckets=over.buckets,
        told=over.told_ns / over.asked_ns,
        first=iso(over.first) if over.buckets else None,
        last=iso(over.last) if over.buckets else None,
        planned_busy_s=e.planned_busy_ns / NS,
        observed_s=e.observed_ns / NS,
        actual_production_s=e.actual_production_ns / NS,
    )
