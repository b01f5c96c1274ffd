"""The pages of edges: who needs somebody, what is missing, and what a named person decides there."""

# ruff: noqa: RUF001  a dash is a dash

import re
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Finding, Loss
from edge_agent.wire.sharing import AgreementKept
from gateway.ingest.journals import EdgeId
from gateway.ingest.receipts import Draft, Receipts
from gateway.ingest.records import take_records
from gateway.registry import DeadLetterRow, DeclaredRow, EdgeRow, JournalRow, ReceiptRow, RecordRow, transaction
from gateway.registry.audit import AuditRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.sharing import ForwarderRow

S = 10**9
START = 1_764_028_800 * S
PAGE = "/edges/sa-dec/press-shop"
HELD, TORN = "cd" * 16, "ab" * 16


@pytest.fixture
def troubled(gateway):
    """An edge with a journal on hold, one with a hole, a line that could not be used, and what it told."""
    with transaction(gateway.engine) as session:
        session.add(EdgeRow(site="sa-dec", edge="press-shop", first_seen=START))
        session.flush()
        common = {"site": "sa-dec", "edge": "press-shop", "seen_at": START}
        torn = JournalRow(**common, journal=TORN, state="open", first=9, last=20, held_last=20)
        session.add_all([torn, JournalRow(**common, journal=HELD, state="on_hold", last=4, held_last=4)])
        session.flush()
        session.add_all([ReceiptRow(journal_id=torn.id, lo=1, hi=3), DeclaredRow(journal_id=torn.id, lo=4, hi=5)])
        line = b"sample,site=sa-dec,edge=press-shop,instrument=meter-9 power=5.0 1764028800000000000"
        letter = {"topic": "nhipdo/v1/sa-dec/press-shop/telemetry", "payload": line, "is_line": True}
        session.add(DeadLetterRow(**common_of(letter), journal=TORN, seq=7, why="line: refused once. Look.", at=START))
    said = [
        Loss(key="l1", revision=1, at=START, instrument="meter-1", since=START, until=START + S, n=3, reason="skipped"),
        Loss(
            key="l2",
            revision=1,
            at=START,
            instrument="meter-1",
            since=START,
            until=START + 9 * S,
            n=2,
            reason="skipped",
        ),
        Finding(key="bus_slow", revision=1, at=START, kind="bus_slow", text="rtu: is too slow. Poll less often."),
    ]
    with Session(gateway.engine) as session, session.begin():
        kept = [(one, msgspec.json.encode(one).decode()) for one in said]
        take_records(session, Draft(Receipts(gateway.engine), START), EdgeId("sa-dec", "press-shop"), kept)
    return gateway


