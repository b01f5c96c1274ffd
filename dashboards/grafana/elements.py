"""Sums and ratios of elements, by the names of the time model (ISO 22400-2)."""

from dashboards.grafana.influxql import Ratio, chosen
from edge_agent.wire.schema import ELEMENT_FIELDS, ENERGY, NOTHING, SECONDS

DAY = "time(1d, -7h)"
"""A day of Viet Nam, UTC+7 all the year. Elsewhere: the hours that local midnight is before that of UTC."""
BUCKETS = ("RUN", "MINOR_STOP", "STOP", "FAULT", "SETUP", "PLANNED_STOP", "UNKNOWN", "NOT_SCHEDULED")
"""In the order in which they are drawn."""
NOMINAL_S = 600
"""Length of a nominal bucket, s."""

ACTUAL = (SECONDS["RUN"], SECONDS["MINOR_STOP"])
"""Actual production time, APT."""
OBSERVED = (*ACTUAL, SECONDS["FAULT"], SECONDS["STOP"], SECONDS["SETUP"])
"""Planned busy time with data."""
PLANNED = (*OBSERVED, SECONDS["UNKNOWN"])
"""Planned busy time, PBT."""
(TOTAL, REJECT, IDEAL, IDEAL_REJECT, FAILURES, FAILING) = (
    ELEMENT_FIELDS[ELEMENT_FIELDS.index(name)]
    for name in ("total", "reject", "ideal_s", "ideal_reject_s", "failures", "failing_s")
)
GOOD = (TOTAL, f"-{REJECT}")
IDEAL_GOOD = (IDEAL, f"-{IDEAL_REJECT}")
ENERGIES = tuple(ENERGY.values())
STANDING = tuple(field for bucket, field in ENERGY.items() if bucket not in {"RUN", "MINOR_STOP"})
"""Energy while nothing is made."""

OEE = Ratio(IDEAL_GOOD, OBSERVED, "oee")
AVAILABILITY = Ratio(ACTUAL, OBSERVED, "availability")
EFFECTIVENESS = Ratio((IDEAL,), ACTUAL, "effectiveness")
QUALITY = Ratio(IDEAL_GOOD, (IDEAL,), "quality_ratio")
COVERAGE = Ratio(OBSERVED, PLANNED, "coverage")
MTBF = Ratio(ACTUAL, (FAILURES,), "mtbf_s")
MTTR = Ratio((FAILING,), (FAILURES,), "mttr_s")
CYCLE = Ratio(ACTUAL, (TOTAL,), "cycle_s")
IDEAL_CYCLE = Ratio((IDEAL,), (TOTAL,), "ideal_cycle_s")
ENERGY_PER_PIECE = Ratio(ENERGIES, GOOD, "wh_per_piece")
ENERGY_STANDING = Ratio(STANDING, ENERGIES, "standing")
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

UNITS = (chosen("site"), chosen("work_unit"))
"""What the reader chose of sites and work units."""
IN_SHIFT = f"\"shift\" != '{NOTHING}'"
METERED = f'"{ENERGY["RUN"]}" >= 0'
"""Only where energy is measured: pieces of other machines must not share it."""
