"""Improvement actions: a loss, what is done about it, by whom, until when."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from edge_agent.kpi.losses import SIX
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.attention import by_state
from edge_agent.screen.tpm.lists import losses_of, reasons_of
from edge_agent.screen.tpm.wall_clock import DAY_NS, day_in, day_of
from edge_agent.wire.entries import ImprovementAction

router = APIRouter(include_in_schema=False)
_LONGEST = 500
_NEWEST = 1000


@router.get("/tpm/actions")
def show_actions(request: Request, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """All actions, by what is to be done with them."""
    now, settings = screen.clock(), screen.settings
    with screen.book() as book:
        actions = book.records(ImprovementAction, most=_NEWEST)
    context = {"actions": by_state(actions, day_of(now, settings.zone)), "now": now}
    return pages.page(request, "tpm/actions.html", {**context, **words_of_losses(screen)})


@router.get("/tpm/actions/new")
def ask_action(request: Request, screen: TheScreen, pages: Pages, unit: str = "", loss: str = "") -> HTMLResponse:
    """A new action; a loss of the Andon fills in where and which."""
    return _ask(request, screen, pages, Form({"unit": unit, "loss": loss}), None)


@router.post("/tpm/actions")
def keep_action(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Keep a new action."""
    return _keep(request, screen, pages, form, None)


@router.get("/tpm/actions/{key}/change")
def ask_change(request: Request, screen: TheScreen, pages: Pages, key: str) -> HTMLResponse:
    """Correct what was agreed."""
    one = find_action(screen, key)
    filled = {"unit": one.work_unit, "loss": one.loss, "what": one.what, "owner": one.owner, "due": one.due}
    return _ask(request, screen, pages, Form(filled), one)


@router.post("/tpm/actions/{key}/change")
def change_action(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """Keep what was corrected."""
    return _keep(request, screen, pages, form, find_action(screen, key))


def find_action(screen: Screen, key: str) -> ImprovementAction:
    """An action in force.

    Raises:
        HTTPException: There is none.
    """
    with screen.book() as book:
        action = book.record(ImprovementAction, key)
    if action is None or action.gone:
        raise HTTPException(404, f"action {key[:40]}: there is none, or it was taken back. Choose from the list.")
    return action


def words_of_losses(screen: Screen) -> dict[str, object]:
    """What templates need to name machines and losses."""
    settings = screen.settings
    titles = {one.id: one.title for first in reasons_of(settings) for one in (first, *first.of)}
    return {"units": settings.units, "six": SIX, "reasons": reasons_of(settings), "reason_titles": titles}


def _keep(request: Request, screen: Screen, pages: Pages, form: Form, before: ImprovementAction | None) -> Response:
    settings = screen.settings
    unit = form.choice("unit", ("", *settings.units))
    loss = form.choice("loss", losses_of(settings))
    due = day_in(form, "due", wanted=True)
    today = day_of(screen.clock(), settings.zone)
    if due is not None and due < today and (before is None or before.due != due.isoformat()):
        form.mistakes["due"] = "tpm.mistake.due_past"
    entry = before or ImprovementAction(key=form.key(), loss=loss, what="", owner="", due="")
    if before is not None and (unit, loss) != (before.work_unit, before.loss):
        # Another machine or another loss: what the figures said of the first is no answer.
        entry = replace(entry, before=None, after=None, verdict="", before_since=0, after_since=0, compared_ns=0)
    entry = replace(
        entry,
        work_unit=unit,
        loss=loss,
        what=form.text("what", _LONGEST, wanted=True),
        owner=form.text("owner", 80, wanted=True),
        due=due.isoformat() if due else "",
        who=screen.who(request, form),
        entered_at=0,
        revision=0,
        at=0,
    )
    if not screen.keep(request, form, entry):
        return _ask(request, screen, pages, form, before, 422)
    return RedirectResponse(f"/tpm/actions/{entry.key}", 303)


def _ask(
    request: Request,
    screen: Screen,
    pages: Pages,
    form: Form,
    action: ImprovementAction | None,
    status: int = 200,
) -> HTMLResponse:
    week = day_of(screen.clock() + 7 * DAY_NS, screen.settings.zone).isoformat()
    context = {"form": form, "action": action, "week": week, **words_of_losses(screen)}
    return pages.page(request, "tpm/action_form.html", context, status)
