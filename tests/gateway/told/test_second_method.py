"""Roll-ups against numpy over what was said last: late, revised, out of order, on days of 23, 24 and 25 hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from edge_agent.wire.schema import ELEMENT_DAY, ELEMENT_HOUR, ELEMENT_SHIFT, TARGET
from edge_agent.wire.shop_floor import Elements, WorkUnitDescription
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.registry import transaction
from gateway.told.shop_floor import ShopFloorPoints

S = 10**9
MIN, HOUR, DAY = 60 * S, 3600 * S, 86_400 * S
EDGE = EdgeId("sa-dec", "press-shop")
SUMS = ("total", "run_s", "unknown_s", "ideal_s", "all_wh", "observed_s", "planned_busy_s")


@pytest.fixture
def says(engine):
    """The edge describes its machine."""

    def say(revision: int, timezone: str, **more: object) -> None:
        its = {"key": "press-1", "revision": revision, "at": revision, "micro_stop_s": 120, "max_gap_s": 60}
        said = WorkUnitDescription(**its, bucket_s=900, timezone=timezone, **more)
        with transaction(engine) as session:
            shop_floor.take_work_unit(session, EDGE, said, msgspec.json.encode(said).decode())

    return say


def wall(zone: ZoneInfo, at: int) -> datetime:
    return datetime.fromtimestamp(at // S, zone)


def shift_of(zone: ZoneInfo, at: int) -> str:
    """A from 06:00, B from 14:00, C from 22:00 over midnight; nothing on Sundays' afternoons."""
    local = wall(zone, at)
    if local.isoweekday() == 7 and 14 <= local.hour < 22:
        return ""
    day = local.date() - timedelta(days=local.hour < 6)
    return f"{'A' if 6 <= local.hour < 14 else 'B' if 14 <= local.hour < 22 else 'C'}@{day}"


def drawn(rng: np.random.Generator, floor, zone: ZoneInfo, since: int, revision: int) -> Elements:
    shift = shift_of(zone, since)
    parts = []
    for product in rng.permutation(["cap-38", "nắp 5, xanh=1", ""])[: rng.integers(0, 3)]:
        run_s = float(rng.uniform(0, 400))
        one = floor.part(str(product), shift, int(rng.integers(400)), wh=float(rng.uniform(0, 9)), RUN=run_s, UNKNOWN=7)
        parts.append(one)
    key = {"key": f"press-1.{since}", "revision": revision, "at": since, "work_unit": "press-1"}
    return Elements(**key, since=since, until=since + 15 * MIN, parts=tuple(parts))


