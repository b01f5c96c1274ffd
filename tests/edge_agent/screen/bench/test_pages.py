"""What the pages of the bench show, what they ask of it, and what they say when it refuses."""

import re
from typing import Any

import pytest
from bench_floor import AROUND, ITEM, KEY, NOW, OFFERED, PEOPLE, BenchFloor, S, captures_of, session_of, shown_now
from fastapi.testclient import TestClient
from msgspec.structs import replace
from screen_floor import WEB, post, shop, token_of, words_of

from edge_agent.bench.bench import NOT_SAVED
from edge_agent.bench.board import Live, SessionNow
from edge_agent.bench.requests import (
    Abandon,
    Adjust,
    Begin,
    CaptureNow,
    Finish,
    Judge,
    Redo,
    SetUp,
    StandardChosen,
    TypeEnvironment,
    TypeIn,
)
from edge_agent.screen.bench.stage import stage_id
from edge_agent.screen.rendering import load_screen_words
from edge_agent.wire.bench import CaptureJudged
from edge_agent.wire.bench_settings import Competent

AT = f"/bench/{KEY}"
FORM = "/bench/begin/analytical-balance?order=P-118"
CHOSEN = {
    "order": "P-118",
    "name": "Cân phân tích",
    "serial_number": "B723",
    "code": "TB-04",
    "maker": "Hãng cân",
    "model": "XA-200",
    "owner": "Trung tâm Kiểm nghiệm",
    "range_low": "0",
    "range_high": "200",
    "resolution": "0,0001",
    "mpe": "0.0005 + 2e-6 * abs(x)",
    "read_by": "balance-1 mass",
    "standard-weights-QC-01": "1",
    "decision_rule": "simple_acceptance",
    "place": "laboratory",
}


def begin(visitor: TestClient, **changed: str) -> Any:
    return post(visitor, FORM, "/bench/begin/analytical-balance", **(CHOSEN | changed))


def act(visitor: TestClient, bench: BenchFloor, to: str, **fields: str) -> Any:
    stage = stage_id(bench.on_bench[KEY])
    return visitor.post(f"{AT}/{to}", data={"token": token_of(visitor.get(AT).text), "stage": stage, **fields})


def test_the_first_page_has_sessions_orders_and_what_was_finished(visitor, bench) -> None:
    bench.finish(session_of(key="1" * 32, started_at=NOW - 9 * 86400 * S, work_order="P-090"))
    session = session_of(work_order="P-117")
    bench.lay(shown_now(session, 4), *captures_of(session)[:4])
    words = words_of(visitor.get("/bench").text)
    assert "Làm tiếp · Phiếu P-117 Cân phân tích XA-200 · Số máy B723 4 4 trên 30 lần đo" in words
    assert "Phiếu P-118 · Quá hẹn từ 01/03/2026" in words
    assert "Giao cho Lan" in words
    assert re.search(r"Mới xong Xong 21/02/2026 [0-9:]+ · Phiếu P-090", words)


def test_procedures_that_fit_the_item_come_first(visitor) -> None:
    words = words_of(visitor.get("/bench/begin?order=P-118").text)
    assert (
        words.index("Hợp với phương tiện đo này") < words.index("Cân phân tích bản 1") < words.index("Quy trình khác")
    )


def test_the_form_has_the_order_and_greys_what_may_not_be_used(visitor) -> None:
    page = visitor.get(FORM).text
    words = words_of(page)
    assert "Sai số cho phép lớn nhất ◆" in words
    assert "QC-00 Bộ quả cân F1 Quá hạn từ 31/12/2025, không được dùng." in words
    assert re.search(r'name="standard-weights-QC-00" value="1" disabled', page)
    assert 'value="0,0001"' in page
    assert "theo quy trình. (10; 50; 100; 150; 200)" in words
    assert "Nhiệt kế" not in words  # another unit


