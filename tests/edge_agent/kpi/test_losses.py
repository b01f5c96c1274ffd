"""Losses and the fully productive time are the observed time, and each loss is what a published table says."""

import itertools
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_documents import documents

from edge_agent.kpi.buckets import BUCKETS, Bucket
from edge_agent.kpi.elements import Elements, ProductPieces, figures
from edge_agent.kpi.losses import SIX, losses, pareto, starts, startup_rejects
from edge_agent.kpi.replay import replayed
from edge_agent.wire.table_kinds import Loss

NS = 10**9
START = datetime(2026, 3, 2, 6)  # noqa: DTZ001 - a document's times are local


def elements(products: dict[tuple[str, float], tuple[int, int]] | None = None, **seconds: float) -> Elements:
    return Elements(
        tuple(round(seconds.get(bucket.name, 0) * NS) for bucket in BUCKETS),
        {key: ProductPieces(key[1], total, reject) for key, (total, reject) in (products or {}).items()},
    )


def at(minute: float) -> str:
    return (START + timedelta(minutes=minute)).isoformat()


def document(events: list[tuple[float, str]], counters: dict[str, list[tuple[float, int]]], **more: object) -> dict:
    """Six hours from 06:00 of a product of 6 s; minutes are those since then."""
    whole = {"from": at(0), "to": at(360)}
    return {
        "timezone": "UTC",
        "shifts": [{"name": "A", **whole}],
        "windows": [{"name": "A", **whole}],
        "products": [{"product": "P", "ideal_cycle_s": 6, **whole}],
        "events": [{"t": at(minute), "state": state} for minute, state in events],
        "counters": [
            {"name": role, "role": role, "max_rate_per_s": 10, "samples": [{"t": at(m), "v": v} for m, v in samples]}
            for role, samples in counters.items()
        ],
    } | more


def startups(given_document: dict, startup_min: float) -> list[dict]:
    found = replayed(given_document)
    spans = np.array([(w.since, w.until) for w in found.document.windows], dtype=np.int64)
    return startup_rejects(found.evaluation, spans, round(startup_min * 60 * NS))


# ------------------------------------------------------------------ the six


def test_a_published_table_is_taken_apart_into_its_losses():
    """Mobley, An Introduction to Predictive Maintenance, 2nd ed. (2002), table 18-2: minutes, 15 shifts, OEE 85 %."""
    press = elements({("part", 0.109 * 60): (54_516, 545)}, RUN=6255 * 60, FAULT=695 * 60, PLANNED_STOP=250 * 60)
    lost = losses(press)
    minutes = {name: ns / NS / 60 for name, ns in lost.by_name().items()}
    assert minutes == pytest.approx(
        {
            "breakdown": 695,
            "stops": 0,
            "setup": 0,
            "minor_stops": 0,
            "reduced_speed": 6255 - 0.109 * 54_516,
            "defects": 0.109 * 545,
        }
    )
    assert lost.observed == 6950 * 60 * NS
    assert lost.fully_productive / lost.observed == pytest.approx(0.85, abs=0.005)
    assert [name for name, ns in lost.largest_first() if ns] == ["breakdown", "reduced_speed", "defects"]


