"""Plans, the laboratory and pilots as points: what pages say, once a day, and gone when the rows are."""

import time
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy.orm import Session

from edge_agent.wire import schema
from gateway import findings
from gateway.config import GatewayConfig
from gateway.jobs import start_jobs
from gateway.laboratory.due import worklist
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_files import load_plans
from gateway.registry import FindingRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.territory import write_provinces
from gateway.timeseries import StoreUnavailableError
from gateway.told.laboratory import tell_laboratory
from gateway.told.programme import tell_plans
from gateway.told.telling import Telling

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = date(2026, 11, 22)
MIDNIGHT = 1_795_280_400 * 10**9
"""2026-11-22 00:00 in Vietnam."""
NOW = MIDNIGHT + 14 * 3600 * 10**9
ALL = (-(2**62), 2**62)
PLAN = "dong-thap-2026-2030"


@pytest.fixture
def book(engine) -> Book:
    return Book(engine, lambda: NOW)


@pytest.fixture
def firm(book) -> str:
    write_provinces(book)
    province = book.find(SYSTEM, "province", code="82", until="").id
    firm = {"code": "1400000001", "name": "Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
    return book.make(SYSTEM, "organisation", firm).id


def told(store, measurement: str) -> dict:
    return {one.tags: one for one in store.told(measurement, {}, *ALL)}


# ------------------------------------------------------------------ plans


def test_a_site_without_agencies_tells_of_no_plan(engine, store, firm) -> None:
    assert tell_plans(engine, store, Evaluations(engine, load_plans(), ZONE), DAY, NOW, ZONE) == 0
    assert told(store, schema.PLAN) == {}


def test_a_plan_is_told_as_it_is_evaluated_and_replaced_when_rows_change(engine, store, book, firm) -> None:
    province = book.find(SYSTEM, "province", code="82", until="").id
    book.make(SYSTEM, "agency", {"province": province, "name": "Sở KH&CN", "since": "2025-07-01"})
    evaluations = Evaluations(engine, load_plans(), ZONE)

    def turn() -> int:
        return tell_plans(engine, store, evaluations, DAY, NOW, ZONE)

    assert turn() > 0
    assert turn() == 0
    result = evaluations.of(SYSTEM, PLAN, DAY, NOW).result
    its = {tags[2]: one for tags, one in told(store, schema.INDICATOR).items() if tags[:2] == ("82", PLAN)}
    assert {name: one.texts["state"] for name, one in its.items()} == {
        one.indicator: one.state.value for one in result.indicators
    }
    assert {name: one.numbers.get("value") for name, one in its.items()} == {
        one.indicator: one.value for one in result.indicators
    }
    assert {one.at for one in its.values()} == {MIDNIGHT}
    plan = told(store, schema.PLAN)["82", PLAN].numbers
    assert plan.keys() <= set(schema.PLAN_NUMBERS)
    states = ("exceeded", "met", "not_yet", "not_met", "cannot_be_said", "not_begun")
    wishes = sum(one.state.value in ("up", "down", "unchanged") for one in result.indicators)
    assert sum(plan[one] for one in states) + wishes == plan["indicators"] == len(result.indicators)
    # The plan's report is due before 25 November each year: three days from now.
    assert 0 <= plan["days_to_deadline"] <= 9
    support = {"organisation": firm, "kind": "basic_tool", "tools": ["5s"], "begins": "2026-04-01"}
    book.make(SYSTEM, "support", support | {"document_number": "9/QĐ"})
    assert turn() > 0
    assert turn() == 0
    later = evaluations.of(SYSTEM, PLAN, DAY, NOW).result
    changed = [a.indicator for a, b in zip(result.indicators, later.indicators, strict=True) if a != b]
    assert changed
    assert told(store, schema.PLAN)["82", PLAN].at == MIDNIGHT


def test_every_state_of_an_indicator_has_a_number() -> None:
    from gateway.indicators.results import State

    assert {one.value for one in State} == schema.INDICATOR_STATES.keys()


# ------------------------------------------------------------------ the laboratory


@pytest.fixture
def balance(book, firm) -> str:
    its = {"organisation": firm, "code": "CAN-01", "name": "Cân phân tích", "status": "in_use", "unit": "g"}
    its |= {"serial_number": "B1", "resolution": 0.0001, "range_low": 0, "range_high": 220, "interval_months": 12}
    return book.make(SYSTEM, "instrument", its | {"mpe_formula": "0.001 + 1e-6 * abs(x)"}).id


def certificate(book, balance: str, day: str, **errors: float) -> str:
    its = {"instrument": balance, "number": f"HC-{day}", "kind": "calibration", "issued": day, "calibrated": day}
    made = book.make(SYSTEM, "certificate", its | {"issued_by": "Trung tâm"}).id
    for run, error in errors.items():
        point = {"certificate": made, "run": run, "channel": "mass", "number": 1, "unit": "g", "nominal": 100.0}
        point |= {"reference": 100.0, "indication": 100.0 + error, "expanded": 0.0004, "coverage_factor": 2.0}
        book.make(SYSTEM, "calibration_point", point)
    return made


def test_calibrations_are_told_with_uncertainty_and_mpe_and_go_with_their_certificate(
    engine, store, book, balance
) -> None:
    old = certificate(book, balance, "2025-06-01", as_found=0.0008, as_left=0.0001)
    certificate(book, balance, "2026-06-01", as_found=0.0005)
    assert tell_laboratory(engine, store, DAY, ZONE) == 4  # three points, and when it is due
    its = store.told(schema.CALIBRATION, {"instrument": "CAN-01"}, *ALL)
    assert [(one.tags[3:], round(one.numbers["error"], 9)) for one in its] == [
        (("mass", "100", "as_found"), 0.0008),
        (("mass", "100", "as_left"), 0.0001),
        (("mass", "100", "unadjusted"), 0.0005),
    ]
    assert its[0].tags[:2] == ("Cơ khí Sa Đéc", "-")
    assert its[0].numbers["mpe"] == pytest.approx(0.0011)
    assert (its[0].numbers["expanded"], its[0].numbers["u"]) == (0.0004, 0.0002)
    assert its[0].texts == {"certificate": "HC-2025-06-01", "unit": "g"}
    assert tell_laboratory(engine, store, DAY, ZONE) == 0
    book.change(SYSTEM, "certificate", old, {"status": "withdrawn"}, None)
    assert tell_laboratory(engine, store, DAY, ZONE) == 3  # two points, and there is no drift any more
    assert [one.tags[5] for one in store.told(schema.CALIBRATION, {}, *ALL)] == ["unadjusted"]


def test_what_is_due_is_told_as_the_work_list_has_it(engine, store, book, balance) -> None:
    certificate(book, balance, "2026-06-01", as_found=0.0005)
    tell_laboratory(engine, store, DAY, ZONE)
    [due] = store.told(schema.DUE, {}, *ALL)
    with Session(engine) as session:
        [listed] = worklist(session, SYSTEM, DAY)
    assert due.tags == ("Cơ khí Sa Đéc", "-", "CAN-01", "calibration")
    assert due.at == MIDNIGHT
    assert due.texts == {"state": "in_order", "urgency": listed.urgency, "name": "Cân phân tích"}
    # Until 1 June 2027, counted by hand: 8 + 31 + 31 + 28 + 31 + 30 + 31 + 1.
    assert due.numbers == {"days_left": 191.0, "in_order": 1.0, "state_code": 3.0}
    assert tell_laboratory(engine, store, date(2027, 6, 2), ZONE) == 1
    late = store.told(schema.DUE, {}, *ALL)[1]
    assert (late.numbers["days_left"], late.numbers["in_order"], late.texts["state"]) == (-1.0, 0.0, "not")


def test_a_drift_tells_when_the_error_leaves_the_mpe(engine, store, book, balance) -> None:
    years, errors = (2023, 2024, 2025, 2026), (0.0001, 0.0002, 0.0003, 0.0004)
    for year, error in zip(years, errors, strict=True):
        certificate(book, balance, f"{year}-06-01", as_found=error)
    tell_laboratory(engine, store, DAY, ZONE)
    [due] = store.told(schema.DUE, {}, *ALL)
    # A second method: a straight line by numpy, of u = 0.0002 g each; 1.645 u(t) above it, far from the lower limit.
    x = np.array([(date(year, 6, 1) - DAY).days for year in years], float)
    design = np.column_stack([x, np.ones(4)])
    covariance = np.linalg.inv(design.T @ design) * 0.0002**2
    line = np.linalg.lstsq(design, np.array(errors), rcond=None)[0]
    days = np.arange(1, 5000)
    rows = np.column_stack([days, np.ones(len(days))])
    high = rows @ line + 1.6448536 * np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))
    assert due.numbers["drift_days_left"] == pytest.approx(float(days[high > 0.0011][0]), abs=1.0)


