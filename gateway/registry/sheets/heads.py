"""Heads of columns: which field each means, in Vietnamese, English or by its name, with marks or without."""

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from gateway.registry.fields import Field
from gateway.registry.nouns import Registered
from gateway.registry.old_fonts import old_font
from gateway.registry.sheets.faults import Fault, UnreadableFileError, place
from gateway.registry.sheets.table import Line, Table
from gateway.registry.texts import Title, folded, shown

ORDINAL = Title("STT", "No.")
"""A column that many sheets begin with: counted by people, and not read."""
EXAMPLE = Title("VÍ DỤ", "EXAMPLE")
"""In that column: the row is an example."""
HIDDEN = Title("[ẩn]", "[hidden]")
"""Behind a head: what stands there was not shown to whoever exported it."""
_ORDINALS = {"stt", "tt", "so tt", "so thu tu", "no", "no.", "#"}
_LOOK = 20
"""Rows in which the heads are looked for: titles may stand above them."""


class Column(NamedTuple):
    """A column that is read.

    Attributes:
        at: From 0.
        field: Name of its field.
        head: As it stands in the file.
    """

    at: int
    field: str
    head: str


class Heads(NamedTuple):
    """The heads of a table.

    Attributes:
        line: Where they stand, as a spreadsheet counts.
        columns: Those that are read.
        ordinal: Column of ordinals, which may say that a row is an example; None: there is none.
        faults: What is wrong with them.
    """

    line: int
    columns: tuple[Column, ...]
    ordinal: int | None
    faults: tuple[Fault, ...]


def heads_of(of: type[Registered]) -> dict[str, Title]:
    """Field -> head of its column: its title, with its unit, and with its name where two titles are the same."""
    fields = of.all_fields()
    told = {language: Counter(folded(one.title[language]) for one in fields.values()) for language in ("vi", "en")}
    heads = {}
    for name, one in fields.items():
        words = {}
        for language in ("vi", "en"):
            text = one.title[language]
            if told[language][folded(text)] > 1:
                text = f"{text} ({name})"
            unit = str(getattr(one, "unit", ""))
            words[language] = f"{text} ({unit})" if unit else text
        heads[name] = Title(words["vi"], words["en"])
    return heads


def find_heads(table: Table, of: type[Registered]) -> Heads:
    """Where the heads stand, and what they mean.

    Raises:
        UnreadableFileError: No row looks like heads.
    """
    meanings = _meanings(of)
    best = max(table.lines[:_LOOK], key=lambda line: _recognised(line, meanings), default=None)
    if best is None or not _recognised(best, meanings):
        raise _no_heads(table, of)
    meant = _by_name(best, of, meanings)
    columns: list[Column] = []
    faults: list[Fault] = []
    ordinal = None
    for at, cell in enumerate(best.cells):
        head = "" if cell is None else str(cell).strip()
        bare = _bare(head)
        if bare in _ORDINALS:
            ordinal = at if ordinal is None else ordinal
        elif bare in meant:
            columns.append(Column(at, meant[bare], head))
        elif head and not _is_hidden(head):
            faults.append(_unknown(table, best.number, at, head, of))
        elif not head and any(
            len(line.cells) > at and line.cells[at] not in (None, "") for line in _below(table, best)
        ):
            why = Title(
                "Cột có nội dung mà không có tên. Hãy đặt tên cột, hoặc xóa cột.",
                "The column has content and no head. Give it one, or delete it.",
            )
            faults.append(Fault(table.sheet, place(at, best.number), "", "", why))
    faults += _doubled(table, best.number, columns)
    faults += _missing(table, best.number, columns, of)
    kept = [column for column in columns if not _is_hidden(column.head)]
    return Heads(best.number, tuple(kept), ordinal, tuple(faults))


def is_example(cell: object) -> bool:
    """Whether an ordinal says that its row is an example."""
    return folded(str(cell)) in (folded(EXAMPLE.vi), folded(EXAMPLE.en))


def _below(table: Table, heads: Line) -> Sequence[Line]:
    return [line for line in table.lines if line.number > heads.number]


def _bare(head: str) -> str:
    """A head without marks, stars, colons."""
    text = folded(head)
    for title in (HIDDEN.vi, HIDDEN.en):
        text = text.removesuffix(folded(title))
    return text.strip(" *:")


def _is_hidden(head: str) -> bool:
    return folded(head).endswith((folded(HIDDEN.vi), folded(HIDDEN.en)))


