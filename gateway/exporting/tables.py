"""What a file will hold, before anybody knows of what kind the file is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from gateway.registry.texts import Title

Cell = str | int | float | bool | None
"""A time is whole ns since 1970, UTC; a day is ``2026-11-25``."""
Cells = tuple[Cell, ...]


class Kind(Enum):
    """What stands in a column."""

    TIME = "time"
    DAY = "day"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"
    LABEL = "label"
    """A name out of few, which many rows share."""
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: As in InfluxDB, where it has one there.
        kind: Of all its cells; any of them may be empty.
        title: In both languages.
        unit: UCUM code, or ``VND``; empty: it has none, or another column tells it.
    """

    name: str
    kind: Kind
    title: Title
    unit: str = ""


@dataclass(slots=True)
class Progress:
    """How far the rows of a table are, as far as their source can tell: 0 to 1."""

    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to be written.

    Attributes:
        name: What they are.
        columns: In their order.
        rows: One cell for each column; can be walked once, and holds few at a time.
        progress: Of ``rows``.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Iterator[Cells]
    progress: Progress = field(default_factory=Progress)


TIME = Column("time", Kind.TIME, Title("Thời điểm (UTC)", "Time (UTC)"))
SITE = Column("site", Kind.LABEL, Title("Cơ sở", "Site"))
EDGE = Column("edge", Kind.LABEL, Title("Thiết bị biên", "Edge"))
INSTRUMENT = Column("instrument", Kind.LABEL, Title("Phương tiện đo", "Instrument"))
CHANNEL = Column("channel", Kind.LABEL, Title("Kênh", "Channel"))
UNIT = Column("unit", Kind.LABEL, Title("Đơn vị đo (mã UCUM)", "Unit (UCUM code)"))
WORK_UNIT = Column("work_unit", Kind.LABEL, Title("Máy", "Work unit"))
LOCAL_TIME = Column("local_time", Kind.TIME, Title("Giờ địa phương", "Local time"))
"""Not of a table: a file's writer adds it where it is asked for."""
