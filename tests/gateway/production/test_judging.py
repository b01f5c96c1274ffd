"""Figures with what they rest on; losses that sum; what a change came from."""

import random

import pytest

from edge_agent.kpi.elements import Elements, ProductPieces
from gateway.production.comparing import compare
from gateway.production.judging import GREYS, judge, largest
from gateway.production.reading import Sum, together

S = 10**9
BUCKETS = ("NOT_SCHEDULED", "PLANNED_STOP", "UNKNOWN", "RUN", "MINOR_STOP", "FAULT", "STOP", "SETUP")


def made(total: int = 0, reject: int = 0, cycle_s: float = 1.0, **seconds: int) -> Sum:
    pieces = {("cap", cycle_s): ProductPieces(cycle_s, total, reject)} if total else {}
    return Sum(Elements(tuple(seconds.get(name, 0) * S for name in BUCKETS), pieces))


@pytest.mark.parametrize(
    ("of", "told", "why"),
    [
        (made(), None, "nothing"),
        (made(NOT_SCHEDULED=600), 1.0, "nothing_planned"),
        (made(UNKNOWN=600), 1.0, "unobserved"),
        (made(500, RUN=560, UNKNOWN=40), 1.0, "coverage"),
        (made(500, RUN=600), 0.4, "told"),
        (made(500, RUN=600), 0.5, ""),
        (made(500, RUN=600), None, ""),
    ],
)
def test_a_figure_that_rests_on_too_little_says_why(of, told, why) -> None:
    assert judge(of, told=told).grey == why
    assert why in ("", *GREYS)


def test_the_losses_and_oee_make_the_whole_of_the_observed_time() -> None:
    judged = judge(made(400, 25, RUN=500, MINOR_STOP=20, FAULT=40, STOP=30, SETUP=10, UNKNOWN=5))
    assert sum(loss.share for loss in judged.losses) + judged.main == pytest.approx(1)
    assert [loss.name for loss in judged.losses[:2]] == ["reduced_speed", "breakdown"]
    assert largest(judged.losses).ns == 100 * S
    assert judged.lost_ns == 225 * S


def test_a_machine_without_counters_has_availability_and_losses_of_time() -> None:
    judged = judge(made(RUN=540, FAULT=60), counts_pieces=False)
    assert (judged.main_name, judged.main, judged.figures.oee) == ("availability", 0.9, None)
    assert {loss.name for loss in judged.losses} == {"breakdown", "stops", "setup", "minor_stops"}


def test_nothing_lost_has_no_largest_loss() -> None:
    assert largest(judge(made(600, RUN=600)).losses) is None


def test_an_ideal_cycle_that_is_too_long_is_said() -> None:
    judged = judge(made(700, RUN=600))
    assert judged.ideal_cycle_is_wrong
    assert judged.main > 1


def test_a_change_of_oee_is_exactly_the_sum_of_what_its_losses_did() -> None:
    chance = random.Random(7)
    for _ in range(50):
        before, after = (
            judge(
                made(
                    chance.randrange(1, 500),
                    chance.randrange(1),
                    **{name: chance.randrange(1, 300) for name in BUCKETS[2:]},
                )
            )
            for _ in range(2)
        )
        change = compare(before, after)
        assert sum(cause.points for cause in change.causes) == pytest.approx(change.points)
        if change.main_cause:
            assert change.main_cause.points * change.points > 0
            assert abs(change.main_cause.points) == max(
                abs(c.points) for c in change.causes if c.points * change.points > 0
            )


def test_what_did_most_of_a_fall_is_named() -> None:
    before = judge(made(500, RUN=560, FAULT=20, STOP=20))
    after = judge(made(400, RUN=460, FAULT=120, STOP=20))
    change = compare(before, after)
    assert (change.way, change.main_cause.name) == ("fell", "breakdown")
    assert compare(after, before).way == "rose"
    assert compare(after, before).main_cause.name == "breakdown"
    assert compare(before, before).way == "same"
    assert compare(before, before).main_cause is None


def test_what_cannot_be_said_cannot_be_compared() -> None:
    assert compare(judge(made()), judge(made(500, RUN=600))) is None
    assert compare(judge(made(RUN=600), counts_pieces=False), judge(made(500, RUN=600))) is None


def test_sums_are_taken_before_ratios_and_products_stay_apart() -> None:
    small, large = made(10, cycle_s=10.0, RUN=100), made(90, cycle_s=5.0, RUN=450, STOP=450)
    judged = judge(together([small, large]))
    assert judged.main == pytest.approx(0.55)
    assert judged.elements.total == 100
