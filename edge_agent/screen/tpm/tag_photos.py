"""Photos of tags: taken from a form into records, and shown from them."""

import re
from concurrent.futures import ThreadPoolExecutor

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form
from edge_agent.screen.source import NOT_SAVED, Screen, TheScreen
from edge_agent.screen.tpm.photos import MOST_BYTES, PhotoError, cleaned, joined, pieces_of
from edge_agent.wire.entries import Photo

router = APIRouter(include_in_schema=False)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_AT_ONCE = 16
"""Pieces that wait for the disk at once: a photo then takes one commit, not one for each piece."""
_MOST_PIECES = 64


@router.get("/tpm/photos/{digest}")
def show_photo(screen: TheScreen, digest: str) -> Response:
    """One photo, put together."""
    with screen.book() as book:
        found = read_photo(book, digest)
    if found is None:
        raise HTTPException(404, f"photo {digest[:64]}: not on this edge any more. Look for it at the gateway.")
    content, media_type = found
    # Named by its content: it never changes.
    return Response(content, media_type=media_type, headers={"Cache-Control": "private, max-age=604800, immutable"})


def read_photo(book: ShopReader, digest: str) -> tuple[bytes, str] | None:
    """A photo and its media type; None: it is not here whole."""
    first = book.record(Photo, f"{digest}.0") if _SHA256.fullmatch(digest) else None
    if first is None or first.of > _MOST_PIECES:
        return None
    content = joined([first, *(book.record(Photo, f"{digest}.{k}") for k in range(1, first.of))])
    return None if content is None else (content, first.media_type)


def take_photo(screen: Screen, form: Form, who: str) -> str:
    """The photo of a form, kept; its SHA-256, empty: there is none, or a mistake stands in the form.

    A photo that came with a form whose other fields were wrong is kept already; the form then names it.
    """
    file = form.files.get("file")
    content = file.file.read(MOST_BYTES + 1) if file is not None else b""
    if not content:
        return _named(screen, form)
    try:
        picture, media_type = cleaned(content)
    except PhotoError as error:
        form.mistakes["file"] = f"tpm.mistake.photo_{error.why}"
        return ""
    # Not for whoever is not known: disks are filled that way.
    if form.mistakes.keys() & {"form", "operator", "pin"}:
        form.mistakes["file"] = "tpm.mistake.photo_again"
        return ""
    pieces = list(pieces_of(picture, media_type, who, screen.clock()))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        problems = [problem for problem in pool.map(screen.enter, pieces) if problem]
    if problems:
        form.mistakes["form"] = "mistake.not_saved" if problems[0] == NOT_SAVED else "mistake.refused"
        form.detail = problems[0]
        form.mistakes["file"] = "tpm.mistake.photo_again"
        return ""
    form.typed["photo"] = pieces[0].sha256
    return pieces[0].sha256


def _named(screen: Screen, form: Form) -> str:
    """The photo that came with the form before; a form cannot name one that is not here."""
    digest = form["photo"]
    if not _SHA256.fullmatch(digest):
        return ""
    with screen.book() as book:
        found = book.record(Photo, f"{digest}.0")
    return digest if found is not None else ""
