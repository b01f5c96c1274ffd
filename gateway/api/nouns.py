"""Every noun of the registry under ``/api/v1/{its path}``, each by a router made from its fields.

Decision: an error says each mistake in English (``detail``) and in Vietnamese (``detail_vi``), whoever asks.
Because: a script has one log for readers of both, and an answer that depends on no header can be kept and compared.
Instead of: ``Accept-Language``, which scripts do not send.

Decision: the cursor of a list is the id of the last row that was given.
Because: lists are sorted by names, which may be long, and an address may not; rows are never deleted.
"""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.params import Depends as DependsOn
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from gateway.api import noun_attachments, noun_history
from gateway.api.accept import OR_CSV
from gateway.api.noun_routes import (
    JsonObject,
    RowId,
    TheBook,
    Why,
    WhyIn,
    changed_meanwhile,
    invalid,
    late,
    looker,
    refusals_told,
    row_out,
    writer,
)
from gateway.api.noun_schemas import body_schema, filter_schema, filters, read_filter, row_model, wrong_values
from gateway.api.paging import OF_ANOTHER, CursorError, Page, Paged
from gateway.api.permission import TheReader
from gateway.api.revisions import NOT_MODIFIED, IfMatch, IfNoneMatch, etag, not_modified
from gateway.api.source import TheService
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Value
from gateway.registry.nouns import Registered
from gateway.registry.texts import Title

_CHANGES: dict[int | str, dict[str, Any]] = {412: {"description": "Changed meanwhile"}, 428: {"description": ""}}
_ETAG = {"ETag": {"description": "Of this revision", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "Address of the row", "schema": {"type": "string"}}}


class ErasedOut(BaseModel):
    """What was forgotten of a person."""

    erased: int = Field(description="How many data there were")


def all_routers(prefix: str = "", dependencies: Sequence[DependsOn] = ()) -> list[APIRouter]:
    """Those of all nouns, by path."""
    nouns = sorted(NOUNS.values(), key=lambda of: of.path())
    return [noun_router(of, prefix, dependencies) for of in nouns]


def noun_router(of: type[Registered], prefix: str = "", dependencies: Sequence[DependsOn] = ()) -> APIRouter:
    """The router of one noun; ``prefix`` stands before its path, ``dependencies`` are asked at each of its routes."""
    router = APIRouter(prefix=f"{prefix}/{of.path()}", tags=[of.noun.many.en], dependencies=list(dependencies))
    model = row_model(of)
    _add_list(router, of, model)
    _add_reading(router, of, model)
    _add_writing(router, of, model)
    _add_retiring(router, of, model)
    if of.personal:
        _add_erasing(router, of)
    noun_history.add(router, of)
    if of.noun.has_attachments:
        noun_attachments.add(router, of)
    return router


def _add_list(router: APIRouter, of: type[Registered], model: type[BaseModel]) -> None:
    narrowing = filters(of)

    def read_rows(
        request: Request,
        asked: Paged,
        book: TheBook,
        service: TheService,
        reader: TheReader,
        search: str = "",
        retired: bool = False,  # noqa: FBT001, FBT002  a parameter of the query
    ) -> Any:
        where = _where(request, of, narrowing)
        after = _after(service, of, asked.after(str))
        page = book.page(
            reader,
            of.__tablename__,
            Asked(search=search[:200], where=where, retired=retired, after=after, limit=asked.limit or 0),
        )
        rows: list[Entry | None] = [*page.entries, *([None] if page.next else [])]
        cut = asked.cut(rows, lambda row: (row.id if row else "",), is_after=True)
        return asked.answer(cut, model, lambda row: model.model_validate(row_out(row)), of.path())

    router.add_api_route(
        "",
        read_rows,
        methods=["GET"],
        name=f"list {of.path()}",
        summary=of.noun.many.en,
        description=f"{of.noun.many.vi}. Those that you may see, sorted by name; `search` with or without marks.",
        response_model=Page[model],  # type: ignore[valid-type]
        responses=dict(OR_CSV),
        dependencies=[looker(of)],
        openapi_extra={"parameters": [filter_schema(name, one) for name, one in narrowing.items()]},
    )


def _add_reading(router: APIRouter, of: type[Registered], model: type[BaseModel]) -> None:
    def read_row(
        row: RowId, request: Request, response: Response, book: TheBook, reader: TheReader, _given: IfNoneMatch = None
    ) -> Any:
        with refusals_told(of, row):
            entry = book.get(reader, of.__tablename__, row)
        response.headers["ETag"] = etag(entry.revision)
        return not_modified(request, etag(entry.revision)) or row_out(entry)

    router.add_api_route(
        "/{row}",
        read_row,
        methods=["GET"],
        name=f"read {of.__tablename__}",
        summary=f"One {of.noun.title.en}",
        description=f"{of.__doc__} ({of.noun.title.vi})",
        response_model=model,
        responses={200: {"headers": _ETAG}, **NOT_MODIFIED},
        dependencies=[looker(of)],
    )


