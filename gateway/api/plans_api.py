"""Plans of provinces by the API: which there are, how far each indicator is, what a figure rests on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.api.accept import OR_CSV
from gateway.api.paging import Whole
from gateway.api.permission import TheReader, allow
from gateway.api.plans_source import TheEvaluations
from gateway.api.plans_told import (
    MOST_ROWS,
    BesideOut,
    ComponentOut,
    EvaluationOut,
    GapOut,
    IndicatorOut,
    NotCountedOut,
    OneIndicatorOut,
    PlanOut,
    RowOut,
    WordsOut,
    YearOut,
)
from gateway.api.problems import ProblemError, mistake
from gateway.api.source import Now, TheService, Zone
from gateway.indicators.facts import Gap, facts_hash
from gateway.indicators.results import Evaluated
from gateway.indicators.schema import Indicator, Plan, Words
from gateway.programme.telling import gap_told
from gateway.registry.organisations import ProvinceRow
from gateway.registry.roles import Action, Place, Reader

router = APIRouter(prefix="/plans", tags=["plans"], dependencies=[Depends(allow(Action.READ, "programme"))])

_NS = 10**9
PlanName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,63}$", description="Plan", examples=["dong-thap-2026-2030"])]
IndicatorName = Annotated[
    str, Path(pattern=r"^[a-z0-9.-]{1,63}$", description="Indicator", examples=["dt26-training-turns"])
]
AsOf = Annotated[
    str,
    Query(
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
        description="The day, all of it; not in the future; empty: today",
        examples=["2026-11-25"],
    ),
]


@router.get("", summary="Plans", response_model=list[PlanOut], responses={**OR_CSV})
def read_plans(
    evaluations: TheEvaluations, service: TheService, reader: TheReader, asked: Whole
) -> list[PlanOut] | Response:
    """Every plan whose province's records whoever asks may see, by id."""
    with Session(service.engine) as session:
        provinces = _provinces(session)
    plans = [one for _, one in sorted(evaluations.plans.items()) if _may_see(reader, one, provinces)]
    return asked.array(asked.cut(plans, lambda one: (one.id,)), PlanOut, _plan, "plans")


@router.get("/{plan}/evaluation", summary="How far a plan is", responses={404: {}})
def read_evaluation(
    plan: PlanName,
    evaluations: TheEvaluations,
    service: TheService,
    reader: TheReader,
    now: Now,
    zone: Zone,
    as_of: AsOf = "",
) -> EvaluationOut:
    """Each indicator as of a day: its value, how it stands, what is missing and doubtful."""
    of = _seen(evaluations.plans, plan, service, reader)
    found = evaluations.of(reader, of.id, _day(as_of, now, zone), now)
    return EvaluationOut(
        plan=of.id,
        as_of=found.result.as_of,
        made_up=found.result.made_up,
        facts_sha256=facts_hash(found.facts),
        indicators=[_indicator(*both) for both in zip(of.indicators, found.result.indicators, strict=True)],
    )


@router.get("/{plan}/indicators/{indicator}", summary="An indicator with its evidence", responses={404: {}})
def read_indicator(
    plan: PlanName,
    indicator: IndicatorName,
    evaluations: TheEvaluations,
    service: TheService,
    reader: TheReader,
    now: Now,
    zone: Zone,
    as_of: AsOf = "",
) -> OneIndicatorOut:
    """One indicator as of a day, year by year, with the rows that were counted and those that were not."""
    of = _seen(evaluations.plans, plan, service, reader)
    found = evaluations.of(reader, of.id, _day(as_of, now, zone), now)
    for its, one in zip(of.indicators, found.result.indicators, strict=True):
        if its.id == indicator:
            return _whole(of, its, one, found.result.as_of, made_up=found.result.made_up)
    msg = f"indicator {indicator}: is not in the plan {of.id}. Look in /api/v1/plans/{of.id}/evaluation."
    raise HTTPException(404, msg)


