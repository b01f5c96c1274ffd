"""Rows of the registry that are shared: pilots with their evaluation, certificates; and the agreements themselves.

Decision: these are looked through, not marked.
Because: there are few of them, and whoever changes a row of the registry need not know who forwards it.
"""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Record
from edge_agent.wire.origin import Origin
from edge_agent.wire.packing import RECORD, pack
from edge_agent.wire.sharing import AgreementKept, RegistryEntry
from gateway.federation.agreements import NOUN, Terms, named_sites
from gateway.federation.outbox import Parcel
from gateway.registry.book import label_of
from gateway.registry.fields import Value
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.sharing import CERTIFICATES, EVALUATIONS, KINDS, AgreementRow, ForwardSaidRow

NOUNS_OF = {EVALUATIONS: ("pilot",), CERTIFICATES: ("certification",)}
"""Kind of what is shared -> nouns of the registry."""
_MS = 1_000_000
_HOME = ("note",)
"""Fields that stay: what people wrote for each other."""


def agreements_said(session: Session) -> list[Record]:
    """What the gateway above is to be told of agreements that were made, changed or withdrawn."""
    rows = session.scalars(select(AgreementRow).where(AgreementRow.agreed_at > 0).order_by(AgreementRow.id))
    return [_agreement(session, row) for row in rows if _is_new(session, row.id, NOUN, row)]


def gather_rows(session: Session, terms: Sequence[Terms]) -> list[Parcel]:
    """Rows that were made, changed or retired since they were last forwarded."""
    parcels = []
    for of in terms:
        for kind in NOUNS_OF.keys() & of.kinds:
            lines = [
                msgspec.json.encode(entry).decode() for noun in NOUNS_OF[kind] for entry in _entries(session, of, noun)
            ]
            parcels += [Parcel(body, of.id, kind) for body in pack(RECORD, lines)]
    return parcels


def _entries(session: Session, of: Terms, noun: str) -> Iterator[RegistryEntry]:
    cls = NOUNS[noun]
    rows = session.scalars(select(cls).where(cls.of_organisation == of.organisation_id).order_by(cls.id))
    for row in rows.all():
        site = _site_of(session, row)
        if site and site not in of.sites:
            continue
        if not _is_new(session, of.id, noun, row):
            continue
        yield RegistryEntry(
            key=f"{noun}.{row.id}",
            revision=row.changed_at // _MS,
            at=row.changed_at,
            origin=Origin(site=site, organisation=of.organisation, agreement=of.id),
            kind=noun,
            values=dict(_values(session, row)),
            gone=bool(row.retired_at),
        )


def _site_of(session: Session, row: Registered) -> str:
    """The site that it belongs to; empty: to the organisation as a whole."""
    site = getattr(row, "site", None)
    found = session.get(SiteRow, site) if site else None
    return found.name if found else ""


def _values(session: Session, row: Registered) -> Iterator[tuple[str, Value]]:
    """Its fields; an id means nothing elsewhere, so other rows are named: codes, short names, else as people do."""
    links = type(row).links()
    for name, value in row.values().items():
        if name in _HOME or value in ("", None, []):
            continue
        if name not in links:
            yield name, value
            continue
        other = session.get(NOUNS[links[name].to], value)
        if isinstance(other, OrganisationRow):
            yield name, other.code
        elif isinstance(other, SiteRow):
            yield name, other.name
        elif other is not None and not type(other).personal:
            yield name, label_of(other, {})


def _is_new(session: Session, agreement: str, noun: str, row: Registered) -> bool:
    said = session.get(ForwardSaidRow, (agreement, noun, row.id))
    if said is not None and said.revision == row.revision:
        return False
    if said is None:
        said = ForwardSaidRow(agreement=agreement, noun=noun, row=row.id)
        session.add(said)
    said.revision = row.revision
    return True


def forget_said(session: Session) -> None:
    """Another store listens: everything is said again."""
    session.query(ForwardSaidRow).delete()


def _agreement(session: Session, row: AgreementRow) -> AgreementKept:
    organisation = session.get_one(OrganisationRow, row.organisation)
    kinds = row.values()["kinds"]
    assert isinstance(kinds, list)
    return AgreementKept(
        key=row.id,
        revision=max(row.changed_at, row.agreed_at, row.withdrawn_at) // _MS,
        organisation=organisation.code,
        name=organisation.name,
        partner=row.partner,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        sites=tuple(sorted(named_sites(row))),
        since=row.since,
        until=row.until,
        agreed_at=row.agreed_at,
        withdrawn_at=row.withdrawn_at or row.retired_at,
    )
