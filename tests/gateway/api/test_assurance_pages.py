"""The pages of what assures results: traceability, drift, intervals, 7.10, comparisons, scope, calendar, reminders."""

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access.secret_words import derived
from gateway.api.security import COOKIE
from gateway.laboratory import open_findings
from gateway.laboratory.findings import findings
from gateway.laboratory.reminders import remind
from gateway.registry.audit import AuditRow
from gateway.registry.book import Asked, Book
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM, Grant, Role

EN = {"Accept-Language": "en"}


@pytest.fixture
def world(gateway):
    """A laboratory, its standard that failed, and a customer's balance that an edge reads; today is 2025-11-25."""
    with Book(gateway.engine, lambda: gateway.now).writing(SYSTEM) as writing:
        return build(lambda noun, **values: writing.make(noun, values).id)


def build(make) -> dict[str, str]:
    """The rows, all in one transaction."""
    province = make("province", code="82", name="Đồng Tháp")
    firm = {"kind": "enterprise", "province": province}
    rows = {
        "centre": make("organisation", code="1400000001", name="Trung tâm", **firm),
        "press": make("organisation", code="1400000002", name="Công ty Cơ khí", **firm),
        "rival": make("organisation", code="1400000003", name="Phòng khác", **firm),
    }
    site = make("site", name="sa-dec", title="Xưởng", organisation=rows["press"], kind="factory")
    rows["laboratory"] = make("laboratory", organisation=rows["centre"], name="Phòng Đo lường")
    used = {"status": "in_use", "unit": "g"}
    rows["standard"] = make(
        "instrument", organisation=rows["centre"], code="F1", name="Quả cân", standard_kind="reference",
        mpe_formula="0.001", **used,
    )  # fmt: skip
    rows["balance"] = make(
        "instrument", organisation=rows["press"], code="CAN-01", name="Cân", kind="Cân phân tích", mpe_formula="0.001",
        interval_months=12, site=site, edge="press-shop", edge_instrument="balance-1", **used,
    )  # fmt: skip
    issued = {"kind": "calibration", "issued_by": "Trung tâm", "laboratory": rows["laboratory"]}
    national = {"kind": "calibration", "issued_by": "VMI", "is_national": True}
    first = make("certificate", instrument=rows["standard"], number="VMI-1", issued="2024-01-10", **national)
    again = make("certificate", instrument=rows["standard"], number="VMI-2", issued="2025-11-10", **national)
    for certificate, run, error in ((first, "as_found", 0.0001), (again, "as_found", 0.0016), (again, "as_left", 0.0)):
        make(
            "calibration_point", certificate=certificate, run=run, channel="mass", number=1, unit="g", nominal=100,
            reference=100, indication=100 + error, expanded=0.0002, coverage_factor=2,
        )  # fmt: skip
    for number, day, error in (("HC-1", "2024-02-01", 0.0003), ("HC-2", "2025-01-15", 0.0006)):
        certificate = make("certificate", instrument=rows["balance"], number=number, issued=day, **issued)
        make("standard_used", certificate=certificate, number=1, standard=rows["standard"], standard_certificate=first)
        make(
            "calibration_point", certificate=certificate, run="as_found", channel="mass", number=1, unit="g",
            nominal=100, reference=100, indication=100 + error, expanded=0.0002, coverage_factor=2,
        )  # fmt: skip
    make(
        "pilot", site=site, name="TPM", version=1, tools=["tpm"], work_units="press-shop/press-1", figures=["oee"],
        baseline_since="2025-02-01", baseline_until="2025-03-31", begins="2025-04-01", result_since="2025-05-01",
        result_until="2025-07-31", state="running",
    )  # fmt: skip
    return rows


@pytest.fixture
def browser(app, gateway):
    """Makes a browser of somebody with these grants."""

    def made(name: str, *grants: Grant) -> TestClient:
        return TestClient(app, follow_redirects=False, headers=EN, cookies={COOKIE: gateway.sign_in(name, *grants)})

    return made


