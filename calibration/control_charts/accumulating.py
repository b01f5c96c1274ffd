"""Charts that remember: small lasting shifts add up until they show (EWMA, CUSUM)."""

from __future__ import annotations

import numpy as np

from calibration.control_charts.points import Carried, Family, Points, need
from calibration.control_charts.sigma import Sigma, need_sigma
from calibration.control_charts.subgroups import Samples, Subgroups
from calibration.records import record


@record
class Ewma:
    """Exponentially weighted moving average of means or individual values.

    ::

        z_i = weight * x_i + (1 - weight) * z_(i-1)                        z_0 = center
        v_i = weight**2 * sigma**2 / n_i + (1 - weight)**2 * v_(i-1)       v_0 = 0
        limits: center +- width * sqrt(v_i)

    For equal sizes ``v_i = sigma**2 / n * weight / (2 - weight) * (1 - (1 - weight)**(2 * i))``.

    Attributes:
        center: Centre line and start, in the quantity's unit.
        sigma: Of single values.
        weight: Weight of the newest value, lambda, in (0, 1]; 1 is a Shewhart chart. 0.05 to 0.3 are usual.
        width: Limits, in standard deviations of z_i.
        settled: True puts the limits from the first point on where they end; wider at first.
        name: Whose chart this is.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 9.2; NIST/SEMATECH e-Handbook, 6.3.2.4 (settled).
    """

    center: float
    sigma: Sigma
    weight: float = 0.2
    width: float = 3.0
    settled: bool = False
    name: str = "ewma"

    def __post_init__(self) -> None:
        need_sigma(self.name, self.sigma)
        need(self.name, "center", self.center)
        need(self.name, "width", self.width, 0)
        need(self.name, "weight", self.weight, 0, float(np.nextafter(1, 2)))

    @property
    def family(self) -> Family:
        """Only the rule for points beyond the limits: neighbours share their past."""
        return "lone"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Averages of subgroups of any sizes."""
        groups = Subgroups.of(self.name, samples)
        keep = 1 - self.weight
        variances = self.sigma.value**2 / groups.sizes
        z, v = carried or (self.center, self._start(float(variances[0]) if variances.size else 0.0))
        averages, errors = np.empty_like(variances), np.empty_like(variances)
        for i, (mean, variance) in enumerate(zip(groups.means.tolist(), variances.tolist(), strict=True)):
            # From the centre outwards: no digits are lost on a small spread far from zero.
            z = self.center + self.weight * (mean - self.center) + keep * (z - self.center)
            v = self.weight**2 * variance + keep**2 * v
            averages[i], errors[i] = z, v**0.5
        return Points.shewhart(averages, self.center, errors, self.width), ((z, v) if averages.size else carried)

    def _start(self, variance: float) -> float:
        return variance * self.weight / (2 - self.weight) if self.settled else 0.0


@record
class Cusum:
    """Tabular cumulative sum of means or individual values, in standard deviations of the plotted mean.

    ::

        y_i    = (x_i - target) / (sigma / sqrt(n_i))
        high_i = max(0, high_(i-1) + y_i - allowance)        beyond when high_i > limit
        low_i  = min(0, low_(i-1) + y_i + allowance)         beyond when low_i < -limit

    ``Point.value`` is the high sum and ``Point.low`` the low one. A sum goes on after it has been beyond; start
    a chart anew when the cause is gone.

    Attributes:
        target: What the process should be at, in the quantity's unit.
        sigma: Of single values.
        limit: Decision interval h, dimensionless; 4 or 5 are usual.
        allowance: Reference value k, dimensionless: half the shift to be found.
        head_start: Both sums start this far out, below ``limit``; half of it finds a bad start sooner.
        name: Whose chart this is.

    Source:
        Montgomery, 9.1.2 to 9.1.4 (fast initial response); NIST/SEMATECH e-Handbook, 6.3.2.3.
    """

    target: float
    sigma: Sigma
    limit: float = 5.0
    allowance: float = 0.5
    head_start: float = 0.0
    name: str = "cusum"

    def __post_init__(self) -> None:
        need_sigma(self.name, self.sigma)
        need(self.name, "target", self.target)
        need(self.name, "limit", self.limit, 0)
        need(self.name, "allowance", self.allowance, 0)
        need(self.name, "head_start", self.head_start, float(np.nextafter(0, -1)), self.limit)

    @property
    def family(self) -> Family:
        """Only the rule for points beyond the limits: neighbours share their past."""
        return "lone"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Sums of subgroups of any sizes."""
        groups = Subgroups.of(self.name, samples)
        y = (groups.means - self.target) * np.sqrt(groups.sizes) / self.sigma.value
        high, low = carried or (self.head_start, -self.head_start)
        rises, falls = np.empty_like(y), np.empty_like(y)
        for i, step in enumerate(y.tolist()):
            high = max(0.0, high + step - self.allowance)
            low = min(0.0, low + step + self.allowance)
            rises[i], falls[i] = high, low
        level = np.zeros_like(y)
        lines = Points(rises, falls, level, level + 1, level - self.limit, level + self.limit)
        return lines, ((high, low) if y.size else carried)
