"""Files in and out: imports that go on by themselves, exports, templates."""

import io
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, File, Form, HTTPException, Path, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from gateway.api.noun_attachments import read_upload
from gateway.api.noun_routes import noun_named
from gateway.api.noun_schemas import ID
from gateway.api.permission import TheReader
from gateway.api.source import Now, TheService
from gateway.api.spans import iso
from gateway.registry.book import Asked
from gateway.registry.nouns import Registered
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import Action, Reader
from gateway.registry.sheets import (
    Fault,
    Imports,
    Job,
    NoSuchImportError,
    TooManyImportsError,
    export_csv,
)
from gateway.registry.sheets.table import MOST_BYTES
from gateway.registry.sheets.to_xlsx import xlsx_parts

router = APIRouter(tags=["files"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NounPath = Annotated[
    str, Path(pattern="^[a-z_-]{1,63}$", description="A noun, as in /api/v1/nouns", examples=["organisations"])
]
Form2 = Literal["xlsx", "csv"]
FileForm = Annotated[Form2, Query(alias="format", description="xlsx knows numbers and days, csv is text")]
Language = Annotated[Literal["vi", "en"], Query(description="Of heads and words")]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            "text/csv": {"schema": {"type": "string"}},
        }
    }
}


class FaultOut(BaseModel):
    """One thing that is wrong with a file."""

    sheet: str = Field(description="Empty: a CSV has none", examples=["Tổ chức"])
    cell: str = Field(description="Empty: the whole file", examples=["B17"])
    column: str = Field(description="Head of the column", examples=["Mã số"])
    got: str = Field(description="What stands there")
    detail: str = Field(description="What is wrong, and what to do")
    detail_vi: str = Field(description="The same in Vietnamese")


class OutcomeOut(BaseModel):
    """What an import did, or would do."""

    written: bool
    new: int
    changed: int
    same: int
    emptied: int = Field(description="Values that go because their cell is empty")
    skipped: int = Field(description="Rows marked as examples")
    unread: list[str] = Field(description="Hidden sheets, which were not read")
    fault_count: int = Field(description="Nothing is written unless 0")
    faults: list[FaultOut] = Field(description="The first thousand")
    warnings: list[FaultOut] = Field(description="To look at before it is carried out; no reason to refuse it")


class ImportOut(BaseModel):
    """An import."""

    id: str
    noun: str = Field(examples=["organisation"])
    file: str
    dry_run: bool
    state: str = Field(description="waiting, running, done, refused, failed, interrupted", examples=["done"])
    done: int = Field(description="Steps done")
    total: int = Field(description="Steps in all; 0: not known yet")
    by: str
    made_at: str = Field(description="UTC")
    ended_at: str | None = Field(description="UTC; null: it goes on")
    outcome: OutcomeOut | None = Field(description="null: it has not ended")


@router.post("/imports", summary="Import a file", status_code=202)
def add_import(
    request: Request,
    response: Response,
    noun: Annotated[str, Form(pattern="^[a-z_-]{1,63}$", examples=["organisations"])],
    file: Annotated[UploadFile, File(description="CSV or XLSX, at most 20 MB and 50 000 rows")],
    reader: TheReader,
    dry_run: Annotated[bool, Form(description="Only find out what it would do")] = True,  # noqa: FBT002
) -> ImportOut:
    """Taken, and carried out by itself: ask at its address how far it is. All rows are written, or none."""
    of = noun_named(noun)
    if not reader.may(Action.WRITE, of.noun.group):
        raise HTTPException(403, f"{reader.name}: has no role that may write {of.noun.many.en}. Ask for one.")
    content = read_upload(file, MOST_BYTES)
    try:
        job = _imports(request).start(reader, of.__tablename__, file.filename or "", content, dry_run=dry_run)
    except ForbiddenError as error:
        raise HTTPException(403, f"{error}. Ask an administrator for the role.") from error
    except TooManyImportsError as error:
        raise HTTPException(503, f"imports: {error}", headers={"Retry-After": "30"}) from error
    response.headers["Location"] = f"/api/v1/imports/{job.id}"
    return import_out(job)


