"""The shop floor through the whole chain: killed, cut off, told late; what the gateway has is what happened."""

import random
import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from chain import EDGE, SECRET, SITE, Chain, Listener, wait_for
from figures import (
    MAX_GAP_S,
    MICRO_STOP_S,
    MINUTE,
    STOP_AFTER_S,
    Figures,
    Unit,
    at_once,
    good_rows,
    in_points,
    in_registry,
    of_minutes,
    points_in_influx,
    said,
    silent_ns,
    stops_at_once,
    stops_in_registry,
)
from press import IDEAL_CYCLE_S, Pause, PiClock, Press, S, served
from visitor import Visitor

from edge_agent.config.pins import hash_pin
from edge_agent.kpi.buckets import Bucket
from edge_agent.wire.schema import ELEMENT, NOTHING, STOP
from gateway.free_ports import free_port
from gateway.servers import HOST
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
    clock = PiClock(to_bucket_end_s=14)
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
        chain.end(agent)
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
            assert found[start].ns[Bucket.UNKNOWN] == silent
        assert in_points(points, name) == found
        stops = [one for one in stops_at_once(evaluation) if one.until < max(minutes) + MINUTE]
        assert [one for one in stops_in_registry(chain, name) if one.until < max(minutes) + MINUTE] == stops
    told = said(listener)
    in_force = chain.asked("SELECT work_unit || '.' || since, revision FROM nominal_bucket")
    assert sorted(in_force) == sorted((key, revisions[-1].revision) for key, revisions in told.items())


SHIFT = """
[[calendars]]
timezone = "UTC"

[[calendars.shifts]]
name = "A"
start = "{start}"
end = "{start}"
"""
ONE_UNIT = f"""
[[work_units]]
name = "told"
title = {{ vi = "Máy dập 1", en = "Press 1" }}
total = "press-1.produced"
reject = "press-1.scrap"
{SIGNALS}
{LIMITS}
{LID}
title = {{ vi = "Nắp hộp", en = "Lid" }}

[[work_units.products]]
name = "LID-20"
ideal_cycle_s = 0.4

[[operators]]
name = "Lan"
pin_hash = "PIN_HASH"

[screen]
port = PORT
language = "en"
"""
LAN = {"operator": "Lan", "pin": "4821"}
SIX_HOURS = 6 * 3600 * S


