"""When each instrument is due again, and what is overdue."""

from calendar import monthrange
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import Action, Reader

SOON_DAYS = 30
OVERDUE, SOON, LATER, UNKNOWN = "overdue", "soon", "later", "unknown"
_ORDER = (OVERDUE, SOON, LATER, UNKNOWN)


class Due(NamedTuple):
    """One instrument on the work list.

    Attributes:
        id: Of its row.
        code: Its owner's.
        name: What it is.
        serial_number: Its maker's.
        owner: Name of the organisation.
        site: Name of its site, as edges say it; empty: none.
        status: Key of ``INSTRUMENT_STATES``.
        metrology_group: Key of ``METROLOGY_GROUPS``; empty: not said.
        day: When it is due, ``2026-11-22``; empty: nobody can say.
        is_proposed: Whether the day comes from certificate and interval.
        urgency: ``overdue``, ``soon`` (within ``SOON_DAYS``), ``later``, ``unknown``.
        days: Until then; below zero: since then.
    """

    id: str
    code: str
    name: str
    serial_number: str
    owner: str
    site: str
    status: str
    metrology_group: str
    day: str
    is_proposed: bool
    urgency: str
    days: int


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is none such.

    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_day(next_due: str, interval_months: int | None, certificates: list[tuple[str, str]]) -> tuple[str, bool]:
    """The day, and whether it was worked out.

    Args:
        next_due: What the owner has written; empty: nothing.
        interval_months: The owner's.
        certificates: Of calibrations and verifications: when issued, until when valid; empty: no term.
    """
    if next_due:
        return next_due, False
    newest = max(certificates, default=None)
    if newest is None:
        return "", False
    issued, until = newest
    days = [until] if until else []
    if interval_months:
        days.append(months_after(date.fromisoformat(issued), interval_months).isoformat())
    return (min(days), True) if days else ("", False)


def worklist(
    session: Session, reader: Reader, today: date, search: str = "", only: ColumnElement[bool] | None = None
) -> list[Due]:
    """Every instrument in use that ``reader`` may see, the most urgent first.

    Args:
        session: Of the registry.
        reader: Who looks.
        today: The day by their wall clock.
        search: Words that all stand in its names and numbers, with or without marks.
        only: A further condition on the rows.
    """
    its = InstrumentRow
    wanted = [its.search.contains(word.casefold(), autoescape=True) for word in search.split()]
    mine = reader.where(Action.READ, its.noun.group, its)
    rows = session.execute(
        select(
            *(its.id, its.code, its.name, its.serial_number, OrganisationRow.name, SiteRow.name, its.status),
            *(its.metrology_group, its.next_due, its.interval_months),
        )
        .join(OrganisationRow, OrganisationRow.id == its.organisation)
        .outerjoin(SiteRow, SiteRow.id == its.site)
        .where(its.retired_at == 0, mine, true() if only is None else only, *wanted)
    ).all()
    certificates = _certificates(session, reader)
    found = []
    for row_id, code, name, serial, owner, site, status, group, next_due, interval in rows:
        day, is_proposed = due_day(next_due, interval, certificates.get(row_id, []))
        days = (date.fromisoformat(day) - today).days if day else 0
        urgency = UNKNOWN if not day else OVERDUE if days < 0 else SOON if days <= SOON_DAYS else LATER
        found.append(Due(row_id, code, name, serial, owner, site or "", status, group, day, is_proposed, urgency, days))
    return sorted(found, key=lambda one: (_ORDER.index(one.urgency), one.day, one.code))


def _certificates(session: Session, reader: Reader) -> dict[str, list[tuple[str, str]]]:
    its = CertificateRow
    found: dict[str, list[tuple[str, str]]] = {}
    for instrument, issued, until in session.execute(
        select(its.instrument, its.issued, its.valid_until).where(
            its.retired_at == 0,
            its.kind.in_(("calibration", "verification")),
            reader.where(Action.READ, "laboratory", its),
        )
    ):
        found.setdefault(instrument, []).append((issued, until))
    return found
