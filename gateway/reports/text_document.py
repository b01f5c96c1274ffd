"""A report as a text that an officer goes on editing (DOCX), laid out as administrative documents of Viet Nam are.

Source:
    Decree 30/2020/NĐ-CP, Annex I: paper, margins, fonts and their sizes, places of the parts of a document.
"""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from gateway.reports.charts import png_of
from gateway.reports.content import Block, Bullets, Chart, Foot, Head, Heading, Paragraph, Report, Table
from gateway.reports.text_marks import count_from_one, mark_row, padding, page_number, rule

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Times New Roman"
_PAPER = (Mm(210), Mm(297))
_MARGINS = {"top_margin": Mm(20), "bottom_margin": Mm(20), "left_margin": Mm(30), "right_margin": Mm(15)}
_WIDTH_MM = 165
_BODY, _SMALL, _TABLE = Pt(14), Pt(11), Pt(11)
_TABLE_HEAD = Pt(11)
_INDENT, _AFTER = Mm(10), Pt(6)
_BLACK = RGBColor(0, 0, 0)
_CENTRE, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT
_RIGHT, _BOTH = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY
_SMALL_LEVEL = 3
_Line = tuple[str, Any, dict[str, bool]]
"""Words, size, and whether bold or italic."""
_HEAD_SHARES, _FOOT_SHARES = (0.41, 0.59), (0.5, 0.5)


def docx_of(report: Report, as_of: date) -> bytes:
    """The text of a report.

    Args:
        report: What it says.
        as_of: What stands as its day in its properties: the same report has the same.
    """
    document = Document()
    _prepare(document, report, as_of)
    _head(document, report.head)
    _blocks(document, report.blocks)
    _foot(document, report.foot)
    if report.annex:
        _annex_head(document, report.annex_head)
        _blocks(document, report.annex)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _prepare(document: Any, report: Report, as_of: date) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = _PAPER
    for name, width in _MARGINS.items():
        setattr(section, name, width)
    section.header_distance = Mm(10)
    _styles(document)
    _headers(section, report)
    told = document.core_properties
    told.title, told.subject = f"{report.head.title} {report.head.subject}", report.mark
    told.author, told.comments, told.language = report.head.agency, "", report.language
    told.created = told.modified = datetime.combine(as_of, time(), UTC).replace(tzinfo=None)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _font(normal, _BODY)
    normal.paragraph_format.space_after = _AFTER
    normal.paragraph_format.line_spacing = 1.0
    for level in (1, 2, 3):
        style = document.styles[f"Heading {level}"]
        _font(style, _BODY)
        style.font.bold, style.font.italic = level < _SMALL_LEVEL, level == _SMALL_LEVEL
        style.font.color.rgb = _BLACK
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(6), _AFTER
        style.paragraph_format.first_line_indent = _INDENT
        style.paragraph_format.keep_with_next = True
    body = document.styles.add_style("Body text of a report", WD_STYLE_TYPE.PARAGRAPH)
    body.base_style = normal
    body.paragraph_format.first_line_indent, body.paragraph_format.alignment = _INDENT, _BOTH


def _font(style: Any, size: Any) -> None:
    style.font.name, style.font.size = FONT, size
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # Word takes the font of other scripts for letters with marks when these are not said.
    for name in ("w:eastAsia", "w:cs", "w:ascii", "w:hAnsi"):
        fonts.set(qn(name), FONT)
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)


def _headers(section: Any, report: Report) -> None:
    """Page numbers from the second page on, centred above; what every page bears on the first, too."""
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTRE
    page_number(number, _BODY)
    for header, paragraph in (
        (section.first_page_header, section.first_page_header.paragraphs[0]),
        (section.header, None),
    ):
        if borne := borne_by(report):
            at = paragraph if paragraph is not None else header.add_paragraph()
            at.alignment = _RIGHT
            _run(at, borne, Pt(12), bold=True)


def borne_by(report: Report) -> str:
    """What every page bears; empty: nothing."""
    return " · ".join(part for part in (report.mark, report.draft) if part)


def _head(document: Any, head: Head) -> None:
    """Agency left, name of the state right; below them number and place with day; then what the document is."""
    table = _bare_table(document, 2, _HEAD_SHARES)
    left, right = table.rows[0].cells
    _lines(left, (head.superior, Pt(12), {}), (head.agency, Pt(12), {"bold": True}))
    rule(left.paragraphs[-1], Mm(22))
    _lines(right, (head.state, Pt(12), {"bold": True}), (head.motto, Pt(13), {"bold": True}))
    rule(right.paragraphs[-1], Mm(19))
    left, right = table.rows[1].cells
    _lines(left, (head.number, Pt(13), {}))
    _lines(right, (head.place_date, Pt(13), {"italic": True}))
    title = document.add_paragraph()
    title.alignment, title.paragraph_format.space_before = _CENTRE, Pt(12)
    title.paragraph_format.space_after = Pt(0)
    _run(title, head.title, _BODY, bold=True)
    subject = document.add_paragraph()
    subject.alignment, subject.paragraph_format.space_after = _CENTRE, Pt(12)
    _run(subject, head.subject, _BODY, bold=True)
    rule(subject, Mm(58))


