"""The shift calendar of past days: only a manager changes one, with a reason, after having seen what will change."""

# ruff: noqa: RUF001  a dash is a dash

import re
from collections.abc import Callable, Iterator, Mapping
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace
from screen_floor import CALENDAR, Floor, H, shop, token_of, unit_board, unit_config, words_of

from edge_agent.asked import Asked, Entered
from edge_agent.config.pins import hash_pin
from edge_agent.config.shop_tables import CalendarConfig, OperatorConfig, ShiftConfig, ShopConfig
from edge_agent.oee.calendars import Calendars
from edge_agent.oee.entry_error import EntryError
from edge_agent.screen.source import NOT_SAVED, entering
from edge_agent.wire.shop_floor import CalendarKept

DAY = "/calendar/2026-03-01?calendar=calendar"
"""The day before the floor's present: a Sunday."""
LAN = OperatorConfig(name="Lan", role="manager")
MINH = OperatorConfig(name="Minh")
NIGHT = CalendarConfig(name="night", shifts=(ShiftConfig(name="N", start="22:00", end="06:00", weekdays=(6, 7)),))


class CalendarFloor(Floor):
    """A floor whose calendars are kept as the recorder keeps them."""

    configured: Mapping[str, CalendarConfig] = {"calendar": CALENDAR}

    def begin(self) -> None:
        with self._lock:
            self._db.execute("BEGIN")
            list(Calendars(self.configured, self._book).begin(self.now - 100 * 24 * H))
            self._db.execute("COMMIT")

    def enter(self, entry: Any) -> str:
        if self.refuse or not isinstance(entry, CalendarKept):
            return self.refuse or super().enter(entry)
        with self._lock:
            self._db.execute("BEGIN")
            try:
                Calendars(self.configured, self._book).amend(entry, self.now)
            except EntryError as error:
                self._db.execute("ROLLBACK")
                return str(error)
            self._db.execute("COMMIT")
        return ""

    def kept(self) -> list[CalendarKept]:
        reader = self.reader()
        try:
            return sorted(reader.records(CalendarKept), key=lambda one: one.number)
        finally:
            reader.close()


@pytest.fixture
def floor(tmp_path) -> Iterator[CalendarFloor]:
    floor = CalendarFloor(tmp_path / "outbox.sqlite")
    floor.begin()
    floor.show(unit_board("press"))
    yield floor
    floor.close()


@pytest.fixture
def opened(floor) -> Iterator[Callable[..., TestClient]]:
    clients: list[TestClient] = []

    def browser(*operators: OperatorConfig, config: ShopConfig | None = None, language: str = "vi") -> TestClient:
        told = config or shop(unit_config("press"), operators=operators, language=language)
        client = TestClient(floor.app(told), follow_redirects=False)
        client.__enter__()
        clients.append(client)
        return client

    yield browser
    for client in clients:
        client.__exit__(None, None, None)


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the day's form, untouched."""
    form = page[page.index('action="/calendar/') :]
    form = form[: form.index("</form>")]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if told.get("type") != "checkbox" or " checked" in tag:
            sent[told["name"]] = told.get("value", "")
    return sent


def send(client: TestClient, page: str, step: str = "look", to: str = DAY, **changed: str) -> Any:
    return client.post(to, data={**fields_of(page), "step": step, **changed})


def change(client: TestClient, to: str = DAY, **changed: str) -> Any:
    """Type, look at what will change, save."""
    looked = send(client, client.get(to).text, to=to, **changed)
    assert looked.status_code == 200, words_of(looked.text)
    return send(client, looked.text, "save", to=to)


def test_the_days_of_the_last_weeks_are_listed_with_their_planned_time(opened) -> None:
    page = words_of(opened(LAN).get("/calendar").text)
    # 8 h less a break of half an hour, and 8 h.
    day = "Kế hoạch 15 giờ 30 phút Ca A 06:00–14:00, nghỉ 09:00–09:30 Ca B 14:00–22:00"
    assert f"Chủ nhật 01/03/2026 {day} Thứ bảy 28/02/2026 {day}" in page
    assert page.count("Kế hoạch 15 giờ 30 phút") == 34
    assert "02/03/2026" not in page  # today
    assert "27/01/2026" in page
    assert "26/01/2026" not in page  # begun before what is known of its machines


