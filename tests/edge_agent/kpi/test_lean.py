"""Takt, yields, lead time, cycle times and changeovers, against published examples and against hands."""

from datetime import datetime, timedelta

import pytest

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.cycles import changeovers, cycle_times
from edge_agent.kpi.lean import first_pass_yield, lead_time, rolled_yield, takt_s
from edge_agent.kpi.replay import Replayed, replayed

NS = 10**9
MINUTE, HOUR, DAY = 60 * NS, 3600 * NS, 86_400 * NS
START = datetime(2026, 3, 2, 6)  # noqa: DTZ001 - a document's times are local
BEGAN = 1_772_431_200 * NS


def at(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat()


def played(
    counters: dict[str, list[tuple[float, int]]],
    events: list[tuple[float, str]] = [(0, "RUN")],  # noqa: B006
    products: list[tuple[str, float, float, float]] = [("P", 0, 28_800, 10)],  # noqa: B006
    **more: object,
) -> Replayed:
    """Eight hours from 06:00; seconds are those since then, products are name, from, to, ideal cycle."""
    whole = {"from": at(0), "to": at(28_800)}
    document = {
        "timezone": "UTC",
        "shifts": [{"name": "A", **whole}],
        "windows": [{"name": "A", **whole}],
        "products": [{"product": p, "from": at(a), "to": at(b), "ideal_cycle_s": c} for p, a, b, c in products],
        "events": [{"t": at(second), "state": state} for second, state in events],
        "counters": [
            {"name": role, "role": role, "max_rate_per_s": 10, "samples": [{"t": at(s), "v": v} for s, v in samples]}
            for role, samples in counters.items()
        ],
    }
    return replayed(document | more)


def cycles_of(found: Replayed) -> dict:
    [window] = found.document.windows
    return cycle_times(found.evaluation, (window.since, window.until))


# ------------------------------------------------------------------ takt, yields


@pytest.mark.parametrize(
    ("planned_ns", "demand", "takt"),
    [
        # Two shifts of 480 min less two rests of 20 and a lunch of 30, 80 units a day: 10.25 min (a course's example).
        (2 * (480 - 2 * 20 - 30) * MINUTE, 80, 10.25 * 60),
        # 480 min less 20 and 60, 80 jobs: 300 s.
        (400 * MINUTE, 80, 300),
        # 27 600 s in a shift, 460 pieces: 60 s (Rother and Shook, Learning to See).
        (27_600 * NS, 460, 60),
        (27_600 * NS, 0, None),
        (0, 5, 0),
    ],
)
def test_takt_is_the_planned_time_over_the_demand(planned_ns, demand, takt):
    assert takt_s(planned_ns, demand) == takt


@pytest.mark.parametrize(("planned_ns", "demand"), [(-1, 5), (5, -1), (5, float("inf")), (5, float("nan"))])
def test_takt_of_a_negative_or_endless_demand_is_refused(planned_ns, demand):
    with pytest.raises(ValueError, match=r"^takt: expected planned time and demand of 0 or more, got "):
        takt_s(planned_ns, demand)


def test_rolled_yield_is_that_of_the_printed_labels():
    """Minitab's help: 1000 labels printed, 950 of them good, 800 laminated, 700 cut: 0.95, 0.84, 0.88 and 0.70."""
    steps = [first_pass_yield(1000, 50, 0), first_pass_yield(950, 150, 0), first_pass_yield(800, 100, 0)]
    assert steps == pytest.approx([0.95, 0.84, 0.88], abs=0.0051)  # printed so
    assert rolled_yield(steps) == pytest.approx(0.70)


def test_rolled_yield_of_a_step_that_fails_more_is_that_of_its_source():
    """mfgcalcs.com, rolled throughput yield: 98, 97, 99, 96 % give 90.35 %; with 71 % at the first step 65.45 %."""
    # The product of the printed yields; the site rounds it.
    assert rolled_yield([0.98, 0.97, 0.99, 0.96]) == pytest.approx(0.9035, abs=1e-4)
    assert rolled_yield([0.71, 0.97, 0.99, 0.96]) == pytest.approx(0.6545, abs=1e-4)


def test_rework_counts_in_first_pass_yield():
    assert first_pass_yield(200, 10, 30) == 0.8
    assert first_pass_yield(200, 10, 0) == 0.95
    assert first_pass_yield(0, 0, 0) is None


def test_a_route_with_a_step_that_made_nothing_has_no_yield():
    assert rolled_yield([0.9, None, 0.8]) is None
    assert rolled_yield([]) is None


def test_a_yield_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"^rolled yield: step 2: expected a yield from 0 to 1, got -0.1. Look at "):
        rolled_yield([0.9, -0.1])


