"""Lists that people go through beside the machine: stop reasons and checklists."""

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Flag, Line, Value, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.production import ENGLISH, SHORT_NAME, VIETNAMESE, only_units
from gateway.registry.shift_lines import ITEM_FORM, items_of
from gateway.registry.texts import Title, WrongValueError
from gateway.registry.usual import ORGANISATION

_SHORT_HINT = Title("chữ thường không dấu, số, gạch nối", "small letters without marks, digits, hyphens")
LOSSES = {
    "breakdown": Title("Hỏng máy", "Breakdown"),
    "setup": Title("Chuyển đổi, chỉnh máy", "Setup and adjustment"),
    "minor_stops": Title("Dừng ngắn", "Minor stops"),
    "stops": Title("Dừng khác", "Other stops"),
}


class StopReasonRow(Registered):
    """Why a machine stood, as people choose it beside the machine; of two levels."""

    __tablename__ = "stop_reason"
    noun = Noun(
        title=Title("Lý do dừng", "Stop reason"),
        many=Title("Lý do dừng", "Stop reasons"),
        group="production",
        key=("organisation", "code"),
        label=("name_vi",),
        owner=("organisation",),
    )
    organisation: Mapped[str] = field(ORGANISATION)
    code: Mapped[str] = field(
        Line(
            title=Title("Mã lý do", "Reason's id"),
            hint=_SHORT_HINT,
            pattern=SHORT_NAME,
            required=True,
            searched=True,
            longest=63,
            example="die-jam",
        )
    )
    name_vi: Mapped[str] = field(VIETNAMESE)
    name_en: Mapped[str] = field(ENGLISH)
    above: Mapped[str] = field(
        Line(
            title=Title("Thuộc nhóm (mã lý do trên)", "Group (id of the reason above)"),
            hint=Title("trống: lý do cấp một", "empty: of the first level"),
            pattern=SHORT_NAME,
            longest=63,
        )
    )
    loss: Mapped[str] = field(
        Choice(
            title=Title("Tổn thất", "Loss"),
            hint=Title("trống: theo trạng thái máy", "empty: by the machine's state"),
            options=LOSSES,
        )
    )
    is_planned: Mapped[bool] = field(
        Flag(
            title=Title("Dừng có kế hoạch", "Planned"),
            hint=Title("chỉ để xem: thời gian kế hoạch do lịch ca định", "only shown: the calendar alone plans time"),
        )
    )
    position: Mapped[int | None] = field(
        Whole(title=Title("Thứ tự trên màn hình", "Place on the screen"), most=10_000, example=10)
    )

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        if read["above"] and read["above"] == read["code"]:
            return {
                "above": Title(
                    "Lý do không thể thuộc chính nó. Hãy để trống hoặc chọn lý do khác.",
                    "A reason cannot be below itself. Leave it empty or name another one.",
                )
            }
        return {}


class ChecklistRow(Registered):
    """What an operator looks at in each shift."""

    __tablename__ = "checklist"
    noun = Noun(
        title=Title("Phiếu kiểm", "Checklist"),
        many=Title("Phiếu kiểm", "Checklists"),
        group="production",
        key=("organisation", "code"),
        label=("name_vi",),
        owner=("organisation",),
    )
    organisation: Mapped[str] = field(ORGANISATION)
    code: Mapped[str] = field(
        Line(
            title=Title("Mã phiếu", "Checklist's id"),
            hint=_SHORT_HINT,
            pattern=SHORT_NAME,
            required=True,
            searched=True,
            longest=63,
            example="care",
        )
    )
    name_vi: Mapped[str] = field(VIETNAMESE)
    name_en: Mapped[str] = field(ENGLISH)
    work_units: Mapped[str] = field(only_units("Chỉ cho máy", "Only for work units"))
    items: Mapped[str] = field(
        Line(
            title=Title("Các mục", "Items"),
            hint=ITEM_FORM,
            required=True,
            many_lines=True,
            longest=20_000,
            example="Xem mức dầu | Look at the oil level",
        )
    )

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        try:
            items_of(str(read["items"]))
        except WrongValueError as error:
            return {"items": error.why}
        return {}
