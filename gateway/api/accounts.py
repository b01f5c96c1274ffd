"""Accounts and what is granted to them, by whoever looks after people; each sees and changes what is theirs to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from gateway.access import links, tokens
from gateway.access.accounts import Account, all_accounts, close_account, get_account, make_account, may_see
from gateway.access.granting import check_manages, grant, places_of, revoke
from gateway.access.refusals import AccessError, NotYoursError
from gateway.access.signing_in import sign_out_everywhere
from gateway.api.bodies import Sent
from gateway.api.idempotency import keep_no_answer
from gateway.api.permission import TheReader, allow
from gateway.api.problems import ProblemError, mistake
from gateway.api.source import Now, TheService
from gateway.api.spans import iso
from gateway.api.tokens import TokenId, TokenOut, token_out
from gateway.registry import transaction
from gateway.registry.roles import Action, Grant, Place, Reader, Role

router = APIRouter(tags=["accounts"])

AccountId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the account", examples=["0" * 32])]
Keeper = Annotated[Reader, Depends(allow(Action.WRITE, "people"))]
Looker = Annotated[Reader, Depends(allow(Action.READ, "people"))]
Printable = r"^[^\x00-\x1f\x7f]*$"


class GrantModel(Sent):
    """A role at a scope."""

    role: Role = Field(examples=["administrator"])
    scope: Literal["", "organisation", "province", "agency"] = Field(
        "", description="At what; empty: at everything", examples=["organisation"]
    )
    of: str = Field("", max_length=32, pattern=Printable, description="Id of the one; empty: everything")

    def read(self) -> Grant:
        """As the registry has it."""
        return Grant(self.role, self.scope, self.of)


class AccountIn(Sent):
    """Somebody who is to sign in."""

    name: str = Field(max_length=63, pattern=Printable, description="What they sign in and sign with", examples=["hoa"])
    full_name: str = Field("", max_length=200, pattern=Printable, examples=["Nguyễn Thị Mai"])
    language: Literal["", "vi", "en"] = ""
    grants: list[GrantModel] = Field(min_length=1, max_length=50, description="What they are, and where")


class WhyIn(Sent):
    """Why something is done; it stands in the audit."""

    why: str = Field("", max_length=500, pattern=Printable)


class AccountOut(BaseModel):
    """Somebody who signs in."""

    id: str
    name: str
    full_name: str = Field(description="Empty: never given, or erased")
    language: str
    grants: list[GrantModel]
    has_password: bool = Field(description="False: only a link opens it")
    made_at: str = Field(description="UTC")
    closed_at: str | None = Field(description="UTC; null: it is open")


class LinkOut(BaseModel):
    """A one-time link: whoever opens it chooses the password. It is told this once."""

    account: AccountOut
    path: str = Field(description="Behind the gateway's address", examples=["/?key=…"])
    hours: float = Field(description="How long it opens, h")


class MeOut(BaseModel):
    """Who asks."""

    name: str
    account: str = Field(description="Id; empty: the gateway itself")
    grants: list[GrantModel]
    limits: list[str] | None = Field(description="Of a token: group:action; null: all that the account may")


@router.get("/me", summary="Who asks")
def read_me(reader: TheReader) -> MeOut:
    """Name and rights of whoever asks."""
    limits = None if reader.limits is None else sorted(f"{group}:{action.value}" for group, action in reader.limits)
    grants = [GrantModel(**one._asdict()) for one in reader.grants]
    return MeOut(name=reader.name, account=reader.account, grants=grants, limits=limits)


@router.get("/accounts", summary="The accounts that you look after or may see")
def read_accounts(service: TheService, reader: Looker) -> list[AccountOut]:
    """Those with a role where you may read people, by name; closed ones too."""
    with Session(service.engine) as session:
        accounts = all_accounts(session)
        places = places_of(session, (one for account in accounts for one in account.grants))
        return [account_out(one, reader, places) for one in accounts if may_see(reader, one, places)]


@router.post("/accounts", summary="Make an account", status_code=201)
def add_account(asked: AccountIn, request: Request, service: TheService, now: Now, reader: Keeper) -> LinkOut:
    """A new account with its roles, and the link by which its owner chooses a password."""
    keep_no_answer(request)
    with _told("grants"), transaction(service.engine) as session:
        row = make_account(session, reader, now, asked.name, full_name=asked.full_name, language=asked.language)
        for one in asked.grants:
            grant(session, reader, now, row.id, one.read())
        secret = links.make_link(session, reader, now, row.id)
        return _link_out(session, reader, row.id, secret)


@router.get("/accounts/{account_id}", summary="One account")
def read_account(account_id: AccountId, service: TheService, reader: Looker) -> AccountOut:
    """One that you may see."""
    with Session(service.engine) as session:
        return _shown(session, reader, _seen(session, reader, account_id))


@router.post("/accounts/{account_id}/grants", summary="Give a role")
def add_grant(account_id: AccountId, asked: GrantModel, service: TheService, now: Now, reader: Keeper) -> AccountOut:
    """A role that you could take yourself, at a place where you look after people."""
    with _told(""), transaction(service.engine) as session:
        _open(_seen(session, reader, account_id))
        grant(session, reader, now, account_id, asked.read())
        return _shown(session, reader, _seen(session, reader, account_id))


@router.post("/accounts/{account_id}/grants/revoke", summary="Take a role back")
def take_grant(account_id: AccountId, asked: GrantModel, service: TheService, now: Now, reader: Keeper) -> AccountOut:
    """One that you could give."""
    with _told(""), transaction(service.engine) as session:
        before = _seen(session, reader, account_id)
        revoke(session, reader, now, account_id, asked.read())
        return _shown(session, reader, get_account(session, account_id) or before)


@router.post("/accounts/{account_id}/link", summary="A link for a forgotten password")
def add_link(account_id: AccountId, request: Request, service: TheService, now: Now, reader: Keeper) -> LinkOut:
    """Whoever opens it chooses a new password; an earlier link of this account holds no more."""
    keep_no_answer(request)
    with _told(""), transaction(service.engine) as session:
        account = _managed(session, reader, account_id)
        return _link_out(session, reader, account.id, links.make_link(session, reader, now, account.id))


@router.post("/accounts/{account_id}/sign-out", summary="Sign an account out everywhere")
def sign_out(account_id: AccountId, service: TheService, now: Now, reader: Keeper) -> AccountOut:
    """All its browsers are signed out, all its tokens taken back, and no link opens it any more."""
    with _told(""), transaction(service.engine) as session:
        account = _managed(session, reader, account_id)
        sign_out_everywhere(session, reader, now, account.id)
        return _shown(session, reader, account)


@router.get("/accounts/{account_id}/tokens", summary="The tokens of an account")
def read_tokens(account_id: AccountId, service: TheService, reader: Keeper) -> list[TokenOut]:
    """Of one that you look after; the newest first, those taken back or over too, for some months."""
    with _told(""), Session(service.engine) as session:
        account = _seen(session, reader, account_id)
        check_manages(session, reader, account)
        return [token_out(one) for one in tokens.tokens_of(session, account.id)]


@router.delete("/accounts/{account_id}/tokens/{token_id}", summary="Take one token of an account back", status_code=204)
def revoke_token(account_id: AccountId, token_id: TokenId, service: TheService, now: Now, reader: Keeper) -> Response:
    """From now on it lets nobody in; the others of the account stay."""
    with _told(""), transaction(service.engine) as session:
        account = _seen(session, reader, account_id)
        check_manages(session, reader, account)
        if not tokens.revoke_token(session, reader, now, account.id, token_id):
            msg = (
                f"token {token_id}: account {account.name} has none such. Look in /api/v1/accounts/{account_id}/tokens."
            )
            raise HTTPException(404, msg)
    return Response(status_code=204)


@router.post("/accounts/{account_id}/close", summary="Close an account")
def close(account_id: AccountId, asked: WhyIn, service: TheService, now: Now, reader: Keeper) -> AccountOut:
    """Nobody comes in by it any more; what it signed stays."""
    with _told(""), transaction(service.engine) as session:
        account = _managed(session, reader, account_id)
        close_account(session, reader, now, account.id, asked.why)
        return _shown(session, reader, get_account(session, account.id) or account)


def account_out(account: Account, reader: Reader, places: Mapping[Grant, Place]) -> AccountOut:
    """An account as the API says it to somebody: without roles where they may not read people."""
    everywhere = reader.everywhere(Action.READ, "people")
    seen = [one for one in account.grants if everywhere or may_see(reader, replace(account, grants=(one,)), places)]
    return AccountOut(
        id=account.id,
        name=account.name,
        full_name=account.full_name,
        language=account.language,
        grants=[GrantModel(**one._asdict()) for one in seen],
        has_password=account.has_password,
        made_at=iso(account.made_at),
        closed_at=iso(account.retired_at) if account.retired_at else None,
    )


class _told:  # noqa: N801  read as a word before what it guards
    """What access refuses, as a problem document.

    Args:
        inside: Field of the body that refusals without one are about; empty: the body.
    """

    def __init__(self, inside: str) -> None:
        self._inside = inside

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, NotYoursError):
            raise HTTPException(403, str(error)) from error
        if isinstance(error, AccessError):
            place = error.field or self._inside
            raise ProblemError(422, str(error), mistakes=[mistake("body", f"#/{place}", str(error))]) from error


def _seen(session: Session, reader: Reader, account_id: str) -> Account:
    account = get_account(session, account_id)
    places: Mapping[Grant, Place] = places_of(session, account.grants) if account else {}
    if account is None or not may_see(reader, account, places):
        msg = f"account {account_id}: is not known, or not yours. Look in /api/v1/accounts."
        raise HTTPException(404, msg)
    return account


def _managed(session: Session, reader: Reader, account_id: str) -> Account:
    account = _seen(session, reader, account_id)
    check_manages(session, reader, account)
    return _open(account)


def _open(account: Account) -> Account:
    if account.retired_at:
        msg = f"account {account.name}: was closed. Make another."
        raise HTTPException(409, msg)
    return account


def _shown(session: Session, reader: Reader, account: Account) -> AccountOut:
    return account_out(account, reader, places_of(session, account.grants))


def _link_out(session: Session, reader: Reader, account_id: str, secret: str) -> LinkOut:
    account = get_account(session, account_id)
    assert account is not None
    return LinkOut(account=_shown(session, reader, account), path=f"/?key={secret}", hours=links.HOURS)
