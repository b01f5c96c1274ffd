"""Timelines whose figures a person can check, each with the trap that it is."""

import json
from pathlib import Path

import pytest
from brute_force import brute_force, differences

from edge_agent.kpi.replay import replay

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
each_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


@each_case
def test_the_engine_gives_the_figures_of_a_case(path):
    case = json.loads(path.read_text("utf-8"))
    assert differences(case["expected"], replay(case["input"])) == []


@each_case
def test_the_brute_force_gives_the_figures_of_a_case(path):
    case = json.loads(path.read_text("utf-8"))
    assert differences(case["expected"], brute_force(case["input"])) == []


@each_case
def test_a_case_says_what_is_hard_about_it(path):
    case = json.loads(path.read_text("utf-8"))
    assert case["id"] == path.stem
    assert case["title"]
    assert case["trap"]


def test_no_case_was_left_behind():
    assert len(CASES) == 45
