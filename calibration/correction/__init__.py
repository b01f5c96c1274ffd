"""From an indication to a value with its uncertainty, by a certificate.

Pure; may import numpy, the standard library, ``calibration.checks`` and ``calibration.certificate``.

    value = indication - error(indication) - drift                                     VIM 2.53: correction = -error

``Correction.interpolated`` takes the error from the points of a certificate, ``Correction.fitted`` from a curve through
them (``calibration.regression``), and ``ErrorPolynomial`` is a curve that somebody else has fitted, as plain numbers.
Its standard uncertainty combines, as independent::

    u(value)**2 = u_cal(x)**2 + u_int(x)**2 + u_drift**2 + ((1 - e'(x)) * d / sqrt(12))**2

of calibration, of interpolation between its points, of drift since, and of the resolution d of the indication x
(GUM F.2.2.1), which moves the error too, by its slope e'.

Decision: outside of the calibrated range there is no value; the answer says so (None, or marked ``outside``).
Because: a certificate says nothing there, and what an extrapolated number lacks nobody sees. A certificate of one point
has no range: whoever uses its error over one states that as ``ErrorPolynomial([error], [[u**2]], low, high)``.
Instead of: the last correction, or the line drawn on.

Decision: uncertainties of neighbouring points are taken as fully correlated, unless the caller states otherwise.
Because: points of one calibration share reference standard, method and air; it gives the weighted mean of both
neighbours' u, and never less than any correlation from -1 to 1 would.
Instead of: independence, by which u would be smallest half way between two points, where least is known.

Decision: what a straight line between two points may miss is estimated from how the error curve bends there.
Because: points too far apart for the instrument's curve should cost uncertainty, without being asked.
Instead of: nothing.
"""

from calibration.correction.correction import Corrected, Correction, Value
from calibration.correction.interpolated import Interpolated
from calibration.correction.polynomial import ErrorPolynomial

__all__ = ["Corrected", "Correction", "ErrorPolynomial", "Interpolated", "Value"]
