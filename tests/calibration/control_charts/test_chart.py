"""Chart and watch: one sample at a time, after a restart, and against rules written another way."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.control_charts import (
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
    Sigma,
    StandardDeviations,
    Watch,
    WatchMemory,
    c_chart,
    cusum_chart,
    ewma_chart,
    p_chart,
    u_chart,
    x_bar_chart,
)

ONE = Sigma.stated(1.0)
# Coarse, so that ties, points on a line and long runs happen.
COARSE = st.integers(-14, 14).map(lambda k: k / 4)
ROW = st.lists(COARSE, min_size=1, max_size=60)
GROUPS = st.lists(st.lists(COARSE, min_size=2, max_size=4), min_size=1, max_size=40)
PAIRS = st.lists(
    st.integers(1, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=40
)
NUMBERS = st.lists(st.integers(0, 10), min_size=1, max_size=40)

ALL = [
    (Means(0.25, ONE), ROW),
    (Means(0.25, ONE), GROUPS),
    (Ranges(ONE), GROUPS),
    (StandardDeviations(ONE), GROUPS),
    (MovingRanges(ONE), ROW),
    (Ewma(0.25, ONE, weight=0.3), GROUPS),
    (Ewma(0.25, ONE, weight=0.3, settled=True), ROW),
    (Cusum(0.25, ONE, limit=4, head_start=2), GROUPS),
    (Fractions(0.3), PAIRS),
    (Nonconforming(0.4, 10), NUMBERS),
    (Counts(4.0), NUMBERS),
    (Rates(0.5), PAIRS),
]


def through_json(memory: WatchMemory) -> WatchMemory:
    plain = json.loads(json.dumps(asdict(memory), allow_nan=False))
    nested = {key: tuple(tuple(row) for row in plain[key]) for key in ("windows", "fired")}
    return WatchMemory(**{**plain, **nested, "carried": tuple(plain["carried"]), "rules": tuple(plain["rules"])})


@pytest.mark.parametrize(("plot", "samples"), ALL, ids=lambda x: getattr(x, "name", ""))
@given(values=st.data())
@settings(max_examples=40)
def test_one_at_a_time_and_over_a_restart_is_as_all_at_once(plot, samples, values: st.DataObject) -> None:
    stream = values.draw(samples)
    stop = values.draw(st.integers(0, len(stream)))
    chart = Chart(plot, (*NELSON, *WESTERN_ELECTRIC))
    first = Watch(chart)
    judged = [first.see(sample) for sample in stream[:stop]]
    second = Watch(chart, through_json(first.memory))
    judged += [second.see(sample) for sample in stream[stop:]]
    assert [finding for one in judged for finding in one.findings] == list(chart.judge(stream))
    assert [one.index for one in judged] == list(range(len(stream)))
    together = np.array([list(point) for point in chart.points(stream)])
    assert np.array([list(one.point) for one in judged]) == pytest.approx(together, rel=1e-12, abs=1e-12, nan_ok=True)


def nelson_by_slices(z: list[float]) -> set[tuple[str, int]]:
    """Nelson's eight written as he says them, by slices that end at each point."""
    found = set()
    for i in range(len(z)):

        def last(count: int, end: int = i + 1) -> list[float]:
            return z[end - count : end] if end >= count else []

        def among(need: int, of: int, zone: float, end: int = i + 1) -> bool:
            window = z[max(0, end - of) : end]
            return any(s * window[-1] > zone and sum(s * x > zone for x in window) >= need for s in (1, -1))

        steps = np.sign(np.diff(last(14))) if last(14) else np.array([])
        holds = {
            1: abs(z[i]) > 3,
            2: len(last(9)) == 9 and (min(last(9)) > 0 or max(last(9)) < 0),
            3: len(last(6)) == 6 and (np.all(np.diff(last(6)) > 0) or np.all(np.diff(last(6)) < 0)),
            4: len(steps) == 13 and np.all(steps != 0) and np.all(steps[1:] == -steps[:-1]),
            5: among(2, 3, 2.0),
            6: among(4, 5, 1.0),
            7: len(last(15)) == 15 and max(map(abs, last(15))) < 1,
            8: len(last(8)) == 8 and min(map(abs, last(8))) > 1 and min(last(8)) < 0 < max(last(8)),
        }
        found |= {(f"nelson_{number}", i) for number, hold in holds.items() if hold}
    return found


@given(
    z=st.one_of(
        ROW,
        st.lists(st.sampled_from([-0.75, -0.25, 0.25, 0.5, 0.75]), min_size=10, max_size=60),
        st.lists(st.sampled_from([-2.25, -1.25, 1.25, 2.25]), min_size=5, max_size=60),
        st.lists(st.sampled_from([0.5, 1.5, 2.5]), min_size=5, max_size=40).map(lambda up: [0.0, *np.cumsum(up) / 9]),
    )
)
def test_nelsons_rules_written_another_way(z: list[float]) -> None:
    findings = Chart(Means(0.0, ONE), NELSON).judge(z)
    assert {(finding.rule.name, finding.index) for finding in findings} == nelson_by_slices([float(x) for x in z])


def plain(findings: tuple[Finding, ...]) -> list[tuple[Any, ...]]:
    return [
        (finding.rule.name, finding.direction, finding.start, finding.index, finding.begins) for finding in findings
    ]


