"""Samples by another certificate: from stored values back to indications, and on to lines of a new series."""

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.correction import Correction
from edge_agent.wire.certificate_setting import CertificateInForce, CertifiedChannel
from edge_agent.wire.certified_curve import curve_of, range_of
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.schema import (
    COUNTED,
    GOOD,
    OUT_OF_RANGE,
    QUALITY,
    RECOMPUTED,
    UNCERTAIN,
    UNCERTAINTY,
    is_channel,
    quality,
)
from gateway.timeseries import RecomputedId, Row

Floats = NDArray[np.float64]
_CLOSE = 1e-6
"""Two u are the same when they differ by less than this share: edges round nothing, and curves of years differ more."""
_LONGEST = 63
_OUTSIDE = quality(UNCERTAIN, OUT_OF_RANGE)
_OF_CERTIFICATES = COUNTED | {GOOD, _OUTSIDE}
_YEAR_NS = int(365.25 * 86_400) * 1_000_000_000


class Progress(NamedTuple):
    """How far it is.

    Attributes:
        of: The new series.
        done_to: Up to when, UTC ns.
        samples: Written.
        outside: Of these, out of the certificate's range: the indication, without u.
        left_out: Whose indication nobody can tell.
    """

    of: RecomputedId
    done_to: int
    samples: int = 0
    outside: int = 0
    left_out: int = 0


class Curve:
    """One certificate's correction of one channel, for many samples at once.

    Args:
        certificate: Which.
        said: What it says of the channel.
        known_from: When the registry learned of it, UTC ns; no edge can have known it before.
    """

    def __init__(self, certificate: CertificateInForce, said: CertifiedChannel, known_from: int = 0) -> None:
        self.said = said
        self.known_from = known_from
        self._since = certificate.applies_from
        self._correction = Correction(curve_of(said), resolution=said.resolution, name=certificate.number)

    @property
    def place(self) -> tuple[int, int]:
        """By which the last of several counts: from when it applies, and when it became known."""
        return self._since, self.known_from

    def applies(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether samples of these instants may have been corrected by it at all."""
        return at >= self._since

    def values(self, shown: Floats, at: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Values and u; nan out of the range."""
        low, high = range_of(self.said)
        done = self._correction.over(np.clip(shown, low, high))
        age = (at - self._since) / _YEAR_NS
        inside = (shown >= low) & (shown <= high)
        value = np.where(inside, done.value - self.said.drift_per_year * age, np.nan)
        return value, np.where(inside, np.hypot(done.u, self.said.u_drift_per_year * age), np.nan)

    def indications(self, values: Floats, at: NDArray[np.int64]) -> Floats:
        """What the instrument showed when an edge made these values of it; nan where it cannot have."""
        age = (at - self._since) / _YEAR_NS
        return self._correction.indications_for(values + self.said.drift_per_year * age).value


def series_channel(channel: str, number: str) -> str:
    """Name of the new series' channel.

    >>> series_channel("mass", "K-2026/118")
    'mass_by_k_2026_118'
    """
    slug = re.sub(r"[^a-z0-9]+", "_", number.lower()).strip("_")
    name = f"{channel}_by_{slug}"
    # Two numbers that read alike must not share a series: what was cut or changed leaves its mark.
    plain = re.sub(r"[-/. ]", "_", number.lower())
    if len(name) <= _LONGEST and is_channel(name) and slug == plain:
        return name
    mark = hashlib.sha256(f"{channel} {number}".encode()).hexdigest()[:8]
    return f"{name[: _LONGEST - len(mark) - 2].rstrip('_')}_x{mark}"


def lines_by(rows: Sequence[Row], before: Progress, by: Curve, curves: Sequence[Curve]) -> tuple[list[str], Progress]:
    """Lines of the new series from some stored samples, and how far that is.

    Args:
        rows: One or more, in order of time.
        before: How far it was.
        by: The certificate that was chosen.
        curves: Of every certificate that an edge may have corrected by.
    """
    of = before.of
    head = line_head(RECOMPUTED, of.site, of.edge, of.instrument)
    at = np.array([row.at for row in rows], dtype=np.int64)
    shown = _indications(rows, at, curves)
    known = ~np.isnan(shown)
    value, u = by.values(np.where(known, shown, 0.0), at)
    lines, outside, left_out = [], 0, 0
    for k, row in enumerate(rows):
        if row.value is None:
            lines.append(format_line(head, (), [(of.channel + QUALITY, row.quality)], row.at))
        elif not known[k]:
            left_out += 1
        elif np.isnan(value[k]):
            outside += 1
            numbers, texts = [(of.channel, float(shown[k]))], [(of.channel + QUALITY, _OUTSIDE)]
            lines.append(format_line(head, numbers, texts, row.at))
        else:
            numbers = [(of.channel, float(value[k])), (of.channel + UNCERTAINTY, float(u[k]))]
            lines.append(format_line(head, numbers, _kept(of.channel, row.quality), row.at))
    done = before._replace(
        done_to=rows[-1].at,
        samples=before.samples + len(lines),
        outside=before.outside + outside,
        left_out=before.left_out + left_out,
    )
    return lines, done


def _kept(channel: str, said: str) -> list[tuple[str, str]]:
    """What was said of a sample, but for what another certificate makes untrue."""
    return [] if said in _OF_CERTIFICATES else [(channel + QUALITY, said)]


def _indications(rows: Sequence[Row], at: NDArray[np.int64], curves: Sequence[Curve]) -> Floats:
    """What the instrument showed; nan where there was nothing, or nobody can tell.

    Of several certificates with one and the same u, as laboratories state it year after year, that counts which an edge
    would have taken: the last that applied, of those that were known then.
    """
    stored = np.array([np.nan if row.value is None else row.value for row in rows])
    u = np.array([np.nan if row.u is None else row.u for row in rows])
    shown = np.where(np.isnan(u), stored, np.nan)
    missing = np.isnan(shown) & ~np.isnan(stored)
    taken = np.full(len(rows), -1)
    for rank, curve in enumerate(sorted(curves, key=lambda one: one.place)):
        if not missing.any():
            break
        back = curve.indications(np.where(missing, stored, 0.0), at)
        _, again = curve.values(np.where(np.isnan(back), 0.0, back), at)
        same = missing & curve.applies(at) & ~np.isnan(back) & (np.abs(again - u) <= _CLOSE * u)
        score = rank + len(curves) * (at >= curve.known_from)
        shown = np.where(same & (score > taken), back, shown)
        taken = np.where(same, np.maximum(score, taken), taken)
    return shown
