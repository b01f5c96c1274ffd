"""Control charts: is the process still the one it was, and if so, is it good enough?

Pure; may import numpy, the standard library, ``calibration.checks`` and ``calibration.distributions``.

A *plot* turns samples into points with lines, a *rule* says what is too unlikely, a ``Chart`` is both. Phase I: the
functions ``..._chart(base)`` fix the lines by a base, and ``Chart.judge(base)`` looks at the base itself. Phase II:
the same chart judges what comes after, all at once (``Chart.judge``) or as it comes (``Watch.see``).

Montgomery is cited by the sections of his 7th edition (2013).

Decision: the estimator of sigma is named by the caller and kept with the figure; there is no default for it.
Because: on one set of piston rings Cp is 1.686, 1.695 or 1.703, by the estimator alone.
Instead of: "sigma", as if there were one.

Decision: lines never move by themselves.
Because: lines that follow the process hide its drift.
Instead of: limits computed again from the newest points.

Decision: capability is refused while a rule fires, and says which.
Because: an index of an unstable process foretells nothing.
Instead of: a figure with a warning that nobody reads.
"""

from calibration.control_charts.accumulating import Cusum, Ewma
from calibration.control_charts.capability import (
    Capability,
    Index,
    UnstableError,
    capability,
    cp_with_limits,
    cpk_with_limits,
)
from calibration.control_charts.chart import Chart, Judged, Watch, WatchMemory
from calibration.control_charts.constants import c4, d2, d3
from calibration.control_charts.counted import Counts, Fractions, Nonconforming, Rates
from calibration.control_charts.from_base import (
    c_chart,
    cusum_chart,
    ewma_chart,
    individuals_chart,
    moving_range_chart,
    np_chart,
    p_chart,
    range_chart,
    s_chart,
    u_chart,
    x_bar_chart,
)
from calibration.control_charts.measured import Means, MovingRanges, Ranges, StandardDeviations
from calibration.control_charts.points import Plot, Point, Points
from calibration.control_charts.rules import LIMITS, NELSON, WESTERN_ELECTRIC, Finding, Rule
from calibration.control_charts.sigma import ESTIMATORS, Estimator, Sigma, estimate_sigma

__all__ = [
    "ESTIMATORS",
    "LIMITS",
    "NELSON",
    "WESTERN_ELECTRIC",
    "Capability",
    "Chart",
    "Counts",
    "Cusum",
    "Estimator",
    "Ewma",
    "Finding",
    "Fractions",
    "Index",
    "Judged",
    "Means",
    "MovingRanges",
    "Nonconforming",
    "Plot",
    "Point",
    "Points",
    "Ranges",
    "Rates",
    "Rule",
    "Sigma",
    "StandardDeviations",
    "UnstableError",
    "Watch",
    "WatchMemory",
    "c4",
    "c_chart",
    "capability",
    "cp_with_limits",
    "cpk_with_limits",
    "cusum_chart",
    "d2",
    "d3",
    "estimate_sigma",
    "ewma_chart",
    "individuals_chart",
    "moving_range_chart",
    "np_chart",
    "p_chart",
    "range_chart",
    "s_chart",
    "u_chart",
    "x_bar_chart",
]
