"""Folders of plans: what lies beside plans is left alone, and what cannot be read is told."""

from pathlib import Path

import pytest

from gateway.programme.plan_files import TEMPLATE, PlanFileError, load_plans, plan_files, read_plan

PLAN = TEMPLATE.read_text("utf-8").replace("XX", "ag").replace('code: "00"', 'code: "91"')


def _forbidden(*_args: object, **_named: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_only_plans_that_are_not_hidden_are_taken(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.YML", "notes.txt", "b.yaml~", ".#b.yaml", "._a.yml", "yaml"):
        (tmp_path / name).write_text(PLAN, "utf-8")
    assert [file.name for file in plan_files(tmp_path)] == ["a.YML", "b.yaml"]


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "an.yaml"
    file.write_text(PLAN, "utf-8")
    monkeypatch.setattr(Path, "read_text", _forbidden)
    with pytest.raises(PlanFileError) as caught:
        read_plan(file)
    assert str(caught.value) == "an.yaml: cannot be read: Permission denied. Check its name and rights."


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_plans()  # those of the package are read once
    monkeypatch.setattr(Path, "iterdir", _forbidden)
    with pytest.raises(PlanFileError) as caught:
        load_plans(tmp_path)
    assert str(caught.value) == f"{tmp_path}: cannot be looked into: Permission denied. Check its rights."


def test_a_plan_that_was_read_has_its_own_territory_and_counts(tmp_path: Path) -> None:
    (tmp_path / "an.yaml").write_text(PLAN, "utf-8")
    plan = load_plans(tmp_path)["ag-2026-2030"]
    assert (plan.province.code, len(plan.indicators), plan.reporting[0].inclusive) == ("91", 5, False)
