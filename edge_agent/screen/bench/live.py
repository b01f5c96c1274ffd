"""The live part of a session: what the item and the standards show, whether it has settled, what keeps it back."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from edge_agent.bench.bench import Bench
from edge_agent.bench.board import SessionNow
from edge_agent.screen.andon import MOST_STREAMS, Parts
from edge_agent.screen.bench.stage import PAN, stage_id, stage_of
from edge_agent.screen.bench.the_bench import TheBench, open_session
from edge_agent.screen.bench.trace import trace_of
from edge_agent.screen.rendering import Pages, Renderer
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.speech import Speech

router = APIRouter(include_in_schema=False)
LOOK_S = 0.25
ENDED = "ended"
"""The stage of a session that is no longer open."""


def live_part(say: Speech, bench: Bench, now: SessionNow, clock: int) -> Mapping[str, object]:
    """What the live part needs."""
    offered = bench.offered
    loaded = offered.procedures.get(now.session.procedure)
    stage = stage_of(say, now, loaded.procedure if loaded else None, offered.standards)
    titles = {one.quantity: one.title for one in loaded.procedure.environment} if loaded else {}
    return {
        "one": now,
        "stage": stage,
        "now": clock,
        "around_titles": titles,
        "trace": trace_of(now.item, clock),
        "reference_traces": {rule.role: trace_of(live, clock) for rule, live in stage.read},
        "pan_places": PAN,
    }


@router.get("/bench/{key}/live")
def show_live(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, key: str) -> HTMLResponse:
    """The live part alone."""
    return HTMLResponse(_text(screen, bench, pages, pages.speech_for(request).language, key)[1])


@router.get("/bench/{key}/stream")
async def stream_session(request: Request, bench: TheBench, key: str) -> Response:
    """The live part again and again, as server-sent events; each says for which stage it is."""
    screen: Screen = request.app.state.screen
    renderer: Renderer = request.app.state.renderer
    parts: Parts = request.app.state.parts
    if parts.streams >= MOST_STREAMS:
        return Response("screen: too many streams. The page loads itself again.", 503, {"Retry-After": "30"})
    language = renderer.speech_for(request).language
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    events = _events(screen, bench, renderer, parts, language, key)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def _text(screen: Screen, bench: Bench, renderer: Renderer, language: str, key: str) -> tuple[str, str]:
    """Stage and part; of a session that has ended no part."""
    now = open_session(bench, key)
    if now is None:
        return ENDED, ""
    say = renderer.speech(language)
    text = renderer.text(language, "bench/live.html", live_part(say, bench, now, screen.clock()))
    return stage_id(now), text


async def _events(
    screen: Screen, bench: Bench, renderer: Renderer, parts: Parts, language: str, key: str
) -> AsyncIterator[str]:
    parts.streams += 1
    try:
        yield "retry: 1000\n\n"
        said = -1
        while not screen.closing.is_set():
            made = bench.board.at
            if made != said:
                said = made
                stage, text = await run_in_threadpool(_text, screen, bench, renderer, language, key)
                yield f"event: bench\ndata: {json.dumps({'stage': stage, 'text': text})}\n\n"
                if stage == ENDED:
                    return
            await asyncio.sleep(LOOK_S)
    finally:
        parts.streams -= 1
