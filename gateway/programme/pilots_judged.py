"""Pilots of the registry judged: in use, replaced by no newer fixed version, as far as whoever asks may see them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gateway.indicators.facts import PilotJudged
from gateway.indicators.pilots import Shape, Windows
from gateway.production.periods import today
from gateway.programme.judgement import CANNOT_BE_SAID, Definition, Judgement
from gateway.programme.measured_days import DaySum, MachineDay, days_of
from gateway.programme.pilot_evidence import Evidence, evidence_of
from gateway.programme.pilot_judging import judge_pilot
from gateway.programme.pilot_series import Side, read_side, units_of
from gateway.programme.silent_days import Span, silent_days
from gateway.programme.work_calendars import calendars_of
from gateway.programme.working_days import WorkingDays
from gateway.registry.book import Book, Entry
from gateway.registry.fixing import Fixing, fixed_at
from gateway.registry.refusals import NoSuchRowError
from gateway.registry.roles import Action, Reader

NOT_SEEN = "production_not_seen"
_NS = 10**9
_Told = tuple[tuple[DaySum, ...], tuple[tuple[str, float], ...], bool]
"""Sums with those of silent days, hours by day and whether pieces are counted."""


class Read(NamedTuple):
    """A pilot with what its machines did.

    Attributes:
        of: The pilot.
        main: Its machines; None: it names none that can be read.
        control: Machines for comparison; None: none are named.
        overlaps: Ids of other pilots that ran on its machines meanwhile.
    """

    of: Definition
    main: Side | None
    control: Side | None
    overlaps: tuple[str, ...]

    @property
    def days(self) -> list[MachineDay]:
        """Of its machines."""
        return days_of_side(self.main)

    @property
    def control_days(self) -> list[MachineDay]:
        """Of the machines for comparison."""
        return days_of_side(self.control)


def judged_pilots(engine: Engine, reader: Reader, as_of: date, now: int, zone: ZoneInfo) -> tuple[PilotJudged, ...]:
    """Every pilot that ``reader`` may see, judged as of a day; without the bootstrap, which decides nothing.

    Pilots out of use, and those that a newer version replaces, are not among them.

    Args:
        engine: Of the registry.
        reader: Who asks.
        as_of: Days after it are not looked at, nor is the day of ``now``, which is not over.
        now: UTC ns.
        zone: Of the day on which a pilot was fixed.
    """
    found = []
    as_of = min(as_of, last_whole_day(now, zone))
    for entry, others in pilots_in_force(engine, reader, now):
        if not reader.may(Action.READ, "production", entry.place):
            found.append(PilotJudged(pilot=entry.id, state=CANNOT_BE_SAID, why=(NOT_SEEN,)))
            continue
        read = read_pilot(engine, reader, entry, others, as_of, now, zone)
        judgement = judged(read, as_of)
        evidence = evidence_behind(engine, reader, read)
        found.append(judgement.told(evidence.instruments, [one.id for one in evidence.certificates]))
    return tuple(found)


def last_whole_day(now: int, zone: ZoneInfo) -> date:
    """The last day that is over: half a day would be taken for a bad one, and would change what was said of it."""
    return today(now, zone) - timedelta(days=1)


def pilots_in_force(engine: Engine, reader: Reader, now: int) -> list[tuple[Entry, list[Entry]]]:
    """Pilots that can be judged, each with the others, by id.

    A version that is not fixed yet replaces nothing: the one before goes on counting while somebody writes a new one,
    which stands beside it and is no other pilot.
    """
    every = list(Book(engine, lambda: now).all(reader, "pilot"))
    replaced = {str(one.values["replaces"]) for one in every if one.values["replaces"] and one.values["is_fixed"]}
    current = sorted((one for one in every if one.id not in replaced), key=lambda one: one.id)
    return [(one, [other for other in current if not is_one_pilot(one, other)]) for one in current]


def is_one_pilot(one: Entry, other: Entry) -> bool:
    """Whether both are versions of one pilot."""
    return other.id in (one.id, one.values["replaces"]) or one.id == other.values["replaces"]


def read_pilot(
    engine: Engine,
    reader: Reader,
    entry: Entry,
    others: Sequence[Entry],
    until: date,
    now: int,
    zone: ZoneInfo,
) -> Read:
    """A pilot with what its machines did.

    Args:
        engine: Of the registry.
        reader: Who asks.
        entry: Its row.
        others: Other pilots in force, which may have run on its machines.
        until: Last day that is read.
        now: UTC ns.
        zone: Of the day on which it was fixed.
    """
    with Session(engine) as session:
        fixing = fixed_at(session, [entry.id]).get(entry.id)
        of = definition_of(entry, fixing, _site(engine, reader, entry, now), zone)
        main, control = (
            _with_silence(session, of, read_side(engine, of.site, text, of.since, until), until)
            for text in (of.work_units, of.control_work_units)
        )
    return Read(of, main, control, tuple(one.id for one in others if _overlaps(entry, one)))


def judged(read: Read, as_of: date, *, has_bootstrap: bool = False) -> Judgement:
    """A pilot that was read, judged.

    Args:
        read: The pilot.
        as_of: Days after it are not looked at.
        has_bootstrap: Whether the block bootstrap stands beside it.
    """
    sides = tuple(
        (side.sums + side.silent, tuple(sorted(side.labour_h.items())), side.counts_pieces) if side else None
        for side in (read.main, read.control)
    )
    # What is over is the same on every later day.
    day = min(as_of, read.of.windows.result_until)
    return _judged(read.of, sides, day, bool(read.overlaps), has_bootstrap)


@lru_cache(maxsize=256)
def _judged(
    of: Definition,
    sides: tuple[_Told | None, ...],
    as_of: date,
    overlaps: bool,  # noqa: FBT001  as keys are kept by their places
    has_bootstrap: bool,  # noqa: FBT001
) -> Judgement:
    """Kept by everything that it rests on: a model takes a twentieth of a second, and pages ask often."""
    main, control = (days_of(one[0], dict(one[1]), counts_pieces=one[2]) if one else [] for one in sides)
    return judge_pilot(of, main, control, as_of, overlaps=overlaps, has_bootstrap=has_bootstrap)


def evidence_behind(engine: Engine, reader: Reader, read: Read) -> Evidence:
    """The instruments behind a pilot, and their certificates in its windows."""
    machines = [one for side in (read.main, read.control) if side for one in side.machines]
    windows = read.of.windows
    spans = (
        ("baseline", windows.baseline_since, windows.baseline_until),
        ("result", windows.result_since, windows.result_until),
    )
    return evidence_of(engine, reader, read.of.site, machines, spans)


def definition_of(entry: Entry, fixing: Fixing | None, site: str, zone: ZoneInfo) -> Definition:
    """A pilot as it was fixed.

    Args:
        entry: Its row.
        fixing: When it was fixed; None: it is not.
        site: Name of its site, as edges say it.
        zone: Of the day on which it was fixed.
    """
    values = entry.values
    figures = values["figures"]
    assert isinstance(figures, list | tuple)
    return Definition(
        pilot=entry.id,
        name=str(values["name"]),
        version=int(str(values["version"])),
        site=site,
        work_units=str(values["work_units"]),
        control_work_units=str(values["control_work_units"] or ""),
        windows=windows_of(values),
        figures=tuple(str(one) for one in figures),
        shape=Shape(str(values["model"] or Shape.LEVEL.value)),
        weekdays=values["weekdays"] != "alike",
        state=str(values["state"]),
        fixed_on=datetime.fromtimestamp(fixing.at // _NS, zone).date().isoformat() if fixing else "",
    )


def windows_of(values: Mapping[str, object]) -> Windows:
    """The windows of a pilot's row."""
    washout = values["washout_until"]
    return Windows(
        baseline_since=_day(values["baseline_since"]),
        baseline_until=_day(values["baseline_until"]),
        begins=_day(values["begins"]),
        washout_until=_day(washout) if washout else None,
        result_since=_day(values["result_since"]),
        result_until=_day(values["result_until"]),
    )


