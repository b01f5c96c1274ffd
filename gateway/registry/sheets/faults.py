"""What is wrong with a file, said with its place."""

from dataclasses import dataclass

from gateway.registry.texts import Title, shown

MOST_LISTED = 1000
"""So many faults are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        sheet: Name of the sheet; empty: of the file, which has none.
        cell: As a spreadsheet calls it: ``B17``, ``B17:C18``; empty: the whole sheet or file.
        column: Head of its column; empty: none.
        got: What stands there.
        why: What is wrong and what to do.
    """

    sheet: str
    cell: str
    column: str
    got: str
    why: Title

    def told(self, language: str) -> str:
        """With its place, in one language."""
        vi = language == "vi"
        parts = []
        if self.sheet:
            parts.append(f"trang «{self.sheet}»" if vi else f"sheet {self.sheet!r}")
        if self.cell:
            parts.append(f"ô {self.cell}" if vi else f"cell {self.cell}")
        if self.column:
            parts.append(f"({self.column})")
        place = " ".join(parts) or ("tệp" if vi else "file")
        return f"{place}: {self.why[language]}"


class UnreadableFileError(ValueError):
    """A file that cannot be taken as a table at all.

    Attributes:
        fault: What is wrong with it.
    """

    def __init__(self, vi: str, en: str, sheet: str = "", cell: str = "", got: object = "") -> None:
        super().__init__(en)
        self.fault = Fault(sheet, cell, "", shown(got), Title(vi, en))


def letters(column: int) -> str:
    """Of a column, from 0.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def place(column: int, row: int) -> str:
    """Of a cell; the column from 0, the row from 1 as a spreadsheet counts.

    >>> place(1, 17)
    'B17'
    """
    return f"{letters(column)}{row}"
