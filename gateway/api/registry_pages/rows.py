"""One row: its values, its documents, its history; retired, restored, its person forgotten."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.registry_pages.desk import Desk, ReadNoun, RowId, TheDesk, WriteNoun
from gateway.api.registry_pages.forms import FORBIDDEN, STALE
from gateway.api.registry_pages.history import history_of
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.nouns import Registered
from gateway.registry.refusals import ForbiddenError, StaleRowError, WrongValuesError
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/registry")

LONGEST_WHY = 1000
_WHY = Title("Chưa có lý do. Hãy viết một câu.", "No reason was given. Write a sentence.")
_SURE = Title("Chưa xác nhận. Hãy đánh dấu ô này.", "Not confirmed. Tick this box.")


class Wrong(NamedTuple):
    """A form of the page that came back.

    Attributes:
        form: Which: ``retire``, ``restore``, ``erase``, ``documents``.
        problems: Field -> what is wrong; the empty name: with the whole.
        typed: Field -> what was typed.
    """

    form: str = ""
    problems: dict[str, Title] = {}  # noqa: RUF012  never written to
    typed: dict[str, str] = {}  # noqa: RUF012


class Below(NamedTuple):
    """Rows of another noun that belong to this one."""

    of: type[Registered]
    field: str
    rows: int
    may_write: bool


@router.get("/{noun}/{row}")
def show_row(of: ReadNoun, row: RowId, desk: TheDesk, before: Annotated[int, Query(ge=0, lt=2**62)] = 0) -> Response:
    """A row, or the earlier part of its history."""
    return row_page(desk, of, desk.entry(of, row), before=before)


@router.post("/{noun}/{row}/retire")
def retire(of: WriteNoun, row: RowId, desk: TheDesk, sent: TheSent) -> Response:
    """Take a row out of use."""
    noun, why = of.__tablename__, sent["why"].strip()[:LONGEST_WHY]

    def do() -> object:
        if not why:
            raise WrongValuesError({"why": _WHY})
        return desk.book.retire(desk.reader, noun, row, _revision(sent), why)

    return _done(desk, of, row, sent, "retire", do)


@router.post("/{noun}/{row}/restore")
def restore(of: WriteNoun, row: RowId, desk: TheDesk, sent: TheSent) -> Response:
    """Take a row back into use."""
    noun, why = of.__tablename__, sent["why"].strip()[:LONGEST_WHY]
    return _done(desk, of, row, sent, "restore", lambda: desk.book.retire(desk.reader, noun, row, None, why, back=True))


@router.post("/{noun}/{row}/erase")
def erase(of: WriteNoun, row: RowId, desk: TheDesk, sent: TheSent) -> Response:
    """Forget the person of a row; it cannot be undone, so it is confirmed."""
    noun, why = of.__tablename__, sent["why"].strip()[:LONGEST_WHY]

    def do() -> object:
        problems = ({} if why else {"why": _WHY}) | ({} if sent["sure"] else {"sure": _SURE})
        if problems:
            raise WrongValuesError(problems)
        return desk.book.erase(desk.reader, noun, row, why)

    return _done(desk, of, row, sent, "erase", do)


def row_page(
    desk: Desk, of: type[Registered], entry: Entry, wrong: Wrong | None = None, *, before: int = 0, status: int = 0
) -> HTMLResponse:
    """The page of a row; with a form that came back."""
    wrong = wrong or Wrong()
    changes, earlier = history_of(desk, entry.noun, entry.id, before)
    has_documents = of.noun.has_attachments
    context = {
        "of": of,
        "entry": entry,
        "fields": {name: one for name, one in of.all_fields().items() if name not in entry.hidden},
        "hidden": [of.all_fields()[name].title for name in entry.hidden],
        "links": {name: NOUNS[one.to] for name, one in of.links().items() if desk.may_read(one.to)},
        "personal": [of.personal[name].title for name in of.personal if entry.values.get(name)],
        "documents": desk.documents.of(desk.reader, entry.noun, entry.id) if has_documents else [],
        "below": _below(desk, entry),
        "changes": changes,
        "earlier": earlier,
        "is_whole": not before,
        "may_write": desk.may_change(entry),
        "wrong": wrong,
    }
    return desk.page("registry/row.html", context, status or (422 if wrong.form else 200))


def _below(desk: Desk, entry: Entry) -> list[Below]:
    """What else names this row, where something does or can be added."""
    found = []
    for of in NOUNS.values():
        name = next((name for name, link in of.links().items() if link.to == entry.noun and link.required), "")
        if not name or of.noun.owner[:1] != (name,) or not desk.may_read(of.__tablename__):
            continue
        rows = desk.book.count(desk.reader, of.__tablename__, Asked(where={name: entry.id}))
        found.append(Below(of, name, rows, desk.may_write(of)))
    return found


def _done(desk: Desk, of: type[Registered], row: str, sent: Sent, form: str, do: Callable[[], object]) -> Response:
    entry = desk.changeable(of, row)
    try:
        check_token(desk.request, sent)
        do()
    except AccessError as error:
        problems = {"": error.why}
    except WrongValuesError as error:
        problems = error.problems
    except StaleRowError:
        problems = {"": STALE}
    except ForbiddenError:
        problems = {"": FORBIDDEN}
    else:
        return RedirectResponse(f"/registry/{of.path()}/{row}", 303)
    typed = {"why": sent["why"][:LONGEST_WHY], "sure": sent["sure"]}
    return row_page(desk, of, entry, Wrong(form, problems, typed))


def _revision(sent: Sent) -> int | None:
    return int(sent["revision"]) if sent["revision"].isdecimal() else None
