"""Imports beside what edges send and what people change: the write lock is held while rows are written, not before."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway import registry
from gateway.registry import AuditRow, batch
from gateway.registry.audit import verify
from gateway.registry.roles import SYSTEM

HEADS = ["code", "name", "kind", "province"]
BOTH = pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def while_ready(monkeypatch):
    """What is done once, when the first row of an import has been made ready."""

    def run(act) -> list[str]:
        done: list[str] = []
        real = batch.Batch._note

        def noted(self, *args):
            real(self, *args)
            if not done:
                done.append("done")
                act()

        monkeypatch.setattr(batch.Batch, "_note", noted)
        return done

    return run


@BOTH
def test_rows_are_made_ready_without_the_lock_that_edges_wait_for(
    world, engine, imported, make_csv, while_ready
) -> None:
    def store() -> None:
        with registry.ingesting(engine) as session:
            session.add(registry.EdgeRow(site="sa-dec", edge="e1", first_seen=1))

    done = while_ready(store)
    rows = [[world.press.values["code"], "Tên mới", "enterprise", "82"], ["1500000001", "Mới", "school", "82"]]
    outcome = imported(make_csv([HEADS, *rows]))
    assert (done, outcome.written, outcome.new, outcome.changed) == (["done"], True, 1, 1)
    assert world.book.get(SYSTEM, "organisation", world.press.id).values["name"] == "Tên mới"
    assert world.book.page(SYSTEM, "organisation").entries[-1].label == "Tên mới"
    with Session(engine) as session:
        assert list(verify(session)) == []
        assert session.get(registry.EdgeRow, ("sa-dec", "e1")) is not None


@pytest.mark.parametrize("what", ["changed", "retired", "taken", "elsewhere"])
@BOTH
def test_who_changes_meanwhile_what_rows_rest_on_stops_all_of_them(
    world, engine, imported, make_csv, told, while_ready, what
) -> None:
    other = world.book.make(SYSTEM, "province", {"code": "91", "name": "An Giang"})
    school = {"code": "1500000002", "name": "Nhanh hơn", "kind": "school", "province": other.id}
    act, where = {
        "changed": (lambda: world.book.change(SYSTEM, "organisation", world.dairy.id, {"note": "x"}, 1), "4:4"),
        "retired": (lambda: world.book.retire(SYSTEM, "organisation", world.dairy.id, 1, "gộp"), "4:4"),
        "taken": (lambda: world.book.make(SYSTEM, "organisation", school), "A3"),
        "elsewhere": (lambda: world.book.change(SYSTEM, "site", world.site.id, {"note": "x"}, 1), ""),
    }[what]
    while_ready(act)
    rows = [
        ["1500000001", "Một", "school", "82"],
        ["1500000002", "Hai", "school", "An Giang"],
        ["1400654321", "Công ty Sữa", "enterprise", "82"],
    ]
    outcome = imported(make_csv([HEADS, *rows]))
    assert outcome.written == (not where)
    head = " (code)" if where == "A3" else ""
    expected = [f"ô {where}{head}: Có người vừa sửa dòng này. Hãy chạy lại."] if where else []
    assert told(outcome) == expected
    with Session(engine) as session:
        assert session.scalars(select(AuditRow).where(AuditRow.action == "import")).all() == [] or not where
        assert list(verify(session)) == []


@BOTH
def test_what_belongs_to_an_organisation_goes_with_it_when_a_file_moves_it(world, engine, imported, make_csv) -> None:
    other = world.book.make(SYSTEM, "province", {"code": "91", "name": "An Giang"})
    assert imported(make_csv([["code", "province"], ["1400123456", "91"]])).changed == 1
    assert world.book.get(SYSTEM, "organisation", world.press.id).place.province == other.id
    assert world.book.get(SYSTEM, "site", world.site.id).place.province == other.id


def test_who_retires_meanwhile_what_a_row_names_stops_all_of_them(world, imported, make_csv, told, while_ready) -> None:
    other = world.book.make(SYSTEM, "province", {"code": "91", "name": "An Giang"})
    third = world.book.make(SYSTEM, "province", {"code": "92", "name": "Cần Thơ"})
    rows = [["1500000001", "Một", "school", "An Giang"], ["1500000002", "Hai", "school", "Cần Thơ"]]

    def retire_both() -> None:
        for one in (other, third):
            world.book.retire(SYSTEM, "province", one.id, 1, "gộp")

    while_ready(retire_both)
    assert told(imported(make_csv([HEADS, *rows]))) == [
        "ô D3 (province): Tỉnh, thành phố này đã ngừng dùng. Hãy dùng lại bản ghi đó trước, hoặc chọn bản ghi khác."
    ]
    world.book.retire(SYSTEM, "province", third.id, 2, "nhầm", back=True)
    while_ready(lambda: world.book.retire(SYSTEM, "province", third.id, 3, "gộp"))
    assert told(imported(make_csv([HEADS, rows[1]]))) == ["ô 2:2: Có người vừa sửa dòng này. Hãy chạy lại."]
