"""That somebody was reminded of a report that is due on a plan.

Decision: a reminder carries the words of what is due.
Because: the first page then needs no file of a plan to say it, and says later what was said then.
"""

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Day, Line, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import PLAN, PROVINCE

OVER = -1
"""Stage of a report that was not signed off by its last day."""


class PlanReminderRow(Registered):
    """That people were reminded of a report on a plan."""

    __tablename__ = "plan_reminder"
    noun = Noun(
        title=Title("Lần nhắc báo cáo", "Reminder of a report"),
        many=Title("Lần nhắc báo cáo", "Reminders of reports"),
        group="programme",
        key=("province", "plan", "duty", "last_day", "stage"),
        label=("title", "last_day"),
        owner=("province",),
        path="plan-reminders",
        order=("last_day",),
    )
    province: Mapped[str] = field(PROVINCE)
    plan: Mapped[str] = field(PLAN)
    duty: Mapped[str] = field(
        Line(title=Title("Mã việc báo cáo", "Duty's id"), required=True, longest=63, example="dt26-r-dost")
    )
    title: Mapped[str] = field(
        Line(title=Title("Việc báo cáo", "What is due"), required=True, searched=True, longest=500)
    )
    title_en: Mapped[str] = field(Line(title=Title("Tên tiếng Anh", "In English"), longest=500))
    last_day: Mapped[str] = field(Day(title=Title("Hạn cuối", "Last day"), required=True, example="2026-12-10"))
    ready_day: Mapped[str] = field(
        Day(
            title=Title("Ngày làm việc cuối trước hạn", "Last working day up to it"),
            required=True,
            example="2026-12-10",
        )
    )
    stage: Mapped[int] = field(
        Whole(
            title=Title("Mốc nhắc, ngày trước hạn", "Stage, days before"),
            hint=Title("30, 14, 7, 0; -1: quá hạn", "30, 14, 7, 0; -1: overdue"),
            least=OVER,
            most=60,
            unit="d",
            required=True,
            example=14,
        )
    )
    told: Mapped[str] = field(Day(title=Title("Ngày nhắc", "Reminded on"), required=True, example="2026-11-26"))
    told_to: Mapped[str] = field(
        Line(title=Title("Nhắc cho", "Reminded"), hint=Title("tên tài khoản", "names of accounts"), longest=2_000)
    )
