"""Late scrap whose instant does not count: in a silence, in a break, without a piece."""

from floor import CONFIG, NS, START, World

from edge_agent.kpi.buckets import Bucket
from edge_agent.wire.entries import LateScrap, ProductChoice

MINUTE = 60 * NS
BUCKET = 10 * MINUTE
TWO = '\n[[work_units.products]]\nname = "lid"\nideal_cycle_s = 4.0\n'


def run(floor, since_s: int, until_s: int, silent: tuple[range, ...] = ()) -> int:
    """A press that makes a piece every two seconds, but for stretches in which it is not heard; when it was over."""
    seconds = range(until_s)
    heard = [not any(k in stretch for stretch in silent) for k in seconds]
    world = World([Bucket.RUN] * until_s, [k // 2 for k in seconds], [0] * until_s, heard)
    for k in range(since_s, until_s, 10):
        some = [world.sample(j) for j in range(k, min(k + 10, until_s)) if heard[j]]
        floor.follow(some, START + min(k + 10, until_s) * NS)
    return START + until_s * NS


def scrap(made_at: int, product: str = "", key: str = "x") -> LateScrap:
    return LateScrap(key=key, work_unit="press-1", made_at=made_at, scrap=7, product=product)


def rejects(floor, bucket: int) -> dict[str, int]:
    [found] = [one for start, one in floor.elements().items() if start == START + bucket * BUCKET]
    return {part.product: part.reject for part in found.parts}


def test_scrap_of_an_hour_whose_middle_was_silent_is_booked_to_the_pieces_of_its_bucket(make_floor) -> None:
    floor = make_floor()
    now = run(floor, 0, 1500, (range(880, 1000),))
    floor.follow([], now, scrap(START + BUCKET + BUCKET // 2))
    assert (rejects(floor, 0), rejects(floor, 1)) == ({"bracket": 0}, {"bracket": 7})


def test_scrap_of_a_bucket_without_any_piece_stays_unbooked(make_floor) -> None:
    floor = make_floor()
    now = run(floor, 0, 2500, (range(580, 1220),))
    floor.follow([], now, scrap(START + BUCKET + BUCKET // 2))
    assert [rejects(floor, k) for k in range(3)] == [{"bracket": 0}] * 3


def test_scrap_of_a_product_goes_to_the_pieces_of_that_product(make_floor) -> None:
    floor = make_floor(config=CONFIG + TWO)
    first = ProductChoice(key=f"press-1.{START}", work_unit="press-1", since=START, product="bracket")
    floor.follow([], START, first)
    run(floor, 0, 300)
    change = START + 5 * MINUTE
    second = ProductChoice(key=f"press-1.{change}", work_unit="press-1", since=change, product="lid")
    floor.follow([], change, second)
    now = run(floor, 300, 1500, (range(320, 420),))
    # Both in the silence: one nearer to lids, of brackets.
    floor.follow([], now, scrap(START + 400 * NS, "bracket", "a"), scrap(START + 330 * NS, "lid", "b"))
    assert rejects(floor, 0) == {"bracket": 7, "lid": 7}


def test_scrap_entered_before_its_bucket_is_over_is_booked_all_the_same(make_floor) -> None:
    floor = make_floor()
    now = run(floor, 0, 300, (range(100, 200),))
    floor.follow([], now, scrap(START + 150 * NS))
    run(floor, 300, 1500)
    assert rejects(floor, 0) == {"bracket": 7}
