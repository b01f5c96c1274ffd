"""The pages on which stored samples are recomputed by a certificate: form, progress, the new series as a chart."""

import re
import threading

import pytest
from fastapi.testclient import TestClient

from gateway.access.secret_words import derived
from gateway.api.security import COOKIE
from gateway.laboratory.recompute import Wish
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role

EN = {"Accept-Language": "en"}
STRETCH = {"start": "2025-11-25T07:00", "end": "2025-11-25T07:02"}


@pytest.fixture
def meter(gateway) -> dict[str, str]:
    """The meter of the edge, with a certificate whose error is 0.5 kW everywhere; today is 2025-11-25."""
    with Book(gateway.engine, lambda: gateway.now).writing(SYSTEM) as writing:

        def make(noun: str, **values: object) -> str:
            return writing.make(noun, values).id

        province = make("province", code="82", name="Đồng Tháp")
        firm = make("organisation", code="1400000001", name="Công ty", kind="enterprise", province=province)
        site = make("site", name="sa-dec", title="Xưởng", organisation=firm, kind="factory")
        read = {"site": site, "edge": "press-shop", "edge_instrument": "meter-1", "unit": "kW"}
        row = make("instrument", organisation=firm, code="C-1", name="Công tơ điện", status="in_use", **read)
        its = {"instrument": row, "number": "HC 1/2026", "kind": "calibration", "issued": "2025-11-01"}
        certificate = make("certificate", issued_by="Trung tâm", **its)
        for number, shown in enumerate((0.0, 100.0), 1):
            make(
                "calibration_point", certificate=certificate, run="as_found", channel="active_power", number=number,
                unit="kW", indication=shown, reference=shown - 0.5, expanded=0.02, coverage_factor=2,
            )  # fmt: skip
    return {"row": row, "certificate": certificate, "firm": firm, "at": f"/instruments/{row}/recompute"}


def send(client: TestClient, address: str, **values: str):
    return client.post(address, data={"token": derived(client.cookies[COOKIE], "form")} | values)


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def staff(app, gateway, meter) -> TestClient:
    cookie = gateway.sign_in("lan", Grant(Role.LABORATORY_STAFF, "organisation", meter["firm"]))
    return TestClient(app, follow_redirects=False, headers=EN, cookies={COOKIE: cookie})


def test_somebody_chooses_a_certificate_and_opens_the_series_that_came_of_it(staff, meter) -> None:
    assert f'href="{meter["at"]}"' in staff.get(f"/instruments/{meter['row']}").text
    form = staff.get(meter["at"]).text
    assert "HC 1/2026 · 2025-11-01" in form
    made = send(staff, meter["at"], certificate=meter["certificate"], channel="active_power", why="asked", **STRETCH)
    assert made.status_code == 303
    page = staff.get(made.headers["location"]).text
    assert "active_power · by certificate HC 1/2026" in plain(page)
    assert "It is recomputed Samples 60" in plain(page)
    [address] = re.findall(r'href="(/series/[^"]*)"', page)
    series = "/series/sa-dec/press-shop/meter-1/active_power_by_hc_1_2026"
    assert address == f"{series}?start=2025-11-25T07%3A00%3A00&amp;end=2025-11-25T07%3A02%3A00"
    chart = plain(staff.get(address.replace("&amp;", "&")).text)
    assert "Active power · by certificate HC 1/2026" in chart
    assert "This series was recomputed from stored samples." in chart
    lines = staff.get(f"/api/v1{series}.csv?start=2025-11-25T00:00:00Z&end=2025-11-25T00:02:00Z").text.splitlines()
    assert (len(lines), lines[1].split(",")[1:]) == (61, ["0.5", "0.01", "kW", "good"])
    again = plain(staff.get(meter["at"]).text)
    assert re.search("active_power · by certificate HC 1/2026 07:00:00 . 07:02:00 60 lan .* asked", again)


def test_what_is_missing_is_said_beside_its_field_and_stays_typed(staff, meter) -> None:
    chosen = {"certificate": meter["certificate"], "channel": "active_power", "why": "asked"} | STRETCH
    for name, value, told in (
        ("certificate", "f" * 32, "No certificate is chosen. Choose one."),
        ("channel", "pressure", "No channel is chosen. Choose one."),
        ("why", " ", "There is no reason. Say why it is recomputed."),
        ("start", "2025-11-26T07:00", "The stretch of time is not right. Choose a start before the end."),
        ("end", "later", "The stretch of time is not right. Choose a start before the end."),
    ):
        answer = send(staff, meter["at"], **(chosen | {name: value}))
        assert (answer.status_code, told in answer.text) == (422, True)
        assert 'value="2025-11-25T07:0' in answer.text
    assert staff.get(f"{meter['at']}/{'0' * 32}").status_code == 404
    assert staff.get("/series/sa-dec/press-shop/meter-1/active_power_by_hc_2").status_code == 404


def test_a_run_goes_on_while_nobody_looks_and_is_found_again(app, staff, gateway, meter, monkeypatch) -> None:
    goes, begun, rows = threading.Event(), threading.Event(), gateway.timeseries.rows

    def slowly(*args):
        begun.set()
        assert goes.wait(30)
        return rows(*args)

    monkeypatch.setattr(gateway.timeseries, "rows", slowly)
    span = (gateway.now - 60 * 10**9, gateway.now)
    wish = Wish(meter["certificate"], "active_power", *span, "asked")
    run = app.state.recomputing.begin(SYSTEM, meter["row"], wish)
    assert begun.wait(30)
    address = f"{meter['at']}/{run.id}"
    assert "Being recomputed" in staff.get(address).text
    assert f'href="{address}"' in staff.get(meter["at"]).text
    goes.set()
    failed = app.state.recomputing.begin(SYSTEM, meter["row"], wish._replace(channel="pressure"), 30)
    assert run.is_over
    assert "It is recomputed" in staff.get(address).text
    assert (
        "certificate HC 1/2026: says nothing of pressure that can be used. It has points of active_power."
        in staff.get(f"{meter['at']}/{failed.id}").text
    )
