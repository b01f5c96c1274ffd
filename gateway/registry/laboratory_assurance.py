"""What a person decided about a finding of the laboratory's, and who was reminded of which day when.

Decision: a finding is worked out from the data each time; only what a person said of it is a row.
Because: it goes when what it rests on is corrected, and nobody has to close it by hand.

Decision: its name says what it rests on (kind, channel, point, day).
Because: a decision on last year's drift is no decision on this year's.
"""

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Line, Link, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title

JUDGEMENTS = {
    "no_effect": Title("Không ảnh hưởng, dùng tiếp", "No effect, stays in use"),
    "watch": Title("Theo dõi thêm", "Watched further"),
    "calibrate": Title("Hiệu chuẩn sớm hơn", "Calibrated earlier"),
    "nonconforming": Title("Mở hồ sơ không phù hợp", "Nonconforming work opened"),
}


class FindingJudgementRow(Registered):
    """What a person decided about a finding, and why."""

    __tablename__ = "finding_judgement"
    noun = Noun(
        title=Title("Quyết định về cảnh báo đo lường", "Decision on a finding"),
        many=Title("Quyết định về cảnh báo đo lường", "Decisions on findings"),
        group="laboratory",
        key=("instrument", "laboratory", "finding"),
        label=("finding",),
        owner=("instrument", "laboratory"),
    )
    instrument: Mapped[str | None] = field(
        Link(title=Title("Phương tiện đo", "Instrument"), to="instrument", hint=Title("khi nói về nó", "where it is"))
    )
    laboratory: Mapped[str | None] = field(
        Link(
            title=Title("Phòng thí nghiệm", "Laboratory"),
            to="laboratory",
            hint=Title("khi nói về so sánh liên phòng", "where it is about a comparison"),
        )
    )
    finding: Mapped[str] = field(
        Line(
            title=Title("Cảnh báo", "Finding"),
            required=True,
            searched=True,
            longest=300,
            example="drift:mass:100:2026-11-20",
        )
    )
    decision: Mapped[str] = field(
        Choice(title=Title("Quyết định", "Decision"), options=JUDGEMENTS, required=True, example="watch")
    )
    why: Mapped[str] = field(
        Line(title=Title("Lý do", "Reason"), required=True, longest=5_000, many_lines=True, example="đã đo lại")
    )
    judged_by: Mapped[str] = field(Line(title=Title("Người quyết định", "Decided by"), required=True, longest=200))
    judged: Mapped[str] = field(Day(title=Title("Ngày quyết định", "Decided on"), required=True, example="2026-11-22"))


class ReminderRow(Registered):
    """That somebody was reminded of a day on which an instrument is due."""

    __tablename__ = "reminder"
    noun = Noun(
        title=Title("Lần nhắc hạn", "Reminder"),
        many=Title("Lần nhắc hạn", "Reminders"),
        group="laboratory",
        key=("instrument", "due", "stage"),
        label=("due", "stage"),
        owner=("instrument",),
    )
    instrument: Mapped[str] = field(Link(title=Title("Phương tiện đo", "Instrument"), to="instrument", required=True))
    due: Mapped[str] = field(Day(title=Title("Đến hạn", "Due"), required=True, example="2027-03-02"))
    stage: Mapped[int] = field(
        Whole(
            title=Title("Mốc nhắc, ngày trước hạn", "Stage, days before"),
            hint=Title("60, 30, 7; 0: quá hạn", "60, 30, 7; 0: overdue"),
            least=0,
            most=60,
            unit="d",
            required=True,
            example=30,
        )
    )
    told: Mapped[str] = field(Day(title=Title("Ngày nhắc", "Reminded on"), required=True, example="2027-01-31"))
    told_to: Mapped[str] = field(
        Line(
            title=Title("Nhắc cho", "Reminded"),
            hint=Title("tên tài khoản", "names of accounts"),
            longest=2_000,
        )
    )
