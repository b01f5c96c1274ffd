"""A range of stored samples as they would be by a certificate that somebody chooses: another series, named so.

Decision: the series is of the measurement ``recomputed``, its channel named ``{channel}_by_{certificate}``.
Because: what was measured and believed then stays what it was, and whoever draws both sees which is which.
Instead of: corrected samples in the place of the old ones.

Decision: of a sample that an edge has corrected, the indication is got back by the certificate that gives the very
same u at it, the last that applied and was known then; where none does, the sample is left out and counted.
Because: the edge keeps values, and a certificate that has changed since would give a wrong indication silently.

Decision: who, when, what and by which certificate stands in the audit, at the beginning and at the end; a second run
writes the same points again.
Because: a run that a restart cut off is repeated, and nothing doubles.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.certificate_setting import CERTIFICATE, read_certificates
from gateway.ingest.journals import EdgeId
from gateway.laboratory.edge_certificates import told_by
from gateway.laboratory.recomputed_series import Curve, Progress, lines_by, series_channel
from gateway.registry import SettingRow, audit, transaction
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import SiteRow
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import Action, Place, Reader
from gateway.timeseries import ChannelId, RecomputedId, Row, TimeSeries

_AT_ONCE = 5_000


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
        curves = _curves(session, instrument, wish.channel, zone)
        sent = _sent(session, site, instrument, wish.channel)
    if row.id not in curves:
        msg = (
            f"certificate {row.number}: says nothing of {wish.channel} that can be used. "
            f"It has points of {', '.join(_channels(engine, row.id)) or 'nothing'}."
        )
        raise RecomputeError(msg)
    # What an edge was sent of a certificate has its drift too.
    by = sent.get((row.number, curves[row.id].place[0]), curves[row.id])
    candidates = [*curves.values(), *sent.values()]
    name = series_channel(wish.channel, row.number)
    of = RecomputedId(site, instrument.edge, instrument.edge_instrument, name)
    note = _Noting(engine, reader, row.id, instrument.place, wish, of, row.number)
    note.told("recompute", clock())
    progress = Progress(of, wish.start)
    source = ChannelId(of.site, of.edge, of.instrument, wish.channel)
    for some in _some(timeseries.rows(source, wish.start, wish.end)):
        lines, progress = lines_by(some, progress, by, candidates)
        refused = timeseries.write(lines)
        if refused:
            raise RecomputeError(refused[0].why)
        tell(progress)
    progress = progress._replace(done_to=wish.end)
    counted = {"samples": progress.samples, "outside": progress.outside, "left_out": progress.left_out}
    note.told("recomputed", clock(), **counted)
    tell(progress)
    return progress


class _Noting(NamedTuple):
    """What stands in the audit of one run."""

    engine: Engine
    reader: Reader
    certificate: str
    place: Place
    wish: Wish
    of: RecomputedId
    number: str

    def told(self, action: str, now: int, **more: int) -> None:
        """Write it down."""
        of, wish = self.of, self.wish
        after: dict[str, str | int] = {"edge": str(EdgeId(of.site, of.edge)), "instrument": of.instrument}
        after |= {"channel": wish.channel, "series": of.channel, "certificate": self.number}
        after |= {"since": wish.start, "until": wish.end, **more}
        with transaction(self.engine) as session:
            audit.note(
                session,
                self.reader,
                now,
                action,
                "certificate",
                self.certificate,
                place=self.place,
                after=after,
                why=wish.why,
            )


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


def _curves(session: Session, instrument: InstrumentRow, channel: str, zone: ZoneInfo) -> dict[str, Curve]:
    """Of every certificate that the instrument ever had, also of withdrawn ones: id -> its correction."""
    found: dict[str, Curve] = {}
    for row in session.scalars(select(CertificateRow).where(CertificateRow.instrument == instrument.id)):
        its = CalibrationPointRow
        points = session.scalars(select(its).where(its.certificate == row.id, its.channel == channel))
        says = told_by(instrument, row, [one for one in points if not one.retired_at], zone).says
        if says is not None:
            found[row.id] = Curve(says, says.channels[channel], row.made_at)
    return found


def _sent(session: Session, site: str, instrument: InstrumentRow, channel: str) -> dict[tuple[str, int], Curve]:
    """What the edge was sent with a drift, which no certificate tells of: number and time from which on it applies."""
    row = session.get(SettingRow, (site, instrument.edge, CERTIFICATE, instrument.edge_instrument))
    if row is None:
        return {}
    read = read_certificates(instrument.edge_instrument, msgspec.json.decode(row.body))
    return {
        (one.number, one.applies_from): Curve(one, one.channels[channel], row.put_at)
        for one in (read.certificates if read else ())
        if channel in one.channels and (one.channels[channel].drift_per_year or one.channels[channel].u_drift_per_year)
    }


def _some(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, _AT_ONCE)):
        yield some
