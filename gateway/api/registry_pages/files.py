"""Documents and photos of a row, on its page: added, saved, taken away."""

from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Path, UploadFile
from fastapi.responses import RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.noun_attachments import document_answer, read_upload
from gateway.api.noun_schemas import ID
from gateway.api.registry_pages.desk import ReadNoun, RowId, TheDesk, WriteNoun
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.registry_pages.rows import LONGEST_WHY, Wrong, row_page
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.registry.documents import MOST_BYTES
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/registry")

DocumentId = Annotated[str, Path(pattern=ID)]
Word = Annotated[str, Form(max_length=1000)]
_NO_FILE = Title("Chưa chọn tệp. Hãy chọn PDF hoặc ảnh.", "No file was chosen. Choose a PDF or a photo.")


@router.post("/{noun}/{row}/documents")
def add_document(
    of: WriteNoun,
    row: RowId,
    desk: TheDesk,
    file: Annotated[UploadFile | None, File()] = None,
    number: Word = "",
    date: Word = "",
    token: Word = "",
) -> Response:
    """Keep a document with a row."""
    entry = desk.changeable(of, row)
    try:
        check_token(desk.request, Sent({"token": [token]}))
        if file is None or not file.filename:
            raise WrongValuesError({"content": _NO_FILE})
        content = read_upload(file, MOST_BYTES)
        desk.documents.add(desk.reader, entry.noun, row, content, file=file.filename, number=number, date=date)
    except AccessError as error:
        problems = {"": error.why}
    except WrongValuesError as error:
        problems = error.problems
    except ForbiddenError:
        problems = {"": FORBIDDEN}
    except NoSuchRowError as error:
        raise _none(row) from error
    else:
        return RedirectResponse(f"/registry/{of.path()}/{row}#documents", 303)
    return row_page(desk, of, entry, Wrong("documents", problems, {"number": number, "date": date}))


@router.get("/{noun}/{row}/documents/{document}")
def read_document(of: ReadNoun, row: RowId, document: DocumentId, desk: TheDesk) -> Response:
    """A document, to be saved."""
    try:
        return document_answer(*desk.documents.content(desk.reader, of.__tablename__, row, document))
    except NoSuchRowError as error:
        raise _none(document) from error


@router.post("/{noun}/{row}/documents/{document}/remove")
def remove_document(of: WriteNoun, row: RowId, document: DocumentId, desk: TheDesk, sent: TheSent) -> Response:
    """Take a document away; the history keeps its hash, number and date."""
    entry = desk.changeable(of, row)
    try:
        check_token(desk.request, sent)
        desk.documents.remove(desk.reader, entry.noun, row, document, sent["why"].strip()[:LONGEST_WHY])
    except AccessError as error:
        return row_page(desk, of, entry, Wrong("documents", {"": error.why}))
    except NoSuchRowError as error:
        raise _none(document) from error
    return RedirectResponse(f"/registry/{of.path()}/{row}#documents", 303)


def _none(what: str) -> HTTPException:
    return HTTPException(404, f"document {what[:12]}: is not there, or not yours. Go back to the row.")
