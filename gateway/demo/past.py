"""A week of the live line and its laboratory before the demo began, so that nobody waits for a chart to fill.

Decision: what is told goes the way of the ingest: records into their tables, points from the rows in force, windows
into the series, and hours of windows marked for the job that sums them up.
Because: dashboards, pages and exports then show what the gateway makes of it, as in the field.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import expand
from edge_agent.wire.calendar_tables import calendar_from_body
from edge_agent.wire.schema import EXPECTED, STOP, WINDOW, WINDOW_FIELDS
from gateway.config import load_config
from gateway.demo import course
from gateway.demo.folder import BENCH, EDGE, LAB_SITE, SITE
from gateway.demo.laboratory import ZONE
from gateway.demo.machines import RECENT_DAYS
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.ingest.records import Touched, point_lines
from gateway.opening import opened
from gateway.production.summing import sum_up_changed
from gateway.registry import NominalBucketRow, StopRow, ingesting, transaction
from gateway.registry.rolled import mark_hours
from gateway.timeseries import TimeSeries

DAYS = 7
"""Whole days of shifts before the one on which the demo begins."""
ROOM_CEL, ROOM_SWING = 22.5, 0.4
"""Mean of the laboratory's room, and how far a day moves it, Cel."""
HOUR = 3600 * course.NS
_AT_ONCE = 5000


class Read(NamedTuple):
    """A channel of an edge's instrument."""

    edge: EdgeId
    instrument: str
    channel: str


POWER = Read(EdgeId(SITE, EDGE), "meter-1", "active_power")
ROOM = Read(EdgeId(LAB_SITE, BENCH), "room-1", "temperature")


def write_past(gateway: Path, plant: Mapping[str, Any], now: int) -> None:
    """Tell of the days before now; nothing serves on the gateway yet.

    Args:
        gateway: The demo's gateway.toml.
        plant: The tables of the simulated plant: its work unit and its calendar.
        now: UTC ns.
    """
    with opened(load_config(gateway)) as (engine, store):
        _tell_line(engine, store, plant, now)
        write_points(engine, store, now - RECENT_DAYS * 24 * HOUR)


def _tell_line(engine: Engine, store: TimeSeries, plant: Mapping[str, Any], now: int) -> None:
    calendar = calendar_from_body(plant["calendars"][0])
    today = datetime.fromtimestamp(now // course.NS, ZONE).date()
    schedule = expand(calendar, today - timedelta(days=DAYS), today)
    until = now - now % course.BUCKET
    since = schedule.shifts[0].since_ns
    past = course.drawn(since - since % course.BUCKET, until)
    work_unit = str(plant["work_units"][0]["name"])
    with transaction(engine) as session:
        for element in course.elements(past, schedule, work_unit):
            shop_floor.take_elements(session, POWER.edge, element)
        for stop in course.stops(past, schedule, work_unit):
            shop_floor.take_stop(session, POWER.edge, stop)
    sum_up_changed(engine, ZONE)
    lines = [*_windows(POWER, course.power(past, schedule), 0.03), *_windows(ROOM, _room(past[0].since, until), 0.001)]
    _write(store, lines)
    hours = range(past[0].since // HOUR * HOUR, until, HOUR)
    with ingesting(engine) as session:
        mark_hours(session, {(*of.edge, hour): 1 for of in (POWER, ROOM) for hour in hours})


def write_points(engine: Engine, store: TimeSeries, since: int) -> None:
    """The points of everything that machines did since then, from the rows in force."""
    with Session(engine) as session:
        buckets = session.scalars(select(NominalBucketRow).where(NominalBucketRow.since >= since))
        touched = [Touched(EdgeId(one.site, one.edge), "elements", one.work_unit, one.since) for one in buckets]
        stops = session.scalars(select(StopRow).where(StopRow.since >= since))
        touched += [Touched(EdgeId(one.site, one.edge), STOP, one.work_unit, one.since) for one in stops]
        _write(store, point_lines(session, touched))


def _room(since: int, until: int) -> Iterator[tuple[int, float]]:
    for at in range(since, until, course.MIN):
        yield at, ROOM_CEL + ROOM_SWING * math.sin(2 * math.pi * (at % (24 * HOUR)) / (24 * HOUR))


def _windows(of: Read, means: Iterator[tuple[int, float]], spread: float) -> Iterator[str]:
    """Windows of a minute, as the edge writes them: 60 samples around each mean, spread by a share of it."""
    chance = Random(course.SEED)
    names = [of.channel + suffix for suffix in WINDOW_FIELDS]
    head = f"{WINDOW},site={of.edge.site},edge={of.edge.edge},instrument={of.instrument} {EXPECTED}=60.0"
    for at, mean in means:
        around = mean * (1 + chance.gauss(0, spread / 3))
        values = (around, around * (1 - spread), around * (1 + spread), 60.0)
        fields = ",".join(f"{name}={value!r}" for name, value in zip(names, values, strict=True))
        yield f"{head},{fields} {at}"


def _write(store: TimeSeries, lines: Sequence[str]) -> None:
    for first in range(0, len(lines), _AT_ONCE):
        refused = store.write(lines[first : first + _AT_ONCE])
        if refused:
            msg = f"demo: the store refused a point: {refused[0]}. Report it with this message."
            raise RuntimeError(msg)
