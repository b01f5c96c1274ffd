"""What anybody may know of a document: whether it holds. No sign in; a printed code, or the file itself, is the key.

Decision: who has neither code nor file learns nothing, not even that a number exists.
Because: numbers can be counted through, and customers of a laboratory are nobody else's business.
"""

import time
from typing import Annotated

from fastapi import APIRouter, File, HTTPException, Path, Request, UploadFile
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from gateway.api.guard import address_of
from gateway.api.rate_limit import Rate, TokenBuckets
from gateway.api.rendering import Pages
from gateway.api.source import TheService
from gateway.certificates.finding import Standing, by_file, by_token
from gateway.certificates.seals import SealError
from gateway.certificates.xml_seals import Look, XmlSealer
from gateway.registry.certified import CERTIFICATE_KINDS

router = APIRouter(include_in_schema=False, prefix="/verify")

RATE = Rate(burst=20, per_s=0.5)
MOST_BYTES = 20 << 20
Token = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Upload = Annotated[UploadFile | None, File()]


@router.get("/file")
def ask_for_file(request: Request, pages: Pages) -> HTMLResponse:
    """A form for a PDF or XML file."""
    return _page(request, pages)


@router.post("/file")
def look_at_file(request: Request, pages: Pages, service: TheService, file: Upload = None) -> HTMLResponse:
    """Which document a file is; it is not kept."""
    _slow_down(request)
    content = file.file.read(MOST_BYTES + 1) if file is not None else b""
    with Session(service.engine) as session:
        found = by_file(session, content) if 0 < len(content) <= MOST_BYTES else None
    return _page(request, pages, found, _look(request, content), is_file=True)


@router.get("/{token}")
def show_standing(request: Request, pages: Pages, service: TheService, token: Token) -> HTMLResponse:
    """What the code that is printed on a document leads to."""
    _slow_down(request)
    with Session(service.engine) as session:
        found = by_token(session, token)
    return _page(request, pages, found, is_code=True)


def _page(
    request: Request,
    pages: Pages,
    found: Standing | None = None,
    seal: Look = "none",
    *,
    is_file: bool = False,
    is_code: bool = False,
) -> HTMLResponse:
    context = {"found": found, "is_file": is_file, "is_code": is_code, "kinds": CERTIFICATE_KINDS, "seal": seal}
    status = 404 if (is_file or is_code) and found is None else 200
    return pages.page(request, "certificates/verify.html", context, status)


def _look(request: Request, content: bytes) -> Look:
    """What the seal within a digital certificate says."""
    folder = request.app.state.documents
    if folder is None or len(content) > MOST_BYTES:
        return "none"
    try:
        return XmlSealer(folder).look(content)
    except SealError:
        return "unknown"  # the gateway's people are told by nhipdo check documents


def _slow_down(request: Request) -> None:
    """A stranger's address may ask some times a minute.

    Raises:
        HTTPException: 429, it asked too often.
    """
    state = request.app.state
    if not hasattr(state, "strangers"):
        state.strangers = TokenBuckets(RATE, time.monotonic)
    taken = state.strangers.take(address_of(request))
    if not taken.may:
        detail = f"verify: too many questions from your address. Try again in {taken.wait_s} s."
        raise HTTPException(429, detail, {"Retry-After": str(taken.wait_s)})
