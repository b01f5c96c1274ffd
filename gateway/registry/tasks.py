"""How far the tasks of a plan are, as the agencies' reporters say it, and the money behind it."""

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Line, Link, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import ON, PLAN, PROVINCE, YEAR

STATES = {
    "not_begun": Title("Chưa thực hiện", "Not begun"),
    "under_way": Title("Đang thực hiện", "Under way"),
    "done": Title("Đã hoàn thành", "Done"),
    "recurring": Title("Thường xuyên", "Recurring"),
    "dropped": Title("Không thực hiện", "Dropped"),
}
SOURCES = {
    "central": Title("Ngân sách trung ương", "Central budget"),
    "provincial": Title("Ngân sách tỉnh", "Provincial budget"),
    "commune": Title("Ngân sách xã", "Communal budget"),
    "science_fund": Title("Kinh phí khoa học và công nghệ", "Science and technology funds"),
    "enterprise": Title("Doanh nghiệp", "Enterprises"),
    "other": Title("Khác", "Other"),
}
_TASK = Line(title=Title("Mã nhiệm vụ", "Task's id"), required=True, searched=True, longest=63, example="dt26-t-policy")
_AGENCY = Link(title=Title("Cơ quan báo cáo", "Reporting agency"), to="agency", required=True)


class TaskProgressRow(Registered):
    """What an agency says of a task on a day."""

    __tablename__ = "task_progress"
    noun = Noun(
        title=Title("Tiến độ nhiệm vụ", "Task progress"),
        many=Title("Tiến độ nhiệm vụ", "Task progress"),
        group="task",
        key=("agency", "plan", "task", "date"),
        label=("task", "date"),
        owner=("agency",),
        has_attachments=True,
        path="task-progress",
    )
    province: Mapped[str] = field(PROVINCE)
    agency: Mapped[str] = field(_AGENCY)
    plan: Mapped[str] = field(PLAN)
    task: Mapped[str] = field(_TASK)
    date: Mapped[str] = field(ON)
    state: Mapped[str] = field(
        Choice(title=Title("Tình trạng", "State"), options=STATES, required=True, example="under_way")
    )
    told: Mapped[str] = field(
        Line(title=Title("Kết quả", "What was done"), longest=10_000, many_lines=True, searched=True)
    )
    document_number: Mapped[str] = field(
        Line(title=Title("Số văn bản", "Number of the document"), longest=100, searched=True)
    )
    document_date: Mapped[str] = field(Day(title=Title("Ngày văn bản", "Date of the document")))


class TaskMoneyRow(Registered):
    """Money of a task in one year, from one source."""

    __tablename__ = "task_money"
    noun = Noun(
        title=Title("Kinh phí nhiệm vụ", "Task money"),
        many=Title("Kinh phí nhiệm vụ", "Task money"),
        group="task",
        key=("agency", "plan", "task", "year", "source"),
        label=("task", "year"),
        owner=("agency",),
        has_attachments=True,
        path="task-money",
        order=("task",),
    )
    province: Mapped[str] = field(PROVINCE)
    agency: Mapped[str] = field(_AGENCY)
    plan: Mapped[str] = field(PLAN)
    task: Mapped[str] = field(_TASK)
    year: Mapped[int] = field(YEAR)
    source: Mapped[str] = field(
        Choice(title=Title("Nguồn", "Source"), options=SOURCES, required=True, example="provincial")
    )
    planned: Mapped[int | None] = field(Whole(title=Title("Kinh phí kế hoạch", "Money planned"), unit="VND"))
    allocated: Mapped[int | None] = field(Whole(title=Title("Kinh phí đã giao", "Money allocated"), unit="VND"))
    disbursed: Mapped[int | None] = field(Whole(title=Title("Kinh phí đã giải ngân", "Money disbursed"), unit="VND"))
