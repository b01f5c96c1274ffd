"""Stop reasons from the outside: what waits, one tap, a note, a split, undo, people with PINs."""

# ruff: noqa: RUF001  a dash is a dash

import re

import pytest
from screen_floor import MIN, NOW, SHIFT, S, post, stop_of, unit_board, unit_config, words_of

from edge_agent.config.pins import hash_pin
from edge_agent.config.shop_tables import OperatorConfig
from edge_agent.screen.source import NOT_SAVED
from edge_agent.wire.entries import StopReason
from edge_agent.wire.shop_floor import Stop

AT = SHIFT + 100 * MIN
PAGE = f"/stops/press/{AT}"
LAN, MINH = OperatorConfig(name="Lan"), OperatorConfig(name="Minh", pin_hash=hash_pin("4821"))


@pytest.fixture
def fault(floor) -> Stop:
    """A breakdown of 41 minutes that waits for its reason."""
    stop = stop_of("press", AT, 41, "FAULT", planned_ns=41 * MIN, code="E-17")
    floor.show(unit_board("press", stops=(stop,)))
    return stop


def in_force(floor, key: str) -> StopReason | None:
    reader = floor.reader()
    try:
        return reader.record(StopReason, key)
    finally:
        reader.close()


def test_a_stop_waits_with_what_the_machine_said(visit, fault) -> None:
    said = words_of(visit().get("/stops").text)
    assert "1 lần dừng chờ lý do" in said
    assert "Hỏng máy 41 phút 07:40:00 – 08:21:00 mã máy E-17" in said
    assert "Lý do không làm giảm thời gian kế hoạch: chỉ lịch ca đã duyệt mới làm được." in said


def test_one_tap_gives_a_reason_and_it_waits_no_more(visit, floor, fault) -> None:
    client = visit()
    answer = post(client, "/stops", PAGE, reason="breakdown-jam", next="/stops?unit=press")
    assert (answer.status_code, answer.headers["location"]) == (303, "/stops?unit=press")
    assert floor.entered == [
        StopReason(key=fault.key, work_unit="press", since=AT, reason="breakdown-jam", entered_at=NOW)
    ]
    said = words_of(client.get("/stops?unit=press").text)
    assert "Không lần dừng nào chờ lý do" in said
    assert "Kẹt máy, kẹt hàng" in said
    assert "Đã ghi: lý do dừng Hoàn tác" in said


def test_what_was_tapped_often_is_offered_first(visit, floor, fault) -> None:
    for day, reason in enumerate(("waiting-people", "waiting-people", "quality-result")):
        at = AT - (day + 1) * 86_400 * S
        floor.keep(StopReason(key=f"press.{at}", work_unit="press", since=at, reason=reason))
    old = AT - 31 * 86_400 * S
    floor.keep(StopReason(key=f"press.{old}", work_unit="press", since=old, reason="breakdown-jam"))
    page = visit().get("/stops").text
    assert re.findall(r'name="reason" value="([a-z-]+)"', page)[:2] == ["waiting-people", "quality-result"]
    assert "breakdown-jam" not in page


def test_a_note_goes_with_the_reason_and_can_be_changed_alone(visit, floor, fault) -> None:
    client = visit()
    post(client, PAGE, PAGE, reason="breakdown-jam", note="  kẹt ở   băng tải ")
    assert floor.entered[-1].note == "kẹt ở băng tải"
    page = client.get(PAGE).text
    assert 'value="kẹt ở băng tải"' in page
    assert 'aria-pressed="true"' in page
    assert '<button class="again" name="reason" value="breakdown-jam">Ghi lại ghi chú</button>' in page


def test_a_quick_tap_keeps_the_note(visit, floor, fault) -> None:
    client = visit()
    post(client, PAGE, PAGE, reason="breakdown-jam", note="băng tải")
    post(client, PAGE, PAGE, reason="waiting")
    assert (floor.entered[-1].reason, floor.entered[-1].note) == ("waiting", "băng tải")