def _add_writing(router: APIRouter, of: type[Registered], model: type[BaseModel]) -> None:
    for path, method, call, status, headers in (
        ("", "POST", _adding(of), 201, _ETAG | _LOCATION),
        ("/{row}", "PATCH", _changing(of), 200, _ETAG),
    ):
        is_new = method == "POST"
        schema = body_schema(of, partial=not is_new)
        router.add_api_route(
            path,
            call,
            methods=[method],
            name=f"{'add' if is_new else 'change'} {of.__tablename__}",
            status_code=status,
            summary=f"New {of.noun.title.en}" if is_new else f"Change a {of.noun.title.en}",
            description="All or nothing is written." if is_new else "Only the fields that are sent.",
            response_model=model,
            responses={status: {"headers": headers}, **({} if is_new else _CHANGES)},
            dependencies=[writer(of)],
            openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}},
        )


def _adding(of: type[Registered]) -> Callable[..., Any]:
    def add_row(
        request: Request, response: Response, body: JsonObject, book: TheBook, reader: TheReader, why: Why = ""
    ) -> Any:
        _check(of, body)
        with refusals_told(of):
            entry = book.make(reader, of.__tablename__, body, why)
        response.headers["ETag"] = etag(entry.revision)
        response.headers["Location"] = f"{request.url.path.rstrip('/')}/{entry.id}"
        return row_out(entry)

    return add_row


def _changing(of: type[Registered]) -> Callable[..., Any]:
    def change_row(
        row: RowId,
        request: Request,
        response: Response,
        body: JsonObject,
        book: TheBook,
        reader: TheReader,
        why: Why = "",
        _given: IfMatch = None,
    ) -> Any:
        _check(of, body, partial=True)
        with refusals_told(of, row), late(request, book, reader, of, row):
            before = book.get(reader, of.__tablename__, row)
            changed_meanwhile(request, of, before)
            entry = book.change(reader, of.__tablename__, row, body, before.revision, why)
        response.headers["ETag"] = etag(entry.revision)
        return row_out(entry)

    return change_row


def _add_retiring(router: APIRouter, of: type[Registered], model: type[BaseModel]) -> None:
    def retiring(*, back: bool) -> Callable[..., Any]:
        def retire_row(
            row: RowId,
            asked: WhyIn,
            request: Request,
            response: Response,
            book: TheBook,
            reader: TheReader,
            _given: IfMatch = None,
        ) -> Any:
            with refusals_told(of, row), late(request, book, reader, of, row):
                before = book.get(reader, of.__tablename__, row)
                changed_meanwhile(request, of, before)
                entry = book.retire(reader, of.__tablename__, row, before.revision, asked.why, back=back)
            response.headers["ETag"] = etag(entry.revision)
            return row_out(entry)

        return retire_row

    for word, back, what in (("retire", False, "Take out of use"), ("restore", True, "Take back into use")):
        router.add_api_route(
            f"/{{row}}/{word}",
            retiring(back=back),
            methods=["POST"],
            name=f"{word} {of.__tablename__}",
            summary=f"{what}: {of.noun.title.en}",
            description="It stays, with its history; no list shows it unless asked. Others may not rest on it.",
            response_model=model,
            responses={200: {"headers": _ETAG}, **_CHANGES},
            dependencies=[writer(of)],
        )


def _add_erasing(router: APIRouter, of: type[Registered]) -> None:
    def erase_person(row: RowId, asked: WhyIn, book: TheBook, reader: TheReader) -> ErasedOut:
        with refusals_told(of, row):
            return ErasedOut(erased=book.erase(reader, of.__tablename__, row, asked.why))

    router.add_api_route(
        "/{row}/erase",
        erase_person,
        methods=["POST"],
        name=f"erase {of.__tablename__}",
        summary="Forget a person",
        description="The personal fields go for good, and what the audit could tell them by; the row stays.",
        dependencies=[writer(of)],
    )


def _check(of: type[Registered], body: dict[str, Any], *, partial: bool = False) -> None:
    """All that is wrong with a body by itself, before the registry is asked."""
    if not body:
        why = Title("Chưa có ô nào. Hãy gửi ít nhất một ô.", "No field was sent. Send at least one.")
        raise invalid(of.noun.title.en, {"": why})
    if problems := wrong_values(of, body, partial=partial):
        raise invalid(of.noun.title.en, problems)


def _where(request: Request, of: type[Registered], narrowing: dict[str, Any]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, one in narrowing.items():
        if name not in request.query_params:
            continue
        text = request.query_params[name]
        try:
            found[name] = read_filter(one, text)
        except ValueError:
            vi = f"«{text[:60]}» không lọc được theo {one.title.vi}. Xem /api/docs."
            en = f"{text[:60]!r} is no value of {one.title.en}. Look in /api/docs."
            raise invalid(of.noun.many.en, {name: Title(vi, en)}, "query") from None
    return found


def _after(service: TheService, of: type[Registered], cursor: tuple[Any, ...] | None) -> tuple[str, ...]:
    """Behind which row a page begins.

    Raises:
        CursorError: There is no such row.
    """
    if cursor is None:
        return ()
    with Session(service.engine) as session:
        row: Registered | None = session.get(of, cursor[0])
        if row is None:
            raise CursorError(OF_ANOTHER)
        return tuple(str(getattr(row, name)) for name in (*(of.noun.order or ("search",)), "id"))