# ------------------------------------------------------------------ lead time


def test_lead_time_is_that_of_the_wine_cellar():
    """Little and Graves (2008): 160 bottles on average, eight bought a month: 20 months in the rack."""
    months = 60
    found = lead_time([(0, 160)], finished=8 * months, window=(0, months * 30 * DAY))
    assert (found.refused, found.mean_wip, found.drift) == ("", 160, 0)
    assert found.seconds == pytest.approx(20 * 30 * 86_400)


def test_work_in_progress_is_averaged_by_time():
    counts = [(-HOUR, 50), (0, 10), (HOUR, 20), (3 * HOUR, 12), (9 * HOUR, 999)]
    found = lead_time(counts, finished=40, window=(0, 4 * HOUR))
    assert found.mean_wip == (10 + 20 * 2 + 12) / 4
    assert found.throughput_per_s == 40 / 14_400
    assert found.drift == 2 / 40
    assert found.seconds == pytest.approx(15.5 * 360)


def test_lead_time_is_refused_where_pieces_heap_up():
    found = lead_time([(0, 100), (HOUR, 130)], finished=200, window=(0, 8 * HOUR))
    assert found.seconds is None
    assert found.drift == 0.15
    assert found.refused == (
        "lead time: work in progress went from 100 to 130 while 200 came out, a drift of +15%; at most 10% is allowed. "
        "Choose a window in which it hardly changes."
    )
    assert lead_time([(0, 100), (HOUR, 130)], 200, (0, 8 * HOUR), most_drift=0.15).seconds == pytest.approx(
        (100 + 130 * 7) / 8 / 200 * 8 * 3600
    )


def test_lead_time_is_refused_where_pieces_run_out_just_as_well():
    assert "a drift of -15%" in lead_time([(0, 130), (HOUR, 100)], finished=200, window=(0, 8 * HOUR)).refused


def test_lead_time_is_refused_where_it_is_longer_than_the_window():
    assert lead_time([(0, 160)], finished=8, window=(0, 30 * DAY)).refused == (
        "lead time: 160 pieces at 8 in 2592000 s take 51840000 s, longer than the window. Choose a longer one."
    )


def test_lead_time_is_refused_where_nothing_came_out_or_nothing_is_known():
    assert lead_time([(0, 5)], 0, (0, HOUR)).refused == "lead time: nothing came out. Choose a longer window."
    assert lead_time([(1, 5)], 9, (0, HOUR)).refused == (
        "lead time: work in progress is not known from the start of the window. Count it before, or start later."
    )


@pytest.mark.parametrize(
    ("counts", "finished", "window", "told"),
    [
        ([(0, 5)], 1, (5, 5), "lead time: expected a window that ends after it starts, got 5 to 5"),
        ([(0, -5)], 1, (0, 5), "lead time: expected counts of 0 or more"),
        ([(0, 5)], -1, (0, 5), "lead time: expected counts of 0 or more"),
        ([(3, 5), (0, 5)], 1, (5, 9), "lead time: expected counts in order of time"),
    ],
)
def test_counts_that_make_no_sense_are_refused(counts, finished, window, told):
    with pytest.raises(ValueError, match=f"^{told}$"):
        lead_time(counts, finished, window)


# ------------------------------------------------------------------ cycle times


def test_the_cycle_time_is_from_piece_to_piece_and_pieces_of_one_reading_share_it():
    # Pieces at 10, 20, 32, then two at 52, none at 60: 10, 12, 10, 10 s. The first is known from the second on.
    found = cycles_of(played({"total": [(0, 5), (10, 6), (20, 7), (26, 7), (32, 8), (52, 10), (60, 10)]}))
    assert found == {("P", 10.0): (4, 42 / 4, 10.0, 10.0, 10.0)}


def test_quartiles_are_of_pieces():
    readings = [(0, 0), (10, 1)]
    for second, n in ((11, 1), (13, 1), (16, 1), (20, 1)):  # 1, 2, 3, 4 s
        readings.append((second, readings[-1][1] + n))
    found = cycles_of(played({"total": readings}))[("P", 10.0)]
    assert (found.lower_quartile_s, found.median_s, found.upper_quartile_s, found.mean_s) == (1, 2, 3, 2.5)


def test_what_is_not_run_all_along_has_no_cycle_time():
    readings = [(0, 0), (10, 1), (20, 2), (60, 3), (70, 4), (130, 5), (140, 6)]
    events = [(0, "RUN"), (30, "STOP"), (40, "RUN"), (80, "FAULT"), (120, "RUN")]
    assert cycles_of(played({"total": readings}, events, micro_stop_s=15))[("P", 10.0)].pieces == 3
    assert cycles_of(played({"total": readings}, events, max_gap_s=5)) == {}