def test_a_stop_is_split_at_a_time_of_day_and_both_parts_have_their_reason(visit, floor, fault) -> None:
    client = visit()
    post(client, PAGE, PAGE, reason="breakdown-jam", note="x")
    cut = AT + 20 * MIN
    answer = post(client, PAGE, f"{PAGE}/split", split_at="08:00")
    assert answer.headers["location"] == f"/stops/press/{cut}"
    first, second = floor.entered[-2:]
    assert (first.since, first.until, first.reason, first.note) == (AT, cut, "breakdown-jam", "x")
    assert (second.key, second.since, second.until, second.reason) == (f"press.{cut}", cut, None, "")
    said = words_of(client.get("/stops").text)
    assert "1 lần dừng chờ lý do" in said
    assert "Hỏng máy 21 phút 08:00:00 – 08:21:00" in said
    post(client, f"/stops/press/{cut}", f"/stops/press/{cut}", reason="waiting-maintenance")
    assert "Không lần dừng nào chờ lý do" in words_of(client.get("/stops").text)


def test_a_part_is_split_again_within_its_end(visit, floor, fault) -> None:
    client = visit()
    post(client, PAGE, f"{PAGE}/split", split_at="08:00:00")
    post(client, PAGE, f"{PAGE}/split", split_at="07:50:00")
    assert (floor.entered[-2].until, floor.entered[-1].until) == (AT + 10 * MIN, AT + 20 * MIN)


@pytest.mark.parametrize("typed", ["07:40", "08:21", "12:00", "soon", "", "25:00"])
def test_a_split_outside_of_the_stop_is_refused_and_what_was_typed_stays(visit, floor, fault, typed) -> None:
    answer = post(visit(), PAGE, f"{PAGE}/split", split_at=typed)
    assert answer.status_code == 422
    assert "Giờ này nằm ngoài lần dừng." in answer.text
    assert f'value="{typed}" aria-describedby="hint-split_at" aria-invalid="true"' in answer.text
    assert floor.entered == []


def test_a_stop_over_midnight_is_split_on_its_second_day(visit, floor) -> None:
    evening = SHIFT - 8 * 3600 * S  # 22:00
    floor.show(unit_board("press", stops=(stop_of("press", evening, 6 * 60, planned_ns=1),)))
    page = f"/stops/press/{evening}"
    answer = post(visit(), page, f"{page}/split", split_at="01:30")
    assert answer.headers["location"] == f"/stops/press/{evening + 210 * MIN}"


def test_undo_takes_the_last_entry_back(visit, floor, fault) -> None:
    client = visit()
    post(client, "/stops", PAGE, reason="breakdown-jam")
    floor.now += S
    floor.show(unit_board("press", stops=(stop_of("press", AT, 41, "FAULT", planned_ns=1, reason="breakdown-jam"),)))
    answer = post(client, "/stops", "/undo", next="/stops")
    assert answer.headers["location"] == "/stops"
    assert in_force(floor, fault.key).gone
    said = words_of(client.get("/stops").text)  # the board still tells of the reason
    assert "1 lần dừng chờ lý do" in said
    assert "Hoàn tác" not in said


def test_undo_brings_back_what_was_there_before(visit, floor, fault) -> None:
    client = visit()
    post(client, PAGE, PAGE, reason="breakdown-jam", note="a")
    floor.now += S
    post(client, PAGE, PAGE, reason="waiting", note="b")
    floor.now += S
    post(client, "/stops", "/undo", next="/stops")
    kept = in_force(floor, fault.key)
    assert (kept.reason, kept.note, kept.gone, kept.entered_at) == ("breakdown-jam", "a", False, floor.now)


def test_undo_of_a_split_makes_one_stop_again(visit, floor, fault) -> None:
    client = visit()
    post(client, PAGE, f"{PAGE}/split", split_at="08:00")
    post(client, "/stops", "/undo", next="/stops")
    assert in_force(floor, fault.key).gone
    assert in_force(floor, f"press.{AT + 20 * MIN}").gone


