"""Records: the highest revision wins, and what some of them mean."""

import pytest
from sqlalchemy.orm import Session

from edge_agent.wire.messages import ChannelMeaning, Declared, Finding, InstrumentDescription, Loss, Text
from gateway.ingest import records
from gateway.ingest.journals import EdgeId
from gateway.registry import RecordRow
from gateway.timeseries import Refused


def value_of(gateway, key: str) -> str:
    with Session(gateway.engine) as session:
        row = session.get_one(RecordRow, ("s1", "e1", "text", key))
        return records.record_decoder.decode(row.body).value


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (2, 2, 1, 1)])
def test_the_highest_revision_wins_in_whatever_order_they_come(gateway, run, order) -> None:
    for revision in order:
        gateway.takes(run.records(Text(key="m1.mode", revision=revision, value=f"r{revision}")))
    assert value_of(gateway, "m1.mode") == "r2"


def test_the_same_revision_twice_in_one_message_is_harmless(gateway, run) -> None:
    said = Text(key="m1.mode", revision=3, value="x")
    gateway.takes(run.records(said, said))
    assert value_of(gateway, "m1.mode") == "x"


def test_a_description_is_given_by_the_revision_in_force(gateway, run) -> None:
    def described(revision: int, unit: str) -> InstrumentDescription:
        meaning = {"power": ChannelMeaning(unit=unit)}
        return InstrumentDescription(
            key="m1", revision=revision, bus="b", model="m", model_sha256="0", period_s=1.0, channels=meaning
        )

    gateway.takes(run.records(described(2, "W")), run.records(described(1, "kW")))
    with Session(gateway.engine) as session:
        [found] = records.descriptions(session, EdgeId("s1", "e1"))
    assert found.channels["power"].unit == "W"


class Lines(list[str]):
    """Every line that was written."""


@pytest.fixture
def written(gateway, monkeypatch) -> Lines:
    lines = Lines()
    real = type(gateway.store).write

    def write(self, some) -> list[Refused]:
        lines.extend(some)
        return real(self, some)

    monkeypatch.setattr(type(gateway.store), "write", write)
    return lines


def test_the_points_of_a_loss_come_from_the_row_that_won(gateway, run, written) -> None:
    def lost(revision: int, n: int | None) -> Loss:
        return Loss(
            key="m1.7", revision=revision, instrument="m1", since=7, until=1_000_000_007, n=n, reason="queue_full"
        )

    gateway.takes(run.records(lost(2, 9)), run.records(lost(1, 4)))
    gateway.takes(run.records(lost(1, 4)))
    line = 'loss,site=s1,edge=e1,instrument=m1 seconds=1.0,n=9.0,reason="queue_full" 7'
    assert written == [line, line]
    assert gateway.health().dead_letters == 0


def test_a_loss_of_a_whole_edge_without_number_has_a_point_too(gateway, run, written) -> None:
    gateway.takes(run.records(Loss(key="k", revision=1, since=7, until=8, n=None, reason="power_cut")))
    assert written == ['loss,site=s1,edge=e1,instrument=all seconds=1e-09,reason="power_cut" 7']


def test_a_loss_is_not_acknowledged_before_its_point_is_stored(gateway, run) -> None:
    message = run.records(Loss(key="k", revision=1, since=7, until=8, n=1, reason="skipped"))
    gateway.store.down = "away"
    gateway.takes(message)
    assert gateway.said.acks() == set()
    gateway.store.down = ""
    gateway.takes()
    assert gateway.said.ack().journals[run.journal].floor == 1


def test_what_was_declared_is_neither_waiting_nor_missing(gateway, run) -> None:
    gateway.takes(run.sample(1))
    run.first = 6
    gateway.takes(run.sample(6))
    assert gateway.health().missing == 4
    declared = Declared(
        key="d", revision=1, journal=run.journal, ranges=((2, 4),), lines=3, since=1, until=2, reason="evicted"
    )
    gateway.takes(run.records(declared, seq=7))
    assert (gateway.health().missing, gateway.health().declared) == (1, 3)


def test_an_edges_own_finding_stands_until_it_is_over(gateway, run) -> None:
    gateway.takes(run.records(Finding(key="clock", revision=1, kind="clock_unsure", text="e1: clock. Set it.")))
    assert gateway.health().findings == ("e1: clock. Set it.",)
    gateway.takes(run.records(Finding(key="clock", revision=2, kind="clock_unsure", text="", over=True)))
    assert gateway.health().findings == ()
