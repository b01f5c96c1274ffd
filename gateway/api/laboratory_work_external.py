"""A certificate of another laboratory, entered from its digital form."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from calibration.dcc import DccError
from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, RowId, TheDesk
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.sent_forms import Sent, check_token
from gateway.laboratory.work_external import MOST_BYTES, enter_dcc, read_external
from gateway.registry.catalogue import NOUNS
from gateway.registry.pictures import XML
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/laboratory/external")
Reads, Writes = (Depends(allow(action, "laboratory")) for action in (Action.READ, Action.WRITE))


@router.get("", dependencies=[Writes])
def show_form(desk: TheDesk, instrument: str = "") -> HTMLResponse:
    """The form: which instrument, and the file."""
    return _page(desk, instrument[:100])


@router.post("", dependencies=[Writes])
def enter(
    desk: TheDesk,
    token: Annotated[str, Form()] = "",
    instrument: Annotated[str, Form(max_length=100)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Enter what the file says; all of it, or nothing."""
    try:
        check_token(desk.request, Sent({"token": [token]}))
        document = file.file.read(MOST_BYTES + 1) if file is not None else b""
        with desk.book.writing(desk.reader) as writing:
            name = (file.filename if file is not None else "") or "certificate.xml"
            entered = enter_dcc(writing, instrument, document, name)
            address = f"/laboratory/external/{entered.certificate.id}"
    except AccessError as error:
        return _page(desk, instrument, {"": error.why})
    except WrongValuesError as error:
        return _page(desk, instrument, error.problems)
    except ForbiddenError:
        return _page(desk, instrument, {"": FORBIDDEN})
    return RedirectResponse(address, 303)


@router.get("/{row}", dependencies=[Reads])
def show_entered(desk: TheDesk, row: RowId) -> Response:
    """What was entered of a file, and what of it has no place here; read anew from the file that is kept."""
    entry = desk.entry(NOUNS["certificate"], row)
    files = [one for one in desk.documents.of(desk.reader, "certificate", row) if one.media_type == XML]
    if not files:
        return RedirectResponse(f"/registry/certificates/{row}", 303)
    kept, content = desk.documents.content(desk.reader, "certificate", row, files[0].id)
    try:
        reading, wrong = read_external(content), ""
    except DccError as error:
        reading, wrong = None, str(error)[:500]
    context = {"row": row, "number": entry.values["number"], "file": kept, "reading": reading, "wrong": wrong}
    return desk.page("laboratory/work_external_entered.html", context)


def _page(desk: Desk, instrument: str, problems: Mapping[str, Title] | None = None) -> HTMLResponse:
    problems = problems or {}
    context = {"instrument": instrument, "problems": list(problems.values())}
    return desk.page("laboratory/work_external.html", context, 422 if problems else 200)
