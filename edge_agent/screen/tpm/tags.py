"""Tags hung on abnormalities: hang one, see what hangs, close it."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from edge_agent.screen.forms import Form, Sent
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import Screen, TheScreen
from edge_agent.screen.tpm.attention import open_tags
from edge_agent.screen.tpm.tag_photos import take_photo
from edge_agent.screen.tpm.wall_clock import DAY_NS
from edge_agent.wire.entries import AbnormalityTag

router = APIRouter(include_in_schema=False)
KINDS = ("operator", "maintenance")
LONGEST = 500
"""Of what was seen or done, characters."""


@router.get("/tpm/tags")
def show_tags(request: Request, screen: TheScreen, pages: Pages, unit: str = "") -> HTMLResponse:
    """What hangs, the longest first, and what was closed lately."""
    now = screen.clock()
    with screen.book() as book:
        tags = book.records(AbnormalityTag, unit if unit in screen.settings.units else None)
    closed = sorted((tag for tag in tags if tag.closed_at > now - 30 * DAY_NS), key=lambda tag: -tag.closed_at)
    context = {"open": open_tags(tags), "closed": closed, "unit": unit, "now": now, "units": screen.settings.units}
    return pages.page(request, "tpm/tags.html", context)


@router.get("/tpm/tags/new")
def ask_tag(request: Request, screen: TheScreen, pages: Pages, unit: str = "", what: str = "") -> HTMLResponse:
    """A new tag; a checklist fills in where and what."""
    return _ask(request, screen, pages, Form({"unit": unit, "what": what[:LONGEST], "kind": "operator"}))


@router.post("/tpm/tags")
def hang_tag(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
    """Hang a tag."""
    unit = form.choice("unit", screen.settings.units)
    what = form.text("what", LONGEST, wanted=True)
    kind = form.choice("kind", KINDS)
    who = screen.who(request, form)
    photo = take_photo(screen, form, who)
    now = screen.clock()
    entry = AbnormalityTag(key=form.key(), work_unit=unit, what=what, kind=kind, found_at=now, photo=photo, who=who)
    with screen.book() as book:
        before = book.record(AbnormalityTag, entry.key)
    if before is not None and "form" not in form.mistakes:
        return RedirectResponse("/tpm/tags", 303)  # the same form twice; meanwhile it may have been closed
    if not screen.keep(request, form, entry):
        return _ask(request, screen, pages, form, 422)
    return RedirectResponse("/tpm/tags", 303)


@router.get("/tpm/tags/{key}")
def show_tag(request: Request, screen: TheScreen, pages: Pages, key: str) -> HTMLResponse:
    """One tag, and closing it."""
    return _show(request, screen, pages, Form(), _tag(screen, key))


@router.post("/tpm/tags/{key}")
def close_tag(request: Request, screen: TheScreen, pages: Pages, form: Sent, key: str) -> Response:
    """Close a tag: what was done, by whom."""
    tag = _tag(screen, key)
    if tag.closed_at:
        return RedirectResponse("/tpm/tags", 303)
    done = form.text("done", LONGEST, wanted=True)
    who = screen.who(request, form)
    by = form.text("closed_by") or who
    # The tag stays in the name of whoever hung it; who entered this revision is who closed it.
    entry = replace(tag, closed_at=screen.clock(), closed_by=by, done=done, who=tag.who, entered_at=0, revision=0, at=0)
    if not screen.keep(request, form, entry):
        return _show(request, screen, pages, form, tag, 422)
    return RedirectResponse("/tpm/tags", 303)


def _ask(request: Request, screen: Screen, pages: Pages, form: Form, status: int = 200) -> HTMLResponse:
    context = {"form": form, "kinds": KINDS, "units": screen.settings.units}
    return pages.page(request, "tpm/tag_new.html", context, status)


def _show(
    request: Request, screen: Screen, pages: Pages, form: Form, tag: AbnormalityTag, status: int = 200
) -> HTMLResponse:
    context = {"form": form, "tag": tag, "now": screen.clock(), "units": screen.settings.units}
    return pages.page(request, "tpm/tag.html", context, status)


def _tag(screen: Screen, key: str) -> AbnormalityTag:
    with screen.book() as book:
        tag = book.record(AbnormalityTag, key)
    if tag is None or tag.gone:
        raise HTTPException(404, f"tag {key[:40]}: there is none, or it was taken back. Choose from the list.")
    return tag
