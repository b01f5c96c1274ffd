"""What audits, changeovers, time studies and repairs say, against sums by hand and a second method."""

import statistics
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen_floor import MIN, NOW, H, S, stop_of

from edge_agent.config.lists import shipped_audit
from edge_agent.config.shop_tables import AuditConfig, ListItemConfig
from edge_agent.screen.tpm import audits, repairs, smed, timing
from edge_agent.screen.tpm.attention import areas_due, by_state, open_tags
from edge_agent.wire.entries import (
    AbnormalityTag,
    Audit5S,
    ChangeoverStep,
    ChangeoverStudy,
    ImprovementAction,
    Maintenance,
    TimeStudy,
)

DAY = 24 * H
# ------------------------------------------------------------------ 5S


def item(name: str) -> ListItemConfig:
    return ListItemConfig(id=name, title={"vi": name, "en": name})


QUESTIONS = AuditConfig(
    questions={"sort": (item("a"), item("b"), item("c")), "shine": (item("d"),), "sustain": (item("e"),)}, most=5
)


def audit(at: int = 0, most: int = 5, **scores: int) -> Audit5S:
    return Audit5S(key=f"x.{at}", area="x", scores=scores, most=most, entered_at=at)


def test_a_score_is_points_over_the_most_that_was_asked() -> None:
    scored = audits.score(audit(a=5, b=4, c=0, d=2, e=5), QUESTIONS)
    assert scored.total == audits.Points(16, 25)
    assert scored.total.share == 0.64  # the mean of the three shares, 0.6, 0.4 and 1, would be 0.67
    assert scored.by_step["sort"] == audits.Points(9, 15)
    assert scored.by_step["set_in_order"] == audits.Points(0, 0)
    assert scored.by_step["set_in_order"].share is None
    assert scored.weakest == "shine"
    assert scored.change is None


def test_a_question_that_is_asked_no_more_counts_in_the_total_alone() -> None:
    scored = audits.score(audit(a=5, gone=0), QUESTIONS)
    assert scored.total == audits.Points(5, 10)
    assert sum(points.most for points in scored.by_step.values()) == 5


def test_a_trend_compares_audits_that_asked_the_same() -> None:
    told = [audit(1, a=1, b=1), audit(3, a=4, b=4), audit(2, a=2, b=3), audit(4, a=5)]
    found = audits.trend(told, QUESTIONS)
    assert [(one.audit.entered_at, one.change) for one in found] == [
        (4, None),
        (3, pytest.approx(0.3)),
        (2, pytest.approx(0.3)),
        (1, None),
    ]
    assert audits.trend([], QUESTIONS) == []


def test_another_most_does_not_make_a_fall() -> None:
    found = audits.trend([audit(1, most=4, a=4), audit(2, most=5, a=5)], QUESTIONS)
    assert found[0].change == 0.0


def test_an_audit_of_the_shipped_questions_has_125_points() -> None:
    shipped = shipped_audit()
    asked = [one.id for questions in shipped.questions.values() for one in questions]
    scored = audits.score(audit(**dict.fromkeys(asked, 3)), shipped)
    assert (scored.total, scored.weakest) == (audits.Points(75, 125), "sort")
    assert audits.score(audit(), shipped).weakest == ""


# ------------------------------------------------------------------ changeovers


def step(since: int, until: int, *, internal: bool = True, idea: str = "") -> ChangeoverStep:
    return ChangeoverStep(what="", since=since * MIN, until=until * MIN, internal=internal, idea=idea)


def study(*steps: ChangeoverStep, ended: int = 0) -> ChangeoverStudy:
    return ChangeoverStudy(key="k", work_unit="press", steps=steps, ended_at=ended * MIN)


def test_internal_and_external_work_are_summed() -> None:
    found = smed.summarise(
        study(
            step(0, 10, internal=False), step(10, 25, idea="x"), step(25, 40), step(40, 45, internal=False), ended=45
        ),
        NOW,
    )
    assert (found.internal_ns, found.external_ns, found.standing_ns) == (30 * MIN, 15 * MIN, 30 * MIN)
    assert (found.movable_ns, found.elapsed_ns) == (15 * MIN, 45 * MIN)
    assert found.internal_share == pytest.approx(2 / 3)
    assert [one.step.idea for one in found.movable] == ["x"]


def test_two_people_at_once_keep_the_machine_standing_once() -> None:
    found = smed.summarise(study(step(0, 10), step(5, 12), step(20, 25), ended=25), NOW)
    assert (found.internal_ns, found.standing_ns) == (22 * MIN, 17 * MIN)


def test_the_last_step_of_a_running_study_lasts_until_now() -> None:
    found = smed.summarise(study(step(0, 10), step(10, 10, internal=False)), 17 * MIN)
    assert [(one.ns // MIN, one.lasts) for one in found.steps] == [(10, False), (7, True)]
    assert found.elapsed_ns == 17 * MIN


def test_a_clock_that_was_set_back_gives_no_negative_step() -> None:
    found = smed.summarise(study(step(10, 10)), 9 * MIN)
    assert (found.internal_ns, found.internal_share) == (0, None)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20), st.booleans()), min_size=1, max_size=8))
def test_standing_time_is_that_of_a_count_by_minutes(told) -> None:
    steps = [step(since, since + lasted, internal=internal) for since, lasted, internal in told]
    minutes = {m for since, lasted, internal in told if internal for m in range(since, since + lasted)}
    assert smed.summarise(study(*steps, ended=100), NOW).standing_ns == len(minutes) * MIN


# ------------------------------------------------------------------ time studies


