"""The columns of elements, stops and daily sums: the names of the measurements' fields, and what is only in files."""

from edge_agent.wire.schema import ENERGY, SECONDS
from gateway.exporting.tables import EDGE, SITE, TIME, WORK_UNIT, Column, Kind
from gateway.registry.texts import Title

COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures")
"""Columns of the registry's tables that are whole numbers under the same name in a file."""

_TIME_TITLES = {
    "NOT_SCHEDULED": Title("Ngoài ca", "Outside every shift"),
    "PLANNED_STOP": Title("Dừng theo kế hoạch", "Planned stop"),
    "UNKNOWN": Title("Không có số liệu", "No data"),
    "RUN": Title("Chạy", "Running"),
    "MINOR_STOP": Title("Dừng vặt", "Minor stop"),
    "FAULT": Title("Hỏng máy", "Fault"),
    "STOP": Title("Dừng", "Stop"),
    "SETUP": Title("Chuyển đổi, cài đặt", "Setup"),
}
_COUNT_TITLES = {
    "total": Title("Sản lượng trong giờ kế hoạch", "Pieces made in planned, observed time"),
    "reject": Title("Trong đó hỏng", "Of these not good"),
    "rework": Title("Trong đó sửa lại", "Of these repaired"),
    "unplanned": Title("Sản phẩm ngoài giờ kế hoạch", "Pieces outside of planned time"),
    "unattributed": Title("Sản phẩm trong lúc không có số liệu", "Pieces of stretches without data"),
    "no_product": Title("Sản phẩm khi chưa chọn mã hàng", "Pieces without a product in force"),
    "failures": Title("Số lần hỏng máy bắt đầu", "Failures that began here"),
}
_ENERGY = Title("Điện năng", "Energy")

_UNTIL = Column("until", Kind.TIME, Title("Kết thúc (UTC)", "End (UTC)"))
_PRODUCT = Column("product", Kind.LABEL, Title("Mã hàng; -: không có", "Product in force; -: none"))
_SHIFT = Column("shift", Kind.LABEL, Title("Ca; -: ngoài ca", "Shift; -: outside every shift"))
_SHIFT_DAY = Column("shift_day", Kind.DAY, Title("Ngày bắt đầu ca", "Day on which the shift begins"))
_SECONDS = tuple(Column(SECONDS[bucket], Kind.NUMBER, _TIME_TITLES[bucket], "s") for bucket in SECONDS)
_ENERGIES = tuple(
    Column(
        ENERGY[bucket],
        Kind.NUMBER,
        Title(f"{_ENERGY.vi}: {_TIME_TITLES[bucket].vi}", f"{_ENERGY.en}: {_TIME_TITLES[bucket].en}"),
        "W.h",
    )
    for bucket in ENERGY
)
_COUNTED = tuple(Column(name, Kind.WHOLE, _COUNT_TITLES[name]) for name in COUNTS)
_FAILING = Column(
    "failing_s", Kind.NUMBER, Title("Thời gian dừng do hỏng trong giờ kế hoạch", "Planned time in failing stops"), "s"
)
_IDEAL = (
    Column("ideal_cycle_s", Kind.NUMBER, Title("Chu kỳ lý tưởng", "Ideal cycle"), "s"),
    Column("ideal_s", Kind.NUMBER, Title("Chu kỳ lý tưởng nhân sản lượng", "Ideal cycle times pieces made"), "s"),
    Column("ideal_reject_s", Kind.NUMBER, Title("Chu kỳ lý tưởng nhân hàng hỏng", "Ideal cycle times rejects"), "s"),
)
_REVISION = Column("revision", Kind.WHOLE, Title("Lần ghi có hiệu lực", "Revision in force"))

ELEMENTS = (
    TIME,
    _UNTIL,
    SITE,
    EDGE,
    WORK_UNIT,
    _PRODUCT,
    _SHIFT,
    _SHIFT_DAY,
    *_SECONDS,
    *_ENERGIES,
    *_COUNTED,
    _FAILING,
    *_IDEAL,
    _REVISION,
)
STOPS = (
    TIME,
    _UNTIL,
    SITE,
    EDGE,
    WORK_UNIT,
    Column("seconds", Kind.NUMBER, Title("Kéo dài; trống: chưa hết", "How long; empty: it lasts"), "s"),
    Column("planned_s", Kind.NUMBER, Title("Trong giờ kế hoạch", "Of it in planned time"), "s"),
    Column("kind", Kind.LABEL, Title("Loại", "Kind")),
    Column("reason", Kind.LABEL, Title("Mã nguyên nhân", "Reason")),
    Column("title_vi", Kind.LABEL, Title("Nguyên nhân (tiếng Việt)", "Reason in Vietnamese")),
    Column("title_en", Kind.LABEL, Title("Nguyên nhân (tiếng Anh)", "Reason in English")),
    _SHIFT,
    _SHIFT_DAY,
    _PRODUCT,
    Column("code", Kind.TEXT, Title("Máy báo", "What the machine said")),
    Column("entered_at", Kind.TIME, Title("Lúc ghi nguyên nhân (UTC)", "When the reason was given (UTC)")),
    _REVISION,
)
PEOPLE = (
    Column("who", Kind.LABEL, Title("Người ghi nguyên nhân", "Who gave the reason")),
    Column("note", Kind.TEXT, Title("Ghi chú", "Note")),
)
"""Of stops, where it is asked for: a person's name, and words that may hold one."""
PRODUCTION = (
    Column("day", Kind.DAY, Title("Ngày", "Day")),
    SITE,
    EDGE,
    WORK_UNIT,
    _SHIFT,
    _PRODUCT,
    Column("since", Kind.TIME, Title("Từ (UTC)", "From (UTC)")),
    _UNTIL,
    *_SECONDS,
    *_COUNTED,
    _FAILING,
    *_IDEAL,
    Column("energy_wh", Kind.NUMBER, _ENERGY, "W.h"),
)
