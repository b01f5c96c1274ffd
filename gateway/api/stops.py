"""Stops of a work unit, with their reasons, as values and as a file."""

from collections.abc import Iterator

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from edge_agent.wire.shop_floor import Stop
from gateway.api.accept import OR_CSV
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.sheets import Language, Sheet, harmless
from gateway.api.source import TheService, Zone
from gateway.api.spans import NS, iso
from gateway.api.work_units import TheDays, TheUnit
from gateway.registry.roles import Action

router = APIRouter(prefix="/sites", tags=["work units"], dependencies=[Depends(allow(Action.READ, "production"))])

_WORDS = ("kind", "code", "shift", "product", "reason", "title", "note", "who")


class StopOut(BaseModel):
    """A stop, or the piece of one that has one reason."""

    since: str = Field(description="UTC")
    until: str | None = Field(description="UTC; null: it lasts")
    seconds: float | None = Field(description="s; null: it lasts")
    kind: str = Field(description="FAULT, STOP, MINOR_STOP or SETUP: the worst that it contains", examples=["STOP"])
    planned_s: float = Field(description="How much of it lay in planned time, s")
    code: str = Field(description="What the machine said; empty: nothing")
    shift: str = Field(description="In which it began; empty: outside every shift")
    product: str = Field(description="In force when it began")
    reason: str = Field(description="Id of its reason; empty: nobody gave one")
    title: dict[str, str] = Field(description="Of the reason, language -> words")
    note: str
    who: str = Field(description="Who gave the reason; empty: nobody did, or nobody was asked")
    entered_at: str | None = Field(description="When, UTC; null: nobody did")
    revision: int


# Before the plain ones: a name has no dot, so these paths are never a work unit's.
@router.get(
    "/{site}/work-units/{edge}/{unit}/stops.csv",
    summary="Stops as CSV",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"example": "time,until,seconds,planned_s\r\n"}}}},
)
def read_stops_csv(
    unit: TheUnit,
    service: TheService,
    span: TheDays,
    zone: Zone,
    language: Language = "en",
) -> StreamingResponse:
    """One line for each stop that touches the stretch; at most 92 days."""
    sheet = Sheet(language, zone)
    heading = [sheet.time_name, "until", "seconds", "planned_s", *_WORDS, "entered_at"]
    stops = service.shop_floor.stops(unit.id, span.start, span.end)
    lines = sheet.lines(heading, _stop_rows(stops, sheet, language))
    return sheet.answer(lines, f"{'_'.join(unit.id)}_stops", span.start)


@router.get(
    "/{site}/work-units/{edge}/{unit}/stops",
    summary="Stops of a work unit",
    response_model=list[StopOut],
    responses={**OR_CSV},
)
def read_stops(
    unit: TheUnit,
    service: TheService,
    span: TheDays,
    asked: Whole,
) -> list[StopOut] | Response:
    """Every stop that touches the stretch, with its reason, by the revision in force, by time; at most 92 days."""
    stops = service.shop_floor.stops(unit.id, span.start, span.end)
    return asked.array(asked.cut(stops, lambda stop: (stop.since,)), StopOut, _stop_out, f"{'_'.join(unit.id)}_stops")


def _stop_out(stop: Stop) -> StopOut:
    return StopOut(
        since=iso(stop.since),
        until=None if stop.until is None else iso(stop.until),
        seconds=_seconds(stop),
        planned_s=stop.planned_ns / NS,
        entered_at=iso(stop.entered_at) if stop.entered_at else None,
        **{name: getattr(stop, name) for name in _WORDS},
        revision=stop.revision,
    )


def _seconds(stop: Stop) -> float | None:
    return None if stop.until is None else (stop.until - stop.since) / NS


def _stop_rows(stops: list[Stop], sheet: Sheet, language: str) -> Iterator[list[str]]:
    for stop in stops:
        title = stop.title.get(language) or next(iter(stop.title.values()), "")
        said = (stop.kind, stop.code, stop.shift, stop.product, stop.reason, title, stop.note, stop.who)
        yield [
            sheet.time(stop.since),
            sheet.time(stop.until),
            sheet.number(_seconds(stop)),
            sheet.number(stop.planned_ns / NS),
            *map(harmless, said),
            sheet.time(stop.entered_at or None),
        ]
