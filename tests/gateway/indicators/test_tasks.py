"""Tasks of a plan: which agency says what, what is late on which day, and the money behind it."""

from datetime import date

import pytest

from gateway.indicators.agencies import agencies_meant
from gateway.indicators.facts import Gap, Record
from gateway.indicators.schema import Due, Plan, Reporting, Words
from gateway.indicators.tasks import Money, TaskStanding, TaskState, last_day, progress_of

PLAN = {
    "form": "nhipdo-plan/1",
    "id": "p-2026-2030",
    "title": {"vi": "Kế hoạch", "en": "Plan"},
    "province": {"code": "82", "name": {"vi": "Đồng Tháp", "en": "Dong Thap"}},
    "issuer": "ubnd",
    "issued": 2026,
    "since": 2026,
    "until": 2030,
    "tiers": ("province", "commune"),
    "agencies": {
        "ubnd": {"vi": "Ủy ban nhân dân tỉnh", "en": "People's committee"},
        "so-khcn": {"vi": "Sở Khoa học và Công nghệ", "en": "Department of science and technology"},
        "so-ct": {"vi": "Sở Công Thương", "en": "Department of industry and trade"},
    },
    "indicators": (
        {
            "id": "p-i",
            "section": "II",
            "title": {"vi": "Lượt", "en": "Turns"},
            "unit": "person_turns",
            "comparator": ">=",
            "target": 1.0,
            "period": "per_year",
            "since": 2026,
            "until": 2030,
            "due": {"kind": "yearly"},
            "feed": "registry",
            "measure": {"kind": "records", "sources": ({"of": "attendance"},)},
        },
    ),
}
TO_REPORT = Reporting(
    id="r",
    section="V",
    title=Words(vi="Báo cáo", en="Report"),
    reporter=("so-khcn",),
    recipients=(),
    frequency="yearly",
    deadline="11-25",
)
AGENCIES = (
    Record(noun="agency", id="a1", label="Sở KH&CN", values={"name": "Sở KH&CN tỉnh Đồng Tháp"}),
    Record(noun="agency", id="a2", label="Sở Công Thương", values={"name": "Sở Công Thương"}),
)


def plan(*, reporting: tuple[Reporting, ...] = (), lead: tuple[str, ...] = ("so-khcn",), **due: object) -> Plan:
    task = {
        "id": "p-t",
        "section": "III",
        "title": {"vi": "Việc", "en": "Task"},
        "lead": lead,
        "coordinate": ("so-ct",),
        "due": due,
        "feed": "registry",
    }
    return Plan.model_validate(PLAN | {"tasks": (task,), "reporting": tuple(one.model_dump() for one in reporting)})


def said(day: str, state: str = "under_way", agency: str = "a1", **others: object) -> Record:
    values = {"plan": "p-2026-2030", "task": "p-t", "agency": agency, "date": day, "state": state}
    return Record(noun="task_progress", id=f"{agency}-{day}", values=values | others)


def spent(year: int, source: str, agency: str = "a1", **money: int) -> Record:
    values = {"plan": "p-2026-2030", "task": "p-t", "agency": agency, "year": year, "source": source}
    return Record(noun="task_money", id=f"{agency}-{year}-{source}", values=values | money)


def standing(of: Plan, as_of: str, *rows: Record, money: tuple[Record, ...] = ()) -> TaskStanding:
    [one] = progress_of(of, rows, money, AGENCIES, date.fromisoformat(as_of))
    return one


YEARLY = {"kind": "yearly"}
END = {"kind": "end_of_period", "year": 2030}
QUARTER = {"kind": "quarter", "year": 2026, "quarter": 3}
WINDOW = {"kind": "window", "year": 2027, "until": 2029}
STARTS = {"kind": "starts", "year": 2027, "until": 2030}
UNSAID = {"kind": "unsaid"}


