"""The body of ``setting/certificate/{instrument}``: by which certificates an edge corrects an instrument.

    value = indication - error(indication) - drift, with u as ``calibration.correction`` has it

Decision: all certificates that samples may still need travel together, not only the newest.
Because: a sample that waited for the clock, or was read before the item went to the bench, is corrected by the one
that held at its own time.

Decision: the owner's due day is part of it, and the end of a certificate is not.
Because: a certificate of calibration has no end (ISO/IEC 17025:2017, 7.8.4.3); when it is due is the owner's decision.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated

import msgspec

from edge_agent.wire.settings import SettingError
from edge_agent.wire.table_kinds import DayOrNone, Strict, Text, show
from edge_agent.wire.words import Whole

CERTIFICATE = "certificate"
"""The noun of the setting; its id is the instrument's name on the edge."""
MOST_POINTS = 500
Finite = Annotated[float, msgspec.Meta(ge=-1e100, le=1e100, description="a number")]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=1e100, description="a number, 0 or more")]
AboveZero = Annotated[float, msgspec.Meta(gt=0, le=1e100, description="a number above 0")]


class CertifiedPoint(Strict, frozen=True, kw_only=True):
    """A point of the error curve, in the channel's unit.

    Attributes:
        indication: What the instrument showed.
        error: indication - reference value.
        u: Standard uncertainty of that, U / k.
    """

    indication: Finite
    error: Finite
    u: NotNegative


class CertifiedChannel(Strict, frozen=True, kw_only=True):
    """What a certificate says of one channel.

    Attributes:
        unit: UCUM code; must be that of the channel.
        points: Two or more, by indication; or one, with ``low`` and ``high``.
        low: Lowest indication for which it holds; None: the lowest point's. Of several points never below that one.
        high: Highest likewise.
        resolution: Of the indication, in ``unit``.
        drift_per_year: How fast the error moves, in ``unit`` per 365.25 days; 0.0: not known to move.
        u_drift_per_year: Standard uncertainty of that rate.
    """

    unit: Text
    points: Annotated[tuple[CertifiedPoint, ...], msgspec.Meta(min_length=1, max_length=MOST_POINTS)]
    low: Finite | None = None
    high: Finite | None = None
    resolution: NotNegative = 0.0
    drift_per_year: Finite = 0.0
    u_drift_per_year: NotNegative = 0.0


class CertificateInForce(Strict, frozen=True, kw_only=True):
    """One certificate.

    Attributes:
        number: Its unique number.
        issuer: Who issued it.
        applies_from: As-left time of the calibration, UTC ns: from then on samples are corrected by it.
        channels: Channel -> what it says.
    """

    number: Text
    issuer: Text = ""
    applies_from: Whole
    channels: dict[Text, CertifiedChannel]


class CertificatesSet(Strict, frozen=True, kw_only=True):
    """All that holds for an instrument.

    Attributes:
        serial_number: The maker's number of the instrument that the certificates are about.
        certificates: By ``applies_from``; of several that apply to a channel the last that names it does. Empty: it
            has none.
        adjusted: When it was adjusted or repaired, UTC ns: no certificate that applied before says anything after.
        due: Last local day before the next calibration, from the owner's register; empty: nobody has said.
        needs_certificate: Whether its samples are ``uncalibrated`` without one.
    """

    serial_number: Text = ""
    certificates: tuple[CertificateInForce, ...] = ()
    adjusted: tuple[Whole, ...] = ()
    due: DayOrNone = ""
    needs_certificate: bool = True


def read_certificates(key: str, body: Mapping[str, object]) -> CertificatesSet | None:
    """The body of ``setting/certificate/{key}``; None: it is empty, and the instrument has none.

    Raises:
        SettingError: It is none; who, what, expected or got, what to do.
    """
    where = f"setting {CERTIFICATE}/{key}"
    if not body:
        return None
    try:
        read = msgspec.convert(body, CertificatesSet)
    except msgspec.ValidationError as error:
        msg = f"{where}: {error}. Correct it and send it again."
        raise SettingError(msg) from error
    mistakes = list(_mistakes(read))
    if mistakes:
        msg = f"{where}: {'; '.join(mistakes)}"
        raise SettingError(msg)
    return read


def _mistakes(read: CertificatesSet) -> Iterator[str]:
    if read.due:
        try:
            date.fromisoformat(read.due)
        except ValueError:
            yield f"due: {show(read.due)} is no day of any year. Correct it."
    for one, other in pairwise(read.certificates):
        if other.applies_from < one.applies_from:
            yield f"certificate {other.number}: applies before {one.number}, which stands before it. Put them in order."
    for certificate in read.certificates:
        for name, channel in certificate.channels.items():
            yield from (f"certificate {certificate.number}: {name}: {text}" for text in _of_channel(channel))


def _of_channel(channel: CertifiedChannel) -> Iterator[str]:
    for one, other in pairwise(channel.points):
        if not one.indication < other.indication:
            yield f"the point at {other.indication:g} follows that at {one.indication:g}. Put them in order, each once."
            return
    low, high = channel.low, channel.high
    if len(channel.points) == 1:
        if low is None or high is None:
            yield "a single point, without low and high. Say over which range its error holds."
        elif not low < high:
            yield f"holds from {low:g} to {high:g}, expected a range. Correct low or high."
        return
    first, last = channel.points[0].indication, channel.points[-1].indication
    low, high = first if low is None else low, last if high is None else high
    if not first <= low < high <= last:
        yield (
            f"holds from {low:g} to {high:g}, expected a range within its points, {first:g} to {last:g}. "
            "Correct low or high."
        )
