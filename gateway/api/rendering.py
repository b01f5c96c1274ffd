"""Templates into pages, in the reader's language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import iter_route_contexts
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edge_agent import speech
from edge_agent.speech import Speech, printed
from gateway.api.catalogues import load_catalogues
from gateway.api.menu import menu_of
from gateway.registry.roles import Reader


class Renderer:
    """Renders the templates of one folder.

    Every text is escaped, wherever it comes from; a name that a template does not get is an error.

    Args:
        web: Folder with ``templates/`` and ``locale/LANGUAGE/``.
        zone: Whose wall clock people read.
    """

    def __init__(self, web: Path, zone: ZoneInfo) -> None:
        self._templates = _environment(web / "templates")
        self._speech = {code: Speech(code, load_catalogues(web, code), zone) for code in speech.LANGUAGES}

    def speech_for(self, request: Request) -> Speech:
        """The language of whoever asks."""
        reader = cast("Reader | None", getattr(request.state, "reader", None))
        chosen = request.cookies.get(speech.COOKIE, "") or (reader.language if reader else "")
        return self._speech[speech.choose(chosen, request.headers.get("accept-language", ""))]

    def page(self, request: Request, template: str, context: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """One page, or a part of one."""
        access, session = request.app.state.access, request.state.session
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        text = self._templates.get_template(template).render(
            say=self.speech_for(request),
            here=here if request.method == "GET" else "/",
            form_token=access.form_token(session),
            logged_in=bool(session),
            menu=menu_of(getattr(request.state, "reader", None), _paths(request)),
            path=request.url.path,
            version=request.app.version,
            is_made_up=bool(getattr(request.app.state, "made_up", False)),
            **context,
        )
        return HTMLResponse(text, status, {"Vary": "Accept-Language, Cookie"})


@cache
def _environment(templates: Path) -> Environment:
    """What was translated into Python for one application serves the next one of the process too."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unit"] = printed
    return environment


def _paths(request: Request) -> frozenset[str]:
    """Those that the application answers to."""
    state = request.app.state
    if not hasattr(state, "paths"):
        state.paths = frozenset(str(route.path) for route in iter_route_contexts(request.app.routes))
    return cast("frozenset[str]", state.paths)


async def _renderer(request: Request) -> Renderer:
    return cast("Renderer", request.app.state.renderer)


Pages = Annotated[Renderer, Depends(_renderer)]
