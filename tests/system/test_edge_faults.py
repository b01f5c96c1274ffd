"""What befalls the edge: its disk is exchanged, its outbox is full, its clock is not set, it runs twice."""

import random
import shutil
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from chain import EDGE, SITE, Chain, Listener, wait_for
from ledger import Absent, Channel
from machines import machines_on_tcp
from processes import run

from edge_agent.outbox import Outbox
from edge_agent.wire import topics
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.messages import Declared, EdgeStatus
from edge_agent.wire.packing import TELEMETRY, pack
from edge_agent.wire.records import record_decoder

A_DAY_S = 86_400
S = 10**9


def test_an_image_of_the_disk_restored_is_found_out_and_what_the_newer_disk_held_alone_is_declared(
    chain: Chain,
) -> None:
    state, image = chain.folder / "state", chain.folder / "image"
    with machines_on_tcp(chain, 3, 8) as buses:
        gateway = chain.gateway().start()
        agent = chain.agent(buses(0.1)).start()
        wait_for("it has been stored", lambda: (chain.edge() or {"journals": [{}]})["journals"][0].get("stored", 0) > 5)
        agent.kill()
        shutil.copytree(state, image)
        agent.start()
        wait_for("a second run is stored", lambda: len(chain.edge()["journals"]) == 2 and newest(chain)["stored"] > 5)
        second = newest(chain)["journal"]
        # A store without room takes the words of the edge, but none of its samples.
        gateway.stop()
        chain.gateway(reserve_mb=9_999_999).start()
        wait_for("some wait", lambda: (chain.edge() or {"waiting": 0})["waiting"] > 3)
        waiting = chain.edge()["waiting"]
        exchanged = agent.kill()
        shutil.rmtree(state)
        image.rename(state)
        chain.processes[-1].stop()
        chain.gateway().start()
        agent.start()
        wait_for("a third run is stored", lambda: chain.edge() and len(chain.edge()["journals"]) == 3)
        began = time.time_ns()
        wait_for("it goes on", lambda: chain.ledger.last(chain.ledger.channels()[0]).at > began + S)
        agent.stop()
        edge = chain.drain(buses(A_DAY_S))
    absent = chain.absent()
    assert chain.undeclared(absent) == []
    assert [one for one in absent if one.at > exchanged + S] == []
    assert edge["missing"] >= waiting
    assert edge["missing"] == sum(one["missing"] for one in edge["journals"] if one["journal"] == second)
    expected = (
        f"{SITE}/{EDGE}: journal {second[:8]} is no longer held, {edge['missing']} of its messages never came. An older"
        " image or another card was put in? Bring the card it was on, or close the journal."
    )
    assert expected in edge["findings"]


def test_an_image_made_after_an_orderly_stop_is_found_out_though_it_tells_of_no_gap(chain: Chain) -> None:
    state, image = chain.folder / "state", chain.folder / "image"
    assert chain.broker is not None
    with machines_on_tcp(chain, 2, 4) as buses:
        chain.gateway().start()
        agent = chain.agent(buses(0.1)).start()
        wait_for("it has been stored", lambda: chain.edge() and newest(chain)["stored"] > 5)
        agent.stop()
        shutil.copytree(state, image)
        agent.start()
        wait_for("a second run is stored", lambda: len(chain.edge()["journals"]) == 2 and newest(chain)["stored"] > 5)
        second = newest(chain)
        chain.broker.stop()
        alone = time.time_ns()
        shown = chain.ledger.count("machine-1")
        wait_for("it reads on", lambda: chain.ledger.count("machine-1") > shown + 20)
        exchanged = agent.kill()
        shutil.rmtree(state)
        image.rename(state)
        chain.broker.start()
        edge = chain.drain(buses(A_DAY_S))
    absent = chain.absent()
    assert absent
    assert [one for one in absent if not alone - 3 * S < one.at <= exchanged] == []
    third = newest(chain)["journal"][:8]
    [finding] = edge["findings"]
    assert finding.startswith(
        f"{SITE}/{EDGE}: the disk that runs now (journal {third}) has never seen journal {second['journal'][:8]},"
    )


def newest(chain: Chain) -> dict[str, Any]:
    return chain.edge()["journals"][0]