def by_numpy(zone: ZoneInfo, said: list[Elements], measurement: str) -> dict:
    """Each sum of each bin, by products and shifts; those of all zeros left out."""
    found: dict = {}
    for bucket in said:
        for part in bucket.parts:
            name, _, day = part.shift.partition("@")
            local = wall(zone, bucket.since)
            on = datetime.fromisoformat(day) if day else local.replace(hour=0, minute=0, tzinfo=None)
            bins = {
                ELEMENT_HOUR: (part.product or "-", name or "-", bucket.since // HOUR * HOUR),
                ELEMENT_DAY: (part.product or "-", name or "-", int(on.replace(tzinfo=zone).timestamp()) * S),
                ELEMENT_SHIFT: (name, str(on.date())) if name else None,
            }
            if bins[measurement] is None:
                continue
            run, unknown = part.ns["RUN"] / S, part.ns["UNKNOWN"] / S
            ideal, wh = (part.ideal_cycle_s or 0) * part.total, sum(part.energy_wh.values())
            row = (part.total, run, unknown, ideal, wh, run, run + unknown)
            found.setdefault(bins[measurement], []).append(row)
    return {key: np.array(rows).sum(axis=0) for key, rows in found.items() if np.any(rows)}


def told(store, zone: ZoneInfo, measurement: str) -> dict:
    found = {}
    for one in store.told(measurement, {}, 0, 2**62):
        values = [one.numbers.get(name, 0.0) for name in SUMS]
        local = wall(zone, one.at)
        key = (*one.tags[3:], one.at) if measurement != ELEMENT_SHIFT else (one.tags[3], str(local.date()))
        if any(values) and key[:1] != ("C",):
            found[key] = values
        elif any(values):  # a night's first bucket may come after midnight
            found["C", str((local - timedelta(hours=6)).date())] = values
    return found


@pytest.mark.parametrize(
    ("name", "first", "seed"),
    [("Europe/Berlin", "2026-03-28", 1), ("Europe/Berlin", "2026-10-24", 2), ("Asia/Kolkata", "2026-11-21", 3)],
    ids=["a_day_of_23_hours", "a_day_of_25_hours", "half_an_hour_off"],
)
def test_all_bins_are_the_sums_of_the_last_revisions_whatever_came_when(
    engine, store, floor, says, name: str, first: str, seed: int
) -> None:
    rng, zone = np.random.default_rng(seed), ZoneInfo(name)
    says(1, name)
    telling = ShopFloorPoints(engine, store, ZoneInfo("Asia/Ho_Chi_Minh"))
    start = int(datetime.fromisoformat(first).replace(tzinfo=zone).timestamp()) * S
    last: dict[int, Elements] = {}
    for _ in range(3):
        some = rng.choice(3 * 96, size=120)
        records = [drawn(rng, floor, zone, start + int(k) * 15 * MIN, int(rng.integers(1, 9))) for k in some]
        for one in records:
            if one.since not in last or one.revision > last[one.since].revision:
                last[one.since] = one
        floor.came(*records)
        telling.turn(start + 4 * DAY)
    for measurement in (ELEMENT_HOUR, ELEMENT_DAY, ELEMENT_SHIFT):
        wanted, there = by_numpy(zone, list(last.values()), measurement), told(store, zone, measurement)
        assert there.keys() == wanted.keys(), measurement
        for key, values in wanted.items():
            assert there[key] == pytest.approx(values, rel=1e-12, abs=1e-12), (measurement, key)
    assert telling.turn(start + 4 * DAY) == 0


def test_a_machine_whose_wall_clock_was_wrong_has_each_piece_once_by_the_right_one(store, floor, says, engine) -> None:
    says(1, "UTC")
    telling = ShopFloorPoints(engine, store, ZoneInfo("Asia/Ho_Chi_Minh"))
    start = 1_795_194_000 * S  # midnight in Vietnam
    floor.came(*(floor.bucket(start + k * 2 * HOUR, 1, floor.part(shift="", total=1)) for k in range(24)))
    telling.turn(start + 3 * DAY)
    assert len(store.told(ELEMENT_DAY, {}, 0, 2**62)) == 3
    says(2, "Asia/Ho_Chi_Minh")
    telling.turn(start + 3 * DAY)
    days = {one.at: one.numbers["total"] for one in store.told(ELEMENT_DAY, {}, 0, 2**62) if one.numbers["total"]}
    assert days == {start: 12.0, start + DAY: 12.0}
    assert telling.turn(start + 3 * DAY) == 0


def test_a_target_of_today_is_none_of_yesterday_though_yesterday_is_made_anew(store, floor, says, engine) -> None:
    start = 1_795_194_000 * S
    telling = ShopFloorPoints(engine, store, ZoneInfo("Asia/Ho_Chi_Minh"))
    says(1, "Asia/Ho_Chi_Minh", target_oee=0.5)
    floor.came(floor.bucket(start, 1, floor.part()))
    says(2, "Asia/Ho_Chi_Minh", target_oee=0.8)
    floor.came(floor.bucket(start + DAY, 1, floor.part(shift="A@2026-11-22")), floor.bucket(start, 2, floor.part()))
    telling.turn(start + 2 * DAY)
    assert [one.numbers[TARGET] for one in store.told(ELEMENT_DAY, {}, 0, 2**62)] == [300.0, 480.0]
    assert [one.numbers["target_oee"] for one in store.told(ELEMENT_SHIFT, {}, 0, 2**62)] == [0.5, 0.8]
