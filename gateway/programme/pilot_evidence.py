"""What a pilot's figures were measured with: the instruments behind its machines, and their certificates then.

Decision: whether an instrument was in order is asked for the days of each window, and not for today.
Because: a certificate that was renewed last week says nothing of a baseline of last spring.

Decision: what no register of instruments knows is named as that, and is no fault.
Because: a counter of pieces is often an input of a controller; that it is right is shown by counting, not by a paper.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.laboratory.due import papers_of, terms_of
from gateway.laboratory.in_order import NOT, Asked, Paper, Term, standing
from gateway.production.reading import Machine
from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import SiteRow
from gateway.registry.roles import Action, Reader

HELD, MISSING, OVERDUE, UNREGISTERED = "held", "missing", "overdue", "unregistered"
"""A certificate in force all over a window; none at its beginning; one whose term ended in it; not in the register."""


class Papers(NamedTuple):
    """What proved an instrument in one window.

    Attributes:
        window: ``baseline`` or ``result``.
        state: :data:`HELD`, :data:`MISSING`, :data:`OVERDUE` or :data:`UNREGISTERED`.
        certificates: Ids of rows in force on some day of it, the oldest first.
        until: When the term ended, of an overdue one; else empty.
    """

    window: str
    state: str
    certificates: tuple[str, ...] = ()
    until: str = ""


class Behind(NamedTuple):
    """An instrument that machines of a pilot are read by.

    Attributes:
        edge: Its edge.
        name: Its name there.
        feeds: ``machine role`` of what it feeds, such as ``press-1 total``.
        instrument: Id of its row; empty: the register does not know it, or does not show it to whoever asks.
        label: Code and name of the row.
        windows: By window.
    """

    edge: str
    name: str
    feeds: tuple[str, ...]
    instrument: str
    label: str
    windows: tuple[Papers, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing about its certificates has to be said."""
        return all(one.state == HELD for one in self.windows)


class Certificate(NamedTuple):
    """A certificate behind a pilot.

    Attributes:
        id: Of its row.
        number: Its number.
        instrument: Id of the instrument's row.
        kind: ``calibration`` or ``verification``.
        issued: Day.
        issued_by: Who.
        valid_until: Last day of its term; empty: none is stated.
    """

    id: str
    number: str
    instrument: str
    kind: str
    issued: str
    issued_by: str
    valid_until: str


class Evidence(NamedTuple):
    """All of it.

    Attributes:
        behind: Instruments, by edge and name.
        certificates: In force in a window, by day of issue.
    """

    behind: tuple[Behind, ...]
    certificates: tuple[Certificate, ...]

    @property
    def instruments(self) -> tuple[str, ...]:
        """Ids of the registered ones."""
        return tuple(sorted({one.instrument for one in self.behind if one.instrument}))


Windows = Sequence[tuple[str, date, date]]
"""Name, first and last day of each."""


def evidence_of(engine: Engine, reader: Reader, site: str, machines: Iterable[Machine], windows: Windows) -> Evidence:
    """The instruments behind some machines of a site, and their certificates in some windows.

    Args:
        engine: Of the registry.
        reader: Who asks; sees what is theirs.
        site: Name of the site, as edges say it.
        machines: Of the pilot, those for comparison too.
        windows: In which the figures were measured.
    """
    feeds = _feeds(machines)
    with Session(engine) as session:
        rows = _rows(session, reader, site)
        mine = InstrumentRow.id.in_([row.id for key, row in rows.items() if key in feeds])
        papers, terms = papers_of(session, reader, mine), terms_of(session)
        certificates = _certificates(session, reader, [row.id for key, row in rows.items() if key in feeds])
        behind = []
        for (edge, name), fed in sorted(feeds.items()):
            row = rows.get((edge, name))
            found = tuple(
                _papers(row, certificates[row.id], papers[row.id], terms[row.legal_term], window)
                if row
                else Papers(window[0], UNREGISTERED)
                for window in windows
            )
            label = f"{row.code} · {row.name}" if row else ""
            behind.append(Behind(edge, name, tuple(sorted(fed)), row.id if row else "", label, found))
    used = {id_ for one in behind for window in one.windows for id_ in window.certificates}
    every = [one for some in certificates.values() for one in some if one.id in used]
    return Evidence(tuple(behind), tuple(sorted(every, key=lambda one: (one.issued, one.number, one.id))))


def _feeds(machines: Iterable[Machine]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for machine in machines:
        for role, channel in machine.channels.items():
            found[machine.id.edge, channel.partition(".")[0]].add(f"{machine.id.work_unit} {role}")
    return found


def _rows(session: Session, reader: Reader, site: str) -> dict[tuple[str, str], InstrumentRow]:
    its = InstrumentRow
    query = (
        select(its)
        .join(SiteRow, SiteRow.id == its.site)
        .where(SiteRow.name == site, its.retired_at == 0, its.edge_instrument != "")
        .where(reader.where(Action.READ, its.noun.group, its))
        .order_by(its.made_at, its.id)
    )
    return {(row.edge, row.edge_instrument): row for row in session.scalars(query)}


def _certificates(session: Session, reader: Reader, instruments: Sequence[str]) -> dict[str, list[Certificate]]:
    its = CertificateRow
    query = (
        select(its)
        .where(its.instrument.in_(instruments), its.retired_at == 0, its.status == "")
        .where(its.kind.in_(("calibration", "verification")), reader.where(Action.READ, its.noun.group, its))
        .order_by(its.issued, its.id)
    )
    found: dict[str, list[Certificate]] = defaultdict(list)
    for row in session.scalars(query):
        one = Certificate(row.id, row.number, row.instrument, row.kind, row.issued, row.issued_by, row.valid_until)
        found[row.instrument].append(one)
    return found


def _papers(
    row: InstrumentRow,
    certificates: Sequence[Certificate],
    papers: Sequence[Paper],
    terms: Sequence[Term],
    window: tuple[str, date, date],
) -> Papers:
    name, first, last = window
    before = [one for one in certificates if one.issued <= first.isoformat()]
    within = [one for one in certificates if first.isoformat() < one.issued <= last.isoformat()]
    used = tuple(one.id for one in (*before[-1:], *within))
    if not before:
        return Papers(name, MISSING, used)
    for day in (first, last):
        # What its owner has written is about the newest certificate, and not about those of that time.
        is_newest = not any(one.issued > day.isoformat() for one in certificates)
        asked = Asked("in_use", row.legal_use, row.next_due if is_newest else "", row.interval_months)
        found = standing(asked, papers, terms, day, 0)
        if found.state == NOT:
            return Papers(name, OVERDUE, used, found.until)
    return Papers(name, HELD, used)
