"""Laboratories, and the measuring instruments of every owner."""

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Flag, Line, Link, Number, Value, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import NAME, NOTE, ORGANISATION

INSTRUMENT_STATES = {
    "in_use": Title("Đang dùng", "In use"),
    "away": Title("Đang đi hiệu chuẩn, kiểm định", "Away for calibration or verification"),
    "stored": Title("Cất giữ, không dùng", "Stored, not in use"),
    "broken": Title("Hỏng, chờ sửa", "Broken, waiting for repair"),
}
METROLOGY_GROUPS = {
    "1": Title("Nhóm 1: không bắt buộc kiểm định", "Group 1: no mandatory verification"),
    "2": Title("Nhóm 2: phải kiểm định theo luật", "Group 2: mandatory verification"),
}
STANDARD_KINDS = {
    "reference": Title("Chuẩn chính", "Reference standard"),
    "working": Title("Chuẩn công tác", "Working standard"),
    "check": Title("Chuẩn kiểm tra", "Check standard"),
}
INTERVAL_METHODS = {
    "owner": Title("Chủ phương tiện tự định", "The owner's own decision"),
    "staircase": Title("Bậc thang, từ lần hiệu chuẩn cuối", "Staircase, from the last calibration"),
    "control_chart": Title("Biểu đồ kiểm soát, từ các lần hiệu chuẩn", "Control chart, from successive calibrations"),
}
_EDGE_NAME = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_AS_ON_THE_EDGE = Title(
    "chữ thường, số, gạch nối; như trong agent.toml", "small letters, digits, hyphens; as in agent.toml"
)


class LaboratoryRow(Registered):
    """A laboratory of an organisation, with what it is accredited for."""

    __tablename__ = "laboratory"
    noun = Noun(
        title=Title("Phòng thí nghiệm", "Laboratory"),
        many=Title("Phòng thí nghiệm", "Laboratories"),
        group="laboratory",
        key=("organisation", "name"),
        label=("name",),
        owner=("organisation",),
        has_attachments=True,
        path="laboratories",
    )
    organisation: Mapped[str] = field(ORGANISATION)
    name: Mapped[str] = field(NAME)
    accreditation: Mapped[str] = field(
        Line(title=Title("Số công nhận", "Accreditation number"), longest=100, searched=True, example="VILAS 123")
    )
    scope: Mapped[str] = field(
        Line(title=Title("Phạm vi công nhận", "Scope of accreditation"), longest=20_000, many_lines=True)
    )
    note: Mapped[str] = field(NOTE)


