"""Production over a period by the API: the figure with what it rests on, as a whole and in its parts; its stops."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from gateway.api.accept import OR_CSV
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.production import TheAsking
from gateway.api.spans import NS, iso
from gateway.production.judging import Judged
from gateway.production.looking import Look, Scope, look
from gateway.production.periods import Period
from gateway.production.stops import Stopped, stops_of
from gateway.registry.roles import Action

router = APIRouter(prefix="/production", tags=["production"], dependencies=[Depends(allow(Action.READ, "production"))])

MOST_STOPS = 5000


class By(StrEnum):
    """Into which parts."""

    WHOLE = "whole"
    MEMBER = "member"
    TIME = "time"
    WEEK = "week"
    SHIFT = "shift"


ByQuery = Annotated[
    By,
    Query(
        description="whole: one figure; member: by site, or of a site by line, or of a line by machine; "
        "time: by day, or of a day by shift; week: the weeks of a month; shift: by shift over several days"
    ),
]


class FigureOut(BaseModel):
    """What machines gave over a period: sums of elements, ratios last; null where a denominator is zero."""

    site: str = Field(description="Empty: several", examples=["sa-dec"])
    line: str = Field(description="Empty: all")
    unit: str = Field(description="edge/machine; empty: all", examples=["press-shop/press-1"])
    period: str = Field(examples=["2026-11-25"])
    oee: float | None = Field(description="Ideal time of good pieces / observed time", examples=[0.748])
    oee_low: float | None = Field(description="If all that was not observed was lost")
    oee_high: float | None = Field(description="If all that was not observed was perfect")
    availability: float | None
    effectiveness: float | None = Field(description="Above 1: the ideal cycle is wrong")
    quality_ratio: float | None
    coverage: float | None = Field(description="Observed / planned time", examples=[0.991])
    told: float | None = Field(description="Share of the days up to today that were told of; null: no week or month")
    grey: str = Field(description="Why no indicator may rest on it; empty: one may", examples=[""])
    planned_busy_s: float
    observed_s: float
    actual_production_s: float
    total: int
    good: int
    reject: int
    failures: int
    energy_wh: float = Field(description="0: none, or none was measured")
    losses_s: dict[str, float] = Field(description="The big losses, s; without counters: those of time")
    until: str | None = Field(description="End of the last of its elements, UTC; null: there is none")


class PeriodStopOut(BaseModel):
    """A stop, or the piece of one that has one reason."""

    site: str
    edge: str
    work_unit: str
    since: str = Field(description="UTC")
    until: str | None = Field(description="UTC; null: it lasts")
    kind: str = Field(description="FAULT, STOP, MINOR_STOP or SETUP")
    planned_s: float = Field(description="How much of planned time it took, s")
    code: str
    shift: str
    product: str
    reason: str = Field(description="Id of its reason; empty: nobody gave one")
    title: dict[str, str] = Field(description="Of the reason, language -> words")
    note: str
    who: str


@router.get("/figures", summary="OEE of a period", response_model=list[FigureOut], responses={**OR_CSV})
def read_figures(asking: TheAsking, asked: Whole, by: ByQuery = By.WHOLE) -> list[FigureOut] | Response:
    """OEE over a month, a week, a day or a shift: of all, a site, a line, a machine; as a whole or in its parts."""
    rows = _parts(look(asking.asked, asking.seen, asking.scope, asking.period), by)
    numbered = list(enumerate(rows))
    return asked.array(asked.cut(numbered, lambda one: (one[0],)), FigureOut, lambda one: _figure(*one[1]), "figures")


@router.get("/stops", summary="Stops of a period", response_model=list[PeriodStopOut], responses={**OR_CSV})
def read_period_stops(asking: TheAsking, asked: Whole) -> list[PeriodStopOut] | Response:
    """Every stop that counts for a period, what took most of planned time first; at most 5000."""
    found = stops_of(asking.asked.engine, asking.selection, asking.period, asking.asked.zone, most=MOST_STOPS)
    cut = asked.cut(found, lambda stop: (-stop.planned_ns, stop.since, *stop.of))
    return asked.array(cut, PeriodStopOut, _stop, "stops")


def _parts(seen: Look, by: By) -> list[tuple[Scope, Period, Judged]]:
    if by is By.MEMBER:
        return [(one.scope, seen.period, one.judged) for one in seen.members]
    columns = {By.TIME: seen.columns, By.WEEK: seen.weeks, By.SHIFT: seen.shifts}
    if by in columns:
        return [(seen.scope, one.period, one.judged) for one in columns[by]]
    return [(seen.scope, seen.period, seen.judged)]


def _figure(scope: Scope, period: Period, judged: Judged) -> FigureOut:
    e, ratios = judged.elements, judged.figures
    return FigureOut(
        **scope._asdict(),
        period=period.name,
        oee=ratios.oee,
        oee_low=ratios.oee_low,
        oee_high=ratios.oee_high,
        availability=ratios.availability,
        effectiveness=ratios.effectiveness,
        quality_ratio=ratios.quality_ratio,
        coverage=ratios.coverage,
        told=judged.told,
        grey=judged.grey,
        planned_busy_s=e.planned_busy_ns / NS,
        observed_s=e.observed_ns / NS,
        actual_production_s=e.actual_production_ns / NS,
        total=e.total,
        good=e.good,
        reject=e.reject,
        failures=e.failures,
        energy_wh=judged.sum.energy_wh,
        losses_s={loss.name: loss.ns / NS for loss in judged.losses},
        until=iso(judged.sum.told_until) if judged.sum.told_until else None,
    )


def _stop(stop: Stopped) -> PeriodStopOut:
    return PeriodStopOut(
        **stop.of._asdict(),
        since=iso(stop.since),
        until=None if stop.until is None else iso(stop.until),
        kind=stop.kind,
        planned_s=stop.planned_ns / NS,
        code=stop.code,
        shift=stop.shift,
        product=stop.product,
        reason=stop.reason,
        title=stop.title,
        note=stop.note,
        who=stop.who,
    )
