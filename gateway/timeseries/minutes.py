"""Samples of the embedded store by the minute, so that a month is drawn without reading each of them again.

Decision: whole hours of an instrument are summed up once they are over, all its channels together; the transaction
that writes into an hour marks it as not summed.
Because: a sum that is kept beside what it is of must never be of something else; late samples and imports do come.
Instead of: sums that the ingest raises with every sample, which a sample that comes twice would raise twice.
"""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from edge_agent.wire.schema import QUALITY, SAMPLE
from gateway.timeseries.buckets import HOUR, MINUTE, Buckets, Times
from gateway.timeseries.keeping import FLOAT, NUMBER, TEXT, WORD
from gateway.timeseries.reading import is_bad

SCHEMA = """
CREATE TABLE IF NOT EXISTS minute (
    instrument INTEGER NOT NULL, at INTEGER NOT NULL, numbers BLOB NOT NULL, texts BLOB NOT NULL,
    PRIMARY KEY (instrument, at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unsummed (
    hour INTEGER NOT NULL, instrument INTEGER NOT NULL, PRIMARY KEY (hour, instrument)
) WITHOUT ROWID;
"""
"""``numbers``: for each place of a number four float64, its count, sum, least and greatest over the samples that are
not bad; ``texts``: for each place of a text its count of bad ones, uint32. ``unsummed``: hours whose minutes are not
there, or no longer right."""
_SLICE = 10 * MINUTE
"""How much is read at once: 60 000 rows of an instrument at 100 Hz."""
_FIGURES = 4
_END = 2**63 - 1
_EMPTY = np.array([0.0, 0.0, np.inf, -np.inf], FLOAT).tobytes()
_NO_BAD = np.array(0, WORD).tobytes()

_ONE = """
SELECT at,
    CASE WHEN length(numbers) >= :v + 32 THEN substr(numbers, :v + 1, 32) ELSE :empty END,
    CASE WHEN length(texts) >= :q + 4 THEN substr(texts, :q + 1, 4) ELSE :no_bad END
FROM minute WHERE instrument = :id AND at >= :start AND at < :end ORDER BY at
"""


class Stretch(NamedTuple):
    """``[start, end)``, and whether its minutes are summed."""

    start: int
    end: int
    is_summed: bool


def mark_all(db: sqlite3.Connection) -> None:
    """Mark every hour that holds a sample: in a file that was written before there were minutes."""
    last = "SELECT max(at) FROM point WHERE instrument = ? AND at < ?"
    for (instrument,) in db.execute("SELECT id FROM instrument WHERE measurement = ?", [SAMPLE]).fetchall():
        hour: int | None = _END
        while hour is not None:
            (newest,) = db.execute(last, [instrument, hour]).fetchone()
            hour = None if newest is None else newest - newest % HOUR
            if hour is not None:
                db.execute("INSERT OR IGNORE INTO unsummed VALUES (?, ?)", [hour, instrument])


def due(db: sqlite3.Connection, limit: int) -> list[tuple[int, int]]:
    """Instruments and hours that are over and not summed, the newest first, at most ``limit``."""
    asked = """
    SELECT instrument, hour FROM unsummed
    WHERE hour + ? <= (SELECT max(at) FROM point WHERE point.instrument = unsummed.instrument)
    ORDER BY hour DESC LIMIT ?
    """
    return db.execute(asked, [HOUR, limit]).fetchall()


def sum_up(db: sqlite3.Connection, instrument: int, hour: int) -> None:
    """Sum an hour of an instrument up, inside the caller's writing transaction."""
    places: dict[str, dict[str, int]] = {NUMBER: {}, TEXT: {}}
    for kind, name, place in db.execute("SELECT kind, name, place FROM field WHERE instrument = ?", [instrument]):
        places[kind][name] = place
    bad = [word for word, text in db.execute("SELECT id, text FROM word") if is_bad(text)]
    db.execute("DELETE FROM minute WHERE instrument = ? AND at >= ? AND at < ?", [instrument, hour, hour + HOUR])
    rows = "SELECT at, numbers, texts FROM point WHERE instrument = ? AND at >= ? AND at < ? ORDER BY at"
    for start in range(hour, hour + HOUR, _SLICE):
        found = db.execute(rows, [instrument, start, start + _SLICE]).fetchall()
        if found:
            db.executemany(
                "INSERT INTO minute VALUES (?, ?, ?, ?)",
                ((instrument, *minute) for minute in _minutes(found, places, bad)),
            )
    db.execute("DELETE FROM unsummed WHERE hour = ? AND instrument = ?", [hour, instrument])