def test_nobody_undoes_what_somebody_else_has_changed_since(visit, floor, fault) -> None:
    here, there = visit(), visit()
    post(here, "/stops", PAGE, reason="breakdown-jam")
    floor.now += S
    post(there, PAGE, PAGE, reason="waiting")
    answer = post(here, "/stops", "/undo", next="/stops")
    assert answer.status_code == 422
    assert "Mục này đã được sửa sau đó, nên giữ nguyên." in answer.text
    assert in_force(floor, fault.key).reason == "waiting"


def test_undo_is_offered_for_ten_minutes(visit, floor, fault) -> None:
    client = visit()
    post(client, "/stops", PAGE, reason="breakdown-jam")
    page = client.get("/stops").text
    floor.now += 601 * S
    assert "Hoàn tác" not in client.get("/stops").text
    token = re.search(r'name="token" value="([0-9a-f]+)"', page)[1]
    assert "Không còn gì để hoàn tác." in client.post("/undo", data={"token": token}).text


def test_a_recorder_that_does_not_answer_loses_nothing_that_was_typed(visit, floor, fault) -> None:
    floor.refuse = NOT_SAVED
    answer = post(visit(), PAGE, PAGE, reason="breakdown-jam", note="băng tải")
    assert answer.status_code == 422
    assert "Chưa ghi được. Hãy bấm lại; bấm hai lần không sao." in words_of(answer.text)
    assert NOT_SAVED in words_of(answer.text)
    assert 'value="băng tải"' in answer.text
    assert '<button class="again" name="reason" value="breakdown-jam">Ghi: Kẹt máy, kẹt hàng</button>' in answer.text


def test_what_the_recorder_refuses_is_told_in_its_words(visit, floor, fault) -> None:
    floor.refuse = "press: the stop is gone. Choose another."
    answer = post(visit(), PAGE, PAGE, reason="breakdown-jam")
    assert "Không ghi được: press: the stop is gone. Choose another." in words_of(answer.text)


@pytest.mark.parametrize("reason", ["", "no-such-reason"])
def test_a_reason_that_is_not_configured_is_refused(visit, floor, fault, reason) -> None:
    answer = post(visit(), PAGE, PAGE, reason=reason)
    assert answer.status_code == 422
    assert "Hãy chọn trong danh sách." in answer.text
    assert floor.entered == []


def test_a_stop_or_a_unit_that_does_not_exist_is_told(visit, floor, fault) -> None:
    client = visit()
    assert client.get("/stops/press/17").status_code == 404
    assert (
        "stop of press at 17: there is none any more. Choose one from the list." in client.get("/stops/press/17").text
    )
    assert "work unit &#39;ghost&#39;: not in the configuration." in client.get("/stops/ghost/17").text
    assert client.get("/stops/press/soon").status_code == 422


def test_old_stops_come_from_the_book(visit, floor, fault) -> None:
    yesterday = AT - 86_400 * S
    floor.keep(stop_of("press", yesterday, 10, planned_ns=1))
    said = words_of(visit().get("/stops").text)
    assert "2 lần dừng chờ lý do" in said
    assert "10 phút 01/03/2026 07:40:00 – 01/03/2026 07:50:00" in said


def test_the_list_can_be_of_one_machine(visit, floor) -> None:
    stops = {name: (stop_of(name, AT, 5, planned_ns=1),) for name in ("press", "oven")}
    floor.show(*(unit_board(name, stops=some) for name, some in stops.items()))
    client = visit(unit_config("press"), unit_config("oven"))
    assert "2 lần dừng chờ lý do" in words_of(client.get("/stops").text)
    assert "1 lần dừng chờ lý do" in words_of(client.get("/stops?unit=oven").text)


# ------------------------------------------------------------------ people


def test_without_operators_nobody_is_asked_who_he_is(visit, fault) -> None:
    page = visit().get(PAGE).text
    assert 'name="operator"' not in page
    assert "/who" not in page