def _meanings(of: type[Registered]) -> dict[str, str]:
    """Bare head -> field; first what is sure, then what else it may be called."""
    fields: Mapping[str, Field] = of.all_fields()
    found: dict[str, str] = {}
    for name, title in heads_of(of).items():
        for text in (title.vi, title.en):
            found.setdefault(_bare(text), name)
            if unit := str(getattr(fields[name], "unit", "")):
                found.setdefault(_bare(text).removesuffix(f"({folded(unit)})").strip(), name)
    for name, one in fields.items():
        for text in one.also:
            found.setdefault(_bare(text), name)
        found.setdefault(name, name)
        found.setdefault(name.replace("_", " "), name)
    return found


def _by_name(line: Line, of: type[Registered], meanings: Mapping[str, str]) -> Mapping[str, str]:
    """What heads mean: all names of fields, then those; else titles, of which some are the names of other fields."""
    heads = [str(cell).strip() for cell in line.cells if cell not in (None, "")]
    fields = of.all_fields()
    return {name: name for name in fields} if all(head in fields for head in heads) else meanings


def _recognised(line: Line, meanings: Mapping[str, str]) -> int:
    """How many heads a row has; of rows with as many the first is taken."""
    return sum(isinstance(cell, str) and _bare(cell) in meanings for cell in line.cells)


def _no_heads(table: Table, of: type[Registered]) -> UnreadableFileError:
    first = table.lines[0] if table.lines else Line(1, ())
    heads = heads_of(of)
    vi = ", ".join(f"«{heads[name].vi}»" for name in of.noun.key)
    en = ", ".join(repr(heads[name].en) for name in of.noun.key)
    return UnreadableFileError(
        f"Không tìm thấy dòng tên cột, cần ít nhất {vi}. Hãy dùng tệp mẫu của {of.noun.many.vi}.",
        f"No row of heads was found, expected at least {en}. Use the template of {of.noun.many.en}.",
        table.sheet,
        place(0, first.number),
        first.cells[0] if first.cells else "",
    )


def _unknown(table: Table, row: int, at: int, head: str, of: type[Registered]) -> Fault:
    font = old_font(head)
    if font:
        why = Title(
            f"«{shown(head)}» là chữ font {font.name}, đọc là «{shown(font.reads)}». Hãy chuyển mã sang Unicode.",
            f"{shown(head)!r} looks like text for the fonts {font.name}, it would read {shown(font.reads)!r}. "
            "Convert it to Unicode first.",
        )
        return Fault(table.sheet, place(at, row), shown(head), shown(head), why)
    known = {folded(words): title for title in heads_of(of).values() for words in (title.vi, title.en)}
    near = [known[one] for one in get_close_matches(_bare(head), known, 1, 0.7)]
    vi = f"có phải «{near[0].vi}»? Hãy sửa tên cột" if near else "hãy xóa cột, hoặc dùng tên cột của tệp mẫu"
    en = (
        f"did you mean {near[0].en!r}? Correct the head" if near else "delete the column, or use a head of the template"
    )
    why = Title(f"Không có cột «{shown(head)}»; {vi}.", f"There is no column {shown(head)!r}; {en}.")
    return Fault(table.sheet, place(at, row), shown(head), shown(head), why)


def _doubled(table: Table, row: int, columns: Sequence[Column]) -> list[Fault]:
    first: dict[str, Column] = {}
    faults = []
    for column in columns:
        other = first.setdefault(column.field, column)
        if other is not column:
            here = place(other.at, row)
            why = Title(
                f"Cùng nghĩa với cột ở ô {here}. Hãy xóa một trong hai cột.",
                f"It means the same as the column at {here}. Delete one of both.",
            )
            faults.append(Fault(table.sheet, place(column.at, row), column.head, column.head, why))
    return faults


def _missing(table: Table, row: int, columns: Sequence[Column], of: type[Registered]) -> list[Fault]:
    """Key columns that must be there: without them no row is told from another."""
    there = {column.field for column in columns}
    heads, fields = heads_of(of), of.all_fields()
    return [
        Fault(
            table.sheet,
            f"{row}:{row}",
            heads[name].vi,
            "",
            Title(
                f"Thiếu cột «{heads[name].vi}», cần để nhận ra từng dòng. Hãy thêm cột.",
                f"The column {heads[name].en!r} is missing, by which rows are told apart. Add it.",
            ),
        )
        for name in of.noun.key
        if name not in there and fields[name].required
    ]
