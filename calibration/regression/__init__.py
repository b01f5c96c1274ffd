"""Calibration curves by least squares, with everything that is known of the points.

Pure; may import numpy, the standard library, ``calibration.checks`` and ``calibration.distributions``.

``fit_line`` and ``fit_polynomial`` give a ``Curve``, ``fit_columns`` a ``ColumnFit``; either is a ``Fit``.

Decision: the linear problem is solved by orthogonal columns in numbers of 32 digits (``wide``), columns as they come.
Because: NIST's polynomial of degree 10 loses 15 digits on the way; with 32 to lose from, coefficients, standard errors
and residuals alike come out with all that the points have, and Longley's economy takes the road of a straight line.
Instead of: centring, orthogonal polynomials and a step of refinement, each for its own case.

Decision: a line through up to 256 points that are alike (``exact_line``) is worked out in whole numbers instead.
Because: it is the everyday case, a fifth of the time, and exact whatever the numbers are, so that nothing has to judge
whether they are harmless enough for less.
Instead of: plain floats where a condition number seems to allow it.

Decision: stated uncertainties are never scaled by the scatter of the residuals; the chi-square is told beside them.
Because: whoever states an uncertainty answers for it, and a scaled one hides that the model does not hold.
Instead of: a Birge ratio applied without being asked.

Decision: with u in x, one method serves any covariances and any degree: Gauss and Newton on the adjusted places.
Because: it gives the figures of ISO/TS 28037 for its clauses 7, 8 and 10, and York's, in one piece of code; its u is
theirs (0.4764 in the example of clause 7, where derivatives of the estimates by every x and y would give 0.4804).
Instead of: an algorithm for each clause.

A line through six points, what it gives at 3.5, and which x belongs to a y of 10:

>>> line = fit_line([1, 2, 3, 4, 5, 6], [3.3, 5.6, 7.1, 9.3, 10.7, 12.1], u_y=0.5)
>>> line.covers(3.5), round(line.slope(3.5), 3), round(line.mean_response(3.5).value, 3)
(True, 1.757, 8.017)
>>> back = line.inverse(10.0, u_y=0.5)
>>> round(back.value, 3), round(back.u, 3), round(line.single_response(3.5, u_y=0.5).u, 3)
(4.629, 0.317, 0.54)
"""

from calibration.regression.curve import Centred, Curve
from calibration.regression.fit import Fit
from calibration.regression.general import ColumnFit, fit_columns
from calibration.regression.polynomial import fit_line, fit_polynomial
from calibration.regression.verdicts import Adequacy, Estimate, StudentCheck

__all__ = [
    "Adequacy",
    "Centred",
    "ColumnFit",
    "Curve",
    "Estimate",
    "Fit",
    "StudentCheck",
    "fit_columns",
    "fit_line",
    "fit_polynomial",
]
