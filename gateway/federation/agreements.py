"""Agreements: made and withdrawn by a manager; which of them hold, and what they cover."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.federation import due
from gateway.federation.withdrawing import withdraw_queued
from gateway.registry import audit
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action, Place, Reader, Role
from gateway.registry.sharing import KINDS, AgreementRow
from gateway.registry.texts import Title
from gateway.registry.writing import Writing

NOUN = AgreementRow.__tablename__
_NS = 10**9


class Terms(NamedTuple):
    """What an agreement that holds lets go.

    Attributes:
        id: Of the agreement.
        organisation: Code of whose it is.
        organisation_id: Its id.
        kinds: Of ``gateway.registry.sharing.KINDS``.
        sites: Names of the sites; those of the organisation only.
        since: Start of the first day whose figures go, UTC ns.
    """

    id: str
    organisation: str
    organisation_id: str
    kinds: frozenset[str]
    sites: frozenset[str]
    since: int

    def covers(self, kind: str, site: str, at: int = 2**62) -> bool:
        """Whether something of this kind, at this site, of this moment goes."""
        return kind in self.kinds and site in self.sites and at >= self.since


def may_decide(reader: Reader, place: Place | None = None) -> bool:
    """Whether somebody may agree for an enterprise, or withdraw: its manager alone; without a place: for any at all.

    An administrator runs the machine, and may give somebody the role; what leaves the enterprise is not his to decide.
    """
    group = AgreementRow.noun.group
    if not reader.may(Action.DECIDE, group, place):
        return False
    managing = [grant for grant in reader.grants if grant.role is Role.MANAGER]
    return any(place is None or grant.covers(Action.DECIDE, group, place) for grant in managing)


def today(now: int, zone: ZoneInfo) -> str:
    """The local day, ISO 8601.

    >>> today(1_795_305_600 * 10**9 - 1, ZoneInfo("Asia/Ho_Chi_Minh"))
    '2026-11-22'
    """
    return datetime.fromtimestamp(now // _NS, zone).date().isoformat()


def start_of(day: str, zone: ZoneInfo) -> int:
    """When a local day begins, UTC ns."""
    return int(datetime.combine(date.fromisoformat(day), time(), zone).timestamp()) * _NS


def holds(row: AgreementRow, day: str) -> bool:
    """Whether it lets anything go on that day: agreed to as it stands, not withdrawn, not over."""
    is_agreed = row.agreed_at > 0 and row.agreed_revision == row.revision
    return is_agreed and not row.withdrawn_at and not row.retired_at and (not row.until or row.until >= day)


def in_force(session: Session, now: int, zone: ZoneInfo) -> list[Terms]:
    """Every agreement that holds now, the oldest first."""
    day = today(now, zone)
    rows = session.scalars(select(AgreementRow).where(AgreementRow.agreed_at > 0).order_by(AgreementRow.id))
    return [_terms(session, row, zone) for row in rows if holds(row, day)]


def ended(session: Session, now: int, zone: ZoneInfo) -> list[AgreementRow]:
    """Those that held once, hold no more, and whose queue was not declared withdrawn yet."""
    day = today(now, zone)
    rows = session.scalars(select(AgreementRow).where(AgreementRow.agreed_at > 0, AgreementRow.settled_at == 0))
    return [row for row in rows if not holds(row, day)]


def agree(session: Session, reader: Reader, now: int, zone: ZoneInfo, values: Mapping[str, object]) -> AgreementRow:
    """Make an agreement and agree to it: one act of one person.

    Args:
        session: Of a ``gateway.registry.transaction``.
        reader: Who agrees.
        now: UTC ns.
        zone: Whose days count.
        values: Of the fields of an agreement.

    Raises:
        WrongValuesError: Values that cannot be taken; a site that is not the organisation's.
        ForbiddenError: Who asks may not decide for that organisation.
    """
    row = Writing(session, reader, now).make(NOUN, values)
    assert isinstance(row, AgreementRow)
    return _agreed(session, reader, now, zone, row)


def agree_to(session: Session, reader: Reader, now: int, zone: ZoneInfo, agreement: str) -> AgreementRow:
    """Agree to what stands in the registry: a draft, or one that was changed since.

    Raises:
        NoSuchRowError: There is none that may be seen.
        ForbiddenError: Who asks may not decide for that organisation.
        WrongValuesError: It was withdrawn, or names a site that is not the organisation's.
    """
    row = Writing(session, reader, now).find(NOUN, agreement)
    assert isinstance(row, AgreementRow)
    if row.withdrawn_at or row.retired_at:
        why = Title(
            "Thoả thuận này đã rút lại. Hãy lập thoả thuận mới.", "This agreement was withdrawn. Make a new one."
        )
        raise WrongValuesError({"": why})
    return _agreed(session, reader, now, zone, row)


def withdraw(session: Session, reader: Reader, now: int, zone: ZoneInfo, agreement: str, why: str) -> AgreementRow:
    """Take an agreement back: from this transaction on nothing of it leaves, and what was queued is declared.

    Raises:
        NoSuchRowError: There is none that may be seen.
        ForbiddenError: Who asks may not decide for that organisation.
        WrongValuesError: It was withdrawn before.
    """
    writing = Writing(session, reader, now)
    row = writing.find(NOUN, agreement)
    assert isinstance(row, AgreementRow)
    _only_its_manager(reader, row)
    if row.withdrawn_at:
        raise WrongValuesError({"": Title("Thoả thuận này đã rút lại rồi.", "This agreement was withdrawn before.")})
    if not row.retired_at:
        writing.retire(NOUN, agreement, None, why)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = now, reader.name, why
    row.revision += 1
    settle(session, row, now, zone)
    audit.note(session, reader, now, "withdraw", NOUN, row.id, place=row.place, why=why)
    return row


def settle(session: Session, row: AgreementRow, now: int, zone: ZoneInfo) -> None:
    """Declare what is queued of one that has ended."""
    withdraw_queued(session, row.id, now, today(now, zone))
    row.settled_at = now


def _agreed(session: Session, reader: Reader, now: int, zone: ZoneInfo, row: AgreementRow) -> AgreementRow:
    _only_its_manager(reader, row)
    _check_sites(session, row)
    if row.agreed_at and row.agreed_revision != row.revision:
        # Queued under other terms: what still goes is put into messages anew.
        withdraw_queued(session, row.id, now, today(now, zone))
    row.agreed_at, row.agreed_by, row.agreed_revision, row.settled_at = now, reader.name, row.revision, 0
    session.flush()
    after = {"kinds": row.kinds, "sites": row.sites, "since": row.since, "until": row.until}
    audit.note(session, reader, now, "agree", NOUN, row.id, place=row.place, after=after)
    due.mark_all(session, _terms(session, row, zone))
    return row


def _only_its_manager(reader: Reader, row: AgreementRow) -> None:
    if not may_decide(reader, row.place):
        msg = f"{reader.name}: may not decide on sharing there. The enterprise's manager does."
        raise ForbiddenError(msg)


def named_sites(row: AgreementRow) -> frozenset[str]:
    """The sites that it names; none: all of the organisation's."""
    return frozenset(name.strip() for name in row.sites.split(",") if name.strip())


def _sites_of(session: Session, organisation: str) -> Sequence[str]:
    return session.scalars(
        select(SiteRow.name).where(SiteRow.organisation == organisation, SiteRow.retired_at == 0).order_by(SiteRow.name)
    ).all()


def _check_sites(session: Session, row: AgreementRow) -> None:
    known = _sites_of(session, row.organisation)
    if unknown := sorted(named_sites(row).difference(known)):
        raise WrongValuesError(
            {
                "sites": Title(
                    f"«{unknown[0]}» không phải cơ sở của tổ chức này. Có: {', '.join(known) or 'chưa có'}.",
                    f"{unknown[0]!r} is no site of this organisation. It has: {', '.join(known) or 'none yet'}.",
                )
            }
        )


def _terms(session: Session, row: AgreementRow, zone: ZoneInfo) -> Terms:
    organisation = session.get_one(OrganisationRow, row.organisation)
    own = frozenset(_sites_of(session, row.organisation))
    kinds = frozenset(kind for kind in KINDS if kind in row.values()["kinds"])  # type: ignore[operator]  # a list
    sites = own & named_sites(row) if row.sites else own
    return Terms(row.id, organisation.code, row.organisation, kinds, sites, start_of(row.since, zone))
