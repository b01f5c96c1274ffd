"""A pilot's days as points for analysts: windows, and the model once it is judged."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from edge_agent.wire.schema import PILOT, PILOT_NUMBERS, PILOT_WINDOWS
from gateway.programme.pilots_judged import judged, pilots_in_force, read_pilot
from gateway.registry.roles import SYSTEM
from gateway.timeseries.influx import InfluxStore
from gateway.told.pilots import tell_pilots

ALL = (-(2**62), 2**62)
BASELINE = date(2026, 3, 1)
BEGINS = date(2026, 5, 1)
AFTER = date(2026, 7, 15)


@pytest.fixture
def store(one_influxdb) -> Iterator[InfluxStore]:
    store = InfluxStore(one_influxdb.url, database="told pilots")
    yield store
    store.forget_before(PILOT, 2**62)
    store.close()


def test_a_judged_pilot_tells_its_days_by_window_and_its_counterfactual(workshop, store) -> None:
    pilot = workshop.pilot()
    workshop.run("press-1", gain=0.1, seed=3)
    now = workshop.at_end()

    def turn(day: date = AFTER) -> int:
        return tell_pilots(workshop.engine, store, day, now, workshop.zone)

    turn()
    its = store.told(PILOT, {"pilot": pilot.id}, *ALL)
    assert {one.tags for one in its} == {("sa-dec", pilot.id, "oee", "pilot")}
    begun = [one for one in its if one.numbers["begins"]]
    assert [one.at for one in begun] == [1_777_568_400 * 10**9]  # 2026-05-01 00:00 in Vietnam
    names = {code: name for name, code in PILOT_WINDOWS.items()}
    by_window = [names[one.numbers["window_code"]] for one in its]
    assert [by_window.count(name) for name in ("baseline", "washout", "result")] == [61, 10, 61]
    [(entry, others)] = pilots_in_force(workshop.engine, SYSTEM, now)
    judgement = judged(read_pilot(workshop.engine, SYSTEM, entry, others, AFTER, now, workshop.zone), AFTER)
    picture = judgement.figures[0].effect.picture
    assert picture is not None
    last = its[-1].numbers
    assert (last["counterfactual"], last["fitted"]) == (picture.counterfactual[-1], picture.fitted[-1])
    assert last["low"] < last["high"]
    assert last["fitted"] - last["counterfactual"] == pytest.approx(judgement.figures[0].effect.effect)
    assert {name for one in its for name in one.numbers} == set(PILOT_NUMBERS)
    assert turn() == 0


def test_days_of_the_difference_to_other_machines_count_where_both_do(workshop, store) -> None:
    workshop.describe("press-2")
    pilot = workshop.pilot(control_work_units="press-shop/press-2")
    workshop.run("press-1", gain=0.1, seed=3)
    workshop.run("press-2", gain=0.0, seed=4, since=BASELINE + timedelta(days=1))
    tell_pilots(workshop.engine, store, AFTER, workshop.at_end(), workshop.zone)
    told = {
        side: {one.at: one.numbers for one in store.told(PILOT, {"pilot": pilot.id, "side": side}, *ALL)}
        for side in ("pilot", "control", "difference")
    }
    assert {at for at, one in told["difference"].items() if one.get("counts")} == told["control"].keys()
    both = ((one["value"], told["pilot"][at]["value"] - told["control"][at]["value"])
            for at, one in told["difference"].items() if "value" in one)  # fmt: skip
    assert all(value == pytest.approx(wanted, abs=1e-12) for value, wanted in both)
    assert len(told["control"]) == len(told["pilot"]) - 1


def test_a_pilot_that_is_not_fixed_tells_nothing_beyond_its_baseline(workshop, store) -> None:
    workshop.pilot(is_fixed=False)
    workshop.run("press-1", gain=0.1, seed=3)
    tell_pilots(workshop.engine, store, AFTER, workshop.at_end(), workshop.zone)
    its = store.told(PILOT, {}, *ALL)
    assert its
    assert {one.numbers["window_code"] for one in its} == {PILOT_WINDOWS["baseline"]}


def test_days_of_a_pilot_that_is_taken_out_of_use_go(workshop, store) -> None:
    pilot = workshop.pilot()
    workshop.run("press-1", gain=0.0, seed=3, until=BEGINS + timedelta(days=3))
    day, now = BEGINS + timedelta(days=4), workshop.at_end()
    assert tell_pilots(workshop.engine, store, day, now, workshop.zone) == 65
    workshop.book.retire(SYSTEM, "pilot", pilot.id, pilot.revision, "nhập nhầm")
    assert tell_pilots(workshop.engine, store, day, now, workshop.zone) == 65
    assert store.told(PILOT, {}, *ALL) == []
