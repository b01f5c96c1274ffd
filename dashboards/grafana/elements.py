"""Sums and ratios of elements, by the names of the time model (ISO 22400-2)."""

from dashboards.grafana.influxql import Ratio, Terms, chosen
from edge_agent.wire.schema import (
    ACTUAL_PRODUCTION,
    ALL_ENERGY,
    ELEMENT_FIELDS,
    ENERGY,
    NOTHING,
    OBSERVED,
    PLANNED_BUSY,
    ROLLED_SUMS,
    SECONDS,
    TARGET,
    WANTED,
)

DAY = "time(1d, -7h)"
"""A day of Viet Nam, UTC+7 all the year. Elsewhere: the hours that local midnight is before that of UTC."""
BUCKETS = ("RUN", "MINOR_STOP", "STOP", "FAULT", "SETUP", "PLANNED_STOP", "UNKNOWN", "NOT_SCHEDULED")
"""In the order in which they are drawn."""
NOMINAL_S = 600
"""Length of a nominal bucket, s."""

(TOTAL, REJECT, IDEAL, IDEAL_REJECT, FAILURES, FAILING) = (
    ELEMENT_FIELDS[ELEMENT_FIELDS.index(name)]
    for name in ("total", "reject", "ideal_s", "ideal_reject_s", "failures", "failing_s")
)
GOOD = (TOTAL, f"-{REJECT}")
IDEAL_GOOD = (IDEAL, f"-{IDEAL_REJECT}")
STANDING = (ALL_ENERGY, f"-{ENERGY['RUN']}", f"-{ENERGY['MINOR_STOP']}")
"""Energy while nothing is made."""

OEE = Ratio(IDEAL_GOOD, (OBSERVED,), "oee")
AVAILABILITY = Ratio((ACTUAL_PRODUCTION,), (OBSERVED,), "availability")
EFFECTIVENESS = Ratio((IDEAL,), (ACTUAL_PRODUCTION,), "effectiveness")
QUALITY = Ratio(IDEAL_GOOD, (IDEAL,), "quality_ratio")
COVERAGE = Ratio((OBSERVED,), (PLANNED_BUSY,), "coverage")
MTBF = Ratio((ACTUAL_PRODUCTION,), (FAILURES,), "mtbf_s")
MTTR = Ratio((FAILING,), (FAILURES,), "mttr_s")
CYCLE = Ratio((ACTUAL_PRODUCTION,), (TOTAL,), "cycle_s")
IDEAL_CYCLE = Ratio((IDEAL,), (TOTAL,), "ideal_cycle_s")
ENERGY_PER_PIECE = Ratio((ALL_ENERGY,), GOOD, "wh_per_piece")
ENERGY_STANDING = Ratio(STANDING, (ALL_ENERGY,), "standing")
TARGET_OEE = Ratio((TARGET,), (OBSERVED,), "target")
RATIOS = (OEE, AVAILABILITY, EFFECTIVENESS, QUALITY)

LOSSES = {
    "breakdown": (SECONDS["FAULT"],),
    "setup": (SECONDS["SETUP"],),
    "stops": (SECONDS["STOP"],),
    "minor_stops": (SECONDS["MINOR_STOP"],),
    "reduced_speed": (SECONDS["RUN"], f"-{IDEAL}"),
    "defects": (IDEAL_REJECT,),
}
"""Loss -> what it is the sum of; with fully productive time they make up the observed time."""

TOLD = (PLANNED_BUSY, SECONDS["PLANNED_STOP"], SECONDS["NOT_SCHEDULED"])
"""All time that was told of, of roll-ups: with data or without."""
UNITS = (chosen("site"), chosen("work_unit"))
"""What the reader chose of sites and work units."""
IN_SHIFT = f"\"shift\" != '{NOTHING}'"
WITH_TARGET = f'"{TARGET}" > 0'
"""Only of machines that aim at an OEE."""
WITH_DEMAND = f'"{WANTED}" >= 0'
"""Only where pieces are wanted: those of other machines must not be held against it."""
METERED = f'"{ALL_ENERGY}" >= 0'
"""Only where energy is measured: pieces of other machines must not share it."""


def in_parts(terms: Terms) -> Terms:
    """Terms without the sums that roll-ups alone have: nominal buckets have their parts.

    >>> in_parts(("actual_production_s",))
    ('run_s', 'minor_stop_s')
    """
    return tuple(part for term in terms for part in ROLLED_SUMS.get(term, (term,)))


def of_buckets(asked: Ratio) -> Ratio:
    """A ratio as it is asked of nominal buckets."""
    return asked._replace(above=in_parts(asked.above), below=in_parts(asked.below))
