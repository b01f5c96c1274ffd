"""What a reference standard may have drifted since its certificate: a line in every budget that rests on it.

    u = D / sqrt(3)        D: the largest difference between successive calibrations, as a rectangular half-width

Decision: each difference is from what was left by the earlier calibration to what was found by the later one.
Because: an adjustment between both is no drift.

Decision: where a standard has one calibration only, D is the U of its certificate.
Because: nobody has seen it drift or stay, and no drift at all would be a claim (EURAMET cg-18 suggests one to three U).
Instead of: 0, which leaves the largest unknown of many budgets out.

Decision: of a standard that the bench reads itself, and whose rate is sent with its certificate, nothing is added here.
Because: its age times the rate's u is in the u of every corrected value already.

Source: EURAMET Calibration Guide No. 18, version 4.0 (2015), 7.1.2.3; ISO/IEC 17025:2017, 6.4.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.certificate_setting import CERTIFICATE
from gateway.ingest.journals import EdgeId
from gateway.registry import SettingRow
from gateway.registry.certified import CalibrationPointRow, CertificateRow

Place = tuple[float, int]
"""A nominal value, and which of the points with it: two weights of 20 g are two places."""
_KINDS = ("calibration", "verification")


class StandardDrift:
    """Of one standard.

    Args:
        session: Of the registry.
        newest: Its certificate in force.
        points: The points of that which count, of one channel and unit.
    """

    def __init__(self, session: Session, newest: CertificateRow, points: Sequence[CalibrationPointRow]) -> None:
        self._points = points
        its = CertificateRow
        self._certificates = session.scalars(
            select(its)
            .where(its.instrument == newest.instrument, its.retired_at == 0, its.status == "", its.kind.in_(_KINDS))
            .where(its.issued <= newest.issued)
            .order_by(its.issued, its.id)
        ).all()
        row, channel, unit = CalibrationPointRow, points[0].channel, points[0].unit
        self._rows: dict[str, list[CalibrationPointRow]] = {one.id: [] for one in self._certificates}
        for one in session.scalars(
            select(row)
            .where(row.certificate.in_(list(self._rows)), row.retired_at == 0, row.channel == channel, row.unit == unit)
            .order_by(row.number)
        ):
            self._rows[one.certificate].append(one)

    def u(self) -> dict[Place, float]:
        """Standard uncertainty of the drift at each place of the newest certificate, in the points' unit."""
        moved = self._moved()
        expanded = {place: one.expanded for place, one in by_place(self._points).items()}
        return {place: moved.get(place, unknown) / math.sqrt(3) for place, unknown in expanded.items()}

    def _moved(self) -> dict[Place, float]:
        found: dict[Place, float] = {}
        for earlier, later in pairwise(self._rows[one.id] for one in self._certificates):
            left, came = _of_run(earlier, "as_left"), _of_run(later, "as_found")
            for place in left.keys() & came.keys():
                moved = abs(_error(came[place]) - _error(left[place]))
                found[place] = max(found.get(place, 0.0), moved)
        return found


def is_sent_as_rate(session: Session, edge: EdgeId, name: str, channel: str) -> bool:
    """Whether an edge was sent how fast a channel drifts, with the newest certificate."""
    row = session.get(SettingRow, (edge.site, edge.edge, CERTIFICATE, name))
    body: dict[str, Any] = msgspec.json.decode(row.body) if row else {}
    certificates = body.get("certificates", ())
    return bool(certificates) and certificates[-1]["channels"].get(channel, {}).get("u_drift_per_year", 0.0) > 0


def by_place(rows: Iterable[CalibrationPointRow]) -> dict[Place, CalibrationPointRow]:
    """Points by their places, in their order."""
    found: dict[Place, CalibrationPointRow] = {}
    seen: dict[float, int] = {}
    for one in rows:
        nominal = one.indication if one.nominal is None else one.nominal
        seen[nominal] = seen.get(nominal, 0) + 1
        found[nominal, seen[nominal]] = one
    return found


def _of_run(rows: Sequence[CalibrationPointRow], run: str) -> Mapping[Place, CalibrationPointRow]:
    """Of a run; of a calibration that has the other one only, that: nothing was adjusted."""
    return by_place([one for one in rows if one.run == run] or rows)


def _error(row: CalibrationPointRow) -> float:
    return row.indication - row.reference
