"""The laboratory's documents, for people: what waits, drafts with what they lack, issue, signing, amendment."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, cast

import msgspec
from fastapi import APIRouter, Depends, File, Form, HTTPException, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.certificates_files import draft_of, issued_document, issuing_of
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, RowId, TheDesk
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.certificates.choosing import Chosen
from gateway.certificates.content import CALIBRATION, LANGUAGES, document_of
from gateway.certificates.finding import shelf
from gateway.certificates.ledger import events_of, state_of
from gateway.certificates.refusing import DocumentError
from gateway.certificates.seals import SealError
from gateway.certificates.typesetting import NotInstalledError
from gateway.registry.certified import CERTIFICATE_KINDS
from gateway.registry.issued_documents import DRAFT, EXPORTED
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_scope import VERIFICATIONS
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/laboratory/documents")

Reads = Depends(allow(Action.READ, "laboratory"))
Writes = Depends(allow(Action.WRITE, "laboratory"))
Decides = Depends(allow(Action.DECIDE, "laboratory"))
MOST_BYTES = 20 << 20
_PDF, _XML = "application/pdf", "application/xml"
_LONGEST = 5000
_FORBIDDEN = Title(
    "Bạn xem được mà không được làm việc này. Hãy nhờ người có thẩm quyền ký.",
    "You may see this, and not do it. Ask somebody who may authorise.",
)
_NO_FILE = Title(
    "Chưa chọn tệp PDF, hoặc tệp quá lớn. Hãy chọn lại.", "No PDF was chosen, or it is too large. Choose again."
)
_NO_ORDER = Title("Chưa chọn phiếu công việc. Hãy chọn một phiếu.", "No work order was chosen. Choose one.")
_NO_DAY = Title("Ngày không đúng. Hãy ghi như 30/11/2027.", "There is no such day. Write 2027-11-30.")


@router.get("", dependencies=[Reads])
def show_documents(desk: TheDesk, search: str = "") -> HTMLResponse:
    """What waits for a document, what is on its way, what was issued."""
    with Session(desk.engine) as session:
        context = {
            "shelf": shelf(session, desk.reader, search[:200]),
            "kinds": CERTIFICATE_KINDS,
            "search": search[:200],
            "may_write": desk.reader.may(Action.WRITE, "laboratory"),
        }
        return desk.page("certificates/list.html", context)


@router.post("", dependencies=[Writes])
def begin(desk: TheDesk, sent: TheSent) -> Response:
    """A draft for an order, or one that amends a document."""
    made: list[str] = []

    def do() -> None:
        if not sent["order"]:
            raise DocumentError(_NO_ORDER.vi, _NO_ORDER.en)
        made.append(issuing_of(desk).begin(desk.reader, sent["order"], Chosen(change=sent["change"]), sent["amends"]))

    where = f"/laboratory/documents/{sent['amends']}" if sent["amends"] else "/laboratory/documents"
    return _done(desk, sent, do, lambda: f"/laboratory/documents/drafts/{made[0]}", where)


@router.get("/drafts/{draft}", dependencies=[Reads])
def show_draft(desk: TheDesk, draft: RowId) -> HTMLResponse:
    """A draft: what it lacks first, then what can be chosen, then the buttons."""
    return _draft_page(desk, draft)


@router.post("/drafts/{draft}", dependencies=[Writes])
def choose(desk: TheDesk, draft: RowId, sent: TheSent) -> Response:
    """Keep what was chosen."""
    return _done_with(desk, draft, sent, lambda: issuing_of(desk).choose(desk.reader, draft, _chosen(sent)))


@router.post("/drafts/{draft}/export", dependencies=[Decides])
def export(desk: TheDesk, draft: RowId, sent: TheSent) -> Response:
    """Number it, and make the file that is to be signed outside."""
    return _done_with(desk, draft, sent, lambda: issuing_of(desk).export(desk.reader, draft, _base(desk)))


@router.post("/drafts/{draft}/issue", dependencies=[Decides])
def issue(desk: TheDesk, draft: RowId, sent: TheSent) -> Response:
    """Issue it as it is; it is signed by hand."""
    where = f"/laboratory/documents/{draft}"
    return _done_with(desk, draft, sent, lambda: issuing_of(desk).issue(desk.reader, draft, _base(desk)), where)


@router.post("/drafts/{draft}/signed", dependencies=[Decides])
def take_signed(
    desk: TheDesk,
    draft: RowId,
    token: Annotated[str, Form(max_length=200)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Issue it with the PDF that was signed outside."""
    content = file.file.read(MOST_BYTES + 1) if file is not None else b""

    def do() -> None:
        if not content or len(content) > MOST_BYTES:
            raise DocumentError(_NO_FILE.vi, _NO_FILE.en)
        issuing_of(desk).take_signed(desk.reader, draft, content)

    return _done_with(desk, draft, Sent({"token": [token]}), do, f"/laboratory/documents/{draft}")


@router.post("/drafts/{draft}/void", dependencies=[Decides])
def void(desk: TheDesk, draft: RowId, sent: TheSent) -> Response:
    """Give it up, with a reason."""
    where = "/laboratory/documents"
    return _done_with(desk, draft, sent, lambda: issuing_of(desk).void(desk.reader, draft, sent["why"]), where)


