"""What a file really is, and whether it may be opened at all: looked at before any library sees it.

Decision: the sizes that a ZIP tells are added up and bounded, each part is read through once with its check sum, and a
part with a document type declaration is refused.
Because: a file of 40 kB can hold 4 GB of zeros, or a text that repeats itself a billion times; no spreadsheet program
writes either.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gateway.registry.sheets.faults import UnreadableFileError
from gateway.registry.sheets.table import MOST_BYTES

MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 200
_RATIO_FROM = 4 * 1024 * 1024
"""Small parts of nothing but blanks may be packed as tight as they like."""
_MOST_PARTS = 1000
_CHUNK = 1 << 20
_OVERLAP = 64
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell [^>]{0,40}?ref=[\"']([A-Z0-9:$]{2,30})[\"']")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Contents(NamedTuple):
    """What the parts of a workbook say beside its cells: path of a part -> ranges of merged cells."""

    merged: dict[str, tuple[str, ...]]


def is_workbook(content: bytes) -> bool:
    """Whether it is a workbook (XLSX) rather than text.

    Raises:
        UnreadableFileError: It is neither.
    """
    if not content.strip(b"\0\r\n\t "):
        raise UnreadableFileError("Tệp trống. Hãy chọn tệp khác.", "The file is empty. Choose another one.")
    if len(content) > MOST_BYTES:
        raise UnreadableFileError(
            f"Tệp lớn hơn {MOST_BYTES >> 20} MB. Hãy chia thành nhiều tệp.",
            f"The file is larger than {MOST_BYTES >> 20} MB. Split it into several files.",
        )
    if content.startswith(_OLE):
        raise _of_ole(content)
    if content.startswith(b"PK"):
        return True
    for start, name in ((b"%PDF", "PDF"), (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG", "PNG"), (b"{\\rtf", "RTF")):
        if content.startswith(start):
            raise UnreadableFileError(
                f"Đây là tệp {name}. Hãy lưu bảng thành .xlsx hoặc CSV UTF-8.",
                f"This is a {name} file. Save the table as .xlsx or CSV UTF-8.",
                got=name,
            )
    if re.match(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!DOCTYPE|html|\?xml|table)", content[:200], re.IGNORECASE):
        raise UnreadableFileError(
            "Đây là trang web hoặc XML, dù tên là gì. Hãy mở bằng Excel rồi lưu thành .xlsx.",
            "This is a web page or XML, whatever its name. Open it in Excel and save it as .xlsx.",
        )
    return False


def look_into(content: bytes) -> Contents:
    """Read every part of a workbook through once.

    Raises:
        UnreadableFileError: It is damaged, encrypted, a bomb, has macros, or is another kind of document.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_sizes(archive)
            _check_kind(archive)
            return Contents({part.filename: _merged_in(archive, part) for part in archive.infolist()})
    except UnreadableFileError:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise damaged() from error
    except NotImplementedError as error:  # a way of packing that no spreadsheet uses
        raise damaged() from error
    except RuntimeError as error:  # zipfile's word for a part that wants a password
        raise _encrypted() from error


def damaged() -> UnreadableFileError:
    """A workbook that no program can read to its end."""
    return UnreadableFileError(
        "Tệp .xlsx bị hỏng hoặc chép chưa hết. Hãy mở bằng Excel, lưu lại, rồi gửi lại.",
        "The .xlsx file is damaged or was cut off. Open it in Excel, save it again, and send that.",
    )


def _check_sizes(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or unpacked > MOST_UNPACKED:
        raise UnreadableFileError(
            f"Giải nén ra {unpacked >> 20} MB, nhiều nhất {MOST_UNPACKED >> 20} MB. Hãy chia thành nhiều tệp.",
            f"It unpacks to {unpacked >> 20} MB, at most {MOST_UNPACKED >> 20} MB are taken. Split it into several.",
        )
    for part in parts:
        if part.file_size > _RATIO_FROM and part.file_size > MOST_RATIO * max(1, part.compress_size):
            ratio = part.file_size // max(1, part.compress_size)
            raise UnreadableFileError(
                f"Phần {part.filename} nén {ratio} lần: không chương trình bảng tính nào ghi như vậy. Hãy lưu lại.",
                f"Its part {part.filename} is packed {ratio} times, as no spreadsheet program does. Save it again.",
            )


def _check_kind(archive: zipfile.ZipFile) -> None:
    names = {name.lower() for name in archive.namelist()}
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise UnreadableFileError(
            "Tệp có macro. Hãy lưu thành .xlsx (không macro).",
            "The file has macros. Save it as .xlsx, without macros.",
        )
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        kind = "XLSB"
    elif "mimetype" in names:
        kind = "OpenDocument"
    elif "word/document.xml" in names:
        kind = "Word"
    else:
        kind = "ZIP"
    raise UnreadableFileError(
        f"Đây là tệp {kind}, không phải .xlsx. Hãy lưu bảng thành .xlsx hoặc CSV UTF-8.",
        f"This is a {kind} file and no .xlsx. Save the table as .xlsx or CSV UTF-8.",
        got=kind,
    )


def _merged_in(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[str, ...]:
    """Ranges of merged cells, found on the way through a part."""
    is_xml = part.filename.lower().endswith((".xml", ".rels"))
    found: list[str] = []
    for chunk, fresh in _chunks(archive, part):
        if not is_xml:
            continue
        if _DECLARED.search(chunk) or chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<\0" in chunk[:8]:
            raise UnreadableFileError(
                f"Phần {part.filename} có khai báo mà tệp bảng tính không có. Hãy mở bằng Excel và lưu lại.",
                f"Its part {part.filename} has declarations that no spreadsheet has. Open it in Excel, save it again.",
            )
        found += [match[1].decode() for match in _MERGED.finditer(chunk) if match.end() > fresh]
    return tuple(found)


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """A part in pieces that overlap, and how much of each was in the piece before."""
    tail = b""
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            yield tail + piece, len(tail)
            tail = (tail + piece)[-_OVERLAP:]


def _of_ole(content: bytes) -> UnreadableFileError:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _encrypted()
    return UnreadableFileError(
        "Đây là tệp .xls kiểu cũ. Hãy mở bằng Excel rồi lưu thành .xlsx.",
        "This is an old .xls file. Open it in Excel and save it as .xlsx.",
        got=".xls",
    )


def _encrypted() -> UnreadableFileError:
    return UnreadableFileError(
        "Tệp có mật khẩu. Hãy bỏ mật khẩu rồi lưu lại.", "The file has a password. Remove it and save the file again."
    )
