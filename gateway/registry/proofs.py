"""Records of the programme, continued: clubs, in-house standards, requests, programmes to be integrated."""

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Flag, Link, Value, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import (
    DOCUMENT_DATE,
    DOCUMENT_NUMBER,
    NAME,
    NOTE,
    NUMBER,
    ON,
    ORGANISATION,
    PLAN,
    PROVINCE,
)


class ClubRow(Registered):
    """A productivity club."""

    __tablename__ = "club"
    noun = Noun(
        title=Title("Câu lạc bộ", "Club"),
        many=Title("Câu lạc bộ năng suất", "Productivity clubs"),
        group="programme",
        key=("province", "name"),
        label=("name",),
        owner=("province",),
        has_attachments=True,
    )
    province: Mapped[str] = field(PROVINCE)
    name: Mapped[str] = field(NAME)
    founded: Mapped[str] = field(Day(title=Title("Thành lập", "Founded"), required=True, example="2026-05-19"))
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)


class ClubActivityRow(Registered):
    """What a club did on a day."""

    __tablename__ = "club_activity"
    noun = Noun(
        title=Title("Hoạt động câu lạc bộ", "Club activity"),
        many=Title("Hoạt động câu lạc bộ", "Club activities"),
        group="programme",
        key=("club", "name", "date"),
        label=("name", "date"),
        owner=("club",),
        has_attachments=True,
        path="club-activities",
    )
    club: Mapped[str] = field(Link(title=Title("Câu lạc bộ", "Club"), to="club", required=True))
    name: Mapped[str] = field(NAME)
    date: Mapped[str] = field(ON)
    attended: Mapped[int | None] = field(Whole(title=Title("Số người dự", "Attended"), most=100_000))
    note: Mapped[str] = field(NOTE)


class InhouseStandardRow(Registered):
    """A standard that an organisation has declared for its own products."""

    __tablename__ = "inhouse_standard"
    noun = Noun(
        title=Title("Tiêu chuẩn cơ sở", "In-house standard"),
        many=Title("Tiêu chuẩn cơ sở đã công bố", "Declared in-house standards"),
        group="programme",
        key=("organisation", "number"),
        label=("number",),
        owner=("organisation",),
        has_attachments=True,
    )
    organisation: Mapped[str] = field(ORGANISATION)
    number: Mapped[str] = field(NUMBER)
    name: Mapped[str] = field(NAME)
    declared: Mapped[str] = field(Day(title=Title("Ngày công bố", "Declared"), required=True, example="2026-04-10"))
    support: Mapped[str | None] = field(Link(title=Title("Từ lượt hỗ trợ", "From the support"), to="support"))
    note: Mapped[str] = field(NOTE)


class InformationRequestRow(Registered):
    """Somebody asked for information on standards or measurement."""

    __tablename__ = "information_request"
    noun = Noun(
        title=Title("Yêu cầu thông tin", "Information request"),
        many=Title("Yêu cầu cung cấp thông tin", "Information requests"),
        group="programme",
        key=("province", "number"),
        label=("number",),
        owner=("province",),
    )
    province: Mapped[str] = field(PROVINCE)
    number: Mapped[str] = field(NUMBER)
    kind: Mapped[str] = field(
        Choice(
            title=Title("Về", "About"),
            required=True,
            example="standards",
            options={
                "standards": Title("Tiêu chuẩn, quy chuẩn", "Standards and regulations"),
                "measurement": Title("Đo lường", "Measurement"),
                "quality": Title("Chất lượng, cảnh báo", "Quality and warnings"),
                "other": Title("Khác", "Other"),
            },
        )
    )
    organisation: Mapped[str | None] = field(Link(title=Title("Tổ chức hỏi", "Asked by"), to="organisation"))
    received: Mapped[str] = field(Day(title=Title("Ngày nhận", "Received"), required=True, example="2026-02-03"))
    answered: Mapped[str] = field(Day(title=Title("Ngày trả lời", "Answered")))
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        received, answered = str(read["received"]), str(read["answered"])
        if answered and answered < received:
            return {
                "answered": Title(
                    f"Trả lời ngày {answered}, trước ngày nhận {received}. Hãy sửa một trong hai.",
                    f"Answered on {answered}, before it was received on {received}. Correct one of them.",
                )
            }
        return {}


class ProgrammeCheckRow(Registered):
    """Whether another programme has taken up productivity and quality."""

    __tablename__ = "programme_check"
    noun = Noun(
        title=Title("Chương trình lồng ghép", "Programme to be integrated"),
        many=Title("Danh mục chương trình lồng ghép", "Checklist of programmes"),
        group="programme",
        key=("province", "plan", "name"),
        label=("name",),
        owner=("province",),
        has_attachments=True,
    )
    province: Mapped[str] = field(PROVINCE)
    plan: Mapped[str] = field(PLAN)
    name: Mapped[str] = field(NAME)
    is_integrated: Mapped[bool] = field(Flag(title=Title("Đã lồng ghép", "Integrated")))
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)
