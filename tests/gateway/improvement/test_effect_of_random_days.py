"""What a loss took before and after an action, against a second method: every second of random days, one by one."""

import random
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec
import pytest

from edge_agent.kpi.losses import DEFECTS, REDUCED_SPEED, SIX
from edge_agent.wire.entries import ImprovementAction, Maintenance
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from gateway.api.improvement_tables import needs_of
from gateway.improvement import Found, Gathered, effect_of

S = 10**9
HOUR = 3600 * S
DAY = 24 * HOUR
ZONE = ZoneInfo("Asia/Kathmandu")
MIDNIGHT = 1_764_008_100 * S
"""2025-11-25 00:00 in Nepal, a quarter of an hour beside every full hour of UTC."""
BUCKET = HOUR
DONE = MIDNIGHT + 10 * HOUR
OBSERVED = ("RUN", "FAULT", "STOP", "SETUP", "MINOR_STOP")
OF_STATE = {"breakdown": "FAULT", "stops": "STOP", "setup": "SETUP", "minor_stops": "MINOR_STOP"}
UNITS = ("press-1", "press-2")


def buckets(chance: random.Random, unit: str) -> list[Elements]:
    """Three weeks around the action, nearly all of them told of and observed."""
    told = []
    for since in range(MIDNIGHT // BUCKET * BUCKET - 9 * DAY, MIDNIGHT + 10 * DAY, BUCKET):
        if chance.random() < 0.01:
            continue
        cuts = sorted(chance.randrange(BUCKET) for _ in range(5))
        lengths = [b - a for a, b in zip([0, *cuts], [*cuts, BUCKET], strict=True)]
        ns = dict(zip((*OBSERVED, "NOT_PLANNED"), lengths, strict=True))
        ns["UNKNOWN"], ns["RUN"] = ns["RUN"] // 50, ns["RUN"] - ns["RUN"] // 50
        part = Part(
            shift="A@2025-11-01", product="cap", ideal_cycle_s=0.7, ns=ns, total=chance.randrange(300), reject=3
        )
        key = f"{unit}.{since}"
        told.append(
            Elements(key=key, revision=1, at=1, work_unit=unit, since=since, until=since + BUCKET, parts=(part,))
        )
    return told


def stops(chance: random.Random, unit: str) -> list[Stop]:
    """Some a day, some across a midnight, half of them of the reason."""
    told, since = [], MIDNIGHT - 9 * DAY
    while since < MIDNIGHT + 10 * DAY:
        since += chance.randrange(5 * HOUR)
        until = since + chance.randrange(1, 2 * HOUR)
        its = {"work_unit": unit, "kind": "STOP", "planned_ns": chance.randrange(until - since)}
        reason = chance.choice(("no-material", "other", ""))
        told.append(Stop(key=f"{unit}.{since}", revision=1, at=1, since=since, until=until, reason=reason, **its))
        since = until
    return told


def taken(told: list[Elements], loss: str) -> Fraction:
    """Of these elements by this loss, ns."""
    if loss in OF_STATE:
        return Fraction(sum(part.ns[OF_STATE[loss]] for one in told for part in one.parts))
    pieces = sum(part.reject if loss == DEFECTS else part.total for one in told for part in one.parts)
    ideal = Fraction("0.7") * pieces * S
    run = sum(part.ns["RUN"] for one in told for part in one.parts)
    return ideal if loss == DEFECTS else run - ideal


def share(told: list[Elements], stopped: list[Stop], since: int, until: int, loss: str) -> Fraction:
    """Of the observed time of a stretch, by the elements that lie whole in it."""
    inside = [one for one in told if one.since >= since and one.until <= until]
    observed = sum(part.ns[state] for one in inside for part in one.parts for state in OBSERVED)
    if loss in SIX:
        return taken(inside, loss) / observed
    took = Fraction(0)
    for one in stopped:
        length = min(one.until, until) - max(one.since, since)
        if one.reason == loss and length > 0:
            took += Fraction(one.planned_ns * length, one.until - one.since)
    return took / observed


@pytest.fixture
def floor(office):
    """Two presses with random days, and an oven that counts no pieces."""
    chance = random.Random(5)
    described = {"revision": 1, "at": 1, "micro_stop_s": 60, "max_gap_s": 20, "bucket_s": 3600, "timezone": ZONE.key}
    told = {unit: buckets(chance, unit) for unit in (*UNITS, "oven")}
    stopped = {unit: stops(chance, unit) for unit in (*UNITS, "oven")}
    office.gateway.keep(*(WorkUnitDescription(key=unit, **described) for unit in UNITS))
    office.gateway.keep(WorkUnitDescription(key="oven", counts_pieces=False, **described))
    for unit, elements in told.items():
        office.gateway.keep(*elements, *stopped[unit])
    return office.gateway.shop_floor, told, stopped


def test_the_shares_before_and_after_are_those_of_every_element_and_stop(floor) -> None:
    shop_floor, told, stopped = floor
    action = ImprovementAction(key="1", revision=1, at=1, loss="", what="w", owner="o", due="", done_at=DONE)
    for loss in (*SIX, "no-material"):
        for unit in ("press-1", ""):
            asked = msgspec.structs.replace(action, loss=loss, work_unit=unit)
            found = effect_of(shop_floor, "sa-dec", "press-shop", asked, MIDNIGHT + 20 * DAY, ZONE, 7)
            of = [unit] if unit else [*UNITS] if loss in (REDUCED_SPEED, DEFECTS) else [*UNITS, "oven"]
            every = [one for name in of for one in told[name]], [one for name in of for one in stopped[name]]
            before = share(*every, MIDNIGHT - 7 * DAY, MIDNIGHT, loss)
            after = share(*every, MIDNIGHT + DAY, MIDNIGHT + 8 * DAY, loss)
            assert found.refusal is None
            assert (found.before.share, found.after.share) == (
                pytest.approx(float(before)),
                pytest.approx(float(after)),
            )
            assert found.change == pytest.approx(float(after - before))
            assert found.before.low <= found.before.share <= found.before.high


def test_of_a_machine_without_counters_no_loss_of_pieces_is_told(office) -> None:
    described = {"revision": 1, "at": 1, "micro_stop_s": 60, "max_gap_s": 20, "bucket_s": 3600, "timezone": ZONE.key}
    office.gateway.keep(WorkUnitDescription(key="oven", counts_pieces=False, **described))
    floor = office.gateway.shop_floor
    action = ImprovementAction(key="1", revision=1, at=1, loss=DEFECTS, what="", owner="", due="", done_at=DONE)
    asked = msgspec.structs.replace(action, work_unit="oven")
    assert effect_of(floor, "sa-dec", "press-shop", asked, MIDNIGHT + 20 * DAY, ZONE, 7) is None


def test_work_that_is_only_planned_needs_nobody_yet() -> None:
    work = [
        Maintenance(key=str(n), work_unit="press-1", kind="planned", since=since, until=until)
        for n, (since, until) in enumerate(((MIDNIGHT - DAY, None), (MIDNIGHT + DAY, None), (MIDNIGHT - DAY, MIDNIGHT)))
    ]
    found = Gathered([], [], [], [Found("sa-dec", "press-shop", one) for one in work], [], [])
    assert needs_of(found, MIDNIGHT, ZONE, 0) == [("maintenance", 1)]