@router.get("/{document}", dependencies=[Reads])
def show_document(desk: TheDesk, document: RowId) -> HTMLResponse:
    """An issued document: how it stands, its files, its history; amend or withdraw it."""
    return _document_page(desk, document)


@router.post("/{document}/withdraw", dependencies=[Decides])
def withdraw(desk: TheDesk, document: RowId, sent: TheSent) -> Response:
    """Say that it holds no longer."""
    issued_document(desk, document)
    where = f"/laboratory/documents/{document}"
    return _done(
        desk, sent, lambda: issuing_of(desk).withdraw(desk.reader, document, sent["why"]), lambda: where, where
    )


def _base(desk: Desk) -> str:
    """What stands in the code for as long as the paper lasts: not what a proxy inside calls this gateway."""
    return str(desk.request.app.state.public_url or desk.request.base_url).rstrip("/")


def _chosen(sent: Sent) -> Chosen:
    values: dict[str, Any] = {
        name: sent[name].replace("\r\n", "\n").strip()[:_LONGEST] for name in Chosen.__struct_fields__
    }
    if values["languages"] not in LANGUAGES:
        values["languages"] = "vi_en"
    if values["verification"] not in VERIFICATIONS:
        values["verification"] = "periodic"
    if values["valid_until"]:
        try:
            values["valid_until"] = _day(values["valid_until"])
        except ValueError:
            raise DocumentError(_NO_DAY.vi, _NO_DAY.en) from None
    return Chosen(**values)


def _day(text: str) -> str:
    from datetime import date  # noqa: PLC0415

    parts = text.split("/")
    return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else text).isoformat()  # noqa: PLR2004


def _draft_page(desk: Desk, draft: str, wrong: Title | None = None, chosen: Chosen | None = None) -> HTMLResponse:
    row = draft_of(desk, draft)
    preview = issuing_of(desk).preview(desk.reader, draft)
    with Session(desk.engine) as session:
        order = session.get_one(WorkOrderRow, row.work_order)
        place = session.get_one(LaboratoryRow, row.laboratory).place
        context = {
            "row": row,
            "order": order,
            "item": session.get_one(InstrumentRow, order.instrument),
            "document": preview.document,
            "lacking": preview.lacking,
            "without_xml": preview.without_xml,
            "chosen": chosen or msgspec.json.decode(row.chosen, type=Chosen),
            "kinds": CERTIFICATE_KINDS,
            "languages": list(LANGUAGES),
            "verifications": VERIFICATIONS,
            "is_draft": row.state == DRAFT,
            "is_exported": row.state == EXPORTED,
            "may_write": desk.reader.may(Action.WRITE, "laboratory", place),
            "may_decide": desk.reader.may(Action.DECIDE, "laboratory", place),
            "base": _base(desk),
            "wrong": wrong,
        }
        return desk.page("certificates/draft.html", context, 422 if wrong else 200)


def _document_page(desk: Desk, document: str, wrong: Title | None = None) -> HTMLResponse:
    row = issued_document(desk, document)
    with Session(desk.engine) as session:
        place = session.get_one(LaboratoryRow, row.laboratory).place
        events = events_of(session, row.id)
        context = {
            "row": row,
            "said": document_of(row.content),
            "state": state_of(session, row.id),
            "order": session.get_one(WorkOrderRow, row.work_order),
            "events": [(one, cast("Mapping[str, Any]", msgspec.json.decode(one.statement))) for one in events],
            "signatures": msgspec.json.decode(row.signatures),
            "kinds": CERTIFICATE_KINDS,
            "is_calibration": row.kind == CALIBRATION,
            "may_write": desk.reader.may(Action.WRITE, "laboratory", place),
            "may_decide": desk.reader.may(Action.DECIDE, "laboratory", place),
            "wrong": wrong,
        }
        return desk.page("certificates/document.html", context, 422 if wrong else 200)


def _done_with(desk: Desk, draft: str, sent: Sent, do: Callable[[], object], where: str = "") -> Response:
    draft_of(desk, draft)
    here = f"/laboratory/documents/drafts/{draft}"
    return _done(desk, sent, do, lambda: where or here, here)


def _done(desk: Desk, sent: Sent, do: Callable[[], object], then: Callable[[], str], here: str) -> Response:
    """Carry out what a form asks for; else its page again, with why not."""
    try:
        check_token(desk.request, sent)
        do()
    except NoSuchRowError as error:
        raise HTTPException(404, f"{error}: is not there, or not yours. Look in /laboratory/documents.") from error
    except ForbiddenError:
        return _again(desk, here, _FORBIDDEN, 403)
    except (DocumentError, AccessError) as error:
        return _again(desk, here, error.why)
    except WrongValuesError as error:
        return _again(desk, here, next(iter(error.problems.values())))
    except (SealError, NotInstalledError) as error:
        return _again(desk, here, Title(str(error), str(error)))
    return RedirectResponse(then(), 303)


def _again(desk: Desk, here: str, why: Title, status: int = 422) -> HTMLResponse:
    parts = here.removeprefix("/laboratory/documents").strip("/").split("/")
    if parts[0] == "drafts":
        page = _draft_page(desk, parts[1], why)
    elif parts[0]:
        page = _document_page(desk, parts[0], why)
    else:
        page = desk.page("certificates/wrong.html", {"wrong": why}, status)
    page.status_code = status
    return page
