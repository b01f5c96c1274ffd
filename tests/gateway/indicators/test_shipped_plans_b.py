"""The plans of Đồng Nai and Tuyên Quang say what their documents say, written here a second time; and all five."""

import unicodedata
from collections import Counter

import pytest

from gateway.indicators.measures import Milestone, Records, Share, Trend
from gateway.indicators.schema import Plan
from gateway.programme.plan_files import PACKAGED, load_plans, read_plan

DONG_NAI, TUYEN_QUANG = "dong-nai-2026-2030", "tuyen-quang-2021-2025"
NAMES = (DONG_NAI, TUYEN_QUANG)
PLANS = load_plans()
INDICATORS = {one.id: one for name in NAMES for one in PLANS[name].indicators}
TARGETS = """
dn26-tfp-share                   | >     | 60   | by_year      | percent          | statistics   | 2026-2030 | III.1
dn26-training-turns              | >=    | 300  | per_year     | person_turns     | registry     | 2026-2030 | III.2
dn26-experts                     | >=    | 10   | whole_period | persons          | registry     | 2026-2030 | III.3
dn26-public-sector-training      | >=    | 100  | by_year      | percent          | registry     | 2026-2030 | III.4
dn26-supported-tools             | >=    | 30   | whole_period | enterprises      | registry     | 2026-2030 | III.5
dn26-supported-new-systems       | >=    | 50   | whole_period | enterprises      | registry     | 2026-2030 | III.6
dn26-inhouse-standards           | >=    | 30   | whole_period | enterprises      | registry     | 2026-2030 | III.7
dn26-national-standards-drafting | >=    | 5    | whole_period | enterprises      | registry     | 2026-2030 | III.7
dn26-export-certification        | >=    | 10   | whole_period | enterprises      | registry     | 2026-2030 | III.8
dn26-traceability-products       | >=    | 100  | by_year      | percent          | traceability | 2026-2030 | III.9
dn26-smart-green-models          | >=    | 5    | whole_period | models           | measured     | 2027-2029 | III.10
dn26-hospital-models             | >=    | 2    | whole_period | models           | measured     | 2027-2029 | III.11
dn26-education-models            | >=    | 2    | whole_period | models           | registry     | 2027-2029 | III.12
dn26-clubs                       | >=    | 5    | by_year      | clubs            | registry     | 2026-2030 | III.13
dn26-quality-award               | >=    | 10   | whole_period | enterprise_turns | registry     | 2026-2030 | III.14
dn26-programs-integrated         | >=    | 100  | whole_period | percent          | registry     | 2026-2030 | I.2
dn26-calibration-capacity        | trend | none | whole_period | qualitative      | calibration  | 2026-2030 | IV.5.b
tq21-training-turns              | >     | 500  | whole_period | person_turns     | registry     | 2021-2025 | II.2
tq21-experts                     | >=    | 10   | whole_period | persons          | registry     | 2021-2025 | II.2
tq21-supported-enterprises       | >=    | 30   | whole_period | enterprises      | registry     | 2021-2025 | II.2
tq21-agrifood-informed           | >=    | 50   | whole_period | percent          | registry     | 2021-2025 | II.2
tq21-quality-award               | >=    | 2    | whole_period | enterprises      | registry     | 2021-2025 | II.2
tq21-ocop-trademarks             | >     | 70   | whole_period | percent          | registry     | 2021-2025 | II.2
tq21-traceability-portal         | =     | yes  | whole_period | milestone        | traceability | 2021-2025 | II.2
tq21-awareness                   | trend | none | whole_period | qualitative      | registry     | 2021-2025 | II.2
tq21-key-products                | trend | none | whole_period | qualitative      | measured     | 2021-2025 | II.2
tq21-calibration-capacity        | trend | none | whole_period | qualitative      | calibration  | 2021-2025 | III.5
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TARGETS.strip().splitlines()]
# What is counted, and by what: "rows" are turns, everything else is distinct.
COUNTS = {
    "dn26-training-turns": ("attendance", "rows"),
    "dn26-experts": ("expert", "person"),
    "dn26-supported-tools": ("support", "organisation"),
    "dn26-supported-new-systems": ("support", "organisation"),
    "dn26-inhouse-standards": ("inhouse_standard", "organisation"),
    "dn26-national-standards-drafting": ("support", "organisation"),
    "dn26-export-certification": ("support", "organisation"),
    "dn26-smart-green-models": ("pilot", "rows"),
    "dn26-hospital-models": ("pilot", "rows"),
    "dn26-education-models": ("pilot support", "organisation"),
    "dn26-clubs": ("club_activity", "club"),
    "dn26-quality-award": ("award", "rows"),
    "tq21-training-turns": ("attendance", "rows"),
    "tq21-experts": ("attendance expert", "person"),
    "tq21-supported-enterprises": ("support", "organisation"),
    "tq21-quality-award": ("award", "organisation"),
}
SHARES = {
    "dn26-public-sector-training": ("attendance", "person", "officials_in_charge_of_quality", False),
    "dn26-traceability-products": ("traceability", "gtin", "listed", True),
    "dn26-programs-integrated": ("programme_check", "rows", "programme_check", False),
    "tq21-agrifood-informed": ("attendance support", "organisation", "listed", True),
    "tq21-ocop-trademarks": ("listed", "product", "listed", True),
}
LEADS = {  # Đồng Nai: task -> who leads, when
    "1.1": "science quarter", "1.2": "science window", "1.3": "trade window",
    "2.1": "departments communes yearly", "2.2": "science yearly", "2.3": "science yearly", "2.4": "science yearly",
    "2.5": "home-affairs yearly", "3.1": "science yearly", "3.2": "science yearly", "3.3": "education window",
    "3.4": "education yearly", "3.6": "science yearly", "4.4": "science yearly", "4.5": "agriculture yearly",
    "4.6": "agriculture yearly", "4.7": "agriculture yearly", "5.1": "science yearly", "6.1": "science yearly",
    "6.2": "science yearly", "output-funding": "unsaid", "admin-tools": "unsaid", "survey-commune": "communes unsaid",
    "needs-alliance": "cooperative-alliance business-federation unsaid", "ocop-green": "agriculture unsaid",
    "lean-hospital": "health unsaid", "industry-zones": "trade unsaid", "diverse-media": "unsaid",
    "integrate": "unsaid", "enterprise-it": "unsaid", "projects": "unsaid", "register": "science unsaid",
    "high-tech-farming": "agriculture unsaid", "5s-schools": "education unsaid", "medical-qms": "health unsaid",
    "finance": "finance unsaid", "coops": "cooperative-alliance business-federation unsaid",
}  # fmt: skip
# measured, calibration, registry, statistics, traceability: of indicators, of tasks
FEEDS = {
    "dong-thap-2026-2030": ((2, 1, 11, 2, 2), (1, 0, 24, 2, 4)),
    "dong-thap-2021-2025": ((0, 1, 7, 1, 0), (3, 1, 17, 0, 1)),
    "tuyen-quang-2021-2025": ((1, 1, 7, 0, 1), (2, 1, 19, 0, 1)),
    "dong-nai-2026-2030": ((2, 1, 12, 1, 1), (6, 0, 29, 0, 2)),
    "lai-chau-2021-2025": ((0, 1, 4, 3, 4), (1, 0, 19, 2, 3)),
}
ORDER = ("measured", "calibration", "registry", "statistics", "traceability")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_target_is_the_one_of_the_document(row: list[str]) -> None:
    one = INDICATORS[row[0]]
    target = f"{one.target:g}" if isinstance(one.target, float) else "yes" if one.target is True else "none"
    years = f"{one.since}-{one.until}"
    assert [one.id, one.comparator, target, one.period, one.unit, one.feed, years, one.section] == row


def test_the_table_holds_every_indicator_in_the_plans_order() -> None:
    assert [row[0] for row in ROWS] == list(INDICATORS)


@pytest.mark.parametrize("name", COUNTS)
def test_turns_are_rows_and_the_others_are_distinct(name: str) -> None:
    measure = INDICATORS[name].measure
    assert isinstance(measure, Records)
    assert (" ".join(sorted({one.of for one in measure.sources})), measure.count) == COUNTS[name]


def test_the_table_of_counts_holds_every_count() -> None:
    assert set(COUNTS) == {one.id for one in INDICATORS.values() if one.measure.kind == "records"}


@pytest.mark.parametrize("name", SHARES)
def test_a_percentage_has_its_denominator(name: str) -> None:
    measure = INDICATORS[name].measure
    assert isinstance(measure, Share)
    above = " ".join(sorted({one.of for one in measure.numerator.sources}))
    below = measure.denominator
    of = below.sources[0].of if isinstance(below, Records) else below.series
    assert (above, measure.numerator.count, of, measure.within) == SHARES[name]


def test_the_table_of_shares_holds_every_share() -> None:
    assert set(SHARES) == {one.id for one in INDICATORS.values() if one.measure.kind == "share"}


def test_applied_with_success_asks_for_its_proof() -> None:
    measure = INDICATORS["dn26-supported-new-systems"].measure
    assert isinstance(measure, Records)
    assert [one.also_has for one in measure.sources] == [("certification", "lot", "improvement")]
    others = [one.measure for one in INDICATORS.values() if isinstance(one.measure, Records)]
    assert sum(bool(source.also_has) for one in others for source in one.sources) == 1


def test_a_smart_green_digital_model_has_all_three_parts_and_is_closed() -> None:
    measure = INDICATORS["dn26-smart-green-models"].measure
    assert isinstance(measure, Records)
    [source] = measure.sources
    assert source.has_all == {"tools": ("mes_erp",), "figures": ("oee", "energy_per_unit")}
    assert source.where == {"state": ("closed",)}


def test_paid_support_has_its_money() -> None:
    for name in ("dn26-national-standards-drafting", "dn26-export-certification"):
        measure = INDICATORS[name].measure
        assert isinstance(measure, Records)
        assert [one.where["amount"] for one in measure.sources] == ["*"]


@pytest.mark.parametrize(
    ("name", "components"),
    [
        ("dn26-calibration-capacity", {"documents": "up", "fields": "up", "in_order": "up", "turnaround": "down"}),
        ("tq21-calibration-capacity", {"documents": "up", "fields": "up", "in_order": "up"}),
        ("tq21-awareness", {"sessions": "up", "turns": "up", "reach": "up"}),
        ("tq21-key-products", {"labour_productivity": "up", "oee": "up", "quality_ratio": "up"}),
    ],
)
def test_a_wish_is_told_by_its_series(name: str, components: dict[str, str]) -> None:
    measure = INDICATORS[name].measure
    assert isinstance(measure, Trend)
    assert {one.id: one.better for one in measure.components} == components


def test_beside_the_portal_stands_what_can_be_proven() -> None:
    measure = INDICATORS["tq21-traceability-portal"].measure
    assert isinstance(measure, Milestone)
    assert {name: one.count for name, one in measure.beside.items()} == {
        "published_lots": "rows",
        "traced_products": "gtin",
        "accepted_lots": "rows",
    }


def test_whatever_the_plan_words_without_a_comparator_says_how_it_is_read() -> None:
    for one in INDICATORS.values():
        assert one.reading or one.ambiguity, one.id


def test_leads_and_days_of_tasks_are_those_of_the_annex() -> None:
    tasks = {one.id.removeprefix("dn26-t-"): one for one in PLANS[DONG_NAI].tasks}
    assert {name: " ".join((*one.lead, one.due.kind)) for name, one in tasks.items()} == LEADS
    assert {(one.due.year, one.due.until, one.due.quarter) for one in tasks.values() if one.due.year} == {
        (2026, None, 3),
        (2026, 2027, None),
        (2027, 2029, None),
    }


def test_tuyen_quang_names_a_lead_for_five_tasks_and_a_day_for_one() -> None:
    tasks = {one.id: one for one in PLANS[TUYEN_QUANG].tasks}
    assert {name: one.lead for name, one in tasks.items() if one.lead} == {
        "tq21-t-yearly-budget": ("science",),
        "tq21-t-association": ("business-association",),
        "tq21-t-classes": ("science",),
        "tq21-t-investment": ("planning",),
        "tq21-t-guide-join": ("departments-and-districts",),
    }
    assert [(name, one.due.kind) for name, one in tasks.items() if one.due.kind != "unsaid"] == [
        ("tq21-t-yearly-budget", "yearly")
    ]


@pytest.mark.parametrize(
    ("duty", "deadline", "frequency", "reporter", "recipients"),
    [
        ("dn26-r-yearly", "11-30", "yearly", "science", "ministry prime-minister"),
        ("dn26-r-final", "2030", "once", "science", "city-committee"),
        ("dn26-r-agencies", None, "periodic", "agencies-and-units", "science city-committee"),
        ("dn26-r-plan-budget", None, "yearly", "agencies-and-units", "science city-committee finance"),
        ("dn26-r-survey", None, "periodic", "communes", "science agriculture"),
        ("tq21-r-yearly", "11-30", "yearly", "science", "provincial-committee ministry"),
        ("tq21-r-agencies", None, "on_demand", "departments-and-districts", "science"),
        ("tq21-r-review", None, "periodic", "science", "provincial-committee"),
    ],
)
def test_a_report_is_due_when_the_plan_says(
    *, duty: str, deadline: str | None, frequency: str, reporter: str, recipients: str
) -> None:
    [one] = [one for name in NAMES for one in PLANS[name].reporting if one.id == duty]
    assert (one.deadline, one.frequency, " ".join(one.reporter), " ".join(one.recipients)) == (
        deadline,
        frequency,
        reporter,
        recipients,
    )
    assert one.inclusive is (deadline != "11-30"), "before the day: the day itself is late"


@pytest.mark.parametrize(
    ("name", "code", "former", "kind", "issued", "tiers"),
    [
        (DONG_NAI, "75", None, "centrally_run_city", 2026, ("city", "commune")),
        (TUYEN_QUANG, "08", "08", "province", 2022, ("province", "district")),
    ],
)
def test_a_plan_is_of_its_territory(
    *, name: str, code: str, former: str | None, kind: str, issued: int, tiers: tuple[str, ...]
) -> None:
    plan = PLANS[name]
    assert (plan.province.code, plan.province.former_code, plan.province.kind) == (code, former, kind)
    assert (plan.issued, plan.tiers, plan.number, plan.outlook_until) == (issued, tiers, None, None)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [(DONG_NAI, (17, 16, 37, 5, 2, 12, 3, 9, 15)), (TUYEN_QUANG, (10, 6, 23, 3, 2, 0, 7, 13, 6))],
)
def test_nothing_of_a_plan_is_left_out(name: str, sizes: tuple[int, ...]) -> None:
    plan = PLANS[name]
    numbered = sum(isinstance(one.target, float) for one in plan.indicators)
    lists = (plan.tasks, plan.reporting, plan.objectives, plan.catalogue, plan.legal_basis, plan.recipients, plan.tools)
    assert (len(plan.indicators), numbered, *map(len, lists)) == sizes


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_the_name_of_its_plan(name: str) -> None:
    assert read_plan(PACKAGED / f"{name}.yaml").id == name


def test_five_plans_hold_66_indicators_and_138_tasks_and_every_id_stands_once() -> None:
    assert set(PLANS) == set(FEEDS)
    indicators = [one.id for plan in PLANS.values() for one in plan.indicators]
    tasks = [one.id for plan in PLANS.values() for one in plan.tasks]
    reporting = [one.id for plan in PLANS.values() for one in plan.reporting]
    assert (len(indicators), len(tasks)) == (66, 138)
    assert max(Counter(indicators + tasks + reporting).values()) == 1
    numbered = [one for plan in PLANS.values() for one in plan.indicators if type(one.target) in (float, tuple)]
    assert len(numbered) == 51


@pytest.mark.parametrize("name", FEEDS)
def test_feeds_are_those_of_the_documents(name: str) -> None:
    counts = [Counter(one.feed for one in part) for part in (PLANS[name].indicators, PLANS[name].tasks)]
    assert tuple(tuple(count[feed] for feed in ORDER) for count in counts) == FEEDS[name]


@pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: plan.id)
def test_every_agency_that_is_used_is_named_and_every_one_named_is_used(plan: Plan) -> None:
    used = {plan.issuer, *plan.recipients}
    for one in (*plan.indicators, *plan.tasks):
        used |= {*one.lead, *one.coordinate}
    for duty in plan.reporting:
        used |= {*duty.reporter, *duty.recipients}
    assert used == set(plan.agencies)


@pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: plan.id)
def test_labels_are_short_composed_and_in_both_languages(plan: Plan) -> None:
    entries = (*plan.indicators, *plan.tasks, *plan.reporting, *plan.objectives, *plan.catalogue, *plan.legal_basis)
    for one in entries:
        assert len(one.title.vi.split()) <= 14, one.id
        assert len(one.title.en.split()) <= 14, one.id
        assert one.title.vi == unicodedata.normalize("NFC", one.title.vi), one.id
