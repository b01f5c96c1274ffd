"""A running agent and a simulated balance of known error: set, corrected, adjusted, certified anew."""

import threading
import time

import pytest
from weighing import certificate

import drivers.simulators
from edge_agent.agent import Agent
from edge_agent.asked import Entered, SettingCame
from edge_agent.outbox import OutboxReader
from edge_agent.wire.bench import Adjusted
from edge_agent.wire.lines import Point, parse_line
from edge_agent.wire.messages import Setting

PATIENCE_S = 20


class Running:
    """An agent on a thread of its own, and the balance's samples that it has committed."""

    def __init__(self, agent: Agent, state_dir) -> None:
        self.agent, self._state_dir = agent, state_dir
        self.asked = agent._recorder.asked
        self.revision = 0

    def samples(self) -> list[Point]:
        path = self._state_dir / "outbox.sqlite"
        if not path.exists():
            return []
        reader = OutboxReader(path)
        every = [w.id for w in reader.after(0, 10_000, records=False)]
        lines = [line for one in every for line in reader.body(one)[1].decode().split("\n")]
        reader.close()
        points = (parse_line(line) for line in lines)
        return [one for one in points if (one.measurement, one.instrument) == ("sample", "balance-1")]

    def next_sample(self, since: int = 0) -> Point:
        """The first settled one that was read after an instant."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            after = [one for one in self.samples() if one.at > since and "mass" in one.numbers]
            found = [one for one in after if one.texts.get("mass_q") != "uncertain.unsettled"]
            if found:
                return found[0]
            time.sleep(0.05)
        pytest.fail("it never came about")

    def sets(self, *certificates: dict[str, object]) -> int:
        """When it was received, UTC ns."""
        self.revision += 1
        body = {"certificates": list(certificates)}
        self.asked.put(SettingCame("certificate", "balance-1", Setting(revision=self.revision, body=body)))
        return time.time_ns()


@pytest.fixture
def running(agent_config, tmp_path):
    drivers.simulators.register()
    agent, stop = Agent(agent_config(edge="record_period_s = 0.1")), threading.Event()
    thread = threading.Thread(target=lambda: agent.run(stop))
    thread.start()
    yield Running(agent, tmp_path / "state")
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_from_the_certificate_through_the_adjustment_to_the_next_certificate(running) -> None:
    raw = running.next_sample()
    assert (set(raw.numbers), raw.texts) == ({"mass"}, {})
    error = 5000.0  # what lies on the pan changes, and is never near that
    points = [(-1000.0, error, 0.01), (0.0, error, 0.01), (10_000.0, error, 0.01)]
    received = running.sets(certificate("K-1", 1, points))
    # What is read a second after the setting came is a value, and has its u.
    corrected = running.next_sample(received + 10**9)
    assert corrected.numbers["mass_u"] == pytest.approx(0.01)
    assert (raw.numbers["mass"] > -500, corrected.numbers["mass"] < -4500) == (True, True)
    answered = threading.Event()
    adjusted_at = time.time_ns()
    entry = Adjusted(key="a1", instrument="balance-1", adjusted_at=adjusted_at, what="span")
    running.asked.put(Entered(entry, lambda _: answered.set()))
    assert answered.wait(PATIENCE_S)
    adjusted = running.next_sample(time.time_ns())
    assert (set(adjusted.numbers), adjusted.texts) == ({"mass"}, {"mass_q": "uncertain.adjusted_uncertified"})
    as_left = time.time_ns()
    second = [(shown, 0.0, 0.002) for shown, _, _ in points]
    running.sets(certificate("K-1", 1, points), certificate("K-2", as_left, second))
    anew = running.next_sample(as_left + 10**9)
    assert (anew.numbers["mass_u"], anew.numbers["mass"] > -500, anew.texts) == (pytest.approx(0.002), True, {})