def send(client: TestClient, address: str, **values: str):
    return client.post(address, data={"token": derived(client.cookies[COOKIE], "form")} | values)


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_failed_standard_leads_to_certificates_samples_and_pilots_and_a_person_decides(browser, world) -> None:
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    assert "mass 100 g: error 0.0016, permissible ± 0.001 (certificate VMI-2)." in plain(chief.get("/assurance").text)
    made = send(chief, f"/instruments/{world['standard']}/nonconforming")
    page = plain(chief.get(made.headers["location"]).text)
    assert "2 certificates of 1 customers rest on it" in page
    assert re.search("In doubt 2024-01-10 . 2025-11-10", page)
    assert "HC-1 CAN-01 · Cân Công ty Cơ khí 2024-02-01 directly" in page
    assert "sa-dec / press-shop / balance-1: from 2024-02-01 until 2025-01-15 (HC-1)" in page
    assert "sa-dec / press-shop / balance-1: from 2025-01-15 until now (HC-2)" in page
    assert "TPM · sa-dec: baseline window, result window" in page
    assert "KPH-2025-0001" in plain(chief.get("/").text)
    letter = plain(chief.get(f"{made.headers['location']}/notice").text)
    assert "To: Công ty Cơ khí" in letter
    bare = send(chief, f"{made.headers['location']}/decide", outcome="recall", why="")
    assert (bare.status_code, "There are no grounds. Say why it is so decided." in bare.text) == (422, True)
    done = send(chief, f"{made.headers['location']}/decide", outcome="recall", why="1.6 mg off", notified="2025-11-25")
    assert done.status_code == 303
    assert "Recall and repeat · chief · 2025-11-25" in plain(chief.get(made.headers["location"]).text)
    assert "KPH-2025-0001" not in plain(chief.get("/").text)


def test_the_first_page_counts_findings_and_works_them_out_again_only_when_something_changed(
    browser, world, gateway, monkeypatch
) -> None:
    worked_out = []
    monkeypatch.setattr(open_findings, "findings", lambda *args: worked_out.append(1) or findings(*args))
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    for _ in range(2):
        page = plain(chief.get("/").text)
        assert "Findings on measurements without a decision: 2 F1 · Quả cân CAN-01 · Cân" in page
    assert len(worked_out) == 1
    rival = browser("rival", Grant(Role.LABORATORY_STAFF, "organisation", world["rival"]))
    assert "No finding on measurements waits for a decision" in plain(rival.get("/").text)
    page = chief.get("/assurance").text
    finding, of = (re.search(f'name="{name}" value="([^"]+)"', page).group(1) for name in ("finding", "of"))
    assert send(chief, "/assurance/judge", of=of, finding=finding, decision="watch", why="so").status_code == 303
    assert "Findings on measurements without a decision: 1" in plain(chief.get("/").text)


def test_a_decision_is_no_field_of_a_form_and_who_may_only_write_does_not_decide(browser, world, gateway) -> None:
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    work = send(chief, f"/instruments/{world['standard']}/nonconforming").headers["location"].rsplit("/", 1)[1]
    book = Book(gateway.engine, lambda: gateway.now)
    refused = "Only a decision writes this field. Decide on the page of this work."
    for name, value in {"outcome": "recall", "why": "so", "decided_by": "lan", "decided": "2025-11-25"}.items():
        with pytest.raises(WrongValuesError) as caught:
            book.change(SYSTEM, "nonconforming_work", work, {name: value}, None)
        assert {field: why.en for field, why in caught.value.problems.items()} == {name: refused}
    values = {"laboratory": world["laboratory"], "number": "KPH-9", "cause": "other", "since": "2025-01-01"}
    with pytest.raises(WrongValuesError) as caught:
        book.make(SYSTEM, "nonconforming_work", values | {"found": "2025-11-01", "what": "it", "outcome": "recall"})
    assert set(caught.value.problems) == {"outcome"}
    page = send(chief, f"/assurance/nonconforming/{work}/decide", outcome="recall", why="off", notified="soon")
    assert page.status_code == 422
    assert book.get(SYSTEM, "nonconforming_work", work).values["outcome"] == ""
    send(chief, f"/assurance/nonconforming/{work}/decide", outcome="recall", why="off", notified="25/11/2025")
    book.change(SYSTEM, "nonconforming_work", work, {"notified": "2025-11-26"}, None)
    with Session(gateway.engine) as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "decide")).one()
        assert (row.name, row.row, row.why) == ("chief", work, "off")


