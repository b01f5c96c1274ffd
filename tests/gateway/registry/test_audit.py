"""The audit: every change with before and after, sealed; and what it may know of persons."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from gateway.registry import AuditHeadRow, AuditRow, PersonalRow
from gateway.registry.audit import Broken, last, verify
from gateway.registry.personal import DAY_NS, due, salted
from gateway.registry.refusals import ForbiddenError, StaleRowError
from gateway.registry.roles import SYSTEM, Grant, Reader, Role


def broken(engine) -> list[Broken]:
    with Session(engine) as session:
        return list(verify(session))


def entries(engine, noun: str) -> list[AuditRow]:
    with Session(engine) as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.noun == noun).order_by(AuditRow.number)))


def test_a_change_keeps_who_when_what_before_and_after(world, engine) -> None:
    manager = world.of(Role.MANAGER, world.press)
    world.now[0] += 7
    world.book.change(manager, "site", world.site.id, {"title": "Xưởng 1"}, 1, "đổi tên")
    last = entries(engine, "site")[-1]
    assert (last.action, last.row, last.name, last.account) == ("change", world.site.id, "Ông Nam", "o")
    assert (last.at, last.why) == (world.now[0], "đổi tên")
    assert json.loads(last.before) == {"title": "Xưởng dập Sa Đéc"}
    assert json.loads(last.after) == {"title": "Xưởng 1"}
    assert (last.of_organisation, last.of_province) == (world.press.id, world.province.id)
    assert broken(engine) == []


def alter(session: Session) -> None:
    session.execute(update(AuditRow).where(AuditRow.number == 2).values(after='{"name":"khác"}'))


def remove_one(session: Session) -> None:
    session.execute(delete(AuditRow).where(AuditRow.number == 2))


def remove_last(session: Session) -> None:
    session.execute(delete(AuditRow).where(AuditRow.number == 4))


def remove_all(session: Session) -> None:
    session.execute(delete(AuditRow))


def swap_two(session: Session) -> None:
    for before, after in ((2, 9), (3, 2), (9, 3)):
        session.execute(update(AuditRow).where(AuditRow.number == before).values(number=after))


def add_one_behind(session: Session) -> None:
    copied = dict(session.execute(select(AuditRow.__table__).where(AuditRow.number == 4)).mappings().one())
    session.execute(insert(AuditRow).values(copied | {"number": 5}))


def swap_names(session: Session) -> None:
    session.execute(update(AuditRow).where(AuditRow.number == 4).values(name="Người khác"))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (alter, [Broken(2, "altered")]),
        (remove_one, [Broken(2, "missing")]),
        (remove_last, [Broken(4, "head")]),
        (remove_all, [Broken(4, "head")]),
        (swap_names, [Broken(4, "altered")]),
        (swap_two, [Broken(2, "altered"), Broken(3, "altered"), Broken(4, "altered")]),
        (add_one_behind, [Broken(4, "head")]),
    ],
)
def test_a_deleted_or_altered_entry_is_found(world, engine, tamper, found) -> None:
    assert len(entries(engine, "site")) == 1
    with Session(engine) as session, session.begin():
        assert session.get(AuditHeadRow, 1).number == 4
        tamper(session)
    assert broken(engine) == found


def test_a_persons_data_stand_apart_and_the_audit_has_only_their_hashes(world, engine) -> None:
    values = {"code": "CB-1", "full_name": "Nguyễn Thị Lan", "phone": "0912 345 678", "province": world.province.id}
    person = world.book.make(SYSTEM, "person", values)
    assert person.label == "Nguyễn Thị Lan"
    with Session(engine) as session:
        row = session.get(PersonalRow, ("person", person.id, "full_name"))
        assert (row.value, row.purpose, row.keep_until) == ("Nguyễn Thị Lan", "training", 0)
        [entry] = entries(engine, "person")
        assert "Lan" not in entry.after
        assert "0912" not in entry.after
        assert json.loads(entry.after)["full_name"] == salted(row.salt, "Nguyễn Thị Lan")


def test_who_may_not_see_people_sees_that_something_is_hidden(world) -> None:
    values = {"code": "CB-1", "full_name": "Nguyễn Thị Lan", "province": world.province.id}
    person = world.book.make(SYSTEM, "person", values)
    values = {"scheme": "apo", "person": person.id, "number": "7", "issued": "2026-01-05"}
    expert = world.book.make(SYSTEM, "expert", values | {"province": world.province.id})
    assert world.book.get(SYSTEM, "expert", expert.id).labels["person"] == "Nguyễn Thị Lan"
    analyst = world.of(Role.ANALYST)
    assert world.book.get(analyst, "expert", expert.id).labels["person"] == "CB-1"
    assert world.book.get(world.of(Role.PROVINCIAL_OFFICER), "expert", expert.id).labels["person"] == "Nguyễn Thị Lan"


def test_erasing_takes_the_data_the_salts_and_the_search_and_leaves_the_row(world, engine) -> None:
    values = {"code": "CB-1", "full_name": "Nguyễn Thị Lan", "province": world.province.id}
    person = world.book.make(SYSTEM, "person", values)
    assert world.book.erase(SYSTEM, "person", person.id, "theo yêu cầu") == 1
    left = world.book.get(SYSTEM, "person", person.id)
    assert (left.label, left.values["full_name"]) == ("CB-1", "")
    changed = world.book.change(SYSTEM, "person", person.id, {"note": "đã nghỉ"}, 2)
    assert (changed.values["note"], changed.values["full_name"]) == ("đã nghỉ", "")
    with Session(engine) as session:
        assert session.scalars(select(PersonalRow)).all() == []
        assert "lan" not in session.scalar(select(AuditRow.after).where(AuditRow.action == "erase"))
    assert broken(engine) == []
    with pytest.raises(ForbiddenError):
        world.book.erase(Reader("x", "x", (Grant(Role.LABORATORY_STAFF),)), "site", world.site.id, "x")


def test_after_a_row_went_out_of_use_each_datum_has_the_end_of_its_purpose(world, engine) -> None:
    values = {"code": "CB-1", "full_name": "Lan", "phone": "0912345678", "province": world.province.id}
    person = world.book.make(SYSTEM, "person", values)
    world.book.retire(SYSTEM, "person", person.id, 1, "nghỉ việc")
    with Session(engine) as session:
        assert due(session, world.now[0] + 179 * DAY_NS) == []
        assert due(session, world.now[0] + 181 * DAY_NS) == [("person", person.id)]


def test_what_is_written_while_the_chain_is_walked_does_not_break_it(world, engine) -> None:
    told: list[tuple[int, int]] = []

    def write(done: int, total: int) -> None:
        told.append((done, total))
        world.book.change(SYSTEM, "site", world.site.id, {"note": str(done)}, None)

    with Session(engine) as session:
        assert list(verify(session, write)) == []
        assert last(session)[0] == 6
    assert told == [(0, 4), (4, 4)]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_many_who_write_at_once_make_one_chain_without_a_fork(world, engine) -> None:
    def write(k: int) -> None:
        for n in range(5):
            world.book.make(SYSTEM, "site", {"name": f"x{k}-{n}", "title": "X", "kind": "farm"} | whose)

    whose = {"organisation": world.press.id}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert broken(engine) == []
    with Session(engine) as session:
        assert last(session)[0] == 24


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_of_two_who_change_the_same_revision_at_once_one_is_told(world, engine) -> None:
    both = Barrier(2)

    def write(k: int) -> str:
        both.wait(10)
        try:
            world.book.change(SYSTEM, "site", world.site.id, {"note": f"của {k}"}, 1)
        except StaleRowError as error:
            return f"{error.revision} is in force"
        return "written"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(write, range(2))) == ["2 is in force", "written"]
    assert world.book.get(SYSTEM, "site", world.site.id).revision == 2
    assert broken(engine) == []
