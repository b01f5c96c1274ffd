"""What people add to the plans: estimates of a year, comments on a row, reports, calculations of TFP.

Decision: a report that is signed off changes no more, and its files are kept with it.
Because: what was handed in must be the same when somebody asks for it years later.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session

from gateway.registry.fields import Choice, Day, Flag, Line, Number, Value, Whole, field
from gateway.registry.files import DocumentRow
from gateway.registry.nouns import Noun, Registered
from gateway.registry.refusals import WrongValuesError
from gateway.registry.texts import Title
from gateway.registry.usual import NOTE, ON, PLAN, PROVINCE, YEAR

_ROW = Line(
    title=Title("Mã chỉ tiêu, nhiệm vụ", "Indicator's or task's id"),
    required=True,
    searched=True,
    longest=63,
    example="dt26-training-turns",
)
_SIGNED = Title(
    "Báo cáo đã ký, không sửa được nữa. Hãy lập báo cáo mới.",
    "The report is signed off and changes no more. Make a new one.",
)
_NOT_MADE = Title(
    "Báo cáo được ký từ trang của kế hoạch. Hãy mở trang đó và bấm Ký báo cáo.",
    "Reports are signed off on the page of their plan. Open it and press Sign off.",
)
_RUN_SIGNED = Title(
    "Bản tính đã ký, không sửa được nữa. Hãy lưu một bản tính mới.",
    "The calculation is signed off and changes no more. Save a new one.",
)
FACTS_FILE = "facts.json.gz"
"""With a signed report: what it rests on."""
REPORT_KINDS = {
    "yearly": Title("Báo cáo năm", "Yearly report"),
    "midterm": Title("Sơ kết", "Midterm review"),
    "final": Title("Tổng kết", "Final review"),
    "on_demand": Title("Đột xuất", "On request"),
}


class YearEstimateRow(Registered):
    """Somebody's estimate of what an indicator will be at the year's end."""

    __tablename__ = "year_estimate"
    noun = Noun(
        title=Title("Ước thực hiện năm", "Estimate of a year"),
        many=Title("Ước thực hiện năm", "Estimates of a year"),
        group="programme",
        key=("province", "plan", "indicator", "year"),
        label=("indicator", "year"),
        owner=("province",),
        has_attachments=True,
        path="year-estimates",
        order=("indicator",),
    )
    province: Mapped[str] = field(PROVINCE)
    plan: Mapped[str] = field(PLAN)
    indicator: Mapped[str] = field(_ROW)
    year: Mapped[int] = field(YEAR)
    value: Mapped[float] = field(Number(title=Title("Ước cả năm", "Estimate of the year"), required=True, example=520))
    estimated: Mapped[str] = field(ON)
    note: Mapped[str] = field(NOTE)


class RowCommentRow(Registered):
    """What a report says of one indicator or task, in the officer's words; kept when the report is made again."""

    __tablename__ = "row_comment"
    noun = Noun(
        title=Title("Nhận xét trong báo cáo", "Comment in a report"),
        many=Title("Nhận xét trong báo cáo", "Comments in reports"),
        group="programme",
        key=("province", "plan", "about", "year"),
        label=("about", "year"),
        owner=("province",),
        path="row-comments",
        order=("about",),
    )
    province: Mapped[str] = field(PROVINCE)
    plan: Mapped[str] = field(PLAN)
    about: Mapped[str] = field(_ROW)
    year: Mapped[int] = field(YEAR)
    comment: Mapped[str] = field(
        Line(
            title=Title("Nhận xét", "Comment"),
            required=True,
            longest=5_000,
            many_lines=True,
            searched=True,
            example="Đã mở thêm hai lớp trong quý IV.",
        )
    )


