"""Productivity of an economy on pages: from statistics and from a workbook, saved with its inputs, signed off."""

import io
import re
from datetime import date

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from gateway.api.security import COOKIE
from gateway.api.tfp_picture import picture_of
from gateway.indicators.accounts import Options
from gateway.indicators.tfp import growth_step
from gateway.programme.tfp_runs import Inputs, inputs_of, province_figures, save_run
from gateway.registry.audit import AuditRow
from gateway.registry.book import Asked, Book
from gateway.registry.documents import Documents
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.reports.growth_book import write_form
from gateway.reports.growth_example import example_figures


@pytest.fixture
def book(gateway) -> Book:
    return Book(gateway.engine, lambda: gateway.now)


@pytest.fixture
def province(book) -> str:
    return book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id


def statistic(book, province, series, year, value, unit, **more) -> None:
    row = {"province": province, "series": series, "year": year, "value": value, "unit": unit}
    book.make(SYSTEM, "statistic", row | more)


@pytest.fixture
def statistics(book, province) -> None:
    levels = {2024: (100, 300, 50), 2025: (108, 330, 51)}
    for year, (output, capital, labour) in levels.items():
        statistic(book, province, "grdp_constant", year, output, "tỷ đồng", price_base=2010)
        statistic(book, province, "capital_stock", year, capital, "tỷ đồng", price_base=2010)
        statistic(book, province, "employed", year, labour, "nghìn người")
        statistic(book, province, "labour_share", year, 60, "%")


def workbook(**parameters) -> bytes:
    file = io.BytesIO()
    write_form(file, "vi", example_figures(), {"since": 2021, "until": 2025} | parameters)
    return file.getvalue()


def token_of(browser) -> str:
    return re.search(r'name="token" value="([^"]+)"', browser.get("/account").text)[1]


def upload(browser, content: bytes, province: str = ""):
    form = {"token": token_of(browser), "province": province}
    return browser.post("/tfp/sheet", data=form, files={"file": ("tfp.xlsx", content)})


def as_somebody(app, gateway, name: str, *grants: Grant) -> TestClient:
    return TestClient(app, follow_redirects=False, cookies={COOKIE: gateway.sign_in(name, *grants)})


def test_the_page_calculates_from_the_registrys_statistics(person, statistics, province) -> None:
    page = person.get("/tfp").text
    # 8 - 0.4 * 10 - 0.6 * 2 = 2.8; 2.8 / 8 = 35 %.
    assert "TFP đóng góp 35,00 % tăng trưởng 2025\N{EN DASH}2025" in page
    assert 'id="sensitivity"' in page
    assert page.count('<rect class="part-tfp"') == 2  # the bar and the legend
    english = person.get(f"/tfp?province={province}&method=tornqvist", headers={"accept-language": "en"}).text
    assert "Törnqvist" in english


def test_without_figures_the_page_says_what_to_do(person, province) -> None:
    assert "Chưa có số liệu của tỉnh này" in person.get("/tfp").text
    assert person.get("/tfp/result.xlsx").status_code == 404


def test_years_that_make_no_sense_end_in_a_page_and_not_in_a_failure(person, statistics) -> None:
    assert "2030" in person.get("/tfp?since=2030&until=2020").text
    assert person.get("/tfp?since=1800").status_code == 422
    assert person.get("/tfp?province=" + "f" * 32).status_code == 404


