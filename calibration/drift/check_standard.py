"""Check standards: measured again and again to see whether the measuring system is still the one it was.

Readings of one occasion lie closer together than occasions do: both components belong into the limits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.checks import Array, finite, non_negative, positive, refuse, vector
from calibration.control_charts import WESTERN_ELECTRIC, Chart, Points, Rule
from calibration.control_charts.points import Carried, Family
from calibration.control_charts.subgroups import Samples, Subgroups
from calibration.drift.history import WHO, Day, number_of
from calibration.drift.prediction import Drift
from calibration.records import record
from calibration.regression import fit_columns

LEAST = 2
SPARE = 3


@record
class Components:
    """Where the scatter of a check standard comes from.

    Attributes:
        mean: Of the occasions' means, each weighing the same, in the quantity's unit.
        within: Standard deviation of readings of one occasion about their own mean, in that unit.
        between: Standard deviation that occasions have beyond it; 0 where ``between_variance`` came out below 0.
        between_variance: Its estimated variance, in the unit squared; below 0 when occasions lie closer together
            than their readings let expect, as happens by chance when there is nothing between them.
        dof_within: Readings less occasions.
        dof_between: Occasions less one.

    >>> found = components([[1.0, 1.2], [2.0, 2.2], [0.0, 0.2]])
    >>> found.u_mean(np.array([2.0, 10.0])).round(3).tolist()
    [1.0, 0.996]
    """

    mean: float
    within: float
    between: float
    between_variance: float
    dof_within: int
    dof_between: int

    def u_mean(self, readings: Array) -> Array:
        """Standard deviation of an occasion's mean of so many readings, shape as given."""
        return np.asarray(np.sqrt(self.between**2 + self.within**2 / readings))


def components(occasions: Samples) -> Components:
    """Within- and between-components of readings of a check standard, by a one-way analysis of variance.

    ::

        within**2  = sum of squares within / (N - m)
        between**2 = (mean square between - within**2) / n_0     n_0 = (N - sum(n_i**2) / N) / (m - 1)

    Args:
        occasions: Shape (m, n), or m rows of any lengths; two occasions or more, one of two readings or more.

    Raises:
        ValueError: There are too few of them, or a reading is not finite.

    Source:
        NIST/SEMATECH e-Handbook, 2.3.3.3 (levels of variability); Montgomery, Design and Analysis of Experiments,
        3.9 (random effects, unequal sizes).

    >>> components([[1.0, 1.2], [2.0, 2.2], [0.0, 0.2]]).within.__round__(6)
    0.141421
    """
    groups = Subgroups.of(WHO, occasions)
    count, total = groups.sizes.size, int(groups.sizes.sum())
    if count < LEAST or total == count:
        got = f"{count} with {total} readings"
        advice = "Measure the check standard on more occasions, at least once more than once."
        raise refuse(WHO, "occasions", "2 or more, one of them with 2 readings or more", got, advice)
    within = float(np.sum(groups.squares)) / (total - count)
    about = np.sum(groups.sizes * (groups.means - groups.grand_mean) ** 2) / (count - 1)
    size = (total - float(np.sum(groups.sizes**2)) / total) / (count - 1)
    variance = (float(about) - within) / size
    mean = float(np.mean(groups.means))
    return Components(mean, within**0.5, max(variance, 0.0) ** 0.5, variance, total - count, count - 1)


@record
class CheckMeans:
    """Means of occasions: limits at ``center +- width * sqrt(between**2 + within**2 / n_i)``.

    Attributes:
        center: What the check standard is known to be, in the quantity's unit.
        within: Standard deviation of readings of one occasion.
        between: Standard deviation of occasions beyond it.
        width: Limits, in standard deviations of the plotted mean.
        name: Whose chart this is.

    Source:
        NIST/SEMATECH e-Handbook, 2.2.2.1 (control of bias and long-term variability).
    """

    center: float
    within: float
    between: float
    width: float = 3.0
    name: str = "check_standard"

    def __post_init__(self) -> None:
        vector(self.name, "center", [self.center])
        non_negative(self.name, "between", self.between)
        positive(self.name, "within", self.within)
        positive(self.name, "width", self.width)

    @property
    def family(self) -> Family:
        """All run rules."""
        return "location"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Means of occasions with any number of readings."""
        groups = Subgroups.of(self.name, samples)
        error = np.sqrt(self.between**2 + self.within**2 / groups.sizes)
        return Points.shewhart(groups.means, self.center, error, self.width), carried


def check_standard_chart(
    base: Samples, *, center: float | None = None, rules: tuple[Rule, ...] = WESTERN_ELECTRIC, width: float = 3.0
) -> Chart:
    """Shewhart chart of a check standard with both components, its lines fixed by a base.

    Args:
        base: Occasions of a time when the system was as it should be; see :func:`components`.
        center: Value of the check standard where it is known otherwise; None: the mean of the base.
        rules: Run rules.
        width: Limits, in standard deviations of the plotted mean.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        NIST/SEMATECH e-Handbook, 2.2.2.1 (bias and long-term variability).

    >>> chart = check_standard_chart([[1.0, 1.2], [1.3, 1.1], [0.9, 1.0]])
    >>> len(chart.judge([[1.1, 1.0], [2.9, 3.1]]))
    1
    """
    found = components(base)
    middle = found.mean if center is None else center
    return Chart(CheckMeans(middle, found.within, found.between, width), rules)


def drift_of_check_standard(
    days: Sequence[Day], occasions: Samples, *, reference_value: float = 0.0, base: Components | None = None
) -> Drift:
    """Drift of a measuring system from its check standard: a straight line through the occasions' means.

    Args:
        days: When they were, in order, shape (m,), no two alike; at any distances.
        occasions: Shape (m,), (m, n), or m rows of any lengths.
        reference_value: What the check standard is; the errors are the means less it.
        base: Components of a time without drift: they give the widths, and two occasions are enough. None: the
            scatter about the line gives them, with m - 2 degrees of freedom.

    Returns:
        The drift; its predictions are those of an occasion with so many readings as the last.

    Raises:
        ValueError: Days and occasions do not match, or there are too few.

    Source:
        NIST/SEMATECH e-Handbook, 2.2.2.3 (monitoring bias and long-term variability).

    >>> drift = drift_of_check_standard([0, 10, 40, 90], [1.0, 1.1, 1.4, 1.9], reference_value=1.0)
    >>> round(drift.rate.value, 4)
    0.01
    """
    groups = Subgroups.of(WHO, occasions)
    least = SPARE if base is None else LEAST
    if len(days) != groups.sizes.size or len(days) < least:
        advice = "Measure it again, or give the components of a base: then two occasions are enough."
        raise refuse(WHO, "occasions", f"{least} or more, one for each of {len(days)} days", groups.sizes.size, advice)
    when = np.array([number_of(day) for day in days])
    if not (np.diff(when) > 0).all():
        raise refuse(WHO, "days", "days in order, no two alike", "others", "Put the readings of one day together.")
    errors = groups.means - finite(WHO, "reference_value", reference_value)
    columns = np.column_stack([np.ones_like(when), when - when[-1]])
    if base is None:
        fit = fit_columns(columns, errors, weights=groups.sizes)
        own = fit.factor / float(groups.sizes[-1]) ** 0.5
    else:
        fit = fit_columns(columns, errors, u_y=base.u_mean(groups.sizes))
        own = float(base.u_mean(groups.sizes[-1:])[0])
    return Drift(fit, days[-1], None, own)
