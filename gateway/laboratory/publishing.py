"""Back to the edge: what edges should know of the certificates of their instruments, and what they were sent.

Decision: certificates are sent without anybody pressing a button, as soon as one is issued, amended or withdrawn, an
adjustment becomes known, or the due day moves.
Because: whoever authorised it has decided (ISO/IEC 17025:2017, 7.8.1.1); a withdrawn one must not correct another
sample while somebody is at lunch. What is sent stands in the audit like every other setting.
Instead of: the preview of ``gateway.production_setup``, where a person decides about shifts and cycle times.

Decision: what edges should follow is made anew from the rows and compared with what they were sent.
Because: nothing can be forgotten between the change of a row and its sending.

Decision: of a retired row, or one that went to another edge, an empty setting takes back what it said.
Because: the edge keeps what it was set.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import Adjusted, CalibrationSession
from edge_agent.wire.certificate_setting import CERTIFICATE, CertificateInForce, CertificatesSet
from edge_agent.wire.messages import SettingKept
from edge_agent.wire.records import record_decoder
from gateway.ingest.journals import EdgeId
from gateway.laboratory.due import months_after
from gateway.laboratory.edge_certificates import plain, told_by
from gateway.laboratory.edge_drift import YearlyRate, yearly_rates
from gateway.people import put_setting
from gateway.registry import AuditHeadRow, RecordRow, SettingRow
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import SiteRow
from gateway.registry.roles import SYSTEM

NEVER, WAITING, IN_FORCE, REFUSED = "never", "waiting", "in_force", "refused"
_ADJUSTED = str(Adjusted.__struct_config__.tag)
_SESSION = str(CalibrationSession.__struct_config__.tag)
_ANSWER = str(SettingKept.__struct_config__.tag)
_KINDS = ("calibration", "verification")
_NS = 1_000_000_000
Which = tuple[EdgeId, str]
"""An edge, and the name of an instrument there."""


class WantedCertificates(NamedTuple):
    """What an edge should know of one instrument.

    Attributes:
        edge: Whose.
        name: Of the instrument there.
        body: Of the setting; empty: nothing.
        problems: What of its certificates cannot be sent, and why.
    """

    edge: EdgeId
    name: str
    body: dict[str, object]
    problems: tuple[str, ...]


class CertificatesAtEdge(NamedTuple):
    """For the page of an instrument: what became of its certificates at the edge that reads it.

    Attributes:
        edge: Which.
        name: Of the instrument there.
        state: ``never`` (nothing was ever sent), ``waiting`` (for the edge's answer), ``in_force``, ``refused``.
        revision: Of what was sent last; 0: nothing.
        sent_at: When, UTC ns; 0: never.
        in_force_revision: Of what holds at the edge; 0: nothing.
        numbers: Of the certificates that were sent.
        why: Why the edge refused it.
        problems: What of its certificates cannot be sent, and why.
    """

    edge: EdgeId
    name: str
    state: str
    revision: int
    sent_at: int
    in_force_revision: int
    numbers: tuple[str, ...]
    why: str
    problems: tuple[str, ...]


class CertificatePublisher:
    """Looks often, and works only when something was written.

    Args:
        engine: Of the registry.
        zone: Of the owners' days.
    """

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine = engine
        self._zone = zone
        self._seen: object = None
        self._rows: object = None

    def turn(self, now: int) -> list[WantedCertificates]:
        """Send what differs, if anything was written since the last look; what was sent."""
        with Session(self._engine) as session:
            written = _written(session)
            # Most of what is written to a registry has nothing to do with certificates.
            rows = self._rows if written == self._seen else _rows(session)
        sent = [] if rows == self._rows else publish_certificates(self._engine, self._zone, now)
        self._seen, self._rows = written, rows
        return sent


def publish_certificates(engine: Engine, zone: ZoneInfo, now: int) -> list[WantedCertificates]:
    """Send to every edge what it should know and was not sent; the ingest publishes it.

    Args:
        engine: Of the registry.
        zone: Of the owners' days.
        now: UTC ns.

    Returns:
        What was sent.
    """
    with Session(engine) as session:
        wanted = {(one.edge, one.name): one for one in wanted_certificates(session, zone)}
        sent: dict[Which, object] = {
            (EdgeId(row.site, row.edge), row.key): msgspec.json.decode(row.body)
            for row in session.scalars(select(SettingRow).where(SettingRow.noun == CERTIFICATE))
        }
    for edge, name in sent.keys() - wanted.keys():
        wanted[edge, name] = WantedCertificates(edge, name, {}, ())
    differing = [one for at, one in sorted(wanted.items()) if one.body != sent.get(at, {})]
    for one in differing:
        put_setting(engine, one.edge, CERTIFICATE, one.name, one.body, SYSTEM.name, now)
    return differing


def wanted_certificates(session: Session, zone: ZoneInfo, instrument: str = "") -> Iterator[WantedCertificates]:
    """What the edges should know of every instrument that one of them reads, or of one of these.

    Args:
        session: Of the registry.
        zone: Of the owners' days.
        instrument: Id of a row; empty: all.
    """
    its = InstrumentRow
    rows = session.execute(
        select(its, SiteRow.name)
        .join(SiteRow, SiteRow.id == its.site)
        .where(its.retired_at == 0, its.edge != "", its.edge_instrument != "")
        .order_by(its.made_at, its.id)
    ).all()
    # Of two rows for one instrument of an edge the newer counts, as it does in ``in_force``.
    read = {(EdgeId(site, row.edge), row.edge_instrument): row for row, site in rows}
    read = {at: row for at, row in read.items() if instrument in ("", row.id)}
    certificates = _certificates(session, [row.id for row in read.values()])
    points = _points(session, [one.id for some in certificates.values() for one in some])
    adjusted = _adjustments(session, read)
    for at, row in read.items():
        mine = certificates.get(row.id, [])
        then = adjusted.get(at, set[int]())
        told = [told_by(row, one, points.get(one.id, ()), zone, then) for one in mine]
        says = sorted((one.says for one in told if one.says), key=lambda one: one.applies_from)
        if says:
            days = {datetime.fromtimestamp(one // _NS, zone).date() for one in then}
            says[-1] = _drifting(says[-1], yearly_rates(mine, points, days))
        body = CertificatesSet(
            serial_number=row.serial_number,
            certificates=tuple(says),
            adjusted=tuple(sorted(then)),
            due=_due(row, mine),
            needs_certificate=row.needs_certificate,
        )
        is_said = body.certificates or body.adjusted or body.due or body.needs_certificate
        problems = tuple(problem for one in told for problem in one.problems)
        yield WantedCertificates(*at, plain(body) if is_said else {}, problems)


def certificates_at_edge(session: Session, zone: ZoneInfo, instrument: str) -> CertificatesAtEdge | None:
    """Where the certificates of an instrument stand at its edge; None: no edge reads it.

    Args:
        session: Of the registry.
        zone: Of the owners' days.
        instrument: Id of its row.
    """
    wanted = next(wanted_certificates(session, zone, instrument), None)
    if wanted is None:
        return None
    edge, name = wanted.edge, wanted.name
    row = session.get(SettingRow, (*edge, CERTIFICATE, name))
    said = session.get(RecordRow, (*edge, _ANSWER, f"{CERTIFICATE}/{name}"))
    answer = record_decoder.decode(said.body) if said else None
    assert answer is None or isinstance(answer, SettingKept), "a noun has one type"
    state = NEVER
    if row is not None:
        is_answered = answer is not None and answer.setting_revision >= row.revision
        state = WAITING if answer is None or not is_answered else IN_FORCE if answer.accepted else REFUSED
    sent = msgspec.json.decode(row.body) if row else {}
    return CertificatesAtEdge(
        edge,
        name,
        state,
        revision=row.revision if row else 0,
        sent_at=row.put_at if row else 0,
        in_force_revision=answer.in_force_revision if answer else 0,
        numbers=tuple(one["number"] for one in sent.get("certificates", ())),
        why=answer.why if answer and state == REFUSED else "",
        problems=wanted.problems,
    )


def _written(session: Session) -> tuple[object, ...]:
    """Changes with every write that can change what edges should know: the audit's head, and what the bench said."""
    return session.scalar(select(AuditHeadRow.number)), *_said(session)


def _said(session: Session) -> tuple[object, ...]:
    its = RecordRow
    # Every edge counts its revisions by itself, and the sum moves with each of them.
    said = select(func.count(), func.sum(its.revision)).where(its.noun.in_((_ADJUSTED, _SESSION)))
    return tuple(session.execute(said).one())


def _rows(session: Session) -> tuple[object, ...]:
    """Changes with every write to what certificates are made of."""
    kinds = (InstrumentRow, CertificateRow, CalibrationPointRow, SiteRow)
    counted = [tuple(session.execute(select(func.count(), func.sum(its.revision))).one()) for its in kinds]
    return *counted, *_said(session)


def _certificates(session: Session, instruments: Sequence[str]) -> dict[str, list[CertificateRow]]:
    """Those that hold, by instrument, in the order in which they were issued."""
    its, found = CertificateRow, dict[str, list[CertificateRow]]()
    for row in session.scalars(
        select(its)
        .where(its.instrument.in_(instruments), its.retired_at == 0, its.status == "", its.kind.in_(_KINDS))
        .order_by(its.issued, its.made_at, its.id)
    ):
        found.setdefault(row.instrument, []).append(row)
    return found


def _points(session: Session, certificates: Sequence[str]) -> dict[str, list[CalibrationPointRow]]:
    its, found = CalibrationPointRow, dict[str, list[CalibrationPointRow]]()
    for row in session.scalars(
        select(its).where(its.certificate.in_(certificates), its.retired_at == 0).order_by(its.number)
    ):
        found.setdefault(row.certificate, []).append(row)
    return found


def _adjustments(session: Session, read: dict[Which, InstrumentRow]) -> dict[Which, set[int]]:
    """When instruments were adjusted: where they are read, or on the bench of a laboratory."""
    found: dict[Which, set[int]] = {}
    by_id = {row.id: at for at, row in read.items()}
    for row in session.scalars(select(RecordRow).where(RecordRow.noun.in_((_ADJUSTED, _SESSION)))):
        said = record_decoder.decode(row.body)
        if isinstance(said, Adjusted) and not said.gone and (EdgeId(row.site, row.edge), said.instrument) in read:
            found.setdefault((EdgeId(row.site, row.edge), said.instrument), set()).add(said.adjusted_at)
        elif isinstance(said, CalibrationSession) and said.adjusted_at and said.item.registry_id in by_id:
            found.setdefault(by_id[said.item.registry_id], set()).add(said.adjusted_at)
    return found


def _drifting(newest: CertificateInForce, rates: Mapping[str, YearlyRate]) -> CertificateInForce:
    """The newest certificate with what is known of the drift since."""
    channels = {
        name: msgspec.structs.replace(said, drift_per_year=rates[name].value, u_drift_per_year=rates[name].u)
        if name in rates
        else said
        for name, said in newest.channels.items()
    }
    return msgspec.structs.replace(newest, channels=channels)


def _due(row: InstrumentRow, certificates: Iterable[CertificateRow]) -> str:
    """The owner's day; where none is written, the newest calibration and the owner's interval."""
    newest = max((one.calibrated or one.issued for one in certificates), default="")
    if row.next_due or not row.interval_months or not newest:
        return row.next_due
    return months_after(date.fromisoformat(newest), row.interval_months).isoformat()
