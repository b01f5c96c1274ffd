"""Files as people send them, and the registry that they go into."""

import io
from collections.abc import Callable, Sequence

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine

from gateway.registry.roles import SYSTEM, Reader
from gateway.registry.sheets import Outcome, import_file

NOW = 1_795_000_000 * 10**9
Rows = Sequence[Sequence[object]]
Importing = Callable[..., Outcome]


def workbook(rows: Rows, title: str = "Tổ chức") -> bytes:
    """A workbook with one sheet, as Excel writes it."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv(rows: Rows, delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(delimiter.join(str(cell) for cell in row) for row in rows).encode(encoding)


@pytest.fixture
def imported(engine: Engine) -> Importing:
    """What an import of organisations, or of another noun, does."""

    def run(content: bytes, noun: str = "organisation", reader: Reader = SYSTEM, *, dry_run: bool = False) -> Outcome:
        return import_file(engine, lambda: NOW, reader, noun, content, name="bảng.xlsx", dry_run=dry_run)

    return run


@pytest.fixture
def make_workbook() -> Callable[..., bytes]:
    return workbook


@pytest.fixture
def make_csv() -> Callable[..., bytes]:
    return csv


@pytest.fixture
def save() -> Callable[[Workbook], bytes]:
    return saved


@pytest.fixture
def told() -> Callable[[Outcome], list[str]]:
    """Its faults in Vietnamese."""
    return lambda outcome: [fault.told("vi") for fault in outcome.faults]
