"""The calendar of due days, read back by the rules of RFC 5545."""

from gateway.laboratory.calendar_feed import calendar
from gateway.laboratory.due import Due
from gateway.laboratory.in_order import Standing

WORDS = {"name": "Lịch", "due": "Đến hạn: {code} {name}", "why": "Chủ: {owner}"}
NOW = 1_795_000_000 * 10**9


def due(**changed: object) -> Due:
    values = {"id": "a" * 32, "code": "C-1", "name": "Cân", "serial_number": "", "owner": "Công ty", "site": ""}
    values |= {"status": "in_use", "metrology_group": "", "day": "2027-01-31", "is_proposed": False}
    values |= {"urgency": "later", "days": 60, "standing": Standing("in_order", "in_date")}
    return Due(**(values | changed))  # type: ignore[arg-type]


def unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_due_day_is_an_event_of_one_day_with_three_alarms() -> None:
    lines = unfolded(calendar([due()], "http://here", NOW, WORDS))
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert "DTSTART;VALUE=DATE:20270131" in lines
    assert "DTEND;VALUE=DATE:20270201" in lines
    assert f"URL:http://here/instruments/{'a' * 32}" in lines
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P60D", "TRIGGER:-P30D", "TRIGGER:-P7D"]


def test_no_name_breaks_out_of_its_line_and_long_ones_are_folded_between_letters() -> None:
    name = "ế" * 60 + ";,\\\r\nEND:VCALENDAR\r\nX"
    lines = unfolded(calendar([due(name=name)], "http://here", NOW, WORDS))
    assert lines.count("END:VCALENDAR") == 1
    (summary,) = {line for line in lines if line.startswith("SUMMARY:")}
    assert summary == "SUMMARY:Đến hạn: C-1 " + "ế" * 60 + "\\;\\,\\\\\\nEND:VCALENDAR\\nX"


def test_what_has_no_day_or_is_stored_is_no_event() -> None:
    text = calendar([due(day=""), due(status="stored")], "http://here", NOW, WORDS)
    assert "VEVENT" not in text
