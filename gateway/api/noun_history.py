"""What was done to a row: its entries in the audit, the last first."""

import json
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.api.accept import OR_CSV
from gateway.api.noun_routes import RowId, TheBook, looker, refusals_told
from gateway.api.paging import Page, Paged
from gateway.api.permission import TheReader
from gateway.api.source import TheService
from gateway.api.spans import iso
from gateway.registry.audit import AuditRow
from gateway.registry.nouns import Registered


class ChangeOut(BaseModel):
    """One change."""

    number: int = Field(description="Of the entry in the audit", examples=[17])
    at: str = Field(description="UTC")
    by: str = Field(description="Who signed for it")
    action: str = Field(description="make, change, retire, restore, erase, attach, detach", examples=["change"])
    before: dict[str, Any] = Field(description="Field -> value before; only those that changed")
    after: dict[str, Any] = Field(description="Field -> value after; of a person's datum a salted hash")
    why: str


def add(router: APIRouter, of: type[Registered]) -> None:
    """Add the route of one noun."""

    def read_history(row: RowId, asked: Paged, book: TheBook, service: TheService, reader: TheReader) -> Any:
        with refusals_told(of, row):
            book.get(reader, of.__tablename__, row)
        query = select(AuditRow).where(AuditRow.noun == of.__tablename__, AuditRow.row == row)
        with Session(service.engine) as session:
            found = list(session.scalars(asked.keyset(query, AuditRow.number, descending=True)))
            cut = asked.cut(found, lambda entry: (entry.number,), is_after=True)
            return asked.answer(cut, ChangeOut, change_out, f"{of.path()}_history")

    router.add_api_route(
        "/{row}/history",
        read_history,
        methods=["GET"],
        name=f"history of {of.__tablename__}",
        summary=f"History of a {of.noun.title.en}",
        description="Who changed what, when and why, the last first.",
        response_model=Page[ChangeOut],
        responses=dict(OR_CSV),
        dependencies=[looker(of)],
    )


def change_out(entry: AuditRow) -> ChangeOut:
    """An entry as the API answers it."""
    return ChangeOut(
        number=entry.number,
        at=iso(entry.at),
        by=entry.name,
        action=entry.action,
        before=json.loads(entry.before) if entry.before else {},
        after=json.loads(entry.after) if entry.after else {},
        why=entry.why,
    )
