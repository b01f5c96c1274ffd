"""The pages of instruments: what is due first, one instrument with its certificates and its label."""

import re
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from edge_agent.wire.messages import SettingKept
from gateway.laboratory.publishing import publish_certificates
from gateway.registry import SettingRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

EN = {"Accept-Language": "en"}


@pytest.fixture
def laboratory(gateway):
    """Three instruments at 2025-11-25: overdue by its owner's word, due by certificate and interval, not known."""
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Công ty Cơ khí", "kind": "enterprise", "province": province}
    firm_id = book.make(SYSTEM, "organisation", firm).id
    site = {"name": "sa-dec", "title": "Xưởng", "organisation": firm_id, "kind": "factory"}
    site_id = book.make(SYSTEM, "site", site).id
    common = {"organisation": firm_id, "status": "in_use"}
    read = {"site": site_id, "edge": "press-shop", "edge_instrument": "meter-1"}
    rows = {
        "late": book.make(SYSTEM, "instrument", common | {"code": "A-1", "name": "Áp kế", "next_due": "2025-11-20"}).id,
        "soon": book.make(
            SYSTEM, "instrument", common | read | {"code": "C-1", "name": "Công tơ điện", "interval_months": 12}
        ).id,
        "unknown": book.make(SYSTEM, "instrument", common | {"code": "B-1", "name": "Bình chuẩn"}).id,
    }
    certificate = {"instrument": rows["soon"], "number": "HC-118", "kind": "calibration", "issued": "2024-12-01"}
    book.make(SYSTEM, "certificate", certificate | {"issued_by": "Trung tâm Kỹ thuật"})
    return rows


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_overdue_come_first_and_nothing_is_lost_to_marks(person, laboratory) -> None:
    answer = person.get("/instruments", headers=EN).text
    assert "1 instruments are overdue" in answer
    assert [answer.index(f">{code}</a>") for code in ("A-1", "C-1", "B-1")] == sorted(
        answer.index(f">{code}</a>") for code in ("A-1", "C-1", "B-1")
    )
    assert "5 days overdue" in answer
    assert "in 6 days" in answer
    for search in ("ap ke", "Áp kế"):
        found = person.get(f"/instruments?search={search}").text
        assert ">A-1</a>" in found
        assert ">B-1</a>" not in found
    assert ">C-1</a>" not in person.get("/instruments?due=overdue").text


def test_an_instrument_says_what_it_rests_on(person, laboratory) -> None:
    text = person.get(f"/instruments/{laboratory['soon']}", headers=EN).text
    assert "2025-12-01, from the certificate" in plain(text)
    assert "HC-118 in force Calibration 2024-12-01 Trung tâm Kỹ thuật" in plain(text)
    assert "sa-dec / press-shop / meter-1" in plain(text)
    assert "No certificate is known" in person.get(f"/instruments/{laboratory['late']}", headers=EN).text


def point(book: Book, certificate: str, channel: str, number: int, **values: object) -> None:
    its = {"certificate": certificate, "run": "as_found", "channel": channel, "number": number, "unit": "kW"}
    its |= {"indication": 10 * number, "reference": 10 * number - 0.1, "expanded": 0.02, "coverage_factor": 2}
    book.make(SYSTEM, "calibration_point", its | values)


def test_its_page_says_what_its_edge_was_sent_and_why_it_refused_and_what_is_left_out(
    person, gateway, laboratory
) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    certificate = book.find(SYSTEM, "certificate", number="HC-118").id
    for number in (1, 2):
        point(book, certificate, "active_power", number)
        point(book, certificate, "temperature", number, unit="Cel" if number == 1 else "K")

    def said() -> str:
        text = plain(person.get(f"/instruments/{laboratory['soon']}", headers=EN).text)
        return text[text.index("Certificates at the edge that reads it") :]

    assert "No certificate was sent to the edge yet" in said()
    left_out = "What is not sent, and why certificate HC-118: temperature: points in several units. Correct them."
    assert left_out in said()
    publish_certificates(gateway.engine, ZoneInfo("Asia/Ho_Chi_Minh"), gateway.now)
    assert "It was sent; the edge has not answered yet" in said()
    assert "Certificates in it HC-118 In use there, sent none" in said()
    with Session(gateway.engine) as session:
        sent = session.get_one(SettingRow, ("sa-dec", "press-shop", "certificate", "meter-1")).revision
    answer = {"key": "certificate/meter-1", "setting_revision": sent, "revision": 1, "at": gateway.now}
    gateway.keep(SettingKept(accepted=False, why="meter-1: another serial number", in_force_revision=0, **answer))
    assert "The edge refused what was sent meter-1: another serial number" in said()
    answer |= {"revision": 2}
    gateway.keep(SettingKept(accepted=True, in_force_revision=sent, **answer))
    assert "The edge uses what was sent" in said()
    page = person.get(f"/instruments/{laboratory['late']}", headers=EN).text
    assert "Certificates at the edge" not in page
    assert 'href="/laboratory/external?instrument=A-1"' in page


def test_its_label_is_a_picture_of_ours(person, laboratory) -> None:
    answer = person.get(f"/instruments/{laboratory['late']}/label.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg ")
    assert "style=" not in answer.text


def test_an_instrument_that_is_not_there_is_not_found(person, laboratory) -> None:
    answer = person.get(f"/instruments/{'0' * 32}")
    assert answer.status_code == 404
    assert "instrument 000000000000: is not there, or not yours. Look in /instruments." in answer.text
