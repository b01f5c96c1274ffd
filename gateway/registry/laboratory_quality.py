"""How a laboratory assures itself of its results: comparisons, check standards, work that did not conform."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Flag, Line, Link, Number, Value, Whole, field
from gateway.registry.laboratory_work import LABORATORY
from gateway.registry.nouns import Noun, Registered
from gateway.registry.refusals import WrongValuesError
from gateway.registry.texts import Title
from gateway.registry.usual import NOTE, NUMBER

CAUSES = {
    "standard_failed": Title("Chuẩn không đạt khi kiểm tra", "A standard failed as found"),
    "certificate_withdrawn": Title("Giấy chứng nhận bị thu hồi", "A certificate was withdrawn"),
    "procedure": Title("Sai quy trình", "The procedure was not kept"),
    "environment": Title("Sai điều kiện môi trường", "The environment was not kept"),
    "other": Title("Khác", "Other"),
}
OUTCOMES = {
    "no_effect": Title("Không ảnh hưởng kết quả", "No effect on results"),
    "recall": Title("Thu hồi, làm lại", "Recall and repeat"),
    "correct": Title("Cấp giấy sửa đổi", "Issue amended certificates"),
}


class ComparisonResultRow(Registered):
    """A laboratory's result in an interlaboratory comparison, beside the assigned value."""

    __tablename__ = "comparison_result"
    noun = Noun(
        title=Title("Kết quả so sánh liên phòng", "Result of a comparison"),
        many=Title("So sánh liên phòng", "Interlaboratory comparisons"),
        group="laboratory",
        key=("laboratory", "round", "item", "participant"),
        label=("round", "item", "participant"),
        owner=("laboratory",),
        has_attachments=True,
    )
    laboratory: Mapped[str] = field(LABORATORY)
    round: Mapped[str] = field(
        Line(title=Title("Chương trình", "Round"), required=True, searched=True, longest=200, example="PT-KL-2026-01")
    )
    provider: Mapped[str] = field(Line(title=Title("Đơn vị tổ chức", "Provider"), longest=300))
    item: Mapped[str] = field(
        Line(title=Title("Mẫu, điểm đo", "Item and point"), required=True, longest=200, example="100 g")
    )
    participant: Mapped[str] = field(
        Line(
            title=Title("Phòng tham gia", "Participant"),
            hint=Title("mã hoặc tên; của mình: như tên phòng", "code or name; our own: the laboratory's name"),
            required=True,
            longest=200,
        )
    )
    is_ours: Mapped[bool] = field(Flag(title=Title("Kết quả của mình", "Our own result")))
    date: Mapped[str] = field(Day(title=Title("Ngày đo", "Measured on"), required=True, example="2026-06-01"))
    unit: Mapped[str] = field(Line(title=Title("Đơn vị đo", "Unit"), required=True, longest=40, example="g"))
    value: Mapped[float] = field(Number(title=Title("Kết quả", "Result"), required=True, example=100.0003))
    expanded: Mapped[float | None] = field(Number(title=Title("U (k = 2)", "U (k = 2)"), least=0, example=0.0002))
    assigned: Mapped[float | None] = field(Number(title=Title("Giá trị ấn định", "Assigned value"), example=100.0001))
    assigned_expanded: Mapped[float | None] = field(
        Number(title=Title("U của giá trị ấn định", "U of the assigned value"), least=0, example=0.0001)
    )
    assessment_sd: Mapped[float | None] = field(
        Number(title=Title("Độ lệch chuẩn đánh giá", "Standard deviation for assessment"), least=0)
    )
    note: Mapped[str] = field(NOTE)


