"""A range of stored samples as they would be by a certificate that somebody chooses: another series, named so.

Decision: the series is of the measurement ``recomputed``, its channel named ``{channel}_by_{certificate}``.
Because: what was measured and believed then stays what it was, and whoever draws both sees which is which.
Instead of: corrected samples in the place of the old ones.

Decision: of a sample that an edge has corrected, the indication is got back by the certificate that gives the very
same u at it; where none of the registry does, the sample is left out and counted.
Because: the edge keeps values, and a certificate that has changed since would give a wrong indication silently.

Decision: who, when, what and by which certificate stands in the audit, at the beginning and at the end; a second run
writes the same points again.
Because: a run that a restart cut off is repeated, and nothing doubles.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

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
from gateway.ingest.journals import EdgeId
from gateway.laboratory.edge_certificates import told_by
from gateway.registry import audit, transaction
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import SiteRow
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import Action, Reader
from gateway.timeseries import ChannelId, RecomputedId, Row, TimeSeries

Floats = NDArray[np.float64]
_AT_ONCE = 5_000
_CLOSE = 1e-6
"""Two u are the same when they differ by less than this share: edges round nothing, and curves of years differ more."""
_LONGEST = 63
_OUTSIDE = quality(UNCERTAIN, OUT_OF_RANGE)
_OF_CERTIFICATES = COUNTED | {GOOD, _OUTSIDE}
_YEAR_NS = int(365.25 * 86_400) * 1_000_000_000


class RecomputeError(Exception):
    """It cannot be done; the message says why and what to do."""


class Wish(NamedTuple):
    """What somebody wants recomputed.

    Attributes:
        certificate: Id of its row.
        channel: Of the instrument that the certificate is about.
        start: From when, UTC ns.
        end: To when, UTC ns.
        why: In their words.
    """

    certificate: str
    channel: str
    start: int
    end: int
    why: str = ""


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


class _Curve:
    """One certificate's correction of one channel, for many samples at once."""

    def __init__(self, certificate: CertificateInForce, said: CertifiedChannel) -> None:
        self.said = said
        self._since = certificate.applies_from
        self._correction = Correction(curve_of(said), resolution=said.resolution, name=certificate.number)

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


def recompute(
    engine: Engine,
    timeseries: TimeSeries,
    reader: Reader,
    wish: Wish,
    zone: ZoneInfo,
    clock: Callable[[], int],
    tell: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Write the new series.

    Args:
        engine: Of the registry.
        timeseries: Where samples are.
        reader: Who asks.
        wish: What for.
        zone: Of the laboratory's days.
        clock: UTC ns.
        tell: Is told how far it is, every some thousand samples.

    Returns:
        How far it came: to the end.

    Raises:
        RecomputeError: There is no such certificate, no edge reads its instrument, or it says nothing of the channel.
        ForbiddenError: ``reader`` may not write for the laboratory there.
        StoreUnavailableError: Try again later; nothing doubles.
    """
    with Session(engine) as session:
        row, instrument, site = _found(session, reader, wish)
        place = instrument.place
        curves = _curves(session, instrument, wish.channel, zone)
    if row.id not in curves:
        msg = (
            f"certificate {row.number}: says nothing of {wish.channel} that can be used. "
            f"It has points of {', '.join(_channels(engine, row.id)) or 'nothing'}."
        )
        raise RecomputeError(msg)
    name = series_channel(wish.channel, row.number)
    of = RecomputedId(site, instrument.edge, instrument.edge_instrument, name)
    told: dict[str, str | int] = {
        "series": of.channel,
        "channel": wish.channel,
        "instrument": of.instrument,
        "certificate": row.number,
    }
    told |= {"since": wish.start, "until": wish.end}

    def note(action: str, **more: int) -> None:
        with transaction(engine) as session:
            edge = str(EdgeId(site, of.edge))
            audit.note(
                session, reader, clock(), action, "certificate", row.id, place=place,
                after={"edge": edge, **told, **more}, why=wish.why,
            )  # fmt: skip

    note("recompute")
    progress = Progress(of, wish.start)
    source = ChannelId(of.site, of.edge, of.instrument, wish.channel)
    for some in _some(timeseries.rows(source, wish.start, wish.end)):
        lines, progress = _lines(some, progress, curves[row.id], list(curves.values()))
        refused = timeseries.write(lines)
        if refused:
            raise RecomputeError(refused[0].why)
        tell(progress)
    progress = progress._replace(done_to=wish.end)
    note("recomputed", samples=progress.samples, outside=progress.outside, left_out=progress.left_out)
    tell(progress)
    return progress


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


def _found(session: Session, reader: Reader, wish: Wish) -> tuple[CertificateRow, InstrumentRow, str]:
    row = session.get(CertificateRow, wish.certificate)
    instrument = session.get(InstrumentRow, row.instrument) if row else None
    if row is None or instrument is None or not reader.may(Action.READ, "laboratory", row.place):
        msg = f"certificate {wish.certificate[:12]}: is not there, or not yours. Look in the registry."
        raise RecomputeError(msg)
    if not reader.may(Action.WRITE, "laboratory", instrument.place):
        raise ForbiddenError
    site = session.scalar(select(SiteRow.name).where(SiteRow.id == instrument.site))
    if not (site and instrument.edge and instrument.edge_instrument):
        msg = f"instrument {instrument.code}: no edge reads it, so there are no samples. Say which edge does."
        raise RecomputeError(msg)
    return row, instrument, site


def _channels(engine: Engine, certificate: str) -> list[str]:
    its = CalibrationPointRow
    asked = select(its.channel).where(its.certificate == certificate, its.retired_at == 0).distinct()
    with Session(engine) as session:
        return sorted(session.scalars(asked))


def _curves(session: Session, instrument: InstrumentRow, channel: str, zone: ZoneInfo) -> dict[str, _Curve]:
    """Of every certificate that the instrument ever had, also of withdrawn ones: id -> its correction."""
    found: dict[str, _Curve] = {}
    for row in session.scalars(select(CertificateRow).where(CertificateRow.instrument == instrument.id)):
        its = CalibrationPointRow
        points = session.scalars(select(its).where(its.certificate == row.id, its.channel == channel))
        says = told_by(instrument, row, [one for one in points if not one.retired_at], zone).says
        if says is not None:
            found[row.id] = _Curve(says, says.channels[channel])
    return found


def _some(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, _AT_ONCE)):
        yield some


def _lines(rows: Sequence[Row], before: Progress, by: _Curve, curves: Sequence[_Curve]) -> tuple[list[str], Progress]:
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


def _indications(rows: Sequence[Row], at: NDArray[np.int64], curves: Sequence[_Curve]) -> Floats:
    """What the instrument showed; nan where there was nothing, or nobody can tell."""
    stored = np.array([np.nan if row.value is None else row.value for row in rows])
    u = np.array([np.nan if row.u is None else row.u for row in rows])
    shown = np.where(np.isnan(u), stored, np.nan)
    missing = np.isnan(shown) & ~np.isnan(stored)
    for curve in curves:
        if not missing.any():
            break
        back = curve.indications(np.where(missing, stored, 0.0), at)
        _, again = curve.values(np.where(np.isnan(back), 0.0, back), at)
        same = missing & ~np.isnan(back) & (np.abs(again - u) <= _CLOSE * u)
        shown = np.where(same, back, shown)
        missing &= ~same
    return shown
