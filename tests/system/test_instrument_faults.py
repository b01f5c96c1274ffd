"""What befalls instruments: they are dead, they refuse a register, their line is full of noise."""

import time
from itertools import count

from chain import Chain, bus, wait_for
from ledger import Channel
from machines import machines_on_rtu, machines_on_tcp

from drivers.simulators.faults import Disconnect, Faults, Garbage, Refusal, Silence, Truncated, WrongCrc
from drivers.simulators.mt_sics_answers import mass_in
from drivers.simulators.serial_port import text_pty

A_DAY_S = 86_400


def latest(chain: Chain, instrument: str) -> dict[str, str]:
    """Channel -> quality."""
    said = chain.api("latest?site=sa-dec&edge=press-shop") or []
    return {one["channel"]: one["quality"] for one in said if one["instrument"] == instrument}


def test_a_dead_instrument_does_not_slow_its_neighbours_and_is_found_again(chain: Chain) -> None:
    faults = Faults(Silence(unit=3))
    with machines_on_rtu(chain, 3, 4, faults) as buses:
        chain.gateway().start()
        began = time.monotonic()
        agent = chain.agent(buses(0.5)).start()
        wait_for("it is known to be dead", lambda: set(latest(chain, "machine-3").values()) == {"bad.no_reply"})
        wait_for("its neighbours have been read 24 times", lambda: chain.ledger.count("machine-1") >= 24)
        took_s = time.monotonic() - began
        assert chain.ledger.count("machine-2") >= 22
        assert chain.ledger.count("machine-3") == 0
        # A poll every 0.5 s needs 12 s; the start of the process is in it too.
        assert took_s < 2.5 * 12
        faults.clear()
        wait_for("it is found again", lambda: set(latest(chain, "machine-3").values()) == {"good"})
        agent.stop()
        chain.drain(buses(A_DAY_S))
    assert "machine-3: answers again after" in agent.said()
    left_out = [loss for loss in chain.losses() if loss.reason == "back_off"]
    assert {loss.instrument for loss in left_out} == {"machine-3"}
    polled = len(chain.rows(Channel("machine-3", "c00")))
    assert sum(loss.n or 0 for loss in left_out) + polled >= chain.ledger.count("machine-1") * 0.7
    chain.assert_complete()
    assert chain.absent() == []


def test_a_refused_register_is_bad_and_named_and_its_neighbours_are_good(chain: Chain) -> None:
    faults = Faults(Refusal(unit=1, code=2, addresses=[2 * 7]))
    with machines_on_tcp(chain, 2, 20, faults) as buses:
        chain.gateway().start()
        agent = chain.agent(buses(0.2)).start()
        wait_for("it has been read 20 times", lambda: chain.ledger.count("machine-1") >= 20)
        agent.stop()
        chain.drain(buses(A_DAY_S))
    qualities = latest(chain, "machine-1")
    assert {name for name, quality in qualities.items() if quality != "good"} == {"c07"}
    assert qualities["c07"] == "bad.refused"
    assert set(latest(chain, "machine-2").values()) == {"good"}
    words = "machine-1: c07 (holding_register 14, device 1): refused, exception 2 (illegal data address)."
    assert words in agent.said()
    assert {row.value for row in chain.rows(Channel("machine-1", "c07"))} == {None}
    chain.assert_complete()
    assert chain.absent() == []


def test_noise_on_serial_lines_never_becomes_a_value(chain: Chain) -> None:
    seeds = Faults(
        # Before the noise behind the frame, so that it hits the frame's own last byte.
        WrongCrc(chance=0.15),
        Garbage(before=3, chance=0.2),
        Garbage(after=5, chance=0.2),
        Truncated(keep=7, chance=0.1),
        Disconnect(after=4, chance=0.1),
        seed=9,
    )
    weights = count(1)

    def weigh(line: bytes) -> bytes:
        assert line == b"SI\r\n"
        return b"S S %10.4f g\r\n" % (next(weights) / 1000)

    noise = Faults(Garbage(before=4, chance=0.2), Garbage(after=4, chance=0.2), Truncated(keep=9, chance=0.2), seed=8)

    def tell_mass(reply: bytes, at: int) -> None:
        mass_g = mass_in(reply)
        assert mass_g is not None
        chain.ledger.tell("balance", {"mass": mass_g}, at)

    with (
        machines_on_rtu(chain, 2, 4, seeds, "timeout_s = 0.2") as buses,
        text_pty(weigh, faults=noise, on_sent=tell_mass) as path,
    ):
        scale = bus("scale", f"serial://{path}", {"balance": 1}, "mt_sics_balance", 0.1, "timeout_s = 0.2")
        chain.gateway().start()
        agent = chain.agent(f"{buses(0.1)}\n{scale}").start()
        wait_for(
            "40 whole replies each", lambda: min(map(chain.ledger.count, ("machine-1", "machine-2", "balance"))) > 40
        )
        agent.stop()
        seeds.clear()
        chain.drain(buses(A_DAY_S))
    absent = chain.absent()
    assert chain.undeclared(absent) == []
    for of in chain.ledger.channels():
        rows = chain.rows(of)
        bad = sum(row.value is None for row in rows)
        assert 0 < bad < len(rows), f"{of}: {bad} of {len(rows)} bad"
        assert len(rows) - bad > 20, f"{of}: {bad} of {len(rows)} bad"
