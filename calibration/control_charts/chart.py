"""A chart judges samples, all at once or one at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from numpy.typing import ArrayLike

from calibration.control_charts.points import Carried, Plot, Point, Points
from calibration.control_charts.rules import WESTERN_ELECTRIC, Direction, Finding, Rule, Run
from calibration.control_charts.subgroups import Samples
from calibration.records import record


@record
class Chart:
    """What is plotted, and the rules by which it is judged. Its lines are fixed.

    Attributes:
        plot: Kind and parameters: ``Means``, ``Ranges``, ``Fractions``, ``Ewma`` ...
        scheme: The rules that were asked for.
    """

    plot: Plot
    scheme: tuple[Rule, ...] = WESTERN_ELECTRIC

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those rules of the scheme that suit the plot: no zones on ranges, counts and sums."""
        return tuple(rule for rule in self.scheme if rule.suits(self.plot.family))

    def points(self, samples: Samples) -> Points:
        """Points and lines of these samples, as they come from the plot's start.

        Raises:
            ValueError: The samples are not what the plot takes.
        """
        return self.plot.points(samples)[0]

    def judge(self, samples: Samples) -> tuple[Finding, ...]:
        """Every rule that a point completes, in the order of points.

        Args:
            samples: What the plot takes. In phase I the base itself, in phase II what came after it.

        Raises:
            ValueError: The samples are not what the plot takes.

        >>> from calibration.control_charts import Means, Sigma
        >>> chart = Chart(Means(center=10.0, sigma=Sigma.stated(1.0)))
        >>> [str(finding) for finding in chart.judge([9.0, 10.5, 13.5])]
        ['x_bar: point 3: a point beyond the limits, above (western_electric_1)']
        """
        runs = [Run(rule) for rule in self.rules]
        findings: list[Finding] = []
        before: float | None = None
        for index, point in enumerate(self.points(samples)):
            findings += _complete(self.plot.name, runs, index, point, before)
            before = point.value
        return tuple(findings)


@record
class Judged:
    """One sample on a chart.

    Attributes:
        index: Which sample of this watch, from 0.
        point: Where it stands, and its lines.
        findings: The rules that it completes.
    """

    index: int
    point: Point
    findings: tuple[Finding, ...]


@record
class WatchMemory:
    """What a watch must not forget over a restart: plain numbers and words, a few dozen.

    Attributes:
        seen: Samples seen.
        carried: What the plot remembers.
        before: The last plotted value; None where there is none.
        rules: Names of the rules, in order.
        windows: Each rule's answers of the last points.
        fired: Each rule's directions that the last point completed.
    """

    seen: int
    carried: tuple[float, ...]
    before: float | None
    rules: tuple[str, ...]
    windows: tuple[tuple[int, ...], ...]
    fired: tuple[tuple[Direction, ...], ...]


class Watch:
    """A live chart: takes one sample at a time and says which rules it completes.

    Gives sample by sample what :meth:`Chart.judge` gives for all of them. Belongs to one thread. After a gap in
    which the process may have changed, or for other lines, make another.

    Args:
        chart: The chart; its lines do not move.
        memory: Of an earlier watch with the same chart, to go on where it stopped.

    Raises:
        ValueError: The memory is of a chart with other rules.

    >>> from calibration.control_charts import Means, Sigma
    >>> watch = Watch(Chart(Means(center=10.0, sigma=Sigma.stated(1.0))))
    >>> [len(watch.see(value).findings) for value in (9.0, 10.5, 13.5)]
    [0, 0, 1]
    >>> watch.memory.seen
    3
    """

    def __init__(self, chart: Chart, memory: WatchMemory | None = None) -> None:
        self.chart = chart
        rules = chart.rules
        names = tuple(rule.name for rule in rules)
        memory = memory or WatchMemory(0, (), None, names, ((),) * len(rules), ((),) * len(rules))
        if tuple(memory.rules) != names:
            msg = (
                f"{chart.plot.name}: memory: expected one of the rules {', '.join(names)}, got one of "
                f"{', '.join(memory.rules)}. Start the watch without a memory."
            )
            raise ValueError(msg)
        self._seen = memory.seen
        self._carried: Carried = tuple(memory.carried)
        self._before = memory.before
        self._runs = [Run(*parts) for parts in zip(rules, memory.windows, memory.fired, strict=True)]

    def see(self, sample: ArrayLike) -> Judged:
        """Judge the next sample.

        Args:
            sample: One of what the plot takes: a value, a subgroup, or a pair (count, size).

        Raises:
            ValueError: The sample is not what the plot takes; the watch is as before.
        """
        points, self._carried = self.chart.plot.points([sample], self._carried)
        (point,) = points
        findings = _complete(self.chart.plot.name, self._runs, self._seen, point, self._before)
        self._before = point.value
        self._seen += 1
        return Judged(self._seen - 1, point, tuple(findings))

    @property
    def memory(self) -> WatchMemory:
        """What another watch needs to go on from here."""
        # A moving range's first value is nan, which JSON cannot carry; and no rule looks back on that chart.
        before = None if self._before is None or math.isnan(self._before) else self._before
        return WatchMemory(
            seen=self._seen,
            carried=self._carried,
            before=before,
            rules=tuple(run.rule.name for run in self._runs),
            windows=tuple(tuple(run.window) for run in self._runs),
            fired=tuple(run.fired for run in self._runs),
        )


def _complete(name: str, runs: Sequence[Run], index: int, point: Point, before: float | None) -> Iterable[Finding]:
    for run in runs:
        for direction, back, begins in run.step(point, before):
            yield Finding(name, run.rule, direction, index - back, index, begins)
