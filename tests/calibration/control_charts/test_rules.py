"""Each rule on the smallest pattern that completes it, and on the ones that just do not."""

import numpy as np
import pytest

from calibration.control_charts import (
    LIMITS,
    NELSON,
    WESTERN_ELECTRIC,
    Chart,
    Counts,
    Cusum,
    Ewma,
    Finding,
    Fractions,
    Means,
    MovingRanges,
    Nonconforming,
    Ranges,
    Rates,
    Rule,
    Sigma,
    StandardDeviations,
)

ONE = Sigma.stated(1.0)
RULES = {rule.name: rule for rule in (*NELSON, *WESTERN_ELECTRIC)}


def fired(rule: str, z: list[float]) -> list[tuple[str, int, int]]:
    """Direction, first and last point (from 1) of what a rule finds on a chart of 0 +- 3."""
    findings = Chart(Means(0.0, ONE), (RULES[rule],)).judge(z)
    return [(finding.direction, finding.start + 1, finding.index + 1) for finding in findings]


@pytest.mark.parametrize(
    ("rule", "z", "expected"),
    [
        ("nelson_1", [0, 3.1, 0], [("above", 2, 2)]),
        ("nelson_1", [0, -3.1, 0], [("below", 2, 2)]),
        ("nelson_1", [0, 3.0, -3.0], []),  # on the line is not beyond it
        ("nelson_2", [0.1] * 9, [("above", 1, 9)]),
        ("nelson_2", [0.1] * 8, []),
        ("nelson_2", [-0.1] * 10, [("below", 1, 9), ("below", 2, 10)]),
        ("nelson_2", [0.1] * 5 + [0.0] + [0.1] * 5, []),  # on the centre is on neither side
        ("western_electric_4", [0.1] * 8, [("above", 1, 8)]),
        ("western_electric_4", [0.1] * 7 + [-0.1], []),
        ("nelson_3", [-1, -0.5, 0, 0.5, 1, 1.5], [("rising", 1, 6)]),
        ("nelson_3", [1.5, 1, 0.5, 0, -0.5, -1], [("falling", 1, 6)]),
        ("nelson_3", [-1, -0.5, 0, 0.5, 1], []),
        ("nelson_3", [-1, -0.5, 0, 0, 0.5, 1, 1.5], []),  # a tie is not a rise
        ("nelson_4", [0.2, -0.2] * 7, [("alternating", 1, 14)]),
        ("nelson_4", [0.2, -0.2] * 6 + [0.2], []),
        ("nelson_4", [0.2, 0.4] * 7, [("alternating", 1, 14)]),  # up and down, not across
        ("nelson_4", [0.2, -0.2] * 6 + [-0.2, 0.2], []),
        ("nelson_5", [2.1, 0, 2.1], [("above", 1, 3)]),
        ("nelson_5", [2.1, 2.1], [("above", 1, 2)]),
        ("nelson_5", [0, 2.1, 2.1, 0], [("above", 2, 3)]),  # fires where it completes, not at what follows
        ("nelson_5", [2.1, 0, 0, 2.1], []),
        ("nelson_5", [2.1, -2.1, 0, -2.1], [("below", 2, 4)]),  # one side
        ("nelson_5", [2.0, 2.0, 2.0], []),
        ("western_electric_2", [-2.1, 0, -2.1], [("below", 1, 3)]),
        ("nelson_6", [1.1, 1.1, 0, 1.1, 1.1], [("above", 1, 5)]),
        ("nelson_6", [1.1, 1.1, 1.1, 1.1], [("above", 1, 4)]),
        ("nelson_6", [1.1, 1.1, -1.1, 1.1, 0, 1.1], []),
        ("western_electric_3", [-1.1, -1.1, -1.1, 2, -1.1], [("below", 1, 5)]),
        ("nelson_7", [0.9, -0.9, 0] * 5, [("within", 1, 15)]),
        ("nelson_7", [0.9, -0.9, 1.0] * 5, []),
        ("nelson_8", [1.1, 1.1, -1.1, 1.1, -1.1, 1.1, 1.1, -1.1], [("both_sides", 1, 8)]),
        ("nelson_8", [1.1] * 8, []),  # both sides
        ("nelson_8", [1.1] * 7 + [-1.1], [("both_sides", 1, 8)]),
        ("nelson_8", [1.1, -1.1] * 3 + [0.9, 1.1, -1.1], []),
    ],
)
def test_a_rule_fires_at_the_point_that_completes_it(rule: str, z: list[float], expected: list) -> None:
    assert fired(rule, z) == expected


def test_the_sets_are_the_published_ones() -> None:
    assert [str(rule) for rule in NELSON] == [
        "a point beyond the limits",
        "9 points in a row on one side of the centre",
        "6 points in a row rising or falling",
        "14 points in a row up and down in turn",
        "2 of 3 points beyond 2 sigma",
        "4 of 5 points beyond 1 sigma",
        "15 points in a row within 1 sigma",
        "8 points in a row on both sides with none within 1 sigma",
    ]
    assert [str(rule) for rule in WESTERN_ELECTRIC] == [
        "a point beyond the limits",
        "2 of 3 points beyond 2 sigma",
        "4 of 5 points beyond 1 sigma",
        "8 points in a row on one side of the centre",
    ]


def test_a_story_that_goes_on_begins_once() -> None:
    findings = Chart(Means(0.0, ONE), LIMITS).judge([4, 4, 0, 4, -4, -4])
    assert [(finding.index, finding.direction, finding.begins) for finding in findings] == [
        (0, "above", True),
        (1, "above", False),
        (3, "above", True),
        (4, "below", True),
        (5, "below", False),
    ]


def test_a_finding_is_a_sentence() -> None:
    rule = RULES["nelson_5"]
    assert str(Finding("diameter", rule, "above", start=9, index=11, begins=True)) == (
        "diameter: point 12: 2 of 3 points beyond 2 sigma, above (nelson_5)"
    )


@pytest.mark.parametrize(
    "plot",
    [Ranges(ONE), StandardDeviations(ONE), MovingRanges(ONE), Ewma(0.0, ONE), Cusum(0.0, ONE)],
    ids=lambda p: p.name,
)
@pytest.mark.parametrize("scheme", [NELSON, WESTERN_ELECTRIC])
def test_ranges_and_what_remembers_have_limits_only(plot, scheme: tuple[Rule, ...]) -> None:
    assert [rule.test for rule in Chart(plot, scheme).rules] == ["limits"]


@pytest.mark.parametrize(
    "plot", [Fractions(0.1), Nonconforming(0.1, 50), Counts(9.0), Rates(2.0)], ids=lambda p: p.name
)
def test_counts_have_no_zones(plot) -> None:
    assert [rule.name for rule in Chart(plot, NELSON).rules] == ["nelson_1", "nelson_2", "nelson_3", "nelson_4"]
    assert [rule.name for rule in Chart(plot).rules] == ["western_electric_1", "western_electric_4"]


def test_a_run_of_small_ranges_is_no_finding_on_a_range_chart() -> None:
    subgroups = np.tile([0.0, 0.1], (30, 1))
    assert Chart(Ranges(ONE), NELSON).judge(subgroups) == ()
