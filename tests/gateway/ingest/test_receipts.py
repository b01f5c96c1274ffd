"""What is told of what is stored, and what a failing database leaves in memory."""

import pytest
from sqlalchemy.exc import OperationalError

from edge_agent.outbox import merge
from edge_agent.wire.messages import Stored
from edge_agent.wire.ranges import Ranges


def fail_to_read(_session: object) -> None:
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
        broken.setattr("gateway.receipts.load_journals", fail_to_read)
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
        broken.setattr("gateway.receipts.load_journals", fail_to_read)
        gateway.takes(message)
        assert not gateway.said.gateway().can_store
    gateway.takes()
    assert gateway.said.gateway().can_store
    assert gateway.said.ack().journals == {run.journal: Stored(floor=3)}
    assert gateway.ingest.counters.failures == 0
    assert gateway.ingest.counters.outcome.dead == 0
