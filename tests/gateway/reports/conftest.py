"""A plan with an indicator in every state, made by hand, and all that a report needs of it."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gateway.indicators.facts import CapacityYear, Facts, FigureChange, Gap, PilotJudged, Record
from gateway.indicators.results import (
    ComponentValue,
    Evaluated,
    NotCounted,
    PlanEvaluated,
    Ref,
    State,
    YearValue,
)
from gateway.indicators.schema import Plan
from gateway.indicators.tasks import Money, Said, TaskStanding, TaskState
from gateway.reports.given import Given

SHA = "0123456789abcdef" * 4
RECORDS = {"kind": "records", "sources": [{"of": "training"}]}
WISH = {
    "kind": "trend",
    "components": [
        {
            "id": "clubs",
            "vi": "Số câu lạc bộ",
            "en": "Clubs",
            "measure": {"kind": "records", "sources": [{"of": "club"}]},
        }
    ],
}
SAID = {
    "no_denominator": {"vi": "Chưa có tổng số doanh nghiệp để chia.", "en": "There is no number of all enterprises."},
    "no_proof": {"vi": "Chưa có văn bản nghiệm thu.", "en": "No accepting document."},
    "two_names": {"vi": "Hai tên của một doanh nghiệp.", "en": "Two names of one enterprise."},
    "task_not_said": {"vi": "Năm nay chưa có báo cáo.", "en": "Nothing was said this year."},
}


def both(vi: str, en: str = "") -> dict[str, str]:
    return {"vi": vi, "en": en or vi}


def indicator(name: str, vi: str, **changed: object) -> dict[str, Any]:
    values: dict[str, Any] = {"id": name, "section": "II.1", "title": both(vi, f"{vi} (en)"), "unit": "persons"}
    values |= {"comparator": ">=", "target": 10.0, "period": "per_year", "since": 2026, "until": 2030}
    return values | {"due": {"kind": "yearly"}, "feed": "registry", "measure": RECORDS} | changed


PLAN = {
    "form": "nhipdo-plan/1",
    "id": "x-2026-2030",
    "title": both("Kế hoạch nâng cao năng suất, chất lượng", "Productivity and quality plan"),
    "province": {"code": "82", "name": both("Đồng Tháp")},
    "issuer": "ubnd",
    "number": "15/KH-UBND",
    "issued": 2026,
    "since": 2026,
    "until": 2030,
    "tiers": ["province", "commune"],
    "agencies": {
        "dost": both("Sở Khoa học và Công nghệ", "Department of Science and Technology"),
        "doit": both("Sở Công Thương", "Department of Industry and Trade"),
        "ubnd": both("Ủy ban nhân dân tỉnh", "Provincial People's Committee"),
    },
    "legal_basis": [{"id": "qd1322", "title": both("Quyết định số 1322/QĐ-TTg", "Decision 1322/QĐ-TTg")}],
    "indicators": [
        indicator("x-turns", "Lượt người được đào tạo", unit="person_turns", target=1200.0),
        indicator(
            "x-tfp",
            "Tỷ trọng đóng góp của TFP",
            unit="percent",
            comparator=">",
            target=55.0,
            period="by_year",
            measure={"kind": "tfp_share"},
        ),
        indicator("x-experts", "Chuyên gia năng suất", target=20.0, period="whole_period"),
        indicator("x-clubs", "Câu lạc bộ năng suất", unit="clubs", target=3.0),
        indicator(
            "x-share",
            "Tỷ lệ doanh nghiệp áp dụng công cụ",
            unit="percent",
            comparator="range",
            target=[10.0, 15.0],
            feed="measured",
            measure={"kind": "share", "numerator": RECORDS, "denominator": RECORDS},
            reading=both("Đạt khi tới mức dưới của khoảng.", "Met at the lower end."),
        ),
        indicator("x-models", "Mô hình điểm", unit="models", comparator="about", target=8.0, since=2028),
        indicator(
            "x-base", "Cơ sở dữ liệu", unit="milestone", comparator="=", target=True, measure={"kind": "milestone"}
        ),
        indicator("x-wish", "Phong trào năng suất", unit="qualitative", comparator="trend", target=None, measure=WISH),
    ],
    "tasks": [
        {"id": "x-t-train", "section": "III.1", "title": both("Tổ chức lớp đào tạo"), "lead": ["dost"]}
        | {"due": {"kind": "yearly"}, "feed": "registry"},
        {"id": "x-t-trade", "section": "III.2", "title": both("Hỗ trợ xuất khẩu"), "lead": ["doit"]}
        | {"coordinate": ["dost"], "due": {"kind": "window", "year": 2026, "until": 2028}, "feed": "registry"},
    ],
    "reporting": [
        {"id": "x-r", "section": "V.2", "title": both("Báo cáo năm", "Yearly report"), "reporter": ["dost"]}
        | {"recipients": ["ubnd"], "frequency": "yearly", "deadline": "12-10"}
    ],
}

RESULTS = (
    Evaluated(
        indicator="x-turns",
        state=State.EXCEEDED,
        value=1234.0,
        measured=1000.0,
        estimate=1300.0,
        year=2027,
        progress=1.0283,
        coverage=0.8,
        history=(
            YearValue(year=2026, value=1100.0, state=State.NOT_MET),
            YearValue(year=2027, value=1234.0, is_full=False, estimate=1300.0),
        ),
        rests_on=(Ref("attendance", "a1"), Ref("training", "t1")),
        not_counted=(NotCounted(ref=Ref("training", "t2"), why=Gap(code="no_proof")),),
        doubts=(Gap(code="two_names"),),
    ),
    Evaluated(
        indicator="x-tfp",
        state=State.MET,
        value=55.46,
        progress=1.008,
        history=(YearValue(year=2026, value=-3.25), YearValue(year=2027, value=55.46, is_full=False)),
    ),
    Evaluated(
        indicator="x-experts",
        state=State.NOT_YET,
        value=7.0,
        progress=0.35,
        history=(
            YearValue(year=2026, value=3.0, value_of=3.0),
            YearValue(year=2027, value=4.0, value_of=7.0, is_full=False),
        ),
    ),
    Evaluated(indicator="x-clubs", state=State.NOT_MET, value=1.0, progress=1 / 3),
    Evaluated(indicator="x-share", state=State.CANNOT_BE_SAID, missing=(Gap(code="no_denominator"),)),
    Evaluated(indicator="x-models", state=State.NOT_BEGUN),
    Evaluated(indicator="x-base", state=State.MET, value=1.0),
    Evaluated(
        indicator="x-wish",
        state=State.UP,
        components=(
            ComponentValue(id="clubs", values={2025: 4.0, 2026: 6.0}, now=6.0, before=4.0, direction=State.UP),
        ),
    ),
)

RECORDS_OF = {
    "training": (
        Record(
            noun="training",
            id="t1",
            label='=HYPERLINK("x")',
            values={"begins": "2027-03-02", "document_number": "5/QĐ"},
        ),
        Record(noun="training", id="t2", label="Lớp chưa nghiệm thu", values={"begins": "2027-05-02"}),
    ),
    "attendance": (Record(noun="attendance", id="a1", values={"training": "t1"}, attached=1),),
    "pilot": (Record(noun="pilot", id="p1", label="TPM 2027", values={"site": "s1"}),),
    "site": (Record(noun="site", id="s1", label="Cơ khí Sa Đéc"),),
}
PILOTS = (
    PilotJudged(
        pilot="p1",
        state="improved",
        figures=(
            FigureChange(figure="oee", state="improved", before=0.621, change=0.053, low=0.021, high=0.085),
            FigureChange(figure="energy_per_unit", state="unclear", before=12.5, change=-0.5, low=-1.5, high=0.5),
            FigureChange(figure="quality_ratio", state="not_yet"),
        ),
        coverage=0.97,
        days=(40, 36),
        instruments=("i1", "i2"),
        certificates=("c1",),
        why=("few_days_after",),
    ),
)
TASKS = (
    TaskStanding(
        task="x-t-train",
        state=TaskState.UNDER_WAY,
        said=(
            Said(agency="g", name="Sở KH&CN", report="r", day="2027-11-02", state="under_way", told="Đã mở 12 lớp."),
        ),
        this_year=(Money(source="provincial", planned=500_000_000, allocated=450_000_000, disbursed=300_000_000),),
    ),
    TaskStanding(
        task="x-t-trade",
        state=TaskState.UNSAID,
        is_late=True,
        why=Gap(code="task_not_said", parts={"year": "2027"}),
        this_year=(Money(source="enterprise", planned=1_234_500_000),),
    ),
)


def gap_told(gap: Gap, language: str) -> str:
    return SAID[gap.code][language]


@pytest.fixture(scope="session")
def given() -> Given:
    return Given(
        plan=Plan.model_validate(PLAN),
        result=PlanEvaluated(plan="x-2026-2030", as_of="2027-11-25", indicators=RESULTS),
        facts=Facts(
            province="82",
            gathered=1_827_000_000 * 10**9,
            records=RECORDS_OF,
            pilots=PILOTS,
            capacity=(
                CapacityYear(year=2026, documents=1250, fields=14, in_order=92.5, turnaround=6.0, requests_served=98.0),
                CapacityYear(year=2027, documents=1310, fields=16, in_order=None, turnaround=5.5),
            ),
        ),
        facts_sha256=SHA,
        gap=gap_told,
        tasks=TASKS,
        nouns={"training": both("Lớp đào tạo", "Trainings"), "attendance": both("Người dự", "Attendances")},
        sources={"provincial": both("Ngân sách tỉnh", "Provincial budget"), "enterprise": both("Doanh nghiệp")},
        figures={
            "oee": both("OEE"),
            "energy_per_unit": both("Năng lượng trên đơn vị"),
            "quality_ratio": both("Chất lượng"),
        },
        comments={"x-turns": "Đã mở thêm hai lớp trong quý IV.", "x-t-train": "Sẽ mở thêm lớp."},
        software="0.1.0",
    )


@pytest.fixture(scope="session")
def changed(given: Given) -> Callable[..., Given]:
    """The same with some parts replaced."""
    return lambda **parts: msgspec.structs.replace(given, **parts)
