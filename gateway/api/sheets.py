"""Files that people open in a spreadsheet: UTF-8 with a mark, numbers and times as their country writes them.

Decision: in Vietnamese too a time begins with the year.
Because: a spreadsheet set to another country reads 05/11 as the fifth month, and says nothing.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Query
from fastapi.responses import StreamingResponse

from edge_agent.speech import Speech
from gateway.api.spans import NS, iso

Language = Annotated[
    Literal["vi", "en"],
    Query(description="vi: semicolon, decimal comma, local time; en: comma, decimal point, UTC to the nanosecond"),
]
_ROWS_AT_ONCE = 500
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of the first, which a spreadsheet set to an Asian language takes for them."""


class Sheet:
    """One language's way of writing a file.

    Attributes:
        time_name: Heading of a column of times.
    """

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self._vi = language == "vi"
        self._delimiter = ";" if self._vi else ","
        self._speech = Speech("en", {}, zone)
        self.time_name = f"time ({zone.key})" if self._vi else "time"

    def number(self, value: float | None) -> str:
        """A number to its last digit; empty: none."""
        text = "" if value is None else repr(value)
        return text.replace(".", ",") if self._vi else text

    def time(self, at: int | None) -> str:
        """An instant, to the millisecond or to the nanosecond; empty: none."""
        if at is None:
            return ""
        return f"{self._speech.local(at):%Y-%m-%d %H:%M:%S},{at % NS // 10**6:03d}" if self._vi else iso(at)

    def lines(self, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """The file, some hundred lines at a time."""
        return csv_lines(heading, rows, self._delimiter)

    def answer(self, lines: Iterator[str], name: str, start: int) -> StreamingResponse:
        """The file as a download; its name ends in the day that it begins on."""
        headers = {"Content-Disposition": f'attachment; filename="{name}_{self._speech.date(start)}.csv"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def csv_lines(heading: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> Iterator[str]:
    """A file by RFC 4180 with a mark that Excel knows UTF-8 by, some hundred lines at a time."""
    part = io.StringIO()
    writer = csv.writer(part, delimiter=delimiter)
    part.write("\ufeff")
    writer.writerow(heading)
    rest = iter(rows)
    while True:
        batch = list(islice(rest, _ROWS_AT_ONCE))
        writer.writerows(batch)
        yield part.getvalue()
        part.seek(0)
        part.truncate()
        if not batch:
            return


def harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula.

    >>> harmless("kW"), harmless("=1+1")
    ('kW', "'=1+1")
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text
