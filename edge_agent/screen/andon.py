"""The Andon: what every work unit does now and what its shift has given, readable from five metres."""

import asyncio
import json
from collections.abc import AsyncIterator
from threading import Lock
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from edge_agent.oee.board import Board
from edge_agent.screen.picture import Picture, look
from edge_agent.screen.rendering import Pages, Renderer
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.wire.entries import People

router = APIRouter(include_in_schema=False)
NS = 10**9
EVERY_S = 5.0
"""A stream says at least so often how things are; a change of state is said within ``LOOK_S``."""
LOOK_S = 0.5
MOST_STREAMS = 40
"""Browsers that are kept up to date by streams; further ones load the page again."""
_KEPT = 8
_NOTHING: tuple[str, ...] = ("",)
Wall = Annotated[bool, Query()]


class Drawn(NamedTuple):
    """A part that was rendered, and for which board, in s."""

    at: int
    states: tuple[str, ...]
    text: str


class Parts:
    """The live part by language and choice of units, rendered once for all browsers; any thread may ask."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, ...], Drawn] = {}
        self._lock = Lock()
        self.streams = 0

    def text(self, screen: Screen, renderer: Renderer, language: str, names: tuple[str, ...]) -> Drawn:
        """The live part of now."""
        board = screen.board()
        key, second = (language, *names), screen.clock() // NS
        with self._lock:
            drawn = self._drawn.get(key)
        if drawn and drawn.at == second and drawn.states == states_of(board):
            return drawn
        drawn = Drawn(second, states_of(board), self._render(screen, renderer, language, names, board))
        with self._lock:
            if len(self._drawn) >= _KEPT:
                self._drawn.clear()
            self._drawn[key] = drawn
        return drawn

    @staticmethod
    def _render(screen: Screen, renderer: Renderer, language: str, names: tuple[str, ...], board: Board) -> str:
        picture = picture_of(screen, names, board)
        context = {"picture": picture, "now": screen.clock(), "stale_s": screen.settings.screen.stale_s}
        return renderer.text(language, "andon_live.html", context)


def states_of(board: Board) -> tuple[str, ...]:
    """What must be shown at once when it changes."""
    states = (
        f"{u.name}:{u.status.bucket}:{u.status.since}:{u.status.shift}:{u.status.reason}:{u.status.without_reason}"
        for u in board.units.values()
    )
    return (str(board.broker), str(board.clock_is_set), *states)


def picture_of(screen: Screen, names: tuple[str, ...], board: Board) -> Picture:
    """The chosen units, or all; with what is not known yet of their people."""
    shifts = {name: unit.status.shift for name, unit in board.units.items() if unit.status.shift}
    with screen.book() as book:
        unknown = frozenset(
            name for name, shift in shifts.items() if _gone(book.record(People, f"{name}.{shift}")) is None
        )
    picture = look(screen.settings, board, screen.clock(), unknown)
    if not names:
        return picture
    return picture._replace(units=tuple(unit for unit in picture.units if unit.name in names))


def chosen(request: Request) -> tuple[str, ...]:
    """The work units that the address names; empty: all."""
    return tuple(request.query_params.getlist("unit"))


def _gone(people: People | None) -> People | None:
    return None if people is None or people.gone else people


@router.get("/")
def show_andon(request: Request, screen: TheScreen, pages: Pages, wall: Wall = False) -> HTMLResponse:  # noqa: FBT002
    """What every work unit does now."""
    names = chosen(request)
    context = {
        "picture": picture_of(screen, names, screen.board()),
        "now": screen.clock(),
        "stale_s": screen.settings.screen.stale_s,
        "wall": wall,
        "query": f"?{request.url.query}" if request.url.query else "",
    }
    return pages.page(request, "andon.html", context)


@router.get("/live")
async def stream_andon(request: Request) -> Response:
    """The live part again and again, as server-sent events."""
    screen: Screen = request.app.state.screen
    renderer: Renderer = request.app.state.renderer
    parts: Parts = request.app.state.parts
    if parts.streams >= MOST_STREAMS:
        return Response("screen: too many streams. The page loads itself again.", 503, {"Retry-After": "30"})
    language, names = renderer.speech_for(request).language, chosen(request)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(
        _events(screen, renderer, parts, language, names), media_type="text/event-stream", headers=headers
    )


async def _events(
    screen: Screen, renderer: Renderer, parts: Parts, language: str, names: tuple[str, ...]
) -> AsyncIterator[str]:
    parts.streams += 1
    try:
        yield "retry: 1000\n\n"
        said, states = 0.0, _NOTHING
        while not screen.closing.is_set():
            loop_time = asyncio.get_running_loop().time()
            if loop_time - said >= EVERY_S or states_of(screen.board()) != states:
                drawn = await run_in_threadpool(parts.text, screen, renderer, language, names)
                said, states = loop_time, drawn.states
                yield f"event: andon\ndata: {json.dumps(drawn.text)}\n\n"
            await asyncio.sleep(LOOK_S)
    finally:
        parts.streams -= 1
