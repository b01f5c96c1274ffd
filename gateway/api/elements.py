"""Elements of a work unit: what adds up, by nominal bucket, as values and as a file."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from edge_agent.wire.schema import SECONDS
from edge_agent.wire.shop_floor import Part
from gateway.api.accept import OR_CSV, wants_csv
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.sheets import Language, Sheet, harmless
from gateway.api.source import TheService, Zone
from gateway.api.spans import NS, iso
from gateway.api.work_units import TheDays, TheUnit
from gateway.registry.roles import Action
from gateway.shop_floor import NominalBucket

router = APIRouter(prefix="/sites", tags=["work units"], dependencies=[Depends(allow(Action.READ, "production"))])

Shift = Annotated[
    str,
    Query(
        max_length=255,
        description="A shift of one day, or its name for that shift of every day; empty: all, and outside of shifts",
        examples=["A@2026-11-25", "A"],
    ),
]
_COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures")


class PartOut(BaseModel):
    """The share of a nominal bucket that belongs to one shift and one product. All of it adds up."""

    shift: str = Field(description="name@first day; empty: outside every shift", examples=["A@2026-11-25"])
    product: str = Field(description="In force; empty: none")
    ideal_cycle_s: float | None = Field(description="Of the product, s; null: no product")
    seconds: dict[str, float] = Field(description="Bucket of the time model -> time in it, s; absent: none")
    total: int = Field(description="Pieces made in planned, observed time with the product in force")
    reject: int = Field(description="Of these not good, also those found later")
    rework: int = Field(description="Of these repaired")
    unplanned: int = Field(description="Pieces outside of planned time")
    unattributed: int = Field(description="Pieces of stretches without data")
    no_product: int = Field(description="Pieces without a product in force")
    failures: int = Field(description="Failures that began here")
    failing_s: float = Field(description="Planned time in failing stops, s")
    energy_wh: dict[str, float] = Field(description="Bucket -> energy in it, Wh; empty: none was measured")


class BucketOut(BaseModel):
    """One nominal bucket, by the revision in force."""

    since: str = Field(description="UTC")
    until: str = Field(description="UTC, not included")
    revision: int
    parts: list[PartOut]


class ElementsOut(BaseModel):
    """What a work unit did. A bucket that is absent was never told of: it is unknown, not zero."""

    site: str
    edge: str
    work_unit: str
    start: str = Field(description="UTC, as asked")
    end: str = Field(description="UTC, as asked, not included")
    buckets: list[BucketOut] = Field(description="Those that lie whole in the stretch, by time")
    next: str | None = Field(None, description="Address of the next page; null: this is the last")


# Before the plain ones: a name has no dot, so these paths are never a work unit's.
@router.get(
    "/{site}/work-units/{edge}/{unit}/elements.csv",
    summary="Elements as CSV",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"example": "time,until,shift,product\r\n"}}}},
)
def read_elements_csv(
    unit: TheUnit,
    service: TheService,
    span: TheDays,
    zone: Zone,
    shift: Shift = "",
    language: Language = "en",
) -> StreamingResponse:
    """One line for each part, times in s and energy in Wh by bucket of the time model; at most 92 days."""
    sheet = Sheet(language, zone)
    times, energies = ([f"{name.lower()}_{what}" for name in SECONDS] for what in ("s", "wh"))
    heading = [sheet.time_name, "until", "shift", "product", "ideal_cycle_s", *times, *_COUNTS, "failing_s", *energies]
    buckets = service.shop_floor.buckets(unit.id, span.start, span.end, shift)
    lines = sheet.lines(heading, _part_rows(buckets, sheet))
    return sheet.answer(lines, f"{'_'.join(unit.id)}_elements", span.start)


@router.get(
    "/{site}/work-units/{edge}/{unit}/elements",
    summary="Elements of a work unit",
    response_model=ElementsOut,
    responses={**OR_CSV},
)
def read_elements(
    unit: TheUnit,
    service: TheService,
    span: TheDays,
    zone: Zone,
    asked: Whole,
    request: Request,
    response: Response,
    shift: Shift = "",
) -> ElementsOut | Response:
    """What adds up, by nominal bucket, shift and product, by the revision in force; at most 92 days."""
    response.headers["Vary"] = "Accept"
    if wants_csv(request):
        return read_elements_csv(unit, service, span, zone, shift)
    cut = asked.cut(service.shop_floor.buckets(unit.id, span.start, span.end, shift), lambda bucket: (bucket.since,))
    return ElementsOut(
        **unit.id._asdict(),
        start=iso(span.start),
        end=iso(span.end),
        buckets=[_bucket_out(bucket) for bucket in cut.rows],
        next=cut.next or None,
    )


def _bucket_out(bucket: NominalBucket) -> BucketOut:
    return BucketOut(
        since=iso(bucket.since),
        until=iso(bucket.until),
        revision=bucket.revision,
        parts=[_part_out(part) for part in bucket.parts],
    )


def _part_out(part: Part) -> PartOut:
    return PartOut(
        shift=part.shift,
        product=part.product,
        ideal_cycle_s=part.ideal_cycle_s,
        seconds={bucket: ns / NS for bucket, ns in part.ns.items()},
        **{name: getattr(part, name) for name in _COUNTS},
        failing_s=part.failing_ns / NS,
        energy_wh=part.energy_wh,
    )


def _part_rows(buckets: list[NominalBucket], sheet: Sheet) -> Iterator[list[str]]:
    for bucket in buckets:
        for part in bucket.parts:
            yield [
                sheet.time(bucket.since),
                sheet.time(bucket.until),
                harmless(part.shift),
                harmless(part.product),
                sheet.number(part.ideal_cycle_s),
                *(sheet.number(part.ns.get(name, 0) / NS) for name in SECONDS),
                *(str(getattr(part, name)) for name in _COUNTS),
                sheet.number(part.failing_ns / NS),
                *(sheet.number(part.energy_wh.get(name) if part.energy_wh else None) for name in SECONDS),
            ]
