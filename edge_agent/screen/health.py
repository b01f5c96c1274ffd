"""For programs: whether the screen answers and the recorder goes on, and figures for Prometheus."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from edge_agent.screen.metrics import exposition
from edge_agent.screen.source import TheScreen

router = APIRouter(include_in_schema=False)
NS = 10**9
OLD_BOARD_S = 30
"""A board is made every second; one as old as this was not followed by another."""
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz")
def say_ok(screen: TheScreen) -> JSONResponse:
    """200 while the recorder makes boards, 503 when it does not."""
    at = screen.board().at
    age_s = max(0, screen.clock() - at) / NS if at else None
    fresh = age_s is not None and age_s <= OLD_BOARD_S
    return JSONResponse({"status": "ok" if fresh else "stale", "board_age_s": age_s}, 200 if fresh else 503)


@router.get("/metrics")
def show_metrics(request: Request, screen: TheScreen) -> PlainTextResponse:
    """The board in Prometheus' text format."""
    text = exposition(screen.settings, screen.board(), screen.clock(), request.app.version)
    return PlainTextResponse(text, media_type=METRICS_TYPE)