def test_a_session_is_begun_as_the_form_says(visitor, bench) -> None:
    answer = begin(visitor, **{"points-errors": "20; 100,5; 200"})
    [request] = bench.queue.asked
    assert (answer.status_code, answer.headers["location"]) == (303, f"/bench/{request.session}")
    points = {"errors": (20.0, 100.5, 200.0)}
    assert request == Begin(
        session=request.session,
        work_order="P-118",
        procedure="analytical-balance",
        item=ITEM,
        standards=(StandardChosen("weights", "QC-01"),),
        instrument="balance-1",
        channel="mass",
        decision_rule="simple_acceptance",
        place="laboratory",
        points=points,
    )


def test_what_somebody_has_changed_is_no_longer_the_customers_word(visitor, bench) -> None:
    begin(visitor, mpe="0.001")
    assert (bench.queue.asked[0].item.mpe, bench.queue.asked[0].item.supplied) == ("0.001", ())


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("resolution", "0", "Độ phân giải phải lớn hơn 0."),
        ("range_high", "-5", "Số cuối phải lớn hơn số đầu."),
        ("mpe", "0.1 +", "Công thức này không đọc được."),
        ("points-errors", "10; zehn", "Ghi các số cách nhau bằng dấu chấm phẩy."),
        ("standard-weights-QC-01", "", "Hãy chọn một chuẩn còn hạn."),
        ("read_by", "thermo-1 temperature", "Hãy chọn trong danh sách."),
        ("name", "", "Hãy điền ô này."),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(visitor, bench, field, typed, words) -> None:
    answer = begin(visitor, **{field: typed, "deviations": "Đo ở nhiệt độ cao"})
    assert answer.status_code == 422
    assert bench.queue.asked == []
    assert words in words_of(answer.text)
    assert 'value="Đo ở nhiệt độ cao"' in answer.text
    assert not typed or field == "read_by" or f'value="{typed}"' in answer.text


def test_an_overdue_standard_is_refused_however_it_is_sent(visitor, bench) -> None:
    answer = begin(visitor, **{"standard-weights-QC-01": "", "standard-weights-QC-00": "1"})
    assert "Hãy chọn một chuẩn còn hạn." in words_of(answer.text)
    assert bench.queue.asked == []


def test_what_the_bench_refuses_is_said_and_marked_where_it_was_caused(visitor, bench) -> None:
    bench.queue.refuse = "bench: test errors: points: expected numbers from 0 to 200 g, got 500. Choose others."
    answer = begin(visitor, **{"points-errors": "500"})
    assert answer.status_code == 422
    assert f"Không làm được: {bench.queue.refuse}" in words_of(answer.text)
    assert "mistake-points-errors" in answer.text


def test_who_may_not_do_a_procedure_is_told_in_words(bench) -> None:
    bench.offered = OFFERED._replace(people=(Competent(name="Lan", procedure="*", until="2027-01-01"),))
    with TestClient(bench.app(shop(operators=PEOPLE)), follow_redirects=False) as visitor:
        refused = begin(visitor, operator="Minh")
        assert "Người này chưa được giao quy trình này, hoặc đã hết hạn." in words_of(refused.text)
        assert bench.queue.asked == []
        assert begin(visitor, operator="Lan").status_code == 303
    assert bench.queue.asked[0].who == "Lan"


def test_the_step_is_said_with_its_value_unit_and_place(visitor, bench) -> None:
    session = session_of()
    bench.lay(shown_now(session, 13), *captures_of(session)[:13])
    page = visitor.get(AT).text
    words = words_of(page)
    assert "Đưa cân về không. Đặt 100 g vào vị trí: phía trước bên trái." in words
    assert "Vị trí đặt tải trên đĩa cân: phía trước bên trái" in page
    assert '<circle class="pan-here" cx="31" cy="69"' in page
    assert "13 trên 30 lần đo" in words
    assert "100,0001 g Còn thay đổi Thay đổi 0,0003 g, cho phép 0,0001 g" in words
    assert "Chưa có số đo môi trường. Gõ số đo môi trường ở dưới, hoặc xem đầu đo." in words
    assert "Số chỉ chưa đứng yên" not in words  # it need not be before the point is set up


