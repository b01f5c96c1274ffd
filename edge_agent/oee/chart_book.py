"""Control charts on disk, beside the outbox in one file: where each stands, and its last points.

Knows tables and shapes alone, so that the screen reads charts without the library that judges them.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from edge_agent.config.shop_tables import ChartConfig

TABLES = (
    """CREATE TABLE IF NOT EXISTS shop_chart (
    name TEXT PRIMARY KEY, place INTEGER NOT NULL, lines_of BLOB NOT NULL, about BLOB NOT NULL, state BLOB NOT NULL
) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS shop_chart_point (
    name TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (name, number)
) WITHOUT ROWID""",
)
"""One statement each: a script would commit the transaction that it is run in."""
POINTS = 200
"""So many last points are kept once the lines stand."""


class About(msgspec.Struct, frozen=True):
    """What a chart is of.

    Attributes:
        chart: Its table in the configuration.
        key: Its findings are ``control_chart.KEY`` and ``control_chart_base.KEY``.
        unit: UCUM code of the channel.
        title: Language -> what people call the channel.
        period_s: How often the instrument is read, s.
    """

    chart: ChartConfig
    key: str
    unit: str
    title: dict[str, str]
    period_s: float


class Lines(msgspec.Struct, frozen=True, array_like=True):
    """What all limits of a chart follow from.

    Attributes:
        center: Of single values, in the channel's unit.
        sigma: Standard deviation of single values, in the same.
        estimator: How sigma was found: a name of the library, or ``stated``.
        dof: Degrees of freedom of sigma.
        base_broke: A rule fired on the base itself.
    """

    center: float
    sigma: float
    estimator: str
    dof: float
    base_broke: bool = False


class Plotted(msgspec.Struct, frozen=True, array_like=True):
    """What is drawn of a point, and the lines that it is held against.

    Attributes:
        value: Drawn.
        low: Held against the lower limit: the same, but on a CUSUM chart the sum of falls.
        center: Centre line.
        lower: Lower limit.
        upper: Upper limit.
    """

    value: float
    low: float
    center: float
    lower: float
    upper: float


class Fired(msgspec.Struct, frozen=True, array_like=True):
    """A rule that a point completes.

    Attributes:
        on: Name of the plot: ``individuals``, ``x_bar``, ``range``, ``s``, ``ewma``, ``cusum``.
        rule: Its name, as ``nelson_5``.
        direction: On which side, or which way.
        start: Number of the pattern's first point.
        begins: The point before did not complete it.
    """

    on: str
    rule: str
    direction: str
    start: int
    begins: bool


class ChartPoint(msgspec.Struct, frozen=True, array_like=True):
    """One subgroup.

    Attributes:
        number: From 0, since the chart began.
        since: First value, UTC ns.
        at: Last value, UTC ns.
        values: All of them, in the channel's unit.
        gap: Values are missing before it.
        base: The lines were taken from it.
        place: Its mean, average or sum on the chart; None: no lines yet.
        spread: Its range or standard deviation; None: there is no chart of them.
        fired: Rules that it completes.
    """

    number: int
    since: int
    at: int
    values: list[float]
    gap: bool = False
    base: bool = False
    place: Plotted | None = None
    spread: Plotted | None = None
    fired: tuple[Fired, ...] = ()

    @property
    def mean(self) -> float:
        """Of its values."""
        return sum(self.values) / len(self.values)


class ChartState(msgspec.Struct):
    """What a chart must know to go on exactly.

    Attributes:
        last: Time of the last value taken, UTC ns; 0: none.
        group: Values of the open subgroup.
        group_since: Time of its first value.
        group_gap: Values were missing before it.
        points: Points so far, which is the number of the next.
        base_from: Number of the first point of the base.
        lines: None: the base is being taken.
        place: Memory of the watch over means, averages or sums.
        spread: Memory of the watch over ranges or standard deviations.
        quiet: Points since the last that completed a rule.
        told: ``plot rule direction`` of all that was told of the present trouble; empty: there is none.
        base_told: A finding about the base stands.
        disordered: Samples that came too late to be used.
        behind: Transactions in a row that brought nothing else.
        abandoned: Subgroups that a gap cut off.
    """

    last: int = 0
    group: list[float] = []
    group_since: int = 0
    group_gap: bool = False
    points: int = 0
    base_from: int = 0
    lines: Lines | None = None
    place: dict[str, Any] | None = None
    spread: dict[str, Any] | None = None
    quiet: int = 0
    told: list[str] = []
    base_told: bool = False
    disordered: int = 0
    behind: int = 0
    abandoned: int = 0


class StoredChart(NamedTuple):
    """A chart as it is on disk.

    Attributes:
        name: ``channel:kind``.
        lines_of: Digest of the settings that its lines follow from.
        about: What it is of; None: written by a version that this one cannot read.
        state: Where it stands; None as before.
    """

    name: str
    lines_of: bytes
    about: About | None
    state: ChartState | None


# MessagePack and not JSON for states and points: infinite degrees of freedom have no JSON.
_encode = msgspec.msgpack.Encoder().encode
_states = msgspec.msgpack.Decoder(ChartState)
_points = msgspec.msgpack.Decoder(ChartPoint)
_abouts = msgspec.msgpack.Decoder(About)


class ChartBook:
    """The owner's side. Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        for statement in TABLES:
            db.execute(statement)
        self._db = db

    def charts(self) -> list[StoredChart]:
        """All that are on disk, in the order of the configuration that was then in force."""
        return list(_stored(self._db))

    def keep(self, name: str, place: int, lines_of: bytes, about: About, state: ChartState) -> None:
        """Write where a chart stands."""
        row = (name, place, lines_of, _encode(about), _encode(state))
        self._db.execute("INSERT OR REPLACE INTO shop_chart VALUES (?, ?, ?, ?, ?)", row)

    def delete(self, name: str) -> None:
        """Forget a chart and its points."""
        self._db.execute("DELETE FROM shop_chart WHERE name = ?", (name,))
        self.forget(name, 2**62)

    def plot(self, name: str, points: Sequence[ChartPoint]) -> None:
        """Write points, in place of those with their numbers."""
        rows = ((name, point.number, _encode(point)) for point in points)
        self._db.executemany("INSERT OR REPLACE INTO shop_chart_point VALUES (?, ?, ?)", rows)

    def points(self, name: str, since: int = 0) -> list[ChartPoint]:
        """Points from a number on."""
        return _read_points(self._db, name, since)

    def forget(self, name: str, before: int) -> None:
        """Delete points before a number."""
        self._db.execute("DELETE FROM shop_chart_point WHERE name = ? AND number < ?", (name, before))


