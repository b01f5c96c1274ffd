"""The page of a judged pilot: the finding in words, its picture, what it rests on, and its pack."""

import re
import zipfile
from datetime import date, datetime, timedelta
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from edge_agent.wire.shop_floor import WorkUnitDescription
from gateway.api.security import COOKIE
from gateway.production.summing import COUNTS, TIMES
from gateway.programme.verifying import verify_pack
from gateway.registry import ProductionDayRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

H = 3600 * 10**9
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, BEGINS, ENDS = date(2025, 6, 1), date(2025, 8, 1), date(2025, 10, 10)
PILOT = {
    "name": "TPM máy dập",
    "version": 1,
    "tools": ["tpm"],
    "work_units": "press-shop/press-1",
    "baseline_since": "2025-06-01",
    "baseline_until": "2025-07-31",
    "begins": "2025-08-01",
    "washout_until": "2025-08-10",
    "result_since": "2025-08-11",
    "result_until": "2025-10-10",
    "figures": ["oee", "labour_productivity"],
    "state": "running",
    "is_fixed": True,
}


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()) * 10**9


@pytest.fixture
def make(gateway):
    """A pilot of a press that gained so much, fixed in spring; with a meter that has a certificate of then."""

    def made(gain: float, seed: int = 1, **other):
        book = Book(gateway.engine, lambda: at(date(2025, 5, 20)))
        province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
        firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
        organisation = book.make(SYSTEM, "organisation", firm).id
        place = {"name": "sa-dec", "title": "Xưởng dập", "organisation": organisation, "kind": "factory"}
        site = book.make(SYSTEM, "site", place).id
        unit = {"key": "press-1", "revision": 1, "at": 1, "micro_stop_s": 120, "max_gap_s": 60, "bucket_s": 600}
        channels = {"total": "plc-1.count", "energy": "meter-1.energy"}
        gateway.keep(WorkUnitDescription(**unit, timezone=ZONE.key, channels=channels))
        meter = {"organisation": organisation, "code": "CT-01", "name": "Công tơ", "site": site, "edge": "press-shop"}
        meter |= {"edge_instrument": "meter-1", "status": "in_use", "interval_months": 12}
        instrument = book.make(SYSTEM, "instrument", meter).id
        paper = {"instrument": instrument, "number": "HC-0012", "kind": "calibration", "issued": "2024-09-01"}
        book.make(SYSTEM, "certificate", paper | {"issued_by": "Trung tâm"})
        with Session(gateway.engine) as session, session.begin():
            session.execute(insert(ProductionDayRow), list(ran(gain, seed)))
        return book.make(SYSTEM, "pilot", PILOT | {"site": site} | other)

    return made


