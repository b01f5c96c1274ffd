"""Sums and ratios over whole buckets: the time model's own example, cuts by shift, what cannot be said."""

import pytest

from edge_agent.wire.shop_floor import Elements, Part, Stop
from gateway.shop_floor import NominalBucket, oee_over

T = 1_790_000_400_000_000_000
S = 10**9
MIN = 60 * S
A, B = "A@2026-09-21", "B@2026-09-21"


def elements(k: int, *parts: Part, revision: int = 1) -> Elements:
    since = T + k * 10 * MIN
    return Elements(
        key=f"press-1.{since}",
        revision=revision,
        work_unit="press-1",
        since=since,
        until=since + 10 * MIN,
        parts=parts,
    )


def bucket(*parts: Part) -> NominalBucket:
    return NominalBucket(T, T + 10 * MIN, 1, parts)


def ns(**seconds: int) -> dict[str, int]:
    return {name: s * S for name, s in seconds.items()}


# A shift of 8 h: break 60 min, stops 47 min, ideal cycle 1 s, 19 271 pieces of which 423 are scrap.
# Worked example of the OEE literature (Vorne): availability 88.81 %, performance 86.11 %, quality 97.80 %, OEE 74.79 %.
SHIFT = Part(
    shift=A,
    product="cap",
    ideal_cycle_s=1.0,
    ns=ns(RUN=373 * 60, STOP=47 * 60, PLANNED_STOP=60 * 60),
    total=19_271,
    reject=423,
)


def test_the_usual_worked_example_gives_its_published_figures() -> None:
    said = oee_over([bucket(SHIFT)], 8 * 60 * MIN).figures
    rounded = [round(100 * share, 2) for share in (said.availability, said.effectiveness, said.quality_ratio, said.oee)]
    assert rounded == [88.81, 86.11, 97.8, 74.79]


def test_sums_are_taken_before_ratios() -> None:
    small = Part(shift=A, product="cap", ideal_cycle_s=10.0, ns=ns(RUN=100), total=10)
    large = Part(shift=A, product="cap", ideal_cycle_s=5.0, ns=ns(RUN=450, STOP=450), total=90)
    over = oee_over([bucket(small), bucket(large)], 20 * MIN)
    assert over.figures.oee == pytest.approx(0.55)
    assert over.elements.total == 100


def test_what_was_not_observed_bounds_the_figure_and_refuses_an_indicator() -> None:
    part = Part(shift=A, product="cap", ideal_cycle_s=1.0, ns=ns(RUN=450, UNKNOWN=150), total=360)
    over = oee_over([bucket(part)], 10 * MIN)
    said = over.figures
    assert (said.oee, said.oee_low, said.oee_high, said.coverage) == (0.8, 0.6, 0.85, 0.75)
    assert not over.is_enough


def test_a_unit_without_counters_has_availability_and_no_oee() -> None:
    part = Part(shift=A, ns=ns(RUN=450, STOP=150))
    said = oee_over([bucket(part)], 10 * MIN, counts_pieces=False).figures
    assert (said.availability, said.coverage, said.utilization) == (0.75, 1.0, 1.0)
    assert (said.oee, said.oee_low, said.oee_high, said.effectiveness, said.teep, said.nee) == (None,) * 6


def test_nothing_told_gives_no_figures() -> None:
    over = oee_over([], 10 * MIN)
    assert set(over.figures.as_dict().values()) == {None}
    assert (over.buckets, over.told_ns, over.is_enough) == (0, 0, False)


def test_pieces_without_an_ideal_cycle_do_not_lower_the_effectiveness() -> None:
    part = Part(shift=A, product="trial", ns=ns(RUN=600), total=50, reject=2)
    over = oee_over([bucket(part)], 10 * MIN)
    assert (over.elements.total, over.elements.no_product, over.figures.oee) == (0, 50, 0.0)


def test_faster_than_ideal_is_flagged_and_not_capped() -> None:
    part = Part(shift=A, product="cap", ideal_cycle_s=3.0, ns=ns(RUN=600), total=300)
    over = oee_over([bucket(part)], 10 * MIN)
    assert (over.figures.effectiveness, over.ideal_cycle_is_wrong) == (1.5, True)


# ------------------------------------------------------------------ asked of the registry


def part(shift: str, total: int = 10) -> Part:
    return Part(shift=shift, product="cap", ideal_cycle_s=1.0, ns=ns(RUN=300), total=total)


def test_only_whole_buckets_are_summed(shop_floor, told, unit) -> None:
    told(*(elements(k, part(A, total=k)) for k in range(4)))
    found = shop_floor.buckets(unit, T + 1, T + 30 * MIN)
    assert [one.since for one in found] == [T + 10 * MIN, T + 20 * MIN]
    over = oee_over(found, 30 * MIN - 1)
    assert (over.elements.total, over.told_ns, over.asked_ns) == (3, 20 * MIN, 30 * MIN - 1)
    assert (over.first, over.last) == (T + 10 * MIN, T + 30 * MIN)


@pytest.mark.parametrize(("shift", "total"), [("", 111), (A, 1), ("A", 101), ("B", 10), ("_", 0), ("A%", 0)])
def test_a_shift_is_cut_out_by_its_day_or_by_its_name(shop_floor, told, unit, shift, total) -> None:
    told(elements(0, part(A, 1), part(B, 10)), elements(1, part("A@2026-09-22", 100)))
    found = shop_floor.buckets(unit, T, T + 20 * MIN, shift)
    assert sum(one.total for each in found for one in each.parts) == total
    assert len(found) == 2


def test_another_unit_edge_or_site_does_not_count(shop_floor, told, unit) -> None:
    told(elements(0, part(A)), edge="other")
    assert shop_floor.buckets(unit, 0, 2**62) == []
    assert shop_floor.buckets(unit._replace(edge="other"), 0, 2**62) != []


def test_a_part_comes_back_as_it_was_said(shop_floor, told, unit) -> None:
    said = Part(
        shift=A,
        product="cap",
        ideal_cycle_s=0.1,
        ns=ns(RUN=1, FAULT=2),
        total=1,
        reject=2,
        rework=3,
        unplanned=4,
        unattributed=5,
        no_product=6,
        failures=7,
        failing_ns=8,
        energy_wh={"RUN": 0.1},
    )
    told(elements(0, said))
    [found] = shop_floor.buckets(unit, 0, 2**62)
    assert found.parts == (said,)


def test_stops_are_those_that_touch_the_stretch_and_are_not_gone(shop_floor, told, unit) -> None:
    def stop(since: int, until: int | None, **more) -> Stop:
        key = f"press-1.{T + since}"
        end = None if until is None else T + until
        return Stop(key=key, revision=1, work_unit="press-1", since=T + since, until=end, kind="STOP", **more)

    told(stop(0, 10), stop(10, 20, title={"vi": "kẹt"}), stop(20, 30, gone=True), stop(40, 50), stop(45, None))
    assert [one.since - T for one in shop_floor.stops(unit, T + 10, T + 46)] == [10, 40, 45]
    assert shop_floor.stops(unit, T + 10, T + 11) == [stop(10, 20, title={"vi": "kẹt"})]
    assert [one.since - T for one in shop_floor.stops(unit, T + 60, T + 61)] == [45]
