"""Imports: all rows or none, each fault at its cell, keys that are there are changed."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.registry import AuditRow
from gateway.registry.audit import verify
from gateway.registry.roles import SYSTEM, Role

HEADS = ["Mã số thuế", "Tên", "Loại hình", "Tỉnh, thành phố", "OCOP"]
BOTH = pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)


def rows_of(count: int) -> list[list[object]]:
    return [[f"15{k:08d}", f"Công ty số {k}", "Doanh nghiệp", "Đồng Tháp", "x"] for k in range(count)]


def audited(engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(AuditRow))


@BOTH
def test_of_fifty_rows_three_are_wrong_and_nothing_is_written_until_they_are_mended(
    world, engine, imported, make_workbook
) -> None:
    rows = rows_of(50)
    rows[4][0], rows[15][2], rows[48][3] = "15-17", "Công ty", "Đồng Thap Mười"
    before = audited(engine)
    for dry_run in (True, False):
        outcome = imported(make_workbook([HEADS, *rows]), dry_run=dry_run)
        assert (outcome.written, outcome.new, outcome.fault_count) == (False, 47, 3)
        assert [(fault.sheet, fault.cell, fault.column, fault.got) for fault in outcome.faults] == [
            ("Tổ chức", "A6", "Mã số thuế", "15-17"),
            ("Tổ chức", "C17", "Loại hình", "Công ty"),
            ("Tổ chức", "D50", "Tỉnh, thành phố", "Đồng Thap Mười"),
        ]
    assert [fault.told("vi") for fault in outcome.faults] == [
        (
            "trang «Tổ chức» ô A6 (Mã số thuế): Cần 10 chữ số (doanh nghiệp), 13 (chi nhánh), 12 (số định danh cá nhân "
            "của chủ hộ) hoặc mã đơn vị, đã nhận «15-17». Hãy sửa lại."
        ),
        (
            "trang «Tổ chức» ô C17 (Loại hình): Cần một trong: Doanh nghiệp; Chi nhánh; Hộ kinh doanh; Hợp tác xã; "
            "Trường học; Bệnh viện, cơ sở y tế; Trung tâm đo lường, thử nghiệm; Khác; đã nhận «Công ty». Hãy chọn lại."
        ),
        (
            "trang «Tổ chức» ô D50 (Tỉnh, thành phố): Không có Tỉnh, thành phố «Đồng Thap Mười» trong phạm vi của bạn. "
            "Hãy thêm trước, hoặc sửa lại."
        ),
    ]
    assert outcome.faults[2].told("en") == (
        "sheet 'Tổ chức' cell D50 (Tỉnh, thành phố): There is no Province 'Đồng Thap Mười' that you may see. "
        "Add it first, or correct this."
    )
    assert audited(engine) == before
    rows[4][0], rows[15][2], rows[48][3] = "1500000004", "Doanh nghiệp", "dong thap"
    outcome = imported(make_workbook([HEADS, *rows]))
    assert (outcome.written, outcome.new, outcome.fault_count) == (True, 50, 0)
    assert world.book.count(SYSTEM, "organisation") == 52
    assert world.book.find(SYSTEM, "organisation", code="1500000048").values["is_ocop"] is True
    with Session(engine) as session:
        assert list(verify(session)) == []
        last = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).one()
    assert (last.action, last.noun, last.why) == ("import", "organisation", "bảng.xlsx")
    assert '"new":50' in last.after


@BOTH
def test_a_key_that_is_there_is_changed_and_the_plan_says_how_many(world, imported, make_csv) -> None:
    rows = [
        ["code", "name", "kind", "province", "note"],
        ["1400123456", "Công ty Cơ khí Sa Đéc", "enterprise", "82", ""],
        ["1400654321", "Công ty Sữa Cao Lãnh mới", "enterprise", "Đồng Tháp", "đổi tên"],
        ["1500000001", "Trường Sa Đéc", "Trường học", world.province.id, ""],
    ]
    for dry_run in (True, False):
        outcome = imported(make_csv(rows), dry_run=dry_run)
        assert (outcome.new, outcome.changed, outcome.same, outcome.fault_count) == (1, 1, 1, 0)
    changed = world.book.get(SYSTEM, "organisation", world.dairy.id)
    assert (changed.values["name"], changed.values["note"], changed.revision) == (
        "Công ty Sữa Cao Lãnh mới",
        "đổi tên",
        2,
    )
    assert world.book.get(SYSTEM, "organisation", world.press.id).revision == 1
    outcome = imported(make_csv(rows))
    assert (outcome.new, outcome.changed, outcome.same) == (0, 0, 3)


def test_an_empty_cell_empties_and_a_missing_column_leaves_what_was_there(world, imported, make_csv) -> None:
    imported(make_csv([["code", "note", "industry"], ["1400123456", "ghi chú", "C1020"]]))
    outcome = imported(make_csv([["code", "note"], ["1400123456", ""]]))
    assert (outcome.changed, outcome.emptied) == (1, 1)
    values = world.book.get(SYSTEM, "organisation", world.press.id).values
    assert (values["note"], values["industry"], values["name"]) == ("", "C1020", "Công ty Cơ khí Sa Đéc")


def test_an_empty_cell_does_not_forget_a_person(world, imported, make_csv) -> None:
    values = {"code": "CB-1", "full_name": "Nguyễn Thị Lan", "phone": "0912345678", "province": world.province.id}
    person = world.book.make(SYSTEM, "person", values)
    rows = [["Mã người", "Họ và tên", "Điện thoại", "Tỉnh, thành phố"], ["CB-1", "Nguyễn Thị Lan", "", "Đồng Tháp"]]
    outcome = imported(make_csv(rows), "person")
    assert (outcome.same, outcome.fault_count) == (1, 0)
    assert world.book.get(SYSTEM, "person", person.id).values["phone"] == "0912345678"


@pytest.mark.parametrize(
    "heads",
    [
        ["MÃ SỐ THUẾ", "TÊN *", "Loại hình:", "Tỉnh, thành phố", "ocop"],
        ["ma so thue", "ten", "loai hinh", "tinh, thanh pho", "OCOP"],
        ["Code", "Name", "Kind", "Province", "OCOP"],
        ["code", "name", "kind", "province", "is_ocop"],
        ["Tax code", "Name", "Kind *", "Province", "is ocop"],
    ],
)
def test_heads_are_understood_in_both_languages_with_marks_and_without(world, imported, make_csv, heads) -> None:
    outcome = imported(make_csv([heads, *rows_of(3)]))
    assert (outcome.new, outcome.fault_count) == (3, 0)


def test_titles_may_stand_above_the_heads_and_ordinals_before_them(world, imported, make_workbook) -> None:
    rows = [["DANH SÁCH DOANH NGHIỆP"], [], ["STT", *HEADS], *([k, *row] for k, row in enumerate(rows_of(3), 1))]
    outcome = imported(make_workbook(rows))
    assert (outcome.new, outcome.fault_count) == (3, 0)


def test_unknown_doubled_missing_and_nameless_columns_are_named(world, imported, make_csv, told) -> None:
    rows = [["Tên", "Loại hình", "Xyz", "Name", ""], ["A", "Doanh nghiệp", "", "A", "thừa"]]
    outcome = imported(make_csv(rows))
    assert told(outcome) == [
        "ô C1 (Xyz): Không có cột «Xyz»; hãy xóa cột, hoặc dùng tên cột của tệp mẫu.",
        "ô E1: Cột có nội dung mà không có tên. Hãy đặt tên cột, hoặc xóa cột.",
        "ô D1 (Name): Cùng nghĩa với cột ở ô A1. Hãy xóa một trong hai cột.",
        "ô 1:1 (Mã số): Thiếu cột «Mã số», cần để nhận ra từng dòng. Hãy thêm cột.",
    ]
    near = imported(make_csv([["Mã số", "Loai hnh"], ["1500000001", "Doanh nghiệp"]]))
    assert told(near) == ["ô B1 (Loai hnh): Không có cột «Loai hnh»; có phải «Loại hình»? Hãy sửa tên cột."]
    assert not outcome.written


def test_a_new_row_without_a_required_column_is_named_by_its_head(world, imported, make_csv, told) -> None:
    outcome = imported(make_csv([["code", "name"], ["1500000001", "Mới"], ["1400123456", "Công ty Cơ khí"]]))
    assert told(outcome) == [
        "ô 2:2 (Loại hình): Dòng mới cần «Loại hình», mà tệp không có cột này. Hãy thêm cột.",
        "ô 2:2 (Tỉnh, thành phố): Dòng mới cần «Tỉnh, thành phố», mà tệp không có cột này. Hãy thêm cột.",
    ]


def test_two_rows_with_one_key_are_named_with_each_other(world, imported, make_csv, told) -> None:
    rows = rows_of(3)
    rows[2][0] = rows[0][0]
    outcome = imported(make_csv([HEADS, *rows]))
    assert told(outcome) == ["ô A4 (Mã số thuế): Trùng với dòng 2. Hãy xóa một trong hai dòng, hoặc sửa."]


def test_an_ambiguous_name_is_told_with_what_it_could_be(world, imported, make_csv, told) -> None:
    values = {"kind": "school", "province": world.province.id, "name": "Trường Sa Đéc"}
    for code in ("1700000001", "1700000002"):
        world.book.make(SYSTEM, "organisation", values | {"code": code})
    rows = [["Tên ngắn", "Tên", "Tổ chức", "Loại"], ["a", "A", "Trường Sa Đéc", "Trường học"]]
    assert told(imported(make_csv(rows), "site")) == [
        "ô C2 (Tổ chức): Có 2 Tổ chức tên «Trường Sa Đéc». Hãy ghi rõ một trong: 1700000001; 1700000002."
    ]
    rows[1][2] = "1700000002"
    assert imported(make_csv(rows), "site").new == 1


def test_a_province_that_was_merged_is_not_meant_by_its_name(world, imported, make_csv) -> None:
    former = {"code": "87", "name": "Đồng Tháp", "until": "2025-06-30", "successor": world.province.id}
    world.book.make(SYSTEM, "province", former)
    assert imported(make_csv([HEADS, *rows_of(1)])).new == 1
    assert world.book.find(SYSTEM, "organisation", code="1500000000").values["province"] == world.province.id


def test_rows_of_one_file_may_name_each_other_from_above(world, imported, make_csv) -> None:
    rows = [
        ["Mã", "Tên", "Từ ngày", "Đến hết ngày", "Nhập vào"],
        ["91", "An Giang", "01/07/2025", "", ""],
        ["89", "An Giang", "", "30/06/2025", "91"],
    ]
    outcome = imported(make_csv(rows), "province")
    assert (outcome.new, outcome.fault_count) == (2, 0)
    new = world.book.find(SYSTEM, "province", code="91")
    assert world.book.find(SYSTEM, "province", code="89").values["successor"] == new.id


def test_values_that_contradict_each_other_are_named_at_their_cell(world, imported, make_csv, told) -> None:
    rows = [["Mã", "Tên", "Từ ngày", "Đến hết ngày"], ["91", "An Giang", "2025-07-01", "2025-06-30"]]
    assert told(imported(make_csv(rows), "province")) == [
        "ô D2 (Đến hết ngày): Kết thúc 30/06/2025 trước khi bắt đầu 01/07/2025. Hãy sửa một trong hai."
    ]


def test_nobody_imports_into_what_is_not_theirs(world, imported, make_csv, engine, told) -> None:
    manager = world.of(Role.MANAGER, world.dairy)
    site = ["Tên ngắn", "Tên", "Tổ chức", "Loại"]
    before = audited(engine)
    foreign = imported(make_csv([site, ["moi", "Xưởng", "1400123456", "Nhà máy, xưởng"]]), "site", manager)
    assert told(foreign) == [
        "ô C2 (Tổ chức): Không có Tổ chức «1400123456» trong phạm vi của bạn. Hãy thêm trước, hoặc sửa lại."
    ]
    taken = imported(make_csv([site, ["sa-dec", "Của tôi", "1400654321", "Nhà máy, xưởng"]]), "site", manager)
    assert told(taken) == [
        "ô A2 (Tên ngắn): Cơ sở này không thuộc phạm vi được ghi của bạn. Hãy bỏ dòng, hoặc xin quyền."
    ]
    org = imported(make_csv([HEADS, *rows_of(1)]), "organisation", manager)
    assert told(org) == [
        "ô D2 (Tỉnh, thành phố): Tổ chức này không thuộc phạm vi được ghi của bạn. Hãy bỏ dòng, hoặc xin quyền."
    ]
    assert audited(engine) == before
    assert imported(make_csv([site, ["cua-toi", "Của tôi", "1400654321", "Nhà máy, xưởng"]]), "site", manager).new == 1


def test_somebody_who_was_quicker_between_plan_and_writing_stops_all_of_it(world, engine, imported, make_csv) -> None:
    from gateway.registry.sheets import importing

    rows = make_csv([HEADS, *rows_of(2)])
    planned = importing.Planner.make

    def overtaken(self, progress):
        plan = planned(self, progress)
        values = {"code": "1500000001", "name": "Nhanh hơn", "kind": "school", "province": world.province.id}
        world.book.make(SYSTEM, "organisation", values)
        return plan

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing.Planner, "make", overtaken)
        outcome = imported(rows)
    assert (outcome.written, outcome.fault_count) == (False, 1)
    assert outcome.faults[0].told("vi") == "ô A3 (Mã số thuế): Có người vừa sửa dòng này. Hãy chạy lại."
    assert world.book.count(SYSTEM, "organisation") == 3


def test_progress_is_told_from_nothing_to_all(world, engine, make_csv) -> None:
    from gateway.registry.sheets import import_file

    told: list[tuple[int, int]] = []
    content = make_csv([HEADS, *rows_of(1200)])
    outcome = import_file(
        engine, lambda: 1, SYSTEM, "organisation", content, progress=lambda done, total: told.append((done, total))
    )
    assert outcome.new == 1200
    assert told == sorted(told)
    assert told[0] == (500, 2400)
    assert told[-1] == (2400, 2400)
