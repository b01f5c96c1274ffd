"""Points as they should be, against those that are there: what is to be written, and what is to go."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from math import isfinite
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from gateway.timeseries import Analysed
from gateway.timeseries.points import TAGS_OF, Point, kept, line_of, tag

log = logging.getLogger(__name__)
_AT_ONCE = 5000


class Gone(Enum):
    """What becomes of points and fields that should not be there."""

    DROPPED = auto()
    """They go, where the store can drop points; else they stay."""
    ZERO = auto()
    """They become zero: of what adds up. Every store can do that."""


class Difference(NamedTuple):
    """What makes of points that are there those that should be.

    Attributes:
        drop: To be dropped, before anything is written.
        write: To be written.
    """

    drop: list[Point]
    write: list[Point]


def point(
    measurement: str, tags: Sequence[str], numbers: Mapping[str, float | None], texts: Mapping[str, str], at: int
) -> Point:
    """A point without what is not known; tags and texts as InfluxDB can keep them: they are found the same again.

    >>> point("plan", ("87", ""), {"met": 2, "tasks": None}, {}, 7)
    Point(measurement='plan', tags=('87', '-'), numbers={'met': 2.0}, texts={}, at=7)
    """
    known = {name: float(value) for name, value in numbers.items() if value is not None and isfinite(value)}
    assert len(tags) == len(TAGS_OF[measurement]), "each tag has a value"
    return Point(measurement, tuple(map(tag, tags)), known, {name: kept(text) for name, text in texts.items()}, at)


def difference(wanted: Iterable[Point], there: Iterable[Point], gone: Gone) -> Difference:
    """Compare.

    Args:
        wanted: As it should be; each tags and time once.
        there: As it is.
        gone: What becomes of what should not be there.
    """
    found = Difference([], [])
    # The first hour of a day and the day have the same tags and time.
    left = {(one.measurement, one.tags, one.at): one for one in there}
    for one in wanted:
        if not (one.numbers or one.texts):
            continue  # nothing is known: InfluxDB has no point without a field
        before = left.pop((one.measurement, one.tags, one.at), None)
        if before is None:
            found.write.append(one)
            continue
        after = _zeroed(before, one) if gone is Gone.ZERO else one
        if (after.numbers, after.texts) == (before.numbers, before.texts):
            continue
        if not (before.numbers.keys() <= after.numbers.keys() and before.texts.keys() <= after.texts.keys()):
            found.drop.append(before)
        found.write.append(after)
    for before in left.values():
        if gone is Gone.DROPPED:
            found.drop.append(before)
        elif any(before.numbers.values()):
            found.write.append(_zeroed(before, before._replace(numbers={}, texts={})))
    return found


def mirror(store: Analysed, wanted: Sequence[Point], there: Sequence[Point], gone: Gone) -> int:
    """Make the store hold what it should; how many points changed.

    Raises:
        gateway.timeseries.StoreUnavailableError: Some may be written, and some not; call again.
    """
    its = difference(wanted, there, gone)
    dropped = its.drop if its.drop and store.forget_points(its.drop) else []
    write(store, its.write)
    return len({(one.measurement, one.tags, one.at) for one in (*dropped, *its.write)})


def write(store: Analysed, points: Sequence[Point]) -> None:
    """Write points, some at once; one that the store refuses is a mistake of ours and is logged."""
    for start in range(0, len(points), _AT_ONCE):
        for line, why in store.write([line_of(one) for one in points[start : start + _AT_ONCE]]):
            log.error("the store refused a point for analysts: %s (%s)", why, line[:200])


@contextmanager
def alone(engine: Engine, key: int) -> Iterator[bool]:
    """Whether this turn is ours: of several processes on one PostgreSQL only one makes points of a kind at a time.

    Args:
        engine: Of the registry.
        key: Of the advisory lock.
    """
    if engine.dialect.name != "postgresql":
        yield True  # its file is one gateway's
        return
    with engine.connect() as connection:
        # For the session, not a transaction: none is to stand open while a slow store is written.
        is_ours = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        connection.commit()
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(select(func.pg_advisory_unlock(key)))
                connection.commit()


def _zeroed(before: Point, after: Point) -> Point:
    """``after``, and zero for all that it does not say."""
    numbers = dict.fromkeys(before.numbers, 0.0) | after.numbers
    return after._replace(numbers=numbers, texts=dict.fromkeys(before.texts, "") | after.texts)
