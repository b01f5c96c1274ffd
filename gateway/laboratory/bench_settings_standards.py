"""Reference standards as a bench is to know them: with what their certificates in force say.

Decision: a standard that has no resolution is a material measure: a weight, a gauge block, a resistor.
Because: what shows a value has a smallest step, and a field that says the same again would contradict it one day.
Instead of: a kind that somebody has to choose.

Decision: a standard whose points a bench would refuse is left out and named.
Because: the standards travel in one setting, and a slip in one certificate must not take all others off the bench.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench_checks import read_bench_setting
from edge_agent.wire.bench_settings import BENCH_STANDARDS, BenchStandard, BenchStandardsSet, StatedValue
from edge_agent.wire.settings import ALL, SettingError
from gateway.ingest.journals import EdgeId
from gateway.laboratory.due import months_after
from gateway.laboratory.edge_certificates import error_curve
from gateway.laboratory.in_force import newest
from gateway.laboratory.standard_drift import Place, StandardDrift, by_place, is_sent_as_rate
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import SiteRow
from gateway.registry.texts import Title

QUANTITIES = {
    "mass": ("ug", "mg", "g", "kg", "t"),
    "temperature": ("Cel", "K", "mK"),
    "humidity": ("%",),
    "pressure": ("Pa", "hPa", "kPa", "MPa", "bar", "mbar"),
    "voltage": ("uV", "mV", "V", "kV"),
    "resistance": ("mOhm", "Ohm", "kOhm", "MOhm"),
    "length": ("nm", "um", "mm", "cm", "m"),
    "time": ("us", "ms", "s", "min", "h"),
    "power": ("mW", "W", "kW"),
}
"""Quantity of a standard -> its UCUM units."""
_IN_USE = "in_use"


class Unsent(NamedTuple):
    """Something that cannot be sent to the bench, and what is missing."""

    name: str
    why: tuple[Title, ...]


def standards_of(
    session: Session, organisation: str, edge: EdgeId, day: date
) -> tuple[tuple[BenchStandard, ...], tuple[Unsent, ...]]:
    """The standards of an organisation for one bench, and those that cannot be sent.

    Args:
        session: Of the registry.
        organisation: Id of its row.
        edge: Of the bench: a standard that it reads itself is named as it names it.
        day: The local one.
    """
    its = InstrumentRow
    rows = session.scalars(
        select(its)
        .where(its.organisation == organisation, its.standard_kind != "", its.status == _IN_USE, its.retired_at == 0)
        .order_by(its.code)
    )
    found, unsent = [], []
    for row in rows:
        certificate = newest(session, row, day).certificate
        points = _points(session, certificate)
        why = tuple(_missing(row, certificate, points))
        if not why:
            assert certificate is not None, "it would be missing"
            standard = _standard(session, row, certificate, points, edge)
            why = tuple(_refused(standard))
            found += [] if why else [standard]
        if why:
            unsent.append(Unsent(f"{row.code} {row.name}", why))
    return tuple(found), tuple(unsent)


def _refused(standard: BenchStandard) -> Iterator[Title]:
    body = msgspec.json.decode(msgspec.json.encode(BenchStandardsSet(standards=(standard,))))
    try:
        read_bench_setting(BENCH_STANDARDS, ALL, body)
    except SettingError as error:
        yield Title(f"Trạm hiệu chuẩn không nhận các điểm của giấy: {error}", f"The bench would refuse it: {error}")


def _missing(
    row: InstrumentRow, certificate: CertificateRow | None, points: Sequence[CalibrationPointRow]
) -> Iterator[Title]:
    if certificate is None:
        yield Title("Chưa có giấy chứng nhận. Hãy nhập giấy.", "It has no certificate. Enter one.")
        return
    if not points:
        yield Title("Giấy chưa có điểm hiệu chuẩn. Hãy nhập các điểm.", "The certificate has no points. Enter them.")
    elif _quantity(points[0].unit) == "":
        yield Title(
            f"Chưa biết đại lượng của đơn vị {points[0].unit}. Hãy sửa đơn vị.",
            f"The quantity of unit {points[0].unit} is not known. Correct the unit.",
        )
    if not _due(row, certificate):
        yield Title(
            "Chưa định hạn dùng. Hãy điền ngày đến hạn hoặc chu kỳ.", "It has no due day. Enter it, or an interval."
        )


def _standard(
    session: Session,
    row: InstrumentRow,
    certificate: CertificateRow,
    points: Sequence[CalibrationPointRow],
    edge: EdgeId,
) -> BenchStandard:
    site = session.get(SiteRow, row.site) if row.site else None
    is_read = bool(row.edge_instrument) and site is not None and EdgeId(site.name, row.edge) == edge
    is_measure = not row.resolution and not is_read
    curve = () if is_read or is_measure else tuple(_curve(points))
    is_in_u = is_read and is_sent_as_rate(session, edge, row.edge_instrument, points[0].channel)
    drift_u = {} if is_in_u else StandardDrift(session, certificate, points).u()
    return BenchStandard(
        code=row.code,
        name=row.name,
        maker=row.maker or "",
        model=row.model or "",
        serial_number=row.serial_number or "",
        quantity=_quantity(points[0].unit),
        unit=points[0].unit,
        certificate=certificate.number,
        issuer=certificate.issued_by,
        due=_due(row, certificate),
        values=tuple(_stated(points, drift_u)) if is_measure else (),
        instrument=row.edge_instrument if is_read else "",
        channel=points[0].channel if is_read else "",
        points=curve,
        resolution=float(row.resolution or 0.0),
        drift_u=0.0 if is_measure else max(drift_u.values(), default=0.0),
    )


def _due(row: InstrumentRow, certificate: CertificateRow) -> str:
    """Last local day: as its owner has written, else the end of the term or of the interval; empty: nobody has said."""
    if row.next_due:
        return row.next_due
    days = [certificate.valid_until] if certificate.valid_until else []
    if row.interval_months:
        begins = date.fromisoformat(certificate.calibrated or certificate.issued)
        days.append(months_after(begins, row.interval_months).isoformat())
    return min(days, default="")


def _points(session: Session, certificate: CertificateRow | None) -> list[CalibrationPointRow]:
    """Those that hold: as left where there are such; of the channel that comes first."""
    if certificate is None:
        return []
    its = CalibrationPointRow
    rows = session.scalars(select(its).where(its.certificate == certificate.id, its.retired_at == 0)).all()
    run = "as_left" if any(one.run == "as_left" for one in rows) else "as_found"
    held = sorted((one for one in rows if one.run == run), key=lambda one: (one.channel, one.number))
    return [one for one in held if (one.channel, one.unit) == (held[0].channel, held[0].unit)]


def _curve(points: Iterable[CalibrationPointRow]) -> Iterator[tuple[float, float, float]]:
    """Up and down at one nominal value become one point, as where an edge corrects by them."""
    yield from ((one.indication, one.error, one.u) for one in error_curve(points))


def _stated(points: Sequence[CalibrationPointRow], drift_u: Mapping[Place, float]) -> Iterator[StatedValue]:
    """Conventional values: the reference value of a piece is what it is, the indication what stands on it."""
    notes = [one.note for one in points]
    for (nominal, which), one in by_place(points).items():
        label = f"{nominal:.12g}{'*' * (which - 1)}" if which > 1 else ""
        # A note that several have, as their class, tells none from another.
        own = one.note if notes.count(one.note) == 1 else ""
        u = one.expanded / one.coverage_factor
        drifted = drift_u[nominal, which]
        yield StatedValue(nominal=nominal, label=own or label, value=one.reference, u=u, drift_u=drifted)


def _quantity(unit: str) -> str:
    return next((quantity for quantity, units in QUANTITIES.items() if unit in units), "")
