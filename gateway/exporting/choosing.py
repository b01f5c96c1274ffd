"""Which of what there is somebody asked for; a name that nobody knows is an error that says what there is."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Engine, select, union
from sqlalchemy.orm import Session

from edge_agent.wire.messages import InstrumentDescription
from edge_agent.wire.schema import SAMPLE, WINDOW, WINDOW_FIELDS
from gateway.ingest.journals import EdgeId
from gateway.ingest.records import descriptions
from gateway.people import DecisionError
from gateway.registry import EdgeRow, RecordRow, WorkUnitRow
from gateway.timeseries import ChannelId, TimeSeries
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
    """Names that were asked for; of a kind of which none was named all are meant."""

    sites: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    work_units: tuple[str, ...] = ()


class Channel(NamedTuple):
    """A channel, and the unit that its edge says it has; empty: it never said one."""

    id: ChannelId
    unit: str


def edges_of(engine: Engine, wanted: Wanted) -> list[EdgeId]:
    """The edges that were asked for, by site and name: also those of which a gateway below has told.

    Raises:
        DecisionError: None is called so.
    """
    with Session(engine) as session:
        every = sorted(EdgeId(*row) for row in session.execute(_EDGES))
    check_names("site", wanted.sites, (one.site for one in every))
    at_sites = [one for one in every if not wanted.sites or one.site in wanted.sites]
    check_names("edge", wanted.edges, (one.edge for one in at_sites))
    return [one for one in at_sites if not wanted.edges or one.edge in wanted.edges]


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


def check_work_units(engine: Engine, edges: Sequence[EdgeId], wanted: Wanted) -> None:
    """Refuse a work unit that no edge has described.

    Raises:
        DecisionError: None is called so.
    """
    with Session(engine) as session:
        rows = session.execute(select(WorkUnitRow.site, WorkUnitRow.edge, WorkUnitRow.work_unit)).all()
    there = (unit for site, edge, unit in rows if EdgeId(site, edge) in edges)
    check_names("work unit", wanted.work_units, there)


def check_names(kind: str, wanted: Iterable[str], there: Iterable[str]) -> None:
    """Refuse a name that is not there.

    Raises:
        DecisionError: The first such name, with those that are there.
    """
    known = sorted(set(there))
    for name in wanted:
        if name not in known:
            some = ", ".join(known[:_MOST_NAMED]) or "none yet"
            more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
            msg = (
                f"{kind} {name!r}: is not known here. Known: {some}{more}. Name one of these, or leave it out for all."
            )
            raise DecisionError(msg)


def _channels(engine: Engine, timeseries: TimeSeries, wanted: Wanted, measurement: str) -> list[Channel]:
    found = [one for edge in edges_of(engine, wanted) for one in _of_edge(engine, timeseries, edge, measurement)]
    check_names("instrument", wanted.instruments, (one.id.instrument for one in found))
    found = [one for one in found if not wanted.instruments or one.id.instrument in wanted.instruments]
    check_names("channel", wanted.channels, (one.id.channel for one in found))
    return [one for one in found if not wanted.channels or one.id.channel in wanted.channels]


def _of_edge(engine: Engine, timeseries: TimeSeries, edge: EdgeId, measurement: str) -> Iterator[Channel]:
    with Session(engine) as session:
        described = {one.key: one for one in descriptions(session, edge)}
    for instrument, fields in sorted(timeseries.fields(measurement, *edge).items()):
        for channel in sorted(_named(fields, measurement)):
            yield Channel(ChannelId(*edge, instrument, channel), _unit(described.get(instrument), channel))


def _named(fields: frozenset[str], measurement: str) -> set[str]:
    """The channels of fields of samples, or of windows."""
    if measurement == SAMPLE:
        return set(channels_of(fields, fields))
    return {name.removesuffix(end) for name in fields for end in WINDOW_FIELDS if name.endswith(end)}


def _unit(description: InstrumentDescription | None, channel: str) -> str:
    meaning = description.channels.get(channel) if description else None
    return meaning.unit if meaning else ""