class ChartReader:
    """Whoever only looks.

    Args:
        db: A connection that this thread may use.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def charts(self) -> list[tuple[About, ChartState, list[ChartPoint]]]:
        """Every chart with its points; those of another version that cannot be read are left out."""
        self._db.execute("BEGIN")  # one instant for all tables
        try:
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'shop_chart_point'").fetchone():
                return []
            return [
                (one.about, one.state, _read_points(self._db, one.name, 0))
                for one in _stored(self._db)
                if one.about is not None and one.state is not None
            ]
        finally:
            self._db.execute("COMMIT")


def _stored(db: sqlite3.Connection) -> Iterator[StoredChart]:
    rows = db.execute("SELECT name, lines_of, about, state FROM shop_chart ORDER BY place").fetchall()
    for name, lines_of, about, state in rows:
        try:
            yield StoredChart(name, lines_of, _abouts.decode(about), _states.decode(state))
        except msgspec.DecodeError:
            yield StoredChart(name, lines_of, None, None)


def _read_points(db: sqlite3.Connection, name: str, since: int) -> list[ChartPoint]:
    rows = db.execute(
        "SELECT body FROM shop_chart_point WHERE name = ? AND number >= ? ORDER BY number", (name, since)
    ).fetchall()
    return [_points.decode(body) for (body,) in rows]
