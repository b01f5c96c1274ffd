"""What was done to rows, in words: who, when, and each value before and after."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.api.registry_pages.desk import Desk
from gateway.api.registry_pages.telling import day_told, told
from gateway.registry.audit import AuditRow
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import ROLE_TITLES, Role
from gateway.registry.texts import Title, WrongValueError

AT_ONCE = 20
ACTIONS = {
    "make": Title("Tạo mới", "Made"),
    "change": Title("Sửa", "Changed"),
    "retire": Title("Ngừng dùng", "Retired"),
    "restore": Title("Dùng lại", "Restored"),
    "move": Title("Chuyển bước", "Brought on"),
    "erase": Title("Xóa dữ liệu cá nhân", "Personal data erased"),
    "import": Title("Nhập từ tệp", "Imported"),
    "attach": Title("Thêm tài liệu", "Document added"),
    "detach": Title("Bỏ tài liệu", "Document removed"),
    "sign_in": Title("Đăng nhập", "Signed in"),
    "sign_out": Title("Đăng xuất", "Signed out"),
    "grant": Title("Cấp vai trò", "Role given"),
    "revoke": Title("Thu vai trò", "Role taken back"),
    "make_link": Title("Tạo liên kết một lần", "One-time link made"),
    "make_token": Title("Tạo khóa cho chương trình", "Token made"),
    "revoke_token": Title("Thu khóa", "Token taken back"),
    "password": Title("Đổi mật khẩu", "Password changed"),
    "sign_in_by_link": Title("Đăng nhập bằng liên kết", "Signed in by a link"),
    "sign_out_everywhere": Title("Đăng xuất mọi nơi", "Signed out everywhere"),
    "agree": Title("Đồng ý chia sẻ", "Sharing agreed"),
    "withdraw": Title("Thôi chia sẻ", "Sharing withdrawn"),
    "admit": Title("Chấp nhận thiết bị", "Edge admitted"),
    "put_setting": Title("Gửi xuống thiết bị", "Sent to edges"),
    "decide": Title("Quyết định", "Decided"),
    "recompute": Title("Bắt đầu tính lại số đo", "Recomputing of samples begun"),
    "recomputed": Title("Đã tính lại số đo", "Samples recomputed"),
}
"""Action -> its words; one that is not here is shown by its name."""
OTHER_NOUNS = {"account": Title("Tài khoản", "Account"), "edge": Title("Thiết bị biên", "Edge")}
"""What the audit tells of beside the registry's nouns."""
_HASHED = Title("(giữ kín)", "(kept secret)")
_NOTHING = "\N{EM DASH}"
_OTHERS = {
    "document": Title("Tài liệu", "Document"),
    "sha256": Title("Mã băm SHA-256", "SHA-256"),
    "number": Title("Số", "Number"),
    "date": Title("Ngày", "Date"),
    "erased": Title("Số mục đã xóa", "Data erased"),
    "role": Title("Vai trò", "Role"),
    "scope": Title("Phạm vi", "Scope"),
    "of": Title("Nơi", "Where"),
    "name": Title("Tên", "Name"),
    "full_name": Title("Họ và tên", "Full name"),
    "language": Title("Ngôn ngữ", "Language"),
    "hours": Title("Số giờ", "Hours"),
    "uses": Title("Số lần dùng", "Uses"),
    "title": Title("Dùng để làm gì", "What for"),
    "token": Title("Mã số của khóa", "Number of the token"),
    "limits": Title("Giới hạn quyền", "Limits"),
    "ends_at": Title("Dùng đến", "Ends"),
}
_SCOPES = {
    "": Title("tất cả", "everything"),
    "organisation": NOUNS["organisation"].noun.title,
    "province": NOUNS["province"].noun.title,
    "agency": NOUNS["agency"].noun.title,
}


class Line(NamedTuple):
    """One value of a change; an empty word: it was not told."""

    title: str
    before: str
    after: str