def test_a_point_is_set_up_with_the_pieces_that_are_ticked(visitor, bench) -> None:
    session = session_of()
    bench.lay(shown_now(session, 26), *captures_of(session)[:26])
    assert "Quả cân chuẩn: 50 g" in words_of(visitor.get(AT).text)
    answer = act(
        visitor, bench, "ready", **{"piece-weights-20": "1", "piece-weights-20*": "1", "piece-weights-10": "1"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, AT)
    assert bench.queue.asked == [SetUp(session=KEY, pieces={"weights": ("10", "20", "20*")})]
    assert "Hãy chọn những cái đang dùng." in words_of(act(visitor, bench, "ready").text)


def test_a_button_that_is_pressed_twice_says_nothing_of_the_next_point(visitor, bench) -> None:
    session = session_of()
    bench.lay(shown_now(session, 2))
    page = visitor.get(AT).text
    old = stage_id(bench.on_bench[KEY])
    bench.lay(shown_now(session, 3))
    answer = visitor.post(f"{AT}/ready", data={"token": token_of(page), "stage": old})
    assert (answer.status_code, bench.queue.asked) == (303, [])
    late = visitor.post(f"{AT}/now", data={"token": token_of(page), "stage": old, "reason": "gió"})
    assert (late.status_code, bench.queue.asked) == (422, [])
    assert "Bước này đã xong. Xem bước mới rồi làm tiếp." in words_of(late.text)


def test_what_is_read_off_is_typed_with_as_many_digits_as_it_has(visitor, bench) -> None:
    session = session_of(instrument="", channel="")
    bench.lay(shown_now(session, 2, item=Live(unit="g"), hindrance=()))
    wrong = act(visitor, bench, "type", indication="100,00o1")
    assert "Hãy ghi bằng chữ số" in words_of(wrong.text)
    assert 'value="100,00o1"' in wrong.text
    assert act(visitor, bench, "type", indication="100,0000012").status_code == 303
    assert bench.queue.asked == [TypeIn(session=KEY, indication=100.0000012)]


def test_surroundings_are_typed_where_nothing_reads_them(visitor, bench) -> None:
    bench.lay(shown_now(session_of()))
    assert act(visitor, bench, "around", humidity="51,5").status_code == 303
    assert bench.queue.asked == [TypeEnvironment(session=KEY, values={"humidity": 51.5})]
    assert "Hãy điền ô này." in words_of(act(visitor, bench, "around").text)


def test_each_deed_wants_its_reason_and_keeps_what_was_typed(visitor, bench) -> None:
    session = session_of()
    bench.lay(shown_now(session, 5, is_set_up=True, give_up=True), *captures_of(session)[:5])
    assert act(visitor, bench, "now", reason="Gió không dứt").status_code == 303
    assert act(visitor, bench, "redo", number="4", reason="Chạm tay").status_code == 303
    assert act(visitor, bench, "judge", number="3", use="1", reason="Đã xem lại").status_code == 303
    assert act(visitor, bench, "abandon", reason="Cân hỏng").headers["location"] == "/bench"
    assert bench.queue.asked == [
        CaptureNow(session=KEY, reason="Gió không dứt"),
        Redo(session=KEY, number=4, reason="Chạm tay"),
        Judge(session=KEY, number=3, is_accepted=True, reason="Đã xem lại"),
        Abandon(session=KEY, reason="Cân hỏng"),
    ]
    for what in ("now", "redo", "judge", "abandon"):
        assert "Hãy điền ô này." in words_of(act(visitor, bench, what, number="4").text), what


def test_after_the_last_point_it_is_asked_whether_it_was_adjusted(visitor, bench) -> None:
    session = session_of()
    bench.lay(shown_now(session, 30, hindrance=()), *captures_of(session))
    assert "Có hiệu chỉnh phương tiện đo không?" in words_of(visitor.get(AT).text)
    assert act(visitor, bench, "adjust", what="Chỉnh độ nhạy").status_code == 303
    assert act(visitor, bench, "finish").headers["location"] == f"{AT}/result"
    assert bench.queue.asked == [Adjust(session=KEY, what="Chỉnh độ nhạy"), Finish(session=KEY)]


def test_what_keeps_it_from_being_finished_stands_at_the_button(visitor, bench) -> None:
    session = session_of()
    bench.lay(shown_now(session, 30, hindrance=()), *captures_of(session))
    bench.queue.refuse = "bench: finish: expected 30 captures, got 29. Capture the point again."
    refused = act(visitor, bench, "finish")
    assert (refused.status_code, "Không làm được: " + bench.queue.refuse in words_of(refused.text)) == (422, True)
    bench.queue.refuse = NOT_SAVED
    assert "Chưa ghi được. Hãy bấm lại" in words_of(act(visitor, bench, "finish").text)


def test_the_raw_record_has_what_was_captured_and_what_was_said_of_it(visitor, bench) -> None:
    session = session_of()
    captures = captures_of(session)[:3]
    captures[1] = replace(captures[1], is_accepted=False, why=("not_settled",), reason="Gió")
    word = CaptureJudged(
        key=f"{KEY}.3", session=KEY, number=3, is_accepted=False, reason="Chạm tay", who="Lan", entered_at=NOW
    )
    bench.lay(shown_now(session, 1), *captures)
    bench.keep(word)
    rows = re.findall(r"<tr.*?</tr>", visitor.get(f"{AT}/captures").text, re.DOTALL)[1:]
    said = [words_of(row) for row in rows]
    assert said[0].startswith("1 09:42:20 Độ lặp lại · Như khi nhận 100 · lần 1 100,0002 g s = 3 ")
    assert said[1].endswith("Không dùng Số chỉ chưa đứng yên. “Gió”")
    assert said[2].endswith("Không dùng Lan sau đó: Chạm tay")


def test_a_session_that_is_not_there_is_said_so(visitor) -> None:
    answer = visitor.get("/bench/" + "9" * 32)
    assert answer.status_code == 404
    assert "there is none of this key. Choose one from the list." in words_of(answer.text)


def test_a_screen_without_a_bench_has_none_of_this(visit) -> None:
    visitor = visit()
    assert visitor.get("/bench").status_code == 404
    assert "/bench" not in visitor.get("/stops").text


def test_a_bench_without_machines_shows_nothing_of_theirs(bench) -> None:
    with TestClient(bench.app(replace(shop(), work_units=()))) as visitor:
        page = visitor.get("/").text
    assert re.findall(r'<a href="(/[a-z]*)"', page.partition("</header>")[0]) == ["/bench", "/charts"]


def test_the_live_part_says_what_is_missing_of_each(visitor, bench) -> None:
    around = (replace(AROUND[0], value=29.0, is_kept=False), AROUND[1])
    now = shown_now(session_of(), is_set_up=True, environment=around, hindrance=("unit", "environment"))
    bench.lay(replace(now, why={"unit": "bench: item: expected g, got mg. Change it."}))
    words = words_of(visitor.get(f"{AT}/live").text)
    assert "Đơn vị của kênh đo khác với quy trình. Đổi đơn vị trên phương tiện đo, hoặc chọn kênh khác." in words
    assert "bench: item: expected g, got mg. Change it." in words
    assert "29 °C Ngoài giới hạn 18 đến 27 °C" in words


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_of_the_bench_has_words_and_what_to_do(language) -> None:
    told = re.search(r"hindrance: Codes(.*?)last_rejected:", SessionNow.__doc__ or "", re.DOTALL)
    assert told
    codes = {*re.findall(r"``([a-z_]+)``", told[1]), "redone", "by_person"}
    words = load_screen_words(WEB, language)
    assert {f"bench.{kind}.{code}" for code in codes for kind in ("hindrance", "remedy")} <= words.keys()


def test_a_stream_ends_with_its_session_and_says_so(visitor, bench) -> None:
    bench.keep(session_of(state="finished", ended_at=NOW))
    answer = visitor.get(f"{AT}/stream")
    assert answer.text == 'retry: 1000\n\nevent: bench\ndata: {"stage": "ended", "text": ""}\n\n'


def test_a_session_whose_procedure_is_gone_says_so_and_one_just_begun_comes_in_a_second(visitor, bench) -> None:
    bench.keep(session_of())
    assert '<meta http-equiv="refresh" content="1">' in visitor.get(AT).text
    bench.offered = OFFERED._replace(procedures={})
    assert visitor.get(AT).headers["location"] == f"{AT}/result"
    said = "procedure analytical-balance: it is not on this edge any more. Put its file back."
    assert said in words_of(visitor.get(f"{AT}/result").text)
