"""A certificate of another laboratory, entered from its digital form."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.sent_forms import Sent, check_token
from gateway.laboratory.work_external import MOST_BYTES, enter_dcc
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/laboratory/external")
Writes = Depends(allow(Action.WRITE, "laboratory"))


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
            entered = enter_dcc(writing, instrument, document)
            address = f"/registry/certificates/{entered.certificate.id}"
    except AccessError as error:
        return _page(desk, instrument, {"": error.why})
    except WrongValuesError as error:
        return _page(desk, instrument, error.problems)
    except ForbiddenError:
        return _page(desk, instrument, {"": FORBIDDEN})
    return RedirectResponse(address, 303)


def _page(desk: Desk, instrument: str, problems: Mapping[str, Title] | None = None) -> HTMLResponse:
    problems = problems or {}
    context = {"instrument": instrument, "problems": list(problems.values())}
    return desk.page("laboratory/work_external.html", context, 422 if problems else 200)
