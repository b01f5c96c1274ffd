"""The demo's laboratory: nobody in it exists and it says so; its bench and its shop are told what they should be."""

import tomllib

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from drivers.simulators.park import ON_THE_BENCH
from drivers.simulators.park import SHOP_GAIN as SIMULATED_GAIN
from edge_agent.wire.certificate_setting import read_certificates
from gateway.demo.account import SHOP_GAIN
from gateway.demo.folder import BENCH, EDGE, LAB_SITE, SITE, bench_toml, shop_buses
from gateway.demo.laboratory import MADE_UP, PEOPLE, WEIGHTS, ZONE, Laboratory, Read, furnish, put_on_the_bench
from gateway.demo.laboratory_past import MPE, furnish_past
from gateway.ingest.journals import EdgeId
from gateway.laboratory.bench_settings import told_at
from gateway.laboratory.drift import BASE, courses
from gateway.laboratory.due import worklist
from gateway.laboratory.history import pasts
from gateway.laboratory.publishing import wanted_certificates
from gateway.production.periods import today
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.territory import write_provinces

NOW = 1_795_330_800_000_000_000
"""2026-11-22 07:00 UTC."""
PLANT = {
    "buses": [{"name": name, "url": f"serial:///{name}", "instruments": []} for name in ("press", "bench", "room")],
    "bench": {"temperature": "room-1.temperature"},
    "work_units": [{"name": "press"}],
}


@pytest.fixture
def furnished(engine: Engine) -> Laboratory:
    book = Book(engine, lambda: NOW)
    write_provinces(book)
    province = book.find(SYSTEM, "province", code="82", until="").id
    firm = {"code": "DEMO", "name": "Công ty mẫu (mô phỏng)", "kind": "enterprise", "province": province}
    owner = book.make(SYSTEM, "organisation", firm).id
    book.make(SYSTEM, "site", {"name": SITE, "title": "Xưởng mẫu", "organisation": owner, "kind": "factory"})
    return furnish(
        engine,
        NOW,
        owner=owner,
        bench_site=LAB_SITE,
        room=Read(LAB_SITE, BENCH, "room-1"),
        balance=Read(SITE, EDGE, "balance-1"),
        balance_values={"serial_number": "B1", "resolution": 0.01, "range_low": 0, "range_high": 220},
        gain=SHOP_GAIN,
    )


def test_every_name_says_that_it_is_made_up(engine: Engine, furnished: Laboratory) -> None:
    book = Book(engine, lambda: NOW)
    nouns = ("organisation", "laboratory", "instrument", "commune")
    named = [str(one.values["name"]) for noun in nouns for one in book.all(SYSTEM, noun)]
    issuers = [str(one.values["issued_by"]) for one in book.all(SYSTEM, "certificate")]
    signatures = [str(one.values["signs_as"]) for one in book.all(SYSTEM, "competence")]
    assert len(named) >= 6
    assert [name for name in (*named, *issuers, *signatures) if MADE_UP not in name] == []
    assert set(furnished.accounts) == {one.name for one in PEOPLE}


def test_the_bench_is_told_of_its_standards_and_people(engine: Engine, furnished: Laboratory) -> None:
    with Session(engine) as session:
        told = told_at(session, furnished.centre, EdgeId(LAB_SITE, BENCH), today(NOW, ZONE))
    assert told.unsent == ()
    thermometer, weights = told.bodies["bench-standards"]["standards"]
    assert (weights["code"], [one["nominal"] for one in weights["values"]]) == ("QC-MAU-01", list(WEIGHTS))
    # 200 g of class F1: the limit of error is 1.0 mg, and U at most a third of it (OIML R 111-1, 5.2 and table 1).
    assert all(one["u"] * 2 <= 0.001 for one in weights["values"])
    assert (thermometer["instrument"], thermometer["channel"]) == ("room-1", "temperature")
    people = {one["name"] for one in told.bodies["bench-people"]["people"]}
    assert people == {one.full_name for one in PEOPLE if "perform" in one.duties}


def test_a_balance_waits_at_the_bench(engine: Engine, furnished: Laboratory) -> None:
    owner = Book(engine, lambda: NOW).find(SYSTEM, "organisation", code="DEMO").id
    put_on_the_bench(engine, NOW, furnished, owner)
    with Session(engine) as session:
        told = told_at(session, furnished.centre, EdgeId(LAB_SITE, BENCH), today(NOW, ZONE))
    [order] = told.bodies["bench-orders"]["orders"]
    assert (order["number"], order["procedure"]) == ("PCV-2026-0001", "technical-balance")
    # What the simulated balance on the bench is: 0.001 g, and weights for its points up to 200 g.
    assert (order["item"]["resolution"], order["item"]["range_high"]) == (ON_THE_BENCH.resolution, max(WEIGHTS))


def test_the_shops_balance_is_certified_with_the_error_that_it_has(engine: Engine, furnished: Laboratory) -> None:
    with Session(engine) as session:
        [wanted] = wanted_certificates(session, ZONE, furnished.instrument)
    assert (wanted.edge, wanted.name, wanted.problems) == (EdgeId(SITE, EDGE), "balance-1", ())
    read = read_certificates(wanted.name, wanted.body)
    assert read is not None
    [certificate] = read.certificates
    points = certificate.channels["mass"].points
    assert SHOP_GAIN == SIMULATED_GAIN
    assert [one.error for one in points] == pytest.approx([load * SHOP_GAIN for load in (0, 50, 100, 150, 200)])
    assert {one.u for one in points} == {0.003}


def test_the_bench_has_an_agent_of_its_own() -> None:
    bench = tomllib.loads(bench_toml("mqtt://127.0.0.1:1884", PLANT, 8482, ["Lan", "Minh"]))
    assert bench["edge"] == {"site": LAB_SITE, "name": BENCH, "state_dir": "bench"}
    assert [one["name"] for one in bench["buses"]] == ["bench", "room"]
    assert (bench["bench"], bench["screen"]["port"]) == ({"temperature": "room-1.temperature"}, 8482)
    assert bench["operators"] == [{"name": "Lan"}, {"name": "Minh"}]
    assert "work_units" not in bench
    assert [one["name"] for one in shop_buses(PLANT)] == ["press"]


def test_its_past_shows_a_drift_a_chart_and_one_of_each_due_state(engine: Engine, furnished: Laboratory) -> None:
    owner = Book(engine, lambda: NOW).find(SYSTEM, "organisation", code="DEMO").id
    furnish_past(engine, NOW, furnished, owner, SHOP_GAIN)
    with Session(engine) as session:
        past = pasts(session, SYSTEM)[furnished.instrument]
        due = {one.code: one.standing.state for one in worklist(session, SYSTEM, today(NOW, ZONE))}
    found = {one.at.nominal: one for one in courses(past, MPE)}
    # It rises year by year, is within what is permitted, and leaves it some day.
    errors = [one.error for one in found[100.0].results]
    assert errors == sorted(errors)
    assert errors[-1] == pytest.approx(100 * SHOP_GAIN)
    assert found[100.0].crosses is not None
    assert len(found[100.0].checks) > BASE
    assert (due["CAN-MAU-01"], due["CAN-MAU-03"], due["CAN-MAU-04"]) == ("in_order", "not", "soon")
