"""The timeline of a shift from what its edge told: stops to the second, the rest by nominal bucket. Pure.

Decision: what is no stop is laid into its nominal bucket in one piece a state, running first.
Because: an edge tells how long each lasted there and not where; the drawing is then right to one bucket, and its sums
are exact. It says so beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Stop
from gateway.shop_floor.book import NominalBucket

_FILL = ("RUN", "PLANNED_STOP", "UNKNOWN", "NOT_SCHEDULED")
_OF_STOPS = ("FAULT", "STOP", "MINOR_STOP", "SETUP")


class Stretch(NamedTuple):
    """A stretch of the timeline: UTC ns, half-open, and its bucket's name."""

    since: int
    until: int
    bucket: str


def timeline(
    buckets: Sequence[NominalBucket], stops: Sequence[Stop], live: WorkUnitStatus | None, start: int, end: int
) -> list[Stretch]:
    """What a work unit did in ``[start, end)``, by time; what nobody has told is a gap.

    Args:
        buckets: Nominal buckets, by time.
        stops: By time; one without an end lasts until ``end`` or as long as ``live`` says so.
        live: What it does now; it fills what no bucket tells of yet.
        start: UTC ns.
        end: UTC ns; the present, or the end of the shift.
    """
    known = [Stretch(stop.since, end if stop.until is None else stop.until, stop.kind) for stop in stops]
    found = [stretch for bucket in buckets for stretch in _of_bucket(bucket, known)]
    for gap in _gaps(start, end, [Stretch(bucket.since, _told_until(bucket), "") for bucket in buckets], ""):
        found += [cut for one in known if (cut := _cut(one, gap.since, gap.until))]
    told_until = max(map(_told_until, buckets), default=start)
    if live is not None and live.since:
        found += _gaps(max(live.since, told_until), end, found, live.bucket)
    return _joined(sorted(cut for one in found if (cut := _cut(one, start, end))))


def _of_bucket(bucket: NominalBucket, stops: Sequence[Stretch]) -> list[Stretch]:
    """As much of each state as the bucket tells of, the stops where they were."""
    left = {name: sum(part.ns.get(name, 0) for part in bucket.parts) for name in (*_FILL, *_OF_STOPS)}
    placed: list[Stretch] = []
    for stop in stops:
        piece = _cut(stop, bucket.since, _told_until(bucket))
        if piece is not None:
            # A stop that contains a breakdown is one; a break in it is planned all the same.
            placed += _laid(piece, left, (piece.bucket, *_OF_STOPS, "PLANNED_STOP", "NOT_SCHEDULED"))
    for gap in list(_gaps(bucket.since, _told_until(bucket), placed, "")):
        placed += _laid(gap, left, (*_FILL, *_OF_STOPS))
    return placed


def _laid(room: Stretch, left: dict[str, int], order: Iterable[str]) -> list[Stretch]:
    """States into a stretch, one after the other, as long as there is room and something is left of them."""
    laid, at = [], room.since
    for name in order:
        take = min(left[name], room.until - at)
        if take > 0:
            laid.append(Stretch(at, at + take, name))
            left[name] -= take
            at += take
    return laid


def _told_until(bucket: NominalBucket) -> int:
    """The end of what a bucket tells of: the one that lasts is told of before it is over."""
    return bucket.since + sum(sum(part.ns.values()) for part in bucket.parts)


def _gaps(start: int, end: int, taken: Iterable[Stretch], bucket: str) -> Iterator[Stretch]:
    at = start
    for one in sorted(taken):
        if one.since > at and at < end:
            yield Stretch(at, min(one.since, end), bucket)
        at = max(at, one.until)
    if at < end:
        yield Stretch(at, end, bucket)


def _cut(stretch: Stretch, start: int, end: int) -> Stretch | None:
    since, until = max(stretch.since, start), min(stretch.until, end)
    return Stretch(since, until, stretch.bucket) if since < until else None


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for one in stretches:
        if joined and joined[-1].bucket == one.bucket and joined[-1].until == one.since:
            joined[-1] = joined[-1]._replace(until=one.until)
        else:
            joined.append(one)
    return joined
