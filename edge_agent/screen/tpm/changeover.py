"""Changeover studies: watched step by step on the spot, judged afterwards."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.smed import summarise
from edge_agent.screen.tpm.wall_clock import DAY_NS
from edge_agent.wire.entries import ChangeoverStep, ChangeoverStudy

router = APIRouter(include_in_schema=False)
NEXT = ("internal", "external", "end")
MOST_STEPS = 100
"""More in one record would not fit a message."""
_SHOWN_DAYS = 400


@router.get("/tpm/changeover")
def show_studies(request: Request, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """What is being watched, the start of a new one, and the studies so far."""
    return _list(request, screen, pages, Form())


@router.post("/tpm/changeover")
def start_study(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """The first step begins now."""
    unit = form.choice("unit", screen.settings.units)
    begins = form.choice("next", NEXT[:2])
    now = screen.clock()
    entry = ChangeoverStudy(
        key=form.key(),
        work_unit=unit,
        from_product=form.text("from_product", 63),
        to_product=form.text("to_product", 63),
        steps=(ChangeoverStep(what="", since=now, until=now, internal=begins == "internal"),),
        who=screen.who(request, form),
    )
    with screen.book() as book:
        before = book.record(ChangeoverStudy, entry.key)
    if before is None and not screen.keep(request, form, entry):
        return _list(request, screen, pages, form, 422)
    return RedirectResponse(f"/tpm/changeover/{entry.key}", 303)


@router.get("/tpm/changeover/{key}")
def show_study(request: Request, screen: TheScreen, pages: Pages, key: str) -> HTMLResponse:
    """The study that runs, with its large buttons; or the one that has ended, with what it says."""
    return _show(request, screen, pages, Form(), _study(screen, key))


@router.post("/tpm/changeover/{key}/next")
def next_step(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """The present step ends now, and another begins, or none."""
    study = _study(screen, key)
    path = f"/tpm/changeover/{key}"
    # A second tap on the same page, or another phone was quicker: that step has ended already.
    if study.ended_at or form["n"] != str(len(study.steps)):
        return RedirectResponse(path, 303)
    step = form.choice("next", NEXT)
    if step != "end" and len(study.steps) >= MOST_STEPS:
        form.mistakes["what"] = "tpm.mistake.steps"
    now = max(screen.clock(), study.steps[-1].since)
    ended = replace(study.steps[-1], until=now, what=form.text("what"), idea=form.text("idea"))
    begun = () if step == "end" else (ChangeoverStep(what="", since=now, until=now, internal=step == "internal"),)
    if not study.who:
        study = replace(study, who=screen.who(request, form))
    entry = replace(
        study,
        steps=(*study.steps[:-1], ended, *begun),
        ended_at=now if step == "end" else 0,
        entered_at=0,
        revision=0,
        at=0,
    )
    if not screen.keep(request, form, entry):
        return _show(request, screen, pages, form, study, 422)
    return RedirectResponse(path, 303)


@router.post("/tpm/changeover/{key}/steps")
def name_steps(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """What the steps were, and ideas about them; their times stay as they were watched."""
    study = _study(screen, key)
    steps = []
    for k, step in enumerate(study.steps):
        internal = form.choice(f"kind-{k}", NEXT[:2]) == "internal"
        steps.append(replace(step, what=form.text(f"what-{k}"), idea=form.text(f"idea-{k}"), internal=internal))
    who = screen.who(request, form)
    entry = replace(study, steps=tuple(steps), who=study.who or who, entered_at=0, revision=0, at=0)
    if not study.ended_at:
        form.mistakes["form"] = "mistake.old_page"
    if not screen.keep(request, form, entry):
        return _show(request, screen, pages, form, study, 422)
    return RedirectResponse(f"/tpm/changeover/{key}", 303)


def _list(request: Request, screen: Screen, pages: Pages, form: Form, status: int = 200) -> HTMLResponse:
    now = screen.clock()
    with screen.book() as book:
        studies = book.records(ChangeoverStudy, since=now - _SHOWN_DAYS * DAY_NS, most=100)
    judged = [(one, summarise(one, now)) for one in studies]
    context = {
        "form": form,
        "running": [one for one in judged if not one[0].ended_at],
        "ended": [one for one in judged if one[0].ended_at],
        "products": sorted({one.name for unit in screen.settings.units.values() for one in unit.products}),
        "now": now,
        "units": screen.settings.units,
    }
    return pages.page(request, "tpm/changeovers.html", context, status)


def _show(
    request: Request, screen: Screen, pages: Pages, form: Form, study: ChangeoverStudy, status: int = 200
) -> HTMLResponse:
    now = screen.clock()
    context = {"form": form, "study": study, "smed": summarise(study, now), "now": now}
    template = "tpm/changeover_ended.html" if study.ended_at else "tpm/changeover_running.html"
    return pages.page(request, template, {**context, "units": screen.settings.units}, status)


def _study(screen: Screen, key: str) -> ChangeoverStudy:
    with screen.book() as book:
        study = book.record(ChangeoverStudy, key)
    if study is None or study.gone or not study.steps:
        raise HTTPException(404, f"changeover {key[:40]}: there is none, or it was taken back. Choose from the list.")
    return study
