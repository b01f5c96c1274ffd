"""``nhipdo export``: what makes no sense is said, with what does."""

import builtins
import sys
from pathlib import Path

import pytest

from edge_agent.wire.lines import format_line, line_head
from gateway.commands import export

pytestmark = pytest.mark.parametrize("store", ["embedded"], indirect=True)
TWELVE = ", ".join(f"c{i:02d}" for i in range(12))
KNOWN = "samples, recomputed, loss, windows, elements, stops, production, certificates"
WITHIN = " from 2025-11-25T00:00:00+07:00 to 2025-11-26T00:00:00+07:00"
DAY = ("--since", "2025-11-25", "--until", "2025-11-26")
FORMS = "2026-11-25, 25/11/2026, 2026-W48, 2026-11, 2026, today, yesterday"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dogs"], f"export: 'dogs' is not known. Known: {KNOWN}, and those of: nhipdo registry nouns.\n"),
        (
            ["samples"],
            "export samples: from when on is not said. Say --in 2026-W47, --since 2026-11-16 or --since -7d.\n",
        ),
        (
            ["samples", "--since", "2025-11-26", "--until", "2025-11-25"],
            "--since: got '2025-11-26', which is not before --until, '2025-11-25'. Write an earlier one.\n",
        ),
        *(
            (
                ["samples", "--since", text],
                (
                    f"--since: got {text!r}, expected a time from 1970 to 2199. "
                    f"Write {FORMS}, -7d, now or 2026-11-25T07:00:00+07:00.\n"
                ),
            )
            for text in ("tomorrow", "2025-13", "2025-W54", "31/11/2025", "1969", "9999-12", "7 d")
        ),
        (["stops", "--in", "-7d"], f"--in: got '-7d', which is no day, week, month or year. Write {FORMS}.\n"),
        (
            ["stops", "--in", "2025", "--until", "now"],
            "--in: got '2025' beside --since or --until. Say one or the other.\n",
        ),
        (["elements", "--in", "2025", "--people"], "export elements: --people is for stops. Leave it out.\n"),
        (
            ["samples", *DAY, "--every", "1y"],
            "--every: got '1y', expected a length such as 500ms, 10s, 1m, 1h or 1d. Write one of these.\n",
        ),
        (["elements", *DAY, "--every", "1m"], "export elements: --every is for samples. Leave it out.\n"),
        (
            ["elements", *DAY, "--channel", "power"],
            "export elements: --channel does not choose among them; --site, --edge, --work-unit do. Leave it out.\n",
        ),
        (
            ["sites", "--site", "a"],
            "export sites: --site does not choose among them; none do. Leave it out.\n",
        ),
        (
            ["sites", *DAY],
            "export sites: all rows in use are written, whatever the time. Leave --in, --since, --until out.\n",
        ),
        (
            ["samples", *DAY, "--site", "sadec"],
            (
                "site 'sadec': is not known here; did you mean sa-dec? Known: sa-dec. "
                "Name one of these, or leave it out for all.\n"
            ),
        ),
        (
            ["stops", *DAY, "--edge", "x"],
            "edge 'x': is not known here. Known: press-shop. Name one of these, or leave it out for all.\n",
        ),
        (
            ["stops", *DAY, "--work-unit", "x"],
            "work unit 'x': is not known here. Known: none yet. Name one of these, or leave it out for all.\n",
        ),
        (
            ["samples", *DAY, "--channel", "power"],
            (
                f"channel 'power': is not known here. Known: {TWELVE} and 8 more. "
                "Name one of these, or leave it out for all.\n"
            ),
        ),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_written(shop, words, said):
    head = line_head("sample", "sa-dec", "press-shop", "meter-1")
    shop.write([format_line(head, [(f"c{i:02d}", 1.0) for i in range(20)], (), 1_764_003_600 * 10**9)])
    out = shop.folder / "x.csv"
    assert shop.nhipdo("export", *words, "--out", out) == (2, "", said)
    assert not list(shop.folder.glob("*x*"))


def test_a_name_that_says_no_kind_is_refused(shop):
    out = shop.folder / "x.xlsx"
    assert shop.nhipdo("export", "samples", *DAY, "--out", out) == (
        2,
        "",
        f"{out}: its name ends in '.xlsx', expected .csv or .parquet. Choose one of these.\n",
    )
    (shop.folder / "folder.csv").mkdir()
    shop.write([format_line(line_head("sample", "sa-dec", "press-shop", "m"), [("a", 1.0)], (), 1_764_003_600 * 10**9)])
    assert shop.nhipdo("export", "samples", *DAY, "--out", shop.folder / "folder.csv") == (
        2,
        "",
        f"{shop.folder}/folder.csv: is no file, and a file is to be written. Choose another name.\n",
    )


def test_a_length_of_time_before_now_is_typed_as_the_help_says(shop, monkeypatch):
    """argparse takes a word with a hyphen for an option."""
    monkeypatch.setattr(export.time, "time_ns", lambda: 1_795_582_800 * 10**9)
    out = shop.folder / "x.csv"
    assert shop.nhipdo("export", "windows", "--since", "-7d", "--until", "-1h", "--out", out) == (
        1,
        "",
        (
            f"windows: there is nothing from 2026-11-18T12:00:00+07:00 to 2026-11-25T11:00:00+07:00; {out} was not "
            "written\n"
        ),
    )


def test_nothing_in_the_stretch_is_told_and_leaves_the_file_of_before(shop):
    out = shop.folder / "x.csv"
    out.write_text("before", "utf-8")
    assert shop.nhipdo("export", "windows", *DAY, "--out", out) == (
        1,
        "",
        f"windows: there is nothing{WITHIN}; {out} was not written\n",
    )
    assert out.read_text("utf-8") == "before"


def test_without_pyarrow_a_csv_is_written_and_parquet_says_what_to_install(shop, monkeypatch):
    """As in an installation without the extra: every import of it fails."""
    real = builtins.__import__

    def without(name, *args, **named):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name=name)
        return real(name, *args, **named)

    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("gateway.exporting.parquet_file.find_spec", lambda _name: None)
    shop.write([format_line(line_head("sample", "sa-dec", "press-shop", "m"), [("a", 1.0)], (), 1_764_003_600 * 10**9)])
    assert shop.nhipdo("export", "samples", *DAY, "--out", shop.folder / "x.csv")[0] == 0
    assert shop.nhipdo("export", "samples", *DAY, "--out", shop.folder / "x.parquet") == (
        2,
        "",
        (
            "export: pyarrow is not installed, and Parquet needs it. In the project's folder: "
            "pip install --constraint constraints.txt '.[gateway,export]', or write a .csv.\n"
        ),
    )


def test_more_rows_than_a_sheet_has_are_told(shop, monkeypatch):
    monkeypatch.setattr(export, "_SHEET_ROWS", 1)
    head = line_head("sample", "sa-dec", "press-shop", "m")
    shop.write([format_line(head, [("a", 1.0)], (), 1_764_003_600 * 10**9 + i) for i in range(2)])
    out: Path = shop.folder / "x.csv"
    assert shop.nhipdo("export", "samples", *DAY, "--out", out) == (
        0,
        f"{out}: 2 rows of samples{WITHIN}; its columns and units: {shop.folder}/x.columns.csv\n",
        f"{out}: Excel shows the first 1 rows only. Ask for less, or --every.\n",
    )