class CheckMeasurementRow(Registered):
    """A check standard, measured between calibrations."""

    __tablename__ = "check_measurement"
    noun = Noun(
        title=Title("Lần đo kiểm tra", "Check measurement"),
        many=Title("Đo chuẩn kiểm tra", "Measurements of check standards"),
        group="laboratory",
        key=("instrument", "channel", "date", "number"),
        label=("date", "number"),
        owner=("instrument",),
    )
    instrument: Mapped[str] = field(
        Link(title=Title("Phương tiện được kiểm tra", "Instrument that is checked"), to="instrument", required=True)
    )
    check_standard: Mapped[str | None] = field(
        Link(title=Title("Bằng chuẩn kiểm tra", "By the check standard"), to="instrument")
    )
    channel: Mapped[str] = field(
        Line(
            title=Title("Kênh hoặc đại lượng", "Channel or quantity"),
            pattern="[a-z][a-z0-9_]{0,62}",
            required=True,
            longest=63,
            example="mass",
        )
    )
    date: Mapped[str] = field(Day(title=Title("Ngày đo", "Measured on"), required=True, example="2026-06-01"))
    number: Mapped[int] = field(Whole(title=Title("Lần thứ", "Number"), least=1, required=True, example=1))
    unit: Mapped[str] = field(Line(title=Title("Đơn vị đo", "Unit"), required=True, longest=40, example="g"))
    indication: Mapped[float] = field(Number(title=Title("Số chỉ", "Indication"), required=True, example=100.0002))
    reference: Mapped[float] = field(
        Number(title=Title("Giá trị chuẩn", "Reference value"), required=True, example=100.0001)
    )
    expanded: Mapped[float | None] = field(
        Number(title=Title("U của hiệu (k = 2)", "U of the difference (k = 2)"), least=0)
    )
    who: Mapped[str] = field(Line(title=Title("Người đo", "Measured by"), longest=200))
    note: Mapped[str] = field(NOTE)


DECISION = frozenset({"outcome", "why", "decided_by", "decided"})
"""Fields of nonconforming work that only a decision writes."""
_DECIDED_BY_FORM = Title(
    "Ô này chỉ ghi khi quyết định. Hãy quyết định ở trang của công việc này.",
    "Only a decision writes this field. Decide on the page of this work.",
)


class NonconformingWorkRow(Registered):
    """Work that may not conform (ISO/IEC 17025, 7.10): since when, what it touches, what a person decided."""

    __tablename__ = "nonconforming_work"
    noun = Noun(
        title=Title("Công việc không phù hợp", "Nonconforming work"),
        many=Title("Công việc không phù hợp", "Nonconforming work"),
        group="laboratory",
        key=("laboratory", "number"),
        label=("number",),
        owner=("laboratory",),
        has_attachments=True,
        path="nonconforming-work",
    )
    laboratory: Mapped[str] = field(LABORATORY)
    number: Mapped[str] = field(NUMBER)
    cause: Mapped[str] = field(
        Choice(title=Title("Nguyên nhân", "Cause"), options=CAUSES, required=True, example="standard_failed")
    )
    standard: Mapped[str | None] = field(Link(title=Title("Chuẩn", "Standard"), to="instrument"))
    certificate: Mapped[str | None] = field(Link(title=Title("Giấy chứng nhận", "Certificate"), to="certificate"))
    since: Mapped[str] = field(
        Day(
            title=Title("Nghi ngờ từ ngày", "In doubt since"),
            hint=Title("lần cuối biết chắc là đúng", "when it was last known to be right"),
            required=True,
            example="2026-01-15",
        )
    )
    found: Mapped[str] = field(Day(title=Title("Phát hiện ngày", "Found on"), required=True, example="2026-11-20"))
    what: Mapped[str] = field(
        Line(title=Title("Nội dung", "What happened"), required=True, longest=5_000, many_lines=True)
    )
    outcome: Mapped[str] = field(
        Choice(
            title=Title("Quyết định", "Decision"),
            options=OUTCOMES,
            hint=Title("trống: chưa quyết định", "empty: not decided yet"),
        )
    )
    decided_by: Mapped[str] = field(Line(title=Title("Người quyết định", "Decided by"), longest=200))
    decided: Mapped[str] = field(Day(title=Title("Ngày quyết định", "Decided on")))
    why: Mapped[str] = field(Line(title=Title("Căn cứ", "On what grounds"), longest=5_000, many_lines=True))
    notified: Mapped[str] = field(Day(title=Title("Đã báo khách hàng ngày", "Customers notified on")))
    note: Mapped[str] = field(NOTE)

    @classmethod
    def refuse_new(cls, read: Mapping[str, Value]) -> None:
        if wrong := sorted(name for name in DECISION if read.get(name)):
            raise WrongValuesError(dict.fromkeys(wrong, _DECIDED_BY_FORM))

    @classmethod
    def refuse_change(cls, before: Mapping[str, Value], changed: AbstractSet[str]) -> None:  # noqa: ARG003  the same
        if wrong := sorted(changed & DECISION):
            raise WrongValuesError(dict.fromkeys(wrong, _DECIDED_BY_FORM))
