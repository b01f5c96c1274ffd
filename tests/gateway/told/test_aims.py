"""What machines aim at, as sums: seconds of a target beside ideal seconds, pieces by the demand of a shift."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from edge_agent.wire.schema import ELEMENT_DAY, ELEMENT_HOUR, ELEMENT_SHIFT, TARGET, WANTED
from edge_agent.wire.shop_floor import CalendarKept, WorkUnitDescription
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.ingest.records import put_record
from gateway.registry import transaction
from gateway.told.shop_floor import ShopFloorPoints

S = 10**9
MIN, HOUR, DAY = 60 * S, 3600 * S, 86_400 * S
T0 = 1_795_194_000 * S
"""2026-11-21 00:00 in Vietnam."""
NOW = T0 + 5 * DAY
EDGE = EdgeId("sa-dec", "press-shop")
SHIFT_A = {
    "name": "A",
    "start": "06:00",
    "end": "14:00",
    "breaks": [{"start": "10:00", "end": "10:15"}, {"start": "13:45", "end": "14:00"}],
}
CALENDAR = {"name": "calendar", "timezone": "Asia/Ho_Chi_Minh", "shifts": [SHIFT_A]}


@pytest.fixture
def telling(engine, store) -> ShopFloorPoints:
    return ShopFloorPoints(engine, store, ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def says(engine):
    """What the edge says of its machine."""

    def say(revision: int = 1, **more: object) -> None:
        its = {"key": "press-1", "revision": revision, "at": revision, "micro_stop_s": 120, "max_gap_s": 60}
        said = WorkUnitDescription(**its, bucket_s=600, timezone="Asia/Ho_Chi_Minh", **more)
        with transaction(engine) as session:
            shop_floor.take_work_unit(session, EDGE, said, msgspec.json.encode(said).decode())

    return say


@pytest.fixture
def works_by_a_calendar(engine) -> None:
    its = {"number": 1, "first_day": "2026-01-01", "who": "agent.toml", "why": "configured", "body": CALENDAR}
    kept = CalendarKept(key="1", revision=1, at=1, **its)
    with transaction(engine) as session:
        put_record(session, EDGE, "calendar", kept, msgspec.json.encode(kept).decode())


def sums(store, measurement: str, name: str) -> float:
    return sum(one.numbers[name] for one in store.told(measurement, {}, 0, 2**62))


def shift_a(floor, *, product: str = "cap-38") -> None:
    """All of shift A: breaks, half an hour of breakdown, ten minutes of which nobody knows anything."""
    since = T0 + 6 * HOUR
    for k in range(48):
        minutes = range(k * 10, k * 10 + 10)
        rest = sum(240 <= minute < 255 or minute >= 465 for minute in minutes) * 60.0
        state = "FAULT" if 3 <= k < 6 else "UNKNOWN" if k == 8 else "RUN"
        its = floor.part(product, PLANNED_STOP=rest, **{state: 600.0 - rest})
        floor.came(floor.bucket(since + k * 10 * MIN, 1, its))


def test_a_shift_wants_its_demand_whatever_stood_still_and_no_piece_in_its_breaks(
    store, floor, telling, says, works_by_a_calendar
) -> None:
    says(target_oee=0.75, demand_per_shift=900)
    shift_a(floor)
    telling.turn(NOW)
    for measurement in (ELEMENT_HOUR, ELEMENT_DAY, ELEMENT_SHIFT):
        assert sums(store, measurement, WANTED) == pytest.approx(900, rel=1e-12)
        # By hand: 7.5 h less 10 minutes of which nothing is known.
        assert sums(store, measurement, TARGET) == pytest.approx(0.75 * (7.5 * 3600 - 600), rel=1e-12)
    by_hour = [one.numbers[WANTED] for one in store.told(ELEMENT_HOUR, {}, 0, 2**62)]
    assert by_hour == pytest.approx([120, 120, 120, 120, 90, 120, 120, 90], rel=1e-12)
    assert telling.turn(NOW) == 0


def test_without_demand_or_calendar_the_target_wants_its_share_of_planned_time(store, floor, telling, says) -> None:
    says(target_oee=0.6, demand_per_shift=900)  # nobody knows how long a shift is
    floor.came(floor.bucket(T0 + 6 * HOUR, 1, floor.part(RUN=300, UNKNOWN=210, PLANNED_STOP=90)))
    telling.turn(NOW)
    [hour] = store.told(ELEMENT_HOUR, {}, 0, 2**62)
    assert hour.numbers[WANTED] == pytest.approx(510 * 0.6 / 1.7, rel=1e-12)
    assert hour.numbers[TARGET] == pytest.approx(300 * 0.6, rel=1e-12)


def test_who_said_nothing_aims_at_nothing_and_so_does_who_counts_no_pieces(store, floor, telling, says) -> None:
    floor.came(floor.bucket(T0, 1, floor.part()))
    telling.turn(NOW)
    [hour] = store.told(ELEMENT_HOUR, {}, 0, 2**62)
    assert not {TARGET, WANTED} & hour.numbers.keys()
    says(target_oee=0.6, demand_per_shift=900, counts_pieces=False)
    floor.came(floor.bucket(T0 + HOUR, 1, floor.part()))
    telling.turn(NOW)
    assert not any({TARGET, WANTED} & one.numbers.keys() for one in store.told(ELEMENT_HOUR, {}, 0, 2**62))


def test_a_target_of_another_day_counts_from_the_hours_that_are_told_after_it_was_said(
    store, floor, telling, says
) -> None:
    says(target_oee=0.5)
    floor.came(floor.bucket(T0, 1, floor.part()))
    telling.turn(NOW)
    says(2, target_oee=0.8)
    floor.came(floor.bucket(T0 + DAY, 1, floor.part(shift="A@2026-11-22")))
    telling.turn(NOW)
    assert [one.numbers[TARGET] for one in store.told(ELEMENT_HOUR, {}, 0, 2**62)] == [300.0, 480.0]
