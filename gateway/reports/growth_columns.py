"""The form of growth accounting: its sheets, columns and parameters, with what stands in their comments."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.indicators.figures import INDEX, MONEY, PERSONS, SERIES, SHARE
from gateway.reports.growth_told import said, unit_told

FIGURES = {"vi": "Số liệu", "en": "Figures"}
PARAMETERS_SHEET = {"vi": "Tham số", "en": "Parameters"}
EXAMPLE = {"vi": "Ví dụ", "en": "Example"}
GUIDE = {"vi": "Hướng dẫn", "en": "Guide"}
UNIT_ROW = {"vi": "Đơn vị", "en": "Unit"}
YEAR, SECTOR, TERRITORY, BASE, ESTIMATE, SOURCE = "year", "sector", "territory", "price_base", "is_estimate", "source"
GUIDES = (
    {
        "vi": "Điền trang «Số liệu» từ dòng 3, mỗi dòng một năm của một khu vực. Ô trống nghĩa là không có số liệu.",
        "en": "Fill in the sheet Figures from row 3 on, a row for a year of a sector. An empty cell: no figure.",
    },
    {
        "vi": "Bắt đầu từ năm trước năm đầu của giai đoạn: 2026-2030 cần số liệu từ 2025.",
        "en": "Begin with the year before the first: 2026-2030 needs figures from 2025 on.",
    },
    {
        "vi": "Khu vực để trống là toàn nền kinh tế. Tổng ba khu vực và thuế sản phẩm bằng GRDP.",
        "en": "An empty sector is the whole economy. The three sectors and product taxes add up to GRDP.",
    },
    {
        "vi": "Đơn vị ở dòng 2. Mọi cột tiền dùng một đơn vị, mọi cột người dùng một đơn vị.",
        "en": "Units stand in row 2. All columns of money use one unit, all columns of persons use one.",
    },
    {
        "vi": "Đổi địa giới hoặc năm gốc giá: nhập thêm dòng, và một năm theo cả hai để nối.",
        "en": "Where territory or price base changes, add rows, and give one year in both, to join them.",
    },
    {
        "vi": "Vốn: nhập vốn (tài sản cố định); hoặc vốn đầu tư, khấu hao và tốc độ tăng ban đầu.",
        "en": "Capital: enter the stock; or investment, depreciation and growth at the start.",
    },
    {
        "vi": "Trang «Ví dụ» chỉ để xem, không được đọc. Số liệu trong đó là mô phỏng.",
        "en": "The sheet Example is only to look at and is not read. Its figures are made up.",
    },
)
_USUAL = {MONEY: "VND billion", PERSONS: "thousand persons", SHARE: "%", INDEX: "%"}
_HINTS = {
    "grdp_constant": (
        "Toàn nền kinh tế: GRDP, gồm thuế sản phẩm trừ trợ cấp. Khu vực: giá trị tăng thêm. Giá so sánh.",
        "Whole economy: GRDP with product taxes less subsidies. Sector: value added. Constant prices.",
    ),
    "grdp_current": (
        "Để tính tỷ trọng thu nhập của lao động. Giá hiện hành.",
        "For the labour share. Current prices.",
    ),
    "product_taxes_constant": ("Chỉ ở dòng toàn nền kinh tế. Giá so sánh.", "Only of the whole economy. Constant."),
    "employed": ("Số lao động có việc làm bình quân năm.", "Average number of employed persons of the year."),
    "employees": ("Số lao động làm công hưởng lương, bình quân năm.", "Average number of employees of the year."),
    "employee_compensation": (
        "Tổng thù lao của lao động làm công trong năm, giá hiện hành.",
        "Compensation of all employees in the year, current prices.",
    ),
    "labour_income": (
        "Gồm cả phần của lao động tự làm; giá hiện hành. Có cột này thì không cần thù lao.",
        "With that of the self-employed; current prices. Where it is given, compensation is not needed.",
    ),
    "labour_share": ("Từ 0 đến 100 %, hoặc 0 đến 1 nếu đơn vị là 1.", "0 to 100 %, or 0 to 1 where the unit is 1."),
    "capital_share": ("Phần còn lại của tỷ trọng lao động.", "What is left by the labour share."),
    "capital_stock": (
        "Vốn cố định hoặc giá trị tài sản cố định cuối năm, giá so sánh.",
        "Fixed capital, or value of fixed assets, at year's end, constant prices.",
    ),
    "investment_constant": ("Vốn đầu tư thực hiện, giá so sánh.", "Investment made, constant prices."),
    "investment_current": ("Vốn đầu tư thực hiện, giá hiện hành.", "Investment made, current prices."),
    "investment_price_index": (
        "So với năm gốc = 100, không phải so với năm trước.",
        "Against a base year = 100, not against the year before.",
    ),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet of figures.

    Attributes:
        key: A series, or what a row is about.
        title: Head, in both languages.
        hint: What its comment says.
        kind: What the series holds; empty: no figures.
    """

    key: str
    title: Mapping[str, str]
    hint: Mapping[str, str]
    kind: str = ""

    def unit_told(self, unit: str, language: str) -> str:
        """A unit as it stands in the second row; empty: the usual one."""
        name = unit or _USUAL.get(self.kind, "")
        return unit_told(name, language)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A line of the sheet of parameters.

    Attributes:
        key: Which.
        title: In both languages.
        hint: What its comment says.
        options: Key -> words, of a choice.
    """

    key: str
    title: Mapping[str, str]
    hint: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def option_told(self, key: str, language: str) -> str:
        """The words of an option; of no choice the text itself."""
        return self.options[key][language] if key in self.options else key


def _both(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def _series(key: str) -> Column:
    title = {language: said(language, "series", key) for language in ("vi", "en")}
    return Column(key, title, _both(*_HINTS[key]), SERIES[key].of)


COLUMNS: tuple[Column, ...] = (
    Column(YEAR, _both("Năm", "Year"), _both("Bốn chữ số, ví dụ 2026.", "Four digits, such as 2026.")),
    Column(SECTOR, _both("Khu vực", "Sector"), _both("Trống: toàn nền kinh tế.", "Empty: the whole economy.")),
    Column(
        TERRITORY,
        _both("Địa giới", "Territory"),
        _both("Ví dụ: trước sáp nhập, sau sáp nhập. Trống nếu không đổi.", "Such as before, after the merger."),
    ),
    Column(
        BASE,
        _both("Năm gốc giá", "Price base"),
        _both("Năm gốc của giá so sánh, ví dụ 2010.", "Year of the constant prices, such as 2010."),
    ),
    *(_series(key) for key in _HINTS),
    Column(ESTIMATE, _both("Ước tính", "Estimate"), _both("có: dòng này là ước tính.", "yes: the row is estimated.")),
    Column(SOURCE, _both("Nguồn", "Source"), _both("Niên giám, báo cáo, văn bản.", "Yearbook, report, document.")),
)
PARAMETERS: tuple[Parameter, ...] = (
    Parameter("since", _both("Từ năm", "First year"), _both("Năm đầu của giai đoạn.", "First year of the period.")),
    Parameter("until", _both("Đến năm", "Last year"), _both("Năm cuối của giai đoạn.", "Last year of the period.")),
    Parameter(
        "method",
        _both("Phương pháp", "Method"),
        _both("Trống: rời rạc, như Tổng cục Thống kê.", "Empty: discrete, as the General Statistics Office."),
        {"discrete": _both("Rời rạc", "Discrete"), "tornqvist": _both("Törnqvist", "Törnqvist")},
    ),
    Parameter(
        "labour_share",
        _both("Tỷ trọng lao động ưu tiên", "Labour share that goes first"),
        _both("Trống: tính từ tài khoản của năm đó.", "Empty: by the accounts of the year."),
        {
            "accounts": _both("Theo tài khoản", "By accounts"),
            "entered": _both("Đã nhập", "Entered"),
            "assumed": _both("Giả định 0.7", "Assumed 0.7"),
        },
    ),
    Parameter(
        "depreciation",
        _both("Tỷ lệ khấu hao (% năm)", "Depreciation (% a year)"),
        _both("Chỉ khi vốn tính từ vốn đầu tư.", "Only where capital follows from investment."),
    ),
    Parameter(
        "start_growth",
        _both("Tốc độ tăng vốn đầu tư ban đầu (% năm)", "Growth of investment at the start (% a year)"),
        _both("Vốn ban đầu = vốn đầu tư năm đầu / (tốc độ tăng + khấu hao).", "K0 = I1 / (growth + depreciation)."),
    ),
    Parameter(
        "timing",
        _both("Thời điểm của vốn", "Timing of capital"),
        _both("Trống: cuối năm.", "Empty: at year's end."),
        {"end_of_year": _both("Cuối năm", "Year's end"), "mid_year": _both("Giữa năm", "Mid-year")},
    ),
)
