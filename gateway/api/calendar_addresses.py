"""Addresses that calendar programs subscribe to: whoever knows one reads what its token lets them, and no more."""

from collections.abc import Set as AbstractSet
from typing import cast

from fastapi import HTTPException
from starlette.requests import Request

from edge_agent.speech import Speech
from gateway.api.rendering import Renderer
from gateway.api.security import Access
from gateway.registry.roles import Action, Reader

CALENDAR_DAYS = 365
"""For how long an address holds."""


def reader_at(
    request: Request, secret: str, limits: AbstractSet[tuple[str, Action]], page: str
) -> tuple[Reader, Speech]:
    """Whose calendar an address is, and what language their account speaks: calendar programs say nothing of it.

    A token that may do more than a calendar needs is not taken from an address, which others get to see.

    Args:
        request: Of the program.
        secret: In the address.
        limits: What the token of this calendar may do.
        page: Where addresses of this calendar are made.

    Raises:
        HTTPException: 404, the address holds no more, or never did.
    """
    access = cast("Access", request.app.state.access)
    reader = access.offer(secret, request.client.host if request.client else "unknown").reader
    if reader is None or reader.limits != limits:
        raise HTTPException(404, f"calendar: this address holds no more. Make another on the page {page}.")
    request.state.reader = reader
    return reader, cast("Renderer", request.app.state.renderer).speech_for(request)