def test_every_bucket_of_observed_time_is_in_the_loss_that_bears_its_name():
    lost = losses(elements({("P", 2.0): (30, 4)}, RUN=100, FAULT=7, STOP=11, SETUP=13, MINOR_STOP=17, UNKNOWN=1000))
    assert {name: ns // NS for name, ns in lost.by_name().items()} == {
        "breakdown": 7,
        "stops": 11,
        "setup": 13,
        "minor_stops": 17,
        "reduced_speed": 100 - 60,
        "defects": 8,
    }
    assert (lost.observed // NS, lost.fully_productive // NS, lost.startup) == (148, 52, None)


def test_more_than_can_be_made_is_a_negative_loss_and_is_flagged():
    lost = losses(elements({("P", 2.0): (60, 0)}, RUN=100))
    assert lost.reduced_speed == -20 * NS
    assert lost.ideal_cycle_is_wrong
    assert not losses(elements({("P", 2.0): (50, 0)}, RUN=100)).ideal_cycle_is_wrong


def test_a_stop_reason_can_only_name_a_loss_that_there_is():
    [names] = [part for part in Loss.__metadata__ if part.description]
    assert {name for name in SIX if f'"{name}"' in names.description} == set(SIX) - {"reduced_speed", "defects"}


def test_a_tenth_of_a_second_is_a_tenth():
    lost = losses(elements({("P", 0.1): (3, 0), ("Q", 0.2): (3, 1)}, RUN=1))
    assert (lost.reduced_speed, lost.defects, lost.fully_productive) == (100_000_000, 200_000_000, 700_000_000)


times = st.lists(st.integers(0, 10**15), min_size=8, max_size=8).map(tuple)
cycles = st.floats(1e-3, 1e4)
made = st.tuples(st.integers(0, 10**7), st.integers(0, 10**7))
some_elements = st.builds(
    lambda ns, products: Elements(ns, {key: ProductPieces(key[1], *pieces) for key, pieces in products.items()}),
    times,
    st.dictionaries(st.tuples(st.sampled_from("PQR"), cycles), made, max_size=4),
)


@given(some_elements)
def test_losses_and_the_fully_productive_time_sum_exactly_to_the_observed_time(one):
    lost = losses(one)
    assert sum(lost.by_name().values()) + lost.fully_productive == lost.observed == one.observed_ns
    assert all(type(ns) is int for ns in lost.by_name().values())
    if lost.observed:
        assert lost.fully_productive / lost.observed == pytest.approx(figures(one).oee, rel=1e-9, abs=1e-9)


@given(some_elements, some_elements)
def test_losses_of_a_sum_are_the_sum_of_the_losses_to_rounding(one, other):
    both, apart = losses(one + other), [losses(one), losses(other)]
    for name in SIX:
        assert abs(both.by_name()[name] - sum(lost.by_name()[name] for lost in apart)) <= 2


@given(some_elements)
def test_ideal_times_are_those_of_exact_arithmetic(one):
    exact = sum(Fraction(str(cycle)) * pieces.good for (_, cycle), pieces in one.products.items())
    assert abs(losses(one).fully_productive - exact * NS) <= Fraction(1, 2)


@settings(deadline=None)
@given(documents)
def test_whatever_happens_losses_sum_to_what_was_observed(given_document):
    found = replayed(given_document)
    spans = np.array([(w.since, w.until) for w in found.document.windows], dtype=np.int64)
    for one, rejects in zip(found.elements.values(), startup_rejects(found.evaluation, spans), strict=True):
        lost = losses(one, rejects)
        assert sum(lost.by_name().values()) + lost.fully_productive == lost.observed
        assert 0 <= lost.startup <= lost.defects
        assert all(n <= one.products[key].reject for key, n in rejects.items())


# ------------------------------------------------------------------ start-ups

RUN_SETUP = [(0, "RUN"), (60, "SETUP"), (90, "RUN")]
SCRAP = {"total": [(0, 0), (360, 3000)], "reject": [(0, 0), (59, 1), (95, 4), (100, 6), (101, 13), (200, 14)]}


def test_what_is_rejected_soon_after_a_setup_is_told_apart():
    assert startups(document(RUN_SETUP, SCRAP), 10) == [{("P", 6.0): 3 + 2}]
    assert startups(document(RUN_SETUP, SCRAP), 11) == [{("P", 6.0): 3 + 2 + 7}]
    assert startups(document(RUN_SETUP, SCRAP), 0) == [{}]


def test_start_up_rejects_are_a_part_of_the_defects():
    found = replayed(document(RUN_SETUP, SCRAP))
    lost = losses(found.elements["A"], startups(document(RUN_SETUP, SCRAP), 10)[0])
    assert (lost.defects, lost.startup) == (14 * 6 * NS, 5 * 6 * NS)


def test_a_minor_stop_is_no_start_up_and_a_longer_one_is():
    events = [(0, "RUN"), (60, "STOP"), (62, "RUN"), (90, "FAULT"), (95, "STOP"), (99, "RUN")]
    strict, lenient = document(events, SCRAP, micro_stop_s=0), document(events, SCRAP, micro_stop_s=180)
    assert startups(strict, 5) == startups(lenient, 5) == [{("P", 6.0): 2 + 7}]
    assert [(t / NS - START.timestamp()) / 60 % 60 for t in starts(replayed(strict).evaluation)] == [2, 39]
    assert [(t / NS - START.timestamp()) / 60 % 60 for t in starts(replayed(lenient).evaluation)] == [39]


def test_a_start_up_begins_where_the_setup_ends_even_with_a_minor_stop_behind_it():
    events = [(0, "RUN"), (60, "SETUP"), (90, "STOP"), (91, "RUN")]
    [begun] = starts(replayed(document(events, SCRAP, micro_stop_s=120)).evaluation)
    assert (begun / NS - START.timestamp()) / 60 % 60 == 30


def test_a_start_out_of_silence_is_none():
    events = [(0, "SETUP"), (120, "RUN")]
    scrap = {"reject": [(0, 0), (120, 0), (125, 5)]}
    assert startups(document(events, scrap), 10) == [{("P", 6.0): 5}]
    assert startups(document(events, scrap, max_gap_s=600), 10) == [{}]


def test_scrap_found_later_counts_where_it_was_made():
    late = [{"made_at": at(95), "qty": 4}, {"made_at": at(130), "qty": 9}]
    assert startups(document(RUN_SETUP, {"total": SCRAP["total"]}, late_scrap=late), 10) == [{("P", 6.0): 4}]


def test_without_a_count_of_rejects_nothing_is_told_apart():
    assert startups(document(RUN_SETUP, {"total": SCRAP["total"]}), 10) == [{}]
    with pytest.raises(ValueError, match=r"^startup_ns: expected 0 or more, got -60000000000$"):
        startups(document(RUN_SETUP, SCRAP), -1)


# ------------------------------------------------------------------ Pareto


def test_stops_by_reason_stand_in_order_of_what_they_took():
    rows = pareto([("wait", 30), ("jam", 100), ("tool", 20), ("wait", 40), ("", 10)])
    assert [(row.reason, row.seconds, row.stops) for row in rows] == [
        ("jam", 100, 1),
        ("wait", 70, 2),
        ("tool", 20, 1),
        ("", 10, 1),
    ]
    assert [row.share for row in rows] == pytest.approx([0.5, 0.35, 0.1, 0.05])
    assert [row.cumulative for row in rows] == pytest.approx([0.5, 0.85, 0.95, 1])


def test_reasons_of_equal_seconds_stand_in_order_of_number_then_name():
    rows = pareto([("b", 10), ("c", 5), ("c", 5), ("a", 10)])
    assert [row.reason for row in rows] == ["c", "a", "b"]


def test_stops_that_took_no_time_have_no_share():
    assert pareto([]) == []
    assert [(row.share, row.cumulative) for row in pareto([("a", 0.0)])] == [(None, None)]


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_a_stop_of_no_length_at_all_is_refused(seconds):
    with pytest.raises(ValueError, match=rf"^stop 'jam': expected a duration of 0 s or more, got {seconds}$"):
        pareto([("jam", seconds)])


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0, 1e7)), max_size=30))
def test_shares_rise_to_one_and_nothing_is_lost(stops):
    rows = pareto(stops)
    assert sum(row.stops for row in rows) == len(stops)
    assert sum(row.seconds for row in rows) == pytest.approx(sum(seconds for _, seconds in stops))
    assert [row.seconds for row in rows] == sorted((row.seconds for row in rows), reverse=True)
    if rows and rows[-1].cumulative is not None:
        assert rows[-1].cumulative == 1
        rising = [row.cumulative for row in rows]
        assert all(a <= b + 1e-12 for a, b in itertools.pairwise(rising))


def test_the_buckets_of_the_losses_are_those_of_observed_time():
    for bucket in (Bucket.NOT_SCHEDULED, Bucket.PLANNED_STOP, Bucket.UNKNOWN):
        lost = losses(elements(**{bucket.name: 60}))
        assert lost.observed == 0
        assert set(lost.by_name().values()) == {0}
