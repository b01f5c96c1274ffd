"""``nhipdo tfp``: a form, tables on the terminal, a workbook and a picture."""

import pytest
from openpyxl import load_workbook

from gateway.cli import main
from gateway.indicators.figures import Figure
from gateway.reports.growth_book import write_form
from gateway.reports.growth_example import example_figures


@pytest.fixture
def filled(tmp_path):
    path = tmp_path / "tfp.xlsx"
    with path.open("wb") as file:
        write_form(file, "vi", example_figures(), {"since": 2021, "until": 2025})
    return path


def test_the_template_is_written_once_and_is_empty_but_for_its_example(tmp_path, capsys) -> None:
    path = tmp_path / "mau.xlsx"
    assert main(["tfp", str(path), "--template"]) == 0
    assert load_workbook(path).sheetnames == ["Số liệu", "Tham số", "Ví dụ", "Hướng dẫn"]
    assert main(["tfp", str(path), "--template"]) == 2
    assert "is there already. Choose another name, so that nothing filled in is lost." in capsys.readouterr().err
    assert main(["tfp", str(path)]) == 1
    assert "1 faults; nothing was calculated" in capsys.readouterr().err


def test_tables_workbook_and_pictures_of_a_form(filled, tmp_path, capsys) -> None:
    out = [tmp_path / name for name in ("r.xlsx", "p.svg", "p.png")]
    assert main(["tfp", str(filled), *(part for path in out for part in ("--out", str(path)))]) == 0
    told = capsys.readouterr().out
    assert "Tăng trưởng và đóng góp từng năm" in told
    assert "57,27" in told
    assert load_workbook(out[0])["2. Tăng trưởng và đóng góp theo"]["A4"].value == "Toàn nền kinh tế"
    assert out[1].read_text("utf-8").startswith("<?xml")
    assert out[2].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("language", "columns"), [("vi", 100), ("en", 100), ("vi", 80)])
def test_no_line_is_wider_than_the_terminal(filled, capsys, monkeypatch, language, columns) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["tfp", str(filled), "--language", language]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    if columns == 100:
        share = "Tỷ trọng đóng góp của TFP (%)" if language == "vi" else "Share of TFP (%)"
        first = next(one for one in lines if one.startswith(share))
        told = first.removeprefix(share).replace(".", ",").split()
        assert told == ["57,66", "57,42", "57,30", "57,09", "56,88", "57,27", "57,27"]


def test_years_not_said_are_those_of_output_though_investment_is_older(tmp_path, capsys) -> None:
    path = tmp_path / "tfp.xlsx"
    older = [Figure(series="investment_constant", year=year, value=9000, unit="tỷ đồng") for year in range(2010, 2020)]
    with path.open("wb") as file:
        write_form(file, "vi", [*older, *example_figures()])
    assert main(["tfp", str(path)]) == 0
    assert "TFP đóng góp (điểm %)" in capsys.readouterr().out


def test_language_years_and_method_are_chosen(filled, capsys) -> None:
    asked = ["tfp", str(filled), "--language", "en", "--since", "2024", "--method", "tornqvist"]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "Method: Törnqvist." in told
    assert "2024\N{EN DASH}2025" in told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["tfp", "a.csv"], "a.csv: its name ends in '.csv', expected .xlsx. Choose such a file.\n"),
        (
            ["tfp", "a.xlsx", "--out", "a.pdf"],
            "a.pdf: its name ends in '.pdf', expected .xlsx, .svg or .png. Choose one of these.\n",
        ),
        (
            ["tfp", "/nowhere/a.xlsx"],
            "/nowhere/a.xlsx: cannot be read: No such file or directory. Check the path and its permissions.\n",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_answered_with_what_to_do(asked, told, capsys) -> None:
    assert main(asked) == 2
    assert capsys.readouterr().err == told


def test_years_in_the_wrong_order_and_a_period_without_figures(filled, capsys) -> None:
    assert main(["tfp", str(filled), "--since", "2025", "--until", "2022"]) == 2
    assert "the last year 2022 lies before the first 2025" in capsys.readouterr().err
    assert main(["tfp", str(filled), "--since", "2031", "--until", "2035"]) == 1
    assert "Chưa có số liệu năm 2031" in capsys.readouterr().err
