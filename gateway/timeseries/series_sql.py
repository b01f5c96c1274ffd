"""Reading the embedded store: rows apart again into the samples of one channel."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from math import isnan, nan
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from edge_agent.wire.schema import GOOD, SAMPLE
from gateway.timeseries import Bucket, ChannelId, Latest, Row, minutes
from gateway.timeseries.buckets import MINUTE, Buckets, Flags, Times, Values, width_ns
from gateway.timeseries.keeping import FLOAT, NUMBER, TEXT, WORD, fields_present
from gateway.timeseries.points import Point, tags_of_series
from gateway.timeseries.reading import channels_of, fields_of, is_bad

_AT_ONCE = 50_000
_BY_MINUTES = 5 * MINUTE
"""From this width on a stretch that is not of whole minutes is read by them too, but for the one at its end."""
_NEVER_SUMMED = 1
"""A width that no sums by the minute serve: there are some of samples alone."""
_NAN = np.array(np.nan, FLOAT).tobytes()
_ABSENT = np.array(0, WORD).tobytes()
_NOWHERE = 1_000_000
"""A place that no row reaches: for a field that never came."""

_FOUR = """
SELECT at,
    CASE WHEN length(numbers) >= :v + 8 THEN substr(numbers, :v + 1, 8) ELSE :nan END,
    CASE WHEN length(numbers) >= :u + 8 THEN substr(numbers, :u + 1, 8) ELSE :nan END,
    CASE WHEN length(texts) >= :q + 4 THEN substr(texts, :q + 1, 4) ELSE :absent END
