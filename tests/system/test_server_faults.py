"""What befalls broker, gateway and store: they stop, are killed, lose what they kept, and hear nonsense."""

import json
import random
import shutil
import time
import urllib.parse
import urllib.request
from collections import Counter
from zlib import crc32

import msgspec
import pytest
from chain import EDGE, SITE, Chain, Heard, Listener, wait_for
from machines import machines_on_tcp

from edge_agent.wire import topics
from edge_agent.wire.envelope import open_sealed, seal
from edge_agent.wire.messages import Ack, GatewayStatus
from edge_agent.wire.topics import EdgeTopic, GatewayTopic

A_DAY_S = 86_400
STRANGER = "stranger"
FOREIGN = "0123456789abcdef" * 2


def stored(chain: Chain) -> int:
    """How many messages of the newest run are stored."""
    edge = chain.edge()
    return edge["journals"][0]["stored"] if edge else 0


def test_a_broker_that_is_gone_for_a_while_and_forgets_everything_loses_nothing(chain: Chain) -> None:
    assert chain.broker is not None
    with machines_on_tcp(chain) as buses:
        chain.gateway().start()
        agent = chain.agent(buses(0.1)).start()
        wait_for("some is stored", lambda: stored(chain) > 5)
        chain.broker.kill()
        chain.broker.wipe()
        shown = chain.ledger.count("machine-1")
        wait_for("it reads on", lambda: chain.ledger.count("machine-1") > shown + 30)
        before = stored(chain)
        chain.broker.start()
        wait_for("it is stored again", lambda: stored(chain) > before + 10)
        agent.stop()
        chain.drain(buses(A_DAY_S))
    chain.assert_complete()
    assert chain.absent() == []


@pytest.mark.timeout(300)  # on a busy desk: gateways start a dozen times
def test_a_gateway_killed_ten_times_between_storing_and_acknowledging_stores_everything_once(chain: Chain) -> None:
    moments = random.Random(10)
    with machines_on_tcp(chain) as buses:
        gateway = chain.gateway()
        agent = chain.agent(buses(0.05)).start()
        for _ in range(10):
            at = len(gateway.said())
            gateway.start()
            wait_for("it listens", lambda at=at: "reachable" in gateway.said()[at:])
            time.sleep(moments.uniform(0, 1.0))
            gateway.kill()
        gateway.start()
        agent.stop()
        edge = chain.drain(buses(A_DAY_S))
    assert (edge["missing"], edge["declared"], edge["dead_letters"]) == (0, 0, 0)
    chain.assert_complete()
    assert chain.absent() == []


DIES_HAVING_STORED = """
import os, sys
from gateway import cli
from gateway.ingest import storing
as_it_is = storing.Storing.store
def store(self, arrivals, now):
    outcome = as_it_is(self, arrivals, now)
    if outcome.lines:
        os.kill(os.getpid(), 9)
    return outcome
storing.Storing.store = store
sys.exit(cli.main(sys.argv[1:]))
"""


def test_what_was_stored_and_never_acknowledged_is_sent_again_and_stored_once(chain: Chain) -> None:
    with machines_on_tcp(chain, 3, 10) as buses, Listener(chain.broker) as listener:
        agent = chain.agent(buses(0.05)).start()
        wait_for("some wait", lambda: chain.ledger.count("machine-1") > 20)
        stored_without_word = []
        for _ in range(3):
            dying = chain.gateway()
            dying.run_instead(DIES_HAVING_STORED)
            dying.start()
            wait_for("it has stored and died", lambda dying=dying: not dying.alive)
            stored_without_word.append(chain.asked("SELECT sum(hi - lo + 1) FROM receipt")[0][0])
        chain.gateway().start()
        wait_for("it is acknowledged", lambda: any(floor_of(one) for one in listener.of(topics.ACK)))
        agent.stop()
        chain.drain(buses(A_DAY_S))
    assert 0 < stored_without_word[0] < stored_without_word[1] < stored_without_word[2]
    numbers = Counter((one.journal, one.seq) for one in (open_sealed(one.payload) for one in numbered(listener)))
    assert max(numbers.values()) > 1
    chain.assert_complete()
    assert chain.absent() == []


