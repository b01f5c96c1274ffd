"""Stretches of time and functions that are constant between instants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kpi.booking import Booked
from edge_agent.kpi.spans import places

small = st.lists(st.integers(-20, 20), max_size=5).map(lambda some: np.unique(np.array(some, dtype=np.int64)))
instants = st.lists(st.integers(-25, 25), max_size=80).map(lambda some: np.array(some, dtype=np.int64))


@given(small, instants, st.booleans(), st.sampled_from(["left", "right"]))
def test_places_are_those_of_a_search_for_each_instant(edges, at, in_order, side):
    at = np.sort(at) if in_order else at
    assert places(edges, at, side).tolist() == np.searchsorted(edges, at, side=side).tolist()


rows = st.lists(st.tuples(st.integers(0, 30), st.integers(-5, 9), st.integers(-1, 4)), max_size=40).map(sorted)
spans = st.lists(st.tuples(st.integers(-2, 32), st.integers(-2, 32)).map(sorted), min_size=1, max_size=6)


@given(rows, spans)
def test_sums_by_window_and_place_are_those_of_adding_one_by_one(booked, windows):
    """A window holds what lies in (start, end]; two products stand before what is not booked."""
    at, n, place = (np.array([row[k] for row in booked], dtype=np.int64) for k in range(3))
    found = Booked(at, n, place, np.zeros(len(at), dtype=np.int8))
    asked = np.array(windows, dtype=np.int64)
    inside = [[row for row in booked if a < row[0] <= b] for a, b in windows]
    by_hand = [[sum(n for _, n, p in some if p == column) for column in range(5)] for some in inside]
    assert found.sums(asked, 2).tolist() == by_hand
    assert found.seen(asked, 2).tolist() == [
        [sum(p == column for _, _, p in some) for column in (0, 1)] for some in inside
    ]


@pytest.mark.parametrize("side", ["left", "right"])
def test_no_instants_have_no_places(side):
    assert places(np.array([1]), np.empty(0, dtype=np.int64), side).tolist() == []
