"""For which organisations a forwarder has told agreements, and for which of them it was let speak."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.records import record_decoder
from edge_agent.wire.sharing import AgreementKept
from gateway.federation.received import NOUN
from gateway.ingest.journals import EdgeId
from gateway.registry import EdgeRow, RecordRow
from gateway.registry.organisations import OrganisationRow


class Claim(NamedTuple):
    """An organisation of which a forwarder tells.

    Attributes:
        code: Of the organisation.
        name: As it is registered here; empty: it is not.
        may_speak: Whether somebody has let the forwarder speak for it.
    """

    code: str
    name: str
    may_speak: bool


def claims(session: Session, edge: EdgeId) -> list[Claim]:
    """By code; none: it is no gateway that forwards."""
    row = session.get(EdgeRow, edge)
    let = set(filter(None, row.speaks_for.split(","))) if row else set()
    told = {one.organisation for one in _agreements(session, edge)}
    its = OrganisationRow
    known = select(its.code, its.name).where(its.code.in_(told | let), its.retired_at == 0)
    names = {row.code: row.name for row in session.execute(known)}
    return [Claim(code, names.get(code, ""), code in let) for code in sorted(told | let)]


def _agreements(session: Session, edge: EdgeId) -> list[AgreementKept]:
    asked = select(RecordRow.body).where(RecordRow.site == edge.site, RecordRow.edge == edge.edge)
    found = (record_decoder.decode(body) for body in session.scalars(asked.where(RecordRow.noun == NOUN)))
    return [one for one in found if isinstance(one, AgreementKept)]
