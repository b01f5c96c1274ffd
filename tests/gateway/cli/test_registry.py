"""``nhipdo registry``: provinces, templates, imports, exports."""

from openpyxl import load_workbook


def test_provinces_are_written_once_and_come_back_from_a_file(nhipdo, tmp_path) -> None:
    assert nhipdo("registry", "provinces") == (0, "86 provinces written\n", "")
    assert nhipdo("registry", "provinces") == (0, "there are provinces already: nothing written\n", "")
    for name in ("p.xlsx", "p.csv"):
        file = tmp_path / name
        assert nhipdo("registry", "export", "provinces", file) == (0, f"{file}: 86 rows of provinces\n", "")
        assert nhipdo("registry", "import", "provinces", file) == (
            0,
            f"{file}: 0 rows were new, 0 changed, 86 are the same\n",
            "",
        )
    code, out, _ = nhipdo("registry", "nouns")
    assert code == 0
    assert next(line.split() for line in out.splitlines() if line.startswith("provinces"))[-1] == "86"


def test_a_template_is_filled_in_tried_and_taken(nhipdo, tmp_path) -> None:
    nhipdo("registry", "provinces")
    file = tmp_path / "tổ chức.xlsx"
    assert nhipdo("registry", "template", "organisations", file) == (
        0,
        f"{file}: fill it in, then: nhipdo registry import organisations {file} --dry-run\n",
        "",
    )
    book = load_workbook(file)
    for column, text in enumerate(["", "1400123456", "Công ty", "Doanh nghiệp", "Đồng Thap"], 1):
        book.active.cell(3, column).value = text
    book.save(file)
    assert nhipdo("registry", "import", "organisations", file, "--dry-run", "--language", "en")[0] == 0
    assert nhipdo("registry", "import", "organisations", file) == (
        0,
        f"{file}: 1 rows were new, 0 changed, 0 are the same\n",
        "",
    )
    book.active["E3"] = "Đồng Mười"
    book.save(file)
    code, out, err = nhipdo("registry", "import", "organisations", file, "--language", "en")
    assert (code, out) == (1, "")
    assert err == (
        f"{file}: sheet 'Tổ chức' cell E3 (Tỉnh, thành phố *): There is no Province 'Đồng Mười' that you may see. "
        f"Add it first, or correct this.\n{file}: 1 faults; nothing was written\n"
    )


def test_what_makes_no_sense_is_said(nhipdo, tmp_path) -> None:
    assert nhipdo("registry", "import", "dogs", "x.csv") == (
        2,
        "",
        "noun 'dogs': there is none of this name. See nhipdo registry nouns.\n",
    )
    assert nhipdo("registry", "import", "sites", tmp_path / "no.csv") == (
        2,
        "",
        f"{tmp_path}/no.csv: cannot be read: No such file or directory. Check the path and its permissions.\n",
    )
    assert nhipdo("registry", "export", "sites", tmp_path / "no.ods") == (
        2,
        "",
        f"{tmp_path}/no.ods: its name ends in '.ods', expected .xlsx or .csv. Choose one of both.\n",
    )
