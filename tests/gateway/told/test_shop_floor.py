"""Roll-ups and states: exact sums of the elements in force, whatever comes late, twice or is taken back."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.schema import (
    ELEMENT_DAY,
    ELEMENT_HOUR,
    ELEMENT_SHIFT,
    ENERGY,
    ROLLED_FIELDS,
    SECONDS,
    TARGET_OEE,
    WORK_UNIT_STATE,
)
from edge_agent.wire.shop_floor import Elements, WorkUnitDescription
from gateway import registry
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.registry import ElementRow, NominalBucketRow, StopRow
from gateway.timeseries import StoreUnavailableError
from gateway.told.shop_floor import ShopFloorPoints

S = 10**9
MIN, HOUR, DAY = 60 * S, 3600 * S, 86_400 * S
T0 = 1_795_194_000 * S
"""2026-11-21 00:00 in Vietnam, which is 17:00 UTC of the day before."""
NOW = T0 + 5 * DAY
ALL = (0, 2**62)


@pytest.fixture
def telling(engine, store) -> ShopFloorPoints:
    return ShopFloorPoints(engine, store, ZoneInfo("Asia/Ho_Chi_Minh"))


def rows(store, measurement: str) -> dict:
    return {(one.tags[3:], one.at): one.numbers for one in store.told(measurement, {}, *ALL)}


def summed(engine, bin_of) -> dict:
    """A second method: in fractions, from all rows at once, by the wall clock of Vietnam as a fixed offset."""
    found = defaultdict(lambda: defaultdict(Fraction))
    with Session(engine) as session:
        for row in session.scalars(select(ElementRow)):
            name, _, day = row.shift.rpartition("@")
            its = found[(row.product or "-", name or row.shift or "-"), bin_of(row.since, day)]
            for bucket, field in SECONDS.items():
                its[field] += Fraction(getattr(row, f"{bucket.lower()}_ns"), S)
            for field in ROLLED_FIELDS:
                if field not in ("ideal_s", "ideal_reject_s", "failing_s"):
                    its[field] += getattr(row, field)
            cycle = Fraction(row.ideal_cycle_s or 0)
            its["ideal_s"] += cycle * row.total
            its["ideal_reject_s"] += cycle * row.reject
            busy = Fraction(row.run_ns + row.minor_stop_ns + row.fault_ns + row.stop_ns + row.setup_ns, S)
            its["actual_production_s"] += Fraction(row.run_ns + row.minor_stop_ns, S)
            its["observed_s"] += busy
            its["planned_busy_s"] += busy + Fraction(row.unknown_ns, S)
    return {key: {field: float(value) for field, value in its.items()} for key, its in found.items()}


def hour_of(since: int, _day: str) -> int:
    return since - since % HOUR


def day_of(since: int, day: str) -> int:
    vietnam = timezone(timedelta(hours=7))
    on = datetime.fromisoformat(day) if day else datetime.fromtimestamp(since // S, vietnam)
    return int(datetime(on.year, on.month, on.day, tzinfo=vietnam).astimezone(UTC).timestamp()) * S


def agree(engine, store) -> bool:
    """Whether all roll-ups say what the rows sum to; a part that is no longer there may be all zeros."""
    for measurement, bin_of in ((ELEMENT_HOUR, hour_of), (ELEMENT_DAY, day_of)):
        there, wanted = rows(store, measurement), summed(engine, bin_of)
        for key in there.keys() | wanted.keys():
            its = wanted.get(key, {})
            if there.get(key) is None or any(
                value != pytest.approx(its.get(field, 0.0), rel=1e-12, abs=1e-12)
                for field, value in there[key].items()
                if field not in (*ENERGY.values(), "all_wh")
            ):
                return False
            assert its.keys() <= there[key].keys()
    return True


def test_three_days_of_shifts_and_products_sum_to_the_same_by_a_second_method(engine, store, floor, telling) -> None:
    rng = random.Random(8)
    buckets = []
    for k in range(3 * 144):
        since = T0 + k * 10 * MIN
        day, night = f"A@2026-11-{21 + k // 144}", f"B@2026-11-{20 + (k + 60) // 144}"  # the night shift from 14:00
        run_s = rng.uniform(0, 600)
        shift = day if 36 <= k % 144 < 84 else night if rng.random() < 0.9 else ""
        product = rng.choice(["cap-38", "nắp 5, xanh=1", ""])
        one = floor.part(product, shift, rng.randrange(400), RUN=run_s, UNKNOWN=600 - run_s)
        buckets.append(floor.bucket(since, 1, one))
    rng.shuffle(buckets)
    floor.came(*buckets)
    assert telling.turn(NOW) > 0
    assert agree(engine, store)
    assert len({key for key in rows(store, ELEMENT_DAY) if key[1] == T0}) >= 6
    assert telling.turn(NOW) == 0


def test_a_revision_that_moves_a_bucket_to_another_product_and_day_leaves_zeros_behind(
    engine, store, floor, telling
) -> None:
    floor.came(floor.bucket(T0 + 2 * HOUR, 1, floor.part("cap-38", "C@2026-11-20", wh=12.5)))
    telling.turn(NOW)
    assert list(rows(store, ELEMENT_DAY)) == [(("cap-38", "C"), T0 - DAY)]
    hour = rows(store, ELEMENT_HOUR)[("cap-38", "C"), T0 + 2 * HOUR]
    assert (hour["run_wh"], hour["all_wh"], hour["stop_wh"]) == (12.5, 12.5, 0.0)
    floor.came(floor.bucket(T0 + 2 * HOUR, 2, floor.part("cap-40", "A@2026-11-21", total=7)))
    telling.turn(NOW)
    assert agree(engine, store)
    there = rows(store, ELEMENT_DAY)
    assert there[("cap-40", "A"), T0]["total"] == 7.0
    assert set(there[("cap-38", "C"), T0 - DAY].values()) == {0.0}
    assert telling.turn(NOW) == 0


def test_what_comes_late_makes_its_hour_and_day_anew_and_no_other(engine, store, floor, telling) -> None:
    floor.came(*(floor.bucket(T0 + k * 10 * MIN, 1, floor.part()) for k in range(12)))
    telling.turn(NOW)
    floor.came(floor.bucket(T0 + 3 * DAY, 1, floor.part(shift="A@2026-11-24")))
    assert telling.turn(NOW) == 4  # an hour, a day, a shift, a state
    floor.came(floor.bucket(T0 + 30 * MIN, 2, floor.part(total=31)))
    assert telling.turn(NOW) == 3  # its hour, its day and its shift; the state is as it was
    assert agree(engine, store)


def test_an_early_revision_that_comes_last_changes_nothing(engine, store, floor, telling) -> None:
    floor.came(floor.bucket(T0, 5, floor.part(total=50)))
    telling.turn(NOW)
    floor.came(floor.bucket(T0, 4, floor.part(total=40)))
    assert telling.turn(NOW) == 0
    assert rows(store, ELEMENT_HOUR)[("cap-38", "A"), T0]["total"] == 50.0


def test_a_store_that_is_away_leaves_all_due(engine, store, floor, telling, monkeypatch) -> None:
    floor.came(floor.bucket(T0, 1, floor.part()), floor.stop(T0, T0 + MIN))

    def away(_lines: object) -> None:
        raise StoreUnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", away)
        with pytest.raises(StoreUnavailableError):
            telling.turn(NOW)
    with Session(engine) as session:
        assert session.scalars(select(NominalBucketRow.told)).all() == [-1]
        assert session.scalars(select(StopRow.told)).all() == [-1]
    telling.turn(NOW)
    assert agree(engine, store)
    with Session(engine) as session:
        assert session.scalars(select(NominalBucketRow.told)).all() == [1]
        assert session.scalars(select(StopRow.told)).all() == [1]


def test_a_store_that_was_emptied_is_told_all_again_by_the_next_process(engine, store, floor, telling) -> None:
    floor.came(*(floor.bucket(T0 + k * 10 * MIN, 1, floor.part()) for k in range(3)))
    telling.turn(NOW)
    for measurement in (ELEMENT_HOUR, ELEMENT_DAY, ELEMENT_SHIFT, WORK_UNIT_STATE):
        store.forget_before(measurement, 2**62)
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert ShopFloorPoints(engine, store, zone).turn(NOW) == 6  # an hour, a day, a shift, three states
    assert agree(engine, store)
    assert ShopFloorPoints(engine, store, zone).turn(NOW) == 0


# ------------------------------------------------------------------ shifts


def described(engine, **more: object) -> None:
    its = {"key": "press-1", "at": 1, "micro_stop_s": 120, "max_gap_s": 60, "bucket_s": 600}
    said = WorkUnitDescription(**its, timezone="Asia/Ho_Chi_Minh", **more)
    with registry.transaction(engine) as session:
        shop_floor.take_work_unit(session, EdgeId("sa-dec", "press-shop"), said, msgspec.json.encode(said).decode())


def by_shift(store) -> dict:
    return {(one.tags[3], (one.at - T0) / MIN): one.numbers for one in store.told(ELEMENT_SHIFT, {}, *ALL)}


def test_a_shift_is_one_point_at_its_beginning_whatever_it_made_and_wherever_it_ends(store, floor, telling) -> None:
    """Shifts in the order in which they were worked: of a day, and over midnight."""
    floor.came(
        floor.bucket(T0 + 13 * HOUR, 1, floor.part("cap-38", total=30), floor.part("cap-28", total=7)),
        floor.bucket(T0 + 14 * HOUR, 1, floor.part("cap-38", RUN=60), floor.part(shift="B@2026-11-21", RUN=540)),
        floor.bucket(T0 + 22 * HOUR, 1, floor.part(shift="C@2026-11-21", STOP=600, total=1)),
        floor.bucket(T0 + 29 * HOUR, 1, floor.part(shift="C@2026-11-21", RUN=600)),
        floor.bucket(T0 + 30 * HOUR, 1, floor.part("", "", 0, NOT_SCHEDULED=600)),
    )
    telling.turn(NOW)
    there = by_shift(store)
    assert {key: (its["observed_s"], its["total"]) for key, its in there.items()} == {
        ("A", 13 * 60): (1260.0, 67.0),
        ("B", 14 * 60): (540.0, 30.0),
        ("C", 22 * 60): (1200.0, 31.0),
    }
    assert {its[TARGET_OEE] for its in there.values()} == {0.6}
    floor.came(floor.bucket(T0 + 12 * HOUR, 1, floor.part(total=5)))  # late, and earlier than all
    telling.turn(NOW)
    there = by_shift(store)
    assert there["A", 12 * 60]["total"] == 72.0
    assert set(there["A", 13 * 60].values()) == {0.0}
    assert telling.turn(NOW) == 0


def test_a_shift_carries_the_target_of_its_machine_and_none_where_no_pieces_are_counted(
    engine, store, floor, telling
) -> None:
    described(engine, revision=1, target_oee=0.75)
    floor.came(floor.bucket(T0, 1, floor.part()))
    telling.turn(NOW)
    assert by_shift(store)["A", 0][TARGET_OEE] == 0.75
    described(engine, revision=2, target_oee=0.75, counts_pieces=False)
    floor.came(floor.bucket(T0 + DAY, 1, floor.part(shift="A@2026-11-22")))
    telling.turn(NOW)
    assert TARGET_OEE not in by_shift(store)["A", 24 * 60]


# ------------------------------------------------------------------ states


def timeline(store) -> list[tuple[float, str]]:
    """Minutes after T0, and the state from then on."""
    return [((one.at - T0) / MIN, one.texts["state"]) for one in store.told(WORK_UNIT_STATE, {}, *ALL)]


def test_a_timeline_has_a_point_where_stops_begin_and_end_and_where_buckets_begin(store, floor, telling) -> None:
    floor.came(
        floor.bucket(T0, 1, floor.part(RUN=420, FAULT=180)),
        floor.bucket(T0 + 10 * MIN, 1, floor.part(FAULT=300, SETUP=300)),
        floor.bucket(T0 + 20 * MIN, 1, floor.part("", "", 0, NOT_SCHEDULED=600)),
        floor.stop(T0 + 7 * MIN, T0 + 15 * MIN, title={"vi": "Kẹt khuôn", "en": "Mould jammed"}),
        floor.stop(T0 + 15 * MIN, T0 + 20 * MIN, kind="SETUP"),
    )
    telling.turn(NOW)
    assert timeline(store) == [(0, "RUN"), (7, "FAULT"), (10, "FAULT"), (15, "SETUP"), (20, "NOT_SCHEDULED")]
    jam = store.told(WORK_UNIT_STATE, {}, T0 + 7 * MIN, T0 + 8 * MIN)[0]
    assert jam.tags == ("sa-dec", "press-shop", "press-1")
    assert jam.texts == {"state": "FAULT", "reason_vi": "Kẹt khuôn", "reason_en": "Mould jammed"}
    assert jam.numbers == {"state_code": 5.0}


def test_a_stop_that_ends_later_after_all_or_is_none_leaves_no_wrong_state(store, floor, telling) -> None:
    floor.came(floor.stop(T0, T0 + 5 * MIN), floor.stop(T0 + 30 * MIN, None))
    telling.turn(NOW)
    assert timeline(store) == [(0, "FAULT"), (5, "RUN"), (30, "FAULT")]
    floor.came(floor.stop(T0, T0 + 8 * MIN, 2), floor.stop(T0 + 30 * MIN, T0 + 31 * MIN, 2, gone=True))
    telling.turn(NOW)
    assert timeline(store) == [(0, "FAULT"), (5, "FAULT"), (8, "RUN"), (30, "RUN")]
    assert telling.turn(NOW) == 0


def test_a_stop_that_lasts_over_midnight_holds_in_the_buckets_of_the_next_day(store, floor, telling) -> None:
    midnight = T0 + 7 * HOUR  # of UTC, by which points are made
    floor.came(floor.stop(midnight - MIN, None))
    telling.turn(midnight + MIN)
    floor.came(floor.bucket(midnight, 1, floor.part(FAULT=120, RUN=480)))
    telling.turn(midnight + 10 * MIN)
    assert [state for _, state in timeline(store)] == ["FAULT", "FAULT"]
    floor.came(floor.stop(midnight - MIN, midnight + 2 * MIN, 2))
    telling.turn(midnight + 10 * MIN)
    assert [state for _, state in timeline(store)] == ["FAULT", "FAULT", "RUN"]


@pytest.mark.parametrize(
    ("since", "until"),
    [(0, 600 * S), (2**63 - 1 - 600 * S, 2**63 - 1), (2**62, 2**63 - 1), (0, 2**63 - 1), (T0, T0 - 5)],
    ids=["1970", "2262", "a_century", "from_1970_to_2262", "backwards"],
)
def test_a_clock_that_has_gone_mad_keeps_nothing_else_from_being_told(
    store, floor, telling, since: int, until: int
) -> None:
    mad = {"key": f"a-1.{since}", "revision": 1, "at": 1, "work_unit": "a-1", "since": since, "until": until}
    floor.came(Elements(**mad, parts=(floor.part(shift="A@9999-12-31"),)), floor.bucket(T0, 1, floor.part()))
    floor.came(floor.stop(since, until), floor.stop(since + 1, None))
    telling.turn(NOW)
    assert telling.turn(NOW) == 0
    assert [one.at for one in store.told(ELEMENT_DAY, {"work_unit": "press-1"}, *ALL)] == [T0]
