"""The effect of an action: sums over stretches, refused where they are thin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen_floor import MIN, NOW, H, S, stop_of

from edge_agent.kpi.effect import Effect, LossShare, Refusal, compare
from edge_agent.screen.tpm.effect import measure
from edge_agent.wire.shop_floor import Elements, Part

START = 1_772_000_000 * S // H * H


def bucket(at: int, length: int = H, unit: str = "press", product: str = "", total: int = 0, **ns: int) -> Elements:
    part = Part(product=product, ideal_cycle_s=2.0 if product else None, ns=ns, total=total, reject=total // 10)
    return Elements(key=f"{unit}.{at}", work_unit=unit, since=at, until=at + length, parts=(part,))


def hours(n: int, since: int = START, **ns: int) -> list[Elements]:
    return [bucket(since + k * H, **ns) for k in range(n)]


def share(**told: float) -> LossShare:
    usual = {"since": 0, "until": 10 * H, "held": 1.0, "planned_ns": 10 * H, "observed_ns": 10 * H, "loss_ns": H}
    return LossShare(**(usual | told))  # type: ignore[arg-type]


def test_a_share_is_the_loss_of_all_buckets_over_the_observed_time_of_all() -> None:
    told = [bucket(START, FAULT=30 * MIN, RUN=30 * MIN), bucket(START + H, RUN=6 * MIN, NOT_SCHEDULED=54 * MIN)]
    found = measure(told, START, START + 2 * H, "breakdown")
    assert found.share == pytest.approx(30 / 66)  # the mean of both hours' shares would be 0.25
    assert (found.held, found.planned_ns, found.observed_ns) == (1.0, 66 * MIN, 66 * MIN)


@pytest.mark.parametrize(
    ("loss", "minutes"),
    [("breakdown", 4), ("stops", 3), ("setup", 6), ("minor_stops", 5), ("reduced_speed", 2), ("defects", 4)],
)
def test_each_of_the_six_losses_is_taken_from_the_elements(loss, minutes) -> None:
    """42 min RUN with 1200 pieces of 2 s, 120 of them rejected."""
    told = bucket(
        START, product="P", total=1200, FAULT=4 * MIN, STOP=3 * MIN, SETUP=6 * MIN, MINOR_STOP=5 * MIN, RUN=42 * MIN
    )
    assert measure([told], START, START + H, loss).loss_ns == minutes * MIN


def test_buckets_beside_the_stretch_do_not_count() -> None:
    told = hours(4, FAULT=H)
    assert measure(told, START + H, START + 3 * H, "breakdown").loss_ns == 2 * H
    assert measure([], START, START + H, "breakdown") == LossShare(START, START + H, 0.0, 0, 0, 0)


def test_of_two_machines_both_must_be_held() -> None:
    told = hours(10, RUN=H)
    assert measure(told, START, START + 10 * H, "stops", units=2).held == 0.5
    both = [*told, *(bucket(START + k * H, unit="oven", STOP=H) for k in range(10))]
    found = measure(both, START, START + 10 * H, "stops", units=2)
    assert (found.held, found.share) == (1.0, 0.5)


def test_the_time_of_a_reason_is_the_planned_part_of_its_stops_in_the_stretch() -> None:
    stops = [
        stop_of("press", START + H, 30, planned_ns=30 * MIN),
        stop_of("press", START - 10 * MIN, 40, planned_ns=20 * MIN),  # half of it planned, 30 of 40 min inside
        stop_of("press", START + 9 * H, None, planned_ns=2 * H),  # lasts, 2 h by now, 1 h inside
        stop_of("press", START + 2 * H, 50, planned_ns=50 * MIN, gone=True),
    ]
    found = measure(hours(10, RUN=H), START, START + 10 * H, "material", stops=stops, now=START + 11 * H)
    assert found.loss_ns == (30 + 15 + 60) * MIN


def test_bounds_say_what_the_unseen_time_could_change() -> None:
    found = share(observed_ns=8 * H, loss_ns=2 * H)
    assert (found.share, found.low, found.high, found.coverage) == (0.25, 0.2, 0.4, 0.8)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.data())
def test_bounds_hold_whatever_happened_in_the_unseen_time(lost, kept, unseen, data) -> None:
    found = share(planned_ns=lost + kept + unseen, observed_ns=lost + kept, loss_ns=lost)
    more = data.draw(st.integers(0, unseen))
    if found.planned_ns:
        truth = (lost + more) / found.planned_ns
        assert found.low is not None
        assert found.high is not None
        assert found.low - 1e-12 <= truth <= found.high + 1e-12


def test_a_loss_below_zero_keeps_its_bounds_in_order() -> None:
    found = share(observed_ns=8 * H, loss_ns=-H)
    assert (found.low, found.share, found.high) == (-0.125, -0.125, 0.1)


NOW_NS = 100 * H
LATER = {"since": 20 * H, "until": 30 * H}


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        ({}, LATER, None),
        ({}, {"since": 9 * H, "until": 19 * H}, Refusal("overlap")),
        ({}, {"since": 95 * H, "until": 105 * H}, Refusal("not_over", "after", 105 * H, NOW_NS)),
        ({"held": 0.94}, LATER, Refusal("held", "before", 0.94, 0.95)),
        ({}, {**LATER, "held": 0.2}, Refusal("held", "after", 0.2, 0.95)),
        ({"planned_ns": 0, "observed_ns": 0}, LATER, Refusal("nothing_planned", "before")),
        ({}, {**LATER, "observed_ns": 7 * H}, Refusal("observed", "after", 7.0, 8.0)),
        ({"observed_ns": 9 * H}, LATER, Refusal("coverage", "before", 0.9, 0.95)),
    ],
)
def test_thin_stretches_are_refused_and_say_why(before, after, refusal) -> None:
    effect = compare(share(**before), share(**after), NOW_NS)
    assert effect.refusal == refusal
    assert (effect.change is None) == (refusal is not None)
    assert not effect.fell


def test_a_loss_that_fell_says_how_far_and_how_surely() -> None:
    before, after = share(loss_ns=4 * H), share(**LATER, loss_ns=H)
    effect = compare(before, after, NOW)
    assert (effect.change, effect.fell, effect.surely) == (pytest.approx(-0.3), True, True)
    close = Effect(share(loss_ns=2 * H), share(loss_ns=round(1.9 * H), observed_ns=round(9.6 * H)), None)
    assert (close.fell, close.surely) == (True, False)
