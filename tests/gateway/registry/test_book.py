"""Reading and writing nouns: each sees what is theirs, nothing wrong is written, every change is kept."""

import unicodedata

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gateway.registry import AuditRow
from gateway.registry.book import Asked, matches
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.roles import SYSTEM, Action, Grant, Reader, Role
from gateway.registry.texts import Title


def written(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(AuditRow))


def test_a_row_is_shown_with_what_it_names_and_whose_it_is(world) -> None:
    site = world.book.get(SYSTEM, "site", world.site.id)
    assert site.label == "Xưởng dập Sa Đéc"
    assert site.labels == {"organisation": "Công ty Cơ khí Sa Đéc"}
    assert site.place == (world.province.id, world.press.id, "")
    assert (site.revision, site.retired_at, site.changed_by) == (1, 0, "nhipdo")


def test_the_manager_of_one_enterprise_is_a_stranger_in_the_next(world) -> None:
    stranger, own = world.of(Role.MANAGER, world.dairy), world.of(Role.MANAGER, world.press)
    assert [one.label for one in world.book.page(own, "site").entries] == ["Xưởng dập Sa Đéc"]
    assert world.book.page(stranger, "site").entries == []
    assert world.book.count(stranger, "organisation") == 1
    with pytest.raises(NoSuchRowError):
        world.book.get(stranger, "site", world.site.id)
    with pytest.raises(NoSuchRowError):
        world.book.change(stranger, "site", world.site.id, {"title": "Của tôi"}, None)
    with pytest.raises(NoSuchRowError):
        world.book.find(stranger, "site", name="sa-dec")


def test_nothing_can_be_hung_on_or_moved_to_what_one_may_not_see(world, engine) -> None:
    stranger = world.of(Role.MANAGER, world.dairy)
    before = written(engine)
    site = {"name": "lai-vung", "title": "Trại", "kind": "farm"}
    with pytest.raises(WrongValuesError) as refused:
        world.book.make(stranger, "site", site | {"organisation": world.press.id})
    assert refused.value.problems["organisation"].en == "There is no such Organisation. Choose one of the list."
    mine = world.book.make(stranger, "site", site | {"organisation": world.dairy.id})
    with pytest.raises(WrongValuesError):
        world.book.change(stranger, "site", mine.id, {"organisation": world.press.id}, 1)
    assert written(engine) == before + 1


def test_who_may_read_may_not_write_without_the_right(world) -> None:
    analyst = world.of(Role.ANALYST, world.press)
    assert world.book.get(analyst, "site", world.site.id).label
    with pytest.raises(ForbiddenError):
        world.book.change(analyst, "site", world.site.id, {"title": "x"}, None)
    with pytest.raises(ForbiddenError):
        world.book.retire(analyst, "site", world.site.id, None, "thử")


def test_a_limited_token_does_less_than_its_account(world) -> None:
    manager = world.of(Role.MANAGER, world.press)
    token = Reader("o", "kịch bản", manager.grants, frozenset({("organisation", Action.READ)}))
    assert world.book.count(token, "site") == 1
    with pytest.raises(ForbiddenError):
        world.book.change(token, "site", world.site.id, {"title": "x"}, None)
    assert world.book.count(token, "placement") == 0
    assert not token.may(Action.READ, "production")


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(world, engine) -> None:
    before = written(engine)
    wrong = {"code": "12", "kind": "mỏ", "province": "0" * 32, "colour": "red"}
    with pytest.raises(WrongValuesError) as refused:
        world.book.make(SYSTEM, "organisation", wrong)
    assert set(refused.value.problems) == {"code", "kind", "province", "colour", "name"}
    assert written(engine) == before


def test_a_key_in_use_is_refused_until_its_row_is_retired(world) -> None:
    again = {"code": "1400123456", "name": "Bản sao", "kind": "enterprise", "province": world.province.id}
    with pytest.raises(WrongValuesError) as refused:
        world.book.make(SYSTEM, "organisation", again)
    assert refused.value.problems["code"].en == (
        "Another Organisation has this Code. Change that one, or give another value."
    )
    with pytest.raises(WrongValuesError) as refused:
        world.book.retire(SYSTEM, "organisation", world.press.id, 1, "giải thể")
    assert refused.value.problems[""].en == "1 Sites still belong to it. Retire those first."
    world.book.retire(SYSTEM, "site", world.site.id, 1, "đóng cửa")
    world.book.retire(SYSTEM, "organisation", world.press.id, 1, "giải thể")
    copy = world.book.make(SYSTEM, "organisation", again)
    with pytest.raises(WrongValuesError):
        world.book.retire(SYSTEM, "organisation", world.press.id, 2, "nhầm", back=True)
    world.book.retire(SYSTEM, "organisation", copy.id, 1, "nhầm")
    assert world.book.retire(SYSTEM, "organisation", world.press.id, 2, "nhầm", back=True).retired_at == 0


def test_two_people_who_change_one_row_do_not_overwrite_each_other(world) -> None:
    changed = world.book.change(SYSTEM, "site", world.site.id, {"title": "Xưởng 1"}, 1)
    assert changed.revision == 2
    with pytest.raises(StaleRowError) as stale:
        world.book.change(SYSTEM, "site", world.site.id, {"title": "Xưởng 2"}, 1)
    assert stale.value.revision == 2
    assert world.book.change(SYSTEM, "site", world.site.id, {"title": "Xưởng 1"}, 2).revision == 2  # nothing differs


