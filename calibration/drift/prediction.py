"""A drift: its rate, the error on any day, and until when it stays within what is permitted."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from calibration.checks import positive, probability, refuse
from calibration.distributions import normal_cdf, student_t_cdf
from calibration.drift.history import FARTHEST, WHO, Day, number_of
from calibration.records import record
from calibration.regression import Adequacy, ColumnFit, Estimate

CENTURY = 36525.0
HALF = 0.5
NEAR = 1e-9
STEPS = 200


@record(eq=False)
class Drift:
    """Errors as a straight line in time.

    Attributes:
        fit: Offsets in the quantity's unit, the newest segment's last but one, then the rate, per day.
        since: Day of the newest result, where the offset stands.
        ends: Day on which the instrument was found for an adjustment, after which nothing is known; None: it goes on.
        instability: What the instrument itself varies about the line, in the quantity's unit.
        begins: Day on which an adjustment left the instrument, before which the line says nothing; None: none is known.

    >>> from calibration.drift import Calibrated, fit_drift
    >>> drift = fit_drift([Calibrated(0.0, 0.10, 0.02), Calibrated(400.0, 0.18, 0.02), Calibrated(800.0, 0.25, 0.02)])
    >>> drift.drifts(), drift.adequacy().holds
    (True, True)
    >>> round(drift.probability_within(1000.0, mpe=0.4), 3), round(drift.first_day_below(mpe=0.4, p=0.95))
    (1.0, 1295)
    """

    fit: ColumnFit
    since: Day
    ends: Day | None
    instability: float
    begins: Day | None = None

    @property
    def rate(self) -> Estimate:
        """Change of the error, in the quantity's unit per day."""
        return self.fit.coefficient(-1)

    def drifts(self, p: float = 0.95) -> bool:
        """Whether the rate differs from none, by a two-sided test at the level ``1 - p``.

        Raises:
            ValueError: ``p`` is no probability.
        """
        return self.fit.student(-1).differs(probability(WHO, "p", p))

    def adequacy(self, p: float = 0.95) -> Adequacy | None:
        """Whether a straight line and the stated uncertainties hold together; see :meth:`Fit.adequacy`."""
        return self.fit.adequacy(p)

    def predict(self, on: Day) -> Estimate:
        """The error on a day, as far as drift tells it.

        ::

            value = offset + rate * t
            u**2  = u(offset)**2 + t**2 * u(rate)**2 + 2 * t * cov(offset, rate) + instability**2

        The uncertainties of the calibrations stand in it already, by the fit. They are not to be added again.

        Args:
            on: Any day: between the results this is an interpolation.

        Raises:
            ValueError: The day is written otherwise than the history's, or lies beyond an adjustment.

        Source:
            ISO/TS 28037:2010, 11.2, with time for x.
        """
        if isinstance(on, date) is not isinstance(self.since, date):
            raise refuse(WHO, "on", "a day written as in the history", repr(on), "Give a date, or a number of days.")
        day = number_of(on)
        if self.ends is not None and day > number_of(self.ends):
            advice = "Add the as-left result of that adjustment."
            raise refuse(WHO, "on", f"a day up to the adjustment of {self.ends}", on, advice)
        if self.begins is not None and day < number_of(self.begins):
            advice = "Fit what was found before it."
            raise refuse(WHO, "on", f"a day from the adjustment of {self.begins} on", on, advice)
        return self._at(day - number_of(self.since))

    def probability_within(self, on: Day, mpe: float) -> float:
        """Probability that the error on a day is within its permitted limits.

        ::

            P(|error| <= mpe),  error ~ normal(value, u) of ``predict``

        Args:
            on: The day.
            mpe: Maximum permissible error, above 0, in the quantity's unit.

        Raises:
            ValueError: ``mpe`` is not above 0, or the day cannot be predicted.

        Source:
            JCGM 106:2012, 7.2.2 and 7.4.
        """
        return _within(self.predict(on), positive(WHO, "mpe", mpe))

    def first_day_below(self, mpe: float, p: float = 0.95, within_days: float = CENTURY) -> Day | None:
        """The first day, from the newest result on, on which ``P(|error| <= mpe)`` is below ``p``.

        Found once, since the days on which it is not below are without gaps: for ``p`` of a half or more the largest
        u that is bearable is a concave function of the error (seen numerically), and u a convex one of time.

        Args:
            mpe: Maximum permissible error, above 0, in the quantity's unit.
            p: Probability that must be kept, from 0.5 to below 1.
            within_days: How far to look.

        Returns:
            A date, whole, or a number of days, as the history has it; the newest result's own day when it is below
            then already. None when it is not below within ``within_days``.

        Raises:
            ValueError: A number is out of its range, or an adjustment has closed the segment.

        Source:
            JCGM 106:2012, 7.4 (probability); the search is our own.
        """
        limit = positive(WHO, "mpe", mpe)
        if not probability(WHO, "p", p) >= HALF:
            advice = "An instrument that is more likely out than in needs no date."
            raise refuse(WHO, "p", "0.5 or more", p, advice)
        if self.ends is not None:
            advice = "Add the as-left result of that adjustment."
            raise refuse(
                WHO, "history", "a segment that goes on", f"one closed by the adjustment of {self.ends}", advice
            )
        found = self._first(limit, p, self._far(positive(WHO, "within_days", within_days)))
        if found is None:
            return None
        if isinstance(self.since, date):
            return date.fromordinal(self.since.toordinal() + round(found))
        return self.since + found

    def _at(self, days: float) -> Estimate:
        row = np.zeros(self.fit.coefficients.size)
        row[-2:] = 1.0, days
        line = self.fit.response(row)
        return Estimate(line.value, math.hypot(line.u, self.instability), line.dof)

    def _far(self, days: float) -> float:
        """How far to look: whole days, up to the calendar's last, in a history of dates."""
        if days > FARTHEST:
            raise refuse(WHO, "within_days", f"a number of days up to {FARTHEST:g}", days, "A century is 36525.")
        if not isinstance(self.since, date):
            return days
        return math.floor(min(days, date.max.toordinal() - self.since.toordinal()))

    def _first(self, mpe: float, p: float, far: float) -> float | None:
        """Days since the newest result; whole ones in a history of dates."""

        def below(days: float) -> bool:
            return _within(self._at(days), mpe) < p

        whole = isinstance(self.since, date)
        if below(0.0):
            return 0.0
        low, high = 0.0, min(1.0, far)
        while not below(high):
            if high >= far:
                return None
            low, high = high, min(2 * high, far)
        least = 1.0 if whole else NEAR * high
        for _ in range(STEPS):
            middle = math.floor((low + high) / 2) if whole else (low + high) / 2
            if high - low <= least:
                break
            low, high = (low, middle) if below(middle) else (middle, high)
        return high


def _within(error: Estimate, mpe: float) -> float:
    def tail(z: float, *, upper: bool) -> float:
        if math.isinf(error.dof):
            return normal_cdf(z, upper=upper)
        return student_t_cdf(z, error.dof, upper=upper)

    # By symmetry the error may be taken as positive: what is left is then a difference of the smaller tails.
    nearer, farther = (mpe - abs(error.value)) / error.u, (mpe + abs(error.value)) / error.u
    if nearer < 0:
        return tail(nearer, upper=False) - tail(-farther, upper=False)
    return 1 - tail(nearer, upper=True) - tail(-farther, upper=False)
