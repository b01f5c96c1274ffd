"""The plans of Đồng Tháp and Lai Châu say what the documents say: written here by hand, a second time."""

import unicodedata
from collections import Counter
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from gateway.indicators.measures import NewFields, OverPlan, Records, Share, Source, Trend
from gateway.indicators.schema import Indicator, Words
from gateway.programme.plan_files import PACKAGED, load_plans, read_plan

NAMES = ("dong-thap-2026-2030", "dong-thap-2021-2025", "lai-chau-2021-2025")
PLANS = load_plans()
INDICATORS = {one.id: one for name in NAMES for one in PLANS[name].indicators}
TARGETS = """
dt26-tfp-share                  | >     | 55     | whole_period     | percent          | 2026-2030
dt26-labour-productivity-growth | >=    | 7      | average_per_year | percent_per_year | 2026-2030
dt26-training-turns             | >=    | 500    | per_year         | person_turns     | 2026-2030
dt26-integrated-model           | >=    | 1      | per_year         | models           | 2026-2030
dt26-highrisk-standards         | >=    | 50     | whole_period     | percent          | 2026-2030
dt26-quality-award              | >=    | 10     | whole_period     | enterprises      | 2026-2030
dt26-hospital-models            | >=    | 3      | whole_period     | models           | 2027-2030
dt26-5s-iso21001-highschools    | >=    | 20     | whole_period     | percent          | 2027-2030
dt26-5s-iso21001-colleges       | >=    | 50     | whole_period     | percent          | 2027-2030
dt26-supported-enterprises      | >=    | 30     | per_year         | enterprise_turns | 2026-2030
dt26-supported-traceability     | >=    | 5      | per_year         | enterprises      | 2026-2030
dt26-standards-information      | >=    | 100    | whole_period     | percent          | 2026-2030
dt26-traceability-system        | =     | yes    | whole_period     | milestone        | 2026-2030
dt26-experts                    | >=    | 20     | whole_period     | persons          | 2026-2030
dt26-certification-body         | >=    | 1      | whole_period     | organisations    | 2026-2030
dt26-traceability-classes       | >=    | 2      | per_year         | classes          | 2026-2030
dt26-productivity-classes       | >=    | 2      | per_year         | classes          | 2026-2030
dt26-calibration-capacity       | trend | none   | whole_period     | qualitative      | 2026-2030
dt21-classes                    | >=    | 10     | whole_period     | classes          | 2021-2025
dt21-experts                    | about | 20     | whole_period     | persons          | 2021-2025
dt21-guided-organisations       | about | 100    | per_year         | organisations    | 2021-2025
dt21-supported-enterprises      | >=    | 15     | whole_period     | enterprises      | 2021-2025
dt21-calibration-fields         | >=    | 3      | whole_period     | fields           | 2021-2025
dt21-quality-award              | >=    | 10     | whole_period     | enterprises      | 2021-2025
dt21-quality-award-gold         | >=    | 3      | whole_period     | enterprises      | 2021-2025
dt21-tfp-priority               | trend | none   | whole_period     | qualitative      | 2021-2025
dt21-next-period                | range | 10..15 | whole_period     | percent          | 2026-2030
lc21-certified-enterprises      | range | 5..10  | whole_period     | enterprises      | 2021-2025
lc21-traceability-enterprises   | >=    | 2      | whole_period     | enterprises      | 2021-2025
lc21-traceability-system        | =     | yes    | whole_period     | milestone        | 2021-2025
lc21-tfp-calculated             | =     | yes    | whole_period     | milestone        | 2021-2025
lc21-training                   | trend | none   | whole_period     | qualitative      | 2021-2025
lc30-certified-enterprises      | range | 15..20 | by_year          | enterprises      | 2026-2030
lc30-traceability-enterprises   | >=    | 5      | by_year          | enterprises      | 2026-2030
lc30-traceability-system        | =     | yes    | by_year          | milestone        | 2026-2030
lc30-tfp-calculated             | =     | yes    | by_year          | milestone        | 2026-2030
lc21-courses                    | range | 1..2   | per_year         | classes          | 2021-2025
lc21-testing-capacity           | trend | none   | whole_period     | qualitative      | 2021-2025
lc21-tfp-general                | trend | none   | whole_period     | qualitative      | 2021-2025
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TARGETS.strip().splitlines()]
# What is counted: measure, of which nouns, by what; "turns" are rows, everything else is distinct.
COUNTS = {
    "dt26-training-turns": ("attendance", "rows"),
    "dt26-integrated-model": ("pilot", "rows"),
    "dt26-quality-award": ("award", "organisation"),
    "dt26-hospital-models": ("pilot", "rows"),
    "dt26-supported-enterprises": ("support", "rows"),
    "dt26-supported-traceability": ("support", "organisation"),
    "dt26-experts": ("expert", "person"),
    "dt26-certification-body": ("certification_activity", "organisation"),
    "dt26-traceability-classes": ("training", "rows"),
    "dt26-productivity-classes": ("training", "rows"),
    "dt21-classes": ("training", "rows"),
    "dt21-experts": ("expert", "person"),
    "dt21-guided-organisations": ("attendance support", "organisation"),
    "dt21-supported-enterprises": ("support", "organisation"),
    "dt21-quality-award": ("award", "organisation"),
    "dt21-quality-award-gold": ("award", "organisation"),
    "lc21-certified-enterprises": ("certification support", "organisation"),
    "lc21-traceability-enterprises": ("support", "organisation"),
    "lc30-certified-enterprises": ("certification support", "organisation"),
    "lc30-traceability-enterprises": ("support", "organisation"),
    "lc21-courses": ("training", "rows"),
}
# Plan: measured, calibration, registry, statistics, traceability; of indicators and of tasks.
FEEDS = {
    "dong-thap-2026-2030": ((2, 1, 11, 2, 2), (1, 0, 24, 2, 4)),
    "dong-thap-2021-2025": ((0, 1, 7, 1, 0), (3, 1, 17, 0, 1)),
    "lai-chau-2021-2025": ((0, 1, 4, 3, 4), (1, 0, 19, 2, 3)),
}
SIZES = {  # indicators, of which with a number, tasks, reporting, objectives, baseline, tools, recipients, legal basis
    "dong-thap-2026-2030": (18, 16, 31, 4, 3, 0, 19, 6, 6),
    "dong-thap-2021-2025": (9, 8, 22, 2, 1, 10, 8, 7, 2),
    "lai-chau-2021-2025": (12, 5, 25, 3, 1, 0, 4, 10, 2),
}
UNLED = {
    "dt26-highrisk-standards",
    "dt26-standards-information",
    "dt26-certification-body",
    "dt26-calibration-capacity",
}


def told(indicator: Indicator) -> list[str]:
    """An indicator as a row of the table."""
    target = indicator.target
    shown = "yes" if target is True else "none"
    if isinstance(target, tuple):
        shown = "..".join(f"{end:g}" for end in target)
    elif isinstance(target, float) and target is not True:
        shown = f"{target:g}"
    years = f"{indicator.since}-{indicator.until}"
    return [indicator.id, indicator.comparator, shown, indicator.period, indicator.unit, years]


def all_words(of: object) -> Iterator[Words]:
    """Every label, reading and evidence within a plan."""
    if isinstance(of, Words):
        yield of
    elif isinstance(of, BaseModel):
        for name in type(of).model_fields:
            yield from all_words(getattr(of, name))
    elif isinstance(of, tuple | dict):
        for one in of.values() if isinstance(of, dict) else of:
            yield from all_words(one)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_target_is_the_one_of_the_document(row: list[str]) -> None:
    assert told(INDICATORS[row[0]]) == row


def test_the_table_holds_every_indicator_in_the_plans_order() -> None:
    assert [row[0] for row in ROWS] == list(INDICATORS)


@pytest.mark.parametrize("name", COUNTS)
def test_turns_are_rows_and_enterprises_are_distinct(name: str) -> None:
    measure = INDICATORS[name].measure
    assert isinstance(measure, Records)
    assert (" ".join(sorted({one.of for one in measure.sources})), measure.count) == COUNTS[name]


def test_the_table_of_counts_holds_every_count() -> None:
    assert set(COUNTS) == {one.id for one in INDICATORS.values() if one.measure.kind == "records"}


@pytest.mark.parametrize(
    ("name", "counted", "of", "denominator"),
    [
        ("dt26-highrisk-standards", "support", "organisation", "listed"),
        ("dt26-5s-iso21001-highschools", "pilot support", "organisation", "upper_secondary_schools"),
        ("dt26-5s-iso21001-colleges", "pilot support", "organisation", "colleges"),
        ("dt26-standards-information", "information_request", "rows", "information_request"),
    ],
)
def test_a_percentage_has_its_denominator(name: str, counted: str, of: str, denominator: str) -> None:
    measure = INDICATORS[name].measure
    assert isinstance(measure, Share)
    assert " ".join(sorted({one.of for one in measure.numerator.sources})) == counted
    assert measure.numerator.count == of
    below = measure.denominator
    assert (below.sources[0].of if isinstance(below, Records) else below.series) == denominator


@pytest.mark.parametrize("name", NAMES)
def test_feeds_are_those_of_the_documents(name: str) -> None:
    order = ("measured", "calibration", "registry", "statistics", "traceability")
    counts = [Counter(one.feed for one in part) for part in (PLANS[name].indicators, PLANS[name].tasks)]
    assert tuple(tuple(count[feed] for feed in order) for count in counts) == FEEDS[name]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_plan_is_left_out(name: str) -> None:
    plan = PLANS[name]
    numbered = sum(one.target is not None and one.target is not True for one in plan.indicators)
    lists = (plan.tasks, plan.reporting, plan.objectives, plan.baseline, plan.tools, plan.recipients, plan.legal_basis)
    assert (len(plan.indicators), numbered, *map(len, lists)) == SIZES[name]


@pytest.mark.parametrize(
    ("name", "code", "former", "issued", "years", "outlook"),
    [
        ("dong-thap-2026-2030", "82", None, 2026, (2026, 2030), None),
        ("dong-thap-2021-2025", "82", "87", 2021, (2021, 2025), 2030),
        ("lai-chau-2021-2025", "12", None, None, (2021, 2025), 2030),
    ],
)
def test_a_plan_is_of_its_territory_and_years(
    name: str, code: str, former: str | None, issued: int | None, years: tuple[int, int], outlook: int | None
) -> None:
    plan = PLANS[name]
    assert (plan.province.code, plan.province.former_code, plan.issued) == (code, former, issued)
    assert ((plan.since, plan.until), plan.outlook_until, plan.number) == (years, outlook, None)


@pytest.mark.parametrize(
    ("duty", "deadline", "inclusive", "frequency", "recipients"),
    [
        ("dt26-r-agencies", "11-25", True, "yearly", ("Sở Khoa học và Công nghệ",)),
        ("dt26-r-dost", "12-10", True, "yearly", ("Ủy ban nhân dân tỉnh Đồng Tháp",)),
        ("dt26-r-adhoc", None, True, "on_demand", ("Ủy ban nhân dân tỉnh Đồng Tháp",)),
        ("dt26-r-review", None, True, "periodic", ("Ủy ban nhân dân tỉnh Đồng Tháp",)),
        ("dt21-r-yearly", None, True, "yearly", ("Ủy ban nhân dân tỉnh Đồng Tháp",)),
        ("dt21-r-midterm", "2025", True, "once", ("Ủy ban nhân dân tỉnh Đồng Tháp",)),
        ("lc21-r-ministry", None, True, "periodic", ("Bộ Khoa học và Công nghệ",)),
        ("lc21-r-departments", None, True, "on_demand", ("Sở Khoa học và Công nghệ",)),
        ("lc21-r-review", None, True, "periodic", ("Ủy ban nhân dân tỉnh Lai Châu",)),
    ],
)
def test_a_report_is_due_when_the_plan_says(
    *, duty: str, deadline: str | None, inclusive: bool, frequency: str, recipients: tuple[str, ...]
) -> None:
    [(plan, one)] = [(PLANS[name], one) for name in NAMES for one in PLANS[name].reporting if one.id == duty]
    assert (one.deadline, one.inclusive, one.frequency) == (deadline, inclusive, frequency)
    assert tuple(plan.agencies[key].vi for key in one.recipients) == recipients


@pytest.mark.parametrize(
    ("task", "kind", "year", "until"),
    [
        ("dt26-t-a1c-handbook", "year", 2026, None),
        ("dt26-t-a3b-rules", "year", 2026, None),
        ("dt26-t-b1a-resolution", "year", 2026, None),
        ("dt26-t-b1b-quality-infrastructure", "year", 2027, None),
        ("dt26-t-local-standards", "window", 2026, 2030),
        ("dt26-t-honour", "end_of_period", 2030, None),
        ("dt26-t-tfp-data", "yearly_and_final", 2030, None),
        ("dt26-t-tfp-calc", "yearly", None, None),
        ("dt21-t-yearly-plan", "yearly", None, None),
        ("lc21-t-needs", "yearly", None, None),
        ("lc21-t-budget", "yearly", None, None),
    ],
)
def test_a_task_is_due_when_the_plan_says(task: str, kind: str, year: int | None, until: int | None) -> None:
    [one] = [one for name in NAMES for one in PLANS[name].tasks if one.id == task]
    assert (one.due.kind, one.due.year, one.due.until) == (kind, year, until)


def test_no_other_task_has_a_day() -> None:
    kinds = {name: Counter(one.due.kind for one in PLANS[name].tasks) for name in NAMES}
    assert kinds["dong-thap-2026-2030"] == {
        "unsaid": 14, "yearly": 10, "year": 4, "window": 1, "end_of_period": 1, "yearly_and_final": 1,
    }  # fmt: skip
    assert kinds["dong-thap-2021-2025"] == {"unsaid": 21, "yearly": 1}
    assert kinds["lai-chau-2021-2025"] == {"unsaid": 23, "yearly": 2}


def test_every_target_has_its_lead_but_those_for_which_the_plan_names_nobody() -> None:
    unled = {name for name, one in INDICATORS.items() if not one.lead}
    assert unled == UNLED | {"lc21-testing-capacity"}
    assert {key for one in INDICATORS.values() for key in one.lead} == {"science"}
    assert [one.id for one in INDICATORS.values() if one.lead_inferred] == ["dt26-labour-productivity-growth"]


def test_tfp_is_read_by_ten_agencies_and_led_by_one() -> None:
    for one in (INDICATORS["dt26-tfp-share"], *PLANS["dong-thap-2026-2030"].tasks):
        if one.id in ("dt26-tfp-share", "dt26-t-tfp-data", "dt26-t-tfp-calc"):
            assert (len(one.lead), len(one.coordinate)) == (1, 10), one.id


def test_new_fields_are_those_that_were_not_there_at_the_end_of_2020() -> None:
    assert INDICATORS["dt21-calibration-fields"].measure == NewFields(base="2020-12-31")


def test_only_indicators_of_one_definition_are_compared_across_plans() -> None:
    measure = INDICATORS["dt21-next-period"].measure
    assert isinstance(measure, OverPlan)
    for earlier, later in measure.pairs.items():
        a, b = INDICATORS[earlier], INDICATORS[later]
        assert (a.unit, a.period, a.measure.count) == (b.unit, b.period, b.measure.count)


@pytest.mark.parametrize("name", ["lc30-certified-enterprises", "lc30-traceability-enterprises"])
def test_targets_to_2030_count_as_before_and_show_the_sum_from_2021_on(name: str) -> None:
    later, earlier = INDICATORS[name].measure, INDICATORS[name.replace("lc30", "lc21")].measure
    assert isinstance(later, Records)
    assert later.also_since == 2021
    assert later.model_copy(update={"also_since": None}) == earlier


@pytest.mark.parametrize(
    "name", ["dt26-supported-traceability", "lc21-traceability-enterprises", "lc30-traceability-enterprises"]
)
def test_who_was_supported_for_traceability_is_measured_by_lots_and_counted_without(name: str) -> None:
    measure = INDICATORS[name].measure
    assert isinstance(measure, Records)
    assert measure.measured_by == ("lot",)
    assert not any(source.also_has for source in measure.sources)


def test_a_model_of_a_school_has_both_tools_whatever_proves_it() -> None:
    for name, code in (("highschools", "8523"), ("colleges", "8533")):
        measure = INDICATORS[f"dt26-5s-iso21001-{name}"].measure
        assert isinstance(measure, Share)
        for source in measure.numerator.sources:
            assert source.has_all == {"tools": ("5s", "iso_21001")}
            [codes] = [wanted for path, wanted in source.where.items() if path.endswith("industry")]
            assert set(codes) == {f"P{code}", code, f"P{code}0", f"{code}0"}


def test_officials_count_as_trained_only_where_they_work_for_a_school_or_an_enterprise() -> None:
    measure = INDICATORS["dt26-training-turns"].measure
    assert isinstance(measure, Records)
    anybody, employed = measure.sources
    assert anybody == Source(
        of="attendance", where={"training.topic": ("productivity", "quality"), "is_official": (False,)}
    )
    assert employed.where["organisation.kind"] == ("enterprise", "branch", "household", "cooperative", "school")


@pytest.mark.parametrize(
    ("name", "components"),
    [
        ("dt26-calibration-capacity", ["documents", "fields", "requests_served", "in_order"]),
        ("dt21-tfp-priority", ["tfp_growth"]),
        ("lc21-training", ["classes", "turns", "enterprises"]),
        ("lc21-testing-capacity", ["documents", "fields", "in_order"]),
        ("lc21-tfp-general", ["tfp_share"]),
    ],
)
def test_a_wish_is_told_by_its_series(name: str, components: list[str]) -> None:
    measure = INDICATORS[name].measure
    assert isinstance(measure, Trend)
    assert [one.id for one in measure.components] == components


@pytest.mark.parametrize(
    "name",
    [
        "dt26-tfp-share",
        "dt26-quality-award",
        "dt26-supported-traceability",
        "dt21-next-period",
        "lc30-certified-enterprises",
    ],
)
def test_what_the_plan_leaves_open_is_carried_with_the_figure(name: str) -> None:
    assert INDICATORS[name].ambiguity is not None


def test_a_word_without_a_number_says_how_it_is_read() -> None:
    for one in INDICATORS.values():
        if one.comparator in ("about", "range", "trend") or one.measure.kind == "share":
            assert one.reading is not None, one.id


@pytest.mark.parametrize("name", NAMES)
def test_words_are_short_composed_and_in_both_languages(name: str) -> None:
    plan = PLANS[name]
    for words in all_words(plan):
        assert words.vi == unicodedata.normalize("NFC", words.vi)
        assert (words.vi, words.en) == (words.vi.strip(), words.en.strip())
    for entry in (*plan.indicators, *plan.tasks, *plan.reporting, *plan.objectives, *plan.baseline):
        assert len(entry.title.vi.split()) <= 14, entry.id
        assert len(entry.title.en.split()) <= 12, entry.id
        assert entry.title.vi != entry.title.en, entry.id


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_the_name_of_its_plan(name: str) -> None:
    assert read_plan(PACKAGED / f"{name}.yaml").id == name


@pytest.mark.parametrize("name", NAMES)
def test_every_agency_of_a_plan_is_used(name: str) -> None:
    plan = PLANS[name]
    used = {plan.issuer, *plan.recipients}
    for one in (*plan.indicators, *plan.tasks):
        used |= {*one.lead, *one.coordinate}
    for duty in plan.reporting:
        used |= {*duty.reporter, *duty.recipients}
    assert used == set(plan.agencies)
