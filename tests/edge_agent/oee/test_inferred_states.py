"""A machine that tells nothing but its counter: its stops, live and over many buckets, are those seen at once."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from floor import HOUR, LIMITS, NS, START, Floor, World

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evaluation import Evaluation, ProductSpan, evaluate
from edge_agent.kpi.evidence import Counter, Evidence
from edge_agent.kpi.inference import infer_states
from edge_agent.kpi.timeline import Plan
from edge_agent.wire.shop_floor import Stop

STOP_AFTER_S = 30
UNIT = f"stop_after_s = {STOP_AFTER_S}"
BUCKET = 600 * NS
EVER = 2**61


def at_once(world: World) -> Evaluation:
    """Everything that was heard, evaluated by somebody who saw none of it before; a shift without breaks."""
    heard = [k for k in range(len(world.states)) if world.heard[k]]
    at = np.array([world.at(k) for k in heard])
    made = np.array([world.made[k] for k in heard])
    pieces = at[1:][np.diff(made) > 0]
    event_at, states = infer_states(pieces, STOP_AFTER_S * NS, int(at[0]), int(at[-1]))
    counter = Counter("total", "total", at, made, Fraction(3, 2), 2**32)
    evidence = Evidence(event_at=event_at, event_state=states, counters=(counter,), heartbeat_at=at)
    plan = Plan(np.array([(START - HOUR, START + 7 * HOUR)]), np.array([(START + 3 * HOUR, START + 7 * HOUR // 2)]))
    return evaluate(evidence, plan, [ProductSpan("bracket", -EVER, EVER, 2.0)], LIMITS)


def follow(floor: Floor, world: World, chance: Random, kills: float) -> None:
    seconds = len(world.states)
    for k in range(0, seconds, 10):
        some = [world.sample(j) for j in range(k, min(k + 10, seconds)) if world.heard[j]]
        floor.follow(some, START + min(k + 10, seconds) * NS)
        if chance.random() < kills:
            floor.kill()


def stops_of(floor: Floor, until: int) -> list[tuple[int, int]]:
    found = sorted((one.since, one.until) for one in floor.book().records(Stop, most=5000) if one.until is not None)
    return [one for one in found if one[1] < until]


def test_a_stop_over_the_end_of_a_bucket_stays_one_stop(make_floor) -> None:
    floor = make_floor(UNIT)
    states = [Bucket.RUN] * 960 + [Bucket.STOP] * 900 + [Bucket.RUN] * 900
    made = [sum(1 for _ in range(0, min(k, 960), 2)) + max(k - 1860, 0) // 2 for k in range(len(states))]
    follow(floor, World(states, made, [0] * len(states), [True] * len(states)), Random(1), 0)
    [(since, until)] = stops_of(floor, EVER)
    assert (since, until) == (World.at(959), World.at(1862))
    spent = [floor.sums(START + k * BUCKET, START + k * BUCKET + 1).ns[Bucket.STOP] for k in range(1, 4)]
    assert spent == [START + 2 * BUCKET - since, BUCKET, until - START - 3 * BUCKET]


@pytest.mark.parametrize("seed", range(4))
def test_elements_and_stops_are_those_seen_at_once(make_floor, seed: int) -> None:
    chance, floor = Random(seed), make_floor(UNIT)
    world = World.at_random(chance, 2.5)
    follow(floor, world, chance, kills=0.01)
    evaluation = at_once(world)
    starts = [start for start in sorted(floor.elements()) if start + 2 * BUCKET < START + len(world.states) * NS]
    assert len(starts) >= 12
    truth = evaluation.elements(np.array([(start, start + BUCKET) for start in starts]))
    for start, expected in zip(starts, truth, strict=True):
        found = floor.sums(start, start + 1)
        minute = (start - START) // (60 * NS)
        assert (found.ns, found.total, found.unattributed) == (expected.ns, expected.total, expected.unattributed), (
            minute
        )
    stops, until = evaluation.timeline.stops, starts[-1]
    whole = zip(stops.since.tolist(), stops.until.tolist(), stops.is_minor.tolist(), strict=True)
    assert stops_of(floor, until) == [(a, b) for a, b, minor in whole if not minor and b < until]
