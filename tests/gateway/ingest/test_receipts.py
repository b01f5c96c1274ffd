"""What is told of what is stored, and what a failing database leaves in memory."""

import pytest
from sqlalchemy.exc import OperationalError

from edge_agent.outbox import Outbox, OutboxReader
from edge_agent.wire import topics
from edge_agent.wire.acknowledged import merge
from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Declared, Loss, Stored
from edge_agent.wire.packing import TELEMETRY, Body
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.window import Waiting, Window

T0 = 1_790_000_000_000_000_000
EVICTED = tuple((seq, seq) for seq in range(1, 400, 2))


def fail_to_read(*_: object) -> None:
    statement = "SELECT"
    raise OperationalError(statement, {}, Exception("disk I/O error"))


def test_what_came_is_told_even_among_more_ranges_than_an_acknowledgement_carries(gateway, run) -> None:
    stored: dict[str, Ranges] = {}
    # The newest come first, then the oldest; every other one was evicted, and the holes stay.
    for seq in (*range(302, 402, 2), *range(2, 302, 2)):
        gateway.takes(run.sample(seq))
        ack = gateway.said.ack()
        stored = merge((ack.store, ack.generation), stored, ack) or {}
        assert seq in stored[run.journal]
    assert len(list(stored[run.journal])) == 200


def test_what_comes_again_is_told_though_it_was_left_out_before(gateway, run) -> None:
    gateway.takes(*(run.sample(seq) for seq in range(2, 402, 2)))
    gateway.takes(run.sample(400))
    assert len(gateway.said.ack().journals[run.journal].ranges) == 64
    for seq in (102, 202, 302):
        gateway.takes(run.sample(seq))
        assert (seq, seq) in gateway.said.ack().journals[run.journal].ranges


def test_receipts_that_cannot_be_read_anew_stay_as_they_were_and_are_read_later(gateway, run, monkeypatch) -> None:
    gateway.takes(run.sample())

    with monkeypatch.context() as broken:
        broken.setattr("gateway.ingest.receipts.load_journals", fail_to_read)
        receipts = gateway.ingest._receipts
        with pytest.raises(OperationalError):
            receipts.reload()
    gateway.takes(run.sample())
    assert gateway.said.ack().journals == {run.journal: Stored(floor=2)}


def test_another_writer_and_a_registry_that_fails_right_then_lose_no_receipt(
    gateway, restarted, run, monkeypatch
) -> None:
    gateway.takes(run.sample())
    other = restarted()
    other.takes(run.sample())

    message = run.sample()
    with monkeypatch.context() as broken:
        broken.setattr("gateway.ingest.receipts.Receipts.look", fail_to_read)
        gateway.takes(message)
        assert not gateway.said.gateway().can_store
    gateway.takes()
    assert gateway.said.gateway().can_store
    assert gateway.said.ack().journals == {run.journal: Stored(floor=3)}
    assert gateway.ingest.counters.failures == 0
    assert gateway.ingest.counters.outcome.dead == 0


def test_after_an_eviction_that_left_a_hole_beside_every_record_all_that_is_held_is_stored(gateway, tmp_path) -> None:
    outbox = Outbox(tmp_path / "edge", machine="m1")
    for k in range(300):
        with outbox.transaction():
            loss = Loss(key=f"k{k}", instrument="m1", since=T0, until=T0 + k, n=1, reason="back_off")
            outbox.append([Body(TELEMETRY, 1, f"sample,site=s1,edge=e1,instrument=m1 power=1.0 {T0 + k}".encode())], T0)
            outbox.say([loss], T0)
    with outbox.transaction():
        outbox.db.execute("DELETE FROM message WHERE kind = 'telemetry' AND seq < 400")
        outbox.say(
            [Declared(key="d", journal=outbox.journal, ranges=EVICTED, lines=200, since=1, until=2, reason="evicted")],
            T0,
        )
    reader = OutboxReader(outbox.path)
    window = Window(reader, {}, most=50, most_bytes=2_000_000, resend_s=10, resend_max_s=300)
    store = ("", 0)
    for now in range(60):
        batch = [(m, *(reader.body(m.id) or (0, b""))) for m in window.next_to_send(float(now))]
        gateway.takes(*(_published(message, n, body) for message, n, body in batch))
        ack = gateway.said.ack()
        window.acknowledged(merge(store, window.stored, ack) or {})
        store = (ack.store, ack.generation)
    waits, _ = reader.waiting(window.stored)
    reader.close()
    outbox.close()
    assert (waits, len(window)) == (0, 0)
    assert len(gateway.values()) == 100
    assert gateway.health().missing == 0


def _published(message: Waiting, n: int, body: bytes) -> tuple[str, bytes]:
    kind = topics.TELEMETRY if message.kind == TELEMETRY else topics.RECORD
    return str(topics.EdgeTopic("s1", "e1", kind)), seal(message.journal, message.seq, 1, n, body)