def test_a_check_standard_has_its_lines_once_ten_occasions_fixed_them(engine, store, book, balance) -> None:
    base = [10.0, 10.2, 9.9, 10.1, 10.0, 9.8, 10.1, 10.0, 9.9, 10.2, 10.1, 12.0]
    for k, error in enumerate(base):
        its = {"instrument": balance, "channel": "mass", "date": f"2026-0{1 + k // 3}-{1 + k % 3:02}", "number": 1}
        book.make(SYSTEM, "check_measurement", its | {"unit": "g", "indication": 100.0 + error, "reference": 100.0})
    tell_laboratory(engine, store, DAY, ZONE)
    checks = store.told(schema.CHECK, {}, *ALL)
    assert [one.numbers["is_out"] for one in checks] == [0.0] * 11 + [1.0]
    assert [one.numbers["value"] for one in checks] == pytest.approx(base)
    # By hand, as Montgomery does: 1.128 is d2 of two.
    ranges = [abs(a - b) for a, b in pairwise(base[:10])]
    sigma = sum(ranges) / 9 / 1.128
    assert {round(one.numbers["high"], 3) for one in checks} == {round(sum(base[:10]) / 10 + 3 * sigma, 3)}
    assert {round(one.numbers["centre"], 9) for one in checks} == {round(sum(base[:10]) / 10, 9)}
    assert checks[0].numbers.keys() == set(schema.CHECK_NUMBERS)


