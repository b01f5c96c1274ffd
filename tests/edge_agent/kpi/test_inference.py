"""Running and standing told by the counter alone, against a rule that looks at each instant."""

from random import Random

import numpy as np
import pytest

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.inference import infer_states
from edge_agent.kpi.spans import steps


def state_at(instant: int, known: list[int], stop_after: int, until: int) -> Bucket:
    """By the rule: it stands between two pieces that are too far apart."""
    before = max((at for at in known if at <= instant), default=None)
    if before is None:
        return Bucket.UNKNOWN
    after = min((at for at in known if at > instant), default=max(until, before))
    return Bucket.STOP if after - before >= stop_after else Bucket.RUN


def inferred(pieces: list[int], stop_after: int, first: int | None, until: int):
    at, states = infer_states(np.array(pieces, dtype=np.int64), stop_after, first, until)
    return steps(at, states, Bucket.UNKNOWN)


def test_one_piece_between_two_long_waits_is_one_stop() -> None:
    found = inferred([10, 11, 100, 500, 501], 20, None, 510)
    assert found.edges.tolist() == [10, 11, 500]
    assert found.codes.tolist() == [Bucket.UNKNOWN, Bucket.RUN, Bucket.STOP, Bucket.RUN]


@pytest.mark.parametrize("seed", range(40))
def test_every_instant_has_the_state_that_the_rule_gives_it(seed: int) -> None:
    chance = Random(seed)
    first = chance.choice((None, 5))
    pieces = sorted(chance.sample(range(5 if first is None else 6, 400), chance.randrange(1, 60)))
    until, stop_after = chance.choice((pieces[-1], pieces[-1] + 30)), chance.choice((2, 7, 20))
    known = pieces if first is None else [first, *pieces]
    found = inferred(pieces, stop_after, first, until)
    for instant in range(max(until, known[-1])):
        assert found.at(np.array([instant]))[0] == state_at(instant, known, stop_after, until), instant
