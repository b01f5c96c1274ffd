"""What a report on a plan says: its head, its blocks in their order, its foot. Words are written out."""

from typing import Literal

import msgspec


class Heading(msgspec.Struct, frozen=True, kw_only=True, tag="heading"):
    """The title of a part.

    Attributes:
        level: 1: I, II; 2: 1., 2.; 3: a), b).
        number: As it stands before the title; empty: none.
        text: The title.
    """

    level: Literal[1, 2, 3]
    text: str
    number: str = ""


class Paragraph(msgspec.Struct, frozen=True, kw_only=True, tag="paragraph"):
    """Some sentences.

    Attributes:
        text: They.
        style: ``body``; ``note``: smaller; ``fill``: a line on which the officer writes.
    """

    text: str
    style: Literal["body", "note", "fill"] = "body"


class Bullets(msgspec.Struct, frozen=True, kw_only=True, tag="bullets"):
    """Things of one kind, one a line."""

    items: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True, tag="table"):
    """A table.

    Attributes:
        head: Of its columns.
        widths: Of its columns, their shares of the whole; they add up to 1.
        rows: Cells; a row of one cell is a heading over all columns.
        figures: Places of columns that hold figures.
        caption: What stands above it; empty: nothing.
    """

    head: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[int, ...] = ()
    caption: str = ""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A target as a bar.

    Attributes:
        name: What it is called.
        progress: Value / target.
        told: What stands behind the bar.
        state: As of the result.
    """

    name: str
    progress: float
    told: str
    state: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A value over years.

    Attributes:
        name: What it is called, with its unit.
        years: Year -> value; None: it cannot be said.
        target: Line; None: none.
        open_year: The year that is not over; 0: none.
    """

    name: str
    years: dict[int, float | None]
    target: float | None = None
    open_year: int = 0


class Chart(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """A picture.

    Attributes:
        title: The finding.
        words: What stands within: ``target``, ``open``, ``axis``.
        language: Of figures on axes.
        bars: Targets; or
        courses: values over years.
    """

    title: str
    words: dict[str, str]
    language: str
    bars: tuple[Bar, ...] = ()
    courses: tuple[Course, ...] = ()


Block = Heading | Paragraph | Bullets | Table | Chart


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the text.

    Attributes:
        superior: Agency above.
        agency: Who reports.
        state: Name of the state.
        motto: Below it.
        number: ``Số: 12/BC-SKHCN``; with room where there is none yet.
        place_date: Where and when.
        title: Kind of the document.
        subject: What it is about.
    """

    superior: str
    agency: str
    state: str
    motto: str
    number: str
    place_date: str
    title: str
    subject: str


class Foot(msgspec.Struct, frozen=True, kw_only=True):
    """What stands below the text.

    Attributes:
        recipients_title: Above the recipients.
        recipients: Each with what for.
        post: Of who signs.
        signatory: Their name; empty: it is not signed.
    """

    recipients_title: str
    recipients: tuple[str, ...]
    post: str
    signatory: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report on a plan.

    Attributes:
        language: ``vi`` or ``en``.
        head: Above.
        blocks: The text.
        foot: Below.
        annex_head: Above the annex, a line each: that it is one, its name, to which document it belongs.
        annex: Behind the signature, on pages of its own.
        mark: What every page bears: that figures are made up; empty: nothing.
        draft: What every page bears while it is not signed off; empty: it is.
        page: Word for a page.
    """

    language: str
    head: Head
    blocks: tuple[Block, ...]
    foot: Foot
    annex_head: tuple[str, str, str]
    annex: tuple[Block, ...]
    mark: str = ""
    draft: str = ""
    page: str = ""


Cell = str | int | float | None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a workbook: numbers as numbers.

    Attributes:
        name: On its tab.
        head: Of its columns.
        widths: Of its columns, letters.
        rows: Cells.
        years: Places of columns that hold years, which have no sign between their thousands.
    """

    name: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    years: tuple[int, ...] = ()