def test_the_laboratory_sees_what_it_issued_to_others_and_a_foreign_one_nothing(browser, world) -> None:
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    work = send(chief, f"/instruments/{world['standard']}/nonconforming").headers["location"]
    own = browser("lan", Grant(Role.LABORATORY_STAFF, "organisation", world["centre"]))
    assert "HC-2" in own.get(work).text
    assert send(own, f"{work}/decide", outcome="recall", why="so").status_code == 403
    rival = browser("rival", Grant(Role.LABORATORY_AUTHORISER, "organisation", world["rival"]))
    for address in (work, f"{work}/notice", f"/instruments/{world['balance']}/drift"):
        assert rival.get(address).status_code == 404
    for address in ("/assurance", "/assurance/capacity", "/assurance/scope", "/assurance/comparisons", "/instruments"):
        assert not re.search("HC-|CAN-01|Phòng Đo lường|KPH", rival.get(address).text)


def test_a_finding_that_was_decided_waits_no_more(browser, world) -> None:
    staff = browser("lan", Grant(Role.LABORATORY_STAFF, "organisation", world["centre"]))
    page = staff.get("/assurance").text
    key = re.search('name="finding" value="([^"]+)"', page)
    assert key is not None
    assert key[1] == "failed:mass:100:2025-11-10"
    sent = {"finding": key[1], "of": world["standard"], "decision": "calibrate", "why": "adjusted since"}
    assert send(staff, "/assurance/judge", **sent).status_code == 303
    assert "Nothing waits for a decision" in staff.get("/assurance").text
    assert "adjusted since lan · 2025-11-25" in plain(staff.get("/assurance").text)
    gone = send(staff, "/assurance/judge", **(sent | {"finding": "drift:mass:1:2020-01-01"}))
    assert (gone.status_code, "This finding is no more. Open the page again." in gone.text) == (422, True)


def test_the_chain_the_drift_and_the_interval_of_an_instrument(browser, world, gateway) -> None:
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    page = plain(chief.get(f"/instruments/{world['balance']}").text)
    assert "The chain of traceability is whole" in page
    assert "1 · F1 · Quả cân VMI-1 2024-01-10 VMI National metrology institute" in page
    assert "Proposed: 17 months. By staircase, from 1 stretches" in page
    drift = plain(chief.get(f"/instruments/{world['balance']}/drift").text)
    # 0.0003 g in 349 days; u by two calibrations of u = 0.0001 g each.
    assert "Drifts 0.00031 ± 0.00015 g a year (k = 1)" in drift
    lines = chief.get(f"/instruments/{world['balance']}/drift.csv?language=en").text.splitlines()
    assert lines[1].startswith("2024-02-01,mass,100.0,g,unadjusted,0.000")
    bare = send(chief, f"/instruments/{world['balance']}/interval", months="9", method="owner", why="")
    assert (bare.status_code, "There is no reason. Say why this interval." in bare.text) == (422, True)
    assert send(chief, f"/instruments/{world['balance']}/interval", months="9", method="owner", why="dust").status_code
    row = Book(gateway.engine, lambda: gateway.now).get(SYSTEM, "instrument", world["balance"])
    assert (row.values["interval_months"], row.values["interval_method"]) == (9, "owner")


def test_the_calendar_opens_by_its_own_address_until_it_is_revoked(browser, stranger, world) -> None:
    manager = browser("minh", Grant(Role.MANAGER, "organisation", world["press"]))
    address = re.search(r"http://testserver(/calendar/[^\"]+)", send(manager, "/assurance/calendar").text)
    assert address is not None
    answer = stranger.get(address[1])
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "DTSTART;VALUE=DATE:20260115" in answer.text
    assert answer.text.count("BEGIN:VEVENT") == 1
    token = re.search("/assurance/calendar/([0-9a-f]{32})/revoke", manager.get("/assurance/calendar").text)
    assert token is not None
    assert send(manager, token[0]).status_code == 303
    told = "calendar: this address holds no more. Make another on the page /assurance/calendar."
    assert (stranger.get(address[1]).status_code, told in stranger.get(address[1]).text) == (404, True)


