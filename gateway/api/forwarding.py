"""What is shared, for programs: how forwarding stands, what left under which agreement; agreeing and withdrawing."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.orm import Session

from gateway.api.accept import OR_CSV
from gateway.api.bodies import Sent
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.problems import ProblemError, mistake
from gateway.api.sharing import AgreementId, AgreementView, Decides, Reads, views_of
from gateway.api.source import Now, TheService, Zone
from gateway.api.spans import iso
from gateway.federation import agreements
from gateway.federation.standing import LeftOnDay, Standing, days, standing
from gateway.registry import transaction
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.sharing import AgreementRow
from gateway.registry.writing import Writing

router = APIRouter(prefix="/sharing", tags=["sharing"], dependencies=[Depends(allow(Action.READ, "agreement"))])

_MOST_DAYS = 20_000


class ForwardOut(BaseModel):
    """How this gateway stands with the one above."""

    site: str = Field(description="Its name there", examples=["sa-dec"])
    edge: str = Field(description="Its name there", examples=["gateway"])
    state: str = Field(description="connected, away or stopped", examples=["connected"])
    why: str = Field(description="Why it is away; empty: it is not", examples=[""])
    admitted: bool = Field(
        description="Whether a person there has admitted it; nothing of the enterprise leaves before"
    )
    told_at: str | None = Field(description="When the gateway above last said what it has stored, UTC; null: never")
    waiting: int = Field(description="Messages that are not stored above", examples=[0])
    missing: int = Field(description="Messages neither held nor stored above nor declared: lost", examples=[0])


class LeftOut(BaseModel):
    """What left of one kind."""

    kind: str = Field(examples=["elements"])
    messages: int = Field(description="Stored above")
    lines: int = Field(description="Records or lines of samples in them")
    bytes: int = Field(description="Of their bodies, before compression")
    waiting: int = Field(description="Messages that wait")
    withdrawn: int = Field(description="Messages that were queued when the agreement ended, and did not leave")
    given_up: int = Field(description="Messages that were queued and had to be given up: no room, rotten, set aside")
    last_at: str | None = Field(description="When the last one was stored above, UTC; null: none was")


class SharingOut(BaseModel):
    """An agreement, and what left under it."""

    id: str
    organisation: str = Field(description="Name of the enterprise")
    partner: str = Field(description="With whom")
    state: str = Field(description="in_force, draft (nobody agreed to it as it stands) or ended")
    kinds: list[str]
    sites: list[str] = Field(description="Empty: all of the enterprise's")
    since: str = Field(description="First local day of what is shared")
    until: str = Field(description="Last day of the agreement; empty: until it is withdrawn")
    agreed_by: str
    agreed_at: str | None
    withdrawn_by: str
    withdrawn_at: str | None
    left: list[LeftOut]


class ForwardingOut(BaseModel):
    """What is shared."""

    forward: ForwardOut | None = Field(description="null: this gateway has never forwarded")
    agreements: list[SharingOut]


class DayOut(BaseModel):
    """What left of one kind on one local day."""

    day: str = Field(examples=["2026-11-22"])
    kind: str = Field(examples=["elements"])
    messages: int
    lines: int
    withdrawn: int
    given_up: int


class WithdrawIn(Sent):
    """Why an agreement is taken back."""

    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)] = Field(
        description="Kept with the agreement and in the audit", examples=["The project is over"]
    )


def forward_out(one: Standing | None) -> ForwardOut | None:
    """As the API says it."""
    return ForwardOut(**_as(ForwardOut, one, "told_at")) if one is not None else None


@router.get("", summary="What is shared with whom")
def read_sharing(service: TheService, reader: Reads, now: Now, zone: Zone) -> ForwardingOut:
    """How this gateway stands with the one above, and every agreement of yours with what left under it."""
    with Session(service.engine) as session:
        views = views_of(session, reader, agreements.today(now, zone))
        return ForwardingOut(
            forward=forward_out(standing(service.engine)), agreements=[_sharing_out(view) for view in views]
        )


@router.get("/{agreement}/days", summary="What left, day by day", response_model=list[DayOut], responses={**OR_CSV})
def read_days(
    agreement: AgreementId, service: TheService, reader: Reads, now: Now, asked: Whole
) -> list[DayOut] | Response:
    """The record of what left under an agreement and what was withdrawn before it could; it is kept for good."""
    with Session(service.engine) as session:
        _find(session, reader, now, agreement)
        told = days(session, agreement, _MOST_DAYS)
    found = sorted(told, key=lambda one: (one.day, one.kind))
    return asked.array(asked.cut(found, lambda one: (one.day, one.kind)), DayOut, _day_out, "sharing")


@router.post("/{agreement}/agree", summary="Agree to share")
def agree(agreement: AgreementId, service: TheService, reader: Decides, now: Now, zone: Zone) -> SharingOut:
    """The enterprise's manager agrees to the agreement as it stands now; from then on it is forwarded."""
    with transaction(service.engine) as session:
        _find(session, reader, now, agreement)
        _decide(agreement, lambda: agreements.agree_to(session, reader, now, zone, agreement))
        return _one(session, reader, agreements.today(now, zone), agreement)


@router.post("/{agreement}/withdraw", summary="Withdraw an agreement")
def withdraw(
    agreement: AgreementId, by: WithdrawIn, service: TheService, reader: Decides, now: Now, zone: Zone
) -> SharingOut:
    """From now on nothing of it leaves; what was queued is declared withdrawn. What has left stays where it is."""
    with transaction(service.engine) as session:
        _find(session, reader, now, agreement)
        _decide(agreement, lambda: agreements.withdraw(session, reader, now, zone, agreement, by.why))
        return _one(session, reader, agreements.today(now, zone), agreement)


def _find(session: Session, reader: Reads, now: int, agreement: str) -> AgreementRow:
    try:
        row = Writing(session, reader, now).find(agreements.NOUN, agreement)
    except NoSuchRowError as error:
        msg = f"agreement {agreement}: is not known, or not yours. Look in /api/v1/sharing for those that are."
        raise HTTPException(404, msg) from error
    assert isinstance(row, AgreementRow)
    return row


def _decide(agreement: str, do: Callable[[], object]) -> None:
    try:
        do()
    except ForbiddenError as error:
        raise HTTPException(403, str(error)) from error
    except WrongValuesError as error:
        [(field, why), *_] = error.problems.items()
        msg = f"agreement {agreement}: {why.en}"
        raise ProblemError(422, msg, mistakes=[mistake("body", f"#/{field}", why.en)] if field else []) from error


def _one(session: Session, reader: Reads, day: str, agreement: str) -> SharingOut:
    session.flush()
    return next(_sharing_out(view) for view in views_of(session, reader, day) if view.row.id == agreement)


def _sharing_out(view: AgreementView) -> SharingOut:
    its = _as(SharingOut, view.row, "agreed_at", "withdrawn_at") | _as(SharingOut, view)
    its["left"] = [LeftOut(**_as(LeftOut, one, "last_at")) for one in view.left]
    return SharingOut(**its)


def _day_out(one: LeftOnDay) -> DayOut:
    return DayOut(**_as(DayOut, one))


def _as(shown: type[BaseModel], one: object, *times: str) -> dict[str, Any]:
    """What of the fields that are shown something has; a time that was never is null."""
    its = {name: getattr(one, name) for name in shown.model_fields if hasattr(one, name)}
    return its | {name: iso(its[name]) if its[name] else None for name in times}
