"""One's own account: name, language, password, the browsers and programs that are signed in to it."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from gateway.access import sessions, tokens
from gateway.access.accounts import change_account, get_account
from gateway.access.passwords import LONGEST, SHORTEST, WeakPasswordError
from gateway.access.refusals import AccessError
from gateway.access.signing_in import change_password
from gateway.api.browsers import browser_told
from gateway.api.guard import address_of
from gateway.api.login import DIFFERENT, TheAccess, Word
from gateway.api.permission import ThePerson
from gateway.api.rendering import Pages
from gateway.api.source import Now
from gateway.api.turns import AtATurn
from gateway.laboratory.competence import is_anothers_signature, signature_of
from gateway.registry import transaction
from gateway.registry.book import label_of
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import GROUPS, ROLE_TITLES, Action, Grant, Reader
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/account")

DAYS = (30, 90, 365)
"""For how long a token can be made on the page, days."""
_OLD = ("Trang đã cũ. Hãy bấm lại nút này.", "The page was old. Press this button again.")
_SIGNED_BY_ANOTHER = (
    "Tên này đã ghi ở bảng phân công, năng lực của một phòng thí nghiệm. Hãy nhờ quản trị lập tài khoản có tên này.",
    "A laboratory's competences have this name. Ask an administrator for an account that bears it.",
)
_WAIT = ("Nhập sai quá nhiều lần. Hãy thử lại sau vài phút.", "Too many wrong passwords. Try again in a few minutes.")
Mark = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
TokenId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class Wrong(NamedTuple):
    """A form that came back: which, which of its fields, and what is wrong with it."""

    form: str = ""
    field: str = ""
    why: Title | None = None


class Role(NamedTuple):
    """A role of the account, and where it has it; an empty place: everywhere."""

    title: Title
    place: str


class Submitted:
    """A form of this page that was sent, or the asking for the page."""

    def __init__(
        self, request: Request, access: TheAccess, person: ThePerson, pages: Pages, now: Now, token: Word = ""
    ) -> None:
        self.request, self.access, self.person = request, access, person
        self.now = now
        self._pages, self._token = pages, token

    def answer(self, form: str, do: Callable[[Session], object], *, is_writing: bool = True) -> Response:
        """Do what it asks for and show the page again, with what is wrong beside its field.

        Args:
            form: Its name.
            do: What it asks for, in a writing transaction.
            is_writing: False: it makes its own transactions.
        """
        try:
            if not self.access.is_form_token(self.request.state.session, self._token):
                raise AccessError(*_OLD)
            with transaction(self.access.engine) if is_writing else Session(self.access.engine) as session:
                do(session)
        except WeakPasswordError as error:
            return self.page(Wrong(form, "password", error.why))
        except AccessError as error:
            return self.page(Wrong(form, error.field, error.why))
        return RedirectResponse("/account", 303)

    def page(self, wrong: Wrong | None = None, secret: str = "") -> HTMLResponse:
        """The page; with a new token, where one was made."""
        wrong = wrong or Wrong()
        with Session(self.access.engine) as session:
            context = _shown(session, self.person, self.now, self.request.state.session)
        context |= {"wrong": wrong, "secret": secret, "now": self.now}
        return self._pages.page(self.request, "account.html", context, 422 if wrong.why else 200)


TheForm = Annotated[Submitted, Depends()]


@router.get("")
def show_account(asked: TheForm) -> HTMLResponse:
    """The account of whoever asks."""
    return asked.page()


@router.post("/name")
def rename(form: TheForm, full_name: Word = "") -> Response:
    """Another full name."""
    mine = form.person.account

    def change(session: Session) -> None:
        if is_anothers_signature(session, full_name, signature_of(session, form.person)):
            raise AccessError(*_SIGNED_BY_ANOTHER, "full_name")
        change_account(session, form.person, form.now, mine, full_name=full_name)

    return form.answer("name", change)


@router.post("/password")
def renew_password(form: TheForm, _turn: AtATurn, old: Word = "", password: Word = "", again: Word = "") -> Response:
    """Another password; every other browser is signed out."""

    def renew(_session: Session) -> None:
        if password != again:
            raise AccessError(*DIFFERENT, field="again")
        kept, address = form.request.state.session, address_of(form.request)
        engine = form.access.engine
        if change_password(engine, form.now, form.person, old, password, session_kept=kept, address=address):
            raise AccessError(*_WAIT, field="old")

    return form.answer("password", renew, is_writing=False)


@router.post("/sessions/{mark}/end")
def end_one(form: TheForm, mark: Mark) -> Response:
    """Sign another browser out."""
    return form.answer("sessions", lambda s: sessions.end_one(s, form.person, form.now, form.person.account, mark))


@router.post("/sign-out-everywhere")
def end_all(form: TheForm) -> Response:
    """Sign every browser out, this one too."""
    return form.answer("sessions", lambda s: sessions.end_all(s, form.person, form.now, form.person.account))


@router.post("/tokens")
def make_token(
    form: TheForm,
    title: Word = "",
    limits: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form(ge=1, le=tokens.LONGEST_DAYS)] = DAYS[0],
) -> Response:
    """A new token, which this one page shows."""
    made: list[str] = []

    def make(session: Session) -> None:
        wanted = tokens.parse_limits(limits or ())
        made.append(tokens.make_token(session, form.person, form.now, title, wanted, days)[1])

    answer = form.answer("tokens", make)
    return form.page(secret=made[0]) if made else answer


@router.post("/tokens/{token_id}/revoke")
def revoke_token(form: TheForm, token_id: TokenId) -> Response:
    """Take a token back."""
    return form.answer("tokens", lambda s: tokens.revoke_token(s, form.person, form.now, form.person.account, token_id))


def _shown(session: Session, person: Reader, now: int, cookie: str) -> dict[str, object]:
    account = get_account(session, person.account)
    assert account is not None, "who is signed in has an account"
    return {
        "account": account,
        "roles": [_role(session, grant) for grant in account.grants],
        "sessions": sessions.sessions_of(session, person.account, now, cookie),
        "tokens": [one for one in tokens.tokens_of(session, person.account) if one.holds(now)],
        "limits": [
            (f"{group}:{action.value}", title, action.value)
            for group, title in GROUPS.items()
            for action in Action
            if person.may(action, group)
        ],
        "groups": GROUPS,
        "browser_told": browser_told,
        "days": DAYS,
        "shortest": SHORTEST,
        "longest": LONGEST,
    }


def _role(session: Session, grant: Grant) -> Role:
    row = session.get(NOUNS[grant.scope], grant.of) if grant.scope else None
    return Role(ROLE_TITLES[grant.role], label_of(row, {}) if row is not None else "")
