"""Shifts, holidays and lists as people write them into one cell, a line each; and as the edge's tables.

    A | 06:00-14:00 | 1-6 | 10:00-10:15, 12:00-12:30 | Ca sáng | Morning
    2026-09-02 | Quốc khánh | National Day
    2026-05-01T06:00 - 2026-05-01T10:00 | điện lực cắt điện
    oil | Xem mức dầu | Look at the oil level

Decision: a calendar is written as lines of text.
Because: they stand in one cell of a spreadsheet, in one field of a form and in the audit, and all can read them.
Instead of: tables of shifts and breaks, whose rows nobody imports.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from edge_agent.wire.calendar_tables import mistakes_in
from edge_agent.wire.shop_tables import (
    BreakConfig,
    CalendarConfig,
    HolidayConfig,
    ListItemConfig,
    PlannedStopConfig,
    ShiftConfig,
)
from gateway.registry.fields import Value
from gateway.registry.texts import Title, WrongValueError, folded, shown

_CLOCK = r"([01]?[0-9]|2[0-3])\s*[:hg]\s*([0-5][0-9])"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*[-\u2013]\s*{_CLOCK}\s*")
_DAYS = re.compile(r"([1-7])(?:\s*[-\u2013]\s*([1-7]))?")
_MOMENTS = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})\s*[-\u2013]\s*(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})")
_PLACE = re.compile(r"(shifts|holidays|planned_stops)(?:\[(\d+)\])?")
T = TypeVar("T")

SHIFT_FORM = Title(
    "mỗi dòng một ca: tên | giờ vào-giờ ra | thứ 1-7 | giờ nghỉ, giờ nghỉ | tên tiếng Việt | tên tiếng Anh",
    "one shift a line: name | from-to | weekdays 1-7 | break, break | Vietnamese title | English title",
)
HOLIDAY_FORM = Title("mỗi dòng một ngày: 2026-09-02 | lý do", "one day a line: 2026-09-02 | why")
STOP_FORM = Title(
    "mỗi dòng một lần: 2026-05-01T06:00 - 2026-05-01T10:00 | lý do",
    "one a line: 2026-05-01T06:00 - 2026-05-01T10:00 | why",
)
ITEM_FORM = Title("mỗi dòng một mục: tiếng Việt | tiếng Anh", "one item a line: Vietnamese | English")


def calendar_of(values: Mapping[str, Value]) -> tuple[CalendarConfig | None, dict[str, Title]]:
    """The calendar that the fields of a row say, or what is wrong with which of them."""
    problems: dict[str, Title] = {}

    def read(name: str, line: Callable[[str], T]) -> tuple[T, ...]:
        found = []
        for number, text in enumerate(str(values.get(name) or "").splitlines(), 1):
            if not text.strip():
                continue
            try:
                found.append(line(text))
            except WrongValueError as error:
                problems.setdefault(name, Title(f"Dòng {number}: {error.why.vi}", f"Line {number}: {error.why.en}"))
        return tuple(found)

    config = CalendarConfig(
        name=str(values.get("name") or "calendar"),
        timezone=str(values.get("timezone") or "Asia/Ho_Chi_Minh"),
        shifts=read("shifts", _shift),
        holidays=read("holidays", _holiday),
        planned_stops=read("planned_stops", _stop),
    )
    if not problems:
        for place, text in mistakes_in(config):
            match = _PLACE.match(place)
            problems.setdefault(match[1] if match else place, _told(place, text))
    return (None if problems else config), problems


def items_of(text: str) -> tuple[ListItemConfig, ...]:
    """The items of a checklist; the id of an item follows from its words, and from its place where two are alike.

    Raises:
        WrongValueError: There is none.
    """
    items: dict[str, ListItemConfig] = {}
    for line in text.splitlines():
        vi, en = _parts(line, 2)
        if not (vi or en):
            continue
        bare = "-".join(re.findall("[a-z0-9]+", folded(vi or en)))[:50].strip("-") or "item"
        name = bare if bare not in items else f"{bare}-{len(items) + 1}"
        items[name] = ListItemConfig(id=name, title=titles(vi, en))
    if not items:
        raise WrongValueError("Chưa có mục nào. Hãy ghi mỗi dòng một mục.", "No item. Write one a line.")
    return tuple(items.values())


def titles(vi: str, en: str) -> dict[str, str]:
    """Language -> words, of those that were given."""
    return {language: words for language, words in (("vi", vi), ("en", en)) if words}


def shift_lines(config: CalendarConfig) -> dict[str, str]:
    """The fields of a row that say a calendar: what :func:`calendar_of` reads."""
    shifts = (
        [
            one.name,
            f"{one.start}-{one.end}",
            ",".join(map(str, one.weekdays)),
            ", ".join(f"{rest.start}-{rest.end}" for rest in one.breaks),
            one.title.get("vi", ""),
            one.title.get("en", ""),
        ]
        for one in config.shifts
    )
    days = ([one.day, one.title.get("vi", ""), one.title.get("en", "")] for one in config.holidays)
    stops = ([f"{one.since} - {one.until}", one.why] for one in config.planned_stops)
    return {
        "name": config.name,
        "timezone": config.timezone,
        "shifts": "\n".join(map(_line, shifts)),
        "holidays": "\n".join(map(_line, days)),
        "planned_stops": "\n".join(map(_line, stops)),
    }


def _line(parts: list[str]) -> str:
    return " | ".join(parts).rstrip(" |")


def _parts(line: str, n: int) -> list[str]:
    told = [part.strip() for part in line.split("|")]
    if len(told) > n:
        raise WrongValueError(
            f"Có {len(told)} phần, nhiều nhất {n}. Hãy bỏ bớt dấu |.",
            f"{len(told)} parts, at most {n}. Take some | away.",
        )
    return told + [""] * (n - len(told))


def _shift(line: str) -> ShiftConfig:
    name, hours, days, breaks, vi, en = _parts(line, 6)
    start, end = _span(hours)
    rests = [_span(one) for one in breaks.split(",") if one.strip()]
    made = {
        "name": name,
        "start": start,
        "end": end,
        "weekdays": list(_weekdays(days)),
        "breaks": [BreakConfig(start=a, end=b) for a, b in rests],
        **({"title": titles(vi, en)} if vi or en else {}),
    }
    try:
        return msgspec.convert(made, ShiftConfig)
    except msgspec.ValidationError:
        raise WrongValueError(
            f"Tên ca «{shown(name)}» cần là chữ không dấu, số. Ví dụ: A | 06:00-14:00 | 1-6.",
            f"Name of a shift {shown(name)!r}: expected letters without marks, digits. Such as A | 06:00-14:00 | 1-6.",
        ) from None


def _span(text: str) -> tuple[str, str]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise WrongValueError(
            f"Cần giờ như 06:00-14:00, đã nhận «{shown(text)}». Hãy sửa lại.",
            f"Expected hours such as 06:00-14:00, got {shown(text)!r}. Correct it.",
        )
    return f"{int(match[1]):02d}:{match[2]}", f"{int(match[3]):02d}:{match[4]}"


def _weekdays(text: str) -> Iterator[int]:
    if not text:
        yield from range(1, 8)
        return
    days: set[int] = set()
    for part in re.split(r"[,;]", text):
        match = _DAYS.fullmatch(part.strip())
        if match is None:
            raise WrongValueError(
                f"Cần thứ từ 1 (thứ hai) đến 7 (chủ nhật) như 1-6, đã nhận «{shown(text)}». Hãy sửa lại.",
                f"Expected weekdays from 1 (Monday) to 7 such as 1-6, got {shown(text)!r}. Correct it.",
            )
        days.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    yield from sorted(days)


def _holiday(line: str) -> HolidayConfig:
    day, vi, en = _parts(line, 3)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise WrongValueError(
            f"Cần một ngày như 2026-09-02, đã nhận «{shown(day)}». Hãy sửa lại.",
            f"Expected a day such as 2026-09-02, got {shown(day)!r}. Correct it.",
        )
    return HolidayConfig(day=day, title=titles(vi, en))


def _stop(line: str) -> PlannedStopConfig:
    span, why = _parts(line, 2)
    match = _MOMENTS.fullmatch(span)
    if match is None:
        raise WrongValueError(
            f"Cần như 2026-05-01T06:00 - 2026-05-01T10:00, đã nhận «{shown(span)}». Hãy sửa lại.",
            f"Expected such as 2026-05-01T06:00 - 2026-05-01T10:00, got {shown(span)!r}. Correct it.",
        )
    since, until = (f"{day}T{clock}" for day, clock in ((match[1], match[2]), (match[3], match[4])))
    try:
        for moment in (since, until):
            datetime.fromisoformat(moment)
    except ValueError:
        raise WrongValueError(
            f"«{shown(span)}» có ngày không có trong lịch. Hãy sửa lại.",
            f"{shown(span)!r} has a day that no year has. Correct it.",
        ) from None
    return PlannedStopConfig(since=since, until=until, why=why)


def _told(place: str, text: str) -> Title:
    """What the edge would say of a calendar, in both languages; its own words stand in the English."""
    number = {k: int(n) + 1 for k, n in re.findall(r"(\w+)\[(\d+)\]", place)}
    shift, rest = number.get("shifts", 0), number.get("breaks", 0)
    if place == "shifts":
        vi = "Chưa có ca nào. Hãy thêm ít nhất một ca; sản xuất suốt ngày thì ghi 00:00-00:00."
    elif rest:
        vi = f"Giờ nghỉ {rest} của ca {shift} nằm ngoài ca. Hãy sửa giờ nghỉ hoặc giờ ca."
    elif place.endswith(".name"):
        vi = f"Ca {shift} trùng tên với một ca khác cùng thứ. Hãy đặt tên khác."
    elif shift:
        vi = f"Ca {shift} chồng giờ lên một ca khác. Hãy sửa giờ hoặc thứ của một trong hai ca."
    elif place == "timezone":
        vi = "Không có múi giờ này. Hãy ghi ví dụ Asia/Ho_Chi_Minh."
    elif "holidays" in number:
        vi = f"Ngày nghỉ {number['holidays']} không có thật hoặc ghi hai lần. Hãy sửa hoặc bỏ đi."
    else:
        vi = f"Lần dừng kế hoạch {number.get('planned_stops', 1)} có ngày sai hoặc kết thúc trước khi bắt đầu. Hãy sửa."
    return Title(vi, f"{place}: {text}")
