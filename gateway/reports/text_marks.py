"""What texts (DOCX) have and the library has no words for, written as XML: fields, lines, properties of rows."""

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

_BEHIND_BORDERS = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
"""What the schema of texts wants behind the borders of a paragraph, of what ours have."""


def page_number(paragraph: Any, size: Any) -> None:
    """The number of the page, as a field that programs fill in."""
    run = paragraph.add_run()
    run.font.size = size
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            sign = OxmlElement("w:fldChar")
            sign.set(qn("w:fldCharType"), kind)
        else:
            sign = OxmlElement("w:instrText")
            sign.set(qn("xml:space"), "preserve")
            sign.text = text
        run._r.append(sign)  # noqa: SLF001  the library has no field codes


def rule(paragraph: Any, inset: Any) -> None:
    """A line below a paragraph, shorter than it on both sides."""
    below = paragraph.insert_paragraph_before("")
    # The line belongs to an empty paragraph behind the words: the words keep the whole width.
    paragraph._p.addnext(below._p)  # noqa: SLF001
    form = below.paragraph_format
    form.left_indent = form.right_indent = inset
    form.space_before, form.space_after, form.line_spacing = Pt(2), Pt(4), Pt(3)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    below._p.get_or_add_pPr().insert_element_before(borders, *_BEHIND_BORDERS)  # noqa: SLF001


def padding(table: Any, width: Any) -> None:
    """Room between the borders of a table and its words, left and right."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(width.twips)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001


def mark_row(row: Any, name: str) -> None:
    """A property of a row of a table: ``w:tblHeader``, ``w:cantSplit``."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001


def count_from_one(section: Any) -> None:
    """The pages of a section are counted by themselves."""
    counted = OxmlElement("w:pgNumType")
    counted.set(qn("w:start"), "1")
    # Where the schema wants it: before the columns.
    section._sectPr.find(qn("w:cols")).addprevious(counted)  # noqa: SLF001