def test_a_workbook_is_read_calculated_saved_and_imported(person, book, province, gateway) -> None:
    answer = upload(person, workbook(), province)
    assert answer.status_code == 303
    page = person.get(answer.headers["location"]).text
    assert "TFP đóng góp 57,27 % tăng trưởng 2021\N{EN DASH}2025" in page
    assert book.count(SYSTEM, "statistic") == 0
    [action] = re.findall(r'action="(/tfp/import\?[^"]+)"', page)
    done = person.post(action.replace("&amp;", "&"), data={"token": token_of(person)})
    assert done.status_code == 303
    assert "new=102&changed=0&same=0" in done.headers["location"]
    assert "57,27" in person.get(done.headers["location"]).text
    again = person.post(action.replace("&amp;", "&"), data={"token": token_of(person)})
    assert "new=0&changed=0&same=102" in again.headers["location"]
    [save] = re.findall(r'action="(/tfp/runs\?[^"]+)"', page)
    saved = person.post(save.replace("&amp;", "&"), data={"token": token_of(person), "note": "lần một"})
    assert saved.status_code == 303
    assert "57,27" in person.get(saved.headers["location"]).text
    [run] = book.all(SYSTEM, "tfp_run")
    assert (run.values["since"], run.values["until"], run.values["is_complete"]) == (2021, 2025, True)
    kinds = {one.media_type for one in Documents(gateway.engine, lambda: 0).of(SYSTEM, "tfp_run", run.id)}
    assert kinds == {"application/gzip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def test_a_workbook_with_mistakes_gives_each_cell_and_takes_nothing(person, book, province) -> None:
    file = io.BytesIO(workbook())
    opened = load_workbook(file)
    opened["Số liệu"]["E4"] = "nhiều"
    opened["Số liệu"]["A5"] = 2020
    wrong = io.BytesIO()
    opened.save(wrong)
    answer = upload(person, wrong.getvalue(), province)
    assert answer.status_code == 422
    assert "Tệp có 2 lỗi" in answer.text
    assert "E4" in answer.text
    assert "Năm 2020 đã có ở dòng 3" in answer.text
    assert book.count(SYSTEM, "statistic") == 0


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(person, province, content) -> None:
    assert upload(person, content, province).status_code == 422


def test_a_sheet_of_somebody_else_is_not_found(person, app, gateway, province) -> None:
    place = upload(person, workbook(), province).headers["location"]
    other = as_somebody(app, gateway, "lan")
    assert "Tệp không còn được giữ" in other.get(place).text


def test_a_run_keeps_its_figures_when_the_registry_changes_and_is_signed_by_who_may(
    person, app, gateway, book, statistics, province
) -> None:
    saved = person.post(f"/tfp/runs?province={province}&since=2025&until=2025", data={"token": token_of(person)})
    place = saved.headers["location"]
    [row] = book.all(SYSTEM, "statistic", Asked(where={"series": "grdp_constant", "year": 2025}))
    book.change(SYSTEM, "statistic", row.id, {"value": 120}, None)
    assert "35,00" in person.get(place).text
    reporter = as_somebody(app, gateway, "hoa", Grant(Role.ANALYST, "province", province))
    assert reporter.post(f"{place}/sign", data={"token": token_of(reporter)}).status_code == 403
    officer = as_somebody(app, gateway, "lan", Grant(Role.PROVINCIAL_OFFICER, "province", province))
    assert officer.post(f"{place}/sign", data={"token": token_of(officer)}).status_code == 303
    [run] = book.all(SYSTEM, "tfp_run")
    assert (run.values["is_signed"], run.values["signed_by"], run.values["signed"]) == (True, "lan", "2025-11-25")
    twice = person.post(f"{place}/sign", data={"token": token_of(person)})
    assert twice.status_code == 422
    same_day = person.post(f"/tfp/runs?province={province}&since=2025&until=2025", data={"token": token_of(person)})
    assert same_day.status_code == 422
    assert "Bản tính đã ký" in same_day.text
    with Session(gateway.engine) as session:
        assert session.query(AuditRow).filter(AuditRow.noun == "tfp_run").count() >= 2


def test_who_may_not_write_there_saves_nothing(app, gateway, book, statistics, province) -> None:
    analyst = as_somebody(app, gateway, "hoa", Grant(Role.ANALYST, "province", province))
    page = analyst.get("/tfp").text
    assert "35,00" in page
    assert "/tfp/runs?" not in page
    elsewhere = book.make(SYSTEM, "province", {"code": "75", "name": "Đồng Nai"}).id
    officer = as_somebody(app, gateway, "lan", Grant(Role.PROVINCIAL_OFFICER, "province", elsewhere))
    assert officer.get(f"/tfp?province={province}").status_code == 404
    assert officer.post(f"/tfp/runs?province={province}", data={"token": token_of(officer)}).status_code == 404
    assert book.count(SYSTEM, "tfp_run") == 0


def test_a_form_of_an_old_page_saves_nothing(person, book, statistics, province) -> None:
    answer = person.post(f"/tfp/runs?province={province}", data={"token": "old"})
    assert answer.status_code == 422
    assert book.count(SYSTEM, "tfp_run") == 0


def test_the_same_inputs_are_kept_as_the_same_bytes_and_give_the_same_figures(
    gateway, book, statistics, province
) -> None:
    figures = tuple(province_figures(book, SYSTEM, province))
    inputs = Inputs(since=2025, until=2025, options=Options(), figures=figures)
    assert inputs.kept() == Inputs(since=2025, until=2025, options=Options(), figures=figures).kept()
    run = save_run(book, SYSTEM, province, inputs, date(2026, 11, 20))
    entry = book.get(SYSTEM, "tfp_run", run)
    kept = inputs_of(Documents(gateway.engine, lambda: 0), SYSTEM, entry)
    assert kept == inputs
    assert kept.account() == inputs.account()
    nothing = Inputs(since=2030, until=2030, options=Options(), figures=figures)
    with pytest.raises(WrongValuesError, match="The period cannot be said, so nothing is saved"):
        save_run(book, SYSTEM, province, nothing, date(2026, 11, 20))


def test_form_and_results_come_as_workbooks(person, statistics) -> None:
    form = load_workbook(io.BytesIO(person.get("/tfp/form.xlsx").content))
    assert form.sheetnames == ["Số liệu", "Tham số", "Ví dụ", "Hướng dẫn"]
    result = load_workbook(io.BytesIO(person.get("/tfp/result.xlsx").content))
    assert "1. Tăng trưởng và đóng góp từng" in result.sheetnames


def test_bars_stack_up_and_down_from_zero_and_a_missing_year_breaks_the_line() -> None:
    steps = [growth_step(2020, 2021, (4.0, 6.0, 2.0), 0.5), growth_step(2022, 2023, (-2.0, 2.0, -2.0), 0.5)]
    picture = picture_of(steps)
    low, high = picture.marks[0].value, picture.marks[-1].value
    scale = 100 / (high - low)
    for one in picture.segments:
        assert one.height == pytest.approx(abs(one.value) * scale, abs=0.01)
    up = [one for one in picture.segments if one.year == 2021]
    assert [one.y + one.height for one in up] == pytest.approx([picture.zero, up[0].y, up[1].y], abs=0.01)
    down = [one for one in picture.segments if one.year == 2023 and one.value < 0]
    assert down[0].y == pytest.approx(picture.zero, abs=0.01)
    assert down[1].y == pytest.approx(down[0].y + down[0].height, abs=0.01)
    assert picture.line.count("M") == 2
    assert picture_of([]) is None
