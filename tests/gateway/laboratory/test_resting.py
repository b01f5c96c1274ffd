"""What rests on a standard in doubt: through every standard, within the days of doubt; and the calendar of due days."""

import itertools
import random

from gateway.laboratory.resting import Doubt, Node, Use, resting


def test_certificates_are_followed_through_standards_and_only_within_the_days() -> None:
    nodes = {
        one: Node(one, instrument, day)
        for one, instrument, day in (
            ("early", "a", "2025-01-01"),
            ("one", "working", "2025-06-01"),
            ("two", "b", "2025-07-01"),
            ("late", "c", "2026-12-01"),
            ("other", "d", "2025-07-01"),
        )
    }
    uses = [
        Use("early", "S", ""),
        Use("one", "S", ""),
        Use("late", "S", ""),
        Use("two", "working", "one"),
        Use("other", "T", ""),
    ]
    assert resting(Doubt("S", "", "2025-03-01", "2026-11-20"), nodes, uses) == {"one": 1, "two": 2}
    assert resting(Doubt("", "one", "2025-06-01", "2026-11-20"), nodes, uses) == {"one": 0, "two": 1}


def test_a_standard_that_is_named_without_its_certificate_rests_on_the_newest_before() -> None:
    nodes = {k: Node(k, i, d) for k, i, d in (("old", "W", "2024-01-01"), ("new", "W", "2025-01-01"))}
    nodes |= {"x": Node("x", "a", "2024-06-01"), "y": Node("y", "b", "2025-06-01")}
    uses = [Use("x", "W", ""), Use("y", "W", "")]
    assert resting(Doubt("", "old", "2024-01-01", "2026-01-01"), nodes, uses) == {"old": 0, "x": 1}


def test_what_is_found_is_what_a_closure_by_matrices_finds_loops_or_not() -> None:
    chance = random.Random(17)
    for _ in range(40):
        names = [str(k) for k in range(9)]
        nodes = {one: Node(one, f"i{one}", "2025-06-01") for one in names}
        pairs = [pair for pair in itertools.permutations(names, 2) if chance.random() < 0.15]
        uses = [Use(above, f"i{below}", below) for above, below in pairs]
        reached = {"0"}
        for _ in names:
            reached |= {above for above, below in pairs if below in reached}
        assert resting(Doubt("", "0", "", "9"), nodes, uses).keys() == reached