def shop_with_a_screen(clock: PiClock, port: int) -> str:
    """A shift that has long begun and goes round the clock; two products, and an operator with a PIN."""
    start = datetime.fromtimestamp((clock.now() - SIX_HOURS) // S, UTC)
    unit = ONE_UNIT.replace("PORT", str(port)).replace("PIN_HASH", hash_pin(LAN["pin"]))
    return SHIFT.format(start=f"{start:%H:%M}") + unit


GOOD = re.compile(r"Good ([0-9]+) Scrap [0-9]+ ")
DOWN = re.compile(r"The uplink is down\. Data has waited since ([0-9:]{8})\.")


def test_a_reason_given_while_the_broker_is_away_and_words_said_late_reach_the_gateway_and_its_series(
    influx_chain: Chain,
) -> None:
    chain, clock, port = influx_chain, PiClock(to_bucket_end_s=17), free_port()
    press = Press(clock)
    operator, planner = Visitor(f"http://{HOST}:{port}"), Visitor(f"http://{HOST}:{port}")
    with served(chain, press) as buses:
        chain.gateway().start()
        agent = clock.wear(chain.agent(buses, more=shop_with_a_screen(clock, port))).start()
        wait_for("the machine is on the Andon", lambda: "Press 1 Running" in operator.words("/"))
        planner.send("/enter?unit=told", "/enter/product", **choice_of("LID-10"))
        wall = Visitor(f"http://{HOST}:{chain.port}", SECRET)
        chain.wait_until_up()
        wall.page("/language/en")
        wait_for("it is on the gateway's", lambda: "Press 1 Running" in wall.words("/andon/sa-dec"))
        stopped, reason = stand_while_the_broker_is_away(chain, press, operator)
        the_stop_has_arrived(chain, stopped, reason)
        wait_for("the bucket is told", lambda: clock.bucket_end - MINUTE in in_registry(chain, "told"))
        words_said_late(chain, clock, operator, planner, stopped)
        with stream(port) as one, stream(port) as another:
            assert agent.stop(within_s=10) == 0
            assert b"event: andon" in one.read()
            assert b"event: andon" in another.read()


def choice_of(product: str) -> dict[str, str]:
    return {"unit": "told", "product": product, "order": "", "quantity": "", "earlier": "5", **LAN}


def stand_while_the_broker_is_away(chain: Chain, press: Press, operator: Visitor) -> tuple[int, str]:
    """When the press stood, and which reason was given."""
    assert chain.broker is not None
    operator.send("/who", "/who", **LAN)
    chain.broker.stop()
    cut = press.clock.now()
    since = wait_for("the strip says so", lambda: DOWN.search(operator.words("/")))[1]
    near = [datetime.fromtimestamp(cut // S + k, UTC) for k in range(-3, 4)]
    assert since in [f"{one:%H:%M:%S}" for one in near]
    made = pieces_on(operator)
    wait_for("figures move", lambda: pieces_on(operator) > made)
    stood = press.stand()
    wait_for("the Andon says that it stands", lambda: "Press 1 Stop" in operator.words("/"))
    page = wait_for("it asks why", lambda: re.search(r'action="(/stops/told/[0-9]+)"', operator.page("/stops")))
    reason = re.findall(r'name="reason" value="([a-z-]+)"', operator.page("/stops"))[0]
    operator.send("/stops", page[1], reason=reason, next="/stops")
    assert "No stop waits for a reason" in operator.words("/stops")
    after(press.clock, stood + int((MICRO_STOP_S + 1) * S))
    press.run()
    wait_for("the Andon says that it runs", lambda: "Press 1 Running" in operator.words("/"))
    assert DOWN.search(operator.words("/"))
    chain.broker.start()
    return stood, reason


def pieces_on(visitor: Visitor) -> int:
    found = GOOD.search(visitor.words("/"))
    assert found
    return int(found[1])


def the_stop_has_arrived(chain: Chain, stopped: int, reason: str, note: str = "") -> None:
    path = f"sites/{SITE}/work-units/{EDGE}/told/stops?start=-1h"

    def is_told() -> Any:
        stops = chain.api(path) or []
        return [one for one in stops if (one["reason"], one["note"]) == (reason, note) and one["until"]]

    [stop] = wait_for("the stop is at the gateway", is_told)
    [(since, until, planned, who)] = chain.asked("SELECT since, until, planned_ns, who FROM stop WHERE NOT gone")
    assert abs(since - stopped) < S
    assert (stop["kind"], stop["who"], stop["seconds"]) == ("STOP", who, (until - since) / S)
    assert (planned, who) == (until - since, "Lan")
    assert set(stop["title"]) == {"vi", "en"}
    assert chain.influx is not None
    [point] = [one for one in points_in_influx(chain.influx.url, STOP) if one.numbers["gone"] == 0]
    assert (point.at, point.tags) == (since, (SITE, EDGE, "told"))
    assert point.numbers["seconds"] == stop["seconds"]
    assert [point.texts[name] for name in ("reason", "who", "note", "kind")] == [reason, "Lan", note, "STOP"]
    assert {"vi": point.texts["title_vi"], "en": point.texts["title_en"]} == stop["title"]


def words_said_late(chain: Chain, clock: PiClock, operator: Visitor, planner: Visitor, stopped: int) -> None:
    """All of it after the bucket was told of and acknowledged: each word makes a revision of the whole."""
    minute, until = clock.bucket_end - MINUTE, clock.now() - S
    chain.wait_until_drained()
    first = of_minutes(at_once(chain, UNITS["told"], until), [minute])[minute]
    assert in_registry(chain, "told")[minute] == first
    assert products_of(chain, minute) == {"LID-10"}
    planner.send("/enter?unit=told", "/undo", next="/enter?unit=told")
    wait_for("its product is gone", lambda: products_of(chain, minute) == {""})
    assert in_registry(chain, "told")[minute] == without_product(first)
    planner.send("/enter?unit=told", "/enter/product", **choice_of("LID-20"))
    wait_for("it made another product", lambda: products_of(chain, minute) == {"LID-20"})
    made = re.findall(r'<option value="([0-9]+\|LID-20)"', operator.page("/enter?unit=told"))[0]
    scrap = {"unit": "told", "scrap": "3", "rework": "1", "made": made, "reason": "cracks"}
    operator.send("/enter?unit=told", "/enter/scrap", **scrap)
    page = re.findall(r'href="(/stops/told/[0-9]+)"', operator.page("/stops"))[0]
    operator.send(page, page, reason="waiting-people", note="the fitter was away")
    the_stop_has_arrived(chain, stopped, "waiting-people", "the fitter was away")
    late = {**first.counts, "reject": first.counts["reject"] + 3, "rework": 1}
    wait_for("late scrap has come", lambda: in_registry(chain, "told")[minute] == first._replace(counts=late))
    assert products_of(chain, minute) == {"LID-20"}


def products_of(chain: Chain, minute: int) -> set[str]:
    """Of a nominal bucket, by the registry; none while the series says otherwise: what is no longer there is zero."""
    assert chain.influx is not None
    [(revision,)] = chain.asked(f"SELECT revision FROM nominal_bucket WHERE since = {minute}")
    products = {name for (name,) in chain.asked(f"SELECT product FROM element WHERE since = {minute}")}
    points = [one for one in points_in_influx(chain.influx.url, ELEMENT) if one.at == minute]
    drawn = {one.tags[3] for one in points if any(n for name, n in one.numbers.items() if name != "revision")}
    is_whole = {one.numbers["revision"] for one in points} == {revision}
    agrees = drawn == {name or NOTHING for name in products}
    return (
        products
        if is_whole and agrees and in_points(points, "told")[minute] == in_registry(chain, "told")[minute]
        else set()
    )


def without_product(one: Figures) -> Figures:
    """The same time, but nobody had said what was made."""
    nothing = dict.fromkeys(one.counts, 0) | {
        name: one.counts[name] for name in ("unplanned", "unattributed", "failures")
    }
    return one._replace(counts=nothing | {"no_product": one.counts["total"] + one.counts["no_product"]})


@contextmanager
def stream(port: int) -> Iterator[HTTPResponse]:
    """The Andon's events, which have begun to come."""
    connection = HTTPConnection(HOST, port, timeout=20)
    with closing(connection):
        connection.request("GET", "/live")
        with connection.getresponse() as answer:
            assert answer.getheader("content-type", "").startswith("text/event-stream")
            assert answer.readline() == b"retry: 1000\n"
            yield answer


def test_an_agent_whose_screen_finds_its_port_taken_measures_on_and_says_so(chain: Chain) -> None:
    clock = PiClock(to_bucket_end_s=30)
    with served(chain, Press(clock)) as buses, socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        chain.gateway().start()
        agent = clock.wear(chain.agent(buses, more=shop_with_a_screen(clock, port))).start()
        said_so = (
            f"{EDGE}: the screen cannot listen on {HOST}:{port}: Address already in use. Measuring goes on. "
            "Free the port or correct screen.host and screen.port."
        )
        wait_for("the gateway says so", lambda: chain.edge() and said_so in chain.edge()["findings"])
        now = clock.now()
        wait_for("samples come", lambda: (rows := good_rows(chain, "produced", 2**62)) and rows[-1].at > now)
        assert agent.stop(within_s=10) == 0
