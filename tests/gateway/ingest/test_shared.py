"""Several processes on one registry: messages and words of one edge come to any of them, late or overtaken."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Stored
from gateway import registry
from gateway.health import edge_health
from gateway.ingest.ingest import Ingest
from gateway.ingest.journals import OPEN
from gateway.people import decide_journal, put_setting
from gateway.registry import EdgeRow, FindingRow, JournalRow, ReceiptRow

BEGAN = 1_790_000_000_000_000_000
"""What the clocks show at first."""


@pytest.fixture
def three(restarted):
    return [restarted(is_shared=True) for _ in range(3)]


def findings(engine) -> set[str]:
    with Session(engine) as session:
        return set(session.scalars(select(FindingRow.kind).where(FindingRow.over_at == 0)))


def receipts(engine) -> list[tuple[int, int]]:
    with Session(engine) as session:
        return [(lo, hi) for lo, hi in session.execute(select(ReceiptRow.lo, ReceiptRow.hi).order_by(ReceiptRow.lo))]


def test_what_three_store_in_turn_is_one_receipt_and_each_word_is_as_new_as_its_commit(three, run, engine) -> None:
    for k in range(9):
        three[k % 3].takes(run.sample())
        assert three[k % 3].said.ack().journals == {run.journal: Stored(floor=k + 1)}
    assert receipts(engine) == [(1, 9)]
    assert three[0].values() == [float(k) for k in range(1, 10)]


def test_a_hole_that_one_left_is_closed_by_another(three, run, engine) -> None:
    first, second, third = run.sample(), run.sample(), run.sample()
    three[0].takes(first)
    three[1].takes(third)
    assert three[1].said.ack().journals == {run.journal: Stored(floor=1, ranges=((3, 3),))}
    three[2].takes(second)
    assert three[2].said.ack().journals == {run.journal: Stored(floor=3)}
    assert receipts(engine) == [(1, 3)]


def test_a_message_that_another_has_stored_is_acknowledged_and_not_written_again(three, run) -> None:
    message = run.sample()
    three[0].takes(message)
    three[1].store.refuses = "power"  # nothing of it reaches the store any more
    three[1].takes(message)
    assert three[1].said.ack().journals == {run.journal: Stored(floor=1)}
    outcome = three[1].ingest.counters.outcome
    assert (outcome.stored, outcome.again, outcome.dead) == (0, 1, 0)


def test_who_knows_less_than_the_edge_was_told_takes_nothing_for_restored(three, run) -> None:
    three[0].takes(run.sample(), run.sample())
    ack = three[0].said.ack()
    three[1].takes(run.status(at=1, store=ack.store, generation=1, acknowledged={run.journal: 2}))
    three[2].takes(run.status(at=2, store="another", acknowledged={}))
    assert three[2].said.ack().journals == {run.journal: Stored(floor=2)}
    assert three[2].said.ack().generation == 1
    assert findings(three[1].engine) == set()


def test_a_run_that_has_stopped_is_not_online_again_because_one_of_us_is_slow(three, run, run_of) -> None:
    quick, slow, _ = three
    quick.takes(run.status(at=2, state="stopped"))
    slow.clock.now = quick.clock.now + 5 * 10**9
    slow.takes(run.status(at=1))
    assert [edge.state for edge in edge_health(slow.engine, slow.clock.now)] == ["stopped"]
    slow.takes(run_of("b" * 32).status(at=3))
    assert [edge.state for edge in edge_health(slow.engine, slow.clock.now)] == ["online"]


def test_the_last_word_on_a_quiet_edge_is_the_newest_whoever_says_it(three, run, monkeypatch) -> None:
    monkeypatch.setattr("gateway.ingest.saying.SETTLED_S", 0.05)
    slow, quick, _ = three
    slow.takes(run.sample())
    for _ in range(5):
        quick.takes(run.sample())
    assert slow.said.ack().journals == {run.journal: Stored(floor=1)}  # as if it came to the broker only now
    count = quick.said.count
    slow.ingest.step(0.1)
    slow.ingest.step(0.0)
    assert slow.said.ack().journals == {run.journal: Stored(floor=6)}
    quick.ingest.step(0.1)
    quick.ingest.step(0.0)
    assert quick.said.count == count + 1
    quick.ingest.step(0.1)
    assert quick.said.count == count + 1


def test_an_overtaken_status_changes_nothing(three, run) -> None:
    three[0].clock.now += 5 * 10**9
    three[0].takes(run.status(at=5, period_s=7.0))
    three[1].takes(run.status(at=4, period_s=3.0))
    three[1].takes(run.status(at=4, state="lost"))
    assert three[0].health().state == "online"
    with Session(three[0].engine) as session:
        assert '"period_s":7.0' in session.scalars(select(EdgeRow.status)).one()


def test_the_last_word_of_a_run_after_the_first_of_the_next_does_not_hold_the_next_back(three, run, run_of) -> None:
    fast, slow, _ = three
    fast.takes(run.status(at=1))
    after = run_of("b" * 32)
    fast.takes(after.status(at=20, started=BEGAN + 19 * 10**9))
    slow.clock.now += 60 * 10**9  # it was stalled, and reads only now
    slow.takes(run.status(at=18))
    fast.takes(after.sample())
    with Session(fast.engine) as session:
        assert set(session.scalars(select(JournalRow.state))) == {OPEN}
    assert "two_runs" not in findings(fast.engine)


def test_two_runs_at_once_are_still_seen(three, run, run_of) -> None:
    other = run_of("b" * 32)
    for k, gateway in enumerate((*three, *three)):
        gateway.clock.now += k * 10**9
        speaks = (run, other)[k % 2]
        gateway.takes(speaks.status(at=k + 10, started=BEGAN + k % 2))
    assert "two_runs" in findings(three[0].engine)


def test_what_a_person_decides_is_said_by_all(three, run) -> None:
    three[0].takes(run.sample())
    put_setting(three[0].engine, run.id, "calendar", "shifts", {"a": 1}, "An", three[0].clock())
    decide_journal(three[0].engine, run.journal, "closed", "An", "gone", three[0].clock())
    for gateway in three:
        gateway.ingest.step(0.0)
        assert gateway.said.ack().on_hold == (run.journal,)
        assert "nhipdo/v1/s1/e1/setting/calendar/shifts" in gateway.said.by_topic
        said = gateway.said.count
        gateway.ingest.step(0.0)
        assert gateway.said.count == said


def test_a_registry_restored_beneath_running_processes_is_read_anew(three, run, back_up) -> None:
    three[0].takes(run.sample(), run.sample())
    three[1].takes(run.sample())
    restore = back_up()
    put_setting(three[0].engine, run.id, "calendar", "shifts", {"a": 1}, "An", three[0].clock())
    late = [run.sample(), run.sample()]
    three[0].takes(*late)
    assert three[0].said.ack().journals == {run.journal: Stored(floor=5)}
    restore()
    three[0].ingest.step(0.0)
    assert three[0].said.ack().journals == {run.journal: Stored(floor=3)}
    three[0].takes(*late)
    assert three[0].said.ack().journals == {run.journal: Stored(floor=5)}


def test_many_batches_at_once_store_every_message_exactly_once(engine, store, run, run_of, quick) -> None:
    url = engine.url.render_as_string(hide_password=False)
    runs = [run, run_of("b" * 32, edge="e2"), run_of("c" * 32, edge="e3")]
    messages = [one.sample() for _ in range(40) for one in runs]
    said = [Quiet() for _ in range(3)]
    engines = [registry.connect(url) for _ in said]
    ingests = [Ingest(own, store, one, is_shared=True) for own, one in zip(engines, said, strict=True)]

    def work(k: int) -> None:
        # Each hears most of them, and some that others hear too, in an order of its own.
        mine = [message for n, message in enumerate(messages) if n % 3 != k]
        for n in range(0, len(mine), 7):
            for topic, payload in mine[n : n + 7][:: 1 - 2 * (k % 2)]:
                ingests[k].put(topic, payload)
            ingests[k].step(0.0)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    outcomes = [ingest.counters.outcome for ingest in ingests]
    assert [ingest.counters.failures for ingest in ingests] == [0, 0, 0]
    assert sum(one.stored for one in outcomes) == len(messages)
    assert sum(one.stored + one.again for one in outcomes) == 2 * len(messages)
    assert sorted(receipts(engine)) == [(1, 40)] * 3
    for own in engines:
        own.dispose()


class Quiet:
    def publish(self, topic: str, payload: bytes) -> None:
        pass
