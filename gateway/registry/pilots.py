"""Pilots: what is tried where, and when it is judged; all of it fixed before the result is looked at.

Decision: a pilot that is fixed can only be changed by making a new version of it, which names the one before.
Because: windows that are chosen after the result was seen prove nothing, and who reads must be able to tell.

Decision: weekdays may differ unless somebody says that they do not.
Because: a weak Saturday is common. Without terms it hides how days hang together: at six weeks a side, AR 0.8 and a
Saturday 2.5 standard deviations down, intervals of nominal 95 % hold 87 %; with them 96 %. Where weekdays are alike the
terms widen an interval by 1 % at AR 0.3 and 4 % at AR 0.6.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Choices, Day, Flag, Line, Link, Value, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.programme import TOOLS
from gateway.registry.refusals import WrongValuesError
from gateway.registry.texts import Title
from gateway.registry.usual import DOCUMENT_DATE, DOCUMENT_NUMBER, NAME, NOTE

FIGURES = {
    "oee": Title("OEE", "OEE"),
    "availability": Title("Mức sẵn sàng", "Availability"),
    "effectiveness": Title("Hiệu suất tốc độ", "Effectiveness"),
    "quality_ratio": Title("Tỷ lệ chất lượng", "Quality ratio"),
    "labour_productivity": Title("Năng suất lao động", "Labour productivity"),
    "energy_per_unit": Title("Năng lượng trên đơn vị", "Energy per unit"),
    "first_pass_yield": Title("Đạt ngay lần đầu", "First pass yield"),
    "breakdown": Title("Tổn thất do hỏng máy", "Loss by breakdowns"),
    "stops": Title("Tổn thất do dừng", "Loss by stops"),
    "setup": Title("Tổn thất do chuyển đổi", "Loss by changeovers"),
    "minor_stops": Title("Tổn thất do dừng ngắn", "Loss by minor stops"),
    "reduced_speed": Title("Tổn thất do chạy chậm", "Loss by reduced speed"),
    "defects": Title("Tổn thất do phế phẩm", "Loss by defects"),
}
"""What a pilot can be judged by; which way is better belongs to the figure (:mod:`gateway.programme.measured_days`)."""
MODELS = {
    "level": Title("Mức", "Level"),
    "level_and_slope": Title("Mức và xu hướng", "Level and slope"),
}
"""What a pilot may change; nothing chosen means the level."""
WEEKDAYS = {
    "differ": Title("Có thể khác nhau", "May differ"),
    "alike": Title("Như nhau", "Are alike"),
}
"""Whether the model has terms of weekdays; nothing chosen means that they may differ."""
LATER = frozenset(("state", "document_number", "document_date", "note"))
"""What of a fixed pilot may still change: how far it is, and what accepts it."""
_FIXED = Title(
    "Mô hình đã chốt, không sửa được nữa. Hãy lập phiên bản mới.",
    "The pilot is fixed and changes no more. Make a new version of it.",
)
_DAYS = ("baseline_since", "baseline_until", "begins", "result_since", "result_until")


def _day(vi: str, en: str, example: str) -> Day:
    return Day(title=Title(vi, en), required=True, example=example)


class PilotRow(Registered):
    """A model that is tried at one site."""

    __tablename__ = "pilot"
    noun = Noun(
        title=Title("Mô hình điểm", "Pilot"),
        many=Title("Mô hình điểm", "Pilots"),
        group="pilot",
        key=("site", "name", "version"),
        label=("name",),
        owner=("site",),
        has_attachments=True,
    )
    site: Mapped[str] = field(Link(title=Title("Cơ sở", "Site"), to="site", required=True))
    name: Mapped[str] = field(NAME)
    version: Mapped[int] = field(Whole(title=Title("Phiên bản", "Version"), least=1, required=True, example=1))
    tools: Mapped[str] = field(
        Choices(title=Title("Công cụ", "Tools"), options=TOOLS, required=True, example=["tpm", "5s"])
    )
    work_units: Mapped[str] = field(
        Line(
            title=Title("Máy tham gia", "Work units"),
            hint=Title("edge/máy, cách nhau bằng dấu phẩy", "edge/work unit, separated by commas"),
            longest=2_000,
            required=True,
            example="press-shop/press-1, press-shop/press-2",
        )
    )
    control_work_units: Mapped[str] = field(
        Line(
            title=Title("Máy đối chứng", "Control work units"),
            hint=Title("cùng cách ghi; trống: không có", "written likewise; empty: none"),
            longest=2_000,
        )
    )
    baseline_since: Mapped[str] = field(_day("Trước: từ ngày", "Baseline from", "2026-03-01"))
    baseline_until: Mapped[str] = field(_day("Trước: đến hết ngày", "Baseline until, inclusive", "2026-04-30"))
    begins: Mapped[str] = field(_day("Bắt đầu áp dụng", "Begins", "2026-05-01"))
    washout_until: Mapped[str] = field(
        Day(title=Title("Chuyển tiếp đến hết ngày", "Washout until, inclusive"), example="2026-05-15")
    )
    result_since: Mapped[str] = field(_day("Sau: từ ngày", "Result from", "2026-05-16"))
    result_until: Mapped[str] = field(_day("Sau: đến hết ngày", "Result until, inclusive", "2026-07-31"))
    figures: Mapped[str] = field(
        Choices(title=Title("Chỉ số xét", "Figures judged"), options=FIGURES, required=True, example=["oee"])
    )
    model: Mapped[str] = field(
        Choice(
            title=Title("Mô hình đổi gì", "What the pilot may change"),
            hint=Title("trống: mức", "empty: the level"),
            options=MODELS,
            example="level",
        )
    )
    weekdays: Mapped[str] = field(
        Choice(
            title=Title("Các thứ trong tuần", "Weekdays"),
            hint=Title("trống: có thể khác nhau, như thứ bảy làm ít", "empty: may differ, as a weak Saturday"),
            options=WEEKDAYS,
            example="differ",
        )
    )
    state: Mapped[str] = field(
        Choice(
            title=Title("Tình trạng", "State"),
            required=True,
            example="running",
            options={
                "planned": Title("Chuẩn bị", "Planned"),
                "running": Title("Đang áp dụng", "Running"),
                "closed": Title("Đã kết thúc", "Closed"),
                "abandoned": Title("Bỏ dở", "Abandoned"),
            },
        )
    )
    is_fixed: Mapped[bool] = field(
        Flag(title=Title("Đã chốt trước khi xem kết quả", "Fixed before the result was looked at"))
    )
    replaces: Mapped[str | None] = field(Link(title=Title("Thay phiên bản", "Replaces the version"), to="pilot"))
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        days = [(name, str(read[name])) for name in _DAYS]
        if read["washout_until"]:
            days.insert(3, ("washout_until", str(read["washout_until"])))
        titles = cls.fields()
        for (earlier, a), (later, b) in pairwise(days):
            touches = (earlier, later) in {("baseline_until", "begins"), ("washout_until", "result_since")}
            if b < a or (touches and b == a):
                return {
                    later: Title(
                        f"{titles[later].title.vi} {b} phải sau {titles[earlier].title.vi} {a}. Hãy sửa ngày.",
                        f"{titles[later].title.en} {b} must come after {titles[earlier].title.en} {a}. Correct it.",
                    )
                }
        return _compared_with_itself(read)

    @classmethod
    def refuse_change(cls, before: Mapping[str, Value], changed: AbstractSet[str]) -> None:
        if before["is_fixed"] and (wrong := sorted(changed - LATER)):
            raise WrongValuesError(dict.fromkeys(wrong, _FIXED))


def _compared_with_itself(read: Mapping[str, Value]) -> dict[str, Title]:
    ours, others = (
        {one.strip() for one in str(read[name] or "").replace(";", ",").split(",")} - {""}
        for name in ("work_units", "control_work_units")
    )
    if both := ", ".join(sorted(ours & others)):
        why = Title(
            f"{both}: đã tham gia mô hình, không đối chứng được. Hãy chọn máy khác.",
            f"{both}: is in the pilot, and cannot be compared with. Name another machine.",
        )
        return {"control_work_units": why}
    return {}