@pytest.mark.parametrize(
    ("due", "rows", "as_of", "why"),
    [
        (YEARLY, [], "2026-12-31", None),
        (YEARLY, [], "2027-01-01", "task_not_said 2026"),
        (YEARLY, [("2026-01-01", "under_way")], "2027-01-01", None),
        (YEARLY, [("2026-05-01", "done")], "2027-12-31", None),
        (YEARLY, [("2026-05-01", "done")], "2028-01-01", "task_not_said 2027"),
        (YEARLY, [("2026-05-01", "dropped")], "2029-01-01", None),
        (YEARLY, [("2030-02-01", "done")], "2033-01-01", None),
        (YEARLY, [("2029-02-01", "done")], "2033-01-01", "task_not_said 2030"),
        (END, [], "2030-12-31", None),
        (END, [("2030-06-01", "under_way")], "2031-01-01", "task_not_done 2030-12-31"),
        (END, [("2030-06-01", "done")], "2031-01-01", None),
        (QUARTER, [("2026-05-01", "under_way")], "2026-09-30", None),
        (QUARTER, [("2026-05-01", "under_way")], "2026-10-01", "task_not_done 2026-09-30"),
        (QUARTER, [("2026-09-30", "done")], "2026-10-01", None),
        (WINDOW, [], "2029-12-31", None),
        (WINDOW, [], "2030-01-01", "task_not_done 2029-12-31"),
        (STARTS, [], "2027-12-31", None),
        (STARTS, [("2027-03-01", "not_begun")], "2028-01-01", "task_not_begun 2027-12-31"),
        (STARTS, [("2027-03-01", "under_way")], "2028-01-01", None),
        (UNSAID, [], "2027-01-01", None),
        (UNSAID, [], "2027-01-02", "task_silent 2026-01-01"),
        (UNSAID, [("2026-06-01", "under_way")], "2027-06-01", None),
        (UNSAID, [("2026-06-01", "under_way")], "2027-06-02", "task_silent 2026-06-01"),
        (UNSAID, [("2026-06-01", "done")], "2029-06-02", None),
        (END, [("2026-06-01", "recurring")], "2027-06-02", "task_silent 2026-06-01"),
    ],
)
def test_late_follows_from_when_the_plan_wants_a_task_done(due, rows, as_of, why) -> None:
    gap = standing(plan(**due), as_of, *(said(day, state) for day, state in rows)).why
    assert (f"{gap.code} {''.join(gap.parts.values())}" if gap else None) == why


def test_a_yearly_task_is_due_by_the_plans_own_reporting_day() -> None:
    before = TO_REPORT.model_copy(update={"inclusive": False})
    for duty, in_time, late in ((TO_REPORT, "2026-11-25", "2026-11-26"), (before, "2026-11-24", "2026-11-25")):
        of = plan(reporting=(duty,), **YEARLY)
        assert standing(of, in_time) == TaskStanding(
            task="p-t", state=TaskState.UNSAID, due=in_time, leads=("a1",), silent_leads=("so-khcn",)
        )
        assert standing(of, late).why == Gap(code="task_not_said", parts={"year": "2026"})


def test_what_is_of_another_plan_or_out_of_use_or_later_says_nothing() -> None:
    rows = (
        said("2026-03-01", "done", plan="another"),
        said("2026-07-02", "done"),
        Record(noun="task_progress", id="x", values=said("2026-02-01", "done").values, retired_at=1),
    )
    assert standing(plan(**END), "2026-07-01", *rows).state is TaskState.UNSAID
    assert standing(plan(**END), "2026-07-02", *rows).state is TaskState.DONE


@pytest.mark.parametrize(
    ("leads", "states", "state"),
    [
        (("so-khcn",), {"a1": "under_way", "a2": "done"}, "under_way"),  # who coordinates does not decide
        (("so-khcn", "so-ct"), {"a1": "under_way", "a2": "done"}, "under_way"),
        (("so-khcn", "so-ct"), {"a1": "done", "a2": "done"}, "done"),
        (("so-khcn", "so-ct"), {"a1": "not_begun", "a2": "done"}, "under_way"),
        (("so-khcn", "so-ct"), {"a1": "dropped", "a2": "done"}, "done"),
        ((), {"a2": "recurring"}, "recurring"),  # the plan names nobody: whoever spoke
    ],
)
def test_of_several_agencies_the_leading_ones_decide(leads, states, state) -> None:
    rows = [said("2026-03-01", one, agency) for agency, one in states.items()]
    assert standing(plan(lead=leads, **END), "2026-06-01", *rows).state == state