def ran(gain: float, seed: int):
    chance, off, day = Random(seed), 0.0, FIRST
    while day <= ENDS:
        off = 0.5 * off + chance.gauss(0, 0.035)
        pieces = round((0.6 + off + (gain if day >= BEGINS else 0.0)) * 18_000)
        row = dict.fromkeys((*TIMES, *COUNTS), 0)
        row |= {"site": "sa-dec", "edge": "press-shop", "work_unit": "press-1", "utc_day": at(day) // (24 * H)}
        row |= {"number": 0, "day": day.isoformat(), "date": day.isoformat(), "shift": "A", "product": "cap"}
        row |= {"ideal_cycle_s": 2.0, "since": at(day), "until": at(day) + 10 * H, "total": pieces, "energy_wh": 1.0}
        yield row | {"run_ns": pieces * 2 * 10**9, "stop_ns": 10 * H - pieces * 2 * 10**9}
        day += timedelta(days=1)


def test_the_finding_comes_first_with_its_interval_and_its_picture(person, make) -> None:
    pilot = make(0.10)
    page = person.get(f"/pilots/{pilot.id}").text
    answer = re.search(r'<section class="answer".*?</section>', page, re.DOTALL)
    assert answer
    assert "Đã cải thiện" in answer[0]
    found = re.search(r"OEE: \+([\d,]+) điểm % \(từ \+([\d,]+) đến \+([\d,]+)\), tốt hơn", answer[0])
    assert found
    change, low, high = (float(one.replace(",", ".")) for one in found.groups())
    assert low < 10 < high
    assert low < change < high
    assert "Năng suất lao động: chưa đánh giá. Chưa có giờ công của đúng các máy này." in answer[0]
    assert page.count('<circle class="point"') == 132
    assert 'class="band"' in page
    assert 'class="without"' in page
    assert "Lấy mẫu lại theo khối" in page
    assert "đã định trước: cao hơn là tốt" in page


def test_the_certificate_that_ended_in_the_result_is_told(person, make) -> None:
    page = person.get(f"/pilots/{make(0.10).id}").text
    table = re.search(r'<table id="behind".*?</table>', page, re.DOTALL)
    assert table
    cells = [
        re.sub(r"\s+", " ", re.sub(r"<.*?>", "", one)).strip() for one in re.findall(r"<t[hd].*?</t[hd]>", table[0])
    ]
    assert cells[4:8] == ["CT-01 · Công tơ", "press-1 energy", "còn hiệu lực: HC-0012", "hết hạn 01/09/2025: HC-0012"]
    assert cells[8:] == ["press-shop/plc-1", "press-1 total", *["chưa có trong sổ phương tiện đo"] * 2]


def test_a_pilot_whose_result_goes_on_shows_its_days_and_no_model(person, gateway, make) -> None:
    pilot = make(0.10)
    gateway.now = at(date(2025, 10, 1))
    page = person.get(f"/pilots/{pilot.id}").text
    assert "Chưa đến lúc đánh giá" in page
    assert "Giai đoạn đánh giá chưa hết, nên chưa kết luận." in page
    assert "OEE: chưa đánh giá" in page
    assert 'class="band"' not in page
    assert 'class="without"' not in page


def test_a_figure_with_too_few_days_says_so(person, gateway, make) -> None:
    pilot = make(0.10)
    with Session(gateway.engine) as session, session.begin():
        session.execute(delete(ProductionDayRow).where(ProductionDayRow.day > "2025-09-08"))
    page = person.get(f"/pilots/{pilot.id}").text
    assert "OEE: chưa đánh giá. Giai đoạn đánh giá có dưới 30 ngày đủ số liệu." in page
    assert "29 ngày được tính" in page


def test_the_list_says_how_each_stands_in_both_languages(person, make) -> None:
    make(0.0, seed=4)
    assert "Chưa thấy cải thiện" in person.get("/pilots").text
    assert "No improvement seen" in person.get("/pilots", headers={"Accept-Language": "en"}).text


def test_later_windows_are_shown_once_they_are_over(app, gateway, make) -> None:
    pilot = make(0.10)
    gateway.now = at(date(2026, 3, 20))
    later = TestClient(app, cookies={COOKIE: gateway.sign_in("lan")})
    page = later.get(f"/pilots/{pilot.id}").text
    assert "Sau 3 tháng: 11/01/2026 \N{EN DASH} 12/03/2026" in page
    assert "Không có số liệu của giai đoạn này." in page
    assert "Sau 6 tháng" not in page


def test_the_pack_is_given_and_its_key_can_be_compared(app, person, tmp_path, make) -> None:
    pilot = make(0.10)
    assert person.get(f"/pilots/{pilot.id}/pack.zip").status_code == 503  # no folder for a seal
    app.state.documents = tmp_path / "documents"
    assert "Khóa của máy chủ được tạo khi tải gói đầu tiên." in person.get(f"/pilots/{pilot.id}").text
    answer = person.get(f"/pilots/{pilot.id}/pack.zip")
    assert answer.headers["content-disposition"] == f'attachment; filename="pilot-{pilot.id[-8:]}-1.zip"'
    path = tmp_path / "pack.zip"
    path.write_bytes(answer.content)
    told = re.search(r'<code id="pack-key">([0-9a-f ]+)</code>', person.get(f"/pilots/{pilot.id}").text)
    assert told
    assert verify_pack(path, told[1]).holds
    assert b"HC-0012" in zipfile.ZipFile(BytesIO(answer.content)).read("instruments.json")


def test_of_a_pilot_that_is_not_fixed_there_is_no_pack(app, person, tmp_path, make) -> None:
    app.state.documents = tmp_path / "documents"
    answer = person.get(f"/pilots/{make(0.1, is_fixed=False).id}/pack.zip")
    assert answer.status_code == 409
    assert "pilot TPM máy dập: is not fixed, so nothing of its result is shown. Fix it first." in answer.text
