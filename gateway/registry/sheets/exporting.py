"""Rows as files that a spreadsheet opens, and that can be corrected and imported again.

Decision: a link is written by the shortest name that means one row only, a choice by its words.
Because: the file is read by people, and the import understands what the export writes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Engine

from gateway.csv_text import csv_lines
from gateway.registry.book import Asked, Book, Entry
from gateway.registry.fields import Choice, Choices, Field, Flag, Link, Number, Value, Whole
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import Reader
from gateway.registry.sheets.heads import HIDDEN, heads_of
from gateway.registry.sheets.linked import Links
from gateway.registry.sheets.plan import Progress
from gateway.registry.sheets.table import is_formula
from gateway.registry.texts import Title

_YES = {"vi": ("có", "không"), "en": ("yes", "no")}
_ROWS_AT_ONCE = 500
_HIDDEN_NOTE = Title(
    "Dữ liệu cá nhân trong các cột sau không được hiện cho bạn, nên để trống: {}",
    "Personal data in these columns may not be shown to you and are left empty: {}",
)


class Exported:
    """The rows of one noun, ready to be written.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
        reader: Who asks.
        noun: Which.
        language: ``vi`` or ``en``: of heads and words.
        asked: Which rows.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], int], reader: Reader, noun: str, language: str, asked: Asked | None
    ) -> None:
        self.of = NOUNS[noun]
        self.language = language
        self._book, self._reader, self._asked = Book(engine, clock), reader, asked
        self._links = Links(engine, reader, clock)
        self.hidden = self._hidden()

    def heads(self) -> list[str]:
        """Of the columns."""
        return [
            f"{title[self.language]} {HIDDEN[self.language]}" if name in self.hidden else title[self.language]
            for name, title in heads_of(self.of).items()
        ]

    def rows(self, progress: Progress = lambda _done, _total: None) -> Iterator[list[Value]]:
        """Every row: numbers and flags as such, all else as people write it."""
        total = self._book.count(self._reader, self.of.__tablename__, self._asked)
        for done, entry in enumerate(self._entries(), 1):
            yield [self._told(entry, name, one) for name, one in self.of.all_fields().items()]
            if done % _ROWS_AT_ONCE == 0 or done == total:
                progress(done, total)

    def note(self) -> str:
        """What is not shown; empty: all is."""
        if not self.hidden:
            return ""
        titles = ", ".join(self.of.personal[name].title[self.language] for name in self.hidden)
        return _HIDDEN_NOTE[self.language].format(titles)

    def _hidden(self) -> tuple[str, ...]:
        """Personal fields that are not shown in every row."""
        if not self.of.personal:
            return ()
        return next((entry.hidden for entry in self._entries() if entry.hidden), ())

    def _entries(self) -> Iterator[Entry]:
        return self._book.all(self._reader, self.of.__tablename__, self._asked)

    def _told(self, entry: Entry, name: str, one: Field) -> Value:
        value = entry.values.get(name, one.empty)
        if isinstance(one, Link):
            return self._links.of(one.to).name(str(value)) if value else ""
        return value if name not in self.hidden else ""


def export_csv(
    engine: Engine,
    clock: Callable[[], int],
    reader: Reader,
    noun: str,
    language: str = "vi",
    asked: Asked | None = None,
) -> Iterator[str]:
    """A CSV in parts: UTF-8 with a mark; Vietnamese with semicolons and a decimal comma.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
        reader: Who asks; what they may not see is not there.
        noun: Which rows.
        language: ``vi`` or ``en``.
        asked: Which of them; None: all in use.
    """
    exported = Exported(engine, clock, reader, noun, language, asked)
    fields = list(exported.of.all_fields().values())
    rows = ([cell_text(*pair, language) for pair in zip(fields, row, strict=True)] for row in exported.rows())
    yield from csv_parts([harmless(head) for head in exported.heads()], rows, language)


def csv_parts(heads: Sequence[str], rows: Iterable[Sequence[str]], language: str) -> Iterator[str]:
    """A CSV, some hundred rows at a time, of cells as :func:`cell_text` gives them."""
    delimiter = ";" if language == "vi" else ","
    return csv_lines([harmless(head) for head in heads], rows, delimiter)


def harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula; the import takes the quote away again.

    >>> harmless("kW"), harmless("=1+1"), harmless("+84 912 345 678"), harmless("'=1")
    ('kW', "'=1+1", "'+84 912 345 678", "''=1")
    """
    return f"'{text}" if is_formula(text.lstrip("'")) else text


def cell_text(one: Field, value: Value, language: str) -> str:
    """A value as a cell of a CSV."""
    text = words(one, value, language)
    return text if isinstance(one, Whole | Number) else harmless(text)


def words(one: Field, value: Value, language: str) -> str:
    """A value as a cell of text."""
    if value is None:
        return ""
    if isinstance(one, Flag):
        return _YES[language][0 if value else 1]
    if isinstance(one, Number):
        return repr(value).replace(".", ",") if language == "vi" else repr(value)
    if isinstance(one, Choices):
        assert isinstance(value, list)
        return "; ".join(option(one.options, key, language) for key in value)
    if isinstance(one, Choice):
        return option(one.options, str(value), language)
    return str(value)


def option(options: Mapping[str, Title], key: str, language: str) -> str:
    """The words of a choice; its key when it has no words any more."""
    return options[key][language] if key in options else key
