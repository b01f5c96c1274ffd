"""Lines into rows of the embedded store: which instrument, which place, which word."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge_agent.wire.schema import SAMPLE
from gateway.timeseries import Refused
from gateway.timeseries.buckets import HOUR
from gateway.timeseries.reading import MAX_FIELDS, Head, Reading, Shape, channels_of

NUMBER, TEXT = "number", "text"
FLOAT, WORD = np.dtype("<f8"), np.dtype("<u4")

UPSERT = """
INSERT INTO point VALUES (?, ?, ?, ?)
ON CONFLICT (instrument, at) DO UPDATE
SET numbers = overlay_numbers(numbers, excluded.numbers), texts = overlay_texts(texts, excluded.texts)
WHERE numbers IS NOT excluded.numbers OR texts IS NOT excluded.texts
"""
"""The same line again changes nothing; another line of the same instant adds its fields, and wins."""

DEPART = """
INSERT INTO departed VALUES (?, ?, ?)
ON CONFLICT (instrument, channel) DO UPDATE SET at = excluded.at WHERE excluded.at > at
"""

MARK = "INSERT OR IGNORE INTO unsummed VALUES (?, ?)"
"""Its minutes (see :mod:`gateway.timeseries.minutes`) are no longer right."""

Places = npt.NDArray[np.intp] | None
"""Where each field of a shape stands; None when they are the first ones in their order."""


@dataclass(slots=True)
class _Known:
    """What the keeper knows of an instrument.

    Attributes:
        id: Its row.
        places: Kind -> field -> place.
        shapes: Shape -> places of its numbers and of its texts; a place once given stays.
        newest: Of its newest row: when.
        channels: Of its newest row.
    """

    id: int
    places: dict[str, dict[str, int]] = field(default_factory=lambda: {NUMBER: {}, TEXT: {}})
    shapes: dict[Shape, tuple[Places, Places]] = field(default_factory=dict)
    newest: int = 0
    channels: frozenset[str] = frozenset()


class Keeper:
    """Writes through one connection, inside the caller's transaction.

    What it knows is looked up again when another connection has written (``data_version``) or a
    transaction was rolled back.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._version = 0
        self._instruments: dict[Head, _Known] = {}
        self._words: dict[str, int] = {}
        db.create_function("overlay_numbers", 2, _overlay_numbers, deterministic=True)
        db.create_function("overlay_texts", 2, _overlay_texts, deterministic=True)

    def forget_what_it_knows(self) -> None:
        """The transaction was rolled back: what it made is not there."""
        self._instruments.clear()
        self._words.clear()

    def keep(self, read: Iterable[tuple[str, Reading]]) -> list[Refused]:
        """Write lines; give back those that are too much for their instrument."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self.forget_what_it_knows()
            self._version = version
        refused, rows = [], []
        hours: set[tuple[int, int]] = set()
        for line, reading in read:
            known = self._instruments.get(reading.head) or self._look_up(reading.head)
            places = known.shapes.get(reading.shape) or self._place(known, reading.shape)
            if places is None:
                why = f"line {line[:120]!r}: its instrument has {MAX_FIELDS} fields already. Find who publishes it."
                refused.append(Refused(line, why))
                continue
            if reading.head.measurement == SAMPLE:
                self._note_channels(known, reading.shape.channels, reading.at)
                hours.add((reading.at - reading.at % HOUR, known.id))
            rows.append((known.id, reading.at, *self._vectors(known, places, reading)))
        self._db.executemany(UPSERT, rows)
        self._db.executemany(MARK, sorted(hours))
        return refused

    def _vectors(self, known: _Known, places: tuple[Places, Places], reading: Reading) -> tuple[bytes, bytes | None]:
        row = np.asarray(reading.numbers, FLOAT)
        if places[0] is not None:
            row = np.full(len(known.places[NUMBER]), np.nan, FLOAT)
            row[places[0]] = reading.numbers
        numbers = row.tobytes()
        if not reading.texts:
            return numbers, None
        words = np.zeros(len(known.places[TEXT]), WORD)
        words[slice(len(reading.texts)) if places[1] is None else places[1]] = [*map(self._word, reading.texts)]
        return numbers, words.tobytes()

    def _note_channels(self, known: _Known, channels: frozenset[str], at: int) -> None:
        """Keep ``departed`` right: a channel was last there in the newest row, or as noted.

        It is noted whenever rows of other channels follow each other, so for nearly every row nothing is written.
        """
        if channels != known.channels:
            self._db.executemany(DEPART, [(known.id, channel, at) for channel in channels])
            self._db.executemany(DEPART, [(known.id, channel, known.newest) for channel in known.channels])
            if at == known.newest:
                known.channels |= channels
        if at > known.newest:
            known.newest, known.channels = at, channels

    def _look_up(self, head: Head) -> _Known:
        key = (head.measurement, head.site, head.edge, head.instrument)
        insert = "INSERT OR IGNORE INTO instrument (measurement, site, edge, instrument) VALUES (?, ?, ?, ?)"
        self._db.execute(insert, key)
        where = "WHERE measurement = ? AND site = ? AND edge = ? AND instrument = ?"
        (instrument,) = self._db.execute(f"SELECT id FROM instrument {where}", key).fetchone()  # noqa: S608  constants
        known = _Known(instrument)
        for kind, name, place in self._db.execute(
            "SELECT kind, name, place FROM field WHERE instrument = ?", [instrument]
        ):
            known.places[kind][name] = place
        newest = self._db.execute(
            "SELECT at, numbers, texts FROM point WHERE instrument = ? ORDER BY at DESC LIMIT 1", [instrument]
        ).fetchone()
        if newest is not None:
            known.newest = newest[0]
            known.channels = channels_of(*fields_present(known.places, *newest[1:]))
        self._instruments[head] = known
        return known

    def _place(self, known: _Known, shape: Shape) -> tuple[Places, Places] | None:
        """Give each new field the next place."""
        new = [(NUMBER, name) for name in shape.numbers if name not in known.places[NUMBER]]
        new += [(TEXT, name) for name in shape.texts if name not in known.places[TEXT]]
        if new:
            if sum(map(len, known.places.values())) + len(new) > MAX_FIELDS:
                return None
            for kind, name in new:
                place = known.places[kind][name] = len(known.places[kind])
                self._db.execute("INSERT INTO field VALUES (?, ?, ?, ?)", (known.id, kind, place, name))
        elif len(known.shapes) > MAX_FIELDS:
            known.shapes.clear()
        places = (_order(known.places[NUMBER], shape.numbers), _order(known.places[TEXT], shape.texts))
        known.shapes[shape] = places
        return places

    def _word(self, text: str) -> int:
        known = self._words.get(text)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO word (text) VALUES (?)", [text])
            (known,) = self._db.execute("SELECT id FROM word WHERE text = ?", [text]).fetchone()
            self._words[text] = known
        return known


def fields_present(
    places: dict[str, dict[str, int]], numbers: bytes, texts: bytes | None
) -> tuple[list[str], list[str]]:
    """The names of the numbers and of the texts that a row holds."""
    there = ~np.isnan(np.frombuffer(numbers, FLOAT))
    said = np.frombuffer(texts or b"", WORD) != 0
    return (
        [name for name, place in places[NUMBER].items() if place < len(there) and there[place]],
        [name for name, place in places[TEXT].items() if place < len(said) and said[place]],
    )


def _order(places: dict[str, int], names: Sequence[str]) -> Places:
    order = [places[name] for name in names]
    return None if order == list(range(len(order))) else np.array(order, dtype=np.intp)


def _overlay_numbers(old: bytes, new: bytes) -> bytes:
    long = np.full(max(len(old), len(new)) // FLOAT.itemsize, np.nan, FLOAT)
    for row in (np.frombuffer(old, FLOAT), np.frombuffer(new, FLOAT)):
        np.copyto(long[: len(row)], row, where=~np.isnan(row))
    return long.tobytes()


def _overlay_texts(old: bytes | None, new: bytes | None) -> bytes | None:
    if old is None or new is None:
        return new if old is None else old
    long = np.zeros(max(len(old), len(new)) // WORD.itemsize, WORD)
    for row in (np.frombuffer(old, WORD), np.frombuffer(new, WORD)):
        np.copyto(long[: len(row)], row, where=row != 0)
    return long.tobytes()
