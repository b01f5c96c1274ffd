"""Figures of pilots day by day, as points, with what the model says of them once they are judged."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from edge_agent.wire.schema import PILOT, PILOT_WINDOWS
from gateway.indicators.pilots import Picture, Windows
from gateway.programme.judgement import Definition, Judgement
from gateway.programme.measured_days import MachineDay
from gateway.programme.pilots_judged import Read, judged, pilots_in_force, read_pilot
from gateway.registry.roles import SYSTEM
from gateway.timeseries import Analysed
from gateway.timeseries.points import Point
from gateway.told.elements_rolled import midnight
from gateway.told.mirroring import Gone, mirror, point

MAIN, CONTROL, DIFFERENCE = "pilot", "control", "difference"
_FIRST, _LAST = -(2**63) + 2, 2**63 - 2


def tell_pilots(engine: Engine, store: Analysed, day: date, now: int, zone: ZoneInfo) -> int:
    """Tell the days of all pilots that can be judged; how many points changed.

    Args:
        engine: Of the registry.
        store: Whom it is told to.
        day: Days after it are not looked at.
        now: UTC ns.
        zone: Of the wall clock.

    Raises:
        gateway.timeseries.StoreUnavailableError: Call again.
    """
    points: list[Point] = []
    for entry, others in pilots_in_force(engine, SYSTEM, now):
        read = read_pilot(engine, SYSTEM, entry, others, day, now, zone)
        points += pilot_points(read, judged(read, day), zone)
    return mirror(store, points, store.told(PILOT, {}, _FIRST, _LAST), Gone.DROPPED)


def pilot_points(read: Read, judgement: Judgement, zone: ZoneInfo) -> list[Point]:
    """The days of one pilot: of its machines, of those for comparison, and of the difference that is judged.

    Of a pilot whose definition is not fixed no day after its baseline is told: who sees an effect grow chooses the day
    on which to stop, and the windows.
    """
    of = read.of
    last = "9999" if of.fixed_on else of.windows.baseline_until.isoformat()
    sides = ((MAIN, read.days), (CONTROL, read.control_days))
    found: dict[tuple[tuple[str, ...], int], Point] = {}
    for side, days in sides:
        for one in _days(of, side, [day for day in days if day.day <= last], zone):
            found[one.tags, one.at] = one
    for figure in judgement.figures:
        picture = figure.effect.picture
        if picture is not None:
            side = DIFFERENCE if figure.has_control else MAIN
            for one in _fitted(of, figure.figure, side, picture, zone):
                before = found.get((one.tags, one.at))
                numbers = before.numbers | one.numbers if before else one.numbers
                found[one.tags, one.at] = one._replace(numbers=numbers)
    return list(found.values())


def window_of(windows: Windows, day: date) -> str:
    """In which window a day lies; between two windows it is the one before it."""
    starts: Sequence[tuple[str, date]] = (
        ("after", date.fromordinal(windows.result_until.toordinal() + 1)),
        ("result", windows.result_since),
        ("washout", windows.begins),
        ("baseline", windows.baseline_since),
    )
    return next((name for name, since in starts if day >= since), "history")


def _days(of: Definition, side: str, days: Iterable[MachineDay], zone: ZoneInfo) -> Iterator[Point]:
    for one in days:
        day = date.fromisoformat(one.day)
        for figure in of.figures:
            value = one.values[figure]
            if one.is_productive and value is not None:
                numbers = {"value": value, "coverage": one.coverage, "counts": one.counts}
                yield _point(of, figure, side, day, numbers, zone)


def _fitted(of: Definition, figure: str, side: str, picture: Picture, zone: ZoneInfo) -> Iterator[Point]:
    columns = (picture.observed, picture.fitted, picture.counterfactual, picture.low, picture.high)
    for day, *values in zip(picture.days, *columns, strict=True):
        names = ("value", "fitted", "counterfactual", "low", "high")
        numbers = dict(zip(names, values, strict=True))
        if side == DIFFERENCE and values[0] is not None:
            numbers["counts"] = 1.0  # it is there only on days that count on both sides
        if any(value is not None for value in values):
            yield _point(of, figure, side, day, numbers, zone)


def _point(
    of: Definition, figure: str, side: str, day: date, numbers: dict[str, float | None], zone: ZoneInfo
) -> Point:
    code = PILOT_WINDOWS[window_of(of.windows, day)]
    both = numbers | {"window_code": code, "begins": day == of.windows.begins}
    return point(PILOT, (of.site, of.pilot, figure, side), both, {"name": of.name}, midnight(day, zone))
