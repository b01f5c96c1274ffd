"""Instrumental drift: what successive calibrations and check standards say of it, and until when it is bearable.

Pure; may import numpy, the standard library, ``calibration.checks``, ``calibration.distributions``,
``calibration.regression`` and ``calibration.control_charts``.

From calibrations: ``fit_drift``, ``fit_common_drift``, ``Drift``. From check standards: ``check_standard_chart`` beside
``control_charts.ewma_chart`` and ``cusum_chart``, which ``design_ewma`` and ``design_cusum`` make to measure;
``drift_of_check_standard``; ``change_point``.

Decision: uncertainties of calibrations enter the fit once, with what they share, and a prediction's u is the fit's.
Because: the u of the last certificate is in the offset already; added again it would shorten every interval.
Instead of: prediction and certificate combined in quadrature.

Decision: the width comes from stated uncertainties, also when there are many results; chi-square tells if they hold.
Because: two calibrations say how large the drift is, and their u how well; their scatter says nothing yet.
Instead of: a residual standard deviation, which two points do not have and three hardly.

Decision: a line is fitted between adjustments only, or with one rate and an offset for each segment.
Because: an adjustment is no drift.
Instead of: one line through everything.

Decision: what cannot be told is a ``NoDrift`` with its reason.
Because: an instrument calibrated once is the rule in a new laboratory, not a mistake.
Instead of: an exception, or a rate of zero.
"""

from calibration.drift.change_point import ChangePoint, change_point
from calibration.drift.check_standard import (
    CheckMeans,
    Components,
    check_standard_chart,
    components,
    drift_of_check_standard,
)
from calibration.drift.fitting import NoDrift, estimate_instability, fit_common_drift, fit_drift
from calibration.drift.history import Calibrated, Day, Segment, State, covariance, segments
from calibration.drift.prediction import Drift
from calibration.drift.run_length import (
    CusumDesign,
    EwmaDesign,
    cusum_run_length,
    design_cusum,
    design_ewma,
    ewma_run_length,
)

__all__ = [
    "Calibrated",
    "ChangePoint",
    "CheckMeans",
    "Components",
    "CusumDesign",
    "Day",
    "Drift",
    "EwmaDesign",
    "NoDrift",
    "Segment",
    "State",
    "change_point",
    "check_standard_chart",
    "components",
    "covariance",
    "cusum_run_length",
    "design_cusum",
    "design_ewma",
    "drift_of_check_standard",
    "estimate_instability",
    "ewma_run_length",
    "fit_common_drift",
    "fit_drift",
    "segments",
]
