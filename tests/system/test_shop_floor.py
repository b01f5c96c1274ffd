"""The shop floor through the whole chain: killed, cut off, told late; what the gateway has is what happened."""

import random

from chain import EDGE, SITE, Chain, Listener, wait_for
from figures import (
    MAX_GAP_S,
    MICRO_STOP_S,
    MINUTE,
    STOP_AFTER_S,
    Unit,
    at_once,
    good_rows,
    in_points,
    in_registry,
    of_minutes,
    said,
    silent_ns,
    stops_at_once,
    stops_in_registry,
)
from press import IDEAL_CYCLE_S, Pause, PiClock, Press, S, served

from edge_agent.kpi.buckets import Bucket
from edge_agent.wire.schema import ELEMENT
from gateway.timeseries.embedded import EmbeddedStore

LIMITS = f"micro_stop_s = {MICRO_STOP_S}\nmax_gap_s = {MAX_GAP_S}\nbucket_s = 60"
LID = f'[[work_units.products]]\nname = "LID-10"\nideal_cycle_s = {IDEAL_CYCLE_S}'
SIGNALS = 'running = "press-1.is_running"\nfault = "press-1.is_fault"'
THREE_UNITS = f"""
[[work_units]]
name = "told"
total = "press-1.produced"
reject = "press-1.scrap"
{SIGNALS}
{LIMITS}
{LID}

[[work_units]]
name = "blind"
total = "press-1.produced"
stop_after_s = {STOP_AFTER_S}
{LIMITS}
{LID}

[[work_units]]
name = "graded"
total = "press-1.produced"
good = "press-1.good"
{SIGNALS}
{LIMITS}
{LID}
"""
UNITS = {
    "told": Unit({"total": "produced", "reject": "scrap"}, "is_running", "is_fault"),
    "blind": Unit({"total": "produced"}),
    "graded": Unit({"total": "produced", "good": "good"}, "is_running", "is_fault"),
}


def after(clock: PiClock, moment: int) -> None:
    wait_for("a moment", lambda: clock.now() >= moment)


def test_an_agent_killed_in_stops_and_at_the_end_of_a_bucket_gives_the_figures_of_an_unbroken_run(
    chain: Chain,
) -> None:
    clock = PiClock(to_bucket_end_s=15)
    end, chance = clock.bucket_end, random.Random(3)
    pauses = [(-11.0, -10.2, False), (-9.0, -5.5, False), (-4.0, -3.3, True), (-1.5, 2.5, True)]
    press = Press(clock, [Pause(end + int(a * S), end + int(b * S), fault) for a, b, fault in pauses])
    # In a run, in a stop, just around the bucket's end, and around the moment at which it is closed.
    kills = [chance.uniform(a, b) for a, b in ((-12.0, -10.0), (-8.5, -6.0), (-0.4, 0.2), (3.9, 4.4))]
    ride(chain, press, kills, [end - MINUTE])


def ride(chain: Chain, press: Press, kills: list[float], minutes: list[int]) -> None:
    clock, end = press.clock, press.clock.bucket_end
    with served(chain, press) as buses, Listener(chain.broker) as listener:
        chain.gateway().start()
        agent = clock.wear(chain.agent(buses, more=THREE_UNITS)).start()
        for moment in kills:
            after(clock, end + int(moment * S))
            agent.kill()
            agent.start()
        wait_for(
            "each bucket is told of each unit", lambda: all(set(minutes) <= set(in_registry(chain, u)) for u in UNITS)
        )
        stored_until = clock.now() - S  # of the last second some may wait for the recorder
        chain.wait_until_drained()
        assert agent.stop() == 0
        compare(chain, listener, minutes, stored_until)


def compare(chain: Chain, listener: Listener, minutes: list[int], until: int) -> None:
    times = [row.at for row in good_rows(chain, "produced", until)]
    store = EmbeddedStore(chain.folder / "gateway-state" / "series.sqlite")
    try:
        points = list(store.points(ELEMENT, SITE, EDGE, 0, 2**62))
    finally:
        store.close()
    for name, unit in UNITS.items():
        evaluation = at_once(chain, unit, until)
        expected, found = of_minutes(evaluation, minutes), in_registry(chain, name)
        for start in minutes:
            assert found[start] == expected[start], (name, start)
            silent = silent_ns(times, start, start + MINUTE)
            assert found[start].ns[Bucket.UNKNOWN] == silent > 0
        assert in_points(points, name) == found
        stops = [one for one in stops_at_once(evaluation) if one.until < max(minutes) + MINUTE]
        assert [one for one in stops_in_registry(chain, name) if one.until < max(minutes) + MINUTE] == stops
    told = said(listener)
    in_force = chain.asked("SELECT work_unit || '.' || since, revision FROM nominal_bucket")
    assert sorted(in_force) == sorted((key, revisions[-1].revision) for key, revisions in told.items())
