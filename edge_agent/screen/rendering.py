"""Templates into pages, in the reader's language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edge_agent import speech
from edge_agent.screen.source import Screen
from edge_agent.speech import Speech


@cache
def _templates_of(web: Path) -> Environment:
    """The templates of a folder, compiled once a process: an agent starts its screen again where a port was taken."""
    templates = Environment(
        loader=FileSystemLoader([web / "screen" / "templates", web / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals["printed"] = speech.printed
    return templates


@cache
def load_screen_words(web: Path, language: str) -> dict[str, str]:
    """Key -> sentence: all files of a language together."""
    words: dict[str, str] = {}
    for file in sorted((web / "screen").glob(f"words*.{language}.toml")):
        words |= speech.load_words(web / "screen", language, file.name.removesuffix(f".{language}.toml"))
    return words


class Renderer:
    """Renders the templates of the screen.

    Every text is escaped, wherever it comes from; a name that a template does not get is an error.

    Args:
        web: Folder ``dashboards/web``.
        zone: Whose wall clock people read.
        language: Of who has not chosen one.
        menu: Path and word of each place in the menu.
    """

    def __init__(self, web: Path, zone: ZoneInfo, language: str, menu: tuple[tuple[str, str], ...]) -> None:
        self._templates = _templates_of(web)
        self._language = language
        self._menu = menu
        self._speech = {code: Speech(code, load_screen_words(web, code), zone) for code in speech.LANGUAGES}

    def speech_for(self, request: Request) -> Speech:
        """The language of whoever asks: chosen on this screen, or else the configured one."""
        chosen = request.cookies.get(speech.COOKIE, "")
        return self._speech[chosen if chosen in self._speech else self._language]

    def speech(self, language: str) -> Speech:
        """One of the languages."""
        return self._speech[language]

    def text(self, language: str, template: str, context: Mapping[str, object]) -> str:
        """A part of a page that is the same for everybody who reads a language."""
        return self._templates.get_template(template).render(say=self._speech[language], **context)

    def page(self, request: Request, template: str, context: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """One page, or a part of one."""
        screen: Screen = request.app.state.screen
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        frame = {
            "say": self.speech_for(request),
            "here": here if request.method == "GET" else request.url.path,
            "menu": self._menu,
            "path": request.url.path,
            "form_token": screen.access.form_token(request.state.browser),
            "operators": screen.settings.operators,
            "person": request.state.person if request.state.person in screen.settings.operators else "",
            "undoable": screen.undoable(request.state.browser),
            "edge": screen.settings.edge,
            "version": request.app.version,
        }
        text = self._templates.get_template(template).render(**frame, **context)
        return HTMLResponse(text, status, {"Vary": "Cookie"})


def _renderer(request: Request) -> Renderer:
    return cast("Renderer", request.app.state.renderer)


Pages = Annotated[Renderer, Depends(_renderer)]
