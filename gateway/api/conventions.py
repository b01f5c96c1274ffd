"""The API's conventions, put on an application: how errors are told, bodies looked at, callers slowed down."""

import time
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.middleware import Middleware

from gateway.api import problems
from gateway.api.asking import Heads
from gateway.api.bodies import Bodies
from gateway.api.explaining import explain_errors
from gateway.api.idempotency import HEADER, Idempotency, IdempotencyKeys
from gateway.api.rate_limit import Rate, RateLimit, TokenBuckets

UNDER = "/api/"
_OF_ALL = (400, 401, 403, 404, 405, 406, 422, 429, 500, 503)
_OF_BODIES = (409, 411, 413, 415)
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_TEXT = {"schema": {"type": "string"}}
_HEADERS_OF = {
    401: {"WWW-Authenticate": {"description": "How to show who you are", **_TEXT}},
    405: {"Allow": {"description": "The methods that are possible", **_TEXT}},
    412: {"ETag": {"description": "Of what is in force", **_TEXT}},
    429: {"Retry-After": {"description": "s", "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A UUID of yours: with the same key the same request is carried out once, and answered the same "
    "again, for 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"},
    "example": "5f0c1f0e-6a55-4d3a-9e58-0f3c1d1b6a44",
}


def keep_to_conventions(
    app: FastAPI,
    engine: Engine | None,
    *,
    rate: Rate | None = None,
    clock: Callable[[], int] = time.time_ns,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Let an application answer as the API does: errors, bodies, repeated POSTs, limits, and its own description.

    What is added stands behind the application's other middleware, so behind its guard.

    Args:
        app: Not yet started.
        engine: Of the registry, for the keys of repeated POSTs; None: there is none, and they are not looked at.
        rate: Of each caller.
        clock: UTC, ns.
        monotonic: s.
    """
    explain_errors(app)
    app.user_middleware += [
        Middleware(Heads),
        Middleware(RateLimit, buckets=TokenBuckets(rate or Rate(), monotonic)),
        Middleware(Bodies),
    ]
    if engine is not None:
        app.user_middleware.append(Middleware(Idempotency, keys=IdempotencyKeys(engine, clock)))
    generate = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_conventions(generate())
        return app.openapi_schema

    setattr(app, "openapi", describe)  # noqa: B010  as FastAPI's documentation has it; a type checker knows better


def _with_conventions(api: dict[str, Any]) -> dict[str, Any]:
    """What holds for every operation, said at every operation."""
    components = api.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = problems.Problem.model_json_schema(by_alias=True, mode="serialization", ref_template=_REF)
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["responses"] = {kind.anchor: _response(status, kind) for status, kind in problems.KINDS.items()}
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    api["security"] = [{"bearer": []}]
    for path, calls in api.get("paths", {}).items():
        if path.startswith(UNDER):
            for method, call in calls.items():
                _describe(method, call)
    return api


_REF = "#/components/schemas/{model}"


def _describe(method: str, call: dict[str, Any]) -> None:
    responses = call["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status in (*_OF_ALL, *(_OF_BODIES if method in ("post", "put", "patch") else ())):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{problems.KINDS[status].anchor}"})
    for status in problems.KINDS.keys() - set(_OF_ALL) - set(_OF_BODIES):
        said = responses.get(str(status), {})
        if said and "content" not in said and "$ref" not in said:
            responses[str(status)] = {"$ref": f"#/components/responses/{problems.KINDS[status].anchor}"}
    if method == "post":
        call.setdefault("parameters", []).append(_KEY)
    call["responses"] = dict(sorted(responses.items()))


def _response(status: int, kind: problems.Kind) -> dict[str, Any]:
    example = {
        "type": f"{problems.DOCS}{kind.anchor}",
        "title": kind.title,
        "status": status,
        "detail": f"who: what, expected or got. {kind.advice}",
        "instance": "/api/v1/edges/sa-dec/press-shop",
    }
    told: dict[str, Any] = {
        "description": f"{kind.title}. {kind.advice}",
        "content": {problems.MEDIA_TYPE: {"schema": _PROBLEM, "example": example}},
    }
    if status in _HEADERS_OF:
        told["headers"] = _HEADERS_OF[status]
    return told
