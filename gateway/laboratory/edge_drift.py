"""How fast the error of a channel moves, by its certificates: what an edge adds with the age of the newest one.

Decision: a rate goes to the edge only from three calibrations without an adjustment between them, and only where it
differs from none at 95 % at one point of the channel or more; the rate is the mean over the points, and its u holds
what they differ by.
Because: two calibrations always differ, and a correction for a drift that is none makes every sample worse.
Instead of: the difference of the last two, drawn on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from calibration.drift import Calibrated, Drift, State, fit_drift, segments
from gateway.registry.certified import CalibrationPointRow, CertificateRow

LEAST = 3
_YEAR_DAYS = 365.25


class YearlyRate(NamedTuple):
    """In the channel's unit per 365.25 days, and the standard uncertainty of that."""

    value: float
    u: float


def yearly_rates(
    certificates: Sequence[CertificateRow],
    points: Mapping[str, Iterable[CalibrationPointRow]],
    adjusted: Collection[date] = (),
) -> dict[str, YearlyRate]:
    """Channel -> rate, of those that are known to move.

    Args:
        certificates: Of one instrument.
        points: Id of a certificate -> its points.
        adjusted: Local days on which the instrument was adjusted, also between certificates, which do not tell of it:
            what was found before the last of them is left out.

    Source:
        ``calibration.drift.fit_drift`` (ISO/TS 28037:2010); what points differ by as a rectangle, JCGM 100:2008, 4.3.7.
    """
    places: dict[str, dict[float, list[Calibrated]]] = {}
    for certificate in certificates:
        day = date.fromisoformat(certificate.calibrated or certificate.issued)
        if day < max(adjusted, default=day):
            continue
        rows = [row for row in points.get(certificate.id, ()) if row.nominal is not None and row.expanded > 0]
        left = {row.channel for row in rows if row.run == "as_left"}
        for row in rows:
            run: State = "as_left" if row.run == "as_left" else "as_found"
            state: State = run if row.channel in left else "unadjusted"
            one = Calibrated(
                day,
                row.indication - row.reference,
                row.expanded / row.coverage_factor,
                state,
            )
            assert row.nominal is not None, "left out above"
            places.setdefault(row.channel, {}).setdefault(row.nominal, []).append(one)
    found = {channel: _rate(list(of.values())) for channel, of in places.items()}
    return {channel: rate for channel, rate in found.items() if rate is not None}


def _rate(histories: Sequence[Sequence[Calibrated]]) -> YearlyRate | None:
    drifts = [drift for history in histories if (drift := _fitted(history)) is not None]
    if not any(drift.drifts() for drift in drifts):
        return None
    rates = [drift.rate.value * _YEAR_DAYS for drift in drifts]
    apart = (max(rates) - min(rates)) / 2
    u = max(drift.rate.u * _YEAR_DAYS for drift in drifts)
    return YearlyRate(sum(rates) / len(rates), (u**2 + apart**2 / 3) ** 0.5)


def _fitted(history: Sequence[Calibrated]) -> Drift | None:
    try:
        if len({one.on for one in segments(history)[-1].results}) < LEAST:
            return None
        found = fit_drift(history)
    except ValueError:
        return None  # results that contradict each other, as two of one day: nothing is known
    return found if isinstance(found, Drift) else None
