"""The files of the laboratory's documents: a draft's print, PDF, digital certificate, sealed statements."""

import msgspec
from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, RowId, TheDesk
from gateway.certificates.finding import issued_of
from gateway.certificates.issuing import Issuing
from gateway.certificates.ledger import events_of
from gateway.certificates.printing import pdf_of
from gateway.certificates.typesetting import NotInstalledError
from gateway.registry.issued_documents import DRAFT, DocumentDraftRow, IssuedDocumentRow
from gateway.registry.laboratory import LaboratoryRow
from gateway.registry.roles import Action

router = APIRouter(include_in_schema=False, prefix="/laboratory/documents")

Reads = Depends(allow(Action.READ, "laboratory"))
_PDF, _XML = "application/pdf", "application/xml"


def issuing_of(desk: Desk) -> Issuing:
    """The documents of this gateway.

    Raises:
        HTTPException: 503, it was started without a folder for its seal.
    """
    state = desk.request.app.state
    if state.documents is None:
        raise HTTPException(503, "documents: this gateway has no folder for its seal. Start it by nhipdo serve.")
    return Issuing(desk.engine, lambda: desk.now, state.zone, state.documents)


def draft_of(desk: Desk, draft: str) -> DocumentDraftRow:
    """A draft.

    Raises:
        HTTPException: 404, it is not there, or not theirs.
    """
    with Session(desk.engine, expire_on_commit=False) as session:
        row = session.get(DocumentDraftRow, draft)
        place = session.get_one(LaboratoryRow, row.laboratory).place if row else None
    if row is None or not desk.reader.may(Action.READ, "laboratory", place):
        msg = f"document {draft[:12]}: is not there, or not yours. Look in /laboratory/documents."
        raise HTTPException(404, msg)
    return row


def issued_document(desk: Desk, document: str) -> IssuedDocumentRow:
    """An issued document.

    Raises:
        HTTPException: 404, it is not there, or not theirs.
    """
    with Session(desk.engine, expire_on_commit=False) as session:
        row = issued_of(session, desk.reader, document)
    if row is None:
        msg = f"document {document[:12]}: is not there, or not yours. Look in /laboratory/documents."
        raise HTTPException(404, msg)
    return row


@router.get("/drafts/{draft}/document.pdf", dependencies=[Reads])
def printdraft_of(desk: TheDesk, draft: RowId) -> Response:
    """The draft as PDF: the exported file, or a trial print that says so on every page."""
    row = draft_of(desk, draft)
    if row.state != DRAFT:
        return _file(row.pdf, _PDF, f"{row.number or 'draft'}.pdf")
    preview = issuing_of(desk).preview(desk.reader, draft)
    if preview.document is None:
        raise HTTPException(409, f"draft {draft[:12]}: cannot be printed. Look at what it lacks.")
    try:
        return _file(pdf_of(preview.document), _PDF, "draft.pdf")
    except NotInstalledError as error:
        raise HTTPException(503, str(error)) from error


@router.get("/{document}/document.pdf", dependencies=[Reads])
def give_pdf(desk: TheDesk, document: RowId) -> Response:
    """The PDF as it was issued."""
    row = issued_document(desk, document)
    return _file(row.pdf, _PDF, f"{row.number}.pdf")


@router.get("/{document}/document.xml", dependencies=[Reads])
def give_xml(desk: TheDesk, document: RowId) -> Response:
    """The digital calibration certificate as it was issued."""
    row = issued_document(desk, document)
    if not row.xml:
        raise HTTPException(404, f"{row.number}: has no digital certificate. Take the PDF.")
    return _file(row.xml, _XML, f"{row.number}.xml")


@router.get("/{document}/seal.json", dependencies=[Reads])
def give_seal(desk: TheDesk, document: RowId) -> Response:
    """The sealed statements of a document: whoever has the public key can check them without this gateway."""
    row = issued_document(desk, document)
    with Session(desk.engine) as session:
        told = [
            {"statement": one.statement, "seal": one.seal, "public_key": one.public_key, "algorithm": "Ed25519"}
            for one in events_of(session, row.id)
        ]
    note = "An integrity seal of the gateway, and no legal signature."
    return _file(msgspec.json.encode({"note": note, "entries": told}), "application/json", f"{row.number}.seal.json")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})
