"""Certificates that say how far an instrument is right: what they say in figures, and what they rest on.

Decision: a certificate says in words who issued it, and names the laboratory's row beside that where there is one.
Because: an enterprise has its balance verified by a centre whose row it may not see, and its certificate says by whom.

Decision: a certificate of calibration or a test report has no end; only a verification has a term.
Because: ISO/IEC 17025:2017, 7.8.4.3 lets a calibration laboratory say no interval; when an instrument is due again is
its owner's decision, so it stands at the instrument.

Decision: points are rows that are imported, typed in or taken over from a calibration at the bench, all alike.
Because: drift, intervals and the correction of samples need the history, and most of it is on paper of other
laboratories.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Choice, Day, Flag, Line, Link, Number, Value, Whole, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.texts import Title
from gateway.registry.usual import ISSUED, NOTE, NUMBER

CERTIFICATE_STATES = {
    "withdrawn": Title("Đã thu hồi", "Withdrawn"),
    "replaced": Title("Đã được thay", "Replaced by an amended one"),
}
CERTIFICATE_KINDS = {
    "calibration": Title("Hiệu chuẩn", "Calibration"),
    "verification": Title("Kiểm định", "Verification"),
    "test": Title("Thử nghiệm", "Test report"),
}
RUNS = {
    "as_found": Title("Trước hiệu chỉnh", "As found"),
    "as_left": Title("Sau hiệu chỉnh", "As left"),
}
INSTRUMENT = Link(title=Title("Phương tiện đo", "Instrument"), to="instrument", required=True)
CERTIFICATE = Link(title=Title("Giấy chứng nhận", "Certificate"), to="certificate", required=True)


class CertificateRow(Registered):
    """A document in which a laboratory says how far an instrument is right."""

    __tablename__ = "certificate"
    noun = Noun(
        title=Title("Giấy chứng nhận", "Certificate"),
        many=Title("Giấy chứng nhận hiệu chuẩn, kiểm định", "Certificates of calibration and verification"),
        group="laboratory",
        key=("instrument", "number"),
        label=("number",),
        owner=("instrument",),
        has_attachments=True,
    )
    instrument: Mapped[str] = field(INSTRUMENT)
    number: Mapped[str] = field(NUMBER)
    kind: Mapped[str] = field(
        Choice(title=Title("Loại", "Kind"), options=CERTIFICATE_KINDS, required=True, example="calibration")
    )
    issued: Mapped[str] = field(ISSUED)
    laboratory: Mapped[str | None] = field(
        Link(
            title=Title("Phòng thí nghiệm", "Laboratory"),
            to="laboratory",
            hint=Title("khi phòng này có trong danh mục", "where it is in the list"),
        )
    )
    issued_by: Mapped[str] = field(
        Line(
            title=Title("Nơi cấp", "Issued by"),
            hint=Title("như ghi trên giấy", "as printed on it"),
            required=True,
            longest=300,
            searched=True,
            example="Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng",
            also=("Đơn vị cấp",),
        )
    )
    calibrated: Mapped[str] = field(
        Day(title=Title("Ngày hiệu chuẩn", "Calibrated on"), hint=Title("trống: ngày cấp", "empty: the day of issue"))
    )
    applies_from: Mapped[str] = field(
        Line(
            title=Title("Áp dụng từ thời điểm", "Applies from"),
            hint=Title(
                "khi đo xong, như 2026-11-22T10:00:00+07:00; trống: từ ngày hiệu chuẩn",
                "the as-left time, such as 2026-11-22T10:00:00+07:00; empty: from the day of calibration on",
            ),
            pattern=r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})",
            longest=40,
        )
    )
    is_national: Mapped[bool] = field(
        Flag(
            title=Title("Viện đo lường quốc gia cấp", "Issued by a national metrology institute"),
            hint=Title("chuỗi liên kết chuẩn kết thúc ở đây", "the chain of traceability ends here"),
        )
    )
    status: Mapped[str] = field(
        Choice(
            title=Title("Tình trạng", "Status"),
            options=CERTIFICATE_STATES,
            hint=Title("trống: có giá trị", "empty: it holds"),
        )
    )
    valid_until: Mapped[str] = field(
        Day(
            title=Title("Hiệu lực đến", "Valid until"),
            hint=Title("chỉ giấy kiểm định có thời hạn", "only a verification has a term"),
        )
    )
    results: Mapped[str] = field(
        Line(title=Title("Kết quả tóm tắt", "Results in short"), longest=5_000, many_lines=True)
    )
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        wrong = {}
        issued, until = str(read.get("issued") or ""), str(read.get("valid_until") or "")
        if until and read.get("kind") != "verification":
            wrong["valid_until"] = Title(
                "Chỉ giấy kiểm định có thời hạn. Hãy để trống, và ghi hạn ở phương tiện đo.",
                "Only a verification has a term. Leave it empty, and write the due day at the instrument.",
            )
        elif until and until < issued:
            wrong["valid_until"] = Title(
                f"Hiệu lực đến {until}, trước ngày cấp {issued}. Hãy sửa một trong hai.",
                f"Valid until {until}, before it was issued on {issued}. Correct one of them.",
            )
        return wrong


class CalibrationPointRow(Registered):
    """A point of a certificate: error = indication - reference, with its expanded uncertainty."""

    __tablename__ = "calibration_point"
    noun = Noun(
        title=Title("Điểm hiệu chuẩn", "Point of calibration"),
        many=Title("Điểm hiệu chuẩn", "Points of calibration"),
        group="laboratory",
        key=("certificate", "run", "channel", "number"),
        label=("channel", "number"),
        owner=("certificate",),
    )
    certificate: Mapped[str] = field(CERTIFICATE)
    run: Mapped[str] = field(Choice(title=Title("Lần đo", "Run"), options=RUNS, required=True, example="as_found"))
    channel: Mapped[str] = field(
        Line(
            title=Title("Kênh hoặc đại lượng", "Channel or quantity"),
            hint=Title("tên kênh như trên thiết bị biên", "the channel as the edge names it"),
            pattern="[a-z][a-z0-9_]{0,62}",
            required=True,
            longest=63,
            example="mass",
        )
    )
    number: Mapped[int] = field(Whole(title=Title("Điểm thứ", "Point number"), least=1, required=True, example=1))
    unit: Mapped[str] = field(Line(title=Title("Đơn vị đo", "Unit"), required=True, longest=40, example="g"))
    nominal: Mapped[float | None] = field(Number(title=Title("Giá trị danh nghĩa", "Nominal value"), example=100))
    reference: Mapped[float] = field(
        Number(title=Title("Giá trị chuẩn", "Reference value"), required=True, example=100.0001)
    )
    indication: Mapped[float] = field(Number(title=Title("Số chỉ", "Indication"), required=True, example=100.0003))
    expanded: Mapped[float] = field(
        Number(
            title=Title("Độ không đảm bảo đo mở rộng U", "Expanded uncertainty U"),
            least=0,
            required=True,
            example=0.0002,
            also=("U",),
        )
    )
    coverage_factor: Mapped[float] = field(
        Number(
            title=Title("Hệ số phủ k", "Coverage factor k"), least=1e-6, most=100, required=True, example=2, also=("k",)
        )
    )
    note: Mapped[str] = field(NOTE)


class StandardUsedRow(Registered):
    """A standard that a certificate rests on, with the certificate of that standard."""

    __tablename__ = "standard_used"
    noun = Noun(
        title=Title("Chuẩn đã dùng", "Standard used"),
        many=Title("Chuẩn đã dùng", "Standards used"),
        group="laboratory",
        key=("certificate", "number"),
        label=("number",),
        owner=("certificate",),
        path="standards-used",
    )
    certificate: Mapped[str] = field(CERTIFICATE)
    number: Mapped[int] = field(Whole(title=Title("Chuẩn thứ", "Standard number"), least=1, required=True, example=1))
    standard: Mapped[str | None] = field(
        Link(title=Title("Chuẩn trong danh mục", "Standard of the list"), to="instrument")
    )
    name: Mapped[str] = field(
        Line(
            title=Title("Tên chuẩn", "Its name"),
            hint=Title("khi chuẩn không có trong danh mục", "where it is not in the list"),
            longest=300,
            example="Bộ quả cân E2",
        )
    )
    standard_certificate: Mapped[str | None] = field(
        Link(title=Title("Giấy chứng nhận của chuẩn", "Certificate of the standard"), to="certificate")
    )
    certificate_number: Mapped[str] = field(
        Line(
            title=Title("Số giấy của chuẩn", "Number of that certificate"),
            hint=Title("khi giấy ấy không có trong danh mục", "where it is not in the list"),
            longest=100,
        )
    )
    issued_by: Mapped[str] = field(Line(title=Title("Nơi cấp giấy ấy", "Who issued that"), longest=300))

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        if read.get("standard") or read.get("name"):
            return {}
        return {
            "name": Title(
                "Chưa rõ là chuẩn nào. Hãy chọn trong danh mục, hoặc ghi tên.",
                "Nobody can tell which standard it is. Choose one of the list, or write its name.",
            )
        }
