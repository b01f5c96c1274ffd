"""The tokens of whoever asks."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from gateway.access import tokens
from gateway.access.refusals import AccessError
from gateway.api.bodies import Sent
from gateway.api.idempotency import keep_no_answer
from gateway.api.permission import ThePerson
from gateway.api.problems import ProblemError, mistake
from gateway.api.source import Now, TheService
from gateway.api.spans import iso
from gateway.registry import transaction

router = APIRouter(prefix="/tokens", tags=["accounts"])

TokenId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the token", examples=["0" * 32])]
_DAYS = 90
_Limit = Annotated[str, Field(max_length=60, pattern="^[a-z]+:[a-z]+$")]


class TokenIn(Sent):
    """A token to be made."""

    title: str = Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description="What for", examples=["Power BI"])
    limits: list[_Limit] = Field(
        default=[], max_length=100, description="group:action; none: all that you may", examples=[["series:read"]]
    )
    days: float = Field(_DAYS, gt=0, le=tokens.LONGEST_DAYS, description="How long it holds, days")


class TokenOut(BaseModel):
    """A token, without itself."""

    id: str
    title: str
    limits: list[str] | None = Field(description="group:action; null: all that the account may")
    made_at: str = Field(description="UTC")
    ends_at: str = Field(description="UTC")
    used_at: str | None = Field(description="To the hour, UTC; null: never")
    revoked_at: str | None = Field(description="UTC; null: it was not taken back")


class NewTokenOut(TokenOut):
    """A token that was made."""

    token: str = Field(description="Send it as Authorization: Bearer …; it is told this once")


@router.get("", summary="Your tokens")
def read_tokens(service: TheService, person: ThePerson) -> list[TokenOut]:
    """The newest first; those taken back or over too, for some months."""
    with Session(service.engine) as session:
        return [token_out(one) for one in tokens.tokens_of(session, person.account)]


@router.post("", summary="Make a token", status_code=201)
def add_token(asked: TokenIn, request: Request, service: TheService, now: Now, person: ThePerson) -> NewTokenOut:
    """A token that acts in your name, with at most your rights."""
    keep_no_answer(request)
    try:
        with transaction(service.engine) as session:
            limits = tokens.parse_limits(asked.limits)
            token_id, secret = tokens.make_token(session, person, now, asked.title, limits, asked.days)
            [made] = [one for one in tokens.tokens_of(session, person.account) if one.id == token_id]
    except AccessError as error:
        places = [mistake("body", f"#/{error.field}", str(error))] if error.field else []
        raise ProblemError(422, str(error), mistakes=places) from error
    return NewTokenOut(**token_out(made).model_dump(), token=secret)


@router.delete("/{token_id}", summary="Take a token back", status_code=204)
def revoke_token(token_id: TokenId, service: TheService, now: Now, person: ThePerson) -> Response:
    """From now on it lets nobody in."""
    with transaction(service.engine) as session:
        if not tokens.revoke_token(session, person, now, person.account, token_id):
            msg = f"token {token_id}: you have none such. Look in /api/v1/tokens."
            raise HTTPException(404, msg)
    return Response(status_code=204)


def token_out(token: tokens.Token) -> TokenOut:
    """A token as the API says it."""
    limits = token.limits
    return TokenOut(
        id=token.id,
        title=token.title,
        limits=None if limits is None else sorted(f"{group}:{action.value}" for group, action in limits),
        made_at=iso(token.made_at),
        ends_at=iso(token.ends_at),
        used_at=iso(token.used_at) if token.used_at else None,
        revoked_at=iso(token.revoked_at) if token.revoked_at else None,
    )
