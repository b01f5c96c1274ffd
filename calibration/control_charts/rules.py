"""Run rules: what is too unlikely in a stable process to be left alone.

Decision: a rule fires at the point that completes it, so that point itself belongs to the pattern.
Because: at the edge points come one at a time, and a finding has one instant.
Instead of: marking a whole run once it is long enough.

Decision: a point exactly on a line (centre, zone or limit) is on neither side of it.
Because: coarse readings often lie on the centre, and a tie is no evidence.
Instead of: counting it for the side that it came from.

Decision: zones are for charts of location only; charts of counts keep the rules about sides and directions; R, S,
moving-range, EWMA and CUSUM charts keep the limits alone.
Because: the chances of zones are those of a normal distribution and of independent points. Ranges and counts are
skewed; the others' points share values. (Minitab, too, offers Nelson's first four on charts of counts and only
the limits on moving ranges.)
Instead of: one set of rules for every chart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Literal

from calibration.checks import non_negative, whole
from calibration.control_charts.points import Family, Point
from calibration.records import record

Test = Literal["limits", "side", "trend", "alternating", "within", "both_sides"]
Direction = Literal["above", "below", "rising", "falling", "alternating", "within", "both_sides"]

_SIDES: dict[int, Direction] = {1: "above", -1: "below"}
_TRENDS: dict[int, Direction] = {1: "rising", -1: "falling"}
_WITHIN: dict[int, Direction] = {1: "within"}


@record
class Rule:
    """One run rule.

    Attributes:
        name: As in a configuration and in a finding: ``nelson_5``.
        test: What a point is asked.
        need: How many points must answer yes.
        of: Among how many.
        zone: Distance from the centre that is asked about, in standard deviations of the plotted value.

    Raises:
        ValueError: A number is outside its range.

    >>> Rule("two_of_three", "side", 2, 3, zone=2.0).suits("counts")
    False
    """

    name: str
    test: Test
    need: int = 1
    of: int = 1
    zone: float = 0.0

    def __post_init__(self) -> None:
        whole(self.name, "of", self.of, whole(self.name, "need", self.need, 1))
        non_negative(self.name, "zone", self.zone)

    def suits(self, family: Family) -> bool:
        """Whether charts of this family may use the rule."""
        if family == "lone":
            return self.test == "limits"
        return family == "location" or (self.zone == 0 and self.test not in ("within", "both_sides"))

    def __str__(self) -> str:
        count = f"{self.need} points in a row" if self.need == self.of else f"{self.need} of {self.of} points"
        return {
            "limits": "a point beyond the limits",
            "side": f"{count} on one side of the centre" if self.zone == 0 else f"{count} beyond {self.zone:g} sigma",
            "trend": f"{count} rising or falling",
            "alternating": f"{count} up and down in turn",
            "within": f"{count} within {self.zone:g} sigma",
            "both_sides": f"{count} on both sides with none within {self.zone:g} sigma",
        }[self.test]


WESTERN_ELECTRIC: tuple[Rule, ...] = (
    Rule("western_electric_1", "limits"),
    Rule("western_electric_2", "side", 2, 3, zone=2.0),
    Rule("western_electric_3", "side", 4, 5, zone=1.0),
    Rule("western_electric_4", "side", 8, 8),
)
"""Western Electric, Statistical Quality Control Handbook (1956), pp. 25-28; NIST/SEMATECH e-Handbook, 6.3.2."""

NELSON: tuple[Rule, ...] = (
    Rule("nelson_1", "limits"),
    Rule("nelson_2", "side", 9, 9),
    Rule("nelson_3", "trend", 6, 6),
    Rule("nelson_4", "alternating", 14, 14),
    Rule("nelson_5", "side", 2, 3, zone=2.0),
    Rule("nelson_6", "side", 4, 5, zone=1.0),
    Rule("nelson_7", "within", 15, 15, zone=1.0),
    Rule("nelson_8", "both_sides", 8, 8, zone=1.0),
)
"""Nelson, The Shewhart control chart: tests for special causes, J. Quality Technology 16 (1984) 237."""

LIMITS: tuple[Rule, ...] = (Rule("limits", "limits"),)
"""Only points beyond the limits."""


@record
class Finding:
    """A rule that a point completes.

    Attributes:
        chart: Name of the chart.
        rule: The rule.
        direction: On which side, or which way.
        start: Index of the pattern's first point, from 0.
        index: Index of the point that completes it, from 0.
        begins: False when the point before completed the same rule in the same direction: one story, told once.
    """

    chart: str
    rule: Rule
    direction: Direction
    start: int
    index: int
    begins: bool

    def __str__(self) -> str:
        way = f", {self.direction}" if self.rule.test in ("limits", "side", "trend") else ""
        return f"{self.chart}: point {self.index + 1}: {self.rule}{way} ({self.rule.name})"


class Run:
    """One rule at work on one stream of points; remembers as many points as the rule looks at."""

    def __init__(self, rule: Rule, window: Sequence[int] = (), fired: Sequence[Direction] = ()) -> None:
        self.rule = rule
        # A direction belongs to two points: n points in a row have n - 1 directions.
        steps = rule.test in ("trend", "alternating")
        self.window: deque[int] = deque(window, maxlen=rule.of - 1 if steps else rule.of)
        self.fired: tuple[Direction, ...] = tuple(fired)
        self._reach_back = 1 if steps else 0

    def step(self, point: Point, before: float | None) -> list[tuple[Direction, int, bool]]:
        """Look at the next point.

        Args:
            point: The point.
            before: The value of the point before it; None for the first.

        Returns:
            For each direction in which the rule is complete at this point: the direction, how many points
            before this one the pattern began, and whether it was not complete at the point before.
        """
        if self.rule.test == "limits":
            complete = _beyond(point)
        else:
            self.window.append(self._answer(point, before))
            complete = self._complete()
        told = [(way, back, way not in self.fired) for way, back in complete]
        self.fired = tuple(way for way, _ in complete)
        return told

    def _answer(self, point: Point, before: float | None) -> int:
        if self.rule.test in ("trend", "alternating"):
            return 0 if before is None else _sign(point.value - before)
        if self.rule.test == "within":
            return int(abs(point.z) < self.rule.zone)
        return _sign(point.z) if abs(point.z) > self.rule.zone else 0

    def _complete(self) -> list[tuple[Direction, int]]:
        window = self.window
        whole = len(window) == window.maxlen
        if self.rule.test == "both_sides":
            pattern = whole and 0 not in window and 1 in window and -1 in window
            return [("both_sides", len(window) - 1)] if pattern else []
        if self.rule.test == "alternating":
            pattern = whole and all(a * b < 0 for a, b in zip(window, list(window)[1:], strict=False))
            return [("alternating", len(window))] if pattern else []
        last = window[-1]
        if last == 0 or window.count(last) < self.rule.need - self._reach_back:
            return []
        directions = {"side": _SIDES, "trend": _TRENDS, "within": _WITHIN}[self.rule.test]
        return [(directions[last], len(window) - 1 - window.index(last) + self._reach_back)]


def _beyond(point: Point) -> list[tuple[Direction, int]]:
    complete: list[tuple[Direction, int]] = []
    if point.value > point.upper:
        complete.append(("above", 0))
    if point.low < point.lower:
        complete.append(("below", 0))
    return complete


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)