def test_two_runs_of_one_edge_are_found_and_the_later_waits_until_a_person_lets_it_in(chain: Chain) -> None:
    with machines_on_tcp(chain, 2, 4) as buses:
        chain.gateway().start()
        first = chain.agent(buses(0.1), name="first", state="state-1").start()
        wait_for("the first is stored", lambda: chain.edge() and newest(chain)["stored"] > 3)
        second = chain.agent(buses(0.1), name="second", state="state-2").start()
        wait_for("two runs are found", lambda: "two_runs" in chain.findings())
        held = next(one for one in chain.edge()["journals"] if one["state"] == "on_hold")
        assert held == min((one for one in chain.edge()["journals"]), key=lambda one: one["stored"])
        wait_for("the later one waits", lambda: journal(chain, held["journal"])["waiting"] > 5)
        assert journal(chain, held["journal"])["stored"] == held["stored"]
        first.stop()
        words = ("journals", "admit", held["journal"], "--by", "Mai", "--why", "the first one is gone")
        told = run("gateway.cli", "-c", str(chain.folder / "gateway.toml"), *words)
        assert told == f"journal {held['journal']}: open, decided by Mai: the first one is gone\n"
        assert "two_runs" not in chain.findings()
        wait_for("it is stored", lambda: journal(chain, held["journal"])["stored"] > held["stored"] + 5)
        second.stop()
        for state in ("state-1", "state-2"):
            agent = chain.agent(buses(A_DAY_S), name="last", state=state).start()
            chain.wait_until_drained()
            chain.end(agent)
    chain.assert_complete()
    assert chain.absent() == []


def journal(chain: Chain, name: str) -> dict[str, int]:
    return next(one for one in chain.edge()["journals"] if one["journal"] == name)


