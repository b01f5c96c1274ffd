"""Persons: what tells one from another is a code; name, numbers and addresses stand apart."""

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Line, Link, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import EXPIRES, ISSUED, NOTE, NUMBER, PROVINCE

SCHEMES = {
    "tcvn_13751": Title("Chuyên gia năng suất TCVN 13751", "Productivity specialist, TCVN 13751"),
    "apo": Title("Chuyên gia năng suất APO", "Productivity specialist, APO"),
    "course": Title("Đã học khóa chuyên gia", "Has completed an expert course"),
}


class PersonRow(Registered):
    """Somebody who attends, teaches, supports or is an expert."""

    __tablename__ = "person"
    noun = Noun(
        title=Title("Người", "Person"),
        many=Title("Con người", "Persons"),
        group="people",
        key=("province", "code"),
        label=("full_name",),
        owner=("organisation", "province"),
        path="persons",
        order=("code",),
    )
    personal = {  # noqa: RUF012  declared as ClassVar by Registered
        "full_name": Line(
            title=Title("Họ và tên", "Full name"), required=True, personal="training", searched=True, longest=200
        ),
        "phone": Line(title=Title("Điện thoại", "Phone"), personal="contact", pattern=r"\+?[0-9 .-]{8,20}", longest=20),
        "email": Line(title=Title("Email", "Email"), personal="contact", pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "position": Line(title=Title("Chức vụ", "Position"), personal="contact", longest=200),
    }
    code: Mapped[str] = field(
        Line(
            title=Title("Mã người", "Person's code"),
            hint=Title("mã nội bộ, không dùng số định danh cá nhân", "a code of your own, no personal number"),
            required=True,
            searched=True,
            longest=40,
            pattern=r"(?![0-9]{12}$)\S+",
            example="CB-017",
        )
    )
    province: Mapped[str] = field(PROVINCE)
    organisation: Mapped[str | None] = field(Link(title=Title("Tổ chức", "Organisation"), to="organisation"))
    agency: Mapped[str | None] = field(Link(title=Title("Cơ quan", "Agency"), to="agency"))
    note: Mapped[str] = field(NOTE)


class ExpertRow(Registered):
    """An entry in the province's register of productivity experts."""

    __tablename__ = "expert"
    noun = Noun(
        title=Title("Chuyên gia", "Expert"),
        many=Title("Chuyên gia năng suất", "Productivity experts"),
        group="programme",
        key=("province", "scheme", "number"),
        owner=("province",),
        has_attachments=True,
    )
    province: Mapped[str] = field(PROVINCE)
    person: Mapped[str] = field(Link(title=Title("Người", "Person"), to="person", required=True))
    scheme: Mapped[str] = field(
        Choice(title=Title("Chương trình", "Scheme"), options=SCHEMES, required=True, example="tcvn_13751")
    )
    level: Mapped[str] = field(Line(title=Title("Bậc", "Level"), longest=100))
    body: Mapped[str] = field(Line(title=Title("Tổ chức cấp", "Issued by"), longest=300))
    number: Mapped[str] = field(NUMBER)
    issued: Mapped[str] = field(ISSUED)
    expires: Mapped[str] = field(EXPIRES)
    note: Mapped[str] = field(NOTE)
