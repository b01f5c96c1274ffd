"""The engine against the second method: one list entry for every second."""

import random

import pytest
from brute_force import brute_force, differences
from disagreement import compare, smallest
from hypothesis import Phase, given, settings
from random_documents import documents, of_seed

pytestmark = pytest.mark.timeout(300)  # one list entry for every second takes its time on a busy machine


@settings(deadline=None, derandomize=True, max_examples=70, phases=[Phase.generate])  # random_documents.py shrinks
@given(documents)
def test_engine_and_brute_force_answer_alike(document):
    assert compare(document) == []


@pytest.mark.parametrize("first", range(0, 200, 40))
def test_they_answer_alike_for_the_documents_of_seeds(first):
    found = {seed: compare(of_seed(seed)) for seed in range(first, first + 40)}
    assert {seed: said for seed, said in found.items() if said} == {}


def test_the_documents_hold_what_is_nasty():
    """Random documents that touch nothing would prove nothing."""
    seen = set()
    for seed in range(80):
        answer = brute_force(of_seed(seed))
        seen |= {what for _, what in answer["issues"]}
        for window in answer["windows"].values():
            seen |= {name for part in ("seconds", "pieces") for name, amount in window[part].items() if amount}
            seen |= {name for name in ("oee", "failures", "nee", "mttr_s") if window[name]}
    assert seen >= {"reset", "rollover", "implausible", "rebase", "event_duplicate", "quarantined"}
    assert seen >= {"NOT_SCHEDULED", "PLANNED_STOP", "UNKNOWN", "RUN", "MINOR_STOP", "FAULT", "STOP", "SETUP"}
    assert seen >= {"unplanned", "unattributed", "no_product", "reject", "oee", "failures", "nee", "mttr_s"}


def test_a_seed_makes_the_same_document_for_ever():
    assert [of_seed(seed) for seed in range(5)] == [of_seed(seed) for seed in range(5)]


def test_differences_see_a_second_a_piece_a_ratio_and_an_issue():
    answer = brute_force(of_seed(0))
    name = next(iter(answer["windows"]))
    other = brute_force(of_seed(0))
    other["windows"][name]["seconds"]["RUN"] += 1
    other["windows"][name]["pieces"]["total"] = float(other["windows"][name]["pieces"]["total"])
    other["windows"][name]["coverage"] = 0.123
    other["issues"].append(["2030-01-01T00:00:00", "reset"])
    found = differences(answer, other)
    assert [line.split(":")[0].removeprefix(f".windows.{name}") for line in found] == [
        ".issues",
        ".coverage",
        ".pieces.total",
        ".seconds.RUN",
    ]


def test_the_smallest_document_keeps_what_matters():
    document = {"timezone": "UTC", "events": [{"t": 1, "id": "a"}, {"t": 2}], "counters": [{"samples": [1, 2, 3]}]}

    def fails(made: dict) -> bool:
        return 2 in [n for counter in made.get("counters", []) for n in counter.get("samples", [])]

    assert smallest(document, fails) == {"timezone": "UTC", "counters": [{"samples": [2]}]}


def test_the_generator_takes_its_randomness_from_its_caller():
    state = random.getstate()
    of_seed(3)
    assert random.getstate() == state
