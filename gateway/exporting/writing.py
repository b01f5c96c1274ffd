"""A table into a file of the kind that its name says."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.exporting.csv_file import columns_of, write_csv
from gateway.exporting.parquet_file import check_parquet, write_parquet
from gateway.exporting.spreadsheets import Spreadsheet
from gateway.exporting.tables import Table
from gateway.exporting.whole_files import whole_file
from gateway.people import DecisionError

ENDINGS = (".csv", ".parquet")


class Written(NamedTuple):
    """What was written.

    Attributes:
        rows: How many; 0: there were none, and no file was written.
        files: The table's, and of a CSV that of its columns.
    """

    rows: int
    files: tuple[Path, ...]


class Way(NamedTuple):
    """How to write.

    Attributes:
        language: ``vi`` or ``en``: of a CSV.
        zone: Of local times.
        local: Whether local times are wanted; a Vietnamese CSV always has them.
    """

    language: str
    zone: ZoneInfo
    local: bool = False


def check_path(path: Path) -> None:
    """Refuse a name that does not say which kind of file is meant, or one that cannot be written here.

    Raises:
        DecisionError: With what to do.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        msg = f"{path}: its name ends in {path.suffix!r}, expected .csv or .parquet. Choose one of these."
        raise DecisionError(msg)
    if ending == ".parquet":
        check_parquet()


def columns_path(path: Path) -> Path:
    """Where the columns of a CSV are told of.

    >>> columns_path(Path("a/week.csv")).name
    'week.columns.csv'
    """
    return path.with_suffix(f".columns{path.suffix}")


def write(
    table: Table, path: Path, way: Way, about: Mapping[str, str], told: Callable[[float], None] = lambda _share: None
) -> Written:
    """Write a table: all of it, or nothing.

    Args:
        table: Its rows are walked once.
        path: ``.csv`` or ``.parquet``; a file that is there is replaced when the new one is complete.
        way: How.
        about: What was asked for; kept in a Parquet file.
        told: Is given the share that is done, now and then.

    Raises:
        DecisionError: The file cannot be written.
    """
    first = list(islice(table.rows, 1))
    if not first:
        return Written(0, ())
    table = Table(table.name, table.columns, chain(first, table.rows), table.progress)
    if path.suffix.lower() == ".parquet":
        with whole_file(path) as file:
            rows = write_parquet(file, table, way.zone, about, local=way.local, told=told)
        return Written(rows, (path,))
    return _csv(table, path, way, told)


def _csv(table: Table, path: Path, way: Way, told: Callable[[float], None]) -> Written:
    sheet = Spreadsheet(way.language, way.zone)
    local = way.local or sheet.is_vi
    beside = columns_path(path)
    with ExitStack() as files:
        # The columns first: where there is a table, what its columns are is there too.
        file = files.enter_context(whole_file(path))
        columns = files.enter_context(whole_file(beside))
        write_csv(columns, columns_of(table, local=local), sheet, local=False)
        rows = write_csv(file, table, sheet, local=local, told=told)
    return Written(rows, (path, beside))
