"""The form of a row: a new one, or changes of one; nobody overwrites what they have not seen."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.registry_pages.alike import STILL_NEW, Alike, organisations_alike
from gateway.api.registry_pages.boxes import Filled, boxes_of, filled_in, texts_of
from gateway.api.registry_pages.desk import Desk, RowId, TheDesk, WriteNoun
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.registry.book import Entry
from gateway.registry.nouns import Registered
from gateway.registry.organisations import OrganisationRow
from gateway.registry.refusals import ForbiddenError, StaleRowError, WrongValuesError
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/registry")

STALE = Title(
    "Có người vừa sửa bản ghi này. Giá trị mới ở bên dưới ô của bạn. Xem lại rồi lưu.",
    "Somebody has changed this meanwhile. What they wrote stands below your boxes. Look, then save again.",
)
FORBIDDEN = Title(
    "Bạn không được ghi ở nơi này. Hãy chọn nơi khác hoặc nhờ người quản lý.",
    "You may not write there. Choose another place, or ask its manager.",
)
FILLED_FROM = ("province", "organisation", "site", "agency", "training", "club", "plan", "task")
"""Fields that a link to an empty form can fill in."""


class Written(NamedTuple):
    """What became of a form.

    Attributes:
        entry: The row; None: nothing was written.
        problems: Field -> what is wrong; the empty name: with the whole.
        is_stale: Whether somebody came between.
        status: Of the answer.
    """

    entry: Entry | None
    problems: dict[str, Title]
    is_stale: bool = False
    status: int = 422


@router.get("/{noun}/new")
def show_new(of: WriteNoun, desk: TheDesk) -> HTMLResponse:
    """An empty form; fields that the address names are filled in."""
    filled = Filled(texts_of(desk, of, {name: one.empty for name, one in of.all_fields().items()}))
    for name in FILLED_FROM:
        given = desk.request.query_params.get(name, "")[:200]
        if given and name in of.all_fields():
            filled.texts[name] = given
    only = _only_places(desk, of, filled)
    return _form(desk, of, only, None)


@router.post("/{noun}/new")
def make(of: WriteNoun, desk: TheDesk, sent: TheSent) -> Response:
    """A new row."""
    filled = filled_in(desk, of, sent)
    alike = organisations_alike(desk, filled) if of is OrganisationRow and not sent[STILL_NEW] else []
    if alike:
        return _form(desk, of, filled, None, Written(None, {}), alike)
    done = write(desk, sent, filled, lambda: desk.book.make(desk.reader, of.__tablename__, filled.values))
    if done.entry is not None:
        return RedirectResponse(f"/registry/{of.path()}/{done.entry.id}", 303)
    return _form(desk, of, filled, None, done)


@router.get("/{noun}/{row}/change")
def show_form(of: WriteNoun, row: RowId, desk: TheDesk) -> HTMLResponse:
    """The form of a row."""
    entry = desk.changeable(of, row)
    return _form(desk, of, Filled(texts_of(desk, of, entry.values)), entry)


@router.post("/{noun}/{row}/change")
def change(of: WriteNoun, row: RowId, desk: TheDesk, sent: TheSent) -> Response:
    """A row, as the form says."""
    entry = desk.changeable(of, row)
    filled = filled_in(desk, of, sent, frozenset(of.all_fields()) - frozenset(entry.hidden))
    revision = int(sent["revision"]) if sent["revision"].isdecimal() else 0
    why = sent["why"][:1000]
    done = write(
        desk,
        sent,
        filled,
        lambda: desk.book.change(desk.reader, of.__tablename__, row, filled.values, revision, why),
    )
    if done.entry is not None:
        return RedirectResponse(f"/registry/{of.path()}/{row}", 303)
    return _form(desk, of, filled, desk.entry(of, row), done)


def write(desk: Desk, sent: Sent, filled: Filled, do: Callable[[], Entry]) -> Written:
    """Write what a form says; what is wrong goes to its fields."""
    try:
        check_token(desk.request, sent)
        if filled.problems:
            return Written(None, filled.problems)
        return Written(do(), {})
    except AccessError as error:
        return Written(None, {"": error.why})
    except WrongValuesError as error:
        return Written(None, error.problems)
    except StaleRowError:
        return Written(None, {"": STALE}, is_stale=True, status=409)
    except ForbiddenError:
        return Written(None, {"": FORBIDDEN})


def _only_places(desk: Desk, of: type[Registered], filled: Filled) -> Filled:
    """Fill in what a row must belong to, where there is only one that it can belong to."""
    boxes = boxes_of(desk, of, filled)
    for box in boxes:
        if box.kind == "link" and box.field.required and not box.text and box.options and len(box.options) == 1:
            filled.texts[box.name] = box.options[0].row
    return filled


def _form(
    desk: Desk,
    of: type[Registered],
    filled: Filled,
    entry: Entry | None,
    done: Written | None = None,
    alike: Sequence[Alike] = (),
) -> HTMLResponse:
    problems = done.problems if done else {}
    filled.problems |= problems
    boxes = boxes_of(desk, of, filled, entry, is_stale=done is not None and done.is_stale)
    named = {box.name for box in boxes}
    context = {
        "of": of,
        "entry": entry,
        "boxes": boxes,
        "problems": [why for name, why in problems.items() if name not in named],
        "why": "",
        "alike": alike,
    }
    return desk.page("registry/form.html", context, done.status if done else 200)
