from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.wire.ranges import Ranges

pairs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=12)


def as_set(some: list[tuple[int, int]]) -> set[int]:
    return {n for lo, length in some for n in range(lo, lo + length + 1)}


def made(some: list[tuple[int, int]]) -> Ranges:
    return Ranges((lo, lo + length) for lo, length in some)


@given(pairs)
def test_it_is_a_set_of_whole_numbers(some) -> None:
    ranges, numbers = made(some), as_set(some)
    assert {n for n in range(80) if n in ranges} == numbers
    assert len(ranges) == len(numbers)


@given(pairs)
def test_ranges_are_sorted_and_never_touch(some) -> None:
    kept = list(made(some))
    assert all(hi + 1 < lo for (_, hi), (lo, _) in pairwise(kept))


@given(pairs, st.integers(0, 60), st.integers(0, 30))
def test_absent_is_the_complement(some, lo, length) -> None:
    hi = lo + length
    gaps = made(some).absent(lo, hi)
    assert {n for a, b in gaps for n in range(a, b + 1)} == set(range(lo, hi + 1)) - as_set(some)


@given(pairs, st.integers(0, 60))
def test_the_floor_is_where_the_first_gap_begins(some, first) -> None:
    expected = first - 1
    while expected + 1 in as_set(some):
        expected += 1
    assert made(some).floor(first) == expected


@given(pairs, pairs)
def test_update_is_the_union(some, others) -> None:
    ranges = made(some)
    ranges.update(made(others))
    assert ranges == made(some + others)
