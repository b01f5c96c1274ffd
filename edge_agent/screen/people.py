"""Who is entering, in which language, and taking back what was entered last."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent import speech
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import TheScreen

router = APIRouter(include_in_schema=False)
_YEAR_S = 365 * 86_400
Next = Annotated[str, Query(alias="next", max_length=2000)]


def own_path(target: str) -> str:
    r"""A path on this screen, or ``/``: nobody is sent elsewhere from here.

    >>> [own_path(p) for p in ("/stops?unit=a", "//evil.example/x", "/\\evil.example", "https://evil.example", "")]
    ['/stops?unit=a', '/', '/', '/', '/']
    """
    parts = urlsplit(target)
    plain = target.isprintable() and "\\" not in target and not (parts.scheme or parts.netloc)
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"


@router.get("/language/{code}")
def choose_language(code: str, to: Next = "/") -> Response:
    """Remember a language and go back."""
    response = RedirectResponse(own_path(to), 303)
    if code in speech.LANGUAGES:
        response.set_cookie(speech.COOKIE, code, max_age=_YEAR_S, httponly=True, samesite="lax")
    return response


@router.get("/who")
def ask_who(request: Request, pages: Pages, to: Next = "/") -> HTMLResponse:
    """Choose a name."""
    return pages.page(request, "who.html", {"form": Form({"next": own_path(to)})})


@router.post("/who")
def say_who(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Sign a person in; without a name: out."""
    to = own_path(form["next"])
    if form["leave"] and not form.mistakes:
        request.state.sign_in = ""
        return RedirectResponse(to, 303)
    screen.who(request, form)
    if form.mistakes:
        return pages.page(request, "who.html", {"form": form}, 422)
    return RedirectResponse(to, 303)


@router.post("/undo")
def undo(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Take back what this browser entered last."""
    problem = form.mistakes.get("form") or screen.undo(request.state.browser)
    if not problem:
        return RedirectResponse(own_path(form["next"]), 303)
    return pages.page(request, "undo.html", {"problem": problem, "to": own_path(form["next"])}, 422)