@router.get("/imports", summary="Your imports")
def read_imports(request: Request, reader: TheReader) -> list[ImportOut]:
    """Those of the last week, the last first, at most 50."""
    return [import_out(job) for job in _imports(request).recent(reader)]


@router.get("/imports/{import_id}", summary="How far an import is")
def read_import(
    import_id: Annotated[str, Path(pattern=ID)],
    request: Request,
    reader: TheReader,
) -> ImportOut:
    """Its progress, and at its end what it did and what is wrong with the file."""
    try:
        return import_out(_imports(request).get(reader, import_id))
    except NoSuchImportError as error:
        raise HTTPException(404, f"import {import_id}: is not known, or not yours. Look in /api/v1/imports.") from error


@router.get("/templates/{rows}", summary="A file to fill in", response_class=Response, responses=_FILES)
def read_template(rows: NounPath, reader: TheReader, form: FileForm = "xlsx", language: Language = "vi") -> Response:
    """Heads, an example that is not read, lists to choose from, hints."""
    from gateway.registry.sheets.template import template_csv, template_xlsx  # noqa: PLC0415  its library is large

    of = _readable(rows, reader)
    headers = saved_as(f"{of.path()}_{'mau' if language == 'vi' else 'template'}.{form}")
    if form == "csv":
        return Response(template_csv(of.__tablename__, language), headers=headers, media_type="text/csv; charset=utf-8")
    file = io.BytesIO()
    template_xlsx(file, of.__tablename__, language)
    return Response(file.getvalue(), headers=headers, media_type=XLSX)


@router.get("/exports/{rows}", summary="Rows as a file", response_class=Response, responses=_FILES)
def read_export(
    rows: NounPath,
    service: TheService,
    now: Now,
    reader: TheReader,
    form: FileForm = "xlsx",
    language: Language = "vi",
    search: Annotated[str, Query(max_length=200)] = "",
    retired: Annotated[bool, Query(description="Those out of use, too")] = False,  # noqa: FBT002
) -> Response:
    """Every row that you may see, as the import takes it again. Personal fields that you may not see are empty."""
    of = _readable(rows, reader)
    asked = Asked(search=search, retired=retired)
    headers = saved_as(f"{of.path()}.{form}")
    if form == "csv":
        text = export_csv(service.engine, lambda: now, reader, of.__tablename__, language, asked)
        return StreamingResponse(text, headers=headers, media_type="text/csv; charset=utf-8")
    parts = xlsx_parts(service.engine, lambda: now, reader, of.__tablename__, language, asked)
    return StreamingResponse(parts, headers=headers, media_type=XLSX)


def saved_as(name: str) -> dict[str, str]:
    """Headers of a file to be saved."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}


def import_out(job: Job) -> ImportOut:
    """An import as the API answers it."""
    outcome = job.outcome
    return ImportOut(
        id=job.id,
        noun=job.noun,
        file=job.file,
        dry_run=job.dry_run,
        state=job.state,
        done=job.done,
        total=job.total,
        by=job.by,
        made_at=iso(job.made_at),
        ended_at=iso(job.ended_at) if job.ended_at else None,
        outcome=None
        if outcome is None
        else OutcomeOut(
            written=outcome.written,
            new=outcome.new,
            changed=outcome.changed,
            same=outcome.same,
            emptied=outcome.emptied,
            skipped=outcome.skipped,
            unread=list(outcome.unread),
            fault_count=outcome.fault_count,
            faults=[_fault_out(fault) for fault in outcome.faults],
            warnings=[_fault_out(fault) for fault in outcome.warnings],
        ),
    )


def _fault_out(fault: Fault) -> FaultOut:
    return FaultOut(
        sheet=fault.sheet,
        cell=fault.cell,
        column=fault.column,
        got=fault.got,
        detail=fault.why.en,
        detail_vi=fault.why.vi,
    )


def _readable(word: str, reader: Reader) -> type[Registered]:
    of = noun_named(word)
    if not reader.may(Action.READ, of.noun.group):
        raise HTTPException(403, f"{reader.name}: has no role that may read {of.noun.many.en}. Ask for one.")
    return of


def _imports(request: Request) -> Imports:
    return cast("Imports", request.app.state.imports)
