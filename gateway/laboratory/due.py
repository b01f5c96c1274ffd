"""Which instruments may be used, when each is due again, and what is overdue."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from gateway.laboratory.in_order import Asked, Paper, Standing, Term, standing
from gateway.laboratory.terms import months_after
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.laboratory_scope import LegalTermRow
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import Action, Reader

__all__ = ["LATER", "OVERDUE", "STAGES", "URGENCIES", "Due", "months_after", "urgency_of", "worklist"]

OVERDUE, WEEK, MONTH, SOON, LATER, UNKNOWN = "overdue", "week", "month", "soon", "later", "unknown"
URGENCIES = (OVERDUE, WEEK, MONTH, SOON, LATER, UNKNOWN)
STAGES = {7: WEEK, 30: MONTH, 60: SOON}
"""Due within so many days -> how urgent that is; at these days people are reminded."""
SOON_DAYS = 30
"""Within so many days an instrument that is in order is shown as due soon."""


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
        is_proposed: Whether the day comes from certificate and interval, or from the law's term.
        urgency: One of :data:`URGENCIES`.
        days: Until then; below zero: since then.
        standing: Whether it may be used, and why.
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
    standing: Standing


def urgency_of(days: int | None) -> str:
    """How urgent it is with so many days left; None: nobody can say.

    >>> [urgency_of(days) for days in (-1, 0, 7, 8, 30, 60, 61, None)]
    ['overdue', 'week', 'week', 'month', 'month', 'soon', 'later', 'unknown']
    """
    if days is None:
        return UNKNOWN
    if days < 0:
        return OVERDUE
    return next((name for most, name in STAGES.items() if days <= most), LATER)


def worklist(
    session: Session, reader: Reader, today: date, search: str = "", only: ColumnElement[bool] | None = None
) -> list[Due]:
    """Every instrument that ``reader`` may see, the most urgent first.

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
        select(its, OrganisationRow.name, SiteRow.name)
        .join(OrganisationRow, OrganisationRow.id == its.organisation)
        .outerjoin(SiteRow, SiteRow.id == its.site)
        .where(its.retired_at == 0, mine, true() if only is None else only, *wanted)
    ).all()
    papers, terms = papers_of(session, reader, only), terms_of(session)
    found = [_due(row, owner, site or "", papers[row.id], terms[row.legal_term], today) for row, owner, site in rows]
    return sorted(found, key=lambda one: (URGENCIES.index(one.urgency), one.day, one.code))


def standing_of(row: InstrumentRow, papers: Iterable[Paper], terms: Iterable[Term], today: date) -> Standing:
    """Whether an instrument of the registry may be used on a day."""
    asked = Asked(row.status, row.legal_use, row.next_due, row.interval_months)
    return standing(asked, papers, terms, today, SOON_DAYS)


def papers_of(
    session: Session, reader: Reader, only: ColumnElement[bool] | None = None
) -> defaultdict[str, list[Paper]]:
    """Instrument -> its certificates, as far as ``reader`` may see them."""
    its, point = CertificateRow, CalibrationPointRow
    wanted = (its.retired_at == 0, reader.where(Action.READ, its.noun.group, its))
    of_some = true() if only is None else its.instrument.in_(select(InstrumentRow.id).where(only))
    runs = defaultdict[str, set[str]](set)
    asked = select(point.certificate, point.run).distinct().join(its, its.id == point.certificate)
    for certificate, run in session.execute(asked.where(*wanted, of_some, point.retired_at == 0)):
        runs[certificate].add(run)
    found = defaultdict[str, list[Paper]](list)
    for row in session.scalars(select(its).where(*wanted, of_some).order_by(its.issued, its.id)):
        day = row.calibrated or row.issued
        found[row.instrument].append(Paper(row.kind, day, row.valid_until, row.status, len(runs[row.id]) > 1))
    return found


def terms_of(session: Session) -> defaultdict[str, list[Term]]:
    """Code of the list of group 2 -> its rows of all times."""
    its = LegalTermRow
    found = defaultdict[str, list[Term]](list)
    for row in session.scalars(select(its).where(its.retired_at == 0, its.code != "")):
        kinds = tuple(json.loads(row.verifications)) if row.verifications else ()
        found[row.code].append(Term(kinds, row.months, row.since, row.until))
    return found


def _due(row: InstrumentRow, owner: str, site: str, papers: list[Paper], terms: list[Term], today: date) -> Due:
    its = standing_of(row, papers, terms, today)
    days = (date.fromisoformat(its.until) - today).days if its.until else None
    # What the law demands and nobody did has no day, and is not for later.
    urgency = OVERDUE if its.state == "not" and days is None else urgency_of(days)
    return Due(
        id=row.id,
        code=row.code,
        name=row.name,
        serial_number=row.serial_number,
        owner=owner,
        site=site,
        status=row.status,
        metrology_group=row.metrology_group,
        day=its.until,
        is_proposed=its.is_proposed,
        urgency=urgency,
        days=days or 0,
        standing=its,
    )