class InstrumentRow(Registered):
    """A measuring instrument: what it is, whose, how far it may be wrong, and when it is due again."""

    __tablename__ = "instrument"
    noun = Noun(
        title=Title("Phương tiện đo", "Measuring instrument"),
        many=Title("Phương tiện đo", "Measuring instruments"),
        group="laboratory",
        key=("organisation", "code"),
        label=("code", "name"),
        owner=("organisation",),
        has_attachments=True,
        # ``instruments`` is taken: in the API it is what edges read.
        path="measuring-instruments",
    )
    organisation: Mapped[str] = field(ORGANISATION)
    code: Mapped[str] = field(
        Line(title=Title("Mã", "Code"), required=True, searched=True, longest=63, example="CAN-01", also=("Mã số",))
    )
    name: Mapped[str] = field(NAME)
    kind: Mapped[str] = field(
        Line(
            title=Title("Loại", "Kind"), searched=True, longest=200, example="Cân phân tích", also=("Loại phương tiện",)
        )
    )
    maker: Mapped[str] = field(Line(title=Title("Hãng sản xuất", "Maker"), searched=True, longest=200))
    model: Mapped[str] = field(Line(title=Title("Kiểu", "Model"), searched=True, longest=200, also=("Ký hiệu",)))
    serial_number: Mapped[str] = field(
        Line(title=Title("Số hiệu", "Serial number"), searched=True, longest=100, also=("Số sê-ri", "Số máy"))
    )
    range_low: Mapped[float | None] = field(Number(title=Title("Phạm vi đo, từ", "Range, from"), example=0))
    range_high: Mapped[float | None] = field(Number(title=Title("Phạm vi đo, đến", "Range, to"), example=220))
    unit: Mapped[str] = field(
        Line(
            title=Title("Đơn vị đo", "Unit"),
            longest=40,
            example="g",
            hint=Title("mã UCUM, ví dụ g, Cel, kPa", "UCUM code such as g, Cel, kPa"),
        )
    )
    resolution: Mapped[float | None] = field(
        Number(
            title=Title("Độ phân giải", "Resolution"), least=0, example=0.0001, also=("Giá trị độ chia", "Vạch chia")
        )
    )
    mpe: Mapped[str] = field(
        Line(
            title=Title("Sai số cho phép lớn nhất", "Maximum permissible error"),
            longest=200,
            example="± 0,001 g",
            also=("MPE",),
        )
    )
    accuracy_class: Mapped[str] = field(Line(title=Title("Cấp chính xác", "Accuracy class"), longest=63, example="I"))
    metrology_group: Mapped[str] = field(
        Choice(
            title=Title("Nhóm theo Luật Đo lường", "Group by the metrology law"), options=METROLOGY_GROUPS, example="1"
        )
    )
    mpe_formula: Mapped[str] = field(
        Line(
            title=Title("Sai số cho phép: công thức", "Maximum permissible error: formula"),
            hint=Title("của số chỉ x, theo đơn vị đo", "of the indication x, in the instrument's unit"),
            example="0.001 + 2e-6 * abs(x)",
        )
    )
    legal_use: Mapped[bool] = field(
        Flag(
            title=Title("Dùng vào mục đích nhóm 2", "Used for a purpose of group 2"),
            hint=Title(
                "mua bán, an toàn, sức khỏe, môi trường, thanh tra", "trade, safety, health, environment, inspection"
            ),
        )
    )
    legal_term: Mapped[str] = field(
        Line(
            title=Title("Mã trong danh mục nhóm 2", "Code in the list of group 2"),
            longest=63,
            hint=Title("mã của danh mục phải kiểm định", "code of the list of mandatory verification"),
        )
    )
    standard_kind: Mapped[str] = field(
        Choice(
            title=Title("Là chuẩn", "Is a standard"),
            options=STANDARD_KINDS,
            hint=Title("trống: không phải chuẩn", "empty: it is none"),
        )
    )
    needs_certificate: Mapped[bool] = field(
        Flag(
            title=Title("Số đo phải có hiệu chuẩn", "Its samples need a certificate"),
            hint=Title("chưa có thì mẫu ghi «chưa hiệu chuẩn»", "without one samples are marked as uncalibrated"),
        )
    )
    site: Mapped[str | None] = field(Link(title=Title("Cơ sở", "Site"), to="site"))
    edge: Mapped[str] = field(
        Line(
            title=Title("Thiết bị biên đọc nó", "Edge that reads it"),
            longest=63,
            pattern=_EDGE_NAME,
            hint=_AS_ON_THE_EDGE,
        )
    )
    edge_instrument: Mapped[str] = field(
        Line(
            title=Title("Tên trên thiết bị biên", "Its name there"),
            longest=63,
            pattern=_EDGE_NAME,
            hint=_AS_ON_THE_EDGE,
        )
    )
    interval_months: Mapped[int | None] = field(
        Whole(
            title=Title("Chu kỳ hiệu chuẩn", "Calibration interval"),
            least=1,
            most=600,
            unit="mo",
            example=12,
            hint=Title("tháng; do chủ phương tiện định", "months; its owner decides"),
        )
    )
    interval_method: Mapped[str] = field(
        Choice(
            title=Title("Chu kỳ định theo", "Interval decided by"),
            options=INTERVAL_METHODS,
            hint=Title("trống: không ghi", "empty: not said"),
            example="owner",
        )
    )
    next_due: Mapped[str] = field(
        Day(
            title=Title("Đến hạn", "Next due"),
            hint=Title("trống: tính từ chứng nhận và chu kỳ", "empty: from the certificate and the interval"),
            example="2027-03-02",
        )
    )
    status: Mapped[str] = field(
        Choice(title=Title("Tình trạng", "Status"), options=INSTRUMENT_STATES, required=True, example="in_use")
    )
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        wrong = {}
        low, high = read.get("range_low"), read.get("range_high")
        if isinstance(low, int | float) and isinstance(high, int | float) and high <= low:
            wrong["range_high"] = Title(
                f"Phạm vi đo đến {high:g}, không lớn hơn {low:g}. Hãy sửa một trong hai.",
                f"The range goes to {high:g}, which is not above {low:g}. Correct one of them.",
            )
        if read.get("edge_instrument") and not (read.get("edge") and read.get("site")):
            wrong["edge_instrument"] = Title(
                "Có tên trên thiết bị biên mà chưa có cơ sở và thiết bị biên. Hãy điền cả ba.",
                "Has a name at an edge, but not the site and the edge. Fill in all three.",
            )
        return wrong
