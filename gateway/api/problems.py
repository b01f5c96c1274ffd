"""What is wrong, as a problem document (RFC 9457): for every error under ``/api/``, whoever finds it.

``detail`` is for people: who, what, expected or got, what to do. ``type`` is for programs: it never changes its
meaning, and names the paragraph of ``/api/docs`` that tells of it.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/docs#"
_LONGEST = 2000

Part = Literal["path", "query", "header", "cookie", "body"]


class Kind(NamedTuple):
    """A kind of problem: its place in the documentation, its name, and what to do about it."""

    anchor: str
    title: str
    advice: str


KINDS = {
    400: Kind("problem-malformed", "Malformed request", "It cannot be read at all. Send whole JSON in UTF-8."),
    401: Kind("problem-unauthenticated", "Not signed in", "Send a valid token, or sign in."),
    403: Kind("problem-forbidden", "Not allowed", "Ask for the role, or ask somebody who has it."),
    404: Kind("problem-not-found", "Not found", "Look at the names in the address."),
    405: Kind("problem-method", "Method not possible here", "Use a method that the header Allow names."),
    406: Kind("problem-form", "Form not possible here", "Accept a form that the OpenAPI names."),
    409: Kind("problem-conflict", "Conflict", "Read what is in force, and decide again."),
    411: Kind("problem-length", "Length not told", "Send Content-Length."),
    412: Kind("problem-changed", "Changed meanwhile", "Somebody changed it. in_force says how it is now."),
    413: Kind("problem-too-large", "Too large", "Send less, in several requests."),
    415: Kind("problem-media-type", "Media type not taken", "Send application/json in UTF-8, uncompressed."),
    422: Kind("problem-invalid", "Not valid", "errors names each place and what is expected there."),
    428: Kind("problem-unconditional", "Condition wanted", "Send If-Match with the ETag of what you have read."),
    429: Kind("problem-too-many", "Too many requests", "Wait as long as Retry-After says."),
    500: Kind("problem-failure", "Failure of the gateway", "Its log says where. Please report it."),
    503: Kind("problem-unavailable", "Not available now", "Try again in a minute."),
}


class Mistake(BaseModel):
    """One place that is wrong."""

    part: Part = Field(serialization_alias="in", validation_alias="in", description="Which part of the request")
    pointer: str = Field(description="JSON pointer to the place in that part", examples=["#/who"])
    detail: str = Field(description="What is wrong there", examples=["Input should be a valid string"])
    detail_vi: str | None = Field(None, description="The same in Vietnamese, of fields of the registry")


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(description="What kind of problem; never changes", examples=[f"{DOCS}problem-not-found"])
    title: str = Field(description="The kind in words", examples=["Not found"])
    status: int = Field(description="The HTTP status again", examples=[404])
    detail: str = Field(
        description="Who, what, expected or got, what to do",
        examples=[
            "edge sa-dec/nobody: was never heard of. Look in /api/v1/edges, or check the names in its agent.toml."
        ],
    )
    instance: str = Field(description="Which resource was asked for", examples=["/api/v1/edges/sa-dec/nobody"])
    errors: list[Mistake] | None = Field(None, description="The places that are wrong; only of what is not valid")
    in_force: Any = Field(None, description="How it is now; only of what was changed meanwhile")


class ProblemError(HTTPException):
    """Ends a request with a problem document. ``HTTPException`` does too, where these extras are not wanted.

    Args:
        status: HTTP status.
        detail: Who, what, expected or got, what to do.
        mistakes: The places that are wrong.
        in_force: How it is now, as JSON knows it.
        headers: More headers of the answer.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        mistakes: Sequence[Mistake] = (),
        in_force: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.mistakes = tuple(mistakes)
        self.in_force = in_force


def mistake(part: Part, pointer: str, detail: str) -> Mistake:
    """One place that is wrong."""
    return Mistake.model_validate({"in": part, "pointer": pointer, "detail": detail})


def pointer(places: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901) as a fragment.

    >>> pointer(("rows", 3, "a/b"))
    '#/rows/3/a~1b'
    """
    return "#" + "".join("/" + str(place).replace("~", "~0").replace("/", "~1") for place in places)


def answer(
    path: str,
    status: int,
    detail: str,
    *,
    mistakes: Sequence[Mistake] = (),
    in_force: Any = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The problem document as a response.

    Args:
        path: Of the request, decoded as ASGI gives it; never its query, which may hold a secret.
        status: HTTP status.
        detail: Who, what, expected or got, what to do.
        mistakes: The places that are wrong.
        in_force: How it is now.
        headers: More headers.
    """
    kind = KINDS.get(status)
    told: dict[str, Any] = {
        "type": f"{DOCS}{kind.anchor}" if kind else "about:blank",
        "title": kind.title if kind else HTTPStatus(status).phrase,
        "status": status,
        "detail": _writable(detail),
        "instance": quote(_writable(path)[:_LONGEST]),
    }
    if mistakes:
        told["errors"] = [
            {name: _writable(text) for name, text in one.model_dump(by_alias=True, exclude_none=True).items()}
            for one in mistakes
        ]
    if in_force is not None:
        told["in_force"] = in_force
    return JSONResponse(told, status, dict(headers or {}), MEDIA_TYPE)


def _writable(text: str) -> str:
    """Half a surrogate pair comes out of JSON and goes into no UTF-8."""
    return text.encode(errors="replace").decode()
