"""docs/shop-floor.md is tried: its file loads, its words are the configuration's."""

import re
from pathlib import Path

import pytest

from edge_agent.config import cautions_about
from edge_agent.config.form import TABLES, keys_of

PAGE = (Path(__file__).parents[3] / "docs" / "shop-floor.md").read_text("utf-8")
KEYS = {key for kind in TABLES.values() for key in keys_of(kind)} | {
    title.split(".")[-1].strip("[]") for title in TABLES
}
OTHERS = {"scale", "bcd16", "check"}
"""Words in code that are of a register map or commands."""


def test_its_file_is_one_and_gives_no_warning(load, piece):
    [shop] = re.findall(r"^```toml\n# shop\.toml.*?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    config = load(piece.edge, piece.bus("press", "tcp://plc"), piece.instrument("press-1", "press_plc"), shop)
    assert [unit.name for unit in config.shop.work_units] == ["press"]
    assert cautions_about(config) == []


@pytest.mark.parametrize("word", sorted(set(re.findall(r"`([a-z][a-z_0-9]*)(?: = [^`]*)?`", PAGE)) - OTHERS))
def test_a_key_that_it_names_is_one(word):
    assert word in KEYS
