"""Fifty enterprises from a spreadsheet, three of them wrong, as somebody at a desk and with a phone imports them."""

from pathlib import Path

import pytest

from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

HEADS = "Mã số;Tên;Loại hình;Tỉnh, thành phố;OCOP"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNNAMED = """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter((one) => !one.labels.length).map((one) => one.name)"""


def rows(*wrong: tuple[int, str]) -> str:
    lines = [f"14{number:08d};Cơ sở số {number};Doanh nghiệp;Đồng Tháp;có" for number in range(50)]
    for number, line in wrong:
        lines[number] = line
    return "\ufeff" + "\r\n".join([HEADS, *lines]) + "\r\n"


def choose(browser, file: Path) -> None:
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector="#try input[type=file]")["nodeId"]
    browser.call("DOM.setFileInputFiles", files=[str(file)], nodeId=node)


def ended(browser, wait_until) -> str:
    wait_until(lambda: browser.run("!document.querySelector('progress') && !!document.querySelector('#outcome')"), "it")
    return browser.text("#outcome h2")


@pytest.mark.parametrize(("width", "height"), [(360, 800), (1920, 1080)])
def test_fifty_rows_with_three_bad_ones_are_mended_and_imported(site, browser, wait_until, tmp_path, width, height):
    Book(site.service.engine, lambda: 1).make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"})
    file = tmp_path / "doanh-nghiep.csv"
    bad = ((4, "12;Mã ngắn;Doanh nghiệp;Đồng Tháp;"), (17, "1400000017;;Doanh nghiệp;Đồng Tháp;"))
    file.write_text(rows(*bad, (33, "1400000033;Tỉnh lạ;Doanh nghiệp;Đồng Thap Muoi;")), "utf-8")
    browser.look(width, height)
    browser.open(f"{site.address}/?key={site.key}")
    browser.open(f"{site.address}/registry/imports?noun=organisations")
    choose(browser, file)
    browser.click("#try button")
    assert ended(browser, wait_until) == "Có 3 chỗ cần sửa, chưa ghi gì"
    cells = browser.run("[...document.querySelectorAll('#faults tbody th')].map((one) => one.innerText.trim())")
    assert cells == ["A6", "B19", "D35"]
    assert browser.run(SIDEWAYS) <= 0
    browser.picture(tmp_path / "faults.png")
    file.write_text(rows(), "utf-8")
    browser.click("main .actions a")
    choose(browser, file)
    browser.click("#try button")
    assert ended(browser, wait_until) == "Tệp tốt. Chưa ghi gì"
    browser.click("#carry-out button")
    assert ended(browser, wait_until) == "Đã ghi xong"
    assert browser.text("#outcome dd") == "50"
    browser.open(f"{site.address}/registry/organisations?search=so+49")
    assert browser.text("tbody th a") == "Cơ sở số 49"
    browser.click("tbody th a")
    browser.click("a.main-action")
    browser.run("document.querySelector('#code').value = '12'")
    browser.click("form.fields button")
    assert browser.text("#code-problem").startswith("Cần 10 chữ số")
    assert browser.run("document.querySelector('#code').value") == "12"
    assert browser.run(SIDEWAYS) <= 0
    assert browser.run(UNNAMED) == []
    # The log tells of the form that was refused, as a browser does of every 422.
    assert [one for one in browser.complaints if "422" not in one] == []
