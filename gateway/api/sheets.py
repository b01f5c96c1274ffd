"""Files that people open in a spreadsheet, as downloads: see :mod:`gateway.exporting.spreadsheets`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Query
from fastapi.responses import StreamingResponse

from gateway.api.spans import iso
from gateway.csv_text import csv_lines
from gateway.exporting.spreadsheets import NS, Spreadsheet, harmless

__all__ = ["Language", "Sheet", "csv_lines", "harmless"]

Language = Annotated[
    Literal["vi", "en"],
    Query(description="vi: semicolon, decimal comma, local time; en: comma, decimal point, UTC to the nanosecond"),
]


class Sheet(Spreadsheet):
    """One language's way of writing a file.

    Attributes:
        time_name: Heading of a column of times.
    """

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        super().__init__(language, zone)
        self.time_name = f"time ({zone.key})" if self.is_vi else "time"

    def time(self, at: int | None) -> str:
        """An instant, to the millisecond or to the nanosecond; empty: none."""
        if at is None:
            return ""
        return self.local(at) if self.is_vi else iso(at)

    def answer(self, lines: Iterator[str], name: str, start: int) -> StreamingResponse:
        """The file as a download; its name ends in the day that it begins on."""
        day = datetime.fromtimestamp(start // NS, self.zone).date().isoformat()
        headers = {"Content-Disposition": f'attachment; filename="{name}_{day}.csv"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
