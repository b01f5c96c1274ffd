"""Files to fill in: heads, an example that is not read, what may be chosen as a list, hints as comments."""

from collections.abc import Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Line, Link, Number, Value, Whole
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.sheets.exporting import cell_text, csv_parts, option, words
from gateway.registry.sheets.heads import EXAMPLE, ORDINAL, heads_of
from gateway.registry.sheets.table import GUIDE, LISTS
from gateway.registry.sheets.to_xlsx import sheet_name, width
from gateway.registry.texts import Title

_LAST_ROW = 5_000
_PALE = PatternFill("solid", fgColor="E7E6E6")
_GUIDES = (
    Title(
        "Điền từ dòng 3. Dòng 2 là ví dụ và không được đọc.",
        "Fill in from row 3 on. Row 2 is an example and is not read.",
    ),
    Title("Cột có dấu * là bắt buộc.", "Columns with a * must be filled in."),
    Title(
        "Mã số đã định dạng Văn bản để không mất số 0 ở đầu.", "Codes are formatted as text, so that no zero is lost."
    ),
    Title(
        "Dòng trùng khóa ({}) với bản ghi đã có sẽ sửa bản ghi đó.",
        "A row with the key ({}) of one that is there changes it.",
    ),
    Title(
        "Ô trống xóa giá trị cũ; bỏ cả cột để giữ nguyên.",
        "An empty cell empties the old value; leave the whole column out to keep it.",
    ),
)
_NAMED = Title("Ghi mã hoặc tên của: {}.", "Write the key or the name of: {}.")
_DAY = Title("Ngày, ví dụ 22/11/2026.", "A day, such as 2026-11-22.")
_SEVERAL = Title("Nhiều mục cách nhau bằng dấu chấm phẩy: {}.", "Several are separated by semicolons: {}.")
_ONE = Title("Một trong: {}.", "One of: {}.")
_LEAST_MOST = Title("Từ {} đến {}.", "From {} to {}.")
_YES_NO = {"vi": ("có", "không"), "en": ("yes", "no")}


def template_xlsx(
    file: IO[bytes], noun: str, language: str = "vi", known: dict[str, Sequence[str]] | None = None
) -> None:
    """Write a workbook to fill in.

    Args:
        file: Where to.
        noun: What will stand in its rows.
        language: ``vi`` or ``en``.
        known: Link field -> names that can be chosen, where there are few.
    """
    of = NOUNS[noun]
    book = Workbook()
    sheet = book.active
    sheet.title = sheet_name(of, language)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    _put(sheet.cell(1, 1), ORDINAL[language], bold=True)
    _put(sheet.cell(2, 1), EXAMPLE[language])
    heads = heads_of(of)
    for at, (name, one) in enumerate(of.all_fields().items(), 2):
        head = heads[name][language] + (" *" if one.required else "")
        _put(sheet.cell(1, at), head, bold=True)
        sheet.cell(1, at).comment = _comment(hint_of(one, language))
        _put(sheet.cell(2, at), words(one, example_of(one), language))
        column = get_column_letter(at)
        sheet.column_dimensions[column].width = width(head, one)
        _format(sheet, at, one, language)
        _choose(sheet, lists, column, one, language, list((known or {}).get(name, ())))
    for cell in sheet[2]:
        cell.fill, cell.font = _PALE, Font(italic=True)
    sheet.freeze_panes = "A3"
    guide = book.create_sheet(GUIDE[0] if language == "vi" else GUIDE[1])
    guide.column_dimensions["A"].width = 100
    for line in guides(of, language):
        guide.append([line])
    book.save(file)


def template_csv(noun: str, language: str = "vi") -> str:
    """The same as text: heads and an example."""
    of = NOUNS[noun]
    heads = heads_of(of)
    fields = of.all_fields()
    top = [ORDINAL[language], *(heads[name][language] + (" *" if one.required else "") for name, one in fields.items())]
    row = [EXAMPLE[language], *(cell_text(one, example_of(one), language) for one in fields.values())]
    return "".join(csv_parts(top, [row], language))


def guides(of: type[Registered], language: str) -> list[str]:
    """What stands on the sheet beside."""
    heads = heads_of(of)
    key = ", ".join(heads[name][language] for name in of.noun.key)
    return [guide[language].format(key) for guide in _GUIDES]


def hint_of(one: Field, language: str) -> str:
    """What to write in a column; empty: its head says it."""
    parts = []
    if one.hint:
        text = one.hint[language]
        parts.append(f"{text[:1].upper()}{text[1:]}.")
    if isinstance(one, Link):
        parts.append(_NAMED[language].format(NOUNS[one.to].noun.title[language]))
    elif isinstance(one, Day):
        parts.append(_DAY[language])
    elif isinstance(one, Choice):
        titles = ", ".join(option(one.options, key, language) for key in one.options)
        parts.append((_SEVERAL if isinstance(one, Choices) else _ONE)[language].format(titles))
    elif isinstance(one, Whole | Number) and one.most < _large(one):
        parts.append(_LEAST_MOST[language].format(one.least, one.most))
    return " ".join(parts)


def example_of(one: Field) -> Value:
    """What stands in the example, for a field that is not empty there."""
    if one.example != "" and not isinstance(one, Link):
        return one.example
    if isinstance(one, Link):
        noun = NOUNS[one.to]
        values = {name: other.example for name, other in noun.all_fields().items() if other.example not in ("", None)}
        label = " ".join(str(values[name]) for name in noun.noun.label if name in values)
        return next(iter([*(str(values[name]) for name in noun.noun.key if name in values), label]), "")
    return one.empty


def _large(one: Whole | Number) -> float:
    return 10**12 if isinstance(one, Whole) else float("inf")


def _put(cell: Any, text: str, *, bold: bool = False) -> None:
    cell.value = text
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _comment(text: str) -> Comment | None:
    return Comment(text, "nhipdo", height=120, width=300) if text else None


def _format(sheet: Any, at: int, one: Field, language: str) -> None:
    """Text stays text, also where it looks like a number."""
    if isinstance(one, Line | Link | Choice | Flag):
        form = "@"
    elif isinstance(one, Day):
        form = "dd/mm/yyyy" if language == "vi" else "yyyy-mm-dd"
    else:
        return
    sheet.column_dimensions[get_column_letter(at)].number_format = form
    for row in range(3, 203):
        sheet.cell(row, at).number_format = form


def _choose(sheet: Any, lists: Any, column: str, one: Field, language: str, known: list[str]) -> None:
    """A list to choose from, kept on a sheet of its own: within the rule only 255 characters have room."""
    options = known
    if isinstance(one, Choice) and not isinstance(one, Choices):
        options = [title[language] for title in one.options.values()]
    elif isinstance(one, Flag):
        options = list(_YES_NO[language])
    if not options:
        return
    place = lists.max_column + (1 if lists.cell(1, lists.max_column).value else 0)
    for row, text in enumerate(options, 1):
        _put(lists.cell(row, place), text)
    letter = get_column_letter(place)
    rule = DataValidation("list", f"={LISTS}!${letter}$1:${letter}${len(options)}", allow_blank=not one.required)
    rule.error = (_ONE[language].format(", ".join(options)))[:225]
    rule.showErrorMessage = True
    rule.add(f"{column}3:{column}{_LAST_ROW}")
    sheet.add_data_validation(rule)
