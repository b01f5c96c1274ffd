"""What a certificate of the registry says to an edge: rows of points as the error curve of a channel.

Decision: where points were taken as left, those count; of a channel that was not adjusted, those as found.
Because: an adjustment makes what was found before it a thing of the past.

Decision: a certificate that says a day and no time applies from the midnight before; where it has points as left, from
the last adjustment that is known of that day.
Because: it was made after the adjustment, and before that its points are not true.

Decision: several indications at one nominal value (up and down, repeats) become one point: means of indication and
error, and u the largest of theirs with half of their greatest difference as a rectangular half-width.
Because: an error curve has one error at an indication; which way the load came, nobody knows on the shop floor.
Source: JCGM 100:2008, 4.3.7 and 5.1.2.

Decision: what an edge would refuse is left out, by channel, and said in words.
Because: a certificate of this year with a mistake in it must not keep that of last year from being withdrawn.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from edge_agent.wire.certificate_setting import (
    CertificateInForce,
    CertificatesSet,
    CertifiedChannel,
    CertifiedPoint,
    read_certificates,
)
from edge_agent.wire.settings import SettingError
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow

_NS = 1_000_000_000
_DAY_NS = 86_400 * _NS
_AS_LEFT = "as_left"


class Told(NamedTuple):
    """A certificate as an edge takes it.

    Attributes:
        says: None: nothing of it can be used.
        problems: What was left out, and why.
    """

    says: CertificateInForce | None
    problems: tuple[str, ...]


def told_by(
    instrument: InstrumentRow,
    certificate: CertificateRow,
    points: Iterable[CalibrationPointRow],
    zone: ZoneInfo,
    adjusted: Collection[int] = (),
) -> Told:
    """What a certificate says of the channels of an instrument.

    Args:
        instrument: Whose.
        certificate: Which.
        points: All of its points.
        zone: Of its days.
        adjusted: When the instrument was adjusted, UTC ns.
    """
    points = list(points)
    since = applies_from(certificate, zone)
    if not certificate.applies_from and any(one.run == _AS_LEFT for one in points):
        since = max([since, *(at for at in adjusted if since <= at < since + _DAY_NS)])
    channels: dict[str, CertifiedChannel] = {}
    problems: list[str] = []
    by_channel = sorted(points, key=lambda one: one.channel)
    for name, group in groupby(by_channel, key=lambda one: one.channel):
        some = list(group)
        left = [one for one in some if one.run == _AS_LEFT]
        if len({one.unit for one in left or some}) > 1:
            problems.append(f"certificate {certificate.number}: {name}: points in several units. Correct them.")
            continue
        channel = _channel(instrument, left or some)
        alone = CertificateInForce(number=certificate.number, applies_from=since, channels={name: channel})
        try:
            read_certificates(instrument.edge_instrument, plain(CertificatesSet(certificates=(alone,))))
        except SettingError as error:
            problems.append(str(error))
        else:
            channels[name] = channel
    if not channels:
        return Told(None, tuple(problems))
    says = CertificateInForce(
        number=certificate.number, issuer=certificate.issued_by, applies_from=since, channels=channels
    )
    return Told(says, tuple(problems))


def applies_from(certificate: CertificateRow, zone: ZoneInfo) -> int:
    """From when samples are corrected by it, UTC ns: its as-left time, else the midnight at which its day begins."""
    if certificate.applies_from:
        whole, fraction, offset = _parted(certificate.applies_from)
        return int(datetime.fromisoformat(f"{whole}{offset}").timestamp()) * _NS + int(f"{fraction:0<9}")
    day = date.fromisoformat(certificate.calibrated or certificate.issued)
    return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp()) * _NS


def _parted(instant: str) -> tuple[str, str, str]:
    """Seconds, digits behind them, and offset of an instant: datetime knows microseconds only."""
    whole, rest = instant[:19], instant[19:].replace("Z", "+00:00")
    digits, offset = (rest[1:-6], rest[-6:]) if rest.startswith(".") else ("0", rest)
    return whole, digits, offset


def plain(one: CertificatesSet) -> dict[str, object]:
    """As it stands in a setting once that was written and read."""
    read: dict[str, object] = msgspec.json.decode(msgspec.json.encode(one))
    return read


def _channel(instrument: InstrumentRow, rows: Sequence[CalibrationPointRow]) -> CertifiedChannel:
    unit = rows[0].unit
    is_ours = instrument.unit == unit
    points = tuple(error_curve(rows))
    alone = len(points) == 1 and is_ours
    return CertifiedChannel(
        unit=unit,
        points=points,
        low=instrument.range_low if alone else None,
        high=instrument.range_high if alone else None,
        resolution=(instrument.resolution or 0.0) if is_ours else 0.0,
    )


def error_curve(rows: Iterable[CalibrationPointRow]) -> Iterator[CertifiedPoint]:
    """By indication, one at each nominal value; without one, at each indication."""
    places: dict[float, list[CalibrationPointRow]] = {}
    for row in rows:
        places.setdefault(row.indication if row.nominal is None else row.nominal, []).append(row)
    made = [_point(some) for some in places.values()]
    yield from sorted(made, key=lambda one: one.indication)


def _point(rows: Sequence[CalibrationPointRow]) -> CertifiedPoint:
    errors = [row.indication - row.reference for row in rows]
    apart = (max(errors) - min(errors)) / 2
    u = max(row.expanded / row.coverage_factor for row in rows)
    n = len(rows)
    return CertifiedPoint(
        indication=sum(row.indication for row in rows) / n, error=sum(errors) / n, u=(u**2 + apart**2 / 3) ** 0.5
    )
