"""The timeline of a shift: its sums are those of the elements, its stops stand where they were."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Part, Stop
from gateway.shop_floor import NominalBucket, timeline

T = 1_790_000_400_000_000_000
S = 10**9
MIN = 60 * S


def bucket(k: int, **minutes: float) -> NominalBucket:
    since = T + k * 10 * MIN
    ns = {name: int(m * MIN) for name, m in minutes.items()}
    return NominalBucket(since, since + 10 * MIN, 1, (Part(ns=ns),))


def stop(since: float, until: float | None, kind: str = "STOP") -> Stop:
    end = None if until is None else T + int(until * MIN)
    return Stop(key="k", work_unit="p", since=T + int(since * MIN), until=end, kind=kind)


def drawn(buckets, stops, live=None, start=0.0, end=30.0) -> list[tuple[float, float, str]]:
    found = timeline(buckets, stops, live, T + int(start * MIN), T + int(end * MIN))
    return [((one.since - T) / MIN, (one.until - T) / MIN, one.bucket) for one in found]


def test_stops_stand_where_they_were_and_the_rest_ran() -> None:
    buckets = [bucket(0, RUN=10), bucket(1, RUN=6, STOP=4), bucket(2, RUN=8, STOP=2)]
    assert drawn(buckets, [stop(16, 22)]) == [(0, 16, "RUN"), (16, 22, "STOP"), (22, 30, "RUN")]


def test_what_nobody_told_is_a_gap() -> None:
    assert drawn([bucket(0, RUN=10), bucket(2, RUN=10)], []) == [(0, 10, "RUN"), (20, 30, "RUN")]
    assert drawn([], []) == []


def test_a_break_inside_a_stop_is_planned() -> None:
    buckets = [bucket(0, RUN=5, STOP=5), bucket(1, PLANNED_STOP=10), bucket(2, STOP=1, RUN=9)]
    assert drawn(buckets, [stop(5, 21)]) == [
        (0, 5, "RUN"),
        (5, 10, "STOP"),
        (10, 20, "PLANNED_STOP"),
        (20, 21, "STOP"),
        (21, 30, "RUN"),
    ]


def test_a_stop_that_contains_a_breakdown_shows_as_much_of_it_as_there_was() -> None:
    buckets = [bucket(0, FAULT=2, STOP=3, RUN=5)]
    assert drawn(buckets, [stop(0, 5, "FAULT")], end=10) == [(0, 2, "FAULT"), (2, 5, "STOP"), (5, 10, "RUN")]


def test_a_stop_without_a_record_yet_is_drawn_all_the_same() -> None:
    assert drawn([bucket(0, RUN=7, STOP=3)], [], end=10) == [(0, 7, "RUN"), (7, 10, "STOP")]


def test_what_no_bucket_tells_of_yet_is_what_the_unit_does_now() -> None:
    live = WorkUnitStatus(at=T, bucket="RUN", since=T + 4 * MIN)
    assert drawn([bucket(0, RUN=10)], [], live, end=17) == [(0, 17, "RUN")]
    assert drawn([bucket(0, RUN=10)], [stop(12, 14)], live, end=17) == [
        (0, 12, "RUN"),
        (12, 14, "STOP"),
        (14, 17, "RUN"),
    ]


def test_a_stop_that_lasts_reaches_the_present() -> None:
    live = WorkUnitStatus(at=T, bucket="STOP", since=T + 12 * MIN)
    assert drawn([bucket(0, RUN=10)], [stop(12, None)], live, end=17) == [(0, 10, "RUN"), (12, 17, "STOP")]


def test_the_bucket_that_lasts_is_told_of_as_far_as_it_is() -> None:
    live = WorkUnitStatus(at=T, bucket="RUN", since=T + 3 * MIN)
    assert drawn([bucket(0, STOP=3, RUN=2)], [stop(0, 3)], live, end=8) == [(0, 3, "STOP"), (3, 8, "RUN")]


def test_a_shift_that_begins_within_a_bucket_is_cut_there() -> None:
    assert drawn([bucket(0, RUN=10)], [], start=4, end=10) == [(4, 10, "RUN")]


STATES = ("RUN", "PLANNED_STOP", "UNKNOWN", "NOT_SCHEDULED", "FAULT", "STOP", "MINOR_STOP", "SETUP")


@st.composite
def whole_buckets(draw) -> list[NominalBucket]:
    found = []
    for k in draw(st.sets(st.integers(0, 5), max_size=6)):
        cuts = sorted(draw(st.lists(st.integers(0, 600), min_size=7, max_size=7)))
        lengths = [b - a for a, b in zip([0, *cuts], [*cuts, 600], strict=True)]
        ns = {name: s * S for name, s in zip(draw(st.permutations(STATES)), lengths, strict=True)}
        since = T + k * 10 * MIN
        found.append(NominalBucket(since, since + 10 * MIN, 1, (Part(ns=ns),)))
    return sorted(found)


@st.composite
def some_stops(draw) -> list[Stop]:
    times = sorted(draw(st.sets(st.integers(0, 3600), max_size=8)))
    pairs = zip(times[::2], times[1::2], strict=False)
    kinds = st.sampled_from(STATES[4:])
    return [Stop(key="k", work_unit="p", since=T + a * S, until=T + b * S, kind=draw(kinds)) for a, b in pairs]


@given(whole_buckets(), some_stops(), st.sampled_from([None, *STATES]), st.integers(0, 3600))
def test_stretches_follow_each_other_and_sum_to_the_elements(buckets, stops, state, since) -> None:
    live = WorkUnitStatus(at=T, bucket=state, since=T + since * S) if state else None
    found = timeline(buckets, stops, live, T, T + 3600 * S)
    assert found == sorted(found)
    assert all(one.since < one.until for one in found)
    assert all(a.until <= b.since for a, b in pairwise(found))
    for one in buckets:
        sums = dict.fromkeys(STATES, 0)
        for stretch in found:
            sums[stretch.bucket] += max(0, min(stretch.until, one.until) - max(stretch.since, one.since))
        assert sums == dict.fromkeys(STATES, 0) | dict(one.parts[0].ns)
