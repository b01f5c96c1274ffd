"""Rows of the registry that are shared: pilots with their evaluation, certificates; and the agreements themselves.

Decision: these are looked through, not marked.
Because: there are few of them, and whoever changes a row of the registry need not know who forwards it.
"""

import hashlib
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


def agreements_said(session: Session, now: int) -> list[Record]:
    """What the gateway above is to be told of agreements that were made, changed or withdrawn."""
    rows = session.scalars(select(AgreementRow).where(AgreementRow.agreed_at > 0).order_by(AgreementRow.id))
    told: list[Record] = []
    for row in rows:
        kept = _agreement(session, row)
        if revision := _new_revision(session, (row.id, NOUN, row.id), kept, now):
            told.append(msgspec.structs.replace(kept, revision=revision))
    return told


def gather_rows(session: Session, terms: Sequence[Terms], now: int) -> list[Parcel]:
    """Rows that were made, changed or retired since they were last forwarded."""
    parcels = []
    for of in terms:
        for kind in NOUNS_OF.keys() & of.kinds:
            lines = [
                msgspec.json.encode(entry).decode()
                for noun in NOUNS_OF[kind]
                for entry in _entries(session, of, noun, now)
            ]
            parcels += [Parcel(body, of.id, kind) for body in pack(RECORD, lines)]
    return parcels


def _entries(session: Session, of: Terms, noun: str, now: int) -> Iterator[RegistryEntry]:
    cls = NOUNS[noun]
    rows = session.scalars(select(cls).where(cls.of_organisation == of.organisation_id).order_by(cls.id))
    for row in rows.all():
        site = _site_of(session, row)
        if site and site not in of.sites:
            continue
        key = (of.id, noun, row.id)
        if row.retired_at and session.get(ForwardSaidRow, key) is None:
            continue  # it was out of use before anybody up there heard of it
        entry = RegistryEntry(
            key=f"{noun}.{row.id}",
            revision=0,
            at=row.changed_at,
            origin=Origin(site=site, organisation=of.organisation, agreement=of.id),
            kind=noun,
            values=dict(_values(session, row)),
            gone=bool(row.retired_at),
        )
        if revision := _new_revision(session, key, entry, now):
            yield msgspec.structs.replace(entry, revision=revision)


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


def _new_revision(session: Session, key: tuple[str, str, str], record: Record, now: int) -> int:
    """Under which a record is to be said; 0: what it says was said before.

    By what it says and not by its row's revision: what a row is called that it links to may change, and so may whether
    somebody has agreed. Above the last one whatever the clock says: a step back would else hide a withdrawal.
    """
    content = hashlib.sha256(msgspec.json.encode(record)).hexdigest()[:32]
    said = session.get(ForwardSaidRow, key)
    if said is not None and said.content == content:
        return 0
    if said is None:
        said = ForwardSaidRow(agreement=key[0], noun=key[1], row=key[2], revision=0)
        session.add(said)
    said.revision, said.content = max(said.revision + 1, now // _MS), content
    return said.revision


def forget_said(session: Session) -> None:
    """Another store listens: everything is said again."""
    session.query(ForwardSaidRow).delete()


def _agreement(session: Session, row: AgreementRow) -> AgreementKept:
    organisation = session.get_one(OrganisationRow, row.organisation)
    kinds = row.values()["kinds"]
    assert isinstance(kinds, list)
    # Changed, and nobody has agreed to that: nothing is to be expected of it until somebody does.
    changed_at = row.changed_at if row.agreed_revision != row.revision else 0
    return AgreementKept(
        key=row.id,
        revision=0,
        organisation=organisation.code,
        name=organisation.name,
        partner=row.partner,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        sites=tuple(sorted(named_sites(row))),
        since=row.since,
        until=row.until,
        agreed_at=row.agreed_at,
        withdrawn_at=row.withdrawn_at or row.retired_at or changed_at,
    )
