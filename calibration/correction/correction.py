"""What is wanted of a correction: values, their uncertainty, and the plain word that there is none."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.certificate import Certificate
from calibration.checks import finite, non_negative, refuse
from calibration.correction.curves import Curve, Fitted
from calibration.correction.interpolated import Interpolated
from calibration.correction.polynomial import ErrorPolynomial
from calibration.records import record

Array = NDArray[np.float64]
GREATEST = 1e100


class Value(NamedTuple):
    """A measured quantity value.

    Attributes:
        value: Corrected.
        u: Its standard uncertainty.
    """

    value: float
    u: float


@record(eq=False)
class Corrected:
    """Many of them, or many indications.

    Attributes:
        value: Shape (n,); nan where ``outside``.
        u: Standard uncertainties, shape (n,); nan where ``outside``.
        outside: Where the certificate says nothing: outside of its range, shape (n,).
    """

    value: Array
    u: Array
    outside: NDArray[np.bool_]


class Correction:
    """Corrects indications of one channel. Does not change; a new drift makes another one.

    Args:
        curve: Error of indication, with its uncertainty.
        resolution: Smallest step of the indication, 0 or more; 0.0 where it has none.
        drift: How far the error has moved since the calibration, in the channel's unit.
        u_drift: Standard uncertainty of that. Where only limits ±a are known: drift 0.0, u_drift a / sqrt(3).
        name: For messages: ``certificate K-2024-118: temperature``.
        unit: For messages.

    Raises:
        ValueError: A number outside its range.

    Source:
        VIM 2.53 (correction), JCGM 100:2008, 5.1.2 and F.2.2.1 (resolution), F.2.4.5 (correction applied).
    """

    __slots__ = ("_resolved", "curve", "drift", "name", "resolution", "u_drift", "unit")

    def __init__(
        self,
        curve: Curve,
        *,
        resolution: float,
        drift: float = 0.0,
        u_drift: float = 0.0,
        name: str = "correction",
        unit: str = "",
    ) -> None:
        self.curve = curve
        self.resolution = non_negative(name, "resolution", resolution)
        self.drift = finite(name, "drift", drift)
        self.u_drift = non_negative(name, "u_drift", u_drift)
        self.name = name
        self.unit = unit
        if max(self.resolution, self.u_drift, abs(self.drift)) > GREATEST:
            got = f"{max(self.resolution, self.u_drift, abs(self.drift)):g}"
            raise refuse(name, "resolution, drift and u_drift", f"up to {GREATEST:g}", got, "Look at the unit.")
        self._resolved = self.resolution**2 / 12

    @classmethod
    def interpolated(
        cls,
        certificate: Certificate,
        channel: str,
        *,
        resolution: float | None = None,
        drift: float = 0.0,
        u_drift: float = 0.0,
        correlation: float = 1.0,
        bow: float | None = None,
    ) -> Correction:
        """By straight lines between the points in force of a certificate; see ``Interpolated``.

        Args:
            certificate: The certificate in force.
            channel: One of its channels.
            resolution: Of the indications to be corrected; None: the certificate's.
            drift: See the class.
            u_drift: See the class.
            correlation: Of neighbouring points' errors.
            bow: Greatest departure from a line between two points; None: estimated.

        Raises:
            ValueError: The certificate has no such channel or states no resolution, or see ``Interpolated``.

        >>> from calibration.certificate import ChannelResults, Point
        >>> points = (Point(0.0, 0.0, 0.02, 2.0), Point(20.0, 20.1, 0.02, 2.0), Point(40.0, 40.2, 0.02, 2.0))
        >>> certificate = Certificate("K-1", results=(ChannelResults("t", "Temperature", "Cel", points),))
        >>> correction = Correction.interpolated(certificate, "t", resolution=0.1)
        >>> value, u = correction.at(30.0)
        >>> round(value, 3), round(u, 4)
        (30.15, 0.0307)
        """
        results = certificate.of(channel)
        name = f"certificate {certificate.number}: {channel}"
        step = _step(name, results.resolution if resolution is None else resolution)
        curve = Interpolated(results.in_force, correlation=correlation, bow=bow)
        return cls(curve, resolution=step, drift=drift, u_drift=u_drift, name=name, unit=results.unit)

    @classmethod
    def fitted(
        cls,
        certificate: Certificate,
        channel: str,
        curve: Fitted,
        *,
        resolution: float | None = None,
        drift: float = 0.0,
        u_drift: float = 0.0,
        u_common: float = 0.0,
    ) -> Correction:
        """By a curve that was fitted to the errors in force of a certificate, over their indications.

        Args:
            certificate: The certificate in force.
            channel: One of its channels.
            curve: Errors over indications, by ``calibration.regression.fit_line`` or ``fit_polynomial``.
            resolution: Of the indications to be corrected; None: the certificate's.
            drift: See the class.
            u_drift: See the class.
            u_common: Standard uncertainty that all points share and the fit was not told; see ``ErrorPolynomial``.

        Raises:
            ValueError: The certificate has no such channel or states no resolution, or the curve was fitted beyond
                the points in force.

        Source:
            JCGM 100:2008, H.3.

        >>> from calibration.certificate import ChannelResults, Point
        >>> from calibration.regression import fit_line
        >>> points = (Point(0.0, 0.0, 0.02, 2.0), Point(20.0, 20.1, 0.02, 2.0), Point(40.0, 40.2, 0.02, 2.0))
        >>> certificate = Certificate("K-1", results=(ChannelResults("t", "Temperature", "Cel", points),))
        >>> line = fit_line([p.indication for p in points], [p.error for p in points], u_y=[p.u for p in points])
        >>> value, u = Correction.fitted(certificate, "t", line, resolution=0.1).at(30.0)
        >>> round(value, 3), round(u, 4)
        (30.15, 0.0298)
        """
        results = certificate.of(channel)
        name = f"certificate {certificate.number}: {channel}"
        step = _step(name, results.resolution if resolution is None else resolution)
        shown = [point.indication for point in results.in_force]
        low, high = curve.x_range
        if not min(shown) <= low < high <= max(shown):
            expected = f"one over indications from {min(shown):g} to {max(shown):g}"
            advice = "Fit the errors of the points in force over their indications."
            raise refuse(name, "curve", expected, f"one from {low:g} to {high:g}", advice)
        coefficients, covariance, center, scale = curve.centred()
        errors = ErrorPolynomial(coefficients, covariance, low, high, center=center, scale=scale, u_common=u_common)
        return cls(errors, resolution=step, drift=drift, u_drift=u_drift, name=name, unit=results.unit)

    def drifted(self, drift: float, u_drift: float) -> Correction:
        """The same with another drift since the calibration.

        Raises:
            ValueError: A number outside its range.

        >>> from calibration.correction import ErrorPolynomial
        >>> shifted = Correction(ErrorPolynomial([0.5], [[0.04]], 0.0, 10.0), resolution=0.0).drifted(0.1, 0.1)
        >>> shifted.at(5.0).value, shifted.indications_for([4.4]).value.tolist()
        (4.4, [5.0])
        """
        return Correction(
            self.curve, resolution=self.resolution, drift=drift, u_drift=u_drift, name=self.name, unit=self.unit
        )

    def at(self, indication: float) -> Value | None:
        """Value that an indication stands for; None outside of the calibrated range (``why_outside`` says it).

        Raises:
            ValueError: The indication is ``nan``.
        """
        if indication < self.curve.low or indication > self.curve.high:
            return None
        if math.isnan(indication):
            raise refuse(self.name, "indication", "a number", indication, "Say that the reading is missing.")
        error, slope, variance = self.curve.at(indication)
        steepness = 1 - slope
        u = math.sqrt(variance + self.u_drift * self.u_drift + steepness * steepness * self._resolved)
        return Value(indication - error - self.drift, u)

    def over(self, indications: ArrayLike) -> Corrected:
        """Values of many indications.

        Args:
            indications: Shape (n,), in the channel's unit.

        Raises:
            ValueError: One is ``nan``, or they are not a vector of numbers.

        >>> from calibration.correction import ErrorPolynomial
        >>> twice = Correction(ErrorPolynomial([0.5], [[0.25]], 0.0, 10.0), resolution=0.0)
        >>> corrected = twice.over([4.0, 11.0])
        >>> corrected.value.tolist(), corrected.u.tolist(), corrected.outside.tolist()
        ([3.5, nan], [0.5, nan], [False, True])
        """
        x, outside, kept = self._range("indications", indications, self.curve.low, self.curve.high)
        error, slope, variance = self.curve.over(kept)
        u = np.sqrt(variance + self.u_drift**2 + (1 - slope) ** 2 * self._resolved)
        return _marked(x - error - self.drift, u, outside)

    def indications_for(self, values: ArrayLike) -> Corrected:
        """The other way round: what the instrument shows at these values of the quantity.

        Args:
            values: Shape (n,), in the channel's unit.

        Returns:
            Indications, with the standard uncertainty of each; ``outside`` where it would be outside of the range.

        Raises:
            ValueError: One is ``nan``, they are not a vector, or the error curve is as steep as the indication.
        """
        wanted, _, _ = self._range("values", values, -math.inf, math.inf)
        found = self.curve.indications(wanted + self.drift)
        outside = np.isnan(found)
        _, slope, variance = self.curve.over(np.where(outside, self.curve.low, found))
        u = np.sqrt((variance + self.u_drift**2) / (1 - slope) ** 2 + self._resolved)
        return _marked(found, u, outside)

    def why_outside(self, indication: float) -> str:
        """A sentence for a value that is not there.

        >>> from calibration.correction import ErrorPolynomial
        >>> curve = ErrorPolynomial([0.5], [[0.04]], 10.0, 40.0)
        >>> print(Correction(curve, resolution=0.1, name="certificate K-1: t", unit="Cel").why_outside(43.2))
        certificate K-1: t: covers 10..40 Cel, asked at 43.2 Cel. Recalibrate over a wider range or flag the value.
        """
        unit = f" {self.unit}" if self.unit else ""
        return (
            f"{self.name}: covers {self.curve.low:g}..{self.curve.high:g}{unit}, asked at {indication:g}{unit}. "
            "Recalibrate over a wider range or flag the value."
        )

    def _range(self, what: str, given: ArrayLike, low: float, high: float) -> tuple[Array, NDArray[np.bool_], Array]:
        try:
            x = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise refuse(self.name, what, "numbers", given, "Give one number for each reading.") from error
        if x.ndim != 1:
            raise refuse(self.name, what, "a vector", f"an array of shape {x.shape}", "Give them as one row.")
        if np.isnan(x).any():
            got = f"nan at index {int(np.argmax(np.isnan(x)))}"
            raise refuse(self.name, what, "numbers", got, "Leave out what is missing, and say so.")
        outside = ~((x >= low) & (x <= high))
        # Anything within the range will do there: it is marked, not used.
        return x, outside, np.where(outside, self.curve.low, x) if outside.any() else x


def _step(name: str, resolution: float | None) -> float:
    if resolution is None:
        advice = "State that of the indications, as they are read; 0.0 where they have none."
        raise refuse(name, "resolution", "a number", "none stated", advice)
    return resolution


def _marked(value: Array, u: Array, outside: NDArray[np.bool_]) -> Corrected:
    return Corrected(np.where(outside, np.nan, value), np.where(outside, np.nan, u), outside)