def test_who_has_not_chosen_a_name_is_asked_and_loses_nothing(visit, floor, fault) -> None:
    client = visit(operators=(LAN, MINH))
    answer = post(client, "/stops", PAGE, reason="breakdown-jam")
    assert answer.status_code == 422
    assert 'id="mistake-operator" role="alert">Hãy chọn trong danh sách.' in answer.text
    assert "Ghi: Kẹt máy, kẹt hàng" in answer.text
    assert floor.entered == []


def test_a_name_is_chosen_once_and_holds_for_ten_hours(visit, floor, fault) -> None:
    client = visit(operators=(LAN, MINH))
    post(client, PAGE, PAGE, reason="breakdown-jam", operator="Lan")
    assert floor.entered[-1].who == "Lan"
    post(client, PAGE, PAGE, reason="waiting")
    assert floor.entered[-1].who == "Lan"
    assert "Người nhập: Lan." in words_of(client.get(PAGE).text)
    floor.now += 36_001 * S
    floor.show(unit_board("press", stops=(fault,)))
    assert "Người nhập: Lan." not in words_of(client.get(PAGE).text)


def test_a_pin_is_asked_for_where_one_is_configured(visit, floor, fault) -> None:
    client = visit(operators=(LAN, MINH))
    wrong = post(client, PAGE, PAGE, reason="breakdown-jam", note="n", operator="Minh", pin="1111")
    assert wrong.status_code == 422
    assert "Mã PIN không đúng. Hãy nhập lại." in wrong.text
    assert '"1111"' not in wrong.text
    assert 'value="n"' in wrong.text
    assert floor.entered == []
    right = post(client, PAGE, PAGE, reason="breakdown-jam", operator="Minh", pin="4821")
    assert right.status_code == 303
    assert floor.entered[-1].who == "Minh"


def test_a_pin_cannot_be_guessed_by_trying(visit, floor, fault) -> None:
    client = visit(operators=(LAN, MINH))
    for guess in range(5):
        post(client, PAGE, PAGE, reason="waiting", operator="Minh", pin=f"000{guess}")
    barred = post(client, PAGE, PAGE, reason="waiting", operator="Minh", pin="4821")
    assert "Sai quá nhiều lần. Hãy đợi hai phút." in barred.text
    post(client, PAGE, PAGE, reason="waiting", operator="Lan")
    assert floor.entered[-1].who == "Lan"  # who has no PIN is not held up
    floor.now += 121 * S
    floor.show(unit_board("press", stops=(fault,)))
    post(client, PAGE, PAGE, reason="waiting", operator="Minh", pin="4821")
    assert floor.entered[-1].who == "Minh"


def test_one_signs_in_and_out_on_a_page_of_its_own(visit, floor, fault) -> None:
    client = visit(operators=(LAN, MINH))
    answer = post(client, "/who?next=/stops", "/who", operator="Lan", next="/stops")
    assert answer.headers["location"] == "/stops"
    assert ">Lan</a>" in client.get("/").text
    answer = post(client, "/who", "/who", leave="1", next="//evil.example")
    assert answer.headers["location"] == "/"
    assert ">Chọn tên</a>" in client.get("/").text


def test_a_sign_in_is_worth_nothing_in_another_browser_or_when_changed(visit, floor, fault) -> None:
    client, other = visit(operators=(LAN,)), visit(operators=(LAN,))
    post(client, "/who", "/who", operator="Lan")
    browser, person = client.cookies["nhipdo_screen"], client.cookies["nhipdo_person"]

    def seen_by(browser: str, person: str) -> bool:
        other.cookies.clear()
        cookie = f"nhipdo_screen={browser}; nhipdo_person={person}"
        return ">Lan</a>" in other.get("/", headers={"cookie": cookie}).text

    assert seen_by(browser, person)
    assert not seen_by("0" * 32, person)
    assert not seen_by(browser, "9" + person)
