"""Time studies: one tap when a patient, a sample, a part comes in, one when it goes out."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from edge_agent.config.shop_tables import TimeStudyConfig
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.lists import time_studies_of
from edge_agent.screen.tpm.timing import ENOUGH, summarise, time_of
from edge_agent.screen.tpm.wall_clock import DAY_NS
from edge_agent.wire.entries import TimeStudy

router = APIRouter(include_in_schema=False)
SHOWN_DAYS = 30
_MOST = 5000
_LAST = 10


@router.get("/tpm/time-study")
def show_studies(request: Request, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """The configured studies."""
    studies = time_studies_of(screen.settings)
    with screen.book() as book:
        seen = book.records(TimeStudy, since=screen.clock() - SHOWN_DAYS * DAY_NS, most=_MOST)
    judged = [(study, summarise([one for one in seen if one.study == study.id])) for study in studies.values()]
    return pages.page(request, "tpm/time_studies.html", {"studies": judged, "days": SHOWN_DAYS})


@router.get("/tpm/time-study/{name}")
def show_study(request: Request, screen: TheScreen, pages: Pages, name: str) -> HTMLResponse:
    """Two buttons, who is inside, and what it says so far."""
    return _show(request, screen, pages, Form(), _study(screen, name))


@router.post("/tpm/time-study/{name}/in")
def come_in(request: Request, screen: TheScreen, pages: Pages, form: Sent, name: str) -> Response:
    """First tap."""
    study = _study(screen, name)
    entry = TimeStudy(
        key=form.key(),
        study=name,
        came_in=screen.clock(),
        label=form.text("label", 40),
        who=screen.who(request, form),
    )
    with screen.book() as book:
        before = book.record(TimeStudy, entry.key)
    if before is None and not screen.keep(request, form, entry):  # a double tap is one
        return _show(request, screen, pages, form, study, 422)
    return RedirectResponse(f"/tpm/time-study/{name}", 303)


@router.post("/tpm/time-study/{name}/out")
def go_out(request: Request, screen: TheScreen, pages: Pages, form: Sent, name: str) -> Response:
    """Second tap, of the one that the button names; or it is left out of the study."""
    study = _study(screen, name)
    with screen.book() as book:
        one = book.record(TimeStudy, form["which"] or form["leave"])
    if one is None or one.study != name:
        form.mistakes.setdefault("form", "mistake.old_page")
        return _show(request, screen, pages, form, study, 422)
    if one.went_out is not None or one.gone:
        return RedirectResponse(f"/tpm/time-study/{name}", 303)
    who = one.who or screen.who(request, form)
    entry = replace(one, went_out=screen.clock(), who=who, entered_at=0, revision=0, at=0)
    if form["leave"]:
        entry = replace(entry, went_out=None, gone=True)
    if not screen.keep(request, form, entry):
        return _show(request, screen, pages, form, study, 422)
    return RedirectResponse(f"/tpm/time-study/{name}", 303)


def _show(
    request: Request, screen: Screen, pages: Pages, form: Form, study: TimeStudyConfig, status: int = 200
) -> HTMLResponse:
    now = screen.clock()
    with screen.book() as book:
        seen = book.records(TimeStudy, since=now - SHOWN_DAYS * DAY_NS, most=_MOST)
    ours = [one for one in seen if one.study == study.id]
    over = sorted((one for one in ours if time_of(one) is not None), key=lambda one: one.went_out or 0, reverse=True)
    context = {
        "form": form,
        "study": study,
        "timing": summarise(ours),
        "last": [(one, time_of(one)) for one in over[:_LAST]],
        "days": SHOWN_DAYS,
        "enough": ENOUGH,
        "now": now,
    }
    return pages.page(request, "tpm/time_study.html", context, status)


def _study(screen: Screen, name: str) -> TimeStudyConfig:
    found = time_studies_of(screen.settings).get(name)
    if found is None:
        raise HTTPException(404, f"time study {name[:60]!r}: not in agent.toml. Choose from the list.")
    return found