def test_a_manager_looks_at_the_change_first_and_then_saves_it(opened, floor) -> None:
    client = opened(LAN, MINH)
    looked = send(client, client.get(DAY).text, shift_1_end="18:00", why="Mất điện từ 18:00", operator="Lan")
    assert looked.status_code == 200
    said = words_of(looked.text)
    assert "Ca B 14:00–22:00 → Ca B 14:00–18:00" in said
    assert "Thời gian kế hoạch của ngày: 15 giờ 30 phút → 11 giờ 30 phút" in said
    assert "Chưa ghi." in said
    assert len(floor.kept()) == 1  # the configuration
    answer = send(client, looked.text, "save")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DAY}&saved=1#saved")
    [_, kept] = floor.kept()
    assert (kept.first_day, kept.last_day, kept.who, kept.why) == (
        "2026-03-01",
        "2026-03-01",
        "Lan",
        "Mất điện từ 18:00",
    )
    assert kept.body["shifts"] == [
        {
            "name": "A",
            "start": "06:00",
            "end": "14:00",
            "weekdays": [7],
            "breaks": [{"start": "09:00", "end": "09:30"}],
        },
        {"name": "B", "start": "14:00", "end": "18:00", "weekdays": [7], "breaks": []},
    ]
    saved = words_of(client.get(answer.headers["location"]).text)
    assert "Đã ghi. Số liệu của ngày này tự tính lại theo lịch mới, sau ít phút." in saved
    assert "Các lần sửa Lan · 10:12:00 · Mất điện từ 18:00" in saved
    listed = words_of(client.get("/calendar").text)
    assert "Chủ nhật 01/03/2026 Kế hoạch 11 giờ 30 phút" in listed
    assert "Đã sửa: Lan · 10:12:00 · Mất điện từ 18:00" in listed
    assert listed.count("Kế hoạch 15 giờ 30 phút") == 33  # no other day


def test_it_says_that_pilots_will_tell_of_the_change(opened) -> None:
    page = words_of(opened(LAN).get(DAY).text)
    assert "Thí điểm dựa vào ngày này sẽ ghi rõ ngày đã được sửa. Bản ghi được gửi lên tỉnh." in page


def test_a_day_becomes_free_and_is_worked_again(opened, floor) -> None:
    client = opened(LAN)
    assert change(client, no_work="1", why="Lễ", operator="Lan").status_code == 303
    page = client.get(DAY).text
    assert "Lịch của ngày này Ngày này không làm việc Kế hoạch 0 s" in words_of(page)
    assert fields_of(page)["shift_0_start"] == "06:00"  # kept, to come back
    looked = send(client, page, no_work="", why="Không nghỉ")
    said = words_of(looked.text)
    assert "Ngày này lại làm việc không có → Ca A 06:00–14:00, nghỉ 09:00–09:30 không có → Ca B 14:00–22:00" in said
    assert "Thời gian kế hoạch của ngày: 0 s → 15 giờ 30 phút" in said
    assert send(client, looked.text, "save").status_code == 303
    assert [one.why for one in floor.kept()] == ["configured", "Lễ", "Không nghỉ"]


def test_breaks_shifts_and_planned_stops_come_and_go(opened, floor) -> None:
    client = opened(LAN)
    told = {
        "shift_0_break_0_start": "",
        "shift_0_break_0_end": "",
        "shift_1_gone": "1",
        "shift_2_name": "C",
        "shift_2_start": "22h30",
        "shift_2_end": "6:00",
        "shift_2_break_0_start": "02:00",
        "shift_2_break_0_end": "02:30",
        "stop_0_from": "2026-03-01T07:00",
        "stop_0_to": "2026-03-01T08:00",
        "stop_0_why": "Bảo trì",
    }
    looked = send(client, client.get(DAY).text, **told, why="Như sổ ca", operator="Lan")
    # The night shift ends at 06:00, when the next day's A begins.
    assert looked.status_code == 200
    for line in (
        "Ca A 06:00–14:00, nghỉ 09:00–09:30 → Ca A 06:00–14:00",
        "Ca B 14:00–22:00 → không có",
        "không có → Ca C 22:30–06:00, nghỉ 02:00–02:30",
        "không có → Dừng theo kế hoạch 01/03/2026 07:00 – 01/03/2026 08:00 (Bảo trì)",
        "Thời gian kế hoạch của ngày: 15 giờ 30 phút → 14 giờ 00 phút",
    ):
        assert line in words_of(looked.text)
    assert send(client, looked.text, "save").status_code == 303
    again = send(client, client.get(DAY).text, stop_0_gone="1", why="Không bảo trì")
    assert "07:00 – 01/03/2026 08:00 (Bảo trì) → không có" in words_of(again.text)
    assert send(client, again.text, "save").status_code == 303
    assert floor.kept()[-1].body["planned_stops"] == []