@pytest.mark.parametrize(
    ("search", "found"),
    [("sua cao", 1), ("SỮA", 1), ("sủa", 0), ("công ty", 2), ("1400654321", 1), ("%", 0), ("_", 0), ("' OR 1=1", 0)],
)
def test_names_are_found_with_and_without_marks(world, search: str, found: int) -> None:
    assert len(world.book.page(SYSTEM, "organisation", Asked(search=search)).entries) == found


def test_pages_follow_each_other_also_when_rows_come_in_between(world) -> None:
    for k in range(25):
        values = {"code": f"15000000{k:02d}", "name": f"Tổ chức {k % 5}", "kind": "school"}
        world.book.make(SYSTEM, "organisation", values | {"province": world.province.id})
    seen, after = [], ()
    for k in range(10):
        page = world.book.page(SYSTEM, "organisation", Asked(limit=7, after=after))
        seen += [one.id for one in page.entries]
        after = page.next
        values = {"code": f"16000000{k:02d}", "name": f"A {k}", "kind": "school", "province": world.province.id}
        world.book.make(SYSTEM, "organisation", values)  # before all others
        if not after:
            break
    assert len(seen) == len(set(seen)) == 27


def test_an_organisation_that_changes_province_takes_its_sites_with_it(world) -> None:
    other = world.book.make(SYSTEM, "province", {"code": "86", "name": "Vĩnh Long", "since": "2025-07-01"})
    world.book.change(SYSTEM, "organisation", world.press.id, {"province": other.id}, 1)
    assert world.book.get(SYSTEM, "site", world.site.id).place.province == other.id
    officer = Reader("v", "Vĩnh", (Grant(Role.PROVINCIAL_OFFICER, "province", other.id),))
    assert world.book.count(officer, "site") == 1
    assert world.book.count(world.of(Role.PROVINCIAL_OFFICER), "site") == 0


def test_an_agency_sees_the_trainings_that_it_holds_and_no_others(world) -> None:
    agency = world.book.make(SYSTEM, "agency", {"name": "Sở Công Thương", "province": world.province.id})
    other = world.book.make(SYSTEM, "agency", {"name": "Sở Y tế", "province": world.province.id})
    training = {"province": world.province.id, "topic": "productivity", "begins": "2026-03-02"}
    world.book.make(SYSTEM, "training", training | {"name": "5S", "agency": other.id})
    world.book.make(SYSTEM, "training", training | {"name": "TPM"})
    reporter = Reader("r", "Báo cáo", (Grant(Role.AGENCY_REPORTER, "agency", agency.id),))
    world.book.make(reporter, "training", training | {"name": "Lean", "agency": agency.id})
    assert [one.label for one in world.book.page(reporter, "training").entries] == ["Lean · 2026-03-02"]
    with pytest.raises(ForbiddenError):
        world.book.make(reporter, "training", training | {"name": "Kaizen", "agency": other.id})


def test_several_writes_are_all_there_or_none(world, engine) -> None:
    before = written(engine)
    values = {"kind": "school", "province": world.province.id, "name": "Trường"}

    def write_both() -> None:
        with world.book.writing(SYSTEM) as writing:
            writing.make("organisation", values | {"code": "1700000001"})
            writing.make("organisation", values | {"code": "1400123456"})

    with pytest.raises(WrongValuesError):
        write_both()
    assert written(engine) == before
    assert world.book.count(SYSTEM, "organisation") == 2


def test_a_list_that_no_table_holds_is_searched_likewise() -> None:
    assert matches("Trung tâm Kỹ thuật", "ky thuat trung")
    assert not matches("Trung tâm", "kỹ")


def test_nothing_begins_to_rest_on_what_is_out_of_use(world) -> None:
    world.book.retire(SYSTEM, "site", world.site.id, 1, "bán")
    world.book.retire(SYSTEM, "organisation", world.press.id, 1, "giải thể")
    site = {"name": "moi", "title": "Xưởng mới", "kind": "factory"}
    other = world.book.make(SYSTEM, "site", site | {"organisation": world.dairy.id})
    said = Title(
        "Tổ chức này đã ngừng dùng. Hãy dùng lại bản ghi đó trước, hoặc chọn bản ghi khác.",
        "This Organisation is out of use. Take it back into use first, or choose another one.",
    )
    for act in (
        lambda: world.book.make(SYSTEM, "site", site | {"name": "khac", "organisation": world.press.id}),
        lambda: world.book.change(SYSTEM, "site", other.id, {"organisation": world.press.id}, 1),
        lambda: world.book.retire(SYSTEM, "site", world.site.id, 2, "mua lại", back=True),
    ):
        with pytest.raises(WrongValuesError) as refused:
            act()
        assert refused.value.problems == {"organisation": said}
    world.book.retire(SYSTEM, "organisation", world.press.id, 2, "nhầm", back=True)
    assert world.book.retire(SYSTEM, "site", world.site.id, 2, "mua lại", back=True).retired_at == 0


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_search_finds_whatever_way_its_marks_were_typed(world, form) -> None:
    found = world.book.page(SYSTEM, "organisation", Asked(search=unicodedata.normalize(form, "Cơ khí Sa Đéc"))).entries
    assert [one.id for one in found] == [world.press.id]
    assert matches("Cơ khí", unicodedata.normalize(form, "khí"))
