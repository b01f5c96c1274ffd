"""The page of a session: what to do next, in its largest letters, and everything that is done at a point."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.bench.bench import Bench
from edge_agent.bench.board import SessionNow
from edge_agent.bench.requests import AnyBenchRequest, CaptureNow, Judge, Redo, SetUp, TypeEnvironment, TypeIn
from edge_agent.screen.bench.live import live_part
from edge_agent.screen.bench.numbers import read_number
from edge_agent.screen.bench.record import Shown, shown_captures
from edge_agent.screen.bench.stage import Stage, stage_id, stage_of
from edge_agent.screen.bench.the_bench import TheBench, asked, calibration_of, open_session
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages, Renderer
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.wire.bench import OPEN

router = APIRouter(include_in_schema=False)
NS = 10**9
_LAST = 4
"""Captures that are shown below the step."""
_FRESH_S = 6
"""A capture of so long ago is told at the top of the page, s."""
Make = Callable[[SessionNow, Stage, str], AnyBenchRequest]
"""Reads the form into a request; its mistakes stand in the form."""


@router.get("/bench/{key}")
def show_session(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, key: str) -> Response:
    """What to do next; of a session that has ended, its result."""
    return session_page(request, screen, bench, pages, key, {})


@router.post("/bench/{key}/ready")
def say_ready(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """The point is set up."""

    def make(_: SessionNow, stage: Stage, who: str) -> SetUp:
        return SetUp(session=key, who=who, pieces=_pieces(form, stage))

    return act(request, screen, bench, pages, form, key, "ready", make)


@router.post("/bench/{key}/type")
def type_in(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """What a person read off."""

    def make(_: SessionNow, stage: Stage, who: str) -> TypeIn:
        indication = read_number(form, "indication", wanted=True) if stage.item_is_typed else None
        references = {rule.role: read_number(form, f"reference-{rule.role}", wanted=True) for rule in stage.typed}
        known = {role: value for role, value in references.items() if value is not None}
        return TypeIn(session=key, who=who, indication=indication, references=known, pieces=_pieces(form, stage))

    return act(request, screen, bench, pages, form, key, "type", make)


@router.post("/bench/{key}/around")
def type_around(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """What a person read off around the item."""

    def make(now: SessionNow, _: Stage, who: str) -> TypeEnvironment:
        typed = {one.quantity: read_number(form, one.quantity) for one in now.environment if one.is_typed}
        values = {quantity: value for quantity, value in typed.items() if value is not None}
        if not values and not form.mistakes:
            form.mistakes[next(iter(typed), "form")] = "mistake.wanted"
        return TypeEnvironment(session=key, who=who, values=values)

    return act(request, screen, bench, pages, form, key, "around", make, staged=False)


@router.post("/bench/{key}/now")
def capture_now(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """Capture what is shown, though something speaks against it."""

    def make(_: SessionNow, __: Stage, who: str) -> CaptureNow:
        return CaptureNow(session=key, who=who, reason=form.text("reason", 500, wanted=True))

    return act(request, screen, bench, pages, form, key, "now", make)


@router.post("/bench/{key}/redo")
def redo(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """Repeat a capture."""

    def make(_: SessionNow, __: Stage, who: str) -> Redo:
        number = form.whole("number", 1, wanted=True)
        return Redo(session=key, who=who, number=number or 0, reason=form.text("reason", 500, wanted=True))

    return act(request, screen, bench, pages, form, key, "redo", make, staged=False)


@router.post("/bench/{key}/judge")
def judge(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, form: Sent, key: str) -> Response:
    """Whether a capture counts."""

    def make(_: SessionNow, __: Stage, who: str) -> Judge:
        return Judge(
            session=key,
            who=who,
            number=form.whole("number", 1, wanted=True) or 0,
            is_accepted=form["use"] == "1",
            reason=form.text("reason", 500, wanted=True),
        )

    return act(request, screen, bench, pages, form, key, "redo", make, staged=False)


def act(
    request: Request,
    screen: Screen,
    bench: Bench,
    pages: Renderer,
    form: Form,
    key: str,
    which: str,
    make: Make,
    *,
    staged: bool = True,
    then: str = "",
) -> Response:
    """Do what a form asks; the page again with the form as it was typed, where it cannot be done.

    Args:
        request: Of the form.
        screen: Of this edge.
        bench: Likewise.
        pages: Renders.
        form: What was typed.
        key: Of the session.
        which: Name of the form on the page.
        make: Makes the request.
        staged: Whether it holds for the step that the page showed, and for no other.
        then: Where to go on; empty: the session.
    """
    now = open_session(bench, key)
    if now is None:
        calibration_of(bench, key)
        return RedirectResponse(f"/bench/{key}", 303)
    if staged and form["stage"] != stage_id(now):
        if which == "ready":  # pressed twice: it is done already
            return RedirectResponse(f"/bench/{key}", 303)
        form.mistakes["form"] = "bench.mistake.stale"
    offered = bench.offered
    loaded = offered.procedures.get(now.session.procedure)
    stage = stage_of(pages.speech_for(request), now, loaded.procedure if loaded else None, offered.standards)
    who = screen.who(request, form)
    wanted = make(now, stage, who)
    if asked(bench, form, wanted):
        return RedirectResponse(then or f"/bench/{key}", 303)
    return session_page(request, screen, bench, pages, key, {which: form}, 422)


def session_page(
    request: Request,
    screen: Screen,
    bench: Bench,
    pages: Renderer,
    key: str,
    forms: Mapping[str, Form],
    status: int = 200,
) -> Response:
    """The whole page; one of its forms as it came back."""
    calibration = calibration_of(bench, key)
    if calibration.session.state != OPEN:
        return RedirectResponse(f"/bench/{key}/result", 303)
    now, clock = open_session(bench, key), screen.clock()
    if now is None and calibration.session.procedure not in bench.offered.procedures:
        return RedirectResponse(f"/bench/{key}/result", 303)  # it never comes: that page says what to do
    if now is None:
        return _soon(request, pages, key)
    names = ("ready", "type", "around", "now", "redo", "adjust", "finish", "abandon")
    last = shown_captures(calibration)[: -_LAST - 1 : -1]
    context = {
        **live_part(pages.speech_for(request), bench, now, clock),
        "forms": {name: forms.get(name) or Form() for name in names},
        "empty_form": Form(),
        "last": last,
        "fresh": _fresh(last, clock),
        "procedure": bench.offered.procedures.get(now.session.procedure),
    }
    return pages.page(request, "bench/session.html", context, status)


def _soon(request: Request, pages: Renderer, key: str) -> HTMLResponse:
    """Just begun, or ended in this second: the board has it in the next."""
    return pages.page(request, "bench/soon.html", {"key": key})


def _fresh(last: list[Shown], clock: int) -> Shown | None:
    newest = last[0] if last else None
    return newest if newest and clock - newest.capture.captured_at < _FRESH_S * NS else None


def _pieces(form: Form, stage: Stage) -> dict[str, tuple[str, ...]]:
    """Role -> pieces that are ticked."""
    found: dict[str, tuple[str, ...]] = {}
    for measure in stage.measures:
        role = measure.rule.role
        found[role] = tuple(name for name, _ in measure.pieces if form[f"piece-{role}-{name}"])
        if not found[role]:
            form.mistakes[f"piece-{role}"] = "bench.mistake.pieces"
    return found
