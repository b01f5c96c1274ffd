"""What is to be done in a session, in order: every point of every test, with its repeats."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from edge_agent.bench.formulas import parsed
from edge_agent.bench.procedure import Procedure, TestRule
from edge_agent.wire.bench import BenchItem, CalibrationCapture

UP, DOWN = "up", "down"
MOST_CAPTURES = 8_000
"""Of a test: a figure of the whole item names all of its captures, and a message holds 64 kB."""


class Step(NamedTuple):
    """One capture that is to be made.

    Attributes:
        test: Id of the test.
        point: Index of the point in it, from 0.
        repeat: From 1.
        nominal: What the point is to be, in the item's unit.
        direction: ``up``, ``down`` or empty.
        position: Where the load lies; empty: the test has no positions.
    """

    test: str
    point: int
    repeat: int
    nominal: float
    direction: str = ""
    position: str = ""


def steps(
    procedure: Procedure,
    item: BenchItem,
    seed: str,
    points: Mapping[str, Sequence[float]] | None = None,
    left_out: Sequence[str] = (),
) -> tuple[Step, ...]:
    """All captures of a run, in the order in which they are made.

    Args:
        procedure: Which.
        item: Whose range the points are made of.
        seed: The session's key: a random order is the same whenever it is asked for.
        points: Test -> nominal values, where the session has other ones than the procedure.
        left_out: Ids of optional tests that are not done.

    Raises:
        ValueError: A point's formula needs a range that the item does not state.
    """
    return tuple(
        step
        for test in procedure.tests
        if test.id not in left_out
        for step in _of(test, nominal_values(test, item, (points or {}).get(test.id)), seed)
    )


def nominal_values(test: TestRule, item: BenchItem, chosen: Sequence[float] | None = None) -> tuple[float, ...]:
    """The points of a test for an item, in its unit.

    Raises:
        ValueError: A formula needs a range that the item does not state.
    """
    if chosen is not None:
        return tuple(chosen)
    known = {"low": item.range_low, "high": item.range_high, "d": item.resolution}
    return tuple(_rounded(test, _value(test, text, known), known) for text in test.points)


def captures_of(test: TestRule, points: int) -> int:
    """How many captures a test with so many points is, at most.

    >>> from edge_agent.bench.loading import load_procedure
    >>> captures_of(load_procedure("pressure-gauge").procedure.tests[0], 6)
    24
    """
    return points * test.repeats * test.cycles * (2 if test.order == "up_down" else 1)


def next_step(wanted: Sequence[Step], captures: Sequence[CalibrationCapture]) -> Step | None:
    """The first step without an accepted capture; None: all are done."""
    done = {(one.test, one.point, one.repeat, one.direction) for one in captures if one.is_accepted and not one.gone}
    return next((s for s in wanted if (s.test, s.point, s.repeat, s.direction) not in done), None)


def _value(test: TestRule, text: str, known: Mapping[str, float | None]) -> float:
    expression = parsed(text)
    missing = [name for name in expression.names if known.get(name) is None]
    if missing:
        msg = (
            f"test {test.id}: the point {text!r} needs {', '.join(missing)} of the item, which is not stated. "
            "Enter the item's range, or the points themselves."
        )
        raise ValueError(msg)
    value = expression(**{name: float(known[name] or 0.0) for name in expression.names})
    assert isinstance(value, float), "real numbers give a real number"
    return value


def _rounded(test: TestRule, value: float, known: Mapping[str, float | None]) -> float:
    if not test.decimals_of:
        return value
    step = _value(test, test.decimals_of, known)
    if step <= 0:
        return value
    # Twelve digits: 0.1 * 660 is to be 66, not 66.00000000000001.
    made = float(f"{round(value / step) * step:.12g}")
    # A range that ends between two steps: beyond its end nothing is certified, and a bath may burst a thermometer.
    low, high = known["low"], known["high"]
    is_beyond = (low is not None and made < low <= value) or (high is not None and value <= high < made)
    return value if is_beyond else made


def _of(test: TestRule, nominal: Sequence[float], seed: str) -> Iterator[Step]:
    order = list(range(len(nominal)))
    if test.order == "random":
        random.Random(f"{seed} {test.id}").shuffle(order)
    legs: list[tuple[str, list[int]]] = [("", order)]
    if test.order == "down":
        legs = [("", order[::-1])]
    elif test.order == "up_down":
        legs = [(UP, order), (DOWN, order[-2::-1])]
    for cycle in range(test.cycles):
        for direction, leg in legs:
            for point in leg:
                position = test.positions[point] if point < len(test.positions) else ""
                for repeat in range(1, test.repeats + 1):
                    yield Step(test.id, point, cycle * test.repeats + repeat, nominal[point], direction, position)