def floor_of(ack: Heard) -> int:
    return max((one.floor for one in msgspec.json.decode(ack.payload, type=Ack).journals.values()), default=0)


def test_what_a_restored_gateway_lacks_is_sent_again(chain: Chain) -> None:
    kept, backup = chain.folder / "gateway-state", chain.folder / "backup"
    with machines_on_tcp(chain) as buses:
        gateway = chain.gateway().start()
        agent = chain.agent(buses(0.1)).start()
        wait_for("some is stored", lambda: stored(chain) > 5)
        gateway.stop()
        shutil.copytree(kept, backup)
        gateway.start()
        wait_for("more is stored", lambda: stored(chain) > 25)
        gateway.kill()
        shutil.rmtree(kept)
        backup.rename(kept)
        assert chain.health() is None
        gateway.start()
        wait_for("it knows", lambda: (chain.health() or {"gateway": {"generation": 0}})["gateway"]["generation"] == 2)
        wait_for("it goes on", lambda: stored(chain) > 30)
        agent.stop()
        chain.drain(buses(A_DAY_S))
    expected = (
        f"registry: {SITE}/{EDGE} has our word for messages that we do not know (generation 1). The database was"
        " restored to an earlier state; edges send again what it lacks."
    )
    assert chain.health()["gateway"]["findings"] == [expected]
    chain.assert_complete()
    assert chain.absent() == []


def test_while_influxdb_is_away_nothing_is_sent_again_and_afterwards_all_is_there(influx_chain: Chain) -> None:
    chain = influx_chain
    assert chain.influx is not None
    with machines_on_tcp(chain, 3, 10) as buses, Listener(chain.broker) as listener:
        chain.gateway().start()
        agent = chain.agent(buses(0.1)).start()
        wait_for("some is stored", lambda: stored(chain) > 5)
        chain.influx.stop()
        wait_for("the gateway says so", lambda: not gateway_status(listener).can_store)
        assert gateway_status(listener).state == "online"
        health = chain.health()["gateway"]
        assert not health["can_store"]
        assert health["why"] == gateway_status(listener).why != ""
        wait_for("the edge has heard it", lambda: "cannot store" in agent.said())
        quiet_since = time.monotonic() + 0.5
        shown = chain.ledger.count("machine-1")
        wait_for("it reads on", lambda: chain.ledger.count("machine-1") > shown + 50)
        assert [one for one in numbered(listener) if one.at > quiet_since] == []
        chain.influx.start()
        wait_for("the gateway can store again", lambda: gateway_status(listener).can_store)
        wait_for("the edge has heard it", lambda: "can store again" in agent.said())
        agent.stop()
        chain.drain(buses(A_DAY_S))
    chain.assert_complete()
    assert chain.absent() == []
    for of in chain.ledger.channels():
        counted = ask_influxdb(
            chain.influx.url, f"SELECT count({of.channel}) FROM sample WHERE instrument='{of.instrument}'"
        )
        assert counted == chain.ledger.count(of.instrument), of


def ask_influxdb(url: str, query: str) -> int:
    """One number, of InfluxDB itself."""
    words = urllib.parse.urlencode({"db": "nhipdo", "q": query})
    with urllib.request.urlopen(f"{url}/query?{words}", timeout=20) as response:
        [series] = json.load(response)["results"][0]["series"]
    return series["values"][0][1]


def gateway_status(listener: Listener) -> GatewayStatus:
    said = [one for one in list(listener.heard) if one.topic == str(GatewayTopic("main"))]
    return msgspec.json.decode(said[-1].payload, type=GatewayStatus)


def numbered(listener: Listener) -> list[Heard]:
    return listener.of(topics.TELEMETRY) + listener.of(topics.RECORD)


def edge_topic(kind: str, edge: str = EDGE) -> str:
    return str(EdgeTopic(SITE, edge, kind))


