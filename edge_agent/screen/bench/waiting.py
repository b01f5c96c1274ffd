"""What waits at the bench, what is under way, what was finished lately."""

from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from edge_agent.screen.bench.the_bench import TheBench
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import TheScreen
from edge_agent.wire.bench import OPEN, CalibrationSession

router = APIRouter(include_in_schema=False)
NS = 10**9
_LOOKED_AT = 200
_SHOWN = 12


@router.get("/bench")
def show_bench(request: Request, screen: TheScreen, bench: TheBench, pages: Pages) -> HTMLResponse:
    """The first page of the bench: sessions to go on with come before orders that wait."""
    now, offered, board = screen.clock(), bench.offered, bench.board
    with screen.book() as book:
        sessions = book.records(CalibrationSession, most=_LOOKED_AT)
    ended = [one for one in sessions if one.state != OPEN and not one.gone]
    begun = {one.session.work_order for one in board.sessions.values()}
    done = {one.work_order for one in ended if one.state == "finished"}
    context = {
        "under_way": sorted(board.sessions.values(), key=lambda one: -one.session.started_at),
        "orders": [one for one in offered.orders if one.number not in begun],
        "done": done,
        "ended": sorted(ended, key=lambda one: -one.ended_at)[:_SHOWN],
        "procedures": offered.procedures,
        "today": today(screen.settings.zone, now),
        "now": now,
    }
    return pages.page(request, "bench/waiting.html", context)


def today(zone: ZoneInfo, now: int) -> str:
    """The local day of an instant, as due days are written.

    >>> today(ZoneInfo("Asia/Ho_Chi_Minh"), 1_772_406_000 * NS)
    '2026-03-02'
    """
    return datetime.fromtimestamp(now // NS, zone).date().isoformat()
