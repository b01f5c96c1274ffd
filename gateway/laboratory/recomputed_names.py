"""Which series is the work of which certificate: by name, and what was recomputed for an instrument so far."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.laboratory.recomputed_series import series_channel
from gateway.registry.audit import AuditRow
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import SiteRow
from gateway.timeseries import ChannelId, RecomputedId

MOST_EARLIER = 20


class ByCertificate(NamedTuple):
    """What a certificate that was chosen later made of a channel.

    Attributes:
        of: The series.
        source: The channel whose samples it is made of.
        number: Of the certificate.
    """

    of: RecomputedId
    source: ChannelId
    number: str


class Earlier(NamedTuple):
    """A run that came to its end, as the audit tells it.

    Attributes:
        at: When, UTC ns.
        name: Of who asked.
        why: In their words.
        certificate: Its number.
        site: Of the edge.
        edge: Its name.
        instrument: Its name there.
        channel: Of the samples.
        series: Of what they became.
        since: From when, UTC ns.
        until: To when, UTC ns.
        samples: That were written.
    """

    at: int
    name: str
    why: str
    certificate: str
    site: str
    edge: str
    instrument: str
    channel: str
    series: str
    since: int
    until: int
    samples: int


def recomputed_by(session: Session, of: ChannelId) -> ByCertificate | None:
    """What a series is that no edge writes; None: no certificate of the instrument gives this name."""
    its, row, point = InstrumentRow, CertificateRow, CalibrationPointRow
    asked = (
        select(point.channel, row.number)
        .join(row, row.id == point.certificate)
        .join(its, its.id == row.instrument)
        .join(SiteRow, SiteRow.id == its.site)
        .where(SiteRow.name == of.site, its.edge == of.edge, its.edge_instrument == of.instrument)
        .distinct()
    )
    for channel, number in session.execute(asked):
        if series_channel(channel, number) == of.channel:
            return ByCertificate(RecomputedId(*of), of._replace(channel=channel), number)
    return None


def channels_of(session: Session, certificates: Sequence[str]) -> list[str]:
    """The channels of which any of these certificates has points."""
    its = CalibrationPointRow
    asked = select(its.channel).where(its.certificate.in_(certificates), its.retired_at == 0).distinct()
    return sorted(session.scalars(asked))


def earlier_runs(session: Session, certificates: Sequence[str]) -> Iterator[Earlier]:
    """What was recomputed by any of these certificates, the last first."""
    its = AuditRow
    asked = select(its).where(its.noun == "certificate", its.row.in_(certificates), its.action == "recomputed")
    for row in session.scalars(asked.order_by(its.number.desc()).limit(MOST_EARLIER)):
        said = msgspec.json.decode(row.after)
        site, edge = said["edge"].split("/")
        names = (said["certificate"], site, edge, said["instrument"], said["channel"], said["series"])
        yield Earlier(row.at, row.name, row.why, *names, said["since"], said["until"], said["samples"])
