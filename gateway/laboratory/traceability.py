"""The chain from an instrument up to the national standard: each certificate, the standards behind it, and theirs.

Decision: each link is judged at the time of its use, not today.
Because: a standard whose certificate has ended since was in order when the work was done (ISO/IEC 17025:2017, 6.5).

Decision: what belongs to a laboratory that somebody may not look into is one closed link, with the words of the
certificate that names it.
Because: the customer's chain is the laboratory's to show, and a competitor asks the same question.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.laboratory.terms import months_after
from gateway.registry.certified import CertificateRow, StandardUsedRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.roles import Action, Reader

MOST_DEEP = 12
MOST_LINKS = 200
NATIONAL, FINE, CLOSED = "national", "fine", "closed"
WITHDRAWN, REPLACED, OVER, AFTER, LOOP = "withdrawn", "replaced", "out_of_date", "certified_after_use", "loop"
MISSING, NOT_LISTED, ENDS, TOO_LONG = "missing", "not_listed", "ends_unsaid", "too_long"
WARNINGS = (WITHDRAWN, REPLACED, OVER, AFTER, LOOP, MISSING, NOT_LISTED, ENDS, TOO_LONG)
"""The chain is broken there, or nobody can tell."""


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate of the chain.

    Attributes:
        id: Of its row.
        number: As printed.
        instrument: Id of what it is about.
        name: What that is called.
        issued_by: By whom.
        day: When it was measured, else issued.
        valid_until: Its own end; empty: none.
        interval_months: That the owner of the standard keeps; None: none.
        is_national: Whether a national institute issued it.
        status: Key of ``CERTIFICATE_STATES``; empty: it holds.
    """

    id: str
    number: str
    instrument: str
    name: str
    issued_by: str
    day: str
    valid_until: str = ""
    interval_months: int | None = None
    is_national: bool = False
    status: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """A standard that a certificate names.

    Attributes:
        standard: Id of its row; empty: it is in words only.
        name: In words.
        certificate: Id of its certificate's row; empty: in words only.
        number: Of that certificate, in words.
        issued_by: By whom, in words.
        is_closed: Whether its row belongs to somebody into whose books who asks may not look.
    """

    standard: str
    name: str
    certificate: str = ""
    number: str = ""
    issued_by: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain.

    Attributes:
        depth: 0: the instrument's own certificate.
        parent: Index of the link that rests on it; -1: none.
        name: Of the standard.
        number: Of the certificate; empty: not known.
        issued_by: By whom; empty: not known.
        day: Of the certificate; empty: not known.
        state: One of the states above.
        certificate: Id of its row where it may be looked at; empty: nowhere.
    """

    depth: int
    parent: int
    name: str
    number: str
    issued_by: str
    day: str
    state: str
    certificate: str = ""

    @property
    def warns(self) -> bool:
        """Whether the chain is in doubt here."""
        return self.state in WARNINGS


@dataclass(frozen=True, slots=True)
class _Chain:
    certificates: Mapping[str, Certified]
    used: Mapping[str, Sequence[Used]]
    links: list[Link] = field(default_factory=list)

    def climb(self, one: Certified, depth: int, parent: int, path: tuple[str, ...], used_on: str) -> None:
        """Add a certificate and everything behind it."""
        state = _state(one, used_on) if depth else (one.status or FINE)
        standards = self.used.get(one.id, ())
        if one.id in path:
            state = LOOP
        elif depth >= MOST_DEEP or len(self.links) >= MOST_LINKS:
            state = TOO_LONG
        elif state == FINE and one.is_national:
            state = NATIONAL
        elif state == FINE and not standards:
            state = ENDS
        self.links.append(Link(depth, parent, one.name, one.number, one.issued_by, one.day, state, one.id))
        if state in (LOOP, TOO_LONG) or one.is_national:
            return
        index = len(self.links) - 1
        for standard in standards:
            self._step(standard, one, depth + 1, index, (*path, one.id))

    def _step(self, used: Used, of: Certified, depth: int, parent: int, path: tuple[str, ...]) -> None:
        its = self.certificates.get(used.certificate)
        if its is not None and not used.is_closed:
            self.climb(its, depth, parent, path, of.day)
            return
        state = CLOSED if used.is_closed else NOT_LISTED if used.number else MISSING
        self.links.append(Link(depth, parent, used.name, used.number, used.issued_by, "", state))


def chain(top: Certified, certificates: Mapping[str, Certified], used: Mapping[str, Sequence[Used]]) -> list[Link]:
    """The links behind a certificate, each followed by those that it rests on.

    Args:
        top: The instrument's certificate.
        certificates: Id -> certificate.
        used: Id of a certificate -> standards that it names.
    """
    found = _Chain(certificates, used)
    found.climb(top, 0, -1, (), top.day)
    return found.links


def chain_of(session: Session, reader: Reader, certificate: CertificateRow) -> list[Link]:
    """The chain behind a certificate of the registry, as far as ``reader`` may look."""
    certificates: dict[str, Certified] = {}
    used: dict[str, list[Used]] = {}
    seen: dict[str, bool] = {}
    waiting = [certificate.id]
    while waiting and len(certificates) < MOST_LINKS:
        rows = _certificates(session, waiting)
        certificates |= {one.id: one for one, _ in rows}
        seen |= {one.id: reader.may(Action.READ, "laboratory", row.place) for one, row in rows}
        for owner, one in _used(session, waiting):
            used.setdefault(owner, []).append(one)
        behind = {one.certificate for cid in waiting for one in used.get(cid, ()) if one.certificate}
        waiting = sorted(behind - certificates.keys())
    told = {cid: [_as_seen(one, seen) for one in ones] for cid, ones in used.items()}
    return chain(certificates[certificate.id], certificates, told)


def _as_seen(used: Used, seen: Mapping[str, bool]) -> Used:
    if not used.certificate or seen.get(used.certificate, True):
        return used
    return Used("", used.name, "", used.number, used.issued_by, is_closed=True)


def _state(one: Certified, used_on: str) -> str:
    """What a standard's certificate was worth on the day of its use."""
    if one.status:
        return one.status
    if one.day > used_on:
        return AFTER
    ends = [one.valid_until] if one.valid_until else []
    if one.interval_months:
        ends.append(months_after(date.fromisoformat(one.day), one.interval_months).isoformat())
    return OVER if ends and min(ends) < used_on else FINE


