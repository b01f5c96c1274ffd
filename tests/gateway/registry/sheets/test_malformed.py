"""Files that are no table: each is refused whole, by what it really is, and nothing is written."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from gateway.registry.sheets.faults import UnreadableFileError
from gateway.registry.sheets.importing import read_table

HEADS = ["Mã số", "Tên", "Loại hình", "Tỉnh, thành phố"]
ROW = ["1500000001", "Công ty", "Doanh nghiệp", "Đồng Tháp"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def rezipped(content: bytes, change: dict[str, bytes | None], compress=zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with parts changed, added or (None) left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", compress) as new:
        for name in {**dict.fromkeys(old.namelist()), **change}:
            part = change[name] if name in change else old.read(name)
            if part is not None:
                new.writestr(name, part)
    return file.getvalue()


def with_head(rows: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + rows + b"</sheetData></worksheet>"
    )


def entry_with_password(content: bytes) -> bytes:
    """The flag that says that a part is encrypted, set by hand everywhere."""
    told = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = told.find(mark)
        while at >= 0:
            told[at + flags] |= 1
            at = told.find(mark, at + 4)
    return bytes(told)


def lying_about_its_size(content: bytes) -> bytes:
    """The directory says that the sheet is 10 bytes long."""
    told = bytearray(content)
    at = told.find(b"PK\x01\x02")
    while at >= 0:
        name_length = struct.unpack_from("<H", told, at + 28)[0]
        if told[at + 46 : at + 46 + name_length].startswith(b"xl/worksheets/sheet"):
            struct.pack_into("<I", told, at + 24, 10)
        at = told.find(b"PK\x01\x02", at + 4)
    return bytes(told)


def a_workbook() -> bytes:
    book = Workbook()
    for row in (HEADS, ROW, [1, 2.5, True, None]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


PACKED = a_workbook()
STORED = rezipped(PACKED, {}, zipfile.ZIP_STORED)
TEXT = "\r\n".join(";".join(row) for row in (HEADS, ROW)).encode("utf-8-sig")
SHEET = "xl/worksheets/sheet1.xml"
BOMB = with_head(b"<row><c><v>" + b"0" * 30_000_000 + b"</v></c></row>")
DAMAGED = (
    "The .xlsx file is damaged or was cut off. Open it in Excel, save it again, and send that.",
    "Tệp .xlsx bị hỏng hoặc chép chưa hết. Hãy mở bằng Excel, lưu lại, rồi gửi lại.",
)
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
CASES = {
    "nothing": (lambda book: b"", "The file is empty. Choose another one."),
    "blanks": (lambda book: b"\r\n \r\n", "The file is empty. Choose another one."),
    "an old .xls": (
        lambda book: OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"),
        "This is an old .xls file. Open it in Excel and save it as .xlsx.",
    ),
    "encrypted": (
        lambda book: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "The file has a password. Remove it and save the file again.",
    ),
    "encrypted parts": (entry_with_password, "The file has a password. Remove it and save the file again."),
    "PDF": (lambda book: b"%PDF-1.7\n", "This is a PDF file. Save the table as .xlsx or CSV UTF-8."),
    "a web page called .xls": (
        lambda book: b"<html><table><tr><td>1</td></tr></table></html>",
        "This is a web page or XML, whatever its name. Open it in Excel and save it as .xlsx.",
    ),
    "cut off": (lambda book: book[: len(book) // 2], DAMAGED[0]),
    "a part cut": (lambda book: rezipped(book, {SHEET: b"<worksheet><sheetData><row>"}), DAMAGED[0]),
    "no sheet part": (lambda book: rezipped(book, {SHEET: None}), "No sheet has content. Fill in the first one."),
    "a byte changed": (lambda book: book[:300] + bytes([book[300] ^ 0xFF]) + book[301:], DAMAGED[0]),
    "a size that is not so": (lying_about_its_size, DAMAGED[0]),
    "macros": (
        lambda book: rezipped(book, {"xl/vbaProject.bin": b"x"}),
        "The file has macros. Save it as .xlsx, without macros.",
    ),
    "a bomb": (
        lambda book: rezipped(book, {SHEET: BOMB}),
        f"Its part {SHEET} is packed RATIO times, as no spreadsheet program does. Save it again.",
    ),
    "many bombs": (
        lambda book: rezipped(book, {f"xl/media/{k}.bin": b"\0" * 30_000_000 for k in range(4)}),
        "It unpacks to 114 MB, at most 100 MB are taken. Split it into several.",
    ),
    "entities": (
        lambda book: rezipped(book, {SHEET: ENTITIES}),
        f"Its part {SHEET} has declarations that no spreadsheet has. Open it in Excel, save it again.",
    ),
    "entities in UTF-16": (
        lambda book: rezipped(book, {SHEET: ENTITIES.decode().encode("utf-16")}),
        f"Its part {SHEET} has declarations that no spreadsheet has. Open it in Excel, save it again.",
    ),
    "OpenDocument": (
        lambda book: rezipped(book, {"xl/workbook.xml": None, "mimetype": b"application/x"}),
        "This is a OpenDocument file and no .xlsx. Save the table as .xlsx or CSV UTF-8.",
    ),
    "Word": (
        lambda book: rezipped(book, {"xl/workbook.xml": None, "word/document.xml": b"<x/>"}),
        "This is a Word file and no .xlsx. Save the table as .xlsx or CSV UTF-8.",
    ),
    "cp1258": (
        lambda book: "Mã số;Tên\n1;Công ty".encode("cp1258", "replace"),
        "Line 1: is not UTF-8 (byte 0xea). Save it as 'CSV UTF-8' or .xlsx.",
    ),
    "zero bytes": (
        lambda book: b"code;name\n1;\0\n",
        "Line 2: holds a zero byte, this is no text. Save it as 'CSV UTF-8' or .xlsx.",
    ),
    "an open quote": (
        lambda book: b'code;name\n"1500000001;A\n',
        "Row 2: a quote is not closed, or a cell is too long. Save it again as CSV UTF-8.",
    ),
    "no heads": (
        lambda book: b"a;b\n1;2\n",
        "No row of heads was found, expected at least 'Code'. Use the template of Organisations.",
    ),
    "too wide": (
        lambda book: b"code" + b";x" * 300,
        "Row 1 has 301 columns, at most 200. Delete those that are too many.",
    ),
    "too large": (
        lambda book: b"code;name\n" + b"x" * (21 << 20),
        "The file is larger than 20 MB. Split it into several files.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_by_what_it_is(world, imported, make_workbook, case) -> None:
    make, expected = CASES[case]
    content = make(make_workbook([HEADS, ROW]))
    if "RATIO" in expected:  # as well as this machine's zlib packs
        part = zipfile.ZipFile(io.BytesIO(content)).getinfo(SHEET)
        expected = expected.replace("RATIO", str(part.file_size // part.compress_size))
    outcome = imported(content)
    assert [fault.why.en for fault in outcome.faults] == [expected]
    assert (outcome.fault_count, outcome.written) == (1, False)


def test_more_rows_than_are_taken_are_refused_early(world, imported, make_csv) -> None:
    content = make_csv([["code", "name"], *([f"15{k:08d}", "A"] for k in range(50_100))])
    assert [fault.why.en for fault in imported(content).faults] == [
        "More than 50000 rows. Split it into several files."
    ]


def test_heads_alone_say_that_no_row_stands_below(world, imported, make_workbook) -> None:
    assert [fault.why.en for fault in imported(make_workbook([HEADS])).faults] == [
        "No row stands below the heads. Fill it in."
    ]


def test_merged_cells_are_named_by_their_range_unless_they_are_a_title(world, imported, save, told) -> None:
    book = Workbook()
    for row in (["DANH SÁCH"], HEADS, ROW, ["1500000002", *ROW[1:]]):
        book.active.append(row)
    book.active.merge_cells("A1:D1")
    assert imported(save(book), dry_run=True).fault_count == 0
    book.active.merge_cells("B3:B4")
    assert told(imported(save(book))) == ["trang «Sheet» ô B3:B4: Ô bị gộp. Hãy bỏ gộp (Unmerge) rồi điền từng ô."]


def test_a_hidden_sheet_is_not_read_and_said_so(world, imported, save) -> None:
    book = Workbook()
    book.active.append(HEADS)
    book.active.append(ROW)
    hidden = book.create_sheet("Nháp")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    outcome = imported(save(book))
    assert (outcome.new, outcome.unread) == (1, ("Nháp",))


def test_of_two_sheets_with_content_none_is_guessed(world, imported, save, told) -> None:
    book = Workbook()
    for name in ("Sheet", "Khác"):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        sheet.append(HEADS)
        sheet.append(ROW)
    assert told(imported(save(book))) == [
        "trang «Khác»: Nhiều trang có nội dung: «Sheet», «Khác». Hãy giữ một trang, xóa các trang khác."
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_files_of_every_spreadsheet_are_read(world, imported, make_csv, delimiter, encoding) -> None:
    quoted = [['"Mã số"', '"Tên"', '"Loại hình"', '"Tỉnh, thành phố"'], [f'"{cell}"' for cell in ROW]]
    outcome = imported(make_csv(quoted, delimiter, encoding), dry_run=True)
    assert (outcome.new, outcome.fault_count) == (1, 0)


def test_a_line_that_tells_excel_the_delimiter_is_skipped_and_counted(world, imported, told) -> None:
    content = b"sep=,\nCode,Name,Kind,Province\n15,A,school,82\n"
    outcome = imported(content)
    assert [fault.cell for fault in outcome.faults] == ["A3"]


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(st.data())
def test_no_damage_is_more_than_a_refusal(data) -> None:
    """Whatever happens to the bytes of a file on its way: it is a table, or it is refused in words."""
    content = bytearray(data.draw(st.sampled_from([PACKED, STORED, TEXT])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[at] = data.draw(st.integers(0, 255))
        elif len(content) > 300:
            del content[at : at + data.draw(st.integers(1, 200))]
    with suppress(UnreadableFileError):
        read_table(bytes(content))