def test_the_newest_word_of_each_agency_stands_first_and_silent_leads_are_named() -> None:
    rows = (said("2026-03-01", told="cũ"), said("2026-05-01", "done", told="mới"), said("2026-06-01", agency="a2"))
    one = standing(plan(lead=("so-khcn", "ubnd"), **END), "2026-07-01", *rows)
    assert [(its.name, its.day, its.told, its.is_lead) for its in one.said] == [
        ("Sở Công Thương", "2026-06-01", "", False),
        ("Sở KH&CN", "2026-05-01", "mới", True),
    ]
    assert (one.silent_leads, one.unknown) == (("ubnd",), ("ubnd",))


def test_money_is_added_up_by_source_up_to_the_year_and_of_it() -> None:
    rows = (
        spent(2026, "provincial", planned=100, allocated=80, disbursed=60),
        spent(2027, "provincial", planned=10, disbursed=5),
        spent(2027, "provincial", "a2", planned=1),
        spent(2027, "enterprise", planned=7),
        spent(2028, "provincial", planned=1000),
    )
    one = standing(plan(**END), "2027-06-30", money=rows)
    assert one.money == (
        Money(source="enterprise", planned=7),
        Money(source="provincial", planned=111, allocated=80, disbursed=65),
    )
    assert one.this_year == (
        Money(source="enterprise", planned=7),
        Money(source="provincial", planned=11, disbursed=5),
    )


@pytest.mark.parametrize(
    ("named", "written", "abbreviation"),
    [
        ("Sở Khoa học và Công nghệ", "Sở KH&CN", ""),
        ("Sở Khoa học và Công nghệ", "SỞ KHOA HỌC VÀ CÔNG NGHỆ TỈNH ĐỒNG THÁP", ""),
        ("Sở Khoa học và Công nghệ", "Sở mới", "Sở KH&CN"),
        ("Sở KH&CN", "Sở Khoa học & Công nghệ", ""),
        ("Sở Nông nghiệp và Môi trường", "Sở NN&MT", ""),
        ("Văn phòng UBND tỉnh", "Văn phòng Ủy ban nhân dân tỉnh", ""),
        ("Ban Quản lý khu kinh tế", "BQL Khu kinh tế tỉnh Đồng Tháp", ""),
    ],
)
def test_an_agency_is_known_however_it_is_written(named, written, abbreviation) -> None:
    row = Record(noun="agency", id="a", values={"name": written, "abbreviation": abbreviation})
    assert agencies_meant({"k": Words(vi=named, en="?")}, [row]) == {"k": ("a",)}


def test_agencies_that_only_resemble_each_other_are_two() -> None:
    rows = [
        Record(noun="agency", id="ct", values={"name": "Sở Công Thương"}),
        Record(noun="agency", id="tc", values={"name": "Sở Tài chính"}),
    ]
    named = {key: Words(vi=vi, en="?") for key, vi in (("ct", "Sở Công Thương"), ("tp", "Sở Tư pháp"))}
    assert agencies_meant(named, rows) == {"ct": ("ct",), "tp": ()}


def test_a_name_that_two_agencies_in_force_bear_means_neither_and_a_successor_speaks_for_the_former() -> None:
    two = [Record(noun="agency", id=one, values={"name": "Sở Y tế"}) for one in ("a", "b")]
    named = {"k": Words(vi="Sở Y tế", en="?")}
    assert agencies_meant(named, two) == {"k": ()}
    former = Record(
        noun="agency", id="a", values={"name": "Sở Y tế", "until": "2025-06-30", "successor": "c"}, retired_at=0
    )
    assert agencies_meant(named, [former, Record(noun="agency", id="c", values={"name": "Sở khác"})]) == {
        "k": ("a", "c")
    }


def test_last_days_are_those_of_the_calendar() -> None:
    of = plan(**UNSAID)
    days = [last_day(of, Due(kind="quarter", year=2026, quarter=k), 2026) for k in (1, 2, 3, 4)]
    assert [str(day) for day in days] == ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    assert last_day(of, Due(kind="unsaid"), 2026) is None
    assert str(last_day(of, Due(kind="starts", year=2027), 2026)) == "2030-12-31"
