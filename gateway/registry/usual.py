"""Fields that many nouns have."""

from gateway.registry.fields import Day, Line, Link, Whole
from gateway.registry.texts import Title

SINCE = Day(title=Title("Từ ngày", "Since"), example="2025-07-01")
UNTIL = Day(title=Title("Đến hết ngày", "Until, inclusive"), hint=Title("trống: còn hiệu lực", "empty: still so"))
BEGINS = Day(title=Title("Bắt đầu", "Begins"), required=True, example="2025-09-15")
ENDS = Day(title=Title("Kết thúc", "Ends"), example="2025-09-17")
ON = Day(title=Title("Ngày", "Date"), required=True, example="2026-03-02")
ISSUED = Day(title=Title("Ngày cấp", "Issued"), required=True, example="2026-03-02")
EXPIRES = Day(title=Title("Hết hiệu lực", "Expires"), hint=Title("trống: không thời hạn", "empty: no term"))
NAME = Line(title=Title("Tên", "Name"), required=True, searched=True, longest=300)
NOTE = Line(title=Title("Ghi chú", "Note"), longest=5_000, many_lines=True)
NUMBER = Line(title=Title("Số", "Number"), required=True, searched=True, longest=100)
PROVINCE = Link(title=Title("Tỉnh, thành phố", "Province"), to="province", required=True)
ORGANISATION = Link(title=Title("Tổ chức", "Organisation"), to="organisation", required=True)
DOCUMENT_NUMBER = Line(
    title=Title("Số văn bản nghiệm thu", "Number of the accepting document"),
    hint=Title("văn bản chứng minh kết quả", "the document that proves the result"),
    longest=100,
    searched=True,
    also=("Số văn bản",),
)
DOCUMENT_DATE = Day(title=Title("Ngày văn bản", "Date of that document"), also=("Ngày nghiệm thu",))
PLAN = Line(
    title=Title("Kế hoạch", "Plan"),
    hint=Title("mã kế hoạch, ví dụ dong-thap-2026-2030", "a plan's id such as dong-thap-2026-2030"),
    pattern="[a-z0-9]+(?:-[a-z0-9]+)*",
    required=True,
    searched=True,
    longest=63,
    example="dong-thap-2026-2030",
)
YEAR = Whole(title=Title("Năm", "Year"), least=1990, most=2100, required=True, example=2026)
