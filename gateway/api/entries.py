"""What people entered beside the machine, by noun; and the photos, put together again."""

import base64
import binascii
from hashlib import sha256
from typing import Annotated, Any, cast, get_args

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, Field

from edge_agent.wire.entries import AnyEntry, Photo
from gateway.api.accept import OR_CSV
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.revisions import NOT_MODIFIED, IfNoneMatch, etag, not_modified
from gateway.api.series import End, Start, asked_span
from gateway.api.source import Now, SiteName, TheService
from gateway.api.spans import iso
from gateway.registry.roles import Action

router = APIRouter(prefix="/sites", tags=["entries"], dependencies=[Depends(allow(Action.READ, "production"))])

LONGEST_DAYS = 400
NOUNS = tuple(sorted(str(kind.__struct_config__.tag) for kind in get_args(AnyEntry)))
_PHOTO = "photo"
_BYTES = {"type": "string", "format": "binary"}
_OTHER = "application/octet-stream"
_SHOWN_IN_A_PAGE = ("image/jpeg", "image/png", "image/webp")
Noun = Annotated[str, Path(max_length=63, description=f"One of {', '.join(NOUNS)}", examples=["stop_reason"])]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the photo, hexadecimal")]
Most = Annotated[
    int,
    Query(ge=1, le=5000, description="At most so many, the newest first; limit goes before it", examples=[500]),
]


class EntryOut(BaseModel):
    """Something that a person entered."""

    edge: str
    key: str
    revision: int
    at: str = Field(description="When the edge said it, UTC")
    who: str = Field(description="Who entered it; empty: nobody was asked")
    gone: bool = Field(description="It was taken back")
    entry: dict[str, Any] = Field(
        description="The fields of its noun, as the wire contract has them; times are UTC in ns. A photo's content is "
        "under /photos."
    )


@router.get(
    "/{site}/entries/{noun}",
    summary="What people entered",
    response_model=list[EntryOut],
    responses={**OR_CSV},
)
def read_entries(
    site: SiteName,
    noun: Noun,
    service: TheService,
    now: Now,
    asked: Whole,
    start: Start = "-7d",
    end: End = "now",
    most: Most = 500,
) -> list[EntryOut] | Response:
    """The entries of one noun that edges of the site said in the stretch, the newest first, also those taken back."""
    if noun not in NOUNS:
        msg = f"entries {noun[:60]!r}: there is no such noun. Ask for one of {', '.join(NOUNS)}."
        raise HTTPException(404, msg)
    span = asked_span(start, end, now, LONGEST_DAYS)
    asked.limit = asked.limit or most
    after = cast("tuple[int, str, str] | None", asked.after(int, str, str))
    found = service.shop_floor.entries(site, noun, span.start, span.end, asked.limit + 1, after)
    cut = asked.cut(found, lambda its: (its.entry.at, its.edge, its.entry.key), is_after=True)
    return asked.array(
        cut, EntryOut, lambda its: _entry_out(its.edge, msgspec.to_builtins(its.entry)), f"{site}_{noun}"
    )


@router.get(
    "/{site}/photos/{photo}",
    summary="A photo",
    response_class=Response,
    responses={
        200: {"content": {kind: {"schema": _BYTES} for kind in (*_SHOWN_IN_A_PAGE, _OTHER)}},
        **NOT_MODIFIED,
    },
)
def read_photo(
    site: SiteName, photo: Sha256, service: TheService, request: Request, _given: IfNoneMatch = None
) -> Response:
    """A photo that was taken beside a machine, whole, and checked against its SHA-256."""
    pieces = service.shop_floor.photo(site, photo)
    if not pieces or len(pieces) < pieces[0].of:
        msg = f"photo {photo[:12]}: {len(pieces)} of its pieces came. Wait for the rest, or look at its edge."
        raise HTTPException(404, msg)
    content = _content(pieces)
    if sha256(content).hexdigest() != photo:
        msg = f"photo {photo[:12]}: its pieces do not fit together. Take it again."
        raise HTTPException(404, msg)
    in_force = etag(photo)
    kind = pieces[0].media_type if pieces[0].media_type in _SHOWN_IN_A_PAGE else _OTHER
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": in_force}
    return not_modified(request, in_force) or Response(content, media_type=kind, headers=headers)


def _content(pieces: list[Photo]) -> bytes:
    try:
        return b"".join(base64.b64decode(piece.content, validate=True) for piece in pieces)
    except binascii.Error:
        return b""


def _entry_out(edge: str, said: dict[str, Any]) -> EntryOut:
    rest = {name: value for name, value in said.items() if name not in {"key", "revision", "at", "who", "gone", "noun"}}
    if said["noun"] == _PHOTO:
        rest.pop("content", None)
    return EntryOut(
        edge=edge,
        key=said["key"],
        revision=said.get("revision", 0),
        at=iso(said.get("at", 0)),
        who=said.get("who", ""),
        gone=said.get("gone", False),
        entry=rest,
    )
