"""Plans by the API: which there are, how far they are on a day, what a figure rests on."""

import msgspec
import pytest

from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.territory import write_provinces

ROOT = "/api/v1/plans"
PLAN = f"{ROOT}/dong-thap-2021-2025"


@pytest.fixture
def support(gateway) -> str:
    """Of the plan's years, without a document."""
    book = Book(gateway.engine, lambda: gateway.now)
    write_provinces(book)
    province = book.find(SYSTEM, "province", code="82", until="").id
    organisation = {"code": "1400123456", "name": "Xưởng Sa Đéc", "kind": "enterprise", "province": province}
    owner = book.make(SYSTEM, "organisation", organisation).id
    values = {"organisation": owner, "kind": "basic_tool", "tools": ["5s"], "begins": "2025-04-01"}
    return book.make(SYSTEM, "support", values).id


def indicator(answer, name: str):
    return next(one for one in answer.json()["indicators"] if one["id"] == name)


def test_all_plans_are_listed_by_id(program) -> None:
    answer = program.get(ROOT)
    assert [one["id"] for one in answer.json()][:2] == ["dong-nai-2026-2030", "dong-thap-2021-2025"]
    assert answer.json()[1] | {"title": {}} == {
        "id": "dong-thap-2021-2025",
        "title": {},
        "province": "82",
        "since": 2021,
        "until": 2025,
        "indicators": 9,
        "tasks": 22,
    }


def test_plans_come_as_csv_and_in_pages_too(program) -> None:
    answer = program.get(ROOT, params={"limit": 2}, headers={"Accept": "text/csv"})
    assert answer.text.splitlines()[0].endswith("id,title.vi,title.en,province,since,until,indicators,tasks")
    assert len(answer.text.splitlines()) == 3
    assert 'rel="next"' in answer.headers["Link"]


def test_an_evaluation_says_value_state_and_what_is_missing_in_words(program, support) -> None:
    answer = program.get(f"{PLAN}/evaluation", params={"as_of": "2025-06-30"})
    assert (answer.status_code, answer.json()["as_of"], answer.json()["made_up"]) == (200, "2025-06-30", False)
    assert len(answer.json()["facts_sha256"]) == 64
    one = indicator(answer, "dt21-supported-enterprises")
    assert (one["value"], one["state"], one["not_counted"], one["coverage"]) == (0, "not_yet", 1, 0)
    classes = indicator(answer, "dt21-classes")
    assert classes["missing"] == [
        {
            "code": "no_records",
            "parts": {"of": "training"},
            "words": {
                "vi": "Chưa có dữ liệu nào về: đào tạo. Hãy nhập hồ sơ.",
                "en": "There is no record yet of: trainings. Enter them.",
            },
        }
    ]


def test_how_the_plan_is_read_stands_at_its_indicator_and_not_among_doubts(program, support) -> None:
    one = indicator(program.get(f"{PLAN}/evaluation", params={"as_of": "2025-06-30"}), "dt21-experts")
    assert one["reading"]["en"].startswith('"About 20" is read as at least 20.')
    assert (one["ambiguity"], one["doubts"]) == (None, [])


def test_without_a_day_it_is_today(program, support) -> None:
    assert program.get(f"{PLAN}/evaluation").json()["as_of"] == "2025-11-25"


def test_an_indicator_names_the_rows_that_do_not_count_with_the_reason(program, support, gateway) -> None:
    address = f"{PLAN}/indicators/dt21-supported-enterprises"
    found = program.get(address).json()
    assert (found["rests_on"], found["not_counted"][0]["id"]) == ([], support)
    assert found["not_counted"][0]["why"]["words"]["en"] == (
        "No accepting document yet: neither its number nor a file."
    )
    Book(gateway.engine, lambda: gateway.now).change(SYSTEM, "support", support, {"document_number": "9/QĐ"}, None)
    found = program.get(address).json()
    assert (found["indicator"]["value"], found["rests_on"]) == (1, [{"noun": "support", "id": support}])
    assert [(one["year"], one["value"], one["cumulated"]) for one in found["history"]][-1] == (2025, 1, 1)


@pytest.mark.parametrize(
    ("address", "status", "detail"),
    [
        (
            f"{ROOT}/nothing/evaluation",
            404,
            "plan nothing: is not known, or not of your province. Look in /api/v1/plans.",
        ),
        (
            f"{PLAN}/indicators/nothing",
            404,
            f"indicator nothing: is not in the plan dong-thap-2021-2025. Look in {PLAN}/evaluation.",
        ),
        (
            f"{PLAN}/evaluation?as_of=2025-02-30",
            422,
            "as_of: got 2025-02-30, which is no day. Write a day such as 2025-11-25.",
        ),
        (
            f"{PLAN}/evaluation?as_of=2025-11-26",
            422,
            "as_of: got 2025-11-26, expected 2025-11-25 or a day before. Nothing is known of days to come.",
        ),
    ],
)
def test_a_mistake_says_what_to_do(program, address, status, detail) -> None:
    answer = program.get(address)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)


def test_every_shipped_plan_is_answered_without_any_record(program) -> None:
    for one in program.get(ROOT).json():
        answer = program.get(f"{ROOT}/{one['id']}/evaluation")
        assert answer.status_code == 200
        assert msgspec.json.decode(answer.content)["plan"] == one["id"]


def test_a_stranger_gets_nothing(stranger) -> None:
    assert stranger.get(ROOT).status_code == 401
