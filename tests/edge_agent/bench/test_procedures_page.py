"""What docs/procedures.md says is so."""

import re
from pathlib import Path

from edge_agent.bench.formulas import AT_A_POINT, FIGURES
from edge_agent.bench.loading import load_procedure, shipped_procedures

PAGE = (Path(__file__).parents[3] / "docs" / "procedures.md").read_text("utf-8")


def test_the_file_on_the_page_has_no_mistakes(tmp_path):
    text = PAGE.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "dial-gauge.toml"
    path.write_text(text, "utf-8")
    assert [test.id for test in load_procedure(path).procedure.tests] == ["errors", "hysteresis"]


def test_the_page_names_every_procedure_and_every_name_of_a_formula():
    words = set(re.findall(r"`([a-z_-]+)`", PAGE))
    assert set(shipped_procedures()) <= words
    assert words >= AT_A_POINT | {name for names in FIGURES.values() for name in names}