def days_of_side(side: Side | None) -> list[MachineDay]:
    """Machines of one side, day by day; none of a side that is not there."""
    return days_of(side.sums + side.silent, side.labour_h, counts_pieces=side.counts_pieces) if side else []


def _with_silence(session: Session, of: Definition, side: Side | None, until: date) -> Side | None:
    """A side with the working days of its machines of which nothing was told, from the baseline on."""
    if side is None:
        return None
    windows = of.windows
    calendars = calendars_of(session, of.site, [one.id for one in side.machines])
    # Whatever comes later changes nothing of what is usual: a pilot is judged alike on every later day.
    usual = Span(of.since, windows.result_until)
    asked = Span(windows.baseline_since, until)
    return side._replace(silent=silent_days(side.sums, calendars, usual, asked, WorkingDays().is_holiday))


def _overlaps(one: Entry, other: Entry) -> bool:
    """Whether another pilot ran on machines of this one, or of its comparison, within its windows."""
    if one.values["site"] != other.values["site"] or other.values["state"] == "abandoned":
        return False
    here = {unit for name in ("work_units", "control_work_units") for unit in units_of("", str(one.values[name] or ""))}
    if here.isdisjoint(units_of("", str(other.values["work_units"]))):
        return False
    mine, theirs = windows_of(one.values), windows_of(other.values)
    return theirs.begins <= mine.result_until and mine.baseline_since <= theirs.result_until


def _site(engine: Engine, reader: Reader, entry: Entry, now: int) -> str:
    """Name of a pilot's site as edges say it; empty: it is not known, or not to be seen."""
    try:
        return str(Book(engine, lambda: now).get(reader, "site", str(entry.values["site"])).values["name"])
    except NoSuchRowError:
        return ""


def _day(value: object) -> date:
    return date.fromisoformat(str(value))