def test_a_token_that_may_more_opens_no_calendar(browser, stranger, world, gateway) -> None:
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    secret = re.search(r"nhipdo_[A-Za-z0-9_-]+", send(chief, "/account/tokens", title="all", days="7").text)
    assert secret is not None
    assert stranger.get(f"/calendar/{secret[0]}.ics").status_code == 404
    assert stranger.get("/calendar/nothing.ics").status_code == 404


def test_each_stage_is_told_once_with_the_names_of_those_who_can_act(gateway, browser, world) -> None:
    browser("lan", Grant(Role.LABORATORY_STAFF, "organisation", world["press"]))
    days = [(date(2025, 11, 10), 0), (date(2025, 11, 25), 1), (date(2025, 11, 26), 0), (date(2026, 1, 10), 1)]
    assert [remind(gateway.engine, gateway.now, day) for day, _ in days] == [told for _, told in days]
    assert remind(gateway.engine, gateway.now, date(2026, 1, 16)) == 1
    rows = list(Book(gateway.engine, lambda: gateway.now).all(SYSTEM, "reminder", Asked()))
    assert sorted((row.values["stage"], row.values["told"], row.values["told_to"]) for row in rows) == [
        (0, "2026-01-16", "lan"),
        (7, "2026-01-10", "lan"),
        (60, "2025-11-25", "lan"),
    ]


def test_the_list_of_the_law_is_written_once_and_then_decides(browser, world, gateway) -> None:
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    for _ in range(2):
        assert send(chief, "/assurance/legal-terms").status_code == 303
    book = Book(gateway.engine, lambda: gateway.now)
    assert book.count(SYSTEM, "legal_term") == 13
    changed = {"legal_use": True, "metrology_group": "2", "legal_term": "analytical-balance"}
    book.change(SYSTEM, "instrument", world["balance"], changed, None)
    page = plain(chief.get(f"/instruments/{world['balance']}").text)
    assert "Not in order · calibrated only; the law asks for verification" in page
    assert "Verified every 12 months." in page
    verified = {"kind": "verification", "issued": "2025-10-01", "issued_by": "Trung tâm", "number": "KĐ-1"}
    book.make(SYSTEM, "certificate", verified | {"instrument": world["balance"]})
    page = plain(chief.get(f"/instruments/{world['balance']}").text)
    assert "In order · verified, within the term" in page


def test_scope_capacity_and_comparisons_are_shown_as_of_a_day(browser, world, gateway) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    line = {"laboratory": world["laboratory"], "kind": "calibration", "measured_field": "mass", "unit": "g"}
    book.make(SYSTEM, "scope_entry", line | {"quantity": "Cân phân tích", "since": "2024-01-01"})
    heat = {"measured_field": "temperature", "quantity": "Nhiệt kế", "since": "2025-03-01"}
    book.make(SYSTEM, "scope_entry", line | heat)
    result = {"laboratory": world["laboratory"], "round": "PT-1", "item": "100 g", "date": "2025-06-01", "unit": "g"}
    scores = {"value": 100.0006, "expanded": 0.0002, "assigned": 100.0001, "assigned_expanded": 0.0001}
    book.make(SYSTEM, "comparison_result", result | scores | {"participant": "Phòng Đo lường", "is_ours": True})
    chief = browser("chief", Grant(Role.ADMINISTRATOR))
    page = plain(chief.get("/assurance/scope?day=2025-06-01&base=2025-01-01").text)
    assert "Phòng Đo lường: 2 lines of scope" in page
    assert "1 new fields since 2025-01-01: Calibration: Temperature" in page
    assert "1 lines of scope" in plain(chief.get("/assurance/scope?day=2025-02-01").text)
    text = chief.get("/assurance/capacity.csv?since=2024-01-01&until=2025-12-31&language=en").text
    assert text.splitlines()[1:] == [
        "Phòng Đo lường,2024-02,calibration,mass,1",
        "Phòng Đo lường,2025-01,calibration,mass,1",
    ]
    assert "PT-1, 100 g: our result is not acceptable" in plain(chief.get("/assurance/comparisons").text)
