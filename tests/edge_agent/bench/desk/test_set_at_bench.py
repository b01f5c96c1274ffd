"""What the gateway sets at a bench: in force at once, kept over restarts, answered; and refused in words."""

import pytest

from edge_agent.asked import BenchAsked, SettingCame
from edge_agent.bench.desk import NOUNS, BenchDesk
from edge_agent.bench.requests import Abandon
from edge_agent.wire.bench_settings import BENCH_ORDERS, BENCH_PEOPLE, BENCH_STANDARDS
from edge_agent.wire.messages import Setting, SettingKept

ITEM = {"name": "Cân", "unit": "g", "resolution": 0.1}
STANDARD = {"code": "S", "quantity": "mass", "unit": "g", "certificate": "C", "due": "2027-01-01"}


def answer(edge, noun: str, body: dict[str, object], key: str = "all") -> SettingKept:
    edge.set(noun, body, key)
    return [one for one in edge.records(SettingKept) if one.key == f"{noun}/{key}"][-1]


def test_what_is_set_is_offered_at_once_and_after_a_restart(edge) -> None:
    orders = [
        {"number": "W2", "procedure": "small-scale", "item": ITEM},
        {"number": "W1", "procedure": "x", "item": ITEM},
    ]
    assert answer(edge, BENCH_ORDERS, {"orders": orders}).accepted
    assert answer(edge, BENCH_PEOPLE, {"people": [{"name": "Lan", "procedure": "*"}]}).accepted
    before = edge.recorder.bench.offered()
    assert ([one.number for one in before.orders], [one.name for one in before.people]) == (["W2", "W1"], ["Lan"])
    assert set(before.standards) == {"RT-1", "RT-2", "W-1"}
    edge.restart()
    edge.second()
    after = edge.recorder.bench.offered()
    assert (after.orders, after.people, after.standards) == (before.orders, before.people, before.standards)


def test_an_empty_body_takes_it_back(edge) -> None:
    assert answer(edge, BENCH_STANDARDS, {}).accepted
    assert edge.recorder.bench.offered().standards == {}


def test_what_came_before_is_not_taken_again(edge) -> None:
    edge.recorder.asked.put(SettingCame(BENCH_STANDARDS, "all", Setting(revision=1, body={})))
    edge.recorder.record()
    assert set(edge.recorder.bench.offered().standards) == {"RT-1", "RT-2", "W-1"}


WRONG = [
    (
        BENCH_ORDERS,
        {"orders": [{"number": "W1"}]},
        "Object missing required field `procedure` - at `$.orders[0]`. Correct it",
    ),
    (
        BENCH_STANDARDS,
        {"standards": [STANDARD, STANDARD]},
        'standards[1].code: "S" stands there twice. Choose another, or delete one of them.',
    ),
    (
        BENCH_STANDARDS,
        {"standards": [{**STANDARD, "values": [{"nominal": 1.0, "value": 1.0, "u": 0.1}] * 2}]},
        'standards[0].values[1]: "1" stands there twice. Choose another, or delete one of them.',
    ),
    (
        BENCH_STANDARDS,
        {"standards": [{**STANDARD, "instrument": "b-1"}]},
        "standards[0]: has an instrument without a channel or a channel without one. Write both, or none.",
    ),
]


@pytest.mark.parametrize(("noun", "body", "text"), WRONG)
def test_what_does_not_hold_is_refused_and_what_held_before_goes_on(edge, noun, body, text) -> None:
    said = answer(edge, noun, body)
    held = 1 if noun == BENCH_STANDARDS else 0
    assert (said.accepted, said.in_force_revision) == (False, held)
    assert said.why.removesuffix(" and send it again.") == f"setting {noun}/all: {text}"
    assert set(edge.recorder.bench.offered().standards) == {"RT-1", "RT-2", "W-1"}


def test_a_bench_has_one_table_of_a_noun(edge) -> None:
    assert answer(edge, BENCH_PEOPLE, {"people": []}, "lab-2").why == (
        f'setting {BENCH_PEOPLE}/lab-2: a bench has one table of {BENCH_PEOPLE}, expected the id "all". '
        "Send it under that."
    )


def test_an_edge_without_a_bench_says_so(agent_config, edge) -> None:
    """It has nothing of a bench but these answers."""
    answers: list[str] = []
    desk = BenchDesk(agent_config(), edge.outbox)
    assert (desk.board, desk.offered(), list(desk.take([], 1, clock_is_set=True))) == (None, None, [])
    assert list(desk.ask(BenchAsked(Abandon(session="x", reason="y"), answers.append), 1, clock_is_set=True)) == []
    desk.committed(1)
    assert answers == ["bench: this edge has none. Configure [bench] in its agent.toml and start again."]
    [said] = desk.set(SettingCame(BENCH_PEOPLE, "all", Setting(revision=9, body={"people": []})))
    assert said.why == (
        f"setting {BENCH_PEOPLE}/all: this edge has no bench. "
        "Configure [bench] in its agent.toml, then it takes this up."
    )
    assert {BENCH_ORDERS, BENCH_STANDARDS, BENCH_PEOPLE} == NOUNS
