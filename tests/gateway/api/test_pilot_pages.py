"""A pilot's page: baseline and result of sums of elements, and what is fixed stays so."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from edge_agent.wire.shop_floor import ProductDescription, WorkUnitDescription
from gateway.api.pilot_figures import units_of
from gateway.api.pilots import time_line
from gateway.production.summing import COUNTS, TIMES
from gateway.registry import ProductionDayRow
from gateway.registry.book import Book, Entry
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM

H = 3600 * 10**9
ZONE = "Asia/Ho_Chi_Minh"
PILOT = {
    "name": "TPM máy dập",
    "version": 1,
    "tools": ["tpm"],
    "work_units": "press-shop/press-1, press-shop/press-9",
    "baseline_since": "2025-09-01",
    "baseline_until": "2025-09-30",
    "begins": "2025-10-01",
    "washout_until": "2025-10-10",
    "result_since": "2025-10-11",
    "result_until": "2025-11-30",
    "figures": ["oee"],
    "state": "running",
    "is_fixed": True,
}


@pytest.fixture
def pilot(gateway) -> Entry:
    """One of a press that ran 5 h of 10 before, and 8 h of 10 since."""
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    place = {"name": "sa-dec", "title": "Xưởng dập", "organisation": organisation, "kind": "factory"}
    site = book.make(SYSTEM, "site", place).id
    unit = WorkUnitDescription(
        key="press-1",
        revision=1,
        at=gateway.now,
        title={"vi": "Máy dập 1"},
        production_line="line-1",
        micro_stop_s=120,
        max_gap_s=60,
        bucket_s=600,
        timezone=ZONE,
        products={"cap": ProductDescription(ideal_cycle_s=2.0)},
        reasons={},
    )
    gateway.keep(unit)
    days = [ran("2025-09-02", 5, 9000), ran("2025-09-03", 5, 9000), ran("2025-10-13", 8, 14400)]
    with Session(gateway.engine) as session, session.begin():
        session.execute(insert(ProductionDayRow), days)
    return book.make(SYSTEM, "pilot", PILOT | {"site": site})


def ran(day: str, hours: int, pieces: int) -> dict[str, object]:
    """A day of ten planned hours, in which the press ran some, and used 1 Wh a piece."""
    midnight = int(datetime.fromisoformat(f"{day}T00:00:00+07:00").timestamp()) * 10**9
    row: dict[str, object] = dict.fromkeys((*TIMES, *COUNTS), 0)
    row |= {"site": "sa-dec", "edge": "press-shop", "work_unit": "press-1", "utc_day": midnight // (24 * H)}
    row |= {"number": 0, "day": day, "date": day, "shift": "ca-1", "product": "cap", "ideal_cycle_s": 2.0}
    row |= {"since": midnight + 7 * H, "until": midnight + 17 * H, "total": pieces, "energy_wh": float(pieces)}
    return row | {"run_ns": hours * H, "stop_ns": (10 - hours) * H}


def test_both_windows_stand_side_by_side_with_what_they_rest_on(person, pilot) -> None:
    page = person.get(f"/pilots/{pilot.id}").text
    rows = {
        re.sub(r"<.*?>", "", head).strip(): [
            re.sub(r"\s+", " ", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells)
        ]
        for head, cells in re.findall(r'<tr[^>]*><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    }
    assert rows["OEE"] == ["50 %", "80 %", "+30 điểm %"]
    assert rows["Mức sẵn sàng"] == ["50 %", "80 %", "+30 điểm %"]
    assert rows["Sản phẩm đạt mỗi giờ trên giờ làm việc theo kế hoạch"] == ["900", "1.440", "+60 %"]
    assert rows["Suất tiêu hao điện Wh trên sản phẩm làm ra"] == ["1", "1", "0 %"]
    assert rows["Số ngày có sản xuất"] == ["2 / 30", "1 / 46", ""]
    assert rows["Mất do dừng"] == ["50 %", "20 %", "\N{MINUS SIGN}30 điểm %"]
    assert "OEE giai đoạn đánh giá cao hơn: +30 điểm %" in page
    assert "Chênh lệch này chưa phải là hiệu quả đã đánh giá." in page
    assert "press-shop/press-9" in page  # nobody has heard of it
    assert "Giai đoạn đánh giá còn 6 ngày" in page


def test_a_fixed_pilot_changes_only_in_what_it_has_come_to(gateway, pilot) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    for wrong in ({"result_until": "2025-12-31"}, {"is_fixed": False}):
        with pytest.raises(WrongValuesError) as refused:
            book.change(SYSTEM, "pilot", pilot.id, wrong, None)
        [why] = refused.value.problems.values()
        assert why.en == "The pilot is fixed and changes no more. Make a new version of it."
    assert book.change(SYSTEM, "pilot", pilot.id, {"state": "closed"}, None).revision == 2


def test_a_new_version_can_be_changed_and_names_the_one_before(person, gateway, pilot) -> None:
    token = re.search(r'name="token" value="([^"]+)"', person.get(f"/pilots/{pilot.id}").text)
    assert token
    answer = person.post(f"/pilots/{pilot.id}/new-version", data={"token": token[1], "why": "đổi giai đoạn"})
    book = Book(gateway.engine, lambda: gateway.now)
    [made] = [one for one in book.all(SYSTEM, "pilot") if one.id != pilot.id]
    assert answer.headers["location"] == f"/registry/pilots/{made.id}/change"
    assert (made.values["version"], made.values["replaces"], made.values["is_fixed"]) == (2, pilot.id, False)
    assert person.get(answer.headers["location"]).status_code == 200
    assert "Đã có phiên bản mới hơn" in person.get(f"/pilots/{pilot.id}").text
    # Only what is fixed takes its place: until then the one before is still the one that is judged.
    assert "đã có phiên bản mới" not in person.get("/pilots").text
    book.change(SYSTEM, "pilot", made.id, {"is_fixed": True}, None)
    assert "đã có phiên bản mới" in person.get("/pilots").text


def test_nothing_of_the_result_is_shown_before_the_windows_are_fixed(person, gateway, pilot) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    loose = book.make(SYSTEM, "pilot", dict(pilot.values) | {"name": "5S", "is_fixed": False})
    page = person.get(f"/pilots/{loose.id}").text
    assert "Chốt các giai đoạn rồi mới xem kết quả" in page
    assert "50 %" in page  # the baseline, which everybody knows
    assert "80 %" not in page
    assert "+30" not in page
    assert "Hãy chốt ngay, ngày chốt sẽ ghi bên kết quả." in page


def test_who_fixes_the_windows_when_the_result_can_be_seen_is_told_of_for_ever(person, gateway, pilot) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    loose = book.make(SYSTEM, "pilot", dict(pilot.values) | {"name": "5S", "is_fixed": False})
    book.change(SYSTEM, "pilot", loose.id, {"result_since": "2025-10-13", "is_fixed": True}, None)
    gateway.now += H
    book.change(SYSTEM, "pilot", loose.id, {"state": "closed"}, None)
    told = "chốt muộn: 25/11/2025 (nhipdo), ngày thứ 44 tính từ đầu giai đoạn đánh giá"
    page = person.get(f"/pilots/{loose.id}").text
    assert told in page
    assert "Người chốt đã có thể xem số liệu trước." in page
    assert told in person.get("/pilots").text


def test_what_was_fixed_before_the_result_began_says_so(person, gateway, pilot) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    days = {"result_since": "2025-11-26", "result_until": "2026-01-31"}
    early = book.make(SYSTEM, "pilot", dict(pilot.values) | days | {"name": "5S"})
    page = person.get(f"/pilots/{early.id}").text
    assert "đã chốt ngày 25/11/2025 (nhipdo), trước giai đoạn đánh giá" in page
    assert "Người chốt đã có thể xem số liệu trước." not in page


def test_every_version_stands_on_each_of_them_also_when_it_is_out_of_use_or_was_renamed(person, gateway, pilot) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    gateway.now += 10**9
    second = book.make(SYSTEM, "pilot", dict(pilot.values) | {"version": 2, "result_until": "2025-12-31"})
    renamed = {"name": "TPM mới", "version": 1, "replaces": second.id, "result_until": "2026-02-28"}
    gateway.now += 10**9
    third = book.make(SYSTEM, "pilot", dict(pilot.values) | renamed)
    book.retire(SYSTEM, "pilot", pilot.id, None, "không cần nữa")
    page = person.get(f"/pilots/{third.id}").text
    rows = re.findall(r"<tr><th scope=\"row\"><a href=\"/pilots/([0-9a-f]{32})\"(.*?)</tr>", page)
    assert [id_ for id_, _ in rows] == [pilot.id, second.id, third.id]
    ends = ("30/11/2025", "31/12/2025", "28/02/2026")
    assert all(end in row for (_, row), end in zip(rows, ends, strict=True))
    assert ["đã ngừng dùng" in row for _, row in rows] == [True, False, False]


def test_machines_without_counters_are_left_out_of_oee_and_alone_have_availability(person, gateway, pilot) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    gateway.keep(washer(gateway.now))
    days = [ran(day, hours, 0) | {"work_unit": "washer"} for day, hours in (("2025-09-02", 4), ("2025-10-13", 9))]
    with Session(gateway.engine) as session, session.begin():
        session.execute(insert(ProductionDayRow), days)
    both, alone = (
        book.make(SYSTEM, "pilot", dict(pilot.values) | {"name": units, "work_units": units})
        for units in ("press-shop/press-1, press-shop/washer", "press-shop/washer")
    )
    page = person.get(f"/pilots/{both.id}").text
    assert "OEE giai đoạn đánh giá cao hơn: +30 điểm %" in page
    assert "1 máy không đếm sản phẩm nên không tính vào OEE." in page
    assert "Mức sẵn sàng giai đoạn đánh giá cao hơn: +50 điểm %" in person.get(f"/pilots/{alone.id}").text


def washer(now: int) -> WorkUnitDescription:
    """A machine that counts no pieces."""
    return WorkUnitDescription(
        key="washer",
        revision=1,
        at=now,
        counts_pieces=False,
        micro_stop_s=120,
        max_gap_s=60,
        bucket_s=600,
        timezone=ZONE,
    )


def test_windows_lie_on_the_line_by_their_days(pilot) -> None:
    line = time_line(pilot, date(2025, 10, 1))
    assert [(one.kind, one.x, one.width) for one in line.stretches] == [
        ("baseline", 0.0, 32.967),
        ("washout", 32.967, 10.989),
        ("result", 43.956, 56.044),
    ]
    assert (line.begins, line.today) == (32.967, 32.967)
    assert time_line(pilot, date(2025, 8, 31)).today is None


def test_work_units_are_read_as_people_write_them() -> None:
    assert [tuple(one) for one in units_of("s", " a/b,c/d ; e/f, nothing")] == [
        ("s", "a", "b"),
        ("s", "c", "d"),
        ("s", "e", "f"),
    ]
