"""Coming in, going out, and the language in which that is said."""

from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent import speech
from gateway.api.guard import address_of, start_session
from gateway.api.rendering import Pages
from gateway.api.security import COOKIE, Access, Answer, Verdict

router = APIRouter(include_in_schema=False)
_YEAR_S = 365 * 86_400
_STATUS = {Verdict.WRONG: 401, Verdict.WAIT: 429}


def _access(request: Request) -> Access:
    return cast("Access", request.app.state.access)


TheAccess = Annotated[Access, Depends(_access)]
Next = Annotated[str, Query(alias="next", max_length=2000)]


def own_path(target: str) -> str:
    r"""A path on this server, or ``/``: nobody is sent elsewhere from here.

    >>> [own_path(p) for p in ("/series/a?range=1h", "//evil.example/x", "/\\evil.example", "https://evil.example")]
    ['/series/a?range=1h', '/', '/', '/']
    """
    parts = urlsplit(target)
    plain = target.isprintable() and "\\" not in target and not (parts.scheme or parts.netloc)
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"


@router.get("/login")
def ask_secret(request: Request, pages: Pages, to: Next = "/", problem: str = "") -> HTMLResponse:
    """The form that asks for the secret."""
    known = problem if problem in {verdict.value for verdict in _STATUS} else ""
    return pages.page(request, "login.html", {"to": own_path(to), "problem": known, "wait_s": 0})


@router.post("/login")
def log_in(
    request: Request,
    pages: Pages,
    access: TheAccess,
    key: Annotated[str, Form(max_length=1000)] = "",
    to: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """A right secret opens a session."""
    answer: Answer = access.offer(key.strip(), address_of(request))
    if answer.verdict is not Verdict.RIGHT:
        context = {"to": own_path(to), "problem": answer.verdict.value, "wait_s": answer.wait_s}
        page = pages.page(request, "login.html", context, _STATUS[answer.verdict])
        if answer.wait_s:
            page.headers["Retry-After"] = str(answer.wait_s)
        return page
    response = RedirectResponse(own_path(to), 303)
    start_session(response, request, access)
    return response


@router.post("/logout")
def log_out(request: Request, access: TheAccess, token: Annotated[str, Form()] = "") -> Response:
    """End this browser's session."""
    response = RedirectResponse("/login", 303)
    if access.is_form_token(request.state.session, token):
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


@router.get("/language/{code}")
def choose_language(code: str, to: Next = "/") -> Response:
    """Remember a language and go back."""
    response = RedirectResponse(own_path(to), 303)
    if code in speech.LANGUAGES:
        response.set_cookie(speech.COOKIE, code, max_age=_YEAR_S, httponly=True, samesite="lax")
    return response
