"""All nouns, and the list of each: searched, filtered, page by page, as a file."""

import base64
import binascii
import json
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, StreamingResponse

from gateway.api.imports import XLSX, saved_as
from gateway.api.registry_pages.desk import Desk, ReadNoun, TheDesk
from gateway.api.registry_pages.linking import FEW, Candidate, candidates, find
from gateway.api.registry_pages.telling import NO, YES
from gateway.registry.book import Asked
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Link, Value
from gateway.registry.nouns import Registered
from gateway.registry.roles import GROUPS, Action
from gateway.registry.sheets import export_csv
from gateway.registry.sheets.to_xlsx import xlsx_parts
from gateway.registry.texts import Title, WrongValueError

router = APIRouter(include_in_schema=False, prefix="/registry")

ROWS = 50
COLUMNS = 5
"""Beside the label; a row's own page has them all."""
_F, _NONE = "f.", "none"
_LACKING = Title("chưa có", "none yet")
Search = Annotated[str, Query(max_length=200)]
Retired = Annotated[bool, Query()]
After = Annotated[str, Query(max_length=8000)]


class Filter(NamedTuple):
    """A way to narrow a list.

    Attributes:
        name: In the address.
        title: Of the field.
        options: What can be chosen; None: it is typed.
        text: What was chosen or typed.
        mistake: What is wrong with it; None: nothing.
    """

    name: str
    title: Title
    options: list[Candidate] | None
    text: str
    mistake: Title | None


class Narrowed(NamedTuple):
    """What of a list was asked for.

    Attributes:
        where: Field -> value.
        filters: As the page shows them.
        query: The same as it stands in addresses.
    """

    where: dict[str, Value]
    filters: list[Filter]
    query: dict[str, str]


@router.get("")
def show_nouns(desk: TheDesk) -> HTMLResponse:
    """Every noun of which somebody may see rows, by group."""
    groups = [
        (title, [of for of in NOUNS.values() if of.noun.group == group])
        for group, title in GROUPS.items()
        if desk.reader.may(Action.READ, group)
    ]
    return desk.page("registry/nouns.html", {"groups": [(title, some) for title, some in groups if some]})


@router.get("/{noun}")
def show_list(
    of: ReadNoun,
    desk: TheDesk,
    search: Search = "",
    retired: Retired = False,  # noqa: FBT002  a query parameter
    after: After = "",
) -> HTMLResponse:
    """Rows of one noun."""
    noun = of.__tablename__
    narrowed = _narrowed(desk, of, search, retired=retired)
    asked = Asked(search=search, where=narrowed.where, retired=retired, after=_opened(after), limit=ROWS)
    try:
        page = desk.book.page(desk.reader, noun, asked)
    except ValueError:
        raise HTTPException(422, "after: is none of ours. Begin at the first page.") from None
    query = narrowed.query
    context = {
        "of": of,
        "entries": page.entries,
        "count": desk.book.count(desk.reader, noun, asked),
        "columns": columns_of(of),
        "filters": narrowed.filters,
        "is_narrowed": bool(query),
        "search": search,
        "retired": retired,
        "is_first": not after,
        "first": _address(of, query),
        "next": _address(of, query | {"after": _sealed(page.next)}) if page.next else "",
        "query": urlencode(query),
        "may_write": desk.may_write(of),
    }
    return desk.page("registry/list.html", context)


@router.get("/{noun}/export")
def export(
    of: ReadNoun,
    desk: TheDesk,
    form: Literal["xlsx", "csv"] = "xlsx",
    search: Search = "",
    retired: Retired = False,  # noqa: FBT002  a query parameter
) -> StreamingResponse:
    """The rows that the list shows, all pages, as a file that the import takes again."""
    narrowed = _narrowed(desk, of, search, retired=retired)
    asked = Asked(search=search, where=narrowed.where, retired=retired)
    of_whom = (desk.engine, lambda: desk.now, desk.reader, of.__tablename__, desk.language, asked)
    headers = saved_as(f"{of.path()}.{form}")
    if form == "csv":
        return StreamingResponse(export_csv(*of_whom), headers=headers, media_type="text/csv; charset=utf-8")
    return StreamingResponse(xlsx_parts(*of_whom), headers=headers, media_type=XLSX)


def columns_of(of: type[Registered]) -> dict[str, Field]:
    """The fields that a list shows beside the label: what tells rows apart, is required, or is one of several."""
    label = of.noun.label or tuple(name for name in of.noun.key if name not in of.links())
    fields = {name: one for name, one in of.fields().items() if name not in label}
    first = {name: one for name, one in fields.items() if name in of.noun.key or one.required}
    others = {name: one for name, one in fields.items() if isinstance(one, Choice | Day) and name not in first}
    chosen = list((first | others).items())[:COLUMNS]
    return dict(chosen)


def _narrowed(desk: Desk, of: type[Registered], search: str, *, retired: bool) -> Narrowed:
    where: dict[str, Value] = {}
    filters: list[Filter] = []
    query = {"search": search} if search else {}
    if retired:
        query["retired"] = "1"
    for name, one in of.fields().items():
        if name == "document_number":
            text = desk.request.query_params.get(_F + name, "")
            if text == _NONE:
                where[name], query[_F + name] = "", text
            filters.append(Filter(_F + name, one.title, [Candidate(_NONE, _LACKING[desk.language])], text, None))
        if isinstance(one, Choices) or not isinstance(one, Choice | Flag | Link):
            continue
        text = desk.request.query_params.get(_F + name, "").strip()[:200]
        mistake = None
        if text:
            query[_F + name] = text
            try:
                where[name] = find(desk, one, text) if isinstance(one, Link) else one.read(text)
            except WrongValueError as error:
                mistake = error.why
        filters.append(Filter(_F + name, one.title, _choices(desk, one), text, mistake))
    return Narrowed(where, filters, query)


def _choices(desk: Desk, one: Field) -> list[Candidate] | None:
    if isinstance(one, Choice):
        return [Candidate(key, title[desk.language]) for key, title in one.options.items()]
    if isinstance(one, Flag):
        return [Candidate("1", YES[desk.language]), Candidate("0", NO[desk.language])]
    found = candidates(desk, one) if isinstance(one, Link) else None
    return found if found is not None and len(found) <= FEW else None


def _address(of: type[Registered], query: dict[str, str]) -> str:
    return f"/registry/{of.path()}" + (f"?{urlencode(query)}" if query else "")


def _sealed(after: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def _opened(after: str) -> tuple[str, ...]:
    """What a page said for the next one.

    Raises:
        HTTPException: 422, it said no such thing.
    """
    if not after:
        return ()
    try:
        read = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError):
        read = None
    if not isinstance(read, list) or not all(isinstance(one, str) for one in read):
        raise HTTPException(422, "after: is none of ours. Begin at the first page.")
    return tuple(read)
