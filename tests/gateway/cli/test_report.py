"""``nhipdo report``: files of a draft, and what is said when something is wrong."""

from datetime import date

import pytest
from docx import Document

from gateway.cli import main
from gateway.registry import connect, upgrade
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

PLAN = "dong-thap-2026-2030"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("gateway")
    path = tmp_path / "gateway.toml"
    path.write_text('[gateway]\nstate_dir = "state"\n[indicators]\nmade_up = true\n', "utf-8")
    (tmp_path / "state").mkdir()
    engine = connect(f"sqlite:///{tmp_path / 'state' / 'registry.sqlite'}")
    upgrade(engine)
    Book(engine, lambda: 1).make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"})
    engine.dispose()
    return str(path)


def test_the_files_that_were_asked_for_are_written_and_made_up_figures_are_marked(config, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    asked = ["report", PLAN, "--as-of", "2026-03-31", "--out", str(out), "--formats", "docx,xlsx", "-c", config]
    assert main(asked) == 0
    names = [f"{PLAN}-yearly-2026-03-31.{ending}" for ending in ("docx", "xlsx")]
    assert sorted(path.name for path in out.iterdir()) == names
    assert [line.rpartition("/")[2] for line in capsys.readouterr().out.splitlines()] == names
    assert "SỐ LIỆU MÔ PHỎNG" in Document(str(out / names[0])).sections[0].first_page_header.paragraphs[0].text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["report"], "report: which plan? Name one of: nhipdo plans list"),
        (["report", "no-such-plan"], "report: plan no-such-plan is not known. Choose one of: "),
    ],
)
def test_a_plan_that_is_not_known_is_said_with_those_that_are(config, asked, told, capsys) -> None:
    assert main([*asked, "-c", config]) == 2
    assert capsys.readouterr().err.startswith(told)


def test_a_day_that_is_still_to_come_is_refused(config, capsys) -> None:
    future = date(2999, 1, 1).isoformat()
    assert main(["report", PLAN, "--as-of", future, "-c", config]) == 2
    assert f"report: {future} is still to come, today is " in capsys.readouterr().err


def test_a_report_that_is_not_there_cannot_be_checked(config, capsys) -> None:
    assert main(["report", "--check", "f" * 32, "-c", config]) == 1
    assert f"plan_report {'f' * 32}" in capsys.readouterr().err