def _certificates(session: Session, ids: Sequence[str]) -> list[tuple[Certified, CertificateRow]]:
    its, of = CertificateRow, InstrumentRow
    rows = session.execute(select(its, of).join(of, of.id == its.instrument).where(its.id.in_(ids)))
    return [
        (
            Certified(
                id=row.id,
                number=row.number,
                instrument=instrument.id,
                name=f"{instrument.code} · {instrument.name}",
                issued_by=row.issued_by,
                day=row.calibrated or row.issued,
                valid_until=row.valid_until,
                interval_months=instrument.interval_months,
                is_national=row.is_national,
                status=row.status,
            ),
            row,
        )
        for row, instrument in rows
    ]


def _used(session: Session, ids: Sequence[str]) -> Iterator[tuple[str, Used]]:
    its, of = StandardUsedRow, InstrumentRow
    asked = select(its, of.code, of.name).outerjoin(of, of.id == its.standard)
    asked = asked.where(its.certificate.in_(ids), its.retired_at == 0).order_by(its.certificate, its.number)
    for row, code, name in session.execute(asked):
        # Its own words first: the row of the standard may be somebody else's.
        words = row.name or (f"{code} · {name}" if code else "")
        yield (
            row.certificate,
            Used(
                row.standard or "", words, row.standard_certificate or "", row.certificate_number or "", row.issued_by
            ),
        )
