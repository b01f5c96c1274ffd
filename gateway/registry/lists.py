"""Lists, registrations, milestones, traced lots and statistics: what indicators are a share of, or rest on."""

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Flag, Line, Number, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import (
    DOCUMENT_DATE,
    DOCUMENT_NUMBER,
    EXPIRES,
    ISSUED,
    NOTE,
    NUMBER,
    ORGANISATION,
    PLAN,
    PROVINCE,
    SINCE,
    UNTIL,
    YEAR,
)

LISTS = {
    "high_risk": Title("Sản phẩm rủi ro cao", "High-risk goods"),
    "key_export": Title("Xuất khẩu chủ lực", "Key export"),
    "key_product": Title("Sản phẩm chủ lực", "Key product"),
    "ocop": Title("Sản phẩm OCOP", "OCOP product"),
    "trademark": Title("Sản phẩm đã đăng ký nhãn hiệu", "Product with a registered trademark"),
    "agri_food": Title("Nông sản, thực phẩm", "Agricultural products and food"),
    "traceability": Title("Thuộc diện truy xuất nguồn gốc", "To be traceable"),
}


class ListedRow(Registered):
    """An organisation's product on one of the province's lists; a list is what a percentage is taken of."""

    __tablename__ = "listed"
    noun = Noun(
        title=Title("Mục trong danh sách", "List entry"),
        many=Title("Danh sách sản phẩm, doanh nghiệp", "Lists of products and enterprises"),
        group="programme",
        key=("organisation", "kind", "product"),
        label=("product",),
        owner=("organisation",),
        path="listed",
    )
    organisation: Mapped[str] = field(ORGANISATION)
    kind: Mapped[str] = field(Choice(title=Title("Danh sách", "List"), options=LISTS, required=True, example="ocop"))
    product: Mapped[str] = field(Line(title=Title("Sản phẩm", "Product"), searched=True, longest=300))
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
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)


class CertificationActivityRow(Registered):
    """A body's registration of certification, testing or inspection activity."""

    __tablename__ = "certification_activity"
    noun = Noun(
        title=Title("Đăng ký hoạt động chứng nhận", "Registration of certification activity"),
        many=Title("Đăng ký hoạt động chứng nhận", "Registrations of certification activity"),
        group="programme",
        key=("organisation", "number"),
        label=("number",),
        owner=("organisation",),
        has_attachments=True,
        path="certification-activities",
    )
    organisation: Mapped[str] = field(ORGANISATION)
    number: Mapped[str] = field(NUMBER)
    scope: Mapped[str] = field(Line(title=Title("Lĩnh vực", "Field"), longest=500))
    issued: Mapped[str] = field(ISSUED)
    expires: Mapped[str] = field(EXPIRES)
    note: Mapped[str] = field(NOTE)


class MilestoneRow(Registered):
    """A day on which something without a number was reached."""

    __tablename__ = "milestone"
    noun = Noun(
        title=Title("Mốc đạt được", "Milestone"),
        many=Title("Mốc đạt được", "Milestones"),
        group="programme",
        key=("province", "plan", "indicator", "reached"),
        label=("indicator", "reached"),
        owner=("province",),
        has_attachments=True,
    )
    province: Mapped[str] = field(PROVINCE)
    plan: Mapped[str] = field(PLAN)
    indicator: Mapped[str] = field(
        Line(
            title=Title("Mã chỉ tiêu", "Indicator's id"),
            required=True,
            searched=True,
            longest=63,
            example="dt26-traceability-system",
        )
    )
    reached: Mapped[str] = field(Day(title=Title("Ngày đạt", "Reached"), required=True, example="2026-06-30"))
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)


class TraceabilityRow(Registered):
    """A lot of a product whose history was recorded and published."""

    __tablename__ = "traceability"
    noun = Noun(
        title=Title("Lô hàng truy xuất", "Traced lot"),
        many=Title("Lô hàng truy xuất nguồn gốc", "Traced lots"),
        group="programme",
        key=("organisation", "gtin", "lot"),
        label=("gtin", "lot"),
        owner=("organisation",),
        has_attachments=True,
        path="traceability",
    )
    organisation: Mapped[str] = field(ORGANISATION)
    gtin: Mapped[str] = field(
        Line(
            title=Title("GTIN", "GTIN"),
            pattern="[0-9]{8}|[0-9]{12,14}",
            hint=Title("8, 12, 13 hoặc 14 chữ số", "8, 12, 13 or 14 digits"),
            required=True,
            longest=14,
            searched=True,
            example="8935000000012",
        )
    )
    lot: Mapped[str] = field(Line(title=Title("Số lô", "Lot"), required=True, searched=True, longest=100))
    made: Mapped[str] = field(Day(title=Title("Ngày sản xuất", "Made"), example="2026-05-05"))
    valid_events: Mapped[int | None] = field(Whole(title=Title("Sự kiện hợp lệ", "Valid events"), most=10**9))
    published: Mapped[str] = field(Day(title=Title("Ngày công bố", "Published")))
    accepted: Mapped[str] = field(Day(title=Title("Ngày cổng tiếp nhận", "Accepted by the portal")))
    note: Mapped[str] = field(NOTE)


class StatisticRow(Registered):
    """One figure of a statistics table, with its territory and price base."""

    __tablename__ = "statistic"
    noun = Noun(
        title=Title("Số liệu thống kê", "Statistic"),
        many=Title("Số liệu thống kê", "Statistics"),
        group="programme",
        key=("province", "series", "sector", "year", "territory", "price_base"),
        label=("series", "year"),
        owner=("province",),
        has_attachments=True,
        order=("series",),
    )
    province: Mapped[str] = field(PROVINCE)
    series: Mapped[str] = field(
        Line(
            title=Title("Chuỗi số liệu", "Series"),
            required=True,
            searched=True,
            longest=100,
            pattern="[a-z][a-z0-9_]*",
            hint=Title("tên ngắn, ví dụ grdp_constant", "a short name such as grdp_constant"),
            example="grdp_constant",
        )
    )
    sector: Mapped[str] = field(
        Line(title=Title("Khu vực", "Sector"), longest=63, hint=Title("trống: toàn tỉnh", "empty: all"))
    )
    year: Mapped[int] = field(YEAR)
    value: Mapped[float] = field(Number(title=Title("Giá trị", "Value"), required=True, example=123456.7))
    unit: Mapped[str] = field(Line(title=Title("Đơn vị", "Unit"), required=True, longest=63, example="VND billion"))
    territory: Mapped[str] = field(
        Line(
            title=Title("Địa giới", "Territory"),
            longest=63,
            hint=Title("trước hoặc sau sáp nhập", "before or after the merger"),
        )
    )
    price_base: Mapped[int | None] = field(
        Whole(title=Title("Năm gốc giá", "Price base"), least=1990, most=2100, example=2010)
    )
    is_estimate: Mapped[bool] = field(Flag(title=Title("Ước tính", "Estimate")))
    source: Mapped[str] = field(Line(title=Title("Nguồn", "Source"), longest=300))
