"""Files: what stands in them, in both languages; and that they are there whole, or not at all."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edge_agent.wire.lines import format_line, line_head
from gateway.exporting import parquet_file
from gateway.exporting.tables import Column, Kind, Table
from gateway.exporting.writing import Way, write
from gateway.people import DecisionError
from gateway.registry.texts import Title

S = 10**9
T = 1_764_003_600 * S + 250_000_001
HANOI, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")
WORD = Title("Từ", "Word")
COLUMNS = (
    Column("time", Kind.TIME, Title("Thời điểm", "Time")),
    Column("mass", Kind.NUMBER, Title("Khối lượng", "Mass"), "g"),
    Column("n", Kind.WHOLE, WORD),
    Column("ok", Kind.FLAG, WORD),
    Column("name", Kind.LABEL, WORD),
    Column("note", Kind.TEXT, WORD),
)
ROWS = [
    (T, 0.1 + 0.2, 2**53 + 1, True, "cân ⚖", "=HYPERLINK(1)"),
    (T + 1, -1e-7, -3, False, "-", 'dòng 1\ndòng "2"; ,'),
    (T + 2, None, None, None, None, None),
    (T + 3, float("nan"), 0, True, "@x", ""),
]


def table() -> Table:
    return Table("test", COLUMNS, iter(ROWS))


def cells(path: Path, delimiter: str) -> list[list[str]]:
    content = path.read_bytes().decode()
    assert content.startswith("\ufeff")
    return list(csv.reader(content[1:].splitlines(keepends=True), delimiter=delimiter))


def test_a_csv_for_programs_keeps_every_digit_and_guards_formulas(tmp_path):
    out = tmp_path / "t.csv"
    assert write(table(), out, Way("en", HANOI), {}).files == (out, tmp_path / "t.columns.csv")
    assert cells(out, ",") == [
        ["time", "mass", "n", "ok", "name", "note"],
        [
            "2025-11-24T17:00:00.250000001Z",
            "0.30000000000000004",
            "9007199254740993",
            "TRUE",
            "cân ⚖",
            "'=HYPERLINK(1)",
        ],
        ["2025-11-24T17:00:00.250000002Z", "-1e-07", "-3", "FALSE", "-", 'dòng 1\ndòng "2"; ,'],
        ["2025-11-24T17:00:00.250000003Z", "", "", "", "", ""],
        ["2025-11-24T17:00:00.250000004Z", "", "0", "TRUE", "'@x", ""],
    ]
    assert cells(tmp_path / "t.columns.csv", ",")[:3] == [
        ["column", "kind", "unit", "title_vi", "title_en"],
        ["time", "time", "", "Thời điểm", "Time"],
        ["mass", "number", "g", "Khối lượng", "Mass"],
    ]


def test_a_csv_for_a_vietnamese_spreadsheet_has_commas_and_local_time(tmp_path):
    write(table(), tmp_path / "t.csv", Way("vi", HANOI), {})
    head, first, *_ = cells(tmp_path / "t.csv", ";")
    assert head[:3] == ["time", "local_time", "mass"]
    assert first[:3] == ["2025-11-24T17:00:00.250000001Z", "2025-11-25 00:00:00,250", "0,30000000000000004"]
    assert [row[0] for row in cells(tmp_path / "t.columns.csv", ";")][1:3] == ["time", "local_time"]


@pytest.mark.parametrize(
    ("zone", "local"),
    [(HANOI, "2025-10-26T07:30:00.000000000+07:00"), (BERLIN, "2025-10-26T02:30:00.000000000+02:00")],
    ids=["a zone without summer time", "a zone in its doubled hour"],
)
def test_local_time_says_its_offset(tmp_path, zone, local):
    at = 1_761_438_600 * S  # 00:30 UTC of the day on which Berlin's clocks go back
    rows = [(at, *ROWS[0][1:]), (at + 3600 * S, *ROWS[0][1:])]
    write(Table("test", COLUMNS, iter(rows)), tmp_path / "t.csv", Way("en", zone, local=True), {})
    _, first, second = cells(tmp_path / "t.csv", ",")
    assert first[1] == local
    assert first[1] != second[1]
    write(Table("test", COLUMNS, iter(rows)), tmp_path / "t.parquet", Way("en", zone, local=True), {})
    read = pd.read_parquet(tmp_path / "t.parquet")
    assert [str(each) for each in read["local_time"].dt.tz_convert("UTC")] == [str(each) for each in read["time"]]
    assert read["local_time"][0].isoformat()[-6:] == local[-6:]


def test_parquet_keeps_types_units_titles_and_what_was_asked(tmp_path):
    out = tmp_path / "t.parquet"
    assert write(table(), out, Way("en", HANOI), {"since": "2025-11-25"}) == (4, (out,))
    read = pq.read_table(out)
    assert [tuple(row.values()) for row in read.cast(read.schema.set(0, pa.field("time", pa.int64()))).to_pylist()] == [
        *ROWS[:3],
        (T + 3, None, *ROWS[3][2:]),  # what is no number is absent, as in a CSV
    ]
    mass = read.schema.field("mass")
    assert mass.type == pa.float64()
    assert mass.metadata == {b"unit": b"g", b"title_vi": "Khối lượng".encode(), b"title_en": b"Mass"}
    assert read.schema.field("time").type == pa.timestamp("ns", "UTC")
    assert json.loads(read.schema.metadata[b"nhipdo"]) == {"since": "2025-11-25", "table": "test"}


def test_more_rows_than_are_held_at_a_time_come_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_file, "ROW_GROUP", 7)
    rows = [(T + i, float(i), i, None, f"n{i % 3}", str(i)) for i in range(20)]
    out = tmp_path / "t.parquet"
    write(Table("test", COLUMNS, iter(rows)), out, Way("en", HANOI), {})
    assert pq.ParquetFile(out).num_row_groups == 3
    read = pd.read_parquet(out)
    assert read["n"].tolist() == list(range(20))
    assert read["name"].tolist() == [f"n{i % 3}" for i in range(20)]


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path, name):
    out = tmp_path / name
    write(table(), out, Way("en", HANOI), {})
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def broken():
        yield from ROWS
        yield from ((T + i, 1.0, 1, True, "a", "b") for i in range(60_000))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(Table("test", COLUMNS, broken()), out, Way("en", HANOI), {})
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_empty_table_writes_nothing(tmp_path):
    assert write(Table("test", COLUMNS, iter(())), tmp_path / "t.csv", Way("en", HANOI), {}) == (0, ())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["no/t.csv", "no/t.parquet"])
def test_a_folder_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(DecisionError) as caught:
        write(table(), tmp_path / name, Way("en", HANOI), {})
    assert str(caught.value).endswith(
        ": cannot be written: No such file or directory. Check the path, its permissions and the free space there."
    )


def test_what_a_killed_process_left_is_cleared_away_and_what_a_living_one_writes_is_not(tmp_path):
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    left, living = (tmp_path / f".t.csv.{process}.part" for process in (gone.stdout.strip(), os.getppid()))
    other = tmp_path / f".tt.csv.{gone.stdout.strip()}.part"
    for path in (left, living, other):
        path.touch()
    write(table(), tmp_path / "t.csv", Way("en", HANOI), {})
    assert [path.exists() for path in (left, living, other)] == [False, True, True]


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
def test_a_program_that_is_stopped_in_the_middle_leaves_no_file(shop):
    head = line_head("sample", "sa-dec", "press-shop", "meter-1")
    numbers = [(f"c{i}", 1.5) for i in range(100)]
    shop.write([format_line(head, numbers, (), T + i) for i in range(1500)])
    out = shop.folder / "files" / "big.csv"
    out.parent.mkdir()
    words = ["-c", str(shop.folder / "gateway.toml"), "export", "samples", "--since", "2025-11-25", "--out", str(out)]
    program = subprocess.Popen([sys.executable, "-m", "gateway.cli", *words], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not any(path.stat().st_size for path in out.parent.glob(".big.csv.*.part")):
        assert program.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    program.send_signal(signal.SIGTERM)  # Ctrl-C is tried above
    _, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (1, "")
    assert list(out.parent.iterdir()) == []
