"""Which of what there is somebody asked for; a name that nobody knows is an error that says what there is."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import NamedTuple

from sqlalchemy import Engine, select, union
from sqlalchemy.orm import Session

from edge_agent.wire.messages import InstrumentDescription
from edge_agent.wire.schema import RECOMPUTED, SAMPLE, WINDOW, WINDOW_FIELDS
from gateway.ingest.journals import EdgeId
from gateway.ingest.records import descriptions
from gateway.laboratory.recomputed_names import recomputed_by
from gateway.people import DecisionError
from gateway.registry import EdgeRow, RecordRow, WorkUnitRow
from gateway.timeseries import ChannelId, RecomputedId, TimeSeries
from gateway.timeseries.reading import channels_of

_MOST_NAMED = 12
# What is forwarded stands under the names of its origin, whose edge has never spoken here itself.
_EDGES = union(
    select(EdgeRow.site, EdgeRow.edge),
    select(WorkUnitRow.site, WorkUnitRow.edge),
    select(RecordRow.site, RecordRow.edge).where(RecordRow.noun == "instrument"),
)


class Span(NamedTuple):
    """``[start, end)``, UTC ns."""

    start: int
    end: int


class Wanted(NamedTuple):
    """Names that were asked for, also with ``*`` and ``?``; of a kind of which none was named all are meant."""

    sites: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    work_units: tuple[str, ...] = ()


class Channel(NamedTuple):
    """A channel, and the unit that its edge says it has; empty: it never said one."""

    id: ChannelId
    unit: str


class Recomputed(NamedTuple):
    """What a certificate that was chosen later made of a channel's samples.

    Attributes:
        source: The channel, and its unit.
        id: Of the series.
        certificate: Its number; empty: no certificate of the registry gives the series its name.
    """

    source: Channel
    id: RecomputedId
    certificate: str


def edges_of(engine: Engine, wanted: Wanted) -> list[EdgeId]:
    """The edges that were asked for, by site and name: also those of which a gateway below has told.

    Raises:
        DecisionError: None is called so.
    """
    with Session(engine) as session:
        every = sorted(EdgeId(*row) for row in session.execute(_EDGES))
    sites = meant("site", wanted.sites, (one.site for one in every))
    at_sites = [one for one in every if one.site in sites]
    names = meant("edge", wanted.edges, (one.edge for one in at_sites))
    return [one for one in at_sites if one.edge in names]


def channels_of_samples(engine: Engine, timeseries: TimeSeries, wanted: Wanted) -> list[Channel]:
    """The channels of samples that were asked for, by site, edge, instrument and name.

    Raises:
        DecisionError: No edge, instrument or channel is called so.
        gateway.timeseries.StoreUnavailableError: The store does not answer.
    """
    return _channels(engine, timeseries, wanted, SAMPLE)


def channels_of_windows(engine: Engine, timeseries: TimeSeries, wanted: Wanted) -> list[Channel]:
    """The channels of windows that were asked for; see :func:`channels_of_samples`."""
    return _channels(engine, timeseries, wanted, WINDOW)


def recomputed_series(engine: Engine, timeseries: TimeSeries, wanted: Wanted) -> list[Recomputed]:
    """The recomputed series of the channels that were asked for; see :func:`channels_of_samples`."""
    found = []
    with Session(engine) as session:
        for series in _channels(engine, timeseries, wanted._replace(channels=()), RECOMPUTED):
            by = recomputed_by(session, series.id)
            source = by.source if by else series.id._replace(channel=series.id.channel.partition("_by_")[0])
            described = {one.key: one for one in descriptions(session, EdgeId(source.site, source.edge))}
            unit = _unit(described.get(source.instrument), source.channel)
            found.append(Recomputed(Channel(source, unit), RecomputedId(*series.id), by.number if by else ""))
    names = meant("channel", wanted.channels, (one.source.id.channel for one in found))
    return [one for one in found if one.source.id.channel in names]


def with_work_units(engine: Engine, edges: Sequence[EdgeId], wanted: Wanted) -> Wanted:
    """The same with the names of the work units that are meant.

    Raises:
        DecisionError: No edge has described one that is called so.
    """
    if not wanted.work_units:
        return wanted
    with Session(engine) as session:
        rows = session.execute(select(WorkUnitRow.site, WorkUnitRow.edge, WorkUnitRow.work_unit)).all()
    there = (unit for site, edge, unit in rows if EdgeId(site, edge) in edges)
    return wanted._replace(work_units=tuple(sorted(meant("work unit", wanted.work_units, there))))


def meant(kind: str, wanted: Sequence[str], there: Iterable[str]) -> frozenset[str]:
    """Which of those that are there were asked for; none was named: all.

    Raises:
        DecisionError: There is none of the first such name; with those that are there.
    """
    known = sorted(set(there))
    if not wanted:
        return frozenset(known)
    found: set[str] = set()
    for name in wanted:
        its = [name] if name in known else [one for one in known if fnmatchcase(one, name)]
        if not its:
            raise DecisionError(_unknown(kind, name, known))
        found.update(its)
    return frozenset(found)


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name.lower(), known, n=1)
    guess = f"; did you mean {near[0]}?" if near else "."
    some = ", ".join(known[:_MOST_NAMED]) or "none yet"
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return f"{kind} {name!r}: is not known here{guess} Known: {some}{more}. Name one of these, or leave it out for all."


def _channels(engine: Engine, timeseries: TimeSeries, wanted: Wanted, measurement: str) -> list[Channel]:
    found = [one for edge in edges_of(engine, wanted) for one in _of_edge(engine, timeseries, edge, measurement)]
    instruments = meant("instrument", wanted.instruments, (one.id.instrument for one in found))
    found = [one for one in found if one.id.instrument in instruments]
    channels = meant("channel", wanted.channels, (one.id.channel for one in found))
    return [one for one in found if one.id.channel in channels]


def _of_edge(engine: Engine, timeseries: TimeSeries, edge: EdgeId, measurement: str) -> Iterator[Channel]:
    with Session(engine) as session:
        described = {one.key: one for one in descriptions(session, edge)}
    for instrument, fields in sorted(timeseries.fields(measurement, *edge).items()):
        for channel in sorted(_named(fields, measurement)):
            yield Channel(ChannelId(*edge, instrument, channel), _unit(described.get(instrument), channel))


def _named(fields: frozenset[str], measurement: str) -> set[str]:
    """The channels of fields of samples, of recomputed ones, or of windows."""
    if measurement != WINDOW:
        return set(channels_of(fields, fields))
    return {name.removesuffix(end) for name in fields for end in WINDOW_FIELDS if name.endswith(end)}


def _unit(description: InstrumentDescription | None, channel: str) -> str:
    meaning = description.channels.get(channel) if description else None
    return meaning.unit if meaning else ""