def timed(*seconds: float | None) -> list[TimeStudy]:
    return [
        TimeStudy(key=f"{k}", study="s", came_in=k * S, went_out=None if s is None else k * S + round(s * S))
        for k, s in enumerate(seconds)
    ]


def test_median_quartiles_and_ninetieth_percentile_of_a_known_series() -> None:
    """1 to 10: by rank, linear between neighbours."""
    found = timing.summarise(timed(*range(1, 11), None, None))
    assert (found.n, found.median_s, found.lower_s, found.upper_s) == (10, 5.5, 3.25, 7.75)
    assert (found.p90_s, found.spread_s) == (pytest.approx(9.1), 4.5)
    assert [one.came_in // S for one in found.inside] == [10, 11]


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=60))
def test_quantiles_agree_with_the_standard_library(seconds) -> None:
    found = timing.summarise(timed(*seconds))
    lower, median, upper = statistics.quantiles(seconds, n=4, method="inclusive")
    assert (found.lower_s, found.median_s, found.upper_s) == (
        pytest.approx(lower),
        pytest.approx(median),
        pytest.approx(upper),
    )
    if len(seconds) >= timing.ENOUGH:
        assert found.p90_s == pytest.approx(statistics.quantiles(seconds, n=10, method="inclusive")[8])


def test_nine_are_too_few_for_a_ninetieth_percentile() -> None:
    assert timing.summarise(timed(*range(9))).p90_s is None


def test_who_went_out_before_coming_in_is_left_out_and_counted() -> None:
    found = timing.summarise(timed(5, -3))
    assert (found.n, found.wrong, found.median_s) == (1, 1, 5.0)
    assert timing.summarise([]) == timing.Timing(0, None, None, None, None, ())


# ------------------------------------------------------------------ repairs


def work(since: int, until: int | None, kind: str = "breakdown", stop: str = "", key: str = "w") -> Maintenance:
    ends = None if until is None else until * MIN
    return Maintenance(key=key, work_unit="press", kind=kind, since=since * MIN, until=ends, stop=stop)


def test_a_repair_belongs_to_the_stop_that_it_overlaps_longest() -> None:
    stops = [
        stop_of("press", 0, 10, "FAULT"),
        stop_of("press", 20 * MIN, 30, "STOP"),
        stop_of("press", 60 * MIN, 9, "MINOR_STOP"),
        stop_of("oven", 20 * MIN, 90, "FAULT"),
    ]
    found = repairs.join([work(8, 45)], stops, NOW)
    [one] = found.repairs
    assert (one.stop, one.named) == (stops[1], False)
    assert (one.waited_ns, one.repair_ns) == (0, 37 * MIN)
    assert found.without == (stops[3], stops[0])


def test_a_record_that_names_its_stop_belongs_to_it_whatever_the_times() -> None:
    stop = stop_of("press", 0, 10, "FAULT")
    found = repairs.join([work(30, 40, stop=stop.key), work(50, 60, "planned", stop.key, "v")], [stop], NOW)
    assert [one.named for one in found.repairs] == [True, True]
    assert (found.repaired, found.mean_repair_s, found.waited, found.mean_wait_s) == (1, 600.0, 1, 1800.0)
    assert found.without == ()


def test_planned_work_beside_a_fault_is_not_its_repair() -> None:
    stop = stop_of("press", 0, 10, "FAULT")
    found = repairs.join([work(0, 10, "planned")], [stop], NOW)
    assert (found.repairs[0].stop, found.without, found.repaired) == (None, (stop,), 0)
    assert (found.mean_repair_s, found.mean_wait_s) == (None, None)


def test_of_two_repairs_of_one_stop_the_first_ended_the_wait() -> None:
    stop = stop_of("press", 0, 60, "FAULT")
    found = repairs.join([work(40, 50, key="v"), work(10, 30)], [stop], NOW)
    assert (found.waited, found.mean_wait_s, found.repaired, found.mean_repair_s) == (1, 600.0, 2, 900.0)


def test_what_lasts_is_joined_and_not_summed() -> None:
    found = repairs.join([work(5, None)], [stop_of("press", 0, None, "FAULT")], 20 * MIN)
    assert (found.repaired, found.waited, found.without) == (0, 1, ())
    assert found.repairs[0].repair_ns is None


# ------------------------------------------------------------------ what is due


def test_an_area_is_due_after_thirty_days_or_when_it_was_never_audited() -> None:
    areas = [item("x"), item("y"), item("z")]
    told = [Audit5S(key=k, area=k, scores={}, entered_at=NOW - days * DAY) for k, days in (("x", 29), ("y", 30))]
    assert [(one.area.id, one.due) for one in areas_due(areas, told, NOW)] == [("x", False), ("y", True), ("z", True)]


def test_actions_are_overdue_the_day_after_their_day() -> None:
    def action(name: str, due: str, done: int = 0, verdict: str = "") -> ImprovementAction:
        return ImprovementAction(key=name, loss="stops", what=name, owner="", due=due, done_at=done, verdict=verdict)

    told = [
        action("today", "2026-03-02"),
        action("late", "2026-03-01"),
        action("later", "2026-02-01"),
        action("done", "2026-01-01", 5),
        action("said", "2026-01-01", 5, "not_effective"),
    ]
    found = by_state(told, date(2026, 3, 2))
    assert [[one.what for one in group] for group in found] == [["later", "late"], ["today"], ["done"], ["said"]]


def test_the_tag_that_has_waited_longest_comes_first() -> None:
    tags = [AbnormalityTag(key=str(k), work_unit="p", what="", found_at=k, closed_at=k == 2) for k in (3, 1, 2)]
    assert [tag.found_at for tag in open_tags(tags)] == [1, 3]
