"""What rests on a standard or a certificate that is in doubt (ISO/IEC 17025:2017, 7.10): documents, samples, pilots.

Decision: certificates are followed through the standards that they name, as far up as they go, whoever's they are; who
asks is shown those of their own laboratory or instruments, and of the others how many there are.
Because: an error goes on through the standards of other laboratories, who have to be told, and their customers are
their own affair.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.laboratory.drift import courses
from gateway.laboratory.history import pasts
from gateway.registry.certified import CertificateRow, StandardUsedRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.pilots import PilotRow
from gateway.registry.roles import Action, Reader


class Node(NamedTuple):
    """A certificate, as far as others rest on it.

    Attributes:
        id: Of its row.
        instrument: Id of what it is about.
        day: When it was measured, else issued.
    """

    id: str
    instrument: str
    day: str


class Use(NamedTuple):
    """A standard that a certificate names.

    Attributes:
        certificate: Id of the certificate that rests on it.
        standard: Id of the standard; empty: in words only.
        standard_certificate: Id of the standard's certificate; empty: in words only.
    """

    certificate: str
    standard: str
    standard_certificate: str


class Doubt(NamedTuple):
    """What is in doubt.

    Attributes:
        standard: Id of an instrument; empty: none.
        certificate: Id of a certificate; empty: none.
        since: When it was last known to be right, ``2026-01-15``.
        until: Last day on which it was used in doubt, inclusive.
    """

    standard: str
    certificate: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Affected:
    """A certificate that rests on what is in doubt.

    Attributes:
        row: Of it.
        instrument: What it is about.
        owner: Name of whose that is.
        depth: 1: rests on it directly; 2: on a standard that does; 0: it is itself in doubt.
    """

    row: CertificateRow
    instrument: InstrumentRow
    owner: str
    depth: int


class Samples(NamedTuple):
    """Samples of the shop floor that were corrected by a certificate in doubt.

    Attributes:
        site: Name of the site, as edges say it.
        edge: Which edge.
        instrument: Its name there.
        begins: From when on, as ``applies_from`` or a day.
        ends: Until when: where the next certificate begins; empty: still.
        number: Of the certificate.
    """

    site: str
    edge: str
    instrument: str
    begins: str
    ends: str
    number: str


class Touched(NamedTuple):
    """A pilot whose judging rests on such samples.

    Attributes:
        id: Of its row.
        name: Of it.
        site: Name of the site.
        windows: ``baseline``, ``result``: which of them lie within the range.
    """

    id: str
    name: str
    site: str
    windows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """All that rests on something in doubt.

    Attributes:
        certificates: That may be seen, by owner and number.
        hidden: How many certificates of others there are.
        samples: By site and edge.
        pilots: By name.
    """

    certificates: tuple[Affected, ...]
    hidden: int
    samples: tuple[Samples, ...]
    pilots: tuple[Touched, ...]


def resting(doubt: Doubt, nodes: Mapping[str, Node], uses: Iterable[Use]) -> dict[str, int]:
    """Id of a certificate that rests on what is in doubt -> through how many standards.

    A certificate rests on a standard in doubt when it was measured after ``since`` and not after ``until``; on a
    certificate in doubt whenever it names that. Where it names the standard and not which of its certificates, it
    rests on the newest of the days before its own.

    Args:
        doubt: What is in doubt.
        nodes: Id -> certificate, all of them.
        uses: All standards that they name.
    """
    of_standard: dict[str, list[Use]] = {}
    of_certificate: dict[str, list[Use]] = {}
    for use in uses:
        if use.certificate in nodes:
            own = use.standard_certificate or _newest_before(nodes, use.standard, nodes[use.certificate].day)
            of_certificate.setdefault(own, []).append(use)
            of_standard.setdefault(use.standard, []).append(use)
    found = {doubt.certificate: 0} if doubt.certificate in nodes else {}
    waiting = list(found)
    if doubt.standard:
        for use in of_standard.get(doubt.standard, ()):
            if doubt.since <= nodes[use.certificate].day <= doubt.until and use.certificate not in found:
                found[use.certificate] = 1
                waiting.append(use.certificate)
    while waiting:
        below = waiting.pop(0)
        for use in of_certificate.get(below, ()):
            if use.certificate not in found:
                found[use.certificate] = found[below] + 1
                waiting.append(use.certificate)
    return found


def effects(session: Session, reader: Reader, doubt: Doubt) -> Effects:
    """Everything in the registry that rests on what is in doubt, as far as ``reader`` may see it."""
    its, of = CertificateRow, StandardUsedRow
    rows = session.execute(select(its.id, its.instrument, its.calibrated, its.issued).where(its.retired_at == 0))
    nodes = {row: Node(row, instrument, calibrated or issued) for row, instrument, calibrated, issued in rows}
    named = session.execute(select(of.certificate, of.standard, of.standard_certificate).where(of.retired_at == 0))
    found = resting(doubt, nodes, [Use(one, a or "", b or "") for one, a, b in named])
    every = _affected(session, found)
    seen = [one for one in every if _may_see(session, reader, one)]
    samples = samples_of(session, seen)
    return Effects(tuple(seen), len(every) - len(seen), samples, pilots_of(session, reader, samples))


def samples_of(session: Session, affected: Sequence[Affected]) -> tuple[Samples, ...]:
    """Ranges of samples that were corrected by certificates, each until the next one of its instrument applies."""
    found = []
    for one in affected:
        its = one.instrument
        if not (its.edge and its.edge_instrument and its.site):
            continue
        site = session.get_one(SiteRow, its.site).name
        begins = _begins(one.row)
        rows = session.scalars(
            select(CertificateRow).where(CertificateRow.instrument == its.id, CertificateRow.retired_at == 0)
        )
        later = [_begins(row) for row in rows if _begins(row)[:10] > begins[:10]]
        ends = min(later, default="")
        found.append(Samples(site, its.edge, its.edge_instrument, begins, ends, one.row.number))
    return tuple(sorted(found))


def pilots_of(session: Session, reader: Reader, samples: Iterable[Samples]) -> tuple[Touched, ...]:
    """Pilots with a work unit at an edge whose samples are in doubt within a window that they are judged by."""
    ranges: dict[tuple[str, str], list[Samples]] = {}
    for one in samples:
        ranges.setdefault((one.site, one.edge), []).append(one)
    its = PilotRow
    asked = select(its, SiteRow.name).join(SiteRow, SiteRow.id == its.site)
    asked = asked.where(its.retired_at == 0, reader.where(Action.READ, its.noun.group, its)).order_by(its.name)
    found = []
    for row, site in session.execute(asked):
        written = f"{row.work_units}, {row.control_work_units or ''}"
        edges = {unit.strip().partition("/")[0] for unit in written.split(",") if unit.strip()}
        touched = [one for edge in edges for one in ranges.get((site, edge), ())]
        windows = {"baseline": (row.baseline_since, row.baseline_until), "result": (row.result_since, row.result_until)}
        within = tuple(
            name for name, (since, until) in windows.items() if any(_overlaps(one, since, until) for one in touched)
        )
        if within:
            found.append(Touched(row.id, row.name, site, within))
    return tuple(found)


def known_days(session: Session, reader: Reader, standard: str, today: str) -> tuple[str, str]:
    """The last day on which a standard was found to be wrong, and the last before it on which it was right.

    Wrong: an error beyond the mpe as found, unadjusted, or in a check. Right: every point of the day within the mpe,
    as it was left. A calibration without a known mpe counts as right, a check without one says nothing.

    Args:
        session: Of the registry.
        reader: Who asks.
        standard: Id of the instrument.
        today: Counts as the day on which it was found wrong when no evidence says another.

    Returns:
        Both days; the second is empty when it was never seen to be right.
    """
    formula = session.get_one(InstrumentRow, standard).mpe_formula
    past = pasts(session, reader, standard).get(standard)
    right, wrong = set[str](), set[str]()
    for one in courses(past, formula) if past else []:
        for result in (*one.results, *one.checks):
            is_within = one.mpe is None or abs(result.error) <= one.mpe
            if not is_within:
                wrong.add(result.on.isoformat())
            elif one.mpe is not None or result.number:
                right.add(result.on.isoformat())
    found = max((day for day in wrong if day <= today), default=today)
    return found, max((day for day in right - wrong if day < found), default="")


def _newest_before(nodes: Mapping[str, Node], standard: str, day: str) -> str:
    held = [one for one in nodes.values() if standard and one.instrument == standard and one.day <= day]
    return max(held, key=lambda one: one.day).id if held else ""


def _affected(session: Session, found: Mapping[str, int]) -> list[Affected]:
    its, of = CertificateRow, InstrumentRow
    asked = select(its, of, OrganisationRow.name).join(of, of.id == its.instrument)
    asked = asked.join(OrganisationRow, OrganisationRow.id == of.organisation).where(its.id.in_(sorted(found)))
    rows = [Affected(row, instrument, owner, found[row.id]) for row, instrument, owner in session.execute(asked)]
    return sorted(rows, key=lambda one: (one.depth, one.owner, one.row.number))


def _may_see(session: Session, reader: Reader, one: Affected) -> bool:
    """Its owner's people may, and those of the laboratory that issued it."""
    if reader.may(Action.READ, "laboratory", one.row.place):
        return True
    issuer = session.get(LaboratoryRow, one.row.laboratory) if one.row.laboratory else None
    return issuer is not None and reader.may(Action.READ, "laboratory", issuer.place)


def _begins(row: CertificateRow) -> str:
    return row.applies_from or row.calibrated or row.issued


def _overlaps(one: Samples, since: str, until: str) -> bool:
    return one.begins[:10] <= until and (not one.ends or since <= one.ends[:10])