AWAKE_IN_THE_PAST = """
import sys, time
from functools import partial
from edge_agent import agent, cli, clock
agent.Clock = partial(clock.Clock, is_set=lambda: False, wall=lambda: time.time_ns() - {behind_s} * 10**9)
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("behind_s", [0, 300_000_000])
def test_an_edge_whose_clock_is_not_set_waits_and_is_dated_by_the_gateway(chain: Chain, behind_s: int) -> None:
    with machines_on_tcp(chain, 2, 4) as buses, Listener(chain.broker) as listener:
        agent = chain.agent(buses(0.1), trust="ntp")
        agent.run_instead(AWAKE_IN_THE_PAST.format(behind_s=behind_s))
        agent.start()
        unsure = wait_for("it says so", lambda: last_status(listener, lambda status: status.undated > 10))
        assert (unsure.clock, unsure.held) == ("unsure", ())
        assert listener.of(topics.TELEMETRY) == []
        chain.gateway().start()
        wait_for("it is dated", lambda: last_status(listener, lambda status: status.clock == "synchronised"))
        agent.stop()
        quiet = chain.agent(buses(A_DAY_S), trust="ntp", name="quiet")
        quiet.run_instead(AWAKE_IN_THE_PAST.format(behind_s=behind_s))
        quiet.start()
        wait_for("all is stored", lambda: newest(chain)["stored"] and chain.edge()["waiting"] == 0)
        chain.wait_until_drained()
        chain.end(quiet)
    # As exact as the gateway's word was swift.
    chain.assert_complete(tolerance_s=2.0)
    assert chain.absent(2.0) == []
    assert {row.quality for of in chain.ledger.channels() for row in chain.rows(of)} == {"good"}


def test_an_edge_whose_clock_is_not_set_takes_a_persons_word_for_it(chain: Chain) -> None:
    with machines_on_tcp(chain, 2, 4) as buses, Listener(chain.broker) as listener:
        agent = chain.agent(buses(0.1), trust="ntp")
        agent.run_instead(AWAKE_IN_THE_PAST.format(behind_s=0))
        agent.start()
        wait_for("it is unsure", lambda: last_status(listener, lambda status: status.undated > 10))
        assert listener.of(topics.TELEMETRY) == []
        run("edge_agent.cli", "trust-clock", str(chain.folder / "agent.toml"))
        wait_for("it is sure", lambda: last_status(listener, lambda status: status.clock == "synchronised"))
        wait_for("it speaks", lambda: listener.of(topics.TELEMETRY))
        wait_for("nothing is undated", lambda: last_status(listener, lambda status: status.undated == 0))
        agent.stop()
        chain.gateway().start()
        chain.drain(buses(A_DAY_S))
    chain.assert_complete()
    assert chain.absent() == []


def last_status(listener: Listener, fits) -> EdgeStatus | None:
    said = listener.of(topics.STATUS)
    if not said:
        return None
    status = msgspec.json.decode(said[-1].payload, type=EdgeStatus)
    return status if fits(status) else None


def test_a_full_outbox_drops_the_oldest_samples_and_declares_them(chain: Chain) -> None:
    full = chain.folder / "state"
    fill(chain, full, 15_500_000)
    assert chain.broker is not None
    chain.broker.stop()
    with machines_on_tcp(chain, 4, 40) as buses:
        more = "[outbox]\nsize_limit_mb = 16"
        agent = chain.agent(buses(0.02), more=more).start()
        wait_for("something has been dropped", lambda: declared_in(full))
        agent.stop()
        chain.broker.start()
        chain.gateway().start()
        edge = chain.drain(buses(A_DAY_S))
    assert edge["missing"] == 0
    assert edge["declared"] > 0
    said = [record_decoder.decode(body) for (body,) in chain.asked("SELECT body FROM record WHERE noun = 'declared'")]
    gone = [one for one in said if isinstance(one, Declared)]
    assert {one.reason for one in gone} == {"evicted"}
    assert sum(hi - lo + 1 for one in gone for lo, hi in one.ranges) == edge["declared"]
    absent = chain.absent(channels=[Channel("old-1", "c00"), Channel("machine-1", "c00")])
    assert sum(one.lines for one in gone) == len(absent)
    assert [one for one in absent if not covered(one, gone)] == []
    # The oldest went: what is left of them came later than all that went.
    assert max(one.at for one in absent) < min(row.at for row in chain.rows(Channel("old-1", "c00")))


def covered(one: Absent, gone: list[Declared]) -> bool:
    # A message is made when what it holds has been read, at most a record period before.
    return any(some.since - S <= one.at <= some.until for some in gone)


def declared_in(state: Path) -> bool:
    from edge_agent.outbox import OutboxReader
    from edge_agent.outbox.schema import FILE

    reader = OutboxReader(state / FILE)
    try:
        return any(b'"noun":"declared"' in body for _, _, body in reader.messages())
    finally:
        reader.close()


def fill(chain: Chain, state: Path, size: int) -> None:
    """An earlier run, which stopped in order, left samples that nobody has stored yet."""
    noise = random.Random(14)
    outbox = Outbox(state)
    head = line_head("sample", SITE, EDGE, "old-1")
    at = time.time_ns() - 600 * S
    left = size
    while left > 0:
        lines = []
        for _ in range(20):
            at += 10_000_000
            values = [(f"c{k:02}", noise.random()) for k in range(100)]
            chain.ledger.write("old-1", dict(values[:1]), at)
            lines.append(format_line(head, values, (), at))
        with outbox.transaction():
            outbox.append(pack(TELEMETRY, lines), at)
            outbox.committed(at, clean=True)
        left -= 20 * 100 * 9
    outbox.close()


def test_what_leaves_by_stick_is_stored_and_its_answer_may_come_twice(tmp_path: Path) -> None:
    chain = Chain(tmp_path, None)
    stick, answer = tmp_path / "press-shop.nhipdo", tmp_path / "press-shop.nhipdo.ack"
    try:
        with machines_on_tcp(chain, 2, 4) as buses:
            agent = chain.agent(buses(0.1)).start()
            wait_for("it reads", lambda: chain.ledger.count("machine-1") > 20)
            agent.stop()
        gateway = chain.gateway()
        toml = str(tmp_path / "agent.toml")
        run("edge_agent.cli", "outbox", "export", toml, str(stick))
        first = run("gateway.cli", "-c", str(tmp_path / "gateway.toml"), "outbox", "import", str(stick))
        again = run("gateway.cli", "-c", str(tmp_path / "gateway.toml"), "outbox", "import", str(stick))
        stored = int(first.split(": ")[1].split()[0])
        assert stored > 0
        assert f": 0 stored, {stored} already there, 0 wait" in again
        words = f"{answer}: {stored} messages of this outbox are stored at the gateway\n"
        for _ in range(2):
            assert run("edge_agent.cli", "outbox", "acknowledge", toml, str(answer)) == words
        assert "waiting    0 messages" in run("edge_agent.cli", "outbox", toml)
        gateway.start()
        chain.wait_until_up()
        assert chain.absent() == []
        chain.assert_complete()
    finally:
        chain.close()
