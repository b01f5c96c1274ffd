"""Where the marks of the laboratory's charts go: geometry only, in per cent of width and height; templates draw it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from math import floor, log10
from typing import NamedTuple

from edge_agent.speech import Speech
from gateway.api.charts import value_marks
from gateway.laboratory.comparisons import Compared
from gateway.laboratory.drift import Course
from gateway.laboratory.history import AS_FOUND, Result

_EDGE = 4.0
"""Room at both sides, per cent: a mark on the first day is whole."""
_STEPS = 24
_K = 2.0
"""Coverage factor of the band about a prediction."""


class Dot(NamedTuple):
    """A result with its uncertainty.

    Attributes:
        x: Across.
        y: Down.
        low: Down, of its lower end; ``y`` where no uncertainty is stated.
        high: Down, of its upper end.
        kind: ``found``, ``left``, ``check``, ``ours``, ``other``: a shape of its own.
        title: What it is called.
    """

    x: float
    y: float
    low: float
    high: float
    kind: str
    title: str


class Tick(NamedTuple):
    """A mark on an axis."""

    place: float
    text: float | str


class Plot(NamedTuple):
    """A chart.

    Attributes:
        values: Marks of the vertical axis.
        across: Marks of the horizontal axis.
        dots: Results.
        limits: Down, of lines that are drawn and named: the maximum permissible error, the assigned value's U.
        centre: Down, of the middle line.
        line: Path of what is predicted, in a box of 1000 by 1000; empty: nothing is.
        band: Path of its expanded uncertainty.
        due: Across, of the due day; negative: none.
    """

    values: tuple[Tick, ...]
    across: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    limits: tuple[float, ...]
    centre: float
    line: str
    band: str
    due: float

    @property
    def step(self) -> float:
        """From one mark of the vertical axis to the next, of which one digit is shown."""
        return abs(float(self.values[1].text) - float(self.values[0].text)) * 10 if len(self.values) > 1 else 0.0


class _Frame:
    """From values to places."""

    def __init__(self, values: Iterable[float]) -> None:
        every = list(values)
        self.marks = value_marks(min(every), max(every))
        self._low, self._high = self.marks[0], self.marks[-1]

    def y(self, value: float) -> float:
        return round(min(100.0, max(0.0, 100 - (value - self._low) / (self._high - self._low) * 100)), 2)

    def ticks(self) -> tuple[Tick, ...]:
        return tuple(Tick(self.y(value), value) for value in self.marks)


def of_course(course: Course, due: str) -> Plot | None:
    """Errors of a point over time, with what is predicted until it is due; None: there is nothing to draw.

    Args:
        course: The point.
        due: Day on which the instrument is due; empty: not known.
    """
    results = (*course.results, *course.checks)
    if not results:
        return None
    first, last = min(one.on for one in results), max(one.on for one in results)
    until = max(last, date.fromisoformat(due)) if due else last
    if course.drift is not None and course.drift.ends is None:
        until = max(until, last + (last - first) / 3)
    span = max(1, (until - first).days)
    foretold = _foretold(course, until)
    mpe = [course.mpe, -course.mpe] if course.mpe is not None else []
    ends = [end for one in results for end in (one.error - one.expanded, one.error + one.expanded)]
    frame = _Frame([0.0, *mpe, *ends, *(value for _, value, _ in foretold)])

    def x(day: date) -> float:
        return round(_EDGE + (day - first).days / span * (100 - 2 * _EDGE), 2)

    def path(rows: Iterable[tuple[date, float]]) -> str:
        return " L".join(f"{x(day) * 10:.1f},{frame.y(value) * 10:.1f}" for day, value in rows)

    above = [(day, value + _K * u) for day, value, u in foretold]
    below = [(day, value - _K * u) for day, value, u in reversed(foretold)]
    return Plot(
        values=frame.ticks(),
        across=tuple(Tick(x(day), day.isoformat()) for day in _days(first, until)),
        dots=tuple(_dot(frame, x(one.on), one) for one in results),
        limits=tuple(frame.y(value) for value in mpe),
        centre=frame.y(0.0),
        line=f"M{path((day, value) for day, value, _ in foretold)}" if foretold else "",
        band=f"M{path([*above, *below])} Z" if foretold else "",
        due=x(date.fromisoformat(due)) if due and first <= date.fromisoformat(due) else -1.0,
    )


def of_comparison(one: Compared) -> Plot:
    """All participants of an item beside each other, with the assigned value and its U."""
    ends = [
        end for its in one.participants for end in (its.value - (its.expanded or 0), its.value + (its.expanded or 0))
    ]
    assigned, expanded = one.assigned, one.assigned_expanded or 0.0
    limits = [] if assigned is None else [assigned - expanded, assigned + expanded]
    frame = _Frame([*ends, *limits])
    room = (100 - 2 * _EDGE) / len(one.participants)
    places = [round(_EDGE + (k + 0.5) * room, 2) for k in range(len(one.participants))]
    dots = []
    for place, its in zip(places, one.participants, strict=True):
        low, high = (frame.y(its.value + sign * (its.expanded or 0)) for sign in (-1, 1))
        dots.append(Dot(place, frame.y(its.value), low, high, "ours" if its.is_ours else "other", its.name))
    return Plot(
        values=frame.ticks(),
        across=(),
        dots=tuple(dots),
        limits=tuple(frame.y(value) for value in limits),
        centre=-1.0 if assigned is None else frame.y(assigned),
        line="",
        band="",
        due=-1.0,
    )


def of_scores(scores: Sequence[tuple[str, float]]) -> Plot:
    """Scores En of several rounds, with the lines at -1 and 1."""
    frame = _Frame([-1.0, 1.0, *(value for _, value in scores)])
    room = (100 - 2 * _EDGE) / max(1, len(scores))
    dots = [
        Dot(round(_EDGE + (k + 0.5) * room, 2), frame.y(value), frame.y(value), frame.y(value), "ours", name)
        for k, (name, value) in enumerate(scores)
    ]
    limits = (frame.y(1.0), frame.y(-1.0))
    return Plot(frame.ticks(), (), tuple(dots), limits, frame.y(0.0), "", "", -1.0)


def _dot(frame: _Frame, x: float, one: Result) -> Dot:
    kind = "check" if not one.number else "found" if one.state == AS_FOUND else "left"
    low, high = frame.y(one.error - one.expanded), frame.y(one.error + one.expanded)
    return Dot(x, frame.y(one.error), low, high, kind, one.number)


def _foretold(course: Course, until: date) -> list[tuple[date, float, float]]:
    """Day, predicted error and its standard uncertainty, from the last adjustment on."""
    drift = course.drift
    if drift is None or drift.ends is not None:
        return []
    begins = drift.begins if isinstance(drift.begins, date) else min(one.on for one in course.results)
    length = (until - begins).days
    days = sorted({begins + timedelta(days=round(length * k / _STEPS)) for k in range(_STEPS + 1)})
    told = [(day, drift.predict(day)) for day in days]
    return [(day, its.value, its.u) for day, its in told]


def _days(first: date, until: date) -> list[date]:
    """At most three days, evenly spread: what fits across a telephone."""
    length = (until - first).days
    return sorted({first + timedelta(days=round(length * k / 2)) for k in range(3)})


def plain(speech: Speech) -> Callable[[float, float], str]:
    """Writes a figure without powers of ten, to two digits of what it is uncertain by; 0: as figures are written.

    >>> from zoneinfo import ZoneInfo
    >>> plain(Speech("vi", {}, ZoneInfo("UTC")))(0.00040912, 0.0000446)
    '0,000409'
    """

    def written(value: float, u: float) -> str:
        if u <= 0:
            return speech.number(value)
        decimals = min(15, max(0, 1 - floor(log10(u))))
        point = speech.number(1.5)[1]
        told = f"{value:,.{decimals}f}"
        return told if point == "." else told.translate({ord(","): ".", ord("."): ","})

    return written
