"""Nothing goes wrong; the agent is killed; the agent is stopped: what is stored is what was shown."""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from chain import Chain, bus, wait_for
from ledger import Channel
from machines import machines_on_tcp

from drivers.simulators.park import SimulatedPlant, simulated_plant
from gateway.servers import HOST

A_DAY_S = 86_400
S = 10**9


def plant_buses(plant: SimulatedPlant, period_s: float) -> str:
    return "\n".join(
        bus(f"bus-{name}", url, {name: 1}, plant.models[name], period_s) for name, url in plant.urls.items()
    )


@pytest.mark.parametrize("store", ["chain", "influx_chain"])
def test_what_three_instruments_show_on_three_buses_is_what_is_stored(
    store: str, request: pytest.FixtureRequest
) -> None:
    chain: Chain = request.getfixturevalue(store)
    with simulated_plant(on_shown=chain.ledger.tell) as plant:
        chain.gateway().start()
        agent = chain.agent(plant_buses(plant, 0.5)).start()
        wait_for("each showed 12", lambda: min(map(chain.ledger.count, plant.urls)) >= 12)
        assert agent.stop() == 0
        edge = chain.drain(plant_buses(plant, A_DAY_S))
    assert (edge["missing"], edge["declared"], edge["dead_letters"]) == (0, 0, 0)
    chain.assert_complete()
    latest = {
        Channel(one["instrument"], one["channel"]): one for one in chain.api("latest?site=sa-dec&edge=press-shop")
    }
    assert set(latest) == set(chain.ledger.channels())
    assert {of: one["value"] for of, one in latest.items()} == {of: chain.ledger.last(of).value for of in latest}
    doubtful = {str(of): one["quality"] for of, one in latest.items() if one["quality"] != "good"}
    # A load that was put on a moment ago: that is what a balance is like.
    assert doubtful in ({}, {str(Channel("balance", "mass")): "uncertain.unsettled"})


def test_an_agent_killed_twenty_times_under_load_loses_at_most_a_record_period_each_time(chain: Chain) -> None:
    moments = random.Random(20)
    kills = []
    with machines_on_tcp(chain) as buses:
        chain.gateway().start()
        agent = chain.agent(buses(0.05))
        for _ in range(20):
            before = chain.ledger.count("machine-1")
            agent.start()
            wait_for("it reads", lambda before=before: chain.ledger.count("machine-1") > before)
            time.sleep(moments.uniform(0, 1.2))
            kills.append(agent.kill())
        edge = chain.drain(buses(A_DAY_S))
    assert (edge["missing"], edge["declared"]) == (0, 0)
    absent = chain.absent()
    assert chain.undeclared(absent) == []
    cuts = [loss for loss in chain.losses() if loss.reason == "power_cut"]
    assert {loss.n for loss in cuts} == {None}
    # The machine may be slow, so that a commit takes its time; but never more than one is under way.
    longest = chain.record_period_s + 2.0
    late = [one for one in absent if not any(-0.5 <= (kill - one.at) / S <= longest for kill in kills)]
    assert late == []
    assert len(absent) < sum(chain.ledger.count(of.instrument) for of in chain.ledger.channels()) / 2


@contextmanager
def silent_server() -> Iterator[str]:
    """A server that lets everybody in and never answers; its url."""
    with socket.create_server((HOST, 0)) as listener:
        yield f"tcp://{HOST}:{listener.getsockname()[1]}"


def test_an_agent_that_is_told_to_stop_loses_nothing_though_an_instrument_is_silent(chain: Chain) -> None:
    longest_timeout_s = 1.5
    with machines_on_tcp(chain, 2, 4) as buses, silent_server() as url:
        dead = bus("dead", url, {"dead-1": 1}, "counting-4.toml", 2.0, f"timeout_s = {longest_timeout_s}")
        chain.gateway().start()
        agent = chain.agent(f"{buses(0.1)}\n{dead}").start()
        wait_for("two polls of the dead one", lambda: chain.ledger.count("machine-1") > 25)
        told = time.monotonic()
        assert agent.stop() == 0
        assert time.monotonic() - told < longest_timeout_s + 2
        chain.drain(buses(A_DAY_S))
    assert chain.absent() == []
    chain.assert_complete()
