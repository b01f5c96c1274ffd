"""Broker to stores to acknowledgement, on real stores."""

import contextlib

from sqlalchemy.exc import OperationalError

from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Stored


def test_what_came_is_stored_receipted_and_acknowledged(gateway, run) -> None:
    gateway.takes(run.sample(), run.sample())
    assert gateway.values() == [1.0, 2.0]
    assert gateway.said.ack().journals == {run.journal: Stored(floor=2)}
    assert gateway.health().missing == 0


def test_a_gap_is_told_as_ranges_above_the_floor(gateway, run) -> None:
    gateway.takes(run.sample(1), run.sample(3), run.sample(4), run.sample(6))
    assert gateway.said.ack().journals[run.journal] == Stored(floor=1, ranges=((3, 4), (6, 6)))


def test_of_a_hundred_ranges_the_lowest_and_the_highest_are_told(gateway, run) -> None:
    gateway.takes(*(run.sample(seq) for seq in range(2, 202, 2)))
    told = gateway.said.ack().journals[run.journal].ranges
    assert len(told) == 64
    assert told[0] == (2, 2)
    assert told[-1] == (200, 200)


def test_a_stored_message_that_comes_again_is_acknowledged_again_and_stored_once(gateway, run) -> None:
    message = run.sample()
    gateway.takes(message)
    gateway.said.by_topic.clear()
    gateway.takes(message, message)
    assert gateway.said.ack().journals == {run.journal: Stored(floor=1)}
    assert gateway.values() == [1.0]
    assert gateway.ingest.counters.outcome.again == 2


def test_the_same_message_twice_in_one_batch_is_one(gateway, run) -> None:
    message = run.sample()
    gateway.takes(message, message)
    assert (gateway.ingest.counters.outcome.stored, gateway.ingest.counters.outcome.again) == (1, 1)


def test_killed_between_storing_and_acknowledging_the_message_comes_again_and_nothing_differs(
    gateway, restarted, run
) -> None:
    message = run.sample()
    gateway.said.broken = ConnectionError("killed")
    with contextlib.suppress(ConnectionError):
        gateway.takes(message)
    after = restarted()
    after.takes(message)
    assert after.said.ack().journals == {run.journal: Stored(floor=1)}
    assert after.values() == [1.0]
    assert after.ingest.counters.outcome.stored == 0


