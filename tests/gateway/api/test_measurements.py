"""A channel in depth: certificate, control chart, uncertainty, findings; and finding it among others."""

import re
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from gateway.api.charts import draw
from gateway.api.measurements import control_chart, uncertainty_band
from gateway.api.security import COOKIE
from gateway.api.spans import Span
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.timeseries import Bucket, ChannelId

S = 10**9
START = 1_764_028_800 * S
EN = {"Accept-Language": "en"}
PAGE = "/series/sa-dec/press-shop/meter-1/active_power"
OF = ChannelId("sa-dec", "press-shop", "meter-1", "active_power")


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize("search", ["cong suat", "Công suất", "active", "meter-1 power", "em-3 cong"])
def test_a_channel_is_found_with_and_without_marks(person, search) -> None:
    text = person.get("/measurements", params={"search": search}).text
    assert 'id="c-sa-dec.press-shop.meter-1.active_power"' in text
    assert 'id="c-sa-dec.press-shop.meter-1.temperature"' not in text or search == "em-3 cong"


def test_what_is_not_there_is_not_found_and_nothing_else_is_shown(person) -> None:
    for params in ({"search": "áp suất"}, {"site": "no-such"}):
        text = person.get("/measurements", params=params, headers=EN).text
        assert "No channel was found." in text or "not known, or not yours" in text
        assert 'class="channels"' not in text


def test_no_certificate_is_said_and_one_in_force_is_named(person, gateway) -> None:
    assert "No certificate is known: this instrument is not in the list." in person.get(PAGE, headers=EN).text
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    place = {"name": "sa-dec", "title": "Xưởng", "organisation": organisation, "kind": "factory"}
    its = {"organisation": organisation, "site": book.make(SYSTEM, "site", place).id, "status": "in_use"}
    its |= {"code": "CT-1", "name": "Công tơ", "edge": "press-shop", "edge_instrument": "meter-1"}
    instrument = book.make(SYSTEM, "instrument", its).id
    assert "No certificate of this instrument is known." in person.get(PAGE, headers=EN).text
    paper = {"instrument": instrument, "kind": "verification", "issued_by": "Trung tâm"}
    book.make(SYSTEM, "certificate", paper | {"number": "K-1", "issued": "2024-11-01", "valid_until": "2025-11-01"})
    assert "The verification K-1 ended on 2025-11-01" in person.get(PAGE, headers=EN).text
    book.make(SYSTEM, "certificate", paper | {"number": "K-2", "issued": "2025-11-02", "valid_until": "2026-11-02"})
    # One that is issued tomorrow does not hold today.
    book.make(SYSTEM, "certificate", paper | {"number": "K-3", "issued": "2025-11-26"})
    assert "Number K-2, issued on 2025-11-02 by Trung tâm" in person.get(PAGE, headers=EN).text


def test_the_control_chart_names_the_point_that_is_out() -> None:
    span, width = Span(0, 40 * S), S
    means = [10.0 + (0.1 if k % 2 else -0.1) for k in range(40)]
    means[30] = 12.0
    chart = control_chart([Bucket(k * S, m, m, m, 5, 0) for k, m in enumerate(means)], span, width)
    assert chart is not None
    assert len(chart.points) == 40
    assert "western_electric_1" in chart.points[30].fired
    # Montgomery 6.4: sigma = mean moving range / 1.128
    ranges = [abs(b - a) for a, b in pairwise(means)]
    assert chart.sigma == pytest.approx(sum(ranges) / len(ranges) / 1.128, rel=1e-3)
    assert chart.center == pytest.approx(sum(means) / 40)


def test_too_few_windows_or_none_that_differ_have_no_chart() -> None:
    span = Span(0, 40 * S)
    assert control_chart([Bucket(k * S, float(k), 0.0, 0.0, 5, 0) for k in range(19)], span, S) is None
    assert control_chart([Bucket(k * S, 1.0, 1.0, 1.0, 5, 0) for k in range(40)], span, S) is None


def test_uncertainty_is_a_band_of_root_mean_squares(gateway) -> None:
    for k in range(60):
        line = f"sample,site=sa-dec,edge=press-shop,instrument=meter-1 active_power=50.0,active_power_u={3 + k % 2} "
        assert gateway.timeseries.write([line + str(START + k * S)]) == []
    span = Span(START, START + 60 * S)
    buckets = gateway.timeseries.series(OF, span.start, span.end, 2)
    drawn = draw(span, buckets, 30 * S, 1.0, ZoneInfo("UTC"))
    assert drawn is not None
    chart = replace(drawn, low=0.0, high=100.0)
    # u alternates between 3 and 4: the root of 12.5, above and below 50 on an axis of 100.
    assert uncertainty_band(gateway, OF, span, 30 * S, chart, 1.0) == (
        "M0.00,535.36 H500.00 V464.64 H0.00 Z M500.00,535.36 H1000.00 V464.64 H500.00 Z"
    )
    assert uncertainty_band(gateway, OF, Span(0, 10**6 * S), 30 * S, chart, 1.0) == ""


def test_who_may_not_see_certificates_is_told_so(gateway, app) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    book.make(SYSTEM, "site", {"name": "sa-dec", "title": "X", "organisation": organisation, "kind": "factory"})
    client = TestClient(
        app, cookies={COOKIE: gateway.sign_in("lan", Grant(Role.OPERATOR, "organisation", organisation))}
    )
    assert "Your role may not see certificates." in client.get(PAGE, headers=EN).text
