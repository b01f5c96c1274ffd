"""Values of all channels of one poll at a stroke: the library's corrections, stacked into arrays.

Imports ``calibration.correction``, so it is imported only once a certificate is there.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.correction import Correction, Interpolated, Value
from edge_agent.wire.certificate_setting import CertificateInForce, CertifiedChannel
from edge_agent.wire.certified_curve import curve_of, range_of

Floats = NDArray[np.float64]
YEAR_NS = int(365.25 * 86_400) * 1_000_000_000


class ChannelCorrection:
    """Corrects one channel by one certificate, with the drift since.

    ::

        value = indication - error(indication) - rate * age
        u**2  = u_cal**2 + u_int**2 + (u_rate * age)**2 + ((1 - slope) * resolution)**2 / 12

    Args:
        certificate: Which.
        channel: One of its channels.

    Raises:
        ValueError: Its numbers cannot be used; who, what, what to do.

    Source:
        ``calibration.correction``; VIM 2.53, 4.21.
    """

    def __init__(self, certificate: CertificateInForce, channel: str) -> None:
        said = certificate.channels[channel]
        self.number = certificate.number
        self.applies_from = certificate.applies_from
        self.rate, self.u_rate = said.drift_per_year, said.u_drift_per_year
        curve = curve_of(said)
        self.pieces = curve.pieces if isinstance(curve, Interpolated) else (_constant(said),)
        self.low, self.high = range_of(said)
        name = f"certificate {certificate.number}: {channel}"
        self.resolution = said.resolution
        self._correction = Correction(curve, resolution=said.resolution, name=name, unit=said.unit)

    def at(self, indication: float, instant: int) -> Value | None:
        """What an indication of an instant, UTC ns, stands for; None: outside of the certificate's range."""
        if not self.low <= indication <= self.high:
            return None
        age = (instant - self.applies_from) / YEAR_NS
        return self._correction.drifted(self.rate * age, abs(self.u_rate * age)).at(indication)


def _constant(said: CertifiedChannel) -> tuple[float, ...]:
    """One error over a whole range, as a piece: start, width, error, slope, u, u at its end, bend."""
    [only] = said.points
    return 0.0, 1.0, only.error, 0.0, only.u, only.u, 0.0


class Corrected(NamedTuple):
    """Of one poll.

    Attributes:
        values: Of all channels; the indication where none stands for it, shape (n,).
        u: Of the corrected channels, shape (m,).
        outside: Which of those their certificates do not reach, shape (m,).
        is_any_outside: Whether there is one.
    """

    values: Floats
    u: Floats
    outside: NDArray[np.bool_]
    is_any_outside: bool


class Bank:
    """Corrections of the channels of one instrument, in the order in which its samples name them.

    Args:
        names: Channels of a sample.
        by: Channel -> its correction; those without one stay as they are.
    """

    def __init__(self, names: Sequence[str], by: Mapping[str, ChannelCorrection]) -> None:
        self.corrected = [name for name in names if name in by]
        some = [by[name] for name in self.corrected]
        self._whole = len(some) == len(names)
        self._at = np.array([k for k, name in enumerate(names) if name in by], dtype=np.intp)
        most = max((len(one.pieces) for one in some), default=1)
        self._knots = np.full((len(some), most - 1), np.inf)
        for row, one in zip(self._knots, some, strict=True):
            row[: len(one.pieces) - 1] = [piece[0] for piece in one.pieces[1:]]
        sizes = np.array([len(one.pieces) for one in some], dtype=np.intp)
        self._first = np.cumsum(sizes) - sizes
        self._table: Floats = np.array([piece for one in some for piece in one.pieces], dtype=float).reshape(-1, 7).T
        self._low = np.array([one.low for one in some])
        self._high = np.array([one.high for one in some])
        self._resolved = np.array([one.resolution for one in some]) ** 2 / 12
        self._rate = np.array([one.rate for one in some])
        self._u_rate = np.array([one.u_rate for one in some])
        self._since = np.array([one.applies_from for one in some], dtype=np.int64)
        self._drifts = bool(np.any(self._rate) or np.any(self._u_rate))

    def correct(self, indications: Floats, instant: int) -> Corrected:
        """Values of one poll's indications at an instant, UTC ns."""
        shown = indications if self._whole else indications[self._at]
        # What lies outside is computed at the border, where no number overflows, and thrown away.
        x = np.minimum(np.maximum(shown, self._low), self._high)
        outside = x != shown
        piece = self._first + (self._knots <= x[:, np.newaxis]).sum(axis=1)
        start, width, error, slope, u_0, u_1, bend = self._table[:, piece]
        past = x - start
        t = past / width
        # Errors of neighbours are fully correlated, as the library takes them: |a + b|.
        known = (1 - t) * u_0 + t * u_1
        missed = bend * past * (width - past)
        variance = known * known + missed * missed / 3 + (1 - slope) ** 2 * self._resolved
        value = x - (error + slope * past)
        if self._drifts:
            age = (instant - self._since) / YEAR_NS
            value -= self._rate * age
            variance += (self._u_rate * age) ** 2
        is_any_outside = bool(outside.any())
        if is_any_outside:
            value = np.where(outside, shown, value)
        if self._whole:
            return Corrected(value, np.sqrt(variance), outside, is_any_outside)
        values = indications.copy()
        values[self._at] = value
        return Corrected(values, np.sqrt(variance), outside, is_any_outside)
