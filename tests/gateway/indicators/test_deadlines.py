"""Deadlines of plans, held to the words of the plans and to the calendar."""

from datetime import date

import pytest
from pydantic import ValidationError

from gateway.indicators.deadlines import deadlines, last_day, working_day_before
from gateway.indicators.schema import Plan, Reporting

WORDS = {"vi": "Báo cáo", "en": "Report"}


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def duty(name: str, **changed: object) -> dict[str, object]:
    values = {"id": name, "section": "V.1", "title": WORDS, "reporter": ["dost"], "recipients": ["ubnd", "unlisted"]}
    return values | {"frequency": "yearly"} | changed


def plan(*duties: dict[str, object]) -> Plan:
    indicator = {
        "id": "x-turns",
        "section": "II",
        "title": WORDS,
        "unit": "persons",
        "comparator": ">=",
        "target": 10.0,
        "period": "per_year",
        "since": 2026,
        "until": 2030,
        "due": {"kind": "yearly"},
        "feed": "registry",
        "measure": {"kind": "records", "sources": [{"of": "training"}]},
    }
    agencies = {"dost": {"vi": "Sở KH&CN", "en": "Department"}, "ubnd": {"vi": "UBND", "en": "Committee"}}
    return Plan.model_validate(
        {
            "form": "nhipdo-plan/1",
            "id": "x-2026-2030",
            "title": WORDS,
            "province": {"code": "82", "name": WORDS},
            "issuer": "ubnd",
            "issued": 2026,
            "since": 2026,
            "until": 2030,
            "tiers": ["province"],
            "agencies": agencies,
            "indicators": [indicator],
            "reporting": list(duties),
        }
    )


@pytest.mark.parametrize(
    ("deadline", "inclusive", "last"),
    [
        ("02-29", True, date(2026, 2, 28)),
        ("02-29", False, date(2026, 2, 28)),  # there is no 29th: the 28th lies before it
        ("03-01", False, date(2026, 2, 28)),
        ("11-25", True, date(2026, 11, 25)),  # chậm nhất ngày 25/11
        ("12-10", True, date(2026, 12, 10)),  # chậm nhất ngày 10/12
        ("11-30", False, date(2026, 11, 29)),  # trước ngày 30/11
        ("01-01", False, date(2025, 12, 31)),
        ("2030", True, date(2030, 12, 31)),
        ("2030", False, date(2030, 12, 31)),
    ],
)
def test_the_last_day_is_the_one_that_the_plans_words_leave(deadline, inclusive, last) -> None:
    assert last_day(deadline, 2026, inclusive=inclusive) == last


def test_each_year_of_the_plan_has_its_day_and_a_final_review_one() -> None:
    of = plan(duty("x-r-yearly", deadline="11-25"), duty("x-r-final", frequency="once", deadline="2030"))
    found = deadlines(of, date(2026, 1, 1), date(2100, 1, 1), weekdays)
    yearly = [one.last.year for one in found if one.duty == "x-r-yearly" and one.last]
    assert yearly == [2026, 2027, 2028, 2029, 2030]
    assert [one.last for one in found if one.duty == "x-r-final"] == [date(2030, 12, 31)]
    assert [one.last for one in found] == sorted(one.last for one in found if one.last)


def test_only_days_between_both_ends_count_and_both_ends_belong_to_it() -> None:
    of = plan(duty("x-r-yearly", deadline="11-25"))
    found = deadlines(of, date(2027, 11, 25), date(2028, 11, 25), weekdays)
    assert [str(one.last) for one in found] == ["2027-11-25", "2028-11-25"]


def test_a_duty_without_a_day_is_told_behind_the_others_and_once() -> None:
    of = plan(duty("x-r-asked", frequency="on_demand"), duty("x-r-yearly", deadline="11-25"))
    found = deadlines(of, date(2026, 1, 1), date(2026, 12, 31), weekdays)
    assert [(one.duty, one.last, one.ready) for one in found] == [
        ("x-r-yearly", date(2026, 11, 25), date(2026, 11, 25)),
        ("x-r-asked", None, None),
    ]


def test_a_deadline_on_a_sunday_is_to_be_ready_on_friday() -> None:
    # 29 November 2026 is a Sunday; the plan's day does not move.
    (found,) = deadlines(plan(duty("r", deadline="11-30", inclusive=False)), *[date(2026, 11, 29)] * 2, weekdays)
    assert (found.last, found.ready) == (date(2026, 11, 29), date(2026, 11, 27))


def test_agencies_are_called_by_name_and_one_that_the_plan_does_not_list_by_its_key() -> None:
    (found,) = deadlines(plan(duty("r", deadline="11-25")), date(2026, 1, 1), date(2026, 12, 31), weekdays)
    assert found.reporter == {"vi": ("Sở KH&CN",), "en": ("Department",)}
    assert found.recipients["en"] == ("Committee", "unlisted")


def test_a_calendar_without_working_days_is_a_mistake_and_no_endless_search() -> None:
    with pytest.raises(ValueError, match="working days: none") as caught:
        working_day_before(date(2026, 5, 31), lambda _: False)
    assert str(caught.value) == (
        "working days: none in the 31 days before 2026-05-31. Check the calendar of public holidays."
    )


@pytest.mark.parametrize("wrong", ["13-01", "02-30", "00-10", "11-00"])
def test_a_plan_cannot_name_a_day_that_there_is_not(wrong) -> None:
    with pytest.raises(ValidationError, match=f"deadline {wrong} is no day. Write month and day, as 11-25."):
        Reporting.model_validate(duty("r", deadline=wrong))