def _annex_head(document: Any, head: tuple[str, str, str]) -> None:
    """The annex begins on a page of its own, and its pages are counted by themselves."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    count_from_one(section)
    for text, kind in zip(head, ({"bold": True}, {"bold": True}, {"italic": True}), strict=True):
        at = document.add_paragraph()
        at.alignment, at.paragraph_format.space_after = _CENTRE, Pt(0)
        _run(at, text, _BODY, **kind)
    rule(at, Mm(60))


def _foot(document: Any, foot: Foot) -> None:
    """Recipients left, who signs right."""
    table = _bare_table(document, 1, _FOOT_SHARES)
    left, right = table.rows[0].cells
    small: list[_Line] = [(line, _SMALL, {}) for line in foot.recipients]
    _lines(left, (foot.recipients_title, Pt(12), {"bold": True, "italic": True}), *small)
    for paragraph in left.paragraphs:
        paragraph.alignment = _LEFT
    room: list[_Line] = [("", _BODY, {})] * 4
    _lines(right, (foot.post, _BODY, {"bold": True}), *room, (foot.signatory, _BODY, {"bold": True}))
    mark_row(table.rows[0], "w:cantSplit")


def _blocks(document: Any, blocks: Sequence[Block]) -> None:
    for block in blocks:
        match block:
            case Heading():
                document.add_heading(f"{block.number} {block.text}".strip(), block.level)
            case Paragraph():
                _paragraph(document, block)
            case Bullets():
                for item in block.items:
                    at = document.add_paragraph(style="Body text of a report")
                    at.add_run(f"- {item}")
            case Table():
                _table(document, block)
            case Chart():
                _chart(document, block)


def _paragraph(document: Any, block: Paragraph) -> None:
    at = document.add_paragraph(style="Body text of a report")
    run = at.add_run(block.text)
    if block.style == "note":
        run.font.size, run.italic = Pt(12), True
        at.alignment = _LEFT
    if block.style == "fill":
        at.paragraph_format.first_line_indent = 0
        at.paragraph_format.tab_stops.add_tab_stop(Mm(_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        run.text = "\t"


def _table(document: Any, block: Table) -> None:
    if block.caption:
        _run(document.add_paragraph(), block.caption, Pt(12), italic=True)
    table = document.add_table(rows=1, cols=len(block.head), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    padding(table, Mm(1))
    for cell, text, share in zip(table.rows[0].cells, block.head, block.widths, strict=True):
        _cell(cell, text, _CENTRE, bold=True)
        cell.width = Mm(_WIDTH_MM * share)
    mark_row(table.rows[0], "w:tblHeader")
    for row in block.rows:
        _row(table.add_row(), row, block)
    for column, share in zip(table.columns, block.widths, strict=True):
        column.width = Mm(_WIDTH_MM * share)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _row(at: Any, row: tuple[str, ...], block: Table) -> None:
    cells = at.cells
    for cell, share in zip(cells, block.widths, strict=True):
        cell.width = Mm(_WIDTH_MM * share)
    if len(row) == 1:
        whole = cells[0].merge(cells[-1])
        _cell(whole, row[0], _LEFT, bold=True)
        whole.paragraphs[0].paragraph_format.keep_with_next = True
    else:
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            _cell(cell, text, _RIGHT if place in block.figures else _LEFT, bold=False)
    mark_row(at, "w:cantSplit")


def _chart(document: Any, block: Chart) -> None:
    at = document.add_paragraph()
    at.alignment, at.paragraph_format.keep_with_next = _CENTRE, True
    shape = at.add_run().add_picture(io.BytesIO(png_of(block)), width=Mm(_WIDTH_MM - 5))
    shape._inline.docPr.set("descr", block.title)  # noqa: SLF001  what is read out where it is not seen
    below = document.add_paragraph()
    below.alignment = _CENTRE
    _run(below, block.title, Pt(12), italic=True)


def _cell(cell: Any, text: str, alignment: Any, *, bold: bool) -> None:
    at = cell.paragraphs[0]
    at.alignment, at.paragraph_format.space_after = alignment, Pt(0)
    _run(at, text, _TABLE_HEAD if bold else _TABLE, bold=bold)


def _lines(cell: Any, *lines: _Line) -> None:
    for place, (text, size, kind) in enumerate(lines):
        at = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        at.alignment, at.paragraph_format.space_after = _CENTRE, Pt(0)
        _run(at, text, size, **kind)


def _run(paragraph: Any, text: str, size: Any, *, bold: bool = False, italic: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = size, bold, italic


def _bare_table(document: Any, rows: int, shares: tuple[float, float]) -> Any:
    table = document.add_table(rows=rows, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    padding(table, Mm(0))
    for row in table.rows:
        for cell, share in zip(row.cells, shares, strict=True):
            cell.width = Mm(_WIDTH_MM * share)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(_WIDTH_MM * share)
    return table
