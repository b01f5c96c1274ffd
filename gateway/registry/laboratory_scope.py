"""What a laboratory can do, as of when, and what the law demands of instruments: all of it dated.

Decision: fields of measurement are a closed list, ranges and CMC are rows.
Because: new fields and capacity are counted for the province's plans, and free text cannot be counted.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from gateway.registry.certified import CERTIFICATE_KINDS
from gateway.registry.fields import Choice, Choices, Day, Flag, Line, Number, Value, Whole, field
from gateway.registry.laboratory_work import LABORATORY
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import DOCUMENT_DATE, DOCUMENT_NUMBER, EXPIRES, ISSUED, NOTE, NUMBER, SINCE, UNTIL

FIELDS = {
    "length": Title("Độ dài", "Length"),
    "mass": Title("Khối lượng", "Mass"),
    "volume_flow": Title("Dung tích, lưu lượng", "Volume and flow"),
    "pressure": Title("Áp suất", "Pressure"),
    "force": Title("Lực, độ cứng", "Force and hardness"),
    "temperature": Title("Nhiệt độ, độ ẩm", "Temperature and humidity"),
    "electricity": Title("Điện, điện từ", "Electricity and magnetism"),
    "time_frequency": Title("Thời gian, tần số", "Time and frequency"),
    "physico_chemical": Title("Hóa lý, mẫu chuẩn", "Physico-chemical"),
    "optics": Title("Quang học", "Optics"),
    "acoustics": Title("Âm thanh, rung động", "Acoustics and vibration"),
    "radiation": Title("Bức xạ", "Ionising radiation"),
    "chemical_test": Title("Thử nghiệm hóa", "Chemical tests"),
    "biological_test": Title("Thử nghiệm sinh", "Biological tests"),
    "mechanical_test": Title("Thử nghiệm cơ", "Mechanical tests"),
    "electrical_test": Title("Thử nghiệm điện", "Electrical tests"),
    "construction_test": Title("Thử nghiệm vật liệu xây dựng", "Tests of building materials"),
}
VERIFICATIONS = {
    "initial": Title("Kiểm định ban đầu", "Initial verification"),
    "periodic": Title("Kiểm định định kỳ", "Periodic verification"),
    "after_repair": Title("Kiểm định sau sửa chữa", "Verification after repair"),
}


class ScopeEntryRow(Registered):
    """A line of a laboratory's scope: what it measures, over which range, how well."""

    __tablename__ = "scope_entry"
    noun = Noun(
        title=Title("Dòng phạm vi", "Line of the scope"),
        many=Title("Phạm vi năng lực", "Scope"),
        group="laboratory",
        key=("laboratory", "kind", "quantity", "range_low", "range_high", "since"),
        label=("quantity",),
        owner=("laboratory",),
        has_attachments=True,
        path="scope-entries",
    )
    laboratory: Mapped[str] = field(LABORATORY)
    kind: Mapped[str] = field(
        Choice(title=Title("Loại việc", "Kind"), options=CERTIFICATE_KINDS, required=True, example="calibration")
    )
    measured_field: Mapped[str] = field(
        Choice(title=Title("Lĩnh vực", "Field"), options=FIELDS, required=True, example="mass")
    )
    quantity: Mapped[str] = field(
        Line(
            title=Title("Đại lượng hoặc phương tiện", "Quantity or equipment"),
            required=True,
            searched=True,
            longest=300,
            example="Cân phân tích",
        )
    )
    procedure: Mapped[str] = field(
        Line(
            title=Title("Quy trình", "Procedure"),
            hint=Title("mã quy trình ở bàn đo, hoặc văn bản", "id of the bench's procedure, or a document"),
            longest=300,
            example="analytical-balance",
        )
    )
    range_low: Mapped[float | None] = field(Number(title=Title("Phạm vi, từ", "Range, from"), example=0))
    range_high: Mapped[float | None] = field(Number(title=Title("Phạm vi, đến", "Range, to"), example=220))
    unit: Mapped[str] = field(Line(title=Title("Đơn vị đo", "Unit"), longest=40, example="g"))
    cmc: Mapped[str] = field(
        Line(
            title=Title("CMC (U, k = 2): công thức", "CMC (U, k = 2): formula"),
            hint=Title("của giá trị đo x, theo đơn vị đo", "of the measured value x, in the unit"),
            example="0.0002 + 1e-6 * abs(x)",
        )
    )
    accredited: Mapped[bool] = field(Flag(title=Title("Được công nhận", "Accredited")))
    since: Mapped[str] = field(SINCE)
    until: Mapped[str] = field(UNTIL)
    document_number: Mapped[str] = field(DOCUMENT_NUMBER)
    document_date: Mapped[str] = field(DOCUMENT_DATE)
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        wrong = super().contradictions(read)
        low, high = read.get("range_low"), read.get("range_high")
        if isinstance(low, int | float) and isinstance(high, int | float) and high < low:
            wrong["range_high"] = Title(
                f"Phạm vi đến {high:g}, nhỏ hơn {low:g}. Hãy sửa một trong hai.",
                f"The range goes to {high:g}, which is below {low:g}. Correct one of them.",
            )
        return wrong


