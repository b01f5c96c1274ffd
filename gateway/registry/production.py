"""What is set up for production: lines, products, shift calendars, targets, orders.

Decision: these rows are the office's; an edge follows what was sent to it, and says whether it has taken it up.
Because: a half-written calendar must not reach a machine, and who decides that it does has a name.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Line, Link, Number, Value, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.shift_lines import HOLIDAY_FORM, SHIFT_FORM, STOP_FORM, calendar_of
from gateway.registry.texts import Title
from gateway.registry.usual import NAME, NOTE, ORGANISATION, SINCE, UNTIL

SITE = Link(title=Title("Cơ sở", "Site"), to="site", required=True)
SHORT_NAME = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_CODE = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_UNIT = "[a-z0-9-]+/[a-z0-9-]+"
OEE, DEMAND = "oee", "demand_per_shift"
FIGURES = {
    OEE: Title("OEE", "OEE"),
    "availability": Title("Mức sẵn sàng", "Availability"),
    "effectiveness": Title("Hiệu suất tốc độ", "Effectiveness"),
    "quality_ratio": Title("Tỷ lệ chất lượng", "Quality ratio"),
    DEMAND: Title("Sản lượng mỗi ca", "Pieces per shift"),
}
ORDER_STATES = {
    "planned": Title("Chờ làm", "Planned"),
    "running": Title("Đang làm", "Running"),
    "done": Title("Đã xong", "Done"),
    "cancelled": Title("Đã hủy", "Cancelled"),
}


VIETNAMESE = Line(title=Title("Tên tiếng Việt", "Vietnamese name"), required=True, searched=True, longest=200)
ENGLISH = Line(title=Title("Tên tiếng Anh", "English name"), searched=True, longest=200)


def only_units(vi: str, en: str) -> Line:
    """A field that names work units of any site."""
    one = f"{SHORT_NAME}/{_UNIT}"
    return Line(
        title=Title(vi, en),
        hint=Title(
            "cơ sở/edge/máy, cách nhau bằng dấu phẩy; trống: mọi máy",
            "site/edge/work unit, separated by commas; empty: all",
        ),
        pattern=rf"{one}(?:\s*,\s*{one})*",
    )


class ProductionLineRow(Registered):
    """Work units in a row at one site."""

    __tablename__ = "production_line"
    noun = Noun(
        title=Title("Dây chuyền", "Production line"),
        many=Title("Dây chuyền", "Production lines"),
        group="production",
        key=("site", "name"),
        label=("title",),
        owner=("site",),
    )
    site: Mapped[str] = field(SITE)
    name: Mapped[str] = field(
        Line(
            title=Title("Tên ngắn", "Short name"),
            hint=Title("như production_line trong agent.toml", "as production_line in agent.toml"),
            required=True,
            searched=True,
            longest=63,
            example="line-1",
        )
    )
    title: Mapped[str] = field(NAME)
    note: Mapped[str] = field(NOTE)


class ProductRow(Registered):
    """A product and the planned time for one piece; on some work units only, where that time is another one."""

    __tablename__ = "product"
    noun = Noun(
        title=Title("Mặt hàng", "Product"),
        many=Title("Mặt hàng", "Products"),
        group="production",
        key=("organisation", "code", "work_units"),
        label=("code", "name_vi"),
        owner=("organisation",),
    )
    organisation: Mapped[str] = field(ORGANISATION)
    code: Mapped[str] = field(
        Line(
            title=Title("Mã mặt hàng", "Product code"),
            hint=Title("chữ không dấu, số và . _ -", "letters without marks, digits and . _ -"),
            pattern=_CODE,
            required=True,
            searched=True,
            longest=63,
            example="SP-250",
        )
    )
    name_vi: Mapped[str] = field(VIETNAMESE)
    name_en: Mapped[str] = field(ENGLISH)
    ideal_cycle_s: Mapped[float] = field(
        Number(
            title=Title("Thời gian chu kỳ lý tưởng", "Ideal cycle time"),
            hint=Title("nhanh nhất có thể cho một sản phẩm", "the fastest that is possible for one piece"),
            least=0.001,
            most=1_000_000,
            unit="s",
            required=True,
            example=2.5,
        )
    )
    unit: Mapped[str] = field(Line(title=Title("Đơn vị tính", "Unit"), longest=40, example="cái"))
    gtin: Mapped[str] = field(
        Line(
            title=Title("GTIN", "GTIN"),
            pattern="[0-9]{8}|[0-9]{12,14}",
            hint=Title("8, 12, 13 hoặc 14 chữ số", "8, 12, 13 or 14 digits"),
            longest=14,
            searched=True,
            example="8935000000012",
        )
    )
    work_units: Mapped[str] = field(only_units("Chỉ trên máy", "Only on work units"))


class ShiftCalendarRow(Registered):
    """When work is planned at a site: weekly shifts with their breaks, holidays, approved stops."""

    __tablename__ = "shift_calendar"
    noun = Noun(
        title=Title("Lịch ca", "Shift calendar"),
        many=Title("Lịch ca", "Shift calendars"),
        group="production",
        key=("site", "name"),
        label=("name",),
        owner=("site",),
    )
    site: Mapped[str] = field(SITE)
    name: Mapped[str] = field(
        Line(
            title=Title("Tên lịch", "Name"),
            hint=Title("như trong agent.toml: lịch cùng tên được thay", "as in agent.toml: that one is replaced"),
            pattern=SHORT_NAME,
            required=True,
            searched=True,
            longest=63,
            example="calendar",
        )
    )
    timezone: Mapped[str] = field(
        Line(title=Title("Múi giờ", "Time zone"), required=True, longest=63, example="Asia/Ho_Chi_Minh")
    )
    shifts: Mapped[str] = field(
        Line(
            title=Title("Ca và giờ nghỉ", "Shifts and breaks"),
            hint=SHIFT_FORM,
            required=True,
            many_lines=True,
            longest=20_000,
            example="A | 06:00-14:00 | 1-6 | 10:00-10:15",
        )
    )
    holidays: Mapped[str] = field(
        Line(title=Title("Ngày nghỉ", "Holidays"), hint=HOLIDAY_FORM, many_lines=True, longest=20_000)
    )
    planned_stops: Mapped[str] = field(
        Line(title=Title("Dừng có kế hoạch", "Planned stops"), hint=STOP_FORM, many_lines=True, longest=20_000)
    )

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        return calendar_of(read)[1]


class TargetRow(Registered):
    """What is aimed at: of a work unit, of a line, or of all of a site."""

    __tablename__ = "target"
    noun = Noun(
        title=Title("Mục tiêu", "Target"),
        many=Title("Mục tiêu", "Targets"),
        group="production",
        key=("site", "production_line", "work_unit", "figure", "since"),
        label=("figure", "work_unit", "since"),
        owner=("site",),
        order=("figure", "work_unit", "since"),
    )
    site: Mapped[str] = field(SITE)
    production_line: Mapped[str | None] = field(
        Link(title=Title("Dây chuyền", "Production line"), to="production_line")
    )
    work_unit: Mapped[str] = field(
        Line(
            title=Title("Máy", "Work unit"),
            hint=Title("edge/máy; trống: cả dây chuyền hoặc cả cơ sở", "edge/work unit; empty: the line or site"),
            pattern=_UNIT,
            searched=True,
            longest=127,
            example="press-shop/press-1",
        )
    )
    figure: Mapped[str] = field(Choice(title=Title("Chỉ số", "Figure"), options=FIGURES, required=True, example=OEE))
    value: Mapped[float] = field(
        Number(
            title=Title("Giá trị", "Value"),
            hint=Title("tỷ lệ từ 0 đến 1 (0,75 là 75 %), hoặc số sản phẩm", "a share of 0 to 1, or pieces"),
            least=0.0001,
            most=100_000_000,
            required=True,
            example=0.75,
        )
    )
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        wrong = super().contradictions(read)
        value = read["value"]
        if read["figure"] != DEMAND and isinstance(value, float) and value > 1:
            wrong["value"] = Title(
                f"Cần tỷ lệ lớn hơn 0, nhiều nhất 1, đã nhận {value:g}. Hãy ghi 0,75 cho 75 %.",
                f"Expected a share above 0, at most 1, got {value:g}. Write 0.75 for 75 %.",
            )
        if read["work_unit"] and read["production_line"]:
            wrong["production_line"] = Title(
                "Đã ghi máy. Hãy chọn máy hoặc dây chuyền, không chọn cả hai.",
                "A work unit is named. Name a work unit or a line, not both.",
            )
        return wrong


class ProductionOrderRow(Registered):
    """So many pieces of a product, on a work unit, by a day."""

    __tablename__ = "production_order"
    noun = Noun(
        title=Title("Đơn hàng", "Order"),
        many=Title("Đơn hàng", "Orders"),
        group="production",
        key=("site", "number", "work_unit"),
        label=("number",),
        owner=("site",),
    )
    site: Mapped[str] = field(SITE)
    number: Mapped[str] = field(
        Line(title=Title("Số đơn", "Number"), required=True, searched=True, longest=60, example="ĐH-0712")
    )
    work_unit: Mapped[str] = field(
        Line(
            title=Title("Máy", "Work unit"),
            hint=Title("edge/máy", "edge/work unit"),
            pattern=_UNIT,
            required=True,
            searched=True,
            longest=127,
            example="press-shop/press-1",
        )
    )
    product: Mapped[str] = field(Link(title=Title("Mặt hàng", "Product"), to="product", required=True))
    quantity: Mapped[int] = field(
        Whole(title=Title("Số lượng", "Quantity"), least=1, most=100_000_000, required=True, example=1200)
    )
    due: Mapped[str] = field(Day(title=Title("Hạn", "Due"), example="2026-11-30"))
    state: Mapped[str] = field(
        Choice(title=Title("Tình trạng", "State"), options=ORDER_STATES, required=True, example="planned")
    )
