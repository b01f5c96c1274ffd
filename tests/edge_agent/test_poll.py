from hypothesis import given
from hypothesis import strategies as st

from drivers.bus import Polled
from drivers.errors import NoReplyError, RefusedError
from drivers.instrument import Indication, Missing
from edge_agent.losses import Losses
from edge_agent.poll import Plan, Task


class Named:
    def __init__(self, name: str) -> None:
        self.name = name
        self.channels = {"a": "1"}

    def poll(self):
        raise NotImplementedError


def plan(**period_s: float) -> Plan:
    made = Plan([Task("bus", Named(name), period) for name, period in period_s.items()], Losses())
    made.begin(100.0)
    return made


def due(p: Plan, now_s: float) -> list[str]:
    return [task.instrument.name for task in p.due(now_s)]


def ended(p: Plan, name: str, *, silent: bool = False) -> None:
    instrument = next(t.instrument for t in p.tasks if t.instrument.name == name)
    shown = Missing("a", NoReplyError("x")) if silent else Indication("a", 1.0, "1", 0)
    p.ended(Polled("bus", instrument, (shown,), 0))


def lost(p: Plan) -> dict[tuple[str, str], int]:
    return {(one.instrument, one.reason): one.n for one in p.losses.take()}


def test_everything_is_due_at_once_and_then_each_by_its_period() -> None:
    p = plan(fast=1.0, slow=5.0)
    assert due(p, 100.0) == ["fast", "slow"]
    ended(p, "fast")
    ended(p, "slow")
    assert p.next_s() == 101.0
    assert due(p, 100.9) == []
    assert due(p, 101.0) == ["fast"]


def test_due_times_keep_to_the_grid_however_late_we_are() -> None:
    p = plan(fast=1.0)
    for now in (100.0, 101.3, 102.2, 103.9):
        assert due(p, now) == ["fast"]
        ended(p, "fast")
    assert p.next_s() == 104.0
    assert lost(p) == {}


def test_polls_that_were_left_out_are_counted() -> None:
    p = plan(fast=1.0)
    due(p, 100.0)
    ended(p, "fast")
    assert due(p, 104.5) == ["fast"]
    assert lost(p) == {("fast", "skipped"): 3}
    assert p.next_s() == 105.0


def test_a_poll_that_has_not_ended_is_not_begun_again() -> None:
    p = plan(slow=1.0)
    due(p, 100.0)
    assert due(p, 101.0) == []
    assert due(p, 102.0) == []
    assert lost(p) == {("slow", "skipped"): 2}


def test_a_silent_instrument_is_asked_less_often_and_comes_back_at_once() -> None:
    p = plan(dead=1.0, live=1.0)
    asked: dict[str, list[int]] = {"dead": [], "live": []}
    for now in range(100, 300):
        for name in due(p, float(now)):
            asked[name].append(now)
            ended(p, name, silent=name == "dead")
    assert asked["live"] == list(range(100, 300))
    gaps = [b - a for a, b in zip(asked["dead"], asked["dead"][1:], strict=False)]
    assert gaps[:7] == [1, 1, 2, 4, 8, 16, 32]
    assert set(gaps[7:]) == {60}
    assert lost(p)["dead", "back_off"] + len(asked["dead"]) >= 200
    again = int(p.tasks[0].due_s)
    due(p, float(again))
    ended(p, "dead")
    assert "dead" in due(p, again + 1.0)


def test_only_what_was_left_out_is_counted_when_it_ends_in_the_middle_of_a_rest() -> None:
    p = plan(dead=1.0)
    for now in range(100, 200):
        for name in due(p, float(now)):
            ended(p, name, silent=True)
    p.count_rests(199.0)
    asked = 1 + 1 + 1 + 5  # at 100, 101, 102 and after rests of 2, 4, 8, 16 and 32 s
    assert lost(p) == {("dead", "back_off"): 100 - asked}


def test_a_refusal_is_an_answer() -> None:
    p = plan(refusing=1.0)
    for now in range(100, 110):
        due(p, float(now))
        p.ended(Polled("bus", p.tasks[0].instrument, (Missing("a", RefusedError("no")),), 0))
    assert lost(p) == {}


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60), st.sampled_from([0.1, 0.7, 1.0, 2.5]))
def test_asked_and_counted_together_are_every_due_time(steps: list[float], period: float) -> None:
    p = plan(one=period)
    now = 100.0
    asked = 0
    for step in steps:
        now += step
        for name in due(p, now):
            asked += 1
            ended(p, name)
    counted = sum(lost(p).values())
    assert asked + counted == round((p.tasks[0].due_s - 100.0) / period)
