"""Nonconforming work (ISO/IEC 17025:2017, 7.10): opened for a standard or certificate, decided by a person.

Decision: the fields of the decision are written here and refused by forms, files and programs.
Because: whoever writes rows for the laboratory does not thereby decide, nor under somebody else's name.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.laboratory.resting import Affected, Doubt, known_days
from gateway.registry import audit
from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_quality import NonconformingWorkRow
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title, WrongValueError
from gateway.registry.writing import Writing

_EVER = "1990-01-01"
STANDARD_FAILED, WITHDRAWN = "standard_failed", "certificate_withdrawn"
_EMPTY = {
    "outcome": Title("Chưa chọn quyết định. Hãy chọn một.", "Nothing is decided. Choose one."),
    "why": Title(
        "Chưa có căn cứ. Hãy ghi vì sao quyết định như vậy.", "There are no grounds. Say why it is so decided."
    ),
}


class Customer(NamedTuple):
    """Somebody to be told, with their certificates.

    Attributes:
        owner: Name of the organisation.
        certificates: Theirs.
    """

    owner: str
    certificates: tuple[Affected, ...]


def undecided(session: Session, reader: Reader) -> list[NonconformingWorkRow]:
    """Work that nobody has decided on, the oldest first."""
    its = NonconformingWorkRow
    asked = select(its).where(its.retired_at == 0, its.outcome == "", reader.where(Action.READ, its.noun.group, its))
    return list(session.scalars(asked.order_by(its.found, its.number)))


def unlooked_withdrawn(session: Session, reader: Reader) -> list[tuple[CertificateRow, InstrumentRow]]:
    """Withdrawn certificates of standards for which no nonconforming work was opened."""
    its, of, work = CertificateRow, InstrumentRow, NonconformingWorkRow
    looked = select(work.certificate).where(work.retired_at == 0, work.certificate.is_not(None))
    asked = select(its, of).join(of, of.id == its.instrument)
    asked = asked.where(its.retired_at == 0, its.status == "withdrawn", of.standard_kind != "", its.id.not_in(looked))
    asked = asked.where(reader.where(Action.READ, its.noun.group, its)).order_by(its.issued.desc())
    return [(row, instrument) for row, instrument in session.execute(asked)]


def opened(
    session: Session, reader: Reader, instrument: InstrumentRow, certificate_id: str, day: str
) -> dict[str, object] | None:
    """Values of the row that is opened for a standard, or for one of its certificates.

    Args:
        session: Of the registry.
        reader: Who opens it.
        instrument: The standard.
        certificate_id: Which of its certificates is in doubt; empty: the standard itself.
        day: Today.

    Returns:
        None: its owner has no laboratory.
    """
    certificate = session.get(CertificateRow, certificate_id) if certificate_id else None
    if certificate is not None and certificate.instrument != instrument.id:
        certificate = None
    of = LaboratoryRow
    asked = select(of).where(of.retired_at == 0, of.organisation == instrument.organisation).order_by(of.made_at)
    laboratory = session.scalars(asked).first()
    if laboratory is None:
        return None
    found, since = known_days(session, reader, instrument.id, day)
    if certificate:
        found, since = day, certificate.calibrated or certificate.issued
    return {
        "laboratory": laboratory.id,
        "number": free_number(session, laboratory.id, day[:4]),
        "cause": WITHDRAWN if certificate else STANDARD_FAILED,
        "standard": instrument.id,
        "certificate": certificate.id if certificate else None,
        # Never seen to be right: in doubt since ever.
        "since": since or _EVER,
        "found": found,
        "what": f"{instrument.code} · {instrument.name}" + (f" · {certificate.number}" if certificate else ""),
    }


def free_number(session: Session, laboratory: str, year: str) -> str:
    """The next number of a laboratory's nonconforming work in a year."""
    its = NonconformingWorkRow
    head = f"KPH-{year}-"
    taken = session.scalar(
        select(func.max(its.number)).where(its.laboratory == laboratory, its.number.like(f"{head}____"))
    )
    last = str(taken or "").removeprefix(head)
    return f"{head}{(int(last) if last.isdecimal() else 0) + 1:04d}"


def decide(writing: Writing, row_id: str, typed: Mapping[str, str], day: date) -> NonconformingWorkRow:
    """What whoever writes decides about it; a later decision replaces it, and both stand in the audit.

    Args:
        writing: By whom.
        row_id: Which work.
        typed: ``outcome``, ``why`` and ``notified``, as they were typed.
        day: Today.

    Raises:
        NoSuchRowError: There is none that may be seen.
        ForbiddenError: It may be seen and not decided.
        WrongValuesError: No decision, no grounds, or a day that is none; field by field.
    """
    row = writing.find(NonconformingWorkRow.__tablename__, row_id)
    assert isinstance(row, NonconformingWorkRow), "a noun has one class"
    if not writing.reader.may(Action.DECIDE, row.noun.group, row.place):
        msg = f"{writing.reader.name}: may not decide {row.noun.title.en} there"
        raise ForbiddenError(msg)
    problems = {name: why for name, why in _EMPTY.items() if not typed[name].strip()}
    read = {}
    for name in ("outcome", "why", "notified"):
        try:
            read[name] = str(row.fields()[name].read(typed[name].strip()) or "")
        except WrongValueError as error:
            problems[name] = error.why
    if problems:
        raise WrongValuesError(problems)
    read |= {"decided_by": writing.reader.name, "decided": day.isoformat()}
    before = {name: getattr(row, name) for name in read}
    for name, value in read.items():
        setattr(row, name, value)
    row.revision += 1
    row.changed_at, row.changed_by = writing.at, writing.reader.name
    audit.note(
        writing.session,
        writing.reader,
        writing.at,
        "decide",
        row.__tablename__,
        row.id,
        place=row.place,
        before=before,
        after=read,
        why=read["why"][:500],
    )
    return row


def doubt_of(row: NonconformingWorkRow) -> Doubt:
    """What a piece of nonconforming work puts in doubt."""
    standard = row.standard or "" if row.cause != WITHDRAWN else ""
    return Doubt(standard, row.certificate or "", row.since, row.found)


def customers(affected: tuple[Affected, ...]) -> list[Customer]:
    """Whom to tell, those with most certificates first."""
    counts = Counter(one.owner for one in affected)
    return [
        Customer(owner, tuple(one for one in affected if one.owner == owner))
        for owner, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
