"""After the last point: adjusted or not, finished, or abandoned."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from edge_agent.bench.board import SessionNow
from edge_agent.bench.requests import Abandon, Adjust, Finish
from edge_agent.screen.bench.session import act
from edge_agent.screen.bench.stage import Stage
from edge_agent.screen.bench.the_bench import TheBench
from edge_agent.screen.forms import Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import TheScreen

router = APIRouter(include_in_schema=False)


@router.post("/bench/{key}/adjust")
def adjust(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """The item was adjusted: what follows is its state as left."""

    def make(now: SessionNow, _: Stage, who: str) -> Adjust:
        early = "" if now.step is None else form.text("without", 500, wanted=True)
        return Adjust(session=key, who=who, what=form.text("what", 1000, wanted=True), without_as_found=early)

    return act(request, screen, bench, pages, form, key, "adjust", make)


@router.post("/bench/{key}/finish")
def finish(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """Work out the results, and end the session."""

    def make(_: SessionNow, __: Stage, who: str) -> Finish:
        return Finish(session=key, who=who)

    return act(request, screen, bench, pages, form, key, "finish", make, then=f"/bench/{key}/result")


@router.post("/bench/{key}/abandon")
def abandon(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """End the session without results."""

    def make(_: SessionNow, __: Stage, who: str) -> Abandon:
        return Abandon(session=key, who=who, reason=form.text("reason", 500, wanted=True))

    return act(request, screen, bench, pages, form, key, "abandon", make, staged=False, then="/bench")
