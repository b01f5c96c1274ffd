"""What other gateways have told this one of agreements: which enterprises share what with it."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edge_agent.wire.records import record_decoder
from edge_agent.wire.sharing import AgreementKept, RegistryEntry
from gateway.federation.origins import Look
from gateway.ingest.journals import EdgeId
from gateway.registry import NominalBucketRow, RecordRow, StopRow
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import Action, Reader
from gateway.registry.sharing import ELEMENTS, STOPS

_LABELS, _DAYS = ("name", "standard", "number"), ("result_since", "issued", "result_until", "expires")
_DAY, _LONGEST = re.compile(r"\d{4}-\d\d-\d\d"), 300
NOUN, ENTRY = (str(kind.__struct_config__.tag) for kind in (AgreementKept, RegistryEntry))


class Told(NamedTuple):
    """A row of the registry of another gateway, as it is shown.

    Attributes:
        kind: Its noun: ``pilot``, ``certification``.
        label: What people call it.
        days: From and until when it counts, ISO 8601.
    """

    kind: str
    label: str
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """An agreement of an enterprise whose gateway forwards to this one.

    Attributes:
        site: Of the forwarder, in its topics.
        edge: Of the forwarder.
        kept: As the forwarder says it.
        name: Of the enterprise, as it is registered here; else as the forwarder says.
        is_known: Whether the enterprise is registered here.
        may_speak: Whether the forwarder is admitted here and speaks for that enterprise; else it is hearsay.
        last: Kind -> start of the newest nominal bucket or stop of its sites, UTC ns.
        rows: What it has told of its registry under this agreement and is in use there.
    """

    site: str
    edge: str
    kept: AgreementKept
    name: str
    is_known: bool
    may_speak: bool
    last: dict[str, int]
    rows: tuple[Told, ...]

    def is_in_force(self, day: str) -> bool:
        """Whether anything is to be expected of it on that local day."""
        return not self.kept.withdrawn_at and (not self.kept.until or self.kept.until >= day)


def received(session: Session, reader: Reader) -> list[Received]:
    """Those of enterprises whose agreements somebody may see, by name; of strangers only with rights everywhere.

    So is what a forwarder tells that does not speak for that enterprise: anybody with an account can claim anything.
    """
    seen = reader.where(Action.READ, "agreement", OrganisationRow)
    rows = session.scalars(select(OrganisationRow).where(seen, OrganisationRow.retired_at == 0))
    known = {row.code: row for row in rows}
    sees_all = reader.everywhere(Action.READ, "agreement")
    look, entries = Look(session), _entries(session)
    found = []
    for row in session.scalars(select(RecordRow).where(RecordRow.noun == NOUN)):
        kept = record_decoder.decode(row.body)
        if not isinstance(kept, AgreementKept):
            continue
        may_speak = look.may_speak(EdgeId(row.site, row.edge), kept.organisation)
        if not sees_all and (kept.organisation not in known or not may_speak):
            continue
        organisation = known.get(kept.organisation)
        name = organisation.name if organisation else kept.name or kept.organisation
        sites = _sites(session, organisation, kept) if may_speak else []
        told = tuple(entries.get((row.site, row.edge, kept.key), ()))
        last = _last(session, sites)
        found.append(Received(row.site, row.edge, kept, name, organisation is not None, may_speak, last, told))
    return sorted(found, key=lambda one: (one.name, one.kept.since, one.kept.key))


def _entries(session: Session) -> dict[tuple[str, str, str], list[Told]]:
    """By forwarder and agreement; only what came in the name of an enterprise for which it speaks was kept."""
    found: dict[tuple[str, str, str], list[Told]] = {}
    for row in session.scalars(select(RecordRow).where(RecordRow.noun == ENTRY).order_by(RecordRow.key)):
        entry = record_decoder.decode(row.body)
        if isinstance(entry, RegistryEntry) and entry.origin is not None and not entry.gone:
            found.setdefault((row.site, row.edge, entry.origin.agreement), []).append(_told(entry))
    return found


def _told(entry: RegistryEntry) -> Told:
    """Only what is of the kind that is expected: what another gateway writes there is not ours to choose."""
    said = {name: value for name, value in entry.values.items() if isinstance(value, str)}
    label = " ".join(said[name] for name in _LABELS if said.get(name)) or entry.key
    return Told(entry.kind, label[:_LONGEST], tuple(said[name] for name in _DAYS if _DAY.fullmatch(said.get(name, ""))))


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