def forget(db: sqlite3.Connection, instrument: int, before: int) -> None:
    """Retention: what is older goes; the hour that begins anew is to be summed again."""
    hour = before - before % HOUR
    db.execute("DELETE FROM minute WHERE instrument = ? AND at < ?", [instrument, before])
    db.execute("DELETE FROM unsummed WHERE instrument = ? AND hour < ?", [instrument, hour])
    db.execute("INSERT OR IGNORE INTO unsummed VALUES (?, ?)", [hour, instrument])


def stretches(db: sqlite3.Connection, instrument: int, start: int, end: int) -> Iterator[Stretch]:
    """``[start, end)`` in parts that are summed, or hold nothing, and parts that are not.

    Args:
        db: In a transaction.
        instrument: Whose.
        start: A whole minute.
        end: Any time.
    """
    whole_end = end - end % MINUTE
    hours = db.execute(
        "SELECT hour FROM unsummed WHERE instrument = ? AND hour > ? AND hour < ? ORDER BY hour",
        [instrument, start - HOUR, whole_end],
    ).fetchall()
    upto = start
    for (hour,) in hours:
        if hour > upto:
            yield Stretch(upto, hour, is_summed=True)
        upto, begun = min(hour + HOUR, whole_end), max(hour, start)
        yield Stretch(begun, upto, is_summed=False)
    if whole_end > upto:
        yield Stretch(upto, whole_end, is_summed=True)
    if end > whole_end:
        yield Stretch(max(start, whole_end), end, is_summed=False)


def gather(db: sqlite3.Connection, found: dict[str, int], part: Stretch, into: Buckets) -> list[int]:
    """Add a summed part to buckets.

    Args:
        db: In a transaction.
        found: The instrument's id, and where in its rows the channel's value and quality stand, in bytes.
        part: Which part, of whole minutes.
        into: Wider than a minute, or a minute wide and beginning on one.

    Returns:
        Starts of minutes that lie in two buckets: they were not added, their samples have to be.
    """
    asked = {"id": found["id"], "v": found["v"] * _FIGURES, "q": found["q"], "start": part.start, "end": part.end}
    rows = db.execute(_ONE, asked | {"empty": _EMPTY, "no_bad": _NO_BAD})
    starts, numbers, texts = tuple(zip(*rows, strict=True)) or ((), (), ())
    at: Times = np.array(starts, np.int64)
    figures = np.frombuffer(b"".join(numbers), FLOAT).reshape(-1, _FIGURES)
    one = into.place(at) == into.place(at + MINUTE - 1)
    into.add_sums(at[one], figures[one], np.frombuffer(b"".join(texts), WORD)[one])
    return list[int](at[~one].tolist())


def _minutes(
    rows: list[tuple[int, bytes, bytes | None]], places: dict[str, dict[str, int]], bad: list[int]
) -> Iterator[tuple[int, bytes, bytes]]:
    """Start, numbers and texts of each minute that holds a row."""
    at: Times = np.array([row[0] for row in rows], np.int64)
    values = _table([row[1] for row in rows], len(places[NUMBER]), FLOAT, np.nan)
    words = _table([row[2] or b"" for row in rows], len(places[TEXT]), WORD, 0)
    is_refused = np.isin(words, bad)
    for name, place in places[NUMBER].items():
        if name + QUALITY in places[TEXT]:
            values[is_refused[:, places[TEXT][name + QUALITY]], place] = np.nan
    minute = at // MINUTE
    firsts = np.flatnonzero(np.diff(minute, prepend=-1))
    there = ~np.isnan(values)
    figures = np.stack(
        (
            np.add.reduceat(there, firsts, axis=0, dtype=FLOAT),
            np.add.reduceat(np.where(there, values, 0.0), firsts, axis=0),
            np.minimum.reduceat(np.where(there, values, np.inf), firsts, axis=0),
            np.maximum.reduceat(np.where(there, values, -np.inf), firsts, axis=0),
        ),
        axis=-1,
    )
    counts = np.add.reduceat(is_refused, firsts, axis=0, dtype=WORD)
    for start, its_figures, its_counts in zip((minute[firsts] * MINUTE).tolist(), figures, counts, strict=True):
        yield start, its_figures.astype(FLOAT).tobytes(), its_counts.tobytes()


def _table(rows: list[bytes], columns: int, kind: np.dtype[np.generic], absent: float) -> npt.NDArray[np.generic]:
    """Rows of one length each; a row that is older than a field is shorter."""
    length = columns * kind.itemsize
    filling = np.full(columns, absent, kind).tobytes()
    whole = (row if len(row) == length else row + filling[len(row) :] for row in rows)
    return np.frombuffer(bytearray(b"".join(whole)), kind).reshape(len(rows), columns)
