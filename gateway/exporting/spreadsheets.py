"""How a spreadsheet of one language wants its file: UTF-8 with a mark, numbers and times as its country writes them.

Decision: in Vietnamese too a time begins with the year.
Because: a spreadsheet set to another country reads 05/11 as the fifth month, and says nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from edge_agent.wire.schema import NOTHING
from gateway.csv_text import csv_lines

NS = 10**9
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of the first, which a spreadsheet set to an Asian language takes for them."""


class Spreadsheet:
    """One language's way of writing a file.

    Attributes:
        is_vi: Semicolons, decimal commas, local time.
        delimiter: Between cells.
        zone: Whose wall clock a local time is read from.
    """

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.is_vi = language == "vi"
        self.delimiter = ";" if self.is_vi else ","
        self.zone = zone

    def number(self, value: float | None) -> str:
        """A number to its last digit; empty: none."""
        text = "" if value is None else repr(value)
        return text.replace(".", ",") if self.is_vi else text

    def local(self, at: int) -> str:
        """An instant on the wall clock, to the millisecond, as a Vietnamese spreadsheet takes it for a time.

        >>> Spreadsheet("vi", ZoneInfo("Asia/Ho_Chi_Minh")).local(1_764_028_800_250_000_000)
        '2025-11-25 07:00:00,250'
        """
        return f"{datetime.fromtimestamp(at // NS, self.zone):%Y-%m-%d %H:%M:%S},{at % NS // 10**6:03d}"

    def lines(self, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """The file, some hundred lines at a time."""
        return csv_lines(heading, rows, self.delimiter)


def harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula.

    A hyphen alone is none: it says that there is no product and no shift, here as in InfluxDB and in Parquet.

    >>> harmless("kW"), harmless("=1+1"), harmless("-"), harmless("-1+1")
    ('kW', "'=1+1", '-', "'-1+1")
    """
    return f"'{text}" if text.startswith(_DANGEROUS) and text != NOTHING else text
