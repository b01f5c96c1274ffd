"""Setting up production: calendars, products, reasons, targets, orders, checklists, lines, as lists and forms."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.calendar_tables import config_from_body
from edge_agent.wire.records import record_decoder
from edge_agent.wire.shop_floor import CalendarKept
from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.rendering import Pages, Renderer
from gateway.api.sent_forms import Box, Sent, TheSent, boxes_of, check_token, values_of
from gateway.api.source import Now, Service, TheService
from gateway.registry import RecordRow
from gateway.registry.book import Asked, Book, Entry
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.shift_lines import shift_lines
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/setup")

PARTS = ("shift_calendar", "product", "stop_reason", "target", "production_order", "checklist", "production_line")
"""The nouns that are set up here, in the order of the page."""
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "shift_calendar": ("name", "site", "shifts"),
    "product": ("code", "name_vi", "ideal_cycle_s", "unit", "work_units"),
    "stop_reason": ("name_vi", "code", "above", "loss", "is_planned"),
    "target": ("figure", "value", "work_unit", "production_line", "site", "since", "until"),
    "production_order": ("number", "product", "work_unit", "quantity", "due", "state"),
    "checklist": ("name_vi", "items", "work_units"),
    "production_line": ("title", "name", "site"),
}
_MOST = 200
_CHANGED = Title(
    "Có người vừa sửa bản ghi này. Hãy mở lại trang, xem rồi sửa tiếp.",
    "Somebody has changed this meanwhile. Open the page again, look, then change it.",
)
_FORBIDDEN = Title(
    "Bạn không được ghi ở nơi này. Hãy chọn nơi khác hoặc nhờ người quản lý.",
    "You may not write there. Choose another place, or ask its manager.",
)
_BY_PATH = {NOUNS[noun].path(): noun for noun in PARTS}


def _part(part: Annotated[str, Path(max_length=63)]) -> str:
    if part not in _BY_PATH:
        msg = f"setup {part[:60]!r}: there is no such list. Choose one of {', '.join(_BY_PATH)}."
        raise HTTPException(404, msg)
    return _BY_PATH[part]


ThePart = Annotated[str, Depends(_part)]
RowId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Reads = Annotated[Reader, Depends(allow(Action.READ, "production"))]
Writes = Annotated[Reader, Depends(allow(Action.WRITE, "production"))]


class Office:
    """The registry of nouns, for one request."""

    def __init__(self, service: TheService, now: Now) -> None:
        self.service = service
        self.now = now
        self.book = Book(service.engine, lambda: now)


TheOffice = Annotated[Office, Depends()]


class Formed(NamedTuple):
    """A form to be shown.

    Attributes:
        noun: Of what.
        values: What stands in it.
        entry: The row; None: a new one.
        problems: Field -> what is wrong; the empty name: with the whole.
    """

    noun: str
    values: Mapping[str, Any]
    entry: Entry | None = None
    problems: Mapping[str, Title] = {}


@router.get("/{part}")
def show_list(
    request: Request, part: ThePart, pages: Pages, office: TheOffice, reader: Reads, search: str = ""
) -> HTMLResponse:
    """All rows of one noun that the reader sees."""
    of = NOUNS[part]
    page = office.book.page(reader, part, Asked(search=search[:200], limit=_MOST))
    context = {
        "of": of,
        "parts": [NOUNS[noun] for noun in PARTS],
        "fields": of.fields(),
        "shown": _SHOWN[part],
        "entries": page.entries,
        "more": bool(page.next),
        "search": search,
        "may_write": reader.may(Action.WRITE, of.noun.group),
    }
    return pages.page(request, "setup/list.html", context)


@router.get("/{part}/new")
def show_new(
    request: Request, part: ThePart, pages: Pages, office: TheOffice, reader: Writes, like: str = ""
) -> HTMLResponse:
    """An empty form; a calendar may begin with what an edge keeps (``like=site/edge/name``)."""
    values = {name: one.empty for name, one in NOUNS[part].fields().items()}
    if part == "shift_calendar":
        values |= {"timezone": "Asia/Ho_Chi_Minh"} | _kept_calendars(office, reader).get(like, {})
    sites = office.book.page(reader, "site", Asked(limit=2)).entries
    if "site" in values and not values["site"] and len(sites) == 1:
        values["site"] = sites[0].id
    if "organisation" in values and len({one.values["organisation"] for one in sites}) == 1:
        values["organisation"] = sites[0].values["organisation"]
    return _form(request, pages, office, reader, Formed(part, values))


@router.post("/{part}/new")
def make(request: Request, part: ThePart, pages: Pages, office: TheOffice, reader: Writes, sent: TheSent) -> Response:
    """A new row."""
    return _write(
        request, pages, office, reader, sent, part, None, lambda values: office.book.make(reader, part, values)
    )


@router.get("/{part}/{row}")
def show_row(
    request: Request, part: ThePart, row: RowId, pages: Pages, office: TheOffice, reader: Writes
) -> HTMLResponse:
    """The form of a row."""
    entry = _found(office, reader, part, row)
    return _form(request, pages, office, reader, Formed(part, entry.values, entry))


@router.post("/{part}/{row}")
def change(
    request: Request, part: ThePart, row: RowId, pages: Pages, office: TheOffice, reader: Writes, sent: TheSent
) -> Response:
    """A row, as the form says."""
    entry = _found(office, reader, part, row)
    revision = int(sent["revision"]) if sent["revision"].isdecimal() else None
    return _write(
        request,
        pages,
        office,
        reader,
        sent,
        part,
        entry,
        lambda values: office.book.change(reader, part, row, values, revision or 0),
    )


@router.post("/{part}/{row}/retire")
def retire(
    request: Request, part: ThePart, row: RowId, pages: Pages, office: TheOffice, reader: Writes, sent: TheSent
) -> Response:
    """Take a row out of use; edges go on with it until that is sent."""
    entry = _found(office, reader, part, row)
    return _write(
        request,
        pages,
        office,
        reader,
        sent,
        part,
        entry,
        lambda _: office.book.retire(reader, part, row, None, sent["why"][:500]),
        typed=entry.values,
    )


def _found(office: Office, reader: Reader, part: str, row: str) -> Entry:
    try:
        return office.book.get(reader, part, row)
    except NoSuchRowError:
        msg = f"{part} {row[:12]}: is not there, or not yours. Go back to the list."
        raise HTTPException(404, msg) from None


def _write(
    request: Request,
    pages: Renderer,
    office: Office,
    reader: Reader,
    sent: Sent,
    part: str,
    entry: Entry | None,
    do: Callable[[dict[str, object]], object],
    typed: Mapping[str, Any] | None = None,
) -> Response:
    """Write, and go back to the list; or the form again, with what is wrong."""
    of: type[Registered] = NOUNS[part]
    values = values_of(of, sent)
    try:
        check_token(request, sent)
        do(values)
    except AccessError as error:
        problems: Mapping[str, Title] = {"": error.why}
    except WrongValuesError as error:
        problems = error.problems
    except StaleRowError:
        problems = {"": _CHANGED}
    except ForbiddenError:
        problems = {"": _FORBIDDEN}
    else:
        return RedirectResponse(f"/setup/{of.path()}", 303)
    return _form(request, pages, office, reader, Formed(part, typed or values, entry, problems), 422)


def _form(
    request: Request, pages: Renderer, office: Office, reader: Reader, formed: Formed, status: int = 200
) -> HTMLResponse:
    of = NOUNS[formed.noun]
    boxes: list[Box] = boxes_of(
        office.book, reader, formed.noun, formed.values, formed.problems, _suggestions(office.service, office, reader)
    )
    named = {box.name for box in boxes}
    is_new_calendar = formed.noun == "shift_calendar" and formed.entry is None
    context = {
        "of": of,
        "entry": formed.entry,
        "boxes": boxes,
        "problems": [why for name, why in formed.problems.items() if name not in named],
        "likes": sorted(_kept_calendars(office, reader)) if is_new_calendar else [],
    }
    return pages.page(request, "setup/form.html", context, status)


def _suggestions(service: Service, office: Office, reader: Reader) -> dict[str, list[str]]:
    """The work units of the reader's sites, as the fields name them."""
    units = [
        unit.id
        for site in office.book.page(reader, "site", Asked(limit=_MOST)).entries
        for unit in service.shop_floor.work_units(str(site.values["name"]))
    ]
    return {
        "work_unit": [f"{unit.edge}/{unit.work_unit}" for unit in units],
        "work_units": ["/".join(unit) for unit in units],
    }


def _kept_calendars(office: Office, reader: Reader) -> dict[str, dict[str, Any]]:
    """``site/edge/name`` -> fields of the calendar that an edge keeps now."""
    sites = {str(one.values["name"]): one.id for one in office.book.page(reader, "site", Asked(limit=_MOST)).entries}
    query = select(RecordRow).where(RecordRow.noun == "calendar", RecordRow.site.in_(sites))
    newest: dict[str, CalendarKept] = {}
    with Session(office.service.engine) as session:
        for row in session.scalars(query.order_by(RecordRow.at, RecordRow.revision)):
            record = record_decoder.decode(row.body)
            if isinstance(record, CalendarKept) and not record.last_day:
                newest[f"{row.site}/{row.edge}/{record.body.get('name')}"] = record
    found = {}
    for name, record in newest.items():
        try:
            found[name] = {**shift_lines(config_from_body(record.body)), "site": sites[name.partition("/")[0]]}
        except msgspec.ValidationError:
            continue  # of an edge that knows more than this gateway
    return found
