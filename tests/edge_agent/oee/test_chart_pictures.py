"""What a person reads off a chart: what stands, and a capability only of a process that is stable."""

import random

import pytest

from calibration.control_charts import capability
from edge_agent.config.shop_tables import ChartConfig
from edge_agent.oee.chart_book import About, ChartPoint, ChartState, Fired, Lines
from edge_agent.oee.chart_pictures import Refusal, capability_of

S = 10**9


def about(**chart) -> About:
    told = {"channel": "press-1.press_force", "lower": 590.0, "upper": 680.0}
    return About(chart=ChartConfig(**(told | chart)), key="k", unit="kN", title={}, period_s=1.0)


def points(*values: list[float], fired_at: int | None = None) -> list[ChartPoint]:
    rule = (Fired("individuals", "western_electric_1", "above", 0, begins=True),)
    return [ChartPoint(k, k * S, k * S, one, fired=rule if k == fired_at else ()) for k, one in enumerate(values)]


def normal(n: int, size: int = 1, seed: int = 1) -> list[list[float]]:
    source = random.Random(seed)
    return [[source.gauss(630.0, 9.0) for _ in range(size)] for _ in range(n)]


STEADY = ChartState(points=40, lines=Lines(630.0, 9.0, "moving_range_d2", 15.0))


@pytest.mark.parametrize(
    ("kind", "n", "estimator"),
    [
        ("individuals", 1, "moving_range_d2"),
        ("xbar_r", 5, "mean_range_d2"),
        ("xbar_s", 5, "mean_s_c4"),
        ("ewma", 1, "moving_range_d2"),
        ("cusum", 4, "mean_range_d2"),
    ],
)
def test_capability_is_that_of_the_library_by_the_charts_estimator(kind, n, estimator) -> None:
    groups = normal(40, n)
    samples = [one[0] for one in groups] if n == 1 else groups
    expected = capability(samples, sigma=estimator, lower=590.0, upper=680.0, rules=())
    assert capability_of(about(kind=kind, n=n), STEADY, points(*groups)) == expected
    assert expected.within.estimator == estimator


def test_capability_is_of_the_points_since_a_rule_fired() -> None:
    groups = normal(50)
    expected = capability([one[0] for one in groups[15:]], sigma="moving_range_d2", lower=590.0, upper=680.0, rules=())
    assert capability_of(about(), STEADY, points(*groups, fired_at=14)) == expected


@pytest.mark.parametrize(
    ("chart", "state", "shown", "refusal"),
    [
        ({"lower": None, "upper": None}, STEADY, points(*normal(40)), Refusal("no_specification")),
        ({}, ChartState(points=12), points(*normal(12)), Refusal("no_lines", 12, 25)),
        ({}, STEADY, points(*normal(40), fired_at=20), Refusal("fired", 19, 30)),
        ({}, STEADY, points(*normal(29)), Refusal("too_few", 29, 30)),
        ({"kind": "xbar_r", "n": 5}, STEADY, points(*normal(24, 5)), Refusal("too_few", 24, 25)),
        ({}, STEADY, points(*[[630.0]] * 40), Refusal("no_spread", 40, 30)),
    ],
    ids=lambda one: one.why if isinstance(one, Refusal) else "",
)
def test_why_there_is_no_capability(chart, state, shown, refusal) -> None:
    assert capability_of(about(**chart), state, shown) == refusal


def test_where_the_base_was_bad_the_points_are_judged_by_lines_of_their_own() -> None:
    drifting = points(*([600.0 + k + 0.5 * (-1) ** k] for k in range(40)))
    bad = ChartState(points=40, lines=Lines(620.0, 90.0, "moving_range_d2", 15.0, base_broke=True))
    good = ChartState(points=40, lines=Lines(620.0, 90.0, "moving_range_d2", 15.0))
    assert capability_of(about(), bad, drifting) == Refusal("unstable", 40, 30)
    assert not isinstance(capability_of(about(), good, drifting), Refusal)