class Change(NamedTuple):
    """One entry of the audit.

    Attributes:
        entry: As it is kept.
        action: In words.
        noun: In words.
        label: How people call the row; empty: it cannot be seen.
        address: Of the row's page; empty: it has none.
        lines: What changed.
    """

    entry: AuditRow
    action: str
    noun: str
    label: str
    address: str
    lines: list[Line]


def history_of(desk: Desk, noun: str, row: str, before: int = 0) -> tuple[list[Change], int]:
    """The last changes of a row before an entry, and where the earlier ones begin; 0: there are none."""
    query = select(AuditRow).where(AuditRow.noun == noun, AuditRow.row == row)
    if before:
        query = query.where(AuditRow.number < before)
    with Session(desk.engine) as session:
        found = list(session.scalars(query.order_by(AuditRow.number.desc()).limit(AT_ONCE + 1)))
    return in_words(desk, found[:AT_ONCE]), found[AT_ONCE - 1].number if len(found) > AT_ONCE else 0


def in_words(desk: Desk, entries: Iterable[AuditRow], *, labels: bool = False) -> list[Change]:
    """Entries as people read them; with what they are about, where that is asked for and may be seen."""
    return [_change(desk, one, labels=labels) for one in entries]


def _change(desk: Desk, one: AuditRow, *, labels: bool) -> Change:
    of = NOUNS.get(one.noun)
    action = ACTIONS[one.action][desk.language] if one.action in ACTIONS else one.action.replace("_", " ")
    is_seen = labels and of is not None and desk.may_read(one.noun)
    return Change(
        entry=one,
        action=action,
        noun=(of.noun.title if of else OTHER_NOUNS.get(one.noun, Title(one.noun, one.noun)))[desk.language],
        label=desk.called(desk.label(one.noun, one.row)) if is_seen else "",
        address=f"/registry/{of.path()}/{one.row}" if is_seen and of else "",
        lines=_lines(desk, one),
    )


def _lines(desk: Desk, one: AuditRow) -> list[Line]:
    before = json.loads(one.before) if one.before else {}
    after = json.loads(one.after) if one.after else {}
    of = NOUNS.get(one.noun)
    is_values = of is not None and one.action not in ("attach", "detach", "erase")
    names = [*(of.all_fields() if of else ()), *sorted({*before, *after})] if is_values else [*{**before, **after}]
    lines = []
    for name in dict.fromkeys(names):
        if name not in before and name not in after:
            continue
        words = [_word(desk, one.noun if is_values else "", name, side) for side in (before, after)]
        if words != [_NOTHING, _NOTHING]:
            lines.append(Line(_title(desk, one.noun if is_values else "", name), *words))
    return lines


def _title(desk: Desk, noun: str, name: str) -> str:
    fields = NOUNS[noun].all_fields() if noun else {}
    title = fields[name].title if name in fields else _OTHERS.get(name)
    return title[desk.language] if title else name


def _word(desk: Desk, noun: str, name: str, values: Mapping[str, Any]) -> str:
    if name not in values:
        return _NOTHING
    value = values[name]
    if str(value).startswith("sha256:"):
        return _HASHED[desk.language]
    of = NOUNS[noun] if noun else None
    one = of.all_fields().get(name) if of else None
    try:
        if one is not None:
            return told(desk.language, one, value, desk.label) or _NOTHING
    except (WrongValueError, ValueError, TypeError):
        return str(value)  # of a field that was of another kind then
    return _other(desk, name, values) or _NOTHING


def _other(desk: Desk, name: str, values: Mapping[str, Any]) -> str:
    value = values[name]
    if name == "date" or (name == "ends_at" and isinstance(value, int)):
        return desk.speech.date(value) if name == "ends_at" else day_told(desk.language, str(value))
    if name == "role" and value in ROLE_TITLES:
        return ROLE_TITLES[Role(value)][desk.language]
    if name == "scope" and value in _SCOPES:
        return _SCOPES[value][desk.language]
    if name == "of" and values.get("scope") in ("organisation", "province", "agency") and value:
        return desk.label(str(values["scope"]), str(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