def newer_version(journal: str, seq: int, body: bytes) -> bytes:
    head = b"#nhipdo2 journal=%b seq=%d first=1 n=1 " % (journal.encode(), seq)
    return b"%bcrc32=%08x\n%b" % (head, crc32(body, crc32(head)), body)


def test_what_strangers_publish_stops_nobody(chain: Chain) -> None:
    line = f"sample,site={SITE},edge={STRANGER},instrument=machine-1 c00=1.0 {time.time_ns()}".encode()
    damaged = bytearray(seal(FOREIGN, 1, 1, 1, line))
    damaged[-1] ^= 1
    with machines_on_tcp(chain, 2, 4) as buses, Listener(chain.broker) as listener:
        gateway = chain.gateway().start()
        agent = chain.agent(buses(0.1)).start()
        wait_for("some is stored", lambda: stored(chain) > 3)
        for payload in (bytes(damaged), b"", b"\0" * 10_000_000, b"nonsense", line):
            for edge in (EDGE, STRANGER):
                listener.say(edge_topic(topics.TELEMETRY, edge), payload)
                listener.say(edge_topic(topics.RECORD, edge), payload)
        listener.say(edge_topic(topics.TELEMETRY, STRANGER), newer_version(FOREIGN, 2, line))
        listener.say(edge_topic(topics.RECORD, STRANGER), seal(FOREIGN, 3, 1, 1, b'{"noun":"miracle","key":"x"}'))
        listener.say("nhipdo/v1/UPPER/CASE/telemetry", line)
        listener.say("nhipdo/v1/a/b/c/d/e/f/g", line)
        for garbage in GARBAGE:
            for kind in (topics.STATUS, topics.ACK, f"{topics.SETTING}/calendar/shifts"):
                listener.say(f"{edge_topic('')}{kind}", garbage)
            listener.say(str(GatewayTopic("stranger")), garbage)
        wait_for("dead letters are kept", lambda: dead_letters(chain) == {EDGE: 0, STRANGER: 2})
        after = stored(chain)
        wait_for("the chain goes on", lambda: stored(chain) > after + 5)
        said = [one.payload for one in listener.heard if one.topic == edge_topic(topics.ACK, STRANGER)]
        acknowledged = msgspec.json.decode(said[-1], type=Ack).journals[FOREIGN]
        assert gateway.alive
        assert agent.stop() == 0
        chain.drain(buses(A_DAY_S))
    # 1 was damaged and is never acknowledged; 2 and 3 are kept as dead letters, and are.
    assert (acknowledged.floor, acknowledged.ranges) == (0, ((2, 3),))
    assert "damaged" in chain.findings()
    chain.assert_complete()
    assert chain.absent() == []


def dead_letters(chain: Chain) -> dict[str, int]:
    return {one["edge"]: one["dead_letters"] for one in chain.health()["edges"]}


GARBAGE = [
    b"",
    b"\xff\xfe\x00",
    b"nonsense",
    b"[]",
    b"{}",
    b'{"state": 5}',
    json.dumps({"state": "online", "journal": "x", "held": [{"journal": "x", "first": 1, "last": -1}]}).encode(),
    json.dumps({"state": "online", "journal": FOREIGN[::-1], "started": 10**30}).encode(),
    json.dumps({"store": "s", "generation": 1, "at": 1, "journals": {"j": {"floor": 10**30}}}).encode(),
    json.dumps({"store": "s", "generation": 1, "at": 1, "journals": {"j": {"floor": 2**63}}}).encode(),
    json.dumps({"store": "s", "generation": 10**20, "at": 10**30, "journals": {}}).encode(),
    json.dumps({"store": "s", "generation": 1, "at": 1, "journals": {"j": {"floor": 0, "ranges": [[5, 3]]}}}).encode(),
    json.dumps({"revision": 10**30, "body": {}}).encode(),
    json.dumps({"revision": 1, "body": {"\\u0000": "\\ud800"}}).encode(),
    b"[" * 100_000,
    b'{"revision": 1, "body": {"a": ' + b"[" * 100_000,
    b'{"unknown": ' + b"[" * 100_000,
]
