"""What two people may edit: an ETag says which revision one has read, ``If-Match`` that one changes no other.

Decision: a strong ETag made of revisions, never of the bytes of an answer.
Because: a change is refused when somebody has changed the row, not when a word of its presentation is new.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.problems import ProblemError, mistake

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=1000, description="ETag of what was read", examples=['"7"']),
]
"""For the signature of a router, so that the OpenAPI says it; :func:`require_match` reads the request itself."""
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=1000, description="ETag of what the caller has: 304 when it is still so"),
]
NOT_MODIFIED: Mapping[int | str, dict[str, Any]] = {304: {"description": "What the caller has is in force"}}


def etag(*revisions: int | str) -> str:
    """The ETag of a row by its revision, or of several by all that makes them what they are.

    >>> etag(7)
    '"7"'
    >>> etag("meter-1", 3, "meter-2", 1)
    '"e7cacfcdbb74a8bf"'
    """
    if len(revisions) == 1 and isinstance(revisions[0], int):
        return f'"{revisions[0]}"'
    told = "\0".join(map(str, revisions)).encode(errors="replace")
    return f'"{sha256(told).hexdigest()[:16]}"'


def require_match(request: Request, what: str, in_force: str, now: Any = None) -> None:
    """Let a change pass only when its caller has read what is in force.

    Args:
        request: Of the change.
        what: Whose change, for the message: ``product cap-38``.
        in_force: Its ETag.
        now: How it is now, as JSON knows it, for whoever was late.

    Raises:
        ProblemError: 428 without ``If-Match``, 412 when it names another revision.
    """
    given = _header(request, "if-match")
    if not given:
        msg = f"{what}: the change came without If-Match. Read it, and send its ETag with the change."
        raise ProblemError(428, msg, mistakes=[mistake("header", "#/If-Match", "is missing")])
    if given != "*" and in_force not in _tags(given):
        msg = (
            f"{what}: was changed meanwhile, If-Match is {given[:80]}, in force is {in_force}. "
            "Look at in_force, and make your change to that."
        )
        raise ProblemError(412, msg, in_force=now, headers={"ETag": in_force})


def not_modified(request: Request, in_force: str) -> Response | None:
    """304 for who has what is in force; None: the whole answer is wanted."""
    given = _header(request, "if-none-match")
    if given == "*" or in_force in {tag.removeprefix("W/") for tag in _tags(given)}:
        return Response(status_code=304, headers={"ETag": in_force})
    return None


def _header(request: Request, name: str) -> str:
    return ", ".join(request.headers.getlist(name)).strip()


def _tags(header: str) -> set[str]:
    """The tags of a list; none of ours holds a comma."""
    return {tag.strip() for tag in header.split(",")}
