"""Imports in three steps: fill in a template, try the file, carry it out; each can be left and found again."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, File, Form, HTTPException, Path, Query, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.noun_attachments import read_upload
from gateway.api.noun_routes import noun_named
from gateway.api.noun_schemas import ID
from gateway.api.registry_pages.desk import TheDesk
from gateway.api.registry_pages.held import HeldFiles
from gateway.api.sent_forms import Sent, check_token
from gateway.registry.catalogue import NOUNS
from gateway.registry.nouns import Registered
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import GROUPS
from gateway.registry.sheets import Imports, Job, NoSuchImportError, TooManyImportsError
from gateway.registry.sheets.jobs import DONE, RUNNING, STATES, WAITING
from gateway.registry.sheets.table import MOST_BYTES
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/registry/imports")

_NO_FILE = Title("Chưa chọn tệp. Hãy chọn tệp .xlsx hoặc .csv.", "No file was chosen. Choose an .xlsx or a .csv file.")
_FULL = Title(
    "Đang có nhiều tệp chờ nhập. Hãy thử lại sau vài phút.", "Many files wait already. Try again in a few minutes."
)
_NOT_YOURS = Title("Bạn không được nhập loại này. Hãy chọn loại khác.", "You may not import these. Choose others.")
_GONE = Title("Tệp không còn được giữ. Hãy chọn lại tệp đó.", "The file is not held any more. Choose it again.")
ImportId = Annotated[str, Path(pattern=ID)]
Word = Annotated[str, Form(max_length=200)]
Upload = Annotated[UploadFile | None, File()]


class Importing:
    """The imports of whoever asks."""

    def __init__(self, desk: TheDesk) -> None:
        self.desk = desk
        state = desk.request.app.state
        self.jobs, self.held = cast("Imports", state.imports), cast("HeldFiles", state.held_files)
        self._account = desk.reader.account

    def job(self, import_id: str) -> Job:
        """One of theirs.

        Raises:
            HTTPException: 404, there is none.
        """
        try:
            return self.jobs.get(self.desk.reader, import_id)
        except NoSuchImportError:
            msg = f"import {import_id[:12]}: is not known, or not yours. Go back to the list."
            raise HTTPException(404, msg) from None

    def is_held(self, job: Job) -> bool:
        """Whether its file need not be sent again."""
        return self.held.has(job.id, self._account)

    def start(self, noun: str, name: str, content: bytes, *, dry_run: bool) -> Job:
        """Take a file.

        Raises:
            AccessError: It cannot be taken now, or not from them.
        """
        try:
            job = self.jobs.start(self.desk.reader, noun, name, content, dry_run=dry_run)
        except ForbiddenError as error:
            raise AccessError(_NOT_YOURS.vi, _NOT_YOURS.en, "noun") from error
        except TooManyImportsError as error:
            raise AccessError(_FULL.vi, _FULL.en) from error
        if dry_run:
            self.held.keep(job.id, self._account, content)
        return job

    def content(self, job: Job, file: UploadFile | None) -> bytes:
        """The file of a dry run, as it was held or is sent again.

        Raises:
            AccessError: Neither.
        """
        if file is not None and file.filename:
            return read_upload(file, MOST_BYTES)
        content = self.held.take(job.id, self._account)
        if content is None:
            raise AccessError(_GONE.vi, _GONE.en, "file")
        return content


TheImports = Annotated[Importing, Depends()]


@router.get("")
def show_imports(importing: TheImports, noun: Annotated[str, Query(max_length=63)] = "") -> HTMLResponse:
    """Choose what to import, and the file; below what became of earlier ones."""
    return _start_page(importing, noun)


@router.post("")
def try_out(importing: TheImports, noun: Word = "", token: Word = "", file: Upload = None) -> Response:
    """Read a file without writing anything."""
    desk = importing.desk
    try:
        check_token(desk.request, Sent({"token": [token]}))
        of = _chosen(noun)
        if of is None or not desk.may_write(of):
            raise AccessError(_NOT_YOURS.vi, _NOT_YOURS.en, "noun")
        if file is None or not file.filename:
            raise AccessError(_NO_FILE.vi, _NO_FILE.en, "file")
        job = importing.start(of.__tablename__, file.filename, read_upload(file, MOST_BYTES), dry_run=True)
    except AccessError as error:
        return _start_page(importing, noun, error)
    return RedirectResponse(f"/registry/imports/{job.id}", 303)


@router.get("/{import_id}")
def show_import(import_id: ImportId, importing: TheImports) -> HTMLResponse:
    """How far an import is; at its end what it did, or what is wrong with the file."""
    return _job_page(importing, importing.job(import_id))


@router.post("/{import_id}/carry-out")
def carry_out(import_id: ImportId, importing: TheImports, token: Word = "", file: Upload = None) -> Response:
    """Write what was tried out."""
    tried = importing.job(import_id)
    try:
        check_token(importing.desk.request, Sent({"token": [token]}))
        content = importing.content(tried, file)
        name = file.filename if file is not None and file.filename else tried.file
        job = importing.start(tried.noun, name, content, dry_run=False)
    except AccessError as error:
        return _job_page(importing, tried, error)
    return RedirectResponse(f"/registry/imports/{job.id}", 303)


def _chosen(noun: str) -> type[Registered] | None:
    try:
        return noun_named(noun)
    except HTTPException:
        return None


def _start_page(importing: Importing, noun: str, error: AccessError | None = None) -> HTMLResponse:
    desk = importing.desk
    groups = [
        (title, [of for of in NOUNS.values() if of.noun.group == group and desk.may_write(of)])
        for group, title in GROUPS.items()
    ]
    context = {
        "groups": [(title, some) for title, some in groups if some],
        "chosen": _chosen(noun) if noun else None,
        "wrong": error,
        "jobs": [(one, NOUNS.get(one.noun)) for one in importing.jobs.recent(desk.reader, 20)],
        "states": STATES,
    }
    return desk.page("registry/imports.html", context, 422 if error else 200)


def _job_page(importing: Importing, job: Job, error: AccessError | None = None) -> HTMLResponse:
    context = {
        "job": job,
        "of": NOUNS[job.noun],
        "state": STATES[job.state],
        "goes_on": job.state in (WAITING, RUNNING),
        "is_good": job.state == DONE,
        "may_carry_out": job.state == DONE and job.dry_run,
        "is_held": importing.is_held(job),
        "wrong": error,
    }
    return importing.desk.page("registry/import.html", context, 422 if error else 200)
