"""Three gateways behind one broker share the edges; one of them is killed, again and again."""

import random
import time

import psycopg
import pytest
from chain import EDGE, SITE, wait_for
from group import Edge, Group
from machines import machines_on_tcp

from gateway.postgres import Postgres
from gateway.servers import Server

A_DAY_S = 86_400
NAMES = ("g-1", "g-2", "g-3")
DATABASE = "nhipdo"


@pytest.fixture
def group(tmp_path, mosquitto: Server, influxdb: Server, postgres: Postgres):
    def say(words: str) -> None:
        with psycopg.connect(postgres.database("postgres"), autocommit=True) as db:
            db.execute(words)

    say(f"CREATE DATABASE {DATABASE}_of_three TEMPLATE template0")
    group = Group(tmp_path, mosquitto, influxdb, registry=postgres.database(f"{DATABASE}_of_three"))
    group.make_gateways(NAMES)
    yield group
    group.close()
    say(f"DROP DATABASE {DATABASE}_of_three WITH (FORCE)")


@pytest.mark.timeout(300)  # on a busy desk: gateways start a dozen times
def test_one_of_three_killed_at_random_again_and_again_loses_and_doubles_nothing(group: Group) -> None:
    moments = random.Random(3)
    edges = [Edge(group.broker, group.registry, f"edge-{k}", 300) for k in range(4)]
    with machines_on_tcp(group, 3, 8) as buses:
        for gateway in group.gateways.values():
            gateway.start()  # all at once, on an empty database
        for name in NAMES:
            wait_for(f"{name} listens", lambda name=name: "reachable" in group.gateways[name].said())
        agent = group.agent(buses(0.05)).start()
        for edge in edges:
            edge.start()
        for _ in range(4):
            time.sleep(moments.uniform(0.2, 1.0))
            gateway = group.gateways[moments.choice(NAMES)]
            gateway.kill()
            time.sleep(moments.uniform(0.0, 0.5))
            at = len(gateway.said())
            gateway.start()
            wait_for("it listens again", lambda gateway=gateway, at=at: "reachable" in gateway.said()[at:])
        for edge in edges:
            edge.finish()
        assert agent.stop() == 0
        group.drain(buses(A_DAY_S))
    assert [edge.stored.floor(1) for edge in edges] == [300] * len(edges)
    assert [wrong for edge in edges for wrong in edge.wrong] == []
    assert sum(edge.resent for edge in edges) > 0  # some were in a killed one's hands
    for edge in edges:
        told = group.api(f"edges/{SITE}/{edge.name}")
        assert (told["missing"], told["dead_letters"], len(told["journals"])) == (0, 0, 1)
        text = group.api(f"series/{SITE}/{edge.name}/m/power.csv?start=-1h")
        values = [float(line.split(",")[1]) for line in text.splitlines()[1:]]
        assert values == [float(seq) for seq in range(1, 301)]
    group.assert_complete()
    assert group.absent() == []
    stored = group.asked("SELECT edge, count(*) FROM journal JOIN receipt ON journal_id = id GROUP BY edge")
    assert {edge: ranges for edge, ranges in stored if edge != EDGE} == {edge.name: 1 for edge in edges}
    assert group.asked("SELECT kind FROM finding WHERE kind IN ('two_runs', 'restored_gateway', 'damaged')") == []
    for name in NAMES:
        assert "not foreseen" not in group.gateways[name].said()
        assert "Traceback" not in group.gateways[name].said()