def test_a_change_after_the_look_is_looked_at_again(opened, floor) -> None:
    client = opened(LAN)
    looked = send(client, client.get(DAY).text, shift_1_end="18:00", why="x", operator="Lan")
    answer = send(client, looked.text, "save", shift_1_end="19:00")
    assert answer.status_code == 200
    assert "15 giờ 30 phút → 12 giờ 30 phút" in words_of(answer.text)
    assert len(floor.kept()) == 1


@pytest.mark.parametrize(
    ("fields", "field", "mistake"),
    [
        ({"why": ""}, "why", "Hãy điền ô này."),
        ({"shift_0_start": "25:00"}, "shift_0_start", "Hãy ghi giờ như 06:00."),
        ({"shift_0_end": "15:00"}, "shift_1_start", "Ca này trùng giờ với một ca khác trong ngày."),
        ({"shift_1_name": "A"}, "shift_1_name", "Hai ca trùng tên. Hãy đổi một tên."),
        ({"shift_1_name": "Ca chiều"}, "shift_1_name", "Tên ca chỉ gồm chữ không dấu và số, như A."),
        ({"shift_0_break_0_start": "05:00"}, "shift_0_break_0_start", "Giờ nghỉ nằm ngoài ca. Hãy sửa một trong hai."),
        ({"stop_0_from": "2026-03-01T07:00"}, "stop_0_to", "Hãy ghi ngày và giờ như 2026-03-02 06:00."),
        (
            {"stop_0_from": "2026-03-01T07:00", "stop_0_to": "2026-03-01T07:00"},
            "stop_0_to",
            "Giờ kết thúc phải sau giờ bắt đầu.",
        ),
        (
            {"stop_0_from": "2026-03-03T07:00", "stop_0_to": "2026-03-03T08:00"},
            "stop_0_from",
            "Lần dừng này không nằm trong ngày đang sửa.",
        ),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(opened, floor, fields, field, mistake) -> None:
    client = opened(LAN)
    told = {"shift_1_end": "18:00", "why": "Mất điện", "operator": "Lan", **fields}
    answer = send(client, client.get(DAY).text, **told)
    assert answer.status_code == 422
    assert re.findall(r'id="mistake-([a-z_0-9]+)" role="alert">([^<]*)<', answer.text) == [(field, mistake)]
    typed = fields_of(answer.text)
    assert {name: typed[name] for name in told if name != "operator"} == {
        name: value for name, value in told.items() if name != "operator"
    }
    assert len(floor.kept()) == 1


def test_a_shift_that_runs_into_the_next_day_is_refused(opened) -> None:
    client = opened(LAN)
    answer = send(client, client.get(DAY).text, shift_1_end="07:00", why="x", operator="Lan")
    assert answer.status_code == 422
    assert "Một ca trùng giờ với ca của ngày trước hoặc ngày sau. Hãy sửa giờ." in answer.text


def test_a_shift_that_begins_in_the_night_shift_before_is_refused(opened, floor) -> None:
    floor.configured = {"night": NIGHT}
    floor.begin()
    config = replace(shop(unit_config("press"), operators=(LAN,)), calendars=(NIGHT,))
    client, to = opened(config=config), "/calendar/2026-03-01?calendar=night"
    told = {"shift_1_name": "A", "shift_1_end": "14:00", "why": "x", "operator": "Lan"}
    answer = send(client, client.get(to).text, to=to, shift_1_start="05:00", **told)
    assert "Một ca trùng giờ với ca của ngày trước hoặc ngày sau. Hãy sửa giờ." in answer.text
    assert send(client, answer.text, to=to, shift_1_start="06:00").status_code == 200


def test_nothing_changed_is_nothing_to_save(opened) -> None:
    client = opened(LAN)
    answer = send(client, client.get(DAY).text, why="x", operator="Lan")
    assert answer.status_code == 422
    assert "Chưa có gì thay đổi so với lịch đang có." in answer.text


def test_an_operator_who_is_no_manager_is_told_so(opened, floor) -> None:
    client = opened(LAN, MINH)
    page = client.get(DAY).text
    assert re.findall(r"<option>([^<]*)<", page) == ["Lan"]
    answer = send(client, page, shift_1_end="18:00", why="x", operator="Minh")
    assert answer.status_code == 422
    assert "Người này không phải là quản lý. Chỉ quản lý sửa được ngày đã qua." in answer.text
    client.post("/who", data={"token": token_of(page), "operator": "Minh"})
    page = client.get(DAY).text
    assert "Minh không phải là quản lý. Chỉ quản lý sửa được ngày đã qua." in words_of(page)
    assert send(client, page, "save", shift_1_end="18:00", why="x").status_code == 422
    assert len(floor.kept()) == 1


def test_a_manager_with_a_pin_must_know_it(opened, floor) -> None:
    client = opened(replace(LAN, pin_hash=hash_pin("2580")))
    told = {"shift_1_end": "18:00", "why": "x", "operator": "Lan"}
    answer = send(client, client.get(DAY).text, **told, pin="1111")
    assert (answer.status_code, "Mã PIN không đúng. Hãy nhập lại." in answer.text) == (422, True)
    assert '"1111"' not in answer.text
    assert ">1111" not in answer.text
    looked = send(client, answer.text, operator="Lan", pin="2580")
    assert looked.status_code == 200
    assert send(client, looked.text, "save").status_code == 303  # the PIN was right once
    assert floor.kept()[-1].who == "Lan"


@pytest.mark.parametrize(
    ("operators", "sentence"),
    [
        ((), "Chưa khai báo người dùng nào, nên chưa ai sửa được."),
        ((MINH,), "Chưa khai báo quản lý nào, nên chưa ai sửa được."),
    ],
)
def test_without_a_manager_nobody_can_and_the_page_says_how_to_configure_one(
    opened, floor, operators, sentence
) -> None:
    client = opened(*operators)
    for path in ("/calendar", DAY):
        page = client.get(path).text
        assert sentence in words_of(page)
        assert "role = &#34;manager&#34;" in page or 'role = "manager"' in page
        assert 'name="why"' not in page
    token = token_of(client.get("/enter").text)
    told = {"shift_0_name": "A", "shift_0_start": "06:00", "shift_0_end": "10:00"}
    answer = client.post(DAY, data={"token": token, "number": "1", "why": "x", **told, "step": "save"})
    assert answer.status_code == 422
    assert len(floor.kept()) == 1


def test_what_the_recorder_refuses_stands_in_the_form(opened, floor) -> None:
    client = opened(LAN)
    looked = send(client, client.get(DAY).text, shift_1_end="18:00", why="Mất điện", operator="Lan")
    floor.refuse = "calendar calendar: 2026-03-01 is not past. Change the configuration for days to come."
    answer = send(client, looked.text, "save")
    assert answer.status_code == 422
    assert f"Không ghi được: {floor.refuse}" in words_of(answer.text)
    assert fields_of(answer.text)["why"] == "Mất điện"
    floor.refuse = NOT_SAVED
    assert "Chưa ghi được. Hãy bấm lại; bấm hai lần không sao." in send(client, looked.text, "save").text


def test_the_same_form_twice_is_one_change(opened, floor) -> None:
    client = opened(LAN)
    looked = send(client, client.get(DAY).text, shift_1_end="18:00", why="x", operator="Lan")
    assert [send(client, looked.text, "save").status_code for _ in range(2)] == [303, 303]
    assert len(floor.kept()) == 2


def test_two_managers_do_not_undo_each_other_unseen(opened, floor) -> None:
    here, there = opened(LAN), opened(LAN)
    looked = send(here, here.get(DAY).text, shift_1_end="18:00", why="x", operator="Lan")
    assert change(there, shift_0_start="07:00", why="y", operator="Lan").status_code == 303
    answer = send(here, looked.text, "save")
    assert answer.status_code == 422
    assert "Ngày này vừa được người khác sửa. Hãy so lại, rồi xem trước lần nữa." in answer.text
    again = send(here, answer.text)
    assert "Ca A 07:00–14:00, nghỉ 09:00–09:30 → Ca A 06:00–14:00, nghỉ 09:00–09:30" in words_of(again.text)
    assert len(floor.kept()) == 2


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-03", "2026-01-26", "1999-12-31"])
def test_only_past_days_that_the_edge_still_knows_can_be_changed(opened, day) -> None:
    client = opened(LAN)
    answer = client.get(f"/calendar/{day}")
    assert answer.status_code == 404
    assert f"day {day}: it is not past, or longer ago than 35 days. Choose one from the list." in answer.text
    token = token_of(client.get(DAY).text)
    assert client.post(f"/calendar/{day}", data={"token": token, "step": "save"}).status_code == 404


def test_a_day_that_is_none_is_no_page(opened) -> None:
    assert opened(LAN).get("/calendar/2026-02-30").status_code == 422
    assert opened(LAN).get("/calendar?calendar=nix").status_code == 404


def test_a_form_of_another_site_changes_nothing(opened, floor) -> None:
    client = opened(LAN)
    looked = send(client, client.get(DAY).text, shift_1_end="18:00", why="x", operator="Lan")
    assert send(client, looked.text, "save", token="0" * 64).status_code == 422
    assert len(floor.kept()) == 1


def test_before_anything_is_kept_the_configuration_counts(tmp_path) -> None:
    floor = CalendarFloor(tmp_path / "empty.sqlite")
    with TestClient(floor.app(shop(unit_config("press"), operators=(LAN,)))) as client:
        assert words_of(client.get("/calendar").text).count("Kế hoạch 15 giờ 30 phút") == 34
    floor.close()


def test_a_change_of_the_configuration_shows_from_its_day_on(opened, floor) -> None:
    one = CalendarConfig(shifts=(ShiftConfig(name="A", start="06:00", end="12:00"),))
    floor.configured, now = {"calendar": one}, floor.now
    floor.now += 90 * 24 * H  # begin() speaks of 100 days before: ten days ago
    floor.begin()
    floor.now = now
    page = words_of(opened(LAN, config=replace(shop(unit_config("press")), calendars=(one,))).get("/calendar").text)
    assert (page.count("Kế hoạch 6 giờ 00 phút"), page.count("Kế hoạch 15 giờ 30 phút")) == (10, 24)


def test_in_english(opened) -> None:
    client = opened(LAN, language="en")
    assert "Sunday 2026-03-01 Planned 15 h 30 min Shift A 06:00–14:00, break 09:00–09:30" in words_of(
        client.get("/calendar").text
    )
    looked = send(client, client.get(DAY).text, no_work="1", why="Holiday", operator="Lan")
    assert "No work on the whole day Planned time of the day: 15 h 30 min → 0 s" in words_of(looked.text)


def test_it_stands_in_the_menu(opened) -> None:
    assert '<a href="/calendar" aria-current="page">Lịch ca</a>' in opened().get(DAY).text


def test_a_change_takes_the_way_of_everything_that_is_entered() -> None:
    asked: SimpleQueue[Asked] = SimpleQueue()
    change = CalendarKept(key="", number=0, first_day="2026-03-01", last_day="2026-03-01", body={}, who="Lan", why="x")
    answers: list[str] = []
    thread = Thread(target=lambda: answers.append(entering(asked, 20.0)(change)))
    thread.start()
    one = asked.get(timeout=20)
    assert isinstance(one, Entered)
    assert one.entry is change
    one.done("")
    thread.join(20)
    assert answers == [""]
