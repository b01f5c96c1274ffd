"""Quick entry of the commonest records, one short form each, and rows pasted from a spreadsheet into the import."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.registry_pages.boxes import Filled, boxes_of, filled_in
from gateway.api.registry_pages.desk import Desk, TheDesk, is_id
from gateway.api.registry_pages.forms import Written, write
from gateway.api.registry_pages.imports import TheImports
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.registry.book import Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.nouns import Registered
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/records")
Writes = Depends(allow(Action.WRITE, "programme"))
QUICK: dict[str, tuple[str, ...]] = {
    "training": ("province", "name", "topic", "begins", "document_number"),
    "support": ("organisation", "kind", "begins", "document_number"),
    "award": ("organisation", "name", "year", "state", "result", "document_number"),
    "milestone": ("province", "plan", "indicator", "reached", "document_number"),
    "statistic": ("province", "series", "sector", "year", "value", "unit", "territory", "price_base", "source"),
}
"""Noun -> the fields that are enough to count it; a row's own page has the others."""
_MOST_PASTED = 2_000_000
_LATER = Title(
    "Ngày bắt đầu chưa đến: lượt này chỉ được tính từ ngày đó.",
    "It begins on a day that is still to come, and counts from that day on.",
)
_EMPTY = Title("Chưa dán gì. Hãy dán cả dòng tên cột.", "Nothing was pasted. Paste the heads of the columns, too.")
Noun = Annotated[str, Query(max_length=63)]


@router.get("/quick", dependencies=[Writes])
def show_quick(desk: TheDesk, of: Noun = "support", saved: Annotated[str, Query(max_length=32)] = "") -> HTMLResponse:
    """The short form of a kind of record; what was saved before stands above it."""
    noun = _noun(of)
    entry = desk.entry(noun, saved) if is_id(saved) else None
    return _page(desk, noun, Filled(), saved=entry)


@router.post("/quick", dependencies=[Writes])
def write_quick(desk: TheDesk, sent: TheSent, of: Noun = "support") -> Response:
    """One record; the form comes back empty for the next."""
    noun = _noun(of)
    filled = filled_in(desk, noun, sent, frozenset(QUICK[of]))
    done = write(desk, sent, filled, lambda: desk.book.make(desk.reader, of, filled.values))
    if done.entry is not None:
        return RedirectResponse(f"/records/quick?of={of}&saved={done.entry.id}", 303)
    return _page(desk, noun, filled, done)


@router.post("/paste", dependencies=[Writes])
def paste(
    importing: TheImports,
    of: Annotated[str, Form(max_length=63)] = "",
    pasted: Annotated[str, Form(max_length=_MOST_PASTED)] = "",
    token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Rows with their heads, as copied from a spreadsheet: tried out as a file would be, and shown first."""
    desk, noun = importing.desk, _noun(of)
    try:
        check_token(desk.request, Sent({"token": [token]}))
        if not pasted.strip():
            raise AccessError(_EMPTY.vi, _EMPTY.en)
        job = importing.start(of, f"{noun.noun.many[desk.language]}.csv", pasted.encode(), dry_run=True)
    except AccessError as error:
        return _page(desk, noun, Filled(), pasted=pasted, wrong=error.why)
    return RedirectResponse(f"/registry/imports/{job.id}", 303)


def _noun(name: str) -> type[Registered]:
    if name not in QUICK:
        raise HTTPException(404, f"records {name[:63]}: have no short form. Choose one of {', '.join(QUICK)}.")
    return NOUNS[name]


def _page(
    desk: Desk,
    of: type[Registered],
    filled: Filled,
    done: Written | None = None,
    saved: Entry | None = None,
    pasted: str = "",
    wrong: Title | None = None,
) -> HTMLResponse:
    names = QUICK[of.__tablename__]
    problems = done.problems if done else {}
    filled.problems |= problems
    by_name = {box.name: box for box in boxes_of(desk, of, filled)}
    for name in names:
        box = by_name[name]
        # A province is mostly the only one of theirs, and is then no question.
        if box.is_list and box.options and len(box.options) == 1 and not box.text:
            by_name[name] = box._replace(text=box.options[0].row)
    today = desk.speech.local(desk.now).date().isoformat()
    is_later = saved is not None and str(saved.values.get("begins") or "") > today
    context = {
        "of": of,
        "kinds": [NOUNS[name] for name in QUICK if desk.may_write(NOUNS[name])],
        "boxes": [by_name[name] for name in names],
        "problems": [why for name, why in problems.items() if name not in names],
        "saved": saved,
        "later": _LATER if is_later else None,
        "pasted": pasted,
        "wrong": wrong,
        "may_attend": desk.may_write(NOUNS["attendance"]),
    }
    return desk.page("records/quick.html", context, 422 if problems or wrong else 200)
