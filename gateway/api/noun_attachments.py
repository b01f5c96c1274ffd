"""Documents and photos of a row: PDF, JPEG, PNG, WebP, of certificates DCC XML, to 20 MB each, with number and date.

Decision: a document is always given out to be saved, under a policy that lets nothing in it run.
Because: it came from somebody else, and would run with the rights of whoever looks at it.
"""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, HTTPException, Path, Request, Response, UploadFile
from pydantic import BaseModel, Field

from gateway.api.noun_routes import RowId, TheDocuments, Why, looker, refusals_told, writer
from gateway.api.noun_schemas import ID
from gateway.api.permission import TheReader
from gateway.api.revisions import NOT_MODIFIED, IfNoneMatch, etag, not_modified
from gateway.api.spans import iso
from gateway.registry.documents import MADE, MOST_BYTES, Document
from gateway.registry.nouns import Registered
from gateway.registry.pictures import ENDINGS

DocumentId = Annotated[str, Path(pattern=ID, description="Id of a document")]
Upload = Annotated[
    UploadFile,
    File(
        description="PDF, JPEG, PNG or WebP, of a certificate DCC XML too; at most 20 MB; its content says what it is"
    ),
]
Number = Annotated[str, Form(max_length=100, description="Of the document", examples=["12/QĐ-UBND"])]
Date = Annotated[str, Form(pattern="^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="Of the document")]
SAVED_ONLY = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


class DocumentOut(BaseModel):
    """A document of a row."""

    id: str
    file: str = Field(description="Name to save it under", examples=["Quyết định 12.pdf"])
    media_type: str = Field(description="By its content", examples=["application/pdf"])
    size: int = Field(description="Bytes")
    sha256: str = Field(description="Of its content, hexadecimal")
    number: str = Field(description="Empty: none")
    date: str = Field(description="Empty: none", examples=["2026-03-02"])
    added_at: str = Field(description="UTC")
    added_by: str
    address: str = Field(description="Where its content is")


def add(router: APIRouter, of: type[Registered]) -> None:
    """Add the routes of one noun."""
    _add_list(router, of)
    _add_upload(router, of)
    _add_content(router, of)
    _add_removal(router, of)


def _add_list(router: APIRouter, of: type[Registered]) -> None:
    def read_documents(row: RowId, documents: TheDocuments, reader: TheReader) -> list[DocumentOut]:
        with refusals_told(of, row):
            return [document_out(of, row, one) for one in documents.of(reader, of.__tablename__, row)]

    router.add_api_route(
        "/{row}/attachments",
        read_documents,
        methods=["GET"],
        name=f"attachments of {of.__tablename__}",
        summary="Its documents",
        description="In the order in which they came.",
        dependencies=[looker(of)],
    )


def _add_upload(router: APIRouter, of: type[Registered]) -> None:
    def add_document(
        row: RowId,
        response: Response,
        file: Upload,
        documents: TheDocuments,
        reader: TheReader,
        number: Number = "",
        date: Date = "",
    ) -> DocumentOut:
        content = read_upload(file, MOST_BYTES)
        with refusals_told(of, row):
            kept, is_new = documents.add(
                reader, of.__tablename__, row, content, file=file.filename or "", number=number, date=date
            )
        told = document_out(of, row, kept)
        response.status_code = 201 if is_new else 200
        response.headers["Location"] = told.address
        return told

    router.add_api_route(
        "/{row}/attachments",
        add_document,
        methods=["POST"],
        name=f"attach to {of.__tablename__}",
        status_code=201,
        summary="Add a document",
        description="The same content is kept once: 200 with what is there, when this row has it already.",
        responses={200: {"model": DocumentOut, "description": "This row has it already"}},
        dependencies=[writer(of)],
    )


def _add_content(router: APIRouter, of: type[Registered]) -> None:
    def read_document(
        row: RowId,
        document: DocumentId,
        request: Request,
        documents: TheDocuments,
        reader: TheReader,
        _given: IfNoneMatch = None,
    ) -> Response:
        with refusals_told(of, row):
            kept, content = documents.content(reader, of.__tablename__, row, document)
        return not_modified(request, etag(kept.sha256)) or document_answer(kept, content)

    types: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ENDINGS | MADE}
    router.add_api_route(
        "/{row}/attachments/{document}",
        read_document,
        methods=["GET"],
        name=f"attachment of {of.__tablename__}",
        summary="A document",
        description="To be saved: nothing in it runs here.",
        response_class=Response,
        responses={200: {"content": types}, **NOT_MODIFIED},
        dependencies=[looker(of)],
    )


def _add_removal(router: APIRouter, of: type[Registered]) -> None:
    def remove_document(
        row: RowId, document: DocumentId, documents: TheDocuments, reader: TheReader, why: Why = ""
    ) -> None:
        with refusals_told(of, row):
            documents.remove(reader, of.__tablename__, row, document, why)

    router.add_api_route(
        "/{row}/attachments/{document}",
        remove_document,
        methods=["DELETE"],
        name=f"detach from {of.__tablename__}",
        status_code=204,
        summary="Take a document away",
        description="The history keeps its hash, number and date.",
        dependencies=[writer(of)],
    )


def read_upload(file: UploadFile, most: int) -> bytes:
    """The content of an upload; it lies on disk until now.

    Raises:
        HTTPException: 413, it is larger than ``most`` bytes.
    """
    content = file.file.read(most + 1)
    if len(content) > most:
        msg = f"file: is larger than {most >> 20} MB, which is the most that is taken. Shrink it, or split it."
        raise HTTPException(413, msg)
    return content


def document_answer(kept: Document, content: bytes) -> Response:
    """A document to be saved."""
    headers = {
        **SAVED_ONLY,
        "Content-Disposition": f"attachment; filename=\"document\"; filename*=UTF-8''{quote(kept.file)}",
        "ETag": etag(kept.sha256),
    }
    return Response(content, headers=headers, media_type=kept.media_type)


def document_out(of: type[Registered], row: str, kept: Document) -> DocumentOut:
    """A document as the API answers it."""
    return DocumentOut(
        id=kept.id,
        file=kept.file,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        number=kept.number,
        date=kept.date,
        added_at=iso(kept.added_at),
        added_by=kept.added_by,
        address=f"/api/v1/{of.path()}/{row}/attachments/{kept.id}",
    )
