"""Reference standards as a bench is to know them: with what their certificates in force say.

Decision: a standard that has no resolution is a material measure: a weight, a gauge block, a resistor.
Because: what shows a value has a smallest step, and a field that says the same again would contradict it one day.
Instead of: a kind that somebody has to choose.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench_settings import BenchStandard, StatedValue
from gateway.ingest.journals import EdgeId
from gateway.laboratory.due import months_after
from gateway.laboratory.in_force import newest
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
        if why:
            unsent.append(Unsent(f"{row.code} {row.name}", why))
        else:
            assert certificate is not None, "it would be missing"
            found.append(_standard(session, row, certificate, points, edge))
    return tuple(found), tuple(unsent)


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
        values=tuple(_stated(points)) if is_measure else (),
        instrument=row.edge_instrument if is_read else "",
        channel=points[0].channel if is_read else "",
        points=curve,
        resolution=float(row.resolution or 0.0),
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
    for one in sorted(points, key=lambda one: one.indication):
        yield (one.indication, one.indication - one.reference, one.expanded / one.coverage_factor)


def _stated(points: Iterable[CalibrationPointRow]) -> Iterator[StatedValue]:
    """Conventional values: the reference value of a piece is what it is, the indication what stands on it."""
    seen: dict[float, int] = {}
    for one in points:
        nominal = one.nominal if one.nominal is not None else one.indication
        seen[nominal] = seen.get(nominal, 0) + 1
        label = f"{nominal:g}{'*' * (seen[nominal] - 1)}" if seen[nominal] > 1 else ""
        u = one.expanded / one.coverage_factor
        yield StatedValue(nominal=nominal, label=one.note or label, value=one.reference, u=u)


def _quantity(unit: str) -> str:
    return next((quantity for quantity, units in QUANTITIES.items() if unit in units), "")
