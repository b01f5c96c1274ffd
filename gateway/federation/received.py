"""What other gateways have told this one of agreements: which enterprises share what with it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edge_agent.wire.records import record_decoder
from edge_agent.wire.sharing import AgreementKept
from gateway.registry import NominalBucketRow, RecordRow, StopRow
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import Action, Reader
from gateway.registry.sharing import ELEMENTS, STOPS

NOUN = str(AgreementKept.__struct_config__.tag)


@dataclass(frozen=True, slots=True)
class Received:
    """An agreement of an enterprise whose gateway forwards to this one.

    Attributes:
        site: Of the forwarder, in its topics.
        edge: Of the forwarder.
        kept: As the forwarder says it.
        name: Of the enterprise, as it is registered here; else as the forwarder says.
        is_known: Whether the enterprise is registered here.
        last: Kind -> start of the newest nominal bucket or stop of its sites, UTC ns.
    """

    site: str
    edge: str
    kept: AgreementKept
    name: str
    is_known: bool
    last: dict[str, int]

    def is_in_force(self, day: str) -> bool:
        """Whether anything is to be expected of it on that local day."""
        return not self.kept.withdrawn_at and (not self.kept.until or self.kept.until >= day)


def received(session: Session, reader: Reader) -> list[Received]:
    """Those of enterprises whose agreements somebody may see, by name; of strangers only with rights everywhere."""
    seen = reader.where(Action.READ, "agreement", OrganisationRow)
    rows = session.scalars(select(OrganisationRow).where(seen, OrganisationRow.retired_at == 0))
    known = {row.code: row for row in rows}
    sees_all = reader.everywhere(Action.READ, "agreement")
    found = []
    for row in session.scalars(select(RecordRow).where(RecordRow.noun == NOUN)):
        kept = record_decoder.decode(row.body)
        if not isinstance(kept, AgreementKept) or (kept.organisation not in known and not sees_all):
            continue
        organisation = known.get(kept.organisation)
        name = organisation.name if organisation else kept.name or kept.organisation
        sites = _sites(session, organisation, kept)
        found.append(Received(row.site, row.edge, kept, name, organisation is not None, _last(session, sites)))
    return sorted(found, key=lambda one: (one.name, one.kept.since, one.kept.key))


def _sites(session: Session, organisation: OrganisationRow | None, kept: AgreementKept) -> list[str]:
    if kept.sites or organisation is None:
        return list(kept.sites)
    return list(session.scalars(select(SiteRow.name).where(SiteRow.organisation == organisation.id)))


def _last(session: Session, sites: list[str]) -> dict[str, int]:
    found = {}
    for kind, table in ((ELEMENTS, NominalBucketRow), (STOPS, StopRow)):
        # One site at a time: of several at once the database goes through all of their rows.
        newest = [session.scalar(select(func.max(table.since)).where(table.site == site)) or 0 for site in sites]
        if any(newest):
            found[kind] = max(newest)
    return found
