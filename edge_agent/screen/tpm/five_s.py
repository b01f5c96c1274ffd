"""5S audits: the score of each area, how it went on, and a new audit."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.config.shop_tables import AuditConfig, ListItemConfig
from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import TheScreen
from edge_agent.screen.tpm.attention import AUDIT_EVERY_DAYS, areas_due
from edge_agent.screen.tpm.audits import STEPS, trend
from edge_agent.screen.tpm.lists import audit_of
from edge_agent.screen.tpm.wall_clock import DAY_NS
from edge_agent.wire.entries import Audit5S

router = APIRouter(include_in_schema=False)
BUTTONS = 10
"""Points up to this are chosen by a tap; above it they are typed."""
_PAGE_LASTS_NS = DAY_NS
_SHOWN = 12


@router.get("/tpm/5s")
def show_areas(request: Request, screen: TheScreen, pages: Pages) -> HTMLResponse:
    """Every area with its last score."""
    now, config = screen.clock(), audit_of(screen.settings)
    with screen.book() as book:
        audits = book.records(Audit5S, most=2000)
    shown = []
    for due in areas_due(config.areas, audits, now):
        scores = trend([one for one in audits if one.area == due.area.id][:2], config)
        shown.append((due, scores[0] if scores else None))
    context = {"areas": shown, "every": AUDIT_EVERY_DAYS, "now": now}
    return pages.page(request, "tpm/five_s.html", context)


@router.get("/tpm/5s/{area}")
def show_area(request: Request, screen: TheScreen, pages: Pages, area: str) -> HTMLResponse:
    """One area: its last audit by S and question, and the ones before."""
    now, config = screen.clock(), audit_of(screen.settings)
    found = _area(config, area)
    with screen.book() as book:
        audits = [one for one in book.records(Audit5S, most=2000) if one.area == area]
    titles = {one.id: one.title for asked in config.questions.values() for one in asked}
    context = {"area": found, "scores": trend(audits, config)[:_SHOWN], "titles": titles, "steps": STEPS, "now": now}
    return pages.page(request, "tpm/five_s_area.html", context)


@router.get("/tpm/5s/{area}/new")
def ask_audit(request: Request, screen: TheScreen, pages: Pages, area: str) -> HTMLResponse:
    """The questions."""
    config = audit_of(screen.settings)
    form = Form({"begun": str(screen.clock())})
    return _ask(request, pages, form, config, _area(config, area))


@router.post("/tpm/5s/{area}")
def keep_audit(request: Request, screen: TheScreen, pages: Pages, form: Sent, area: str) -> Response:
    """Keep an audit."""
    config, now = audit_of(screen.settings), screen.clock()
    found = _area(config, area)
    # When the page was opened: the same form twice is then the same audit.
    begun = form.instant("begun", now - _PAGE_LASTS_NS, now)
    if begun is None:
        form.mistakes.setdefault("form", "mistake.old_page")
        form.typed["begun"] = str(now)
    scores, notes = _answers(form, config)
    entry = Audit5S(
        key=f"{area}.{begun or now}",
        area=area,
        scores=scores,
        most=config.most,
        notes=notes,
        who=screen.who(request, form),
        entered_at=begun or now,
    )
    if not screen.keep(request, form, entry):
        return _ask(request, pages, form, config, found, 422)
    return RedirectResponse(f"/tpm/5s/{area}", 303)


def _answers(form: Form, config: AuditConfig) -> tuple[dict[str, int], dict[str, str]]:
    scores, notes = {}, {}
    for step in STEPS:
        for question in config.questions.get(step, ()):
            name = f"points-{question.id}"
            points = form.whole(name, 0, config.most)
            if points is not None:
                scores[question.id] = points
            elif name not in form.mistakes:
                form.mistakes[name] = "tpm.mistake.points"
            if note := form.text(f"note-{question.id}"):
                notes[question.id] = note
    return scores, notes


def _ask(
    request: Request, pages: Pages, form: Form, config: AuditConfig, area: ListItemConfig, status: int = 200
) -> HTMLResponse:
    context = {"form": form, "area": area, "config": config, "steps": STEPS, "by_tap": config.most <= BUTTONS}
    return pages.page(request, "tpm/five_s_audit.html", context, status)


def _area(config: AuditConfig, area: str) -> ListItemConfig:
    found = next((one for one in config.areas if one.id == area), None)
    if found is None:
        raise HTTPException(404, f"area {area[:60]!r}: not in agent.toml. Choose from the list.")
    return found
