"""The form of plans refuses what contradicts itself, whoever builds it."""

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.indicators.measures import Source
from gateway.indicators.schema import Due, Indicator, Plan, Reporting

WORDS = {"vi": "Tên", "en": "Name"}
INDICATOR: dict[str, Any] = {
    "id": "x-1",
    "section": "1",
    "title": WORDS,
    "unit": "percent",
    "comparator": ">",
    "target": 60,
    "period": "by_year",
    "since": 2026,
    "until": 2030,
    "due": {"kind": "yearly"},
    "feed": "statistics",
    "measure": {"kind": "tfp_share"},
}
RECORDS = {"kind": "records", "sources": [{"of": "attendance"}]}
TREND = {
    "kind": "trend",
    "components": [{"id": "a", "vi": "a", "en": "b", "measure": {"kind": "capacity", "figure": "fields"}}],
}


def refused(model: type, content: dict[str, Any]) -> str:
    """What the form says of the only mistake."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(content)
    [error] = caught.value.errors()
    return str(error["msg"]).removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"until": 2025}, "until 2025 lies before since 2026. Correct one of them."),
        ({"target": True}, "comparator > needs target a number. Correct one of them."),
        ({"target": None}, "comparator > needs target a number. Correct one of them."),
        ({"target": [5, 10]}, "comparator > needs target a number. Correct one of them."),
        (
            {"comparator": "range", "target": [10, 5]},
            "comparator range needs target [low, high]. Correct one of them.",
        ),
        ({"comparator": "=", "target": 1}, "comparator = needs target true. Correct one of them."),
        ({"comparator": "trend"}, "comparator trend needs target null. Correct one of them."),
        ({"unit": "milestone"}, "unit milestone needs comparator =. Correct one of them."),
        ({"unit": "qualitative"}, "unit qualitative needs comparator trend. Correct one of them."),
        (
            {"unit": "persons", "target": 5.5, "measure": RECORDS},
            "persons are counted and need a whole number from 1 on as target. Correct one of them.",
        ),
        (
            {"unit": "classes", "comparator": "range", "target": [0, 2], "measure": RECORDS},
            "classes are counted and need a whole number from 1 on as target. Correct one of them.",
        ),
        (
            {"unit": "milestone", "comparator": "=", "target": True},
            "unit milestone needs a measure of kind milestone, signed_tfp; got tfp_share. Choose one.",
        ),
        (
            {"comparator": "=", "target": True},
            "comparator = needs unit milestone. Correct one of them.",
        ),
        (
            {"comparator": "trend", "target": None, "measure": TREND},
            "comparator trend needs unit qualitative. Correct one of them.",
        ),
        (
            {"period": "per_year"},
            "tfp_share is a figure of several years. Choose whole_period, by_year or average_per_year as period.",
        ),
        (
            {"period": "average_per_year"},
            (
                "period average_per_year needs a measure of kind records, labour_productivity_growth; got tfp_share. "
                "Choose one."
            ),
        ),
        (
            {"measure": RECORDS},
            "unit percent needs a measure of kind share, tfp_share, statistic, over_plan; got records. Choose one.",
        ),
    ],
)
def test_unit_comparator_target_and_measure_fit_together(changed: dict[str, Any], why: str) -> None:
    assert refused(Indicator, INDICATOR | changed) == why


@pytest.mark.parametrize(
    ("changed", "target"),
    [
        ({}, 60.0),
        ({"target": 0.5}, 0.5),
        ({"comparator": "range", "target": [10, 15]}, (10.0, 15.0)),
        ({"unit": "persons", "target": 20, "comparator": "about", "measure": RECORDS}, 20.0),
        ({"unit": "milestone", "comparator": "=", "target": True, "measure": {"kind": "signed_tfp"}}, True),
        ({"unit": "qualitative", "comparator": "trend", "target": None, "measure": TREND}, None),
    ],
)
def test_targets_as_plans_have_them(changed: dict[str, Any], target: object) -> None:
    read = Indicator.model_validate(INDICATOR | changed).target
    assert (read, type(read)) == (target, type(target))


@pytest.mark.parametrize("target", ["60", "60%", float("nan"), float("inf"), [1, 2, 3], [True, 2], {}, False])
def test_what_is_no_number_is_no_target(target: object) -> None:
    assert refused(Indicator, INDICATOR | {"target": target}).startswith("expected a number, [low, high], true or null")


@pytest.mark.parametrize(
    ("due", "why"),
    [
        ({"kind": "quarter", "year": 2026}, "quarter needs quarter. Write it beside kind."),
        ({"kind": "year"}, "year needs year. Write it beside kind."),
        ({"kind": "starts", "year": 2027, "until": 2026}, "until 2026 lies before year 2027. Correct one of them."),
    ],
)
def test_a_day_is_complete_and_in_order(due: dict[str, Any], why: str) -> None:
    assert refused(Due, due) == why


def test_a_deadline_is_a_day_of_some_year() -> None:
    duty = {"id": "r", "section": "1", "title": WORDS, "reporter": ["a"], "recipients": ["b"], "frequency": "yearly"}
    assert Reporting.model_validate(duty | {"deadline": "02-29"}).deadline == "02-29"
    assert refused(Reporting, duty | {"deadline": "02-30"}).startswith("deadline 02-30 is no day.")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"until": 2025}, "until 2025 lies before since 2026. Correct one of them."),
        ({"outlook_until": 2029}, "outlook_until 2029 lies before until 2030. Correct one of them."),
    ],
)
def test_a_plans_years_are_in_order(changed: dict[str, Any], why: str) -> None:
    plan = {
        "form": "nhipdo-plan/1",
        "id": "x",
        "title": WORDS,
        "province": {"code": "91", "name": WORDS},
        "issuer": "a",
        "since": 2026,
        "until": 2030,
        "tiers": ["province"],
        "agencies": {"a": WORDS},
        "indicators": [INDICATOR],
    }
    assert Plan.model_validate(plan).indicator("x-1").unit == "percent"
    with pytest.raises(KeyError, match="x-2"):
        Plan.model_validate(plan).indicator("x-2")
    assert refused(Plan, plan | changed) == why


@pytest.mark.parametrize("wanted", ["basic_tool", [], [5], {}, None, ["a", 1.5]])
def test_wanted_values_are_a_list_of_words_or_anything(wanted: object) -> None:
    told = refused(Source, {"of": "support", "where": {"kind": wanted}})
    assert told.startswith('expected a list of values such as [basic_tool], or "*"; got ')


def test_wanted_values_may_be_words_flags_or_anything() -> None:
    where = {"kind": ["basic_tool", ""], "amount": "*", "organisation.is_ocop": [True]}
    read = Source.model_validate({"of": "support", "where": where}).where
    assert read == {"kind": ("basic_tool", ""), "amount": "*", "organisation.is_ocop": (True,)}