class DesignationRow(Registered):
    """The decision by which an authority designates a laboratory for verification."""

    __tablename__ = "designation"
    noun = Noun(
        title=Title("Quyết định chỉ định", "Designation"),
        many=Title("Quyết định chỉ định kiểm định", "Designations for verification"),
        group="laboratory",
        key=("laboratory", "number"),
        label=("number",),
        owner=("laboratory",),
        has_attachments=True,
    )
    laboratory: Mapped[str] = field(LABORATORY)
    number: Mapped[str] = field(NUMBER)
    issued: Mapped[str] = field(ISSUED)
    expires: Mapped[str] = field(EXPIRES)
    issued_by: Mapped[str] = field(Line(title=Title("Cơ quan ban hành", "Issued by"), required=True, longest=300))
    scope: Mapped[str] = field(
        Line(title=Title("Phạm vi chỉ định", "For what"), longest=5_000, many_lines=True, searched=True)
    )
    note: Mapped[str] = field(NOTE)


class LegalTermRow(Registered):
    """A kind of instrument that must be verified by law, and how often: imported, with the circular that says so."""

    __tablename__ = "legal_term"
    noun = Noun(
        title=Title("Phương tiện đo nhóm 2", "Instrument of group 2"),
        many=Title("Danh mục phương tiện đo nhóm 2", "List of instruments of group 2"),
        # What the law says is for everybody to read, as places are.
        group="places",
        key=("code", "since"),
        label=("name",),
    )
    code: Mapped[str] = field(
        Line(
            title=Title("Mã", "Code"),
            pattern="[a-z0-9]+(?:-[a-z0-9]+)*",
            required=True,
            searched=True,
            longest=63,
            example="analytical-balance",
        )
    )
    name: Mapped[str] = field(Line(title=Title("Tên phương tiện", "Name"), required=True, searched=True, longest=300))
    verifications: Mapped[str] = field(
        Choices(
            title=Title("Phải kiểm định", "Verifications demanded"),
            options=VERIFICATIONS,
            required=True,
            example=["initial", "periodic"],
        )
    )
    months: Mapped[int | None] = field(
        Whole(
            title=Title("Chu kỳ kiểm định, tháng", "Period of verification, months"),
            least=1,
            most=600,
            unit="mo",
            example=12,
            hint=Title("trống: không kiểm định định kỳ", "empty: no periodic verification"),
        )
    )
    source: Mapped[str] = field(
        Line(
            title=Title("Theo văn bản", "By which document"),
            required=True,
            longest=300,
            example="Thông tư 23/2013/TT-BKHCN, sửa đổi 2024",
        )
    )
    since: Mapped[str] = field(Day(title=Title("Hiệu lực từ", "In force since"), required=True, example="2024-10-15"))
    until: Mapped[str] = field(UNTIL)
    note: Mapped[str] = field(NOTE)