@given(row=ROW, shift=st.integers(-50, 50), power=st.integers(-3, 3))
def test_another_unit_finds_the_same(row: list[float], shift: int, power: int) -> None:
    factor = 2.0**power  # exact, so that points on a line stay on it
    other = [x * factor + shift for x in row]
    before = Chart(Means(0.25, ONE), NELSON).judge(row)
    after = Chart(Means(0.25 * factor + shift, Sigma.stated(factor)), NELSON).judge(other)
    assert plain(after) == plain(before)


@given(row=ROW)
def test_upside_down_finds_the_same_upside_down(row: list[float]) -> None:
    turn = {"above": "below", "below": "above", "rising": "falling", "falling": "rising"}
    for plot, other in ((Means(0.0, ONE), Means(0.0, ONE)), (Cusum(0.0, ONE), Cusum(0.0, ONE))):
        upright = {(f.rule.name, f.direction, f.index) for f in Chart(plot, NELSON).judge(row)}
        turned = {
            (f.rule.name, turn.get(f.direction, f.direction), f.index)
            for f in Chart(other, NELSON).judge([-x for x in row])
        }
        assert turned == upright


def test_unequal_subgroups_have_lines_of_their_own() -> None:
    points = Chart(Means(10.0, ONE)).points([[9.0, 10.0, 11.0, 12.0], [10.0]])
    assert points.upper.tolist() == [11.5, 13.0]
    assert points.value.tolist() == [10.5, 10.0]
    spread = Chart(Ranges(ONE)).points([[0.0, 1.0], [0.0, 1.0, 2.0, 3.0, 4.0]])
    assert spread.center == pytest.approx([1.128, 2.326], abs=5e-4)


def test_an_ewma_of_weight_1_is_the_chart_of_means(rings) -> None:
    means = x_bar_chart(rings[:25], sigma="pooled_s_c4").points(rings)
    ewma = ewma_chart(rings[:25], sigma="pooled_s_c4", weight=1.0).points(rings)
    for column in ("value", "lower", "upper"):
        assert getattr(ewma, column) == pytest.approx(getattr(means, column), rel=1e-14)


def test_a_head_start_finds_a_bad_start_sooner() -> None:
    shifted = [1.5] * 12
    cold = cusum_chart(shifted, sigma=ONE, target=0.0)
    warm = cusum_chart(shifted, sigma=ONE, target=0.0, head_start=2.5)
    assert [chart.judge(shifted)[0].index for chart in (cold, warm)] == [5, 2]


def test_no_samples_no_findings() -> None:
    for plot, _ in ALL:
        assert Chart(plot).judge([]) == ()


def test_a_sample_that_is_refused_leaves_the_watch_as_it_was() -> None:
    watch = Watch(Chart(MovingRanges(ONE)))
    watch.see(1.0)
    before = watch.memory
    with pytest.raises(ValueError, match="moving_range") as caught:
        watch.see(float("nan"))
    assert str(caught.value) == (
        "moving_range: sample 1: expected finite values, got nan or inf. Leave out what was not measured."
    )
    assert watch.memory == before


def test_a_memory_of_other_rules_is_refused() -> None:
    memory = Watch(Chart(Means(0.0, ONE, name="diameter"))).memory
    with pytest.raises(ValueError, match="diameter") as caught:
        Watch(Chart(Means(0.0, ONE, name="diameter"), NELSON[:2]), memory)
    assert str(caught.value) == (
        "diameter: memory: expected one of the rules nelson_1, nelson_2, got one of western_electric_1, "
        "western_electric_2, western_electric_3, western_electric_4. Start the watch without a memory."
    )


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: p_chart([[3, 50], [51, 50]]),
            (
                "p: sample 2: expected a whole count of 0 or more among a whole number of items, got 51 of 50. "
                "Count again or leave the sample out."
            ),
        ),
        (
            lambda: u_chart([[3, 0.0]]),
            (
                "u: sample 1: expected a whole count of 0 or more and a size above 0, got 3 of 0. "
                "Count again or leave the sample out."
            ),
        ),
        (
            lambda: u_chart([3, 4, 5]),
            "u: samples: expected pairs (count, size), got an array of shape (3,). Give the sizes too.",
        ),
        (
            lambda: c_chart([0, 0, 0]),
            "c: mean: expected a number above 0, got 0.0. Look at what it was computed from.",
        ),
        (
            lambda: p_chart([[0, 50], [0, 50]]),
            "p: fraction: expected a number between 0 and 1, got 0.0. Look at what it was computed from.",
        ),
        (lambda: c_chart([]), "c: base: expected samples, got none. Take a base first."),
        (
            lambda: Chart(MovingRanges(ONE)).points([[1.0, 2.0]]),
            "moving_range: samples: expected one value each, got an array of shape (1, 2). Use a chart for subgroups.",
        ),
        (
            lambda: Means(float("nan"), ONE),
            "x_bar: center: expected a finite number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: Ewma(0.0, ONE, weight=0.0),
            "ewma: weight: expected a number between 0 and 1, got 0.0. Look at what it was computed from.",
        ),
    ],
)
def test_what_makes_no_chart_is_refused(make, text: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        make()
    assert str(caught.value) == text
