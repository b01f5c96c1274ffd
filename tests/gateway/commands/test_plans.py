"""``nhipdo plans``: what is known, whether a file can be used, a file to begin with; what ``check`` says of plans."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nhipdo(capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, what it printed, what it complained of."""

    def run(*args: object) -> tuple[int, str, str]:
        code = main([str(one) for one in args])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def folder(tmp_path: Path, nhipdo: Run) -> Path:
    """A folder with one plan that can be used, made from the template."""
    folder = tmp_path / "plans"
    folder.mkdir()
    file = folder / "an-giang.yaml"
    assert nhipdo("plans", "template", file)[0] == 0
    file.write_text(file.read_text("utf-8").replace("XX", "ag").replace('code: "00"', 'code: "91"'), "utf-8")
    return folder


TABLE = """\
plan          code  since  until  indicators  tasks  duties to report  file
ag-2026-2030    91   2026   2030           5      1                 1  an-giang.yaml
"""


def test_the_shipped_plans_are_listed(nhipdo: Run) -> None:
    code, out, err = nhipdo("plans", "list")
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["dong-nai-2026-2030", "75", "2026", "2030", "17", "37", "5", "shipped"],
        ["dong-thap-2021-2025", "82", "2021", "2025", "9", "22", "2", "shipped"],
        ["dong-thap-2026-2030", "82", "2026", "2030", "18", "31", "4", "shipped"],
        ["lai-chau-2021-2025", "12", "2021", "2025", "12", "25", "3", "shipped"],
        ["tuyen-quang-2021-2025", "08", "2021", "2025", "10", "23", "3", "shipped"],
    ]


def test_a_folders_plans_are_listed_with_the_shipped_ones(nhipdo: Run, folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text('[gateway]\nstate_dir = "state"\n[indicators]\nplans = "plans"\n')
    for said in (nhipdo("plans", "list", folder), nhipdo("-c", config, "plans", "list")):
        assert said[0] == 0
        assert said[1].splitlines()[1].split() == ["ag-2026-2030", "91", "2026", "2030", "5", "1", "1", "an-giang.yaml"]
        assert len(said[1].splitlines()) == 7


def test_a_file_and_its_folder_are_checked(nhipdo: Run, folder: Path) -> None:
    assert nhipdo("plans", "check", folder) == (0, TABLE, "")
    assert nhipdo("plans", "check", folder / "an-giang.yaml") == (0, TABLE, "")


def test_mistakes_are_told_all_at_once(nhipdo: Run, folder: Path) -> None:
    file = folder / "an-giang.yaml"
    text = file.read_text("utf-8").replace("target: 300", "target: 300 lượt").replace("lead: [science]", "lead: [sci]")
    file.write_text(text, "utf-8")
    told = (
        'an-giang.yaml: ag26-training: target: expected a number, [low, high], true or null; got "300 lượt". '
        "Write its digits alone; what it is of stands in unit.\n"
        "an-giang.yaml: ag26-training: lead: sci is not among the plan's agencies. Add it under agencies.\n"
        "an-giang.yaml: ag26-supported: lead: sci is not among the plan's agencies. Add it under agencies.\n"
        "an-giang.yaml: ag26-t-policy: lead: sci is not among the plan's agencies. Add it under agencies.\n"
    )
    assert nhipdo("plans", "check", folder) == (1, "", told)


def test_a_plan_that_takes_an_id_of_a_shipped_one_is_told(nhipdo: Run, folder: Path) -> None:
    file = folder / "an-giang.yaml"
    file.write_text(file.read_text("utf-8").replace("ag26-portal", "tq21-experts"), "utf-8")
    told = "an-giang.yaml: tq21-experts: id: stands in tuyen-quang-2021-2025.yaml too. Give it another.\n"
    assert nhipdo("plans", "check", file) == (1, "", told)


def test_what_makes_no_sense_is_said(nhipdo: Run, folder: Path, tmp_path: Path) -> None:
    (empty := tmp_path / "empty").mkdir()
    gone = tmp_path / "gone"
    assert nhipdo("plans", "check", gone) == (
        2,
        "",
        f"{gone}: is not there. Name a plan's file, or the folder with plans.\n",
    )
    assert nhipdo("plans", "check", empty) == (
        2,
        "",
        f"{empty}: holds no *.yaml. Begin with: nhipdo plans template {empty}/my-plan.yaml\n",
    )
    assert nhipdo("plans", "template", folder / "an-giang.yaml") == (
        2,
        "",
        f"{folder}/an-giang.yaml: is there already. Name a new file.\n",
    )
    assert nhipdo("plans", "template", gone / "a.yaml") == (
        2,
        "",
        f"{gone}/a.yaml: cannot be written: No such file or directory. Name a file in a folder of yours.\n",
    )


def test_a_gateway_is_not_started_on_a_plan_with_a_mistake(nhipdo: Run, folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text('[gateway]\nstate_dir = "state"\n[store]\nreserve_mb = 1\n[indicators]\nplans = "plans"\n')
    assert nhipdo("check", config)[0] == 0
    file = folder / "an-giang.yaml"
    file.write_text(file.read_text("utf-8").replace("target: 300", "target: 5.5"), "utf-8")
    why = "person_turns are counted and need a whole number from 1 on as target. Correct one of them."
    assert nhipdo("check", config) == (
        2,
        "",
        f"{config}: indicators.plans: an-giang.yaml: ag26-training: {why}\n",
    )


def test_help_teaches_how_a_province_adds_its_plan(nhipdo: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        nhipdo("plans", "--help")
    said = capsys.readouterr().out
    for line in (
        "nhipdo plans template my-plan.yaml",
        "nhipdo plans check my-plan.yaml",
        '[indicators] plans = "plans"',
    ):
        assert line in said
