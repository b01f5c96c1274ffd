"""One run of the agent with a simulated balance, in this process."""

import threading
import time

import pytest

import drivers.simulators
from edge_agent.agent import Agent
from edge_agent.clock import Clock
from edge_agent.outbox import Outbox, OutboxError, OutboxReader
from edge_agent.wire.lines import parse_line


@pytest.fixture
def started(agent_config):
    """An agent on a thread of its own; gives it, the event that stops it, and what it returned."""
    drivers.simulators.register()
    agents = []

    def start():
        agent, stop, codes = Agent(agent_config(edge="record_period_s = 0.1")), threading.Event(), []
        thread = threading.Thread(target=lambda: codes.append(agent.run(stop)))
        thread.start()
        agents.append((stop, thread))
        return agent, stop, thread, codes

    yield start
    for stop, thread in agents:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def samples(state_dir) -> list:
    reader = OutboxReader(state_dir / "outbox.sqlite")
    lines = [line for w in reader.after(0, 1000, records=False) for line in reader.body(w.id)[1].decode().split("\n")]
    reader.close()
    return [p for p in map(parse_line, lines) if p.measurement == "sample"]


def until(condition) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)


def test_it_reads_what_answers_and_what_does_not_and_stops_in_order(started, tmp_path) -> None:
    _, stop, thread, codes = started()
    until((tmp_path / "state" / "outbox.sqlite").exists)
    until(lambda: {p.instrument for p in samples(tmp_path / "state")} == {"press-1", "balance-1"})
    stop.set()
    thread.join(20)
    assert codes == [0]
    found = samples(tmp_path / "state")
    assert all(set(p.texts.values()) == {"bad.no_reply"} for p in found if p.instrument == "press-1")
    assert any("mass" in p.numbers for p in found if p.instrument == "balance-1")
    outbox = Outbox(tmp_path / "state")  # nothing holds it any more
    assert outbox.previous_run()[1] is True
    outbox.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_ends_the_agent_so_that_it_is_started_again(started, monkeypatch, caplog) -> None:
    def broken(_):
        msg = "a mistake of ours"
        raise RuntimeError(msg)

    monkeypatch.setattr("edge_agent.poll.collect", broken)
    _, _, thread, codes = started()
    thread.join(20)
    assert codes == [1]
    assert "stopped by a mistake in the agent" in caplog.text


def test_a_second_agent_on_one_outbox_is_refused(started, agent_config, tmp_path) -> None:
    started()
    until((tmp_path / "state" / "outbox.sqlite").exists)
    with pytest.raises(OutboxError, match="in use by process"):
        Agent(agent_config())


def test_a_disk_that_cannot_be_looked_at_is_no_reason_not_to_start(started, tmp_path, monkeypatch, caplog) -> None:
    def fail(_path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("edge_agent.agent.shutil.disk_usage", fail)
    _, stop, thread, codes = started()
    until(lambda: "cannot be looked at: [Errno 5] Input/output error" in caplog.text)
    until((tmp_path / "state" / "outbox.sqlite").exists)
    until(lambda: samples(tmp_path / "state"))
    stop.set()
    thread.join(20)
    assert codes == [0]


def test_the_screen_is_told_whether_the_clock_is_set(started, tmp_path, monkeypatch) -> None:
    agent, *_ = started()
    assert agent._board().clock_is_set
    monkeypatch.setattr(agent, "_clock", Clock("ntp", tmp_path, is_set=lambda: False))
    assert not agent._board().clock_is_set


def test_a_failure_at_the_start_ends_it_in_order(agent_config, tmp_path, monkeypatch) -> None:
    drivers.simulators.register()
    agent = Agent(agent_config(edge="record_period_s = 0.1"))

    def fail() -> None:
        until(lambda: samples(tmp_path / "state"))
        msg = "not foreseen"
        raise OSError(msg)

    monkeypatch.setattr(agent, "_watch_disk", fail)
    with pytest.raises(OSError, match="not foreseen"):
        agent.run(threading.Event())
    assert [thread.name for thread in threading.enumerate() if thread.name in {"recorder", "uplink"}] == []
    outbox = Outbox(tmp_path / "state")
    assert outbox.previous_run()[1] is True
    outbox.close()
