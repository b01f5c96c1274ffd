"""When to calibrate next, by what was found so far; and when the law says so, by the law alone.

Pure; may import numpy, the standard library, ``calibration.checks``, ``calibration.distributions``,
``calibration.regression`` and ``calibration.decision.limits``.

Which one: one instrument and little history, ``staircase`` or ``control_chart_interval``; used by the hour,
``in_use_time``; many calibrations at one interval, ``interval_test``; at many intervals, ``reliability_fits``; the
changes themselves, ``change_model`` with ``interval_by_limits`` or ``interval_by_uncertainty``; subject to
verification, ``legal_period`` and nothing else.

Decision: a result says what it rests on: how many calibrations, over which times, and whether it goes beyond them.
Because: an interval of 731 days reads the same from 3 calibrations and from 300.
Instead of: a number of days.

Decision: too little is an error that says how much is wanted.
Because: a default interval that looks computed is believed.
Instead of: a guess with a warning.

Decision: S2 models are written in the time at which reliability is the target.
Because: its confidence limits come from its own likelihood then, also where they are lopsided or open.
Instead of: a variance propagated from parameters that nobody asked for.
"""

from calibration.intervals.interval_test import IntervalTest, interval_test
from calibration.intervals.legal import LEGAL_PERIODS, LegalPeriod, legal_period
from calibration.intervals.observed import Observed, from_groups, from_histories
from calibration.intervals.reliability import ReliabilityFit, reliability_fits
from calibration.intervals.reviewing import (
    DriftInterval,
    InServiceCheck,
    InUse,
    Step,
    control_chart_interval,
    in_use_time,
    staircase,
)
from calibration.intervals.variables import (
    ChangeModel,
    VariablesInterval,
    change_model,
    interval_by_limits,
    interval_by_uncertainty,
)

__all__ = [
    "LEGAL_PERIODS",
    "ChangeModel",
    "DriftInterval",
    "InServiceCheck",
    "InUse",
    "IntervalTest",
    "LegalPeriod",
    "Observed",
    "ReliabilityFit",
    "Step",
    "VariablesInterval",
    "change_model",
    "control_chart_interval",
    "from_groups",
    "from_histories",
    "in_use_time",
    "interval_by_limits",
    "interval_by_uncertainty",
    "interval_test",
    "legal_period",
    "reliability_fits",
    "staircase",
]
