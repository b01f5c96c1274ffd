"""Administration: people and what is granted to them; the audit is in :mod:`gateway.api.administration_audit`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from gateway.access import links, sessions, tokens
from gateway.access.accounts import (
    Account,
    all_accounts,
    close_account,
    erase_person,
    get_account,
    make_account,
    may_see,
)
from gateway.access.granting import check_manages, grant, may_manage, places_of, revoke
from gateway.access.refusals import AccessError
from gateway.access.signing_in import sign_out_everywhere
from gateway.api.noun_schemas import ID
from gateway.api.offering import NO_ROLE, Held, chosen_grant, held_by, offer_of, roles_to_give
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.registry import transaction
from gateway.registry.roles import ROLE_TITLES, Action, Grant, Role
from gateway.registry.texts import Title, folded

router = APIRouter(include_in_schema=False, prefix="/administration")

AccountId = Annotated[str, Path(pattern=ID)]
TokenId = Annotated[str, Path(pattern=ID)]
RoleName = Annotated[str, Query(alias="role", max_length=63)]
Looks = Depends(allow(Action.READ, "people"))
Keeps = Depends(allow(Action.WRITE, "people"))
_CLOSED = ("Tài khoản đã đóng. Hãy tạo tài khoản khác.", "The account was closed. Make another.")
_NOT_SURE = ("Chưa xác nhận. Hãy đánh dấu ô này.", "Not confirmed. Tick this box.", "sure")
_NO_REASON = ("Chưa có lý do. Hãy viết một câu.", "No reason was given. Write a sentence.", "why")


class Wrong(NamedTuple):
    """A form that came back.

    Attributes:
        form: Which.
        field: Of the form; empty: the whole.
        why: What is wrong.
        typed: Field -> what was typed.
    """

    form: str = ""
    field: str = ""
    why: Title | None = None
    typed: dict[str, str] = {}  # noqa: RUF012  never written to


class Person(NamedTuple):
    """An account as the list shows it."""

    account: Account
    roles: list[Held]


@router.get("", dependencies=[Looks])
def show_accounts(desk: TheDesk, search: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """The accounts that somebody looks after, or may see."""
    with Session(desk.engine) as session:
        accounts = all_accounts(session)
        places = places_of(session, (one for account in accounts for one in account.grants))
        seen = [one for one in accounts if may_see(desk.reader, one, places)]
        words = folded(search).split()
        found = [one for one in seen if all(word in folded(f"{one.name} {one.full_name}") for word in words)]
        people = [Person(one, held_by(desk, session, one)) for one in found]
    context = {
        "people": sorted(people, key=lambda one: bool(one.account.retired_at)),
        "search": search,
        "may_write": desk.reader.may(Action.WRITE, "people"),
        "may_audit": desk.reader.may(Action.READ, "audit"),
    }
    return desk.page("administration/accounts.html", context)


@router.get("/accounts/new", dependencies=[Keeps])
def show_new(desk: TheDesk, role: RoleName = "") -> HTMLResponse:
    """First the role, then who and where."""
    return _new_page(desk, role)


@router.post("/accounts/new", dependencies=[Keeps])
def make(desk: TheDesk, sent: TheSent, role: RoleName = "") -> Response:
    """A new account with its role, and the link by which its owner chooses a password."""
    typed = {name: sent[name] for name in ("name", "full_name", "place", "other")}
    try:
        check_token(desk.request, sent)
        given = chosen_grant(desk, role, sent)
        with transaction(desk.engine) as session:
            made = make_account(session, desk.reader, desk.now, sent["name"], full_name=sent["full_name"]).id
            grant(session, desk.reader, desk.now, made, given)
            secret = links.make_link(session, desk.reader, desk.now, made)
    except AccessError as error:
        return _new_page(desk, role, Wrong("new", error.field, error.why, typed))
    return _account_page(desk, made, secret=secret)


@router.get("/accounts/{account_id}", dependencies=[Looks])
def show_account(account_id: AccountId, desk: TheDesk, role: RoleName = "") -> HTMLResponse:
    """One account; with a role chosen, the places where it can be given."""
    return _account_page(desk, account_id, role=role)


@router.post("/accounts/{account_id}/grants", dependencies=[Keeps])
def add_grant(account_id: AccountId, desk: TheDesk, sent: TheSent, role: RoleName = "") -> Response:
    """Give a role."""

    def do(session: Session) -> None:
        grant(session, desk.reader, desk.now, account_id, chosen_grant(desk, role, sent))

    return _done(desk, account_id, sent, "grant", do, role=role, manages=False)


@router.post("/accounts/{account_id}/grants/revoke", dependencies=[Keeps])
def take_grant(account_id: AccountId, desk: TheDesk, sent: TheSent) -> Response:
    """Take a role back."""

    def do(session: Session) -> None:
        role, _, place = sent["grant"].partition("@")
        scope, _, of = place.partition(":")
        if role not in set(Role):
            raise AccessError(*NO_ROLE)
        revoke(session, desk.reader, desk.now, account_id, Grant(Role(role), scope, of), sent["why"][:500])

    return _done(desk, account_id, sent, "revoke", do, manages=False)


@router.post("/accounts/{account_id}/link", dependencies=[Keeps])
def add_link(account_id: AccountId, desk: TheDesk, sent: TheSent) -> Response:
    """A link by which the owner chooses another password; this one page shows it."""
    made: list[str] = []

    def do(session: Session) -> None:
        made.append(links.make_link(session, desk.reader, desk.now, account_id))

    answer = _done(desk, account_id, sent, "link", do)
    return _account_page(desk, account_id, secret=made[0]) if made else answer


@router.post("/accounts/{account_id}/sign-out", dependencies=[Keeps])
def sign_out(account_id: AccountId, desk: TheDesk, sent: TheSent) -> Response:
    """Sign all its browsers out, and take all its tokens back."""

    def do(session: Session) -> None:
        sign_out_everywhere(session, desk.reader, desk.now, account_id)

    return _done(desk, account_id, sent, "sign-out", do)


@router.post("/accounts/{account_id}/tokens/{token_id}/revoke", dependencies=[Keeps])
def revoke_token(account_id: AccountId, token_id: TokenId, desk: TheDesk, sent: TheSent) -> Response:
    """Take one of its tokens back; pressed twice it was taken back once."""

    def do(session: Session) -> None:
        tokens.revoke_token(session, desk.reader, desk.now, account_id, token_id)

    return _done(desk, account_id, sent, "tokens", do, is_open=False)


@router.post("/accounts/{account_id}/close", dependencies=[Keeps])
def close(account_id: AccountId, desk: TheDesk, sent: TheSent) -> Response:
    """Nobody comes in by it any more; what it signed stays."""

    def do(session: Session) -> None:
        _say_why(sent)
        close_account(session, desk.reader, desk.now, account_id, sent["why"][:500])

    return _done(desk, account_id, sent, "close", do)


@router.post("/accounts/{account_id}/erase", dependencies=[Keeps])
def erase(account_id: AccountId, desk: TheDesk, sent: TheSent) -> Response:
    """Forget the full name; it cannot be undone, so it is confirmed."""

    def do(session: Session) -> None:
        _say_why(sent)
        if not sent["sure"]:
            raise AccessError(*_NOT_SURE)
        erase_person(session, desk.reader, desk.now, account_id, sent["why"][:500])

    return _done(desk, account_id, sent, "erase", do, is_open=False)


def _say_why(sent: Sent) -> None:
    if not sent["why"].strip():
        raise AccessError(*_NO_REASON)


def _done(
    desk: Desk,
    account_id: str,
    sent: Sent,
    form: str,
    do: Callable[[Session], None],
    *,
    role: str = "",
    manages: bool = True,
    is_open: bool = True,
) -> Response:
    """Do what a form asks for, and show the account again."""
    typed = {name: sent[name] for name in ("why", "sure", "place", "other")}
    try:
        check_token(desk.request, sent)
        with transaction(desk.engine) as session:
            account = _seen(desk, session, account_id)
            if manages:
                check_manages(session, desk.reader, account)
            if is_open and account.retired_at:
                raise AccessError(*_CLOSED)
            do(session)
    except AccessError as error:
        return _account_page(desk, account_id, role=role, wrong=Wrong(form, error.field, error.why, typed))
    return RedirectResponse(f"/administration/accounts/{account_id}", 303)


def _seen(desk: Desk, session: Session, account_id: str) -> Account:
    account = get_account(session, account_id)
    if account is None or not may_see(desk.reader, account, places_of(session, account.grants)):
        msg = f"account {account_id[:12]}: is not known, or not yours. Go back to the list."
        raise HTTPException(404, msg)
    return account


@contextmanager
def _looking(desk: Desk) -> Iterator[Session]:
    with Session(desk.engine) as session:
        yield session


def _account_page(
    desk: Desk, account_id: str, *, role: str = "", wrong: Wrong | None = None, secret: str = ""
) -> HTMLResponse:
    with _looking(desk) as session:
        account = _seen(desk, session, account_id)
        manages = may_manage(session, desk.reader, account)
        context = {
            "account": account,
            "roles": held_by(desk, session, account),
            "tokens": [one for one in tokens.tokens_of(session, account_id) if one.holds(desk.now)] if manages else [],
            "signed_in": len(sessions.sessions_of(session, account_id, desk.now)) if manages else 0,
            "manages": manages,
            "is_own": account_id == desk.reader.account,
            "roles_to_give": roles_to_give(desk, session),
            "offer": offer_of(desk, session, role),
            "titles": ROLE_TITLES,
            "wrong": wrong or Wrong(),
            "secret": secret,
            "home": str(desk.request.base_url).rstrip("/"),
            "hours": links.HOURS,
        }
    return desk.page("administration/account.html", context, 422 if wrong else 200)


def _new_page(desk: Desk, role: str, wrong: Wrong | None = None) -> HTMLResponse:
    with _looking(desk) as session:
        context = {
            "roles_to_give": roles_to_give(desk, session),
            "offer": offer_of(desk, session, role),
            "titles": ROLE_TITLES,
            "wrong": wrong or Wrong(),
        }
    return desk.page("administration/new.html", context, 422 if wrong else 200)
