"""Periods of verification: what the law says, and nothing else.

Decision: the rows that were read in the text of the circular, and no others; a table may be passed in.
Because: a period that is guessed is worse than none: an instrument would be used unlawfully.
Instead of: the nearest kind of instrument, or twelve months.
"""

from __future__ import annotations

from collections.abc import Iterable

from calibration.checks import refuse, whole
from calibration.records import record

CIRCULAR = "Circular 23/2013/TT-BKHCN, amended by 07/2019/TT-BKHCN and 03/2024/TT-BKHCN (in force 15/10/2024)"


@record
class LegalPeriod:
    """A row of the law's table.

    Attributes:
        kind: Kind of instrument.
        months: Period of verification, months; None where only the initial verification is asked for.
        source: Where it stands.

    Raises:
        ValueError: ``months`` is not a whole number, 1 or more.
    """

    kind: str
    months: int | None
    source: str = CIRCULAR

    def __post_init__(self) -> None:
        if self.months is not None:
            whole(f"LegalPeriod {self.kind}", "months", self.months, least=1)


LEGAL_PERIODS: tuple[LegalPeriod, ...] = (
    LegalPeriod("steel_tape", None),
    LegalPeriod("electro_optical_distance_meter", 12),
    LegalPeriod("water_depth_meter", 12),
    LegalPeriod("underground_depth_meter", 24),
    LegalPeriod("taximeter", 18),
    LegalPeriod("traffic_speed_meter", 24),
    LegalPeriod("levelling_instrument", 12),
    LegalPeriod("total_station", 12),
    LegalPeriod("analytical_balance", 12),
    LegalPeriod("technical_balance", 12),
    LegalPeriod("ac_charging_meter_two_wheelers", 60),
    LegalPeriod("ac_charging_meter_cars", 36),
    LegalPeriod("dc_charging_meter_cars", 36),
)
"""The rows that are confirmed; the circular has 69 kinds. Others are to be passed in, from its text."""


def legal_period(kind: str, table: Iterable[LegalPeriod] = LEGAL_PERIODS) -> LegalPeriod:
    """The row of the law's table for a kind of instrument.

    Args:
        kind: As in the table.
        table: Rows, each kind once.

    Returns:
        The row; its ``months`` is None where there is no periodic verification.

    Raises:
        ValueError: The table has no such row, or more than one.

    Source:
        Law on Metrology 2011, article 20; the circular named in each row.

    >>> legal_period("taximeter").months
    18
    """
    rows = list(table)
    found = [row for row in rows if row.kind == kind]
    if not found:
        expected = "one of " + ", ".join(row.kind for row in rows)
        advice = "Look it up in the circular in force and pass the row in; a legal period is never computed."
        raise ValueError(f"legal_period: kind: expected {expected}, got {kind!r}. {advice}")  # noqa: EM102, TRY003
    who = "legal_period"
    if len(found) > 1:
        raise refuse(who, "table", f"one row for {kind}", len(found), "Keep the one in force.")
    return found[0]
