"""Coming in, going out, and the language in which that is said."""

from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent import speech
from gateway.access import sessions
from gateway.access.accounts import change_account
from gateway.access.links import Link
from gateway.access.passwords import LONGEST, SHORTEST, WeakPasswordError
from gateway.access.refusals import AccessError
from gateway.access.signing_in import Entry, choose_password, look_at_link, make_first, sign_in
from gateway.api.guard import origin_of, start_session
from gateway.api.permission import TheReader
from gateway.api.rendering import Pages
from gateway.api.security import COOKIE, LINK_COOKIE, Access
from gateway.api.turns import AtATurn
from gateway.registry import transaction
from gateway.registry.roles import Reader
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False)
_YEAR_S = 365 * 86_400
_PROBLEMS = ("wrong", "wait", "link", "old")
DIFFERENT = (
    "Hai lần nhập không giống nhau. Hãy nhập lại cả hai.",
    "The two are not the same. Type both again.",
)


def _access(request: Request) -> Access:
    return cast("Access", request.app.state.access)


TheAccess = Annotated[Access, Depends(_access)]
Next = Annotated[str, Query(alias="next", max_length=2000)]
NextField = Annotated[str, Form(alias="next", max_length=2000)]
Word = Annotated[str, Form(max_length=1000)]


def own_path(target: str) -> str:
    r"""A path on this server, or ``/``: nobody is sent elsewhere from here.

    >>> [own_path(p) for p in ("/series/a?range=1h", "//evil.example/x", "/\\evil.example", "https://evil.example")]
    ['/series/a?range=1h', '/', '/', '/']
    """
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    plain = target.isprintable() and "\\" not in target and not (parts.scheme or parts.netloc)
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"


@router.get("/login")
def ask_password(request: Request, pages: Pages, to: Next = "/", problem: str = "") -> HTMLResponse:
    """The form that asks for name and password."""
    known = problem if problem in _PROBLEMS else ""
    return pages.page(request, "login.html", {"to": own_path(to), "problem": known, "wait_s": 0, "name": ""})


@router.post("/login")
def log_in(
    request: Request,
    pages: Pages,
    access: TheAccess,
    _turn: AtATurn,
    name: Word = "",
    password: Word = "",
    to: NextField = "/",
) -> Response:
    """A right password opens a session; one that this browser had before ends."""
    entry = sign_in(access.engine, access.clock(), name, password, origin_of(request))
    if not entry.session:
        problem = "wait" if entry.wait_s else "wrong"
        context = {"to": own_path(to), "problem": problem, "wait_s": entry.wait_s, "name": name}
        page = pages.page(request, "login.html", context, 429 if entry.wait_s else 401)
        if entry.wait_s:
            page.headers["Retry-After"] = str(entry.wait_s)
        return page
    if request.state.session:
        with transaction(access.engine) as session:
            sessions.end_session(session, request.state.reader, access.clock(), request.state.session)
    return _let_in(request, entry, own_path(to))


@router.post("/logout")
def log_out(request: Request, access: TheAccess, reader: TheReader, token: Word = "") -> Response:
    """End this browser's session."""
    response = RedirectResponse("/login", 303)
    if access.is_form_token(request.state.session, token):
        with transaction(access.engine) as session:
            sessions.end_session(session, reader, access.clock(), request.state.session)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


@router.get("/enter")
def ask_new_password(request: Request, pages: Pages, access: TheAccess) -> Response:
    """The form of a one-time link: a first account, or a new password."""
    secret = request.cookies.get(LINK_COOKIE, "")
    link, wait_s = look_at_link(access.engine, access.clock(), secret, origin_of(request)) if secret else (None, 0)
    if link is None:
        return RedirectResponse(f"/login?problem={'wait' if wait_s else 'link'}", 303)
    return _enter_page(request, pages, link)


@router.post("/enter")
def enter(
    request: Request,
    pages: Pages,
    access: TheAccess,
    _turn: AtATurn,
    name: Word = "",
    full_name: Word = "",
    password: Word = "",
    again: Word = "",
) -> Response:
    """The password is chosen; the link opens no more."""
    secret, origin = request.cookies.get(LINK_COOKIE, ""), origin_of(request)
    link, wait_s = look_at_link(access.engine, access.clock(), secret, origin) if secret else (None, 0)
    if link is None:
        return RedirectResponse(f"/login?problem={'wait' if wait_s else 'link'}", 303)
    field, why = "", None
    try:
        if password != again:
            field, why = "again", Title(*DIFFERENT)
        elif link.account:
            entry = choose_password(access.engine, access.clock(), secret, password, origin)
        else:
            entry = make_first(access.engine, access.clock(), secret, name, full_name, password, origin)
    except WeakPasswordError as error:
        field, why = "password", error.why
    except AccessError as error:
        field, why = error.field, error.why
    if why is not None:
        return _enter_page(request, pages, link, (name, full_name), (field, why))
    response = _let_in(request, entry, "/")
    response.delete_cookie(LINK_COOKIE, path="/enter", httponly=True, samesite="lax")
    return response


def _enter_page(
    request: Request,
    pages: Pages,
    link: Link,
    typed: tuple[str, str] = ("", ""),
    wrong: tuple[str, Title | None] = ("", None),
) -> HTMLResponse:
    field, why = wrong
    context = {
        "link": link,
        "name": typed[0],
        "full_name": typed[1],
        "field": field,
        "why": why,
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
    return pages.page(request, "enter.html", context, 422 if why else 200)


def _let_in(request: Request, entry: Entry, to: str) -> Response:
    if not entry.session:
        return RedirectResponse("/login?problem=link", 303)
    response = RedirectResponse(to, 303)
    start_session(response, request, entry.session)
    if entry.language:
        _speak(response, entry.language)
    return response


@router.get("/language/{code}")
def choose_language(request: Request, access: TheAccess, code: str, to: Next = "/") -> Response:
    """Remember a language, with the account of whoever is signed in too, and go back."""
    response = RedirectResponse(own_path(to), 303)
    if code in speech.LANGUAGES:
        _speak(response, code)
        reader = cast("Reader | None", request.state.reader)
        if reader is not None and request.state.session and reader.language != code:
            with transaction(access.engine) as session:
                change_account(session, reader, access.clock(), reader.account, language=code)
    return response


def _speak(response: Response, language: str) -> None:
    response.set_cookie(speech.COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="lax")
