import math
import random

import pytest

from gateway.timeseries import Refused
from gateway.timeseries.halving import RefusedBatchError, write_halving


class Store:
    """Refuses a batch that holds a poisonous line, and stores nothing of it, as InfluxDB 2 does."""

    def __init__(self, poison: set[str]) -> None:
        self.poison = poison
        self.stored: list[str] = []
        self.requests = 0

    def send(self, lines):
        self.requests += 1
        for line in lines:
            if line in self.poison:
                msg = f"400: {line} is poison"
                raise RefusedBatchError(msg)
        self.stored += lines


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 1000])
def test_poison_stands_alone_and_all_else_is_stored(n):
    lines = [f"line {i}" for i in range(n)]
    for k in {0, min(1, n), min(5, n), n}:
        poison = set(random.Random(k).sample(lines, k))
        store = Store(poison)
        refused = write_halving(lines, store.send)
        assert refused == [Refused(line, f"400: {line} is poison") for line in lines if line in poison]
        assert store.stored == [line for line in lines if line not in poison]
        assert store.requests <= 1 + 2 * k * math.ceil(math.log2(n or 1))


def test_a_store_that_goes_away_in_between_is_heard():
    def send(lines):
        if len(lines) > 2:
            msg = "400"
            raise RefusedBatchError(msg)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_halving(list("abcd"), send)