# ------------------------------------------------------------------ turns


def test_a_turn_looks_again_when_somebody_wrote_when_a_day_begins_and_every_hour(
    engine, store, book, balance, tmp_path
) -> None:
    telling = Telling(engine, store, GatewayConfig(state_dir=tmp_path))
    telling.registry(NOW)
    assert len(store.told(schema.DUE, {}, *ALL)) == 1
    store.forget_points(store.told(schema.DUE, {}, *ALL))
    telling.registry(NOW + 60 * 10**9)
    assert store.told(schema.DUE, {}, *ALL) == []  # nobody wrote
    certificate(book, balance, "2026-06-01", as_found=0.0005)
    telling.registry(NOW + 120 * 10**9)
    assert len(store.told(schema.CALIBRATION, {}, *ALL)) == 1
    store.forget_points(store.told(schema.CALIBRATION, {}, *ALL))
    telling.registry(NOW + 3720 * 10**9)
    assert len(store.told(schema.CALIBRATION, {}, *ALL)) == 1  # an emptied store is filled again
    telling.registry(NOW + 12 * 3600 * 10**9)
    assert len(store.told(schema.DUE, {}, *ALL)) == 2  # the next day


def test_a_store_that_is_away_is_a_finding_until_it_is_back(engine, store, tmp_path, monkeypatch) -> None:
    telling = Telling(engine, store, GatewayConfig(state_dir=tmp_path))

    def away(*_asked: object) -> None:
        msg = "InfluxDB at http://x: no answer (refused). Check that it runs and that the url is right."
        raise StoreUnavailableError(msg)

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", away)
        patched.setattr(store, "told", away)
        for k in range(2):
            telling.registry(NOW + k)
            telling.edges(NOW + k)
            telling.shop_floor(NOW + k)
    with Session(engine) as session:
        [found] = session.query(FindingRow).filter(FindingRow.over_at == 0).all()
    assert (found.kind, found.subject, found.times) == ("not_told", "registry", 1)
    assert found.text == (
        "gateway: points for analysts (registry) are not written: InfluxDB at http://x: no answer (refused). Check that"
        " it runs and that the url is right. They are written once it takes them."
    )
    telling.registry(NOW + 9)
    with Session(engine) as session:
        assert not findings.stands(session, findings.THE_GATEWAY, "not_told", "registry")


def test_the_jobs_tell_at_once_when_the_gateway_starts(engine, store, balance, tmp_path) -> None:
    jobs = start_jobs(engine, store, GatewayConfig(state_dir=tmp_path), lambda: NOW)
    deadline = time.monotonic() + 30
    while not store.told(schema.DUE, {}, *ALL) and time.monotonic() < deadline:
        time.sleep(0.02)
    jobs.shutdown()
    assert [one.tags[2] for one in store.told(schema.DUE, {}, *ALL)] == ["CAN-01"]
