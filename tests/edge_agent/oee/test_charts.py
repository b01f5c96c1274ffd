"""Live control charts on a real SQLite file; samples are made by hand, the library judges the whole beside them."""

import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from calibration.control_charts import (
    LIMITS,
    NELSON,
    Chart,
    Ewma,
    Sigma,
    individuals_chart,
    range_chart,
    s_chart,
    x_bar_chart,
)
from edge_agent.collect import Sample
from edge_agent.config import AgentConfig
from edge_agent.oee.chart_book import ChartPoint, ChartReader, ChartState
from edge_agent.oee.charts import Charts
from edge_agent.outbox.schema import open_to_write
from edge_agent.wire.messages import Finding, Record

S = 10**9
START = 1_772_406_000 * S
"""2026-03-01 23:00 UTC."""
FORCE = "press-1.press_force"


class Dated(NamedTuple):
    sample: Sample
    at: int


def sample(at_s: float, force: float, quality: str = "") -> Dated:
    marks = [("press_force_q", quality)] if quality else []
    at = START + round(at_s * S)
    return Dated(Sample("press-1", at, [("produced", 1.0), ("press_force", force)], marks), at)


def every_second(values: Sequence[float], start_s: float = 0.0) -> list[Dated]:
    return [sample(start_s + k, value) for k, value in enumerate(values)]


