"""Tables as Parquet: types, units and titles travel with the columns. The only module with pyarrow."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from gateway.exporting.tables import LOCAL_TIME, Cell, Column, Kind, Table
from gateway.people import DecisionError

ROW_GROUP = 50_000
"""Rows that are held at a time; some 100 MB with all that is made of them."""
_COMPRESSION = "zstd"


def check_parquet() -> None:
    """Refuse when pyarrow is not there.

    Raises:
        DecisionError: It is not installed, with what to do.
    """
    if find_spec("pyarrow") is None:
        msg = (
            "export: pyarrow is not installed, and Parquet needs it. In the project's folder: "
            "pip install --constraint constraints.txt '.[gateway,export]', or write a .csv."
        )
        raise DecisionError(msg)


def write_parquet(
    file: IO[bytes],
    table: Table,
    zone: ZoneInfo,
    about: Mapping[str, str],
    *,
    local: bool,
    told: Callable[[float], None] = lambda _share: None,
) -> int:
    """Write a table, one row group after the other; how many rows it had.

    Args:
        file: Open for writing.
        table: Its rows are walked, :data:`ROW_GROUP` at a time.
        zone: Of the local time.
        about: What is kept with the file under the key ``nhipdo``.
        local: Whether the local time stands beside the first time of each row: the same instant, with its zone.
        told: Is given the share that is done, now and then.
    """
    import pyarrow as pa  # noqa: PLC0415  large, and only in the extra "export"
    import pyarrow.parquet as pq  # noqa: PLC0415

    # What was let go goes back to the system: bounded memory is promised, speed is not.
    pa.set_memory_pool(pa.system_memory_pool())
    first = next((i for i, one in enumerate(table.columns) if one.kind is Kind.TIME), None)
    fields = [_field(pa, one, "UTC") for one in table.columns]
    days = {number for number, one in enumerate(table.columns) if one.kind is Kind.DAY}
    if local and first is not None:
        fields.insert(first + 1, _field(pa, LOCAL_TIME, zone.key))
    kept = {"nhipdo": json.dumps(dict(about) | {"table": table.name}, ensure_ascii=False)}
    schema = pa.schema(fields, metadata=kept)
    count = 0
    with pq.ParquetWriter(file, schema, compression=_COMPRESSION, version="2.6") as writer:
        while some := list(islice(table.rows, ROW_GROUP)):
            columns = [
                _days(cells) if number in days else cells for number, cells in enumerate(zip(*some, strict=True))
            ]
            if local and first is not None:
                columns.insert(first + 1, columns[first])
            # from_pandas: what is no number is absent, as in a CSV.
            arrays = [pa.array(cells, one.type, from_pandas=True) for cells, one in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(some)
            told(table.progress.share)
    return count


def _days(cells: Sequence[Cell]) -> list[date | None]:
    return [date.fromisoformat(str(cell)) if cell else None for cell in cells]


def _field(pa: Any, column: Column, zone: str) -> Any:
    types = {
        Kind.TIME: pa.timestamp("ns", tz=zone),
        Kind.DAY: pa.date32(),
        Kind.NUMBER: pa.float64(),
        Kind.WHOLE: pa.int64(),
        Kind.FLAG: pa.bool_(),
        Kind.LABEL: pa.dictionary(pa.int32(), pa.string()),
    }
    said = {"title_vi": column.title.vi, "title_en": column.title.en}
    if column.unit:
        said["unit"] = column.unit
    return pa.field(column.name, types.get(column.kind, pa.string()), metadata=said)