def _provinces(session: Session) -> dict[str, str]:
    its = ProvinceRow
    rows = session.execute(select(its.code, its.id).where(its.retired_at == 0, its.successor.is_(None)))
    return {row.code: row.id for row in rows}


def _may_see(reader: Reader, plan: Plan, provinces: Mapping[str, str]) -> bool:
    return reader.may(Action.READ, "programme", Place(province=provinces.get(plan.province.code, "")))


def _seen(plans: Mapping[str, Plan], name: str, service: TheService, reader: Reader) -> Plan:
    plan = plans.get(name)
    with Session(service.engine) as session:
        provinces = _provinces(session)
    if plan is None or not _may_see(reader, plan, provinces):
        raise HTTPException(404, f"plan {name}: is not known, or not of your province. Look in /api/v1/plans.")
    return plan


def _day(text: str, now: int, zone: Zone) -> date:
    today = datetime.fromtimestamp(now // _NS, zone).date()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        wrong = f"as_of: got {text}, which is no day. Write a day such as {today}."
        raise ProblemError(422, wrong, mistakes=[mistake("query", "#/as_of", wrong)]) from None
    if day > today:
        wrong = f"as_of: got {text}, expected {today} or a day before. Nothing is known of days to come."
        raise ProblemError(422, wrong, mistakes=[mistake("query", "#/as_of", wrong)])
    return day


def _plan(plan: Plan) -> PlanOut:
    return PlanOut(
        id=plan.id,
        title=_words(plan.title),
        province=plan.province.code,
        since=plan.since,
        until=plan.until,
        indicators=len(plan.indicators),
        tasks=len(plan.tasks),
    )


def _words(words: Words) -> WordsOut:
    return WordsOut(vi=words.vi, en=words.en)


def _gap(gap: Gap) -> GapOut:
    told: dict[Literal["vi", "en"], str] = {"vi": gap_told(gap, "vi"), "en": gap_told(gap, "en")}
    return GapOut(code=gap.code, parts=dict(gap.parts), words=WordsOut(**told))


def _indicator(its: Indicator, one: Evaluated) -> IndicatorOut:
    same = ("state", "value", "measured", "estimate", "year", "since", "until", "progress", "trend", "coverage")
    return IndicatorOut(
        id=its.id,
        section=its.section,
        title=_words(its.title),
        unit=its.unit,
        comparator=its.comparator,
        target=list(its.target) if isinstance(its.target, tuple) else its.target,
        period=its.period,
        rests_on=len(one.rests_on),
        not_counted=len(one.not_counted),
        reading=_words(its.reading) if its.reading else None,
        ambiguity=_words(its.ambiguity) if its.ambiguity else None,
        missing=[_gap(gap) for gap in one.missing],
        doubts=[_gap(gap) for gap in one.doubts],
        **{name: getattr(one, name) for name in same},
    )


def _whole(of: Plan, its: Indicator, one: Evaluated, as_of: str, *, made_up: bool) -> OneIndicatorOut:
    return OneIndicatorOut(
        plan=of.id,
        as_of=as_of,
        made_up=made_up,
        indicator=_indicator(its, one),
        beside=[BesideOut(name=b.name, value=b.value, unit=b.unit) for b in one.beside],
        history=[
            YearOut(
                year=y.year,
                value=y.value,
                cumulated=y.value_of,
                state=y.state,
                is_full=y.is_full,
                estimate=y.estimate,
            )
            for y in one.history
        ],
        components=[
            ComponentOut(
                id=c.id,
                values={str(year): value for year, value in c.values.items()},
                direction=c.direction,
                is_better=c.is_better,
            )
            for c in one.components
        ],
        rests_on=[RowOut(noun=ref.noun, id=ref.id) for ref in one.rests_on[:MOST_ROWS]],
        not_counted=[NotCountedOut(noun=n.ref.noun, id=n.ref.id, why=_gap(n.why)) for n in one.not_counted[:MOST_ROWS]],
    )