def test_a_cycle_over_a_change_of_product_belongs_to_neither():
    products = [("P", 0, 25, 10), ("Q", 25, 28_800, 20)]
    found = cycles_of(played({"total": [(0, 0), (10, 1), (20, 2), (40, 3), (60, 4)]}, products=products))
    assert {key: (one.pieces, one.median_s) for key, one in found.items()} == {
        ("P", 10.0): (1, 10),
        ("Q", 20.0): (1, 20),
    }


def test_without_two_pieces_there_is_no_cycle_time():
    assert cycles_of(played({})) == {}
    assert cycles_of(played({"total": [(0, 0), (10, 1)]})) == {}


# ------------------------------------------------------------------ changeovers


TWO = [("P", 0, 3600, 10), ("Q", 3600, 28_800, 20)]
CHANGE = [(0, "RUN"), (3000, "SETUP"), (4800, "RUN")]


def steady(first: float, last: float, every: float, count: int = 0) -> list[tuple[float, int]]:
    """A piece at ``first`` and one every so often up to ``last``, and the reading from which they count."""
    n = round((last - first) / every) + 1
    return [(first - 1, count), *((first + k * every, count + k + 1) for k in range(n))]


def test_a_changeover_is_from_the_last_good_piece_to_the_first_good_one_at_rate():
    before = steady(10, 2990, 10)
    # Trial pieces at 4810 and 4900, then one every 20 s from 5000 on.
    trials = [(4810, 300), (4900, 301)]
    after = [(s, n) for s, n in steady(5000, 5600, 20, 301)[1:]]
    [change] = changeovers(played({"total": before + trials + after}, CHANGE, TWO).evaluation)
    assert (change.before, change.after) == ("P", "Q")
    assert (change.since, change.until) == (BEGAN + 2990 * NS, BEGAN + 5000 * NS)
    assert change.planned_ns == 2010 * NS
    assert change.ns[Bucket.SETUP] == 1800 * NS


def test_scrap_is_no_good_piece_on_either_side():
    total = steady(10, 2990, 10) + steady(5000, 5600, 20, 299)
    reject = [(0, 0), (2980, 1), (2990, 2), (5000, 3), (5020, 4), (5600, 4)]
    [change] = changeovers(played({"total": total, "reject": reject}, CHANGE, TWO).evaluation)
    assert (change.since, change.until) == (BEGAN + 2970 * NS, BEGAN + 5040 * NS)


def test_a_break_in_a_changeover_is_not_planned_time():
    stops = [{"from": at(3600), "to": at(4200)}]
    total = steady(10, 2990, 10) + steady(5000, 5600, 20, 299)
    [change] = changeovers(played({"total": total}, CHANGE, TWO, planned_stops=stops).evaluation)
    assert change.planned_ns == (2010 - 600) * NS


def test_how_fast_and_how_long_is_at_rate_can_be_chosen():
    # 30 s apiece is 1.5 times the ideal cycle; from 5600 on 20 s.
    total = steady(10, 2990, 10) + steady(5000, 5600, 30, 299) + steady(5620, 5800, 20, 320)
    found = played({"total": total}, CHANGE, TWO).evaluation
    assert [changeovers(found, pieces=5, factor=factor)[0].until for factor in (1, 1.25, 1.5)] == [
        BEGAN + 5600 * NS,
        BEGAN + 5540 * NS,
        BEGAN + 5000 * NS,
    ]
    assert changeovers(found, pieces=1, factor=1)[0].until == BEGAN + 5600 * NS


def test_an_end_that_is_not_known_is_not_made_up():
    slow = played({"total": steady(10, 2990, 10) + steady(5000, 5600, 100, 299)}, CHANGE, TWO)
    [change] = changeovers(slow.evaluation)
    assert (change.since, change.until, change.planned_ns) == (BEGAN + 2990 * NS, None, None)
    [change] = changeovers(played({}, CHANGE, TWO).evaluation)
    assert (change.since, change.until) == (None, None)


def test_another_ideal_cycle_of_the_same_product_is_no_changeover():
    same = [("P", 0, 3600, 10), ("P", 3600, 28_800, 20)]
    assert changeovers(played({"total": steady(10, 2990, 10)}, CHANGE, same).evaluation) == []


@pytest.mark.parametrize(("pieces", "factor"), [(0, 1.25), (5, 0.9), (5, float("inf"))])
def test_a_rate_that_makes_no_sense_is_refused(pieces, factor):
    told = f"^changeovers: expected pieces of at least 1 and a factor of at least 1, got {pieces} and {factor}$"
    with pytest.raises(ValueError, match=told):
        changeovers(played({}).evaluation, pieces, factor)