class PlanReportRow(Registered):
    """A report on a plan as of a day."""

    __tablename__ = "plan_report"
    noun = Noun(
        title=Title("Báo cáo kế hoạch", "Report on a plan"),
        many=Title("Báo cáo kế hoạch", "Reports on plans"),
        group="programme",
        key=("province", "plan", "kind", "as_of"),
        label=("plan", "as_of"),
        owner=("province",),
        has_attachments=True,
        path="plan-reports",
        order=("plan",),
    )
    province: Mapped[str] = field(PROVINCE)
    plan: Mapped[str] = field(PLAN)
    kind: Mapped[str] = field(
        Choice(title=Title("Loại báo cáo", "Kind"), options=REPORT_KINDS, required=True, example="yearly")
    )
    as_of: Mapped[str] = field(Day(title=Title("Số liệu đến ngày", "As of"), required=True, example="2026-11-25"))
    number: Mapped[str] = field(Line(title=Title("Số báo cáo", "Number"), longest=100, searched=True))
    is_signed: Mapped[bool] = field(Flag(title=Title("Đã ký", "Signed off")))
    signed: Mapped[str] = field(Day(title=Title("Ngày ký", "Signed on")))
    signed_by: Mapped[str] = field(Line(title=Title("Người ký", "Signed by"), longest=200, searched=True))
    facts_sha256: Mapped[str] = field(
        Line(title=Title("Mã băm số liệu", "Hash of the facts"), longest=64, pattern="[0-9a-f]{64}")
    )
    note: Mapped[str] = field(NOTE)
    needs_decision = frozenset(("is_signed", "signed", "signed_by"))

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        wanted = ("signed", "signed_by", "facts_sha256") if read["is_signed"] else ()
        return {name: _NOT_MADE for name in wanted if not read[name]}

    @classmethod
    def refuse_change(cls, before: Mapping[str, Value], changed: AbstractSet[str]) -> None:
        if before["is_signed"]:
            raise WrongValuesError(dict.fromkeys(sorted(changed), _SIGNED))

    @classmethod
    def refuse_retirement(cls, values: Mapping[str, Value]) -> None:
        if values["is_signed"]:
            raise WrongValuesError({"is_signed": _SIGNED})

    def refuse_decision(self, session: Session) -> None:
        its = DocumentRow
        facts = select(its.id).where(its.noun == "plan_report", its.row == self.id, its.file == FACTS_FILE)
        if self.is_signed and session.scalar(facts) is None:
            raise WrongValuesError({"is_signed": _NOT_MADE})

    @classmethod
    def refuse_documents(cls, values: Mapping[str, Value]) -> None:
        if values["is_signed"]:
            raise WrongValuesError({"content": _SIGNED})


class TfpRunRow(Registered):
    """A calculation of TFP that was saved, with its inputs kept as a document."""

    __tablename__ = "tfp_run"
    noun = Noun(
        title=Title("Bản tính TFP", "Calculation of TFP"),
        many=Title("Bản tính TFP", "Calculations of TFP"),
        group="programme",
        key=("province", "since", "until", "computed"),
        label=("since", "until"),
        owner=("province",),
        has_attachments=True,
        path="tfp-runs",
        order=("computed",),
    )
    needs_decision = frozenset(("is_signed", "signed", "signed_by"))
    province: Mapped[str] = field(PROVINCE)
    since: Mapped[int] = field(
        Whole(title=Title("Từ năm", "First year"), least=1990, most=2100, required=True, example=2026)
    )
    until: Mapped[int] = field(
        Whole(title=Title("Đến năm", "Last year"), least=1990, most=2100, required=True, example=2030)
    )
    computed: Mapped[str] = field(Day(title=Title("Ngày tính", "Computed on"), required=True, example="2026-11-20"))
    method: Mapped[str] = field(
        Choice(
            title=Title("Phương pháp", "Method"),
            required=True,
            example="discrete",
            options={
                "discrete": Title("Rời rạc (Tổng cục Thống kê)", "Discrete, as the statistics office"),
                "tornqvist": Title("Törnqvist", "Törnqvist"),
            },
        )
    )
    tfp_share: Mapped[float | None] = field(
        Number(title=Title("Tỷ trọng đóng góp của TFP", "Share of TFP in growth"), unit="%")
    )
    is_complete: Mapped[bool] = field(Flag(title=Title("Đủ số liệu mọi năm", "Complete in every year")))
    inputs_sha256: Mapped[str] = field(
        Line(
            title=Title("Mã băm đầu vào", "Hash of the inputs"),
            longest=64,
            pattern="[0-9a-f]{64}",
            required=True,
            example="0" * 64,
        )
    )
    is_signed: Mapped[bool] = field(Flag(title=Title("Đã ký", "Signed off")))
    signed: Mapped[str] = field(Day(title=Title("Ngày ký", "Signed on")))
    signed_by: Mapped[str] = field(Line(title=Title("Người ký", "Signed by"), longest=200, searched=True))
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        since, until = int(str(read["since"] or 0)), int(str(read["until"] or 0))
        if until < since:
            return {
                "until": Title(
                    f"Năm cuối {until} trước năm đầu {since}. Hãy sửa một trong hai.",
                    f"The last year {until} lies before the first {since}. Correct one of them.",
                )
            }
        return {}

    @classmethod
    def refuse_change(cls, before: Mapping[str, Value], changed: AbstractSet[str]) -> None:
        if before["is_signed"] and (wrong := sorted(changed - {"note"})):
            raise WrongValuesError(dict.fromkeys(wrong, _RUN_SIGNED))

    @classmethod
    def refuse_retirement(cls, values: Mapping[str, Value]) -> None:
        if values["is_signed"]:
            raise WrongValuesError({"is_signed": _RUN_SIGNED})

    @classmethod
    def refuse_documents(cls, values: Mapping[str, Value]) -> None:
        if values["is_signed"]:
            raise WrongValuesError({"content": _RUN_SIGNED})
