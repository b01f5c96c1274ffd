"""Records of the programme: trainings, supports, awards, clubs, standards, requests.

An accepted result names the document that accepts it; what has none is work that goes on.

Decision: who attends a training is written down once it has begun, by the wall clock of Viet Nam.
Because: who is invited has not been trained, and a turn that is counted early is a turn that nobody can prove.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Mapped, Session

from gateway.registry.fields import Choice, Choices, Flag, Line, Link, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Reader
from gateway.registry.texts import Title
from gateway.registry.usual import (
    BEGINS,
    DOCUMENT_DATE,
    DOCUMENT_NUMBER,
    ENDS,
    EXPIRES,
    ISSUED,
    NAME,
    NOTE,
    NUMBER,
    ORGANISATION,
    PROVINCE,
    YEAR,
)

TOOLS = {
    "tpm": Title("TPM", "TPM"),
    "lean": Title("Lean", "Lean"),
    "5s": Title("5S", "5S"),
    "kaizen": Title("Kaizen", "Kaizen"),
    "smed": Title("SMED", "SMED"),
    "six_sigma": Title("Six Sigma", "Six Sigma"),
    "kpi": Title("KPI", "KPI"),
    "iso_9001": Title("ISO 9001", "ISO 9001"),
    "iso_14001": Title("ISO 14001", "ISO 14001"),
    "iso_45001": Title("ISO 45001", "ISO 45001"),
    "iso_50001": Title("ISO 50001", "ISO 50001"),
    "iso_22000": Title("ISO 22000, HACCP", "ISO 22000, HACCP"),
    "brcgs": Title("BRCGS", "BRCGS"),
    "iso_15189": Title("ISO 15189", "ISO 15189"),
    "iso_17025": Title("ISO/IEC 17025", "ISO/IEC 17025"),
    "iso_21001": Title("ISO 21001", "ISO 21001"),
    "traceability": Title("Truy xuất nguồn gốc", "Traceability"),
    "mes_erp": Title("MES, ERP", "MES, ERP"),
    "other": Title("Khác", "Other"),
}
TOPICS = {
    "productivity": Title("Năng suất", "Productivity"),
    "quality": Title("Chất lượng", "Quality"),
    "traceability": Title("Truy xuất nguồn gốc", "Traceability"),
    "standards": Title("Tiêu chuẩn, quy chuẩn", "Standards and regulations"),
    "measurement": Title("Đo lường", "Measurement"),
    "expert": Title("Chuyên gia năng suất", "Productivity expert"),
    "other": Title("Khác", "Other"),
}
SUPPORTS = {
    "guidance": Title("Hướng dẫn, tuyên truyền", "Guidance"),
    "diagnosis": Title("Khảo sát, chẩn đoán", "Diagnosis"),
    "basic_tool": Title("Công cụ cơ bản", "Basic tool"),
    "specific_tool": Title("Công cụ chuyên sâu", "Specific tool"),
    "new_system": Title("Hệ thống quản lý mới", "New management system"),
    "standards": Title("Xây dựng, áp dụng tiêu chuẩn", "Building and applying standards"),
    "drafting": Title("Soạn thảo TCVN, QCVN", "Drafting of national standards"),
    "certification": Title("Chi phí thử nghiệm, chứng nhận", "Cost of testing or certification"),
    "traceability": Title("Truy xuất nguồn gốc", "Traceability"),
    "good_agriculture": Title("Thực hành nông nghiệp tốt (GAP)", "Good agricultural practice"),
    "organic": Title("Nông nghiệp hữu cơ", "Organic farming"),
    "green_productivity": Title("Năng suất xanh", "Green productivity"),
    "smart_production": Title("Sản xuất thông minh", "Smart production"),
    "technology": Title("Chuyển giao công nghệ", "Technology transfer"),
    "trademark": Title("Nhãn hiệu", "Trademark"),
    "other": Title("Khác", "Other"),
}
_AHEAD_OF_UTC = timedelta(hours=7)
_NS = 10**9
_VND = Whole(title=Title("Kinh phí", "Money"), unit="VND")


class TrainingRow(Registered):
    """A class, course, workshop or conference."""

    __tablename__ = "training"
    noun = Noun(
        title=Title("Lớp đào tạo", "Training"),
        many=Title("Đào tạo", "Trainings"),
        group="programme",
        key=("province", "name", "begins"),
        label=("name", "begins"),
        owner=("province",),
        has_attachments=True,
    )
    province: Mapped[str] = field(PROVINCE)
    name: Mapped[str] = field(NAME)
    topic: Mapped[str] = field(
        Choice(title=Title("Chủ đề", "Topic"), options=TOPICS, required=True, example="productivity")
    )
    begins: Mapped[str] = field(BEGINS)
    ends: Mapped[str] = field(ENDS)
    venue: Mapped[str] = field(Line(title=Title("Địa điểm", "Venue"), longest=300))
    agency: Mapped[str | None] = field(Link(title=Title("Cơ quan tổ chức", "Held by"), to="agency"))
    hours: Mapped[int | None] = field(Whole(title=Title("Số giờ", "Hours"), most=2000, unit="h", example=16))
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)


class AttendanceRow(Registered):
    """One person in one class: a turn."""

    __tablename__ = "attendance"
    noun = Noun(
        title=Title("Lượt tham dự", "Attendance"),
        many=Title("Lượt tham dự đào tạo", "Attendances"),
        group="programme",
        key=("training", "person"),
        owner=("training",),
    )
    training: Mapped[str] = field(Link(title=Title("Lớp đào tạo", "Training"), to="training", required=True))
    person: Mapped[str] = field(Link(title=Title("Người", "Person"), to="person", required=True))
    organisation: Mapped[str | None] = field(Link(title=Title("Tổ chức", "Organisation"), to="organisation"))
    completed: Mapped[bool] = field(Flag(title=Title("Hoàn thành", "Completed"), example=True))
    is_official: Mapped[bool] = field(Flag(title=Title("Cán bộ khu vực công", "Official of the public sector")))

    def refuse_claim(self, session: Session, reader: Reader) -> None:  # noqa: ARG002  as every noun's
        with session.no_autoflush:
            training = session.get(TrainingRow, self.training)
        today = (datetime.fromtimestamp(self.made_at // _NS, UTC) + _AHEAD_OF_UTC).date()
        if training is None or training.begins <= today.isoformat():
            return
        day = datetime.fromisoformat(training.begins)
        raise WrongValuesError(
            {
                "training": Title(
                    f"Lớp bắt đầu ngày {day:%d/%m/%Y}, chưa đến. Hãy ghi người dự khi lớp đã học.",
                    f"The training begins on {training.begins}, still to come. Write down who came, afterwards.",
                )
            }
        )


class SupportRow(Registered):
    """One support given to one organisation."""

    __tablename__ = "support"
    noun = Noun(
        title=Title("Lượt hỗ trợ", "Support"),
        many=Title("Hỗ trợ doanh nghiệp", "Supports"),
        group="programme",
        key=("organisation", "kind", "begins"),
        label=("begins",),
        owner=("organisation",),
        has_attachments=True,
    )
    organisation: Mapped[str] = field(ORGANISATION)
    kind: Mapped[str] = field(
        Choice(title=Title("Nội dung", "Kind"), options=SUPPORTS, required=True, example="basic_tool")
    )
    tools: Mapped[str] = field(Choices(title=Title("Công cụ", "Tools"), options=TOOLS, example=["lean", "5s"]))
    begins: Mapped[str] = field(BEGINS)
    ends: Mapped[str] = field(ENDS)
    agency: Mapped[str | None] = field(Link(title=Title("Cơ quan hỗ trợ", "Given by"), to="agency"))
    amount: Mapped[int | None] = field(_VND)
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)


class CertificationRow(Registered):
    """A certificate of a management system or a product that an organisation gained."""

    __tablename__ = "certification"
    noun = Noun(
        title=Title("Chứng nhận đạt được", "Certification gained"),
        many=Title("Chứng nhận đạt được", "Certifications gained"),
        group="programme",
        key=("organisation", "number"),
        label=("number",),
        owner=("organisation",),
        has_attachments=True,
    )
    organisation: Mapped[str] = field(ORGANISATION)
    standard: Mapped[str] = field(
        Line(title=Title("Tiêu chuẩn", "Standard"), required=True, searched=True, longest=100, example="ISO 9001:2015")
    )
    number: Mapped[str] = field(NUMBER)
    body: Mapped[str] = field(Line(title=Title("Tổ chức chứng nhận", "Certification body"), longest=300))
    issued: Mapped[str] = field(ISSUED)
    expires: Mapped[str] = field(EXPIRES)
    support: Mapped[str | None] = field(Link(title=Title("Từ lượt hỗ trợ", "From the support"), to="support"))
    note: Mapped[str] = field(NOTE)


class AwardRow(Registered):
    """An organisation's way to a quality award in one year."""

    __tablename__ = "award"
    noun = Noun(
        title=Title("Hồ sơ giải thưởng", "Award application"),
        many=Title("Giải thưởng chất lượng", "Awards"),
        group="programme",
        key=("organisation", "name", "year"),
        label=("name", "year"),
        owner=("organisation",),
        has_attachments=True,
        order=("name",),
    )
    organisation: Mapped[str] = field(ORGANISATION)
    name: Mapped[str] = field(NAME)
    year: Mapped[int] = field(YEAR)
    state: Mapped[str] = field(
        Choice(
            title=Title("Tình trạng", "State"),
            required=True,
            example="filed",
            options={
                "mobilised": Title("Đã vận động", "Mobilised"),
                "guided": Title("Đã hướng dẫn", "Guided"),
                "filed": Title("Đã nộp hồ sơ", "Filed"),
                "visited": Title("Đã đánh giá tại chỗ", "Site visited"),
                "decided": Title("Đã có kết quả", "Decided"),
            },
        )
    )
    result: Mapped[str] = field(
        Choice(
            title=Title("Kết quả", "Result"),
            options={
                "gold": Title("Giải Vàng", "Gold"),
                "silver": Title("Giải Bạc", "Silver"),
                "award": Title("Đạt giải", "Awarded"),
                "none": Title("Không đạt", "None"),
            },
        )
    )
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)