@pytest.fixture
def config(agent_config) -> Callable[..., AgentConfig]:
    """A press with charts; each is a dictionary of keys, of the press force unless it says otherwise."""

    def make(*charts: dict[str, Any], **one: Any) -> AgentConfig:
        tables = [{"channel": FORCE, **chart} for chart in charts or (one,)]
        # A JSON string or number is one of TOML, too.
        lines = [["[[charts]]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())] for table in tables]
        text = "\n".join(line for table in lines for line in table)
        return agent_config(clock=f'trust = "always"\n{text}')

    return make


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = opened(tmp_path / "outbox.sqlite")
    yield connection
    connection.close()


def opened(path: Path) -> sqlite3.Connection:
    connection = open_to_write(path)
    connection.execute("PRAGMA synchronous = OFF")  # no power is cut here
    return connection


def take(charts: Charts, db: sqlite3.Connection, dated: Sequence[Dated]) -> list[Record]:
    db.execute("BEGIN IMMEDIATE")
    try:
        records = list(charts.take(dated))
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
    return records


def follow(config: AgentConfig, db: sqlite3.Connection, dated: Sequence[Dated]) -> list[Finding]:
    """All of them, one a transaction, as a recorder does every second."""
    charts = Charts(config, db)
    findings = [record for one in dated for record in take(charts, db, [one])]
    assert all(isinstance(one, Finding) for one in findings)
    return findings


def stored(db: sqlite3.Connection) -> tuple[ChartState, list[ChartPoint]]:
    [(_, state, points)] = ChartReader(db).charts()
    return state, points


def normal(n: int, mean: float = 630.0, sigma: float = 9.0, seed: int = 1) -> list[float]:
    source = random.Random(seed)
    return [round(source.gauss(mean, sigma), 1) for _ in range(n)]


# ------------------------------------------------------------------ rules that fire


def test_a_point_beyond_stated_limits_is_told_with_its_lines_and_what_to_do(config, db) -> None:
    shown = [631.0, 628.0, 658.5, 630.0]
    [finding] = follow(config(centre=630.0, sigma=9.0), db, every_second(shown))
    assert finding == Finding(
        key="control_chart.press-1.press_force",
        kind="control_chart",
        text=(
            "press-1.press_force (kN): a point beyond the limits, above (western_electric_1). "
            "At 2026-03-01T23:00:02Z the value is 658.5, limits 603 to 657 around 630 (sigma 9, stated). "
            "Look for what happened just then: tool, material, setting, measurement."
        ),
    )


def test_a_shifted_process_fires_eight_on_one_side_at_the_eighth_point(config, db) -> None:
    steady = [630.0 + 3 * (-1) ** k for k in range(20)]
    shifted = [634.0, 636.0] * 10
    charts = Charts(config(centre=630.0, sigma=9.0), db)
    samples = every_second(steady + shifted)
    [(when, finding)] = [(k, record) for k, one in enumerate(samples) for record in take(charts, db, [one])]
    assert when == 27
    assert finding.text == (
        "press-1.press_force (kN): 8 points in a row on one side of the centre, above (western_electric_4). "
        "At 2026-03-01T23:00:27Z the value is 636, limits 603 to 657 around 630 (sigma 9, stated). "
        "Look for what has shifted since 2026-03-01T23:00:20Z: tool, material, setting, measurement."
    )


@pytest.mark.parametrize("rules", ["limits", "western_electric", "nelson"])
def test_every_point_after_the_base_is_judged_as_the_library_judges_the_whole(config, db, rules) -> None:
    values = normal(25) + normal(100, 636.0, seed=2)
    follow(config(base=25, rules=rules), db, every_second(values))
    scheme = {"limits": LIMITS, "nelson": NELSON}.get(rules)
    more = {"rules": scheme} if scheme else {}
    chart = individuals_chart(values[:25], sigma="moving_range_d2", **more)
    expected = [(25 + f.index, f.rule.name, f.direction, 25 + f.start, f.begins) for f in chart.judge(values[25:])]
    state, points = stored(db)
    told = [(p.number, f.rule, f.direction, f.start, f.begins) for p in points[25:] for f in p.fired]
    assert told == expected != []
    assert state.lines is not None
    assert (state.lines.center, state.lines.sigma, state.lines.estimator) == pytest.approx(
        (chart.plot.center, chart.plot.sigma.value, "moving_range_d2")
    )


@pytest.mark.parametrize(
    ("kind", "estimator", "spread_chart"), [("xbar_r", "mean_range_d2", range_chart), ("xbar_s", "mean_s_c4", s_chart)]
)
def test_subgroups_are_watched_for_their_means_and_for_their_spread(config, db, kind, estimator, spread_chart) -> None:
    values = normal(25 * 5) + normal(40 * 5, 634.0, 18.0, seed=3)
    groups = [values[k : k + 5] for k in range(0, len(values), 5)]
    follow(config(kind=kind, n=5, base=25), db, every_second(values))
    places = x_bar_chart(groups[:25], sigma=estimator)
    spreads = spread_chart(groups[:25], rules=LIMITS)
    _, points = stored(db)
    for chart, name in ((places, "x_bar"), (spreads, spreads.plot.name)):
        told = [(p.number, f.rule, f.direction) for p in points[25:] for f in p.fired if f.on == name]
        assert told == [(25 + f.index, f.rule.name, f.direction) for f in chart.judge(groups[25:])] != []
    assert [p.spread.value for p in points] == pytest.approx([one.value for one in spreads.points(groups)])
    assert [p.place.upper for p in points] == pytest.approx([one.upper for one in places.points(groups)])


def test_an_ewma_of_stated_lines_is_that_of_the_library(config, db) -> None:
    values = normal(60, 634.0, seed=4)
    follow(config(kind="ewma", centre=630.0, sigma=9.0), db, every_second(values))
    chart = Chart(Ewma(630.0, Sigma.stated(9.0)))
    _, points = stored(db)
    assert [p.place.value for p in points] == pytest.approx([one.value for one in chart.points(values)])
    assert [p.number for p in points if p.fired] == [f.index for f in chart.judge(values)] != []


def test_a_cusum_starts_from_zero_after_it_has_signalled_and_is_quiet_once_the_cause_is_gone(config, db) -> None:
    # Two sigma high: 1.5 a point over the allowance, beyond 5 at the fourth.
    shifted, mended = [648.0] * 6, [630.0] * 20
    findings = follow(config(kind="cusum", centre=630.0, sigma=9.0), db, every_second(shifted + mended))
    _, points = stored(db)
    assert [p.number for p in points if p.fired] == [3]
    assert [p.place.value for p in points[:6]] == pytest.approx([1.5, 3.0, 4.5, 6.0, 1.5, 3.0])
    assert [one.over for one in findings] == [False, True]
    assert "the cumulative sum (in standard deviations) is 6 up, 0 down, limits -5 to 5 around 0" in findings[0].text


# ------------------------------------------------------------------ one trouble, told once


def test_a_trouble_is_told_once_and_over_when_fifteen_points_broke_no_rule(config, db) -> None:
    bad, good = [660.0, 630.0] * 5, [629.0, 631.0] * 20
    findings = follow(config(centre=630.0, sigma=9.0, rules="limits"), db, every_second(bad + good))
    assert [one.over for one in findings] == [False, True]
    # The last bad point is the ninth; the fifteenth after it is at 23 s.
    assert findings[1] == Finding(
        key="control_chart.press-1.press_force",
        kind="control_chart",
        over=True,
        text=(
            "press-1.press_force (kN): no rule fired at the last 15 points. At 2026-03-01T23:00:23Z the value is 631, "
            "limits 603 to 657 around 630 (sigma 9, stated). Write down what the cause was and what was done."
        ),
    )


def test_another_rule_of_the_same_trouble_is_told_too(config, db) -> None:
    findings = follow(config(centre=630.0, sigma=9.0), db, every_second([660.0] * 10))
    told = [one.text.partition("(western_electric_")[2][0] for one in findings]
    assert told == ["1", "2", "3", "4"]


def test_two_charts_of_one_channel_tell_under_keys_of_their_own(config, db) -> None:
    told = {"centre": 630.0, "sigma": 9.0}
    findings = follow(config({"kind": "individuals", **told}, {"kind": "ewma", **told}), db, every_second([690.0]))
    assert [one.key for one in findings] == [
        "control_chart.press-1.press_force",
        "control_chart.press-1.press_force.ewma",
    ]


# ------------------------------------------------------------------ the base


def test_a_base_that_is_out_of_control_is_told_once_and_the_chart_goes_on(config, db) -> None:
    values = [630.0 + 2 * (-1) ** k for k in range(25)]
    values[10] = 660.0
    findings = follow(config(base=25), db, every_second(values + [633.0, 629.0] * 5))
    assert [one.key for one in findings] == ["control_chart_base.press-1.press_force"]
    assert findings[0].text == (
        "press-1.press_force (kN): 1 point of the base broke a rule, so its lines may be wrong: 2026-03-01T23:00:10Z "
        "a point beyond the limits, above (western_electric_1). Find the cause, then state centre and sigma, or take "
        "another base; where neighbours are alike, raise every_s."
    )
    state, points = stored(db)
    assert state.points == len(points) == 35
    assert points[30].place is not None


def test_a_base_of_readings_that_never_differ_is_told_and_taken_again(config, db) -> None:
    values = [630.0] * 30 + [630.0 + 2 * (-1) ** k for k in range(30)]
    findings = follow(config(base=10), db, every_second(values))
    assert [(one.kind, one.over) for one in findings] == [
        *[("control_chart_base", False)] * 3,
        ("control_chart_base", True),
    ]
    assert findings[0].text == (
        "press-1.press_force (kN): its base gives no lines: sigma (moving_range_d2): expected a finite number above 0, "
        "got 0.0. Readings that never differ need a finer resolution before they need a chart. A new base is being "
        "taken."
    )
    assert findings[0] == findings[1], "said in the same words, so the outbox says it once"


# ------------------------------------------------------------------ subgroups are rational


def test_one_value_every_so_often_even_where_polls_jitter(config, db) -> None:
    jitter = [0.0, 1.01, 1.99, 3.02, 3.98, 5.0, 6.01, 6.99, 8.0]
    values = [sample(at, 600.0 + k) for k, at in enumerate(jitter)]
    follow(config(every_s=2.0, centre=630.0, sigma=90.0), db, values)
    assert [p.values for p in stored(db)[1]] == [[600.0], [602.0], [604.0], [606.0], [608.0]]


def test_values_of_doubtful_quality_are_not_on_the_chart(config, db) -> None:
    shown = [sample(0, 630.0), sample(1, 999.0, "uncertain.out_of_range"), sample(2, 631.0)]
    assert follow(config(centre=630.0, sigma=9.0), db, shown) == []
    assert [p.values for p in stored(db)[1]] == [[630.0], [631.0]]


def test_a_gap_abandons_the_open_subgroup_and_is_marked(config, db) -> None:
    before, after = every_second([1.0, 2.0, 3.0, 4.0, 5.0]), every_second([6.0, 7.0, 8.0], start_s=7.5)
    follow(config(kind="xbar_r", n=3, centre=4.0, sigma=9.0), db, before + after)
    state, points = stored(db)
    assert [(p.values, p.gap) for p in points] == [([1.0, 2.0, 3.0], False), ([6.0, 7.0, 8.0], True)]
    assert state.abandoned == 1


def test_three_periods_of_silence_are_no_gap(config, db) -> None:
    shown = [sample(0, 1.0), sample(1, 2.0), sample(4, 3.0)]
    follow(config(kind="xbar_r", n=3, centre=4.0, sigma=9.0), db, shown)
    assert [p.values for p in stored(db)[1]] == [[1.0, 2.0, 3.0]]


def test_samples_out_of_their_order_are_left_out_and_counted(config, db) -> None:
    shown = [sample(0, 1.0), sample(5, 2.0), sample(3, 99.0), sample(5, 98.0), sample(6, 3.0)]
    follow(config(centre=4.0, sigma=9.0), db, shown)
    state, points = stored(db)
    assert ([p.values for p in points], state.disordered) == ([[1.0], [2.0], [3.0]], 2)


def test_a_clock_that_was_set_back_does_not_stop_the_chart(config, db) -> None:
    shown = every_second([1.0, 2.0], start_s=7200) + every_second([float(k) for k in range(40)])
    follow(config(centre=20.0, sigma=90.0), db, shown)
    state, points = stored(db)
    assert [p.values for p in points] == [[1.0], [2.0], *([float(k)] for k in range(30, 40))]
    assert [p.gap for p in points[:4]] == [False, False, True, False]
    assert state.disordered == 30


# ------------------------------------------------------------------ restarts and changes


@pytest.mark.parametrize("kind", ["individuals", "xbar_r", "xbar_s", "ewma", "cusum"])
def test_a_kill_between_any_two_transactions_changes_nothing(config, tmp_path, kind) -> None:
    n = 4 if kind.startswith("xbar") else 1
    values = normal(10 * n + 7) + normal(30 * n, 640.0, 14.0, seed=9) + normal(20 * n, seed=10)
    shown = config(kind=kind, n=n, base=10, rules="nelson")

    def run(path: Path, *, killed: bool) -> tuple[list[Record], Any]:
        connection = opened(path)
        charts = Charts(shown, connection)
        records: list[Record] = []
        for one in every_second(values):
            if killed:
                # What was not committed is gone, and so is the process.
                connection.execute("BEGIN IMMEDIATE")
                list(charts.take([one, sample(10**6, 1e6)]))
                connection.execute("ROLLBACK")
                connection.close()
                connection = opened(path)
                charts = Charts(shown, connection)
            records += take(charts, connection, [one])
        end = stored(connection)
        connection.close()
        return records, end

    whole = run(tmp_path / "whole.sqlite", killed=False)
    assert run(tmp_path / "killed.sqlite", killed=True) == whole
    assert whole[0] != []


def test_how_samples_are_cut_into_transactions_changes_nothing(config, db, tmp_path) -> None:
    shown = config(base=20)
    samples = every_second(normal(20) + normal(60, 645.0, seed=5))
    other = opened(tmp_path / "other.sqlite")
    assert take(Charts(shown, other), other, samples) == follow(shown, db, samples) != []
    assert stored(other) == stored(db)
    other.close()


def test_another_setting_begins_a_new_base_and_ends_what_was_told(config, db) -> None:
    follow(config(centre=630.0, sigma=9.0), db, every_second([660.0]))
    findings = follow(config(base=12), db, every_second([630.0], start_s=1))
    assert findings == [
        Finding(
            key="control_chart.press-1.press_force",
            kind="control_chart",
            text=(
                "press-1.press_force (kN): its control chart (individuals) was set up anew, so what it told before is "
                "over."
            ),
            over=True,
        )
    ]
    state, points = stored(db)
    assert (state.lines, [p.values for p in points]) == (None, [[630.0]])


def test_other_specification_limits_keep_the_lines(config, db) -> None:
    follow(config(base=10), db, every_second(normal(12)))
    lines = stored(db)[0].lines
    assert follow(config(base=10, lower=580.0, upper=680.0), db, every_second([630.0], start_s=12)) == []
    [(about, state, points)] = ChartReader(db).charts()
    assert lines is not None
    assert (state.lines, len(points), about.chart.upper) == (lines, 13, 680.0)


def test_a_chart_that_is_not_configured_any_more_is_over_and_the_other_keeps_its_key(config, db) -> None:
    told = {"centre": 630.0, "sigma": 9.0}
    follow(config({"kind": "individuals", **told}, {"kind": "ewma", **told}), db, every_second([690.0]))
    findings = follow(config({"kind": "ewma", **told}), db, every_second([690.0], start_s=1))
    assert [(one.key, one.over) for one in findings] == [("control_chart.press-1.press_force", True)]
    [(about, _, points)] = ChartReader(db).charts()
    assert (about.key, len(points)) == ("press-1.press_force.ewma", 2)


def test_the_last_two_hundred_points_are_kept_and_the_whole_of_a_longer_base_until_it_gives_lines(config, db) -> None:
    charts = Charts(config(base=250), db)
    take(charts, db, every_second(normal(249)))
    assert len(stored(db)[1]) == 249
    take(charts, db, every_second(normal(51, seed=2), start_s=249))
    state, points = stored(db)
    assert [points[0].number, points[-1].number, state.points] == [100, 299, 300]
    base = normal(249) + normal(1, seed=2)
    assert state.lines.center == pytest.approx(sum(base) / 250)


def test_a_transaction_without_values_of_the_channel_writes_nothing(config, db) -> None:
    charts = Charts(config(every_s=60.0), db)
    take(charts, db, every_second([630.0]))
    before = db.total_changes
    take(charts, db, every_second([631.0] * 30, start_s=1))
    take(charts, db, [Dated(Sample("balance-1", START, [("mass", 1.0)], []), START + 40 * S)])
    assert db.total_changes == before


def test_a_file_without_charts_has_none(db) -> None:
    assert ChartReader(db).charts() == []


def test_without_charts_the_library_of_control_charts_is_not_imported() -> None:
    asked = "import sys, edge_agent.oee.shop, edge_agent.screen.app; print('calibration.control_charts' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "False"