def words(page: str) -> str:
    """What a person reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" ;", ";")


def common_of(letter: dict) -> dict:
    return {"site": "sa-dec", "edge": "press-shop", **letter}


def token_of(text: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', text)[1]


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_list_begins_with_the_edge_that_needs_somebody(person, troubled) -> None:
    text = plain(person.get("/edges", headers={"Accept-Language": "en"}).text)
    assert "Edges that need somebody: 1" in text
    assert "Journals that wait for a decision: 1" in text
    assert "synchronised" in text


def test_an_edge_says_which_numbers_are_missing_and_what_it_lost(person, troubled) -> None:
    text = plain(person.get(PAGE, headers={"Accept-Language": "en"}).text)
    assert "Missing 6–8" in text
    assert " 4–5 " in text
    assert "meter-1 polls skipped (2 times) 5 " in text
    assert "line: refused once. Look." in text
    assert "rtu: is too slow. Poll less often." in text
    assert "waits for a decision" in text
    assert "Room without a gateway not known yet" in text


def test_a_named_person_lets_a_journal_go_on(person, troubled) -> None:
    token = token_of(person.get(PAGE).text)
    form = {"token": token, "journal": HELD, "decision": "open", "who": " Nguyễn  Thị Mai", "why": "thẻ mới"}
    answer = person.post(f"{PAGE}/journals", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?told=decided")
    with Session(troubled.engine) as session:
        row = session.scalars(select(JournalRow).where(JournalRow.journal == HELD)).one()
        assert (row.state, row.decided_by, row.why) == ("open", "Nguyễn Thị Mai", "thẻ mới")
        noted = session.scalars(select(AuditRow).where(AuditRow.action == "journal_open")).one()
        assert noted.row == "sa-dec/press-shop"
    # Open already: it does not wait for anybody any more.
    again = person.post(f"{PAGE}/journals", data=form, headers={"Accept-Language": "en"})
    assert again.status_code == 422
    assert "This journal waits for no decision any more." in again.text


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"who": "  "}, "Write your full name, 1 to 100 characters."),
        ({"why": ""}, "Write the reason, 1 to 500 characters."),
        ({"journal": "0" * 32}, "This journal waits for no decision any more."),
        ({"decision": "burn"}, "This journal waits for no decision any more."),
        ({"token": "old"}, "The page was old. Press this button again."),
    ],
    ids=lambda one: str(one)[:30],
)
def test_a_decision_that_lacks_something_changes_nothing(person, troubled, changed, why) -> None:
    form = {"token": token_of(person.get(PAGE).text), "journal": TORN, "decision": "close", "who": "Mai", "why": "gone"}
    answer = person.post(f"{PAGE}/journals", data=form | changed, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert why in answer.text
    with Session(troubled.engine) as session:
        assert session.scalars(select(JournalRow.state).where(JournalRow.journal == TORN)).one() == "open"


def test_what_could_not_be_used_is_tried_again(person, troubled) -> None:
    token = token_of(person.get(PAGE).text)
    answer = person.post(f"{PAGE}/dead-letters", data={"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?told=stored")
    assert [one.value for one in troubled.timeseries.latest("sa-dec", "press-shop") if one.instrument == "meter-9"] == [
        5
    ]
    again = person.post(f"{PAGE}/dead-letters", data={"token": token}, headers={"Accept-Language": "en"})
    assert again.status_code == 409
    assert "This message is stored by now, or gone." in again.text


def test_an_edge_tells_clock_room_buses_and_certificates(person, gateway) -> None:
    [press] = gateway.edges
    day = 86_400 * S
    said = msgspec.structs.replace(
        press.status,
        at=press.status_at - 90 * S,
        autonomy_s=20.5 * 86_400,
        bus_load={"rtu": 0.42, "tcp": 0.93},
        certificates={"edge": gateway.now + 9 * day, "broker": gateway.now + 400 * day, "moon": 1},
    )
    gateway.edges = [replace(press, status=said)]
    page = words(person.get(PAGE).text)
    assert "đã đồng bộ; lệch 1 phút so với máy chủ" in page
    assert "Mất mạng còn chứa được 20 ngày 12 giờ" in page
    assert "rtu: 42 % · tcp: 93 %" in page
    assert "của máy chuyển tin, đến 30/12/2026 · của thiết bị, đến 04/12/2025" in page
    assert "moon" not in page
    gateway.edges = [replace(press, status=msgspec.structs.replace(said, at=press.status_at + S))]
    assert "lệch dưới 2 s so với máy chủ" in words(person.get(PAGE).text)
    gateway.edges = [replace(press, silent=True, status=said)]
    assert "so với máy chủ" not in words(person.get(PAGE).text)


def test_how_long_messages_wait_is_told_only_while_one_waits(person, gateway) -> None:
    [press] = gateway.edges
    said = msgspec.structs.replace(press.status, oldest_waiting=gateway.now - 90 * S)
    gateway.edges = [replace(press, status=said, waiting=0)]  # stored since its last word
    assert "lâu nhất" not in words(person.get("/edges").text)
    assert "không có tin nào chờ" in words(person.get(PAGE).text)
    gateway.edges = [replace(press, status=said, waiting=3)]
    assert "3 lâu nhất 1 phút trước" in words(person.get("/edges").text)
    assert "không có tin nào chờ" not in words(person.get(PAGE).text)


def test_the_list_tells_how_the_gateways_own_forwarding_stands(person, gateway) -> None:
    assert "gửi lên tỉnh" not in person.get("/edges").text
    with transaction(gateway.engine) as session:
        session.add(ForwarderRow(site="dong-thap", edge="sa-dec", state="away", why="", admitted=1))
    page = words(person.get("/edges").text)
    assert "Máy chủ này gửi lên tỉnh" in page
    assert "dong-thap/sa-dec Thiếu ở tỉnh 0" in page


def test_somebody_who_decides_everywhere_says_for_which_enterprises_a_gateway_speaks(person, troubled) -> None:
    assert "Gửi thay tổ chức khác" not in person.get(PAGE).text
    book = Book(troubled.engine, lambda: START)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"})
    known = {"code": "1400123456", "name": "Công ty Cơ khí", "kind": "enterprise", "province": province.id}
    book.make(SYSTEM, "organisation", known)
    with transaction(troubled.engine) as session:
        for code in ("1400123456", "1400654321"):
            told = AgreementKept(key=code, revision=1, organisation=code, kinds=("stops",), since="2026-01-01")
            body = msgspec.json.encode(told).decode()
            where = {"site": "sa-dec", "edge": "press-shop", "noun": "agreement"}
            session.add(RecordRow(**where, key=code, revision=1, at=START, body=body))
    page = person.get(PAGE)
    assert "Công ty Cơ khí (1400123456) Chưa đăng ký ở đây (1400654321)" in words(page.text)
    form = {"token": token_of(page.text), "code": "1400123456", "who": "Nguyễn Thị Mai"}
    refused = person.post(f"{PAGE}/speaks-for", data=form | {"code": "1400654321"})
    assert (refused.status_code, "Hãy thêm vào danh mục trước." in refused.text) == (409, True)
    answer = person.post(f"{PAGE}/speaks-for", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?told=speaks")
    with Session(troubled.engine) as session:
        assert session.get_one(EdgeRow, ("sa-dec", "press-shop")).speaks_for == "1400123456"
    assert "Đã lưu tổ chức được gửi thay." in person.get(answer.headers["location"]).text
