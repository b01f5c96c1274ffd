"""The live engine, killed and late, gives what an engine gives that sees everything at once."""

import random

import pytest
from floor import HOUR, NS, START, World

from edge_agent.kpi.elements import add_up

BUCKET = 600 * NS


def drive(floor, world, random, *, kills=0.0, late=0.0, fails=0.0):
    """Feed a world in transactions of some seconds; late samples come minutes to an hour after their time."""
    waiting = []
    k, seconds = 0, len(world.states)
    while k < seconds:
        step = random.choice((1, 3, 10, 30))
        fresh = [world.sample(j) for j in range(k, min(k + step, seconds)) if world.heard[j]]
        k += step
        now = START + min(k, seconds) * NS
        if random.random() < late:
            waiting.append((now + random.randrange(1, 3600) * NS, fresh))
            fresh = []
        due = [one for one in waiting if one[0] <= now]
        waiting = [one for one in waiting if one[0] > now]
        fresh += [sample for _, some in due for sample in some]
        if random.random() < fails:
            floor.fail(fresh, now)
        floor.follow(fresh, now)
        if random.random() < kills:
            floor.kill()
    floor.follow([sample for _, some in waiting for sample in some], START + seconds * NS)
    end = START + seconds * NS + 2 * HOUR
    for now in range(START + seconds * NS, end, 60 * NS):
        floor.follow([], now)
    return end


def same(floor, world, end, bookings=()):
    found = floor.elements()
    closed = [start for start in sorted(found) if start + BUCKET <= end - 600 * NS]
    windows = [(start, start + BUCKET) for start in closed]
    truth = world.truth(windows, end, bookings)
    sums = [floor.sums(start, start + 1) for start in closed]
    assert closed == list(range(closed[0], closed[-1] + 1, BUCKET)), "no bucket is missing"
    for start, one, other in zip(closed, sums, truth, strict=True):
        minute = (start - START) // (60 * NS)
        assert one.ns == other.ns, minute
        nothing = {key: pieces for key, pieces in other.products.items() if pieces.total or pieces.reject}
        assert dict(one.products) == nothing, minute
        assert (one.unplanned, one.unattributed, one.no_product) == (
            other.unplanned,
            other.unattributed,
            other.no_product,
        )
        assert (one.failures, one.failing_ns) == (other.failures, other.failing_ns), minute
    return add_up(sums)


@pytest.mark.parametrize("seed", range(2))
def test_an_uninterrupted_run_gives_the_same_figures(make_floor, seed):
    chance = random.Random(seed)
    world = World.at_random(chance, 1.5)
    floor = make_floor()
    same(floor, world, drive(floor, world, chance))


@pytest.mark.parametrize("seed", range(10, 12))
def test_kills_and_full_disks_change_nothing(make_floor, seed):
    chance = random.Random(seed)
    world = World.at_random(chance, 1.5)
    floor = make_floor()
    same(floor, world, drive(floor, world, chance, kills=0.03, fails=0.03))


@pytest.mark.parametrize("seed", range(20, 23))
def test_what_comes_late_is_taken_back_to_its_place(make_floor, seed):
    chance = random.Random(seed)
    world = World.at_random(chance, 1.5)
    floor = make_floor()
    same(floor, world, drive(floor, world, chance, kills=0.01, late=0.05))