FROM point WHERE instrument = :id AND at >= :start AND at < :end ORDER BY at LIMIT :limit
"""


class _Samples(NamedTuple):
    """Columns of one channel; ``word`` 0 says good."""

    at: Times
    value: Values
    u: Values
    word: npt.NDArray[np.uint32]


class SomeRows(NamedTuple):
    """Rows of a stretch, and from when on there may be more; None when there are not."""

    rows: list[Row]
    next_at: int | None


def latest(db: sqlite3.Connection, site: str, edge: str) -> list[Latest]:
    """See :meth:`gateway.timeseries.TimeSeries.latest`."""
    found = db.execute(
        "SELECT id, instrument FROM instrument WHERE site = ? AND edge = ? AND measurement = ?", [site, edge, SAMPLE]
    ).fetchall()
    words = dict(db.execute("SELECT id, text FROM word"))
    return sorted(one for instrument, name in found for one in _latest_of(db, instrument, name, words))


def series(db: sqlite3.Connection, of: ChannelId, start: int, end: int, buckets: int) -> list[Bucket]:
    """See :meth:`gateway.timeseries.TimeSeries.series`."""
    gathered = Buckets(start, end, buckets)
    found = _find(db, of)
    if found is None:
        return []
    bad_words = [word for word, text in db.execute("SELECT id, text FROM word") if is_bad(text)]
    width = width_ns(start, end, buckets) if of.measurement == SAMPLE else _NEVER_SUMMED
    parts = _parts(db, found["id"], start, end, width)
    while parts:
        part = parts.popleft()
        if part.is_summed:
            over = minutes.gather(db, found, part, gathered)
            parts.extend(minutes.Stretch(at, at + MINUTE, is_summed=False) for at in over)
            continue
        for some in _samples(db, found, part.start, part.end):
            bad: Flags = np.isin(some.word, bad_words)
            gathered.add(some.at, some.value, bad)
    return gathered.result()


def _parts(db: sqlite3.Connection, instrument: int, start: int, end: int, width: int) -> deque[minutes.Stretch]:
    """What is read by the minute, and what sample by sample."""
    if width < _BY_MINUTES and (width % MINUTE or start % MINUTE):
        return deque([minutes.Stretch(start, end, is_summed=False)])
    first = min(-(-start // MINUTE) * MINUTE, end)
    before = [minutes.Stretch(start, first, is_summed=False)] if start < first else []
    return deque([*before, *minutes.stretches(db, instrument, first, end)])


def rows(db: sqlite3.Connection, of: ChannelId, start: int, end: int, limit: int) -> SomeRows:
    """The first ``limit`` rows of a stretch, those of the channel among them."""
    found = _find(db, of)
    if found is None:
        return SomeRows([], None)
    some = _four(db, found, start, end, limit)
    words = dict(db.execute("SELECT id, text FROM word"))
    next_at = int(some.at[-1]) + 1 if len(some.at) == limit else None
    columns = zip(*(column.tolist() for column in some), strict=True)
    its = [(at, value, u, word) for at, value, u, word in columns if word or not isnan(value)]
    return SomeRows([_row(at, value, u, words.get(word, GOOD)) for at, value, u, word in its], next_at)


def points(db: sqlite3.Connection, measurement: str, site: str, edge: str, start: int, end: int) -> list[Point]:
    """See :meth:`gateway.timeseries.TimeSeries.points`."""
    found = db.execute(
        "SELECT id, instrument FROM instrument WHERE measurement = ? AND site = ? AND edge = ?",
        [measurement, site, edge],
    ).fetchall()
    words = dict(db.execute("SELECT id, text FROM word"))
    gathered = []
    for instrument, name in found:
        places, tags = _places(db, instrument), tags_of_series(site, edge, name)
        times = "SELECT at FROM point WHERE instrument = ? AND at >= ? AND at < ? ORDER BY at"
        for (at,) in db.execute(times, [instrument, start, end]).fetchall():
            gathered.append(Point(measurement, tags, *_cells(db, instrument, at, places, words), at))
    return sorted(gathered, key=lambda point: (point.at, point.tags))


def fields(db: sqlite3.Connection, measurement: str, site: str, edge: str) -> dict[str, frozenset[str]]:
    """See :meth:`gateway.timeseries.TimeSeries.fields`."""
    found = db.execute(
        "SELECT id, instrument FROM instrument WHERE measurement = ? AND site = ? AND edge = ? ORDER BY instrument",
        [measurement, site, edge],
    ).fetchall()
    places = {name: _places(db, instrument) for instrument, name in found}
    return {name: frozenset(field for kind in its.values() for field in kind) for name, its in places.items()}


def forget(db: sqlite3.Connection, instrument: int, before: int, limit: int) -> int:
    """Delete the oldest rows of an instrument, at most ``limit``; how many went."""
    last = db.execute(
        "SELECT at FROM point WHERE instrument = ? AND at < ? ORDER BY at LIMIT 1 OFFSET ?",
        [instrument, before, limit - 1],
    ).fetchone()
    upto = before if last is None else last[0] + 1
    minutes.forget(db, instrument, upto)
    db.execute("DELETE FROM departed WHERE instrument = ? AND at < ?", [instrument, before])
    return db.execute("DELETE FROM point WHERE instrument = ? AND at < ?", [instrument, upto]).rowcount


def _find(db: sqlite3.Connection, of: ChannelId) -> dict[str, int] | None:
    """The instrument's id and where, in bytes, the channel's three fields stand in its rows."""
    found = db.execute(
        "SELECT id FROM instrument WHERE measurement = ? AND site = ? AND edge = ? AND instrument = ?",
        [of.measurement, of.site, of.edge, of.instrument],
    ).fetchone()
    if found is None:
        return None
    value, u, quality = fields_of(of.channel)
    places = _places(db, found[0])
    return {
        "id": found[0],
        "v": FLOAT.itemsize * places[NUMBER].get(value, _NOWHERE),
        "u": FLOAT.itemsize * places[NUMBER].get(u, _NOWHERE),
        "q": WORD.itemsize * places[TEXT].get(quality, _NOWHERE),
    }


def _places(db: sqlite3.Connection, instrument: int) -> dict[str, dict[str, int]]:
    places: dict[str, dict[str, int]] = {NUMBER: {}, TEXT: {}}
    for kind, name, place in db.execute("SELECT kind, name, place FROM field WHERE instrument = ?", [instrument]):
        places[kind][name] = place
    return places


def _samples(db: sqlite3.Connection, found: dict[str, int], start: int, end: int) -> Iterator[_Samples]:
    while True:
        some = _four(db, found, start, end, _AT_ONCE)
        if len(some.at):
            yield some
            start = int(some.at[-1]) + 1
        if len(some.at) < _AT_ONCE:
            return


def _four(db: sqlite3.Connection, found: dict[str, int], start: int, end: int, limit: int) -> _Samples:
    asked = {**found, "start": start, "end": end, "limit": limit, "nan": _NAN, "absent": _ABSENT}
    at, value, u, word = tuple(zip(*db.execute(_FOUR, asked), strict=True)) or ((), (), (), ())
    return _Samples(
        np.array(at, np.int64),
        np.frombuffer(b"".join(value), FLOAT),
        np.frombuffer(b"".join(u), FLOAT),
        np.frombuffer(b"".join(word), WORD),
    )


def _row(at: int, value: float, u: float, quality: str) -> Row:
    counts = not (isnan(value) or is_bad(quality))
    return Row(at, value if counts else None, u if counts and not isnan(u) else None, quality)


def _latest_of(db: sqlite3.Connection, instrument: int, name: str, words: dict[int, str]) -> Iterator[Latest]:
    places = _places(db, instrument)
    newest = db.execute("SELECT max(at) FROM point WHERE instrument = ?", [instrument]).fetchone()[0]
    when = dict(db.execute("SELECT channel, at FROM departed WHERE instrument = ?", [instrument]))
    cells = {at: _cells(db, instrument, at, places, words) for at in {newest, *when.values()}}
    when |= dict.fromkeys(channels_of(*cells[newest]), newest)
    for channel, at in when.items():
        numbers, texts = cells[at]
        value, u, quality = fields_of(channel)
        if value in numbers or quality in texts:
            row = _row(at, numbers.get(value, nan), numbers.get(u, nan), texts.get(quality, GOOD))
            yield Latest(name, channel, *row)


def _cells(
    db: sqlite3.Connection, instrument: int, at: int | None, places: dict[str, dict[str, int]], words: dict[int, str]
) -> tuple[dict[str, float], dict[str, str]]:
    """All that a row says; nothing when it is gone."""
    query = "SELECT numbers, texts FROM point WHERE instrument = ? AND at = ?"
    blobs = db.execute(query, [instrument, at]).fetchone() or (b"", None)
    numbers, texts = fields_present(places, *blobs)
    row, said = np.frombuffer(blobs[0], FLOAT).tolist(), np.frombuffer(blobs[1] or b"", WORD).tolist()
    return (
        {name: row[places[NUMBER][name]] for name in numbers},
        {name: words[said[places[TEXT][name]]] for name in texts},
    )
