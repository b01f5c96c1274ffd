"""One cell into the value of its field; what a spreadsheet did to it is named, never mended by a guess."""

import re
from datetime import datetime

from gateway.registry.fields import Choice, Day, Field, Line, Link, Number, Value, Whole
from gateway.registry.sheets.linked import Linked
from gateway.registry.sheets.table import Broken, Formula
from gateway.registry.texts import WrongValueError, shown

_POWER = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2}")
"""As a spreadsheet writes a long number into a CSV."""
_NOTHING = ("-", "\u2013", "\u2014")
_EXACT = 10**15
"""A spreadsheet keeps fifteen digits; what is longer has lost its last ones."""
_LONGEST_CODE = 14


def read_cell(of: Field, cell: object) -> Value:
    """The value of a field that is no link.

    Raises:
        WrongValueError: It cannot be taken.
    """
    _no_formula(cell)
    if isinstance(cell, datetime) and not isinstance(of, Day):
        raise WrongValueError(
            f"Bảng tính đã đổi thành ngày {cell:%d/%m/%Y}. Hãy định dạng cột là Văn bản (Text) rồi gõ lại.",
            f"The spreadsheet has turned it into the day {cell:%Y-%m-%d}. Format the column as text, type it again.",
        )
    if isinstance(of, Whole | Number) and isinstance(cell, str) and cell.strip() in _NOTHING:
        return of.read(None)  # how tables of statistics write "nothing"
    if isinstance(of, Line):
        return of.read(_code(of, cell))
    if isinstance(of, Choice) and isinstance(cell, int | float):
        return of.read(str(cell))
    return of.read(cell)


def read_link(of: Link, cell: object, linked: Linked) -> Value:
    """Id of the row that a cell names; None for an empty one.

    Raises:
        WrongValueError: It names none, or several.
    """
    _no_formula(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _by_number(cell, linked)
    text = of.read(cell)
    return linked.find(text) if isinstance(text, str) and text else text


def _by_number(cell: float, linked: Linked) -> str:
    text = str(int(cell)) if float(cell).is_integer() else str(cell)
    try:
        return linked.find(text)
    except WrongValueError:
        for width in range(len(text) + 1, _LONGEST_CODE + 1):
            longer = text.zfill(width)
            try:
                linked.find(longer)
            except WrongValueError:
                continue
            raise _zeros_lost(text, longer) from None
        raise


def _no_formula(cell: object) -> None:
    if isinstance(cell, Formula):
        raise WrongValueError(
            f"Có công thức «{shown(cell)}», cần giá trị. Hãy chép cột rồi dán bằng «Giá trị» (Paste values).",
            f"Holds the formula {shown(cell)!r}, expected a value. Copy the column and paste it as values.",
        )
    if isinstance(cell, Broken):
        raise WrongValueError(
            f"Ô báo lỗi {shown(cell)}. Hãy sửa công thức, hoặc gõ giá trị.",
            f"The cell shows the error {shown(cell)}. Mend its formula, or type the value.",
        )


def _code(of: Line, cell: object) -> object:
    """Text as it was typed; a number stands for its digits."""
    if isinstance(cell, str):
        if _POWER.fullmatch(cell.strip()) and not _fits(of, cell.strip()):
            raise WrongValueError(
                f"Bảng tính đã đổi mã số thành «{shown(cell)}» và mất chữ số. Hãy định dạng cột là Văn bản, gõ lại mã.",
                f"The spreadsheet has turned a code into {shown(cell)!r} and lost digits. Format the column as text, "
                "type the code again.",
            )
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    if abs(cell) >= _EXACT:
        raise WrongValueError(
            f"Số {int(cell)} dài hơn 15 chữ số, bảng tính đã làm tròn. Hãy định dạng cột là Văn bản rồi gõ lại.",
            f"The number {int(cell)} has more than 15 digits, the spreadsheet has rounded it. Format the column as "
            "text, type it again.",
        )
    text = str(int(cell)) if float(cell).is_integer() else str(cell)
    if of.pattern and not _fits(of, text):
        longer = next((text.zfill(n) for n in range(len(text) + 1, _LONGEST_CODE + 1) if _fits(of, text.zfill(n))), "")
        if longer and text.isdecimal():
            raise _zeros_lost(text, longer)
    return text


def _fits(of: Line, text: str) -> bool:
    return bool(of.pattern) and re.fullmatch(of.pattern, text) is not None


def _zeros_lost(text: str, longer: str) -> WrongValueError:
    return WrongValueError(
        f"Là số {text}: bảng tính có thể đã bỏ số 0 ở đầu ({longer}?). Hãy định dạng cột là Văn bản rồi gõ lại.",
        f"Is the number {text}: the spreadsheet may have dropped leading zeros ({longer}?). Format the column as text, "
        "type it again.",
    )
