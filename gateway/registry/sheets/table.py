"""A file's content before anybody knows what it means: rows of cells, each still at its place."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 200
GUIDE = ("Hướng dẫn", "Guide")
LISTS = "nhipdo"
"""Sheets of our own templates and exports that hold no rows."""


class Formula(str):
    """A cell that holds a formula; its text is the formula."""

    __slots__ = ()


class Broken(str):
    """A cell that shows an error such as ``#REF!``."""

    __slots__ = ()


_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of the first, which a spreadsheet set to an Asian language takes for them."""


def is_formula(text: str) -> bool:
    """Whether a spreadsheet takes a text for a formula."""
    return text.startswith(_FORMULAS)


def as_typed(text: str) -> str:
    """A cell of a CSV without the quote that keeps it from being taken for a formula."""
    return text[1:] if text.startswith("'") and is_formula(text.lstrip("'")) else text


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not empty.

    Attributes:
        number: As a spreadsheet counts, from 1.
        cells: From column A on.
    """

    number: int
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet.

    Attributes:
        sheet: Its name; empty: a CSV, which has none.
        lines: Those that are not empty.
        merged: Ranges of merged cells, ``B3:C4``.
        unread: Names of hidden sheets, which were not read.
        is_text: Whether every cell is text because the file knows nothing else.
    """

    sheet: str
    lines: Sequence[Line]
    merged: Sequence[str] = ()
    unread: Sequence[str] = ()
    is_text: bool = False


def is_blank(cells: Sequence[object]) -> bool:
    """Whether nothing stands in any of them."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)
