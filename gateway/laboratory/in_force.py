"""Which instrument of the registry an edge reads, and which certificate of it is in force on a day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import SiteRow
from gateway.registry.roles import Action, Reader


@dataclass(frozen=True, slots=True)
class InForce:
    """An instrument and its certificate.

    Attributes:
        instrument: The row of what the edge reads.
        certificate: The newest that was issued by the day; None: there is none.
        is_over: Whether its term has ended.
    """

    instrument: InstrumentRow
    certificate: CertificateRow | None
    is_over: bool


def in_force(session: Session, reader: Reader, site: str, edge: str, name: str, day: date) -> InForce | None:
    """What holds for an edge's instrument; None: the registry does not know it, or ``reader`` may not see it."""
    its = InstrumentRow
    instrument = session.scalars(
        select(its)
        .join(SiteRow, SiteRow.id == its.site)
        .where(SiteRow.name == site, its.edge == edge, its.edge_instrument == name, its.retired_at == 0)
        .where(reader.where(Action.READ, its.noun.group, its))
        .order_by(its.made_at.desc())
    ).first()
    return None if instrument is None else newest(session, instrument, day)


def newest(session: Session, instrument: InstrumentRow, day: date) -> InForce:
    """The newest calibration or verification of an instrument that was issued by a day and still holds."""
    its = CertificateRow
    certificate = session.scalars(
        select(its)
        .where(its.instrument == instrument.id, its.retired_at == 0, its.issued <= day.isoformat())
        .where(its.kind.in_(("calibration", "verification")), its.status == "")
        .order_by(its.issued.desc(), its.id.desc())
    ).first()
    is_over = certificate is not None and "" < certificate.valid_until < day.isoformat()
    return InForce(instrument, certificate, is_over)