def test_killed_between_the_series_and_the_receipts_the_message_comes_again_and_is_receipted(
    gateway, restarted, run, monkeypatch
) -> None:
    message = run.sample()
    with monkeypatch.context() as patch:
        patch.setattr("gateway.ingest.receipts.Draft.save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with contextlib.suppress(KeyboardInterrupt):
            gateway.takes(message)
    assert gateway.values() == [1.0]
    assert gateway.said.acks() == set()
    after = restarted()
    after.takes(message)
    assert after.values() == [1.0]
    assert after.said.ack().journals == {run.journal: Stored(floor=1)}


def test_a_store_that_is_away_acknowledges_nothing_says_so_and_catches_up(gateway, run) -> None:
    gateway.store.down = "store http://db:8086: nobody listens there. Start it."
    gateway.takes(run.sample())
    assert gateway.said.acks() == set()
    assert (gateway.said.gateway().can_store, gateway.said.gateway().why) == (False, gateway.store.down)
    gateway.takes(run.sample())
    assert gateway.said.acks() == set()
    gateway.store.down = ""
    gateway.takes()
    assert gateway.said.gateway().can_store
    assert gateway.said.ack().journals == {run.journal: Stored(floor=2)}
    assert gateway.values() == [1.0, 2.0]


def test_a_full_disk_acknowledges_nothing_and_says_so(gateway, run) -> None:
    gateway.store.full = "store x: 0.1 GB free. Make room."
    gateway.takes(run.sample())
    assert gateway.said.acks() == set()
    assert gateway.said.gateway().why == "store x: 0.1 GB free. Make room."


def test_with_nothing_in_hand_the_store_is_still_tried_until_it_can_store(gateway, run) -> None:
    gateway.store.down = "away"
    gateway.takes(run.sample())
    gateway.ingest._held.clear()
    gateway.takes()
    assert not gateway.said.gateway().can_store
    gateway.store.down = ""
    gateway.takes()
    assert gateway.said.gateway().can_store


def test_what_does_not_fit_while_the_store_is_away_is_dropped_and_counted(gateway, run, monkeypatch) -> None:
    monkeypatch.setattr("gateway.ingest.ingest._MAX_HELD_BYTES", 100)
    gateway.store.down = "away"
    gateway.takes(run.sample())
    gateway.takes(run.sample())
    assert gateway.ingest.counters.dropped == 1
    gateway.store.down = ""
    gateway.takes()
    assert gateway.said.ack().journals == {run.journal: Stored(floor=1)}
    gateway.takes(run.sample(2))
    assert gateway.said.ack().journals == {run.journal: Stored(floor=2)}


def test_a_wrong_crc_is_never_acknowledged_but_found(gateway, run) -> None:
    topic, payload = run.sample()
    gateway.takes((topic, payload[:-1] + b"?"), (topic, b"hello"), (topic, b"x" * 1_000_001))
    assert gateway.said.acks() == set()
    assert gateway.ingest.counters.damaged == 3
    assert gateway.health().findings == (
        (
            "s1/e1: payloads came whose header or CRC is wrong; none was stored or acknowledged. Look at the network, "
            "or find who else publishes there."
        ),
    )


def test_a_topic_that_is_none_of_the_contract_is_counted_only(gateway) -> None:
    gateway.takes(("nhipdo/v1/Site/e1/telemetry", b"x"))
    assert gateway.ingest.counters.foreign == 1


def test_a_connection_brings_status_acknowledgements_and_settings_back(gateway, run) -> None:
    gateway.takes(run.sample())
    gateway.said.by_topic.clear()
    gateway.ingest.connected()
    gateway.takes()
    assert set(gateway.said.by_topic) == {"nhipdo/v1/gateway/main/status", "nhipdo/v1/s1/e1/ack"}


def test_what_could_not_be_said_at_a_connection_is_said_when_the_registry_can_be_read(
    gateway, run, monkeypatch
) -> None:
    gateway.takes(run.sample())
    gateway.said.by_topic.clear()
    statement = "SELECT"

    def fail(_engine: object) -> None:
        raise OperationalError(statement, {}, Exception("disk I/O error"))

    with monkeypatch.context() as broken:
        broken.setattr("gateway.ingest.saying.all_settings", fail)
        gateway.ingest.connected()
        gateway.takes(run.sample())
        assert not gateway.said.gateway().can_store
    gateway.takes()
    gateway.takes()
    assert gateway.said.gateway().can_store
    assert gateway.said.ack().journals == {run.journal: Stored(floor=2)}
    assert not gateway.ingest._connected.is_set()
    assert gateway.ingest.counters.failures == 0


def test_a_batch_with_one_message_that_nobody_foresaw_keeps_it_and_stores_the_others(gateway, run, monkeypatch) -> None:
    real = type(gateway.store).write

    def write(self, lines):
        if any("power=2.0" in line for line in lines):
            raise ZeroDivisionError
        return real(self, lines)

    monkeypatch.setattr(type(gateway.store), "write", write)
    gateway.takes(run.sample(), run.sample(), run.sample())
    assert gateway.values() == [1.0, 3.0]
    assert gateway.said.ack().journals == {run.journal: Stored(floor=3)}
    assert gateway.health().dead_letters == 1


def test_a_message_without_lines_is_receipted(gateway, run) -> None:
    gateway.takes((run.topic("telemetry"), seal(run.journal, 1, 1, 0, b"")))
    assert gateway.said.ack().journals == {run.journal: Stored(floor=1)}
    assert gateway.health().dead_letters == 0
