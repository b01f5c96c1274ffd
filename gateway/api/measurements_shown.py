"""Which part of all measurements one page shows: of a few edges all, of many a list that leads to one.

Decision: more channels than anybody reads are not shown at once; the edges are listed, and each leads to its own.
Because: 5 000 channels are two megabytes every two seconds, which no phone shows and nobody reads; who looks for one
knows its site, its edge or a word of its name.

Decision: the list counts what edges said last of their instruments, and asks no store.
Because: it is what they know best, and one look at it costs the same for one edge and for a hundred.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import InstrumentDescription
from edge_agent.wire.records import record_decoder
from gateway.api.live import EdgeView, InstrumentView, Sparks, edge_view
from gateway.api.measurements import fits, sought
from gateway.api.source import Service
from gateway.health import EdgeHealth
from gateway.registry import RecordRow
from gateway.timeseries import ChannelId

MOST_INSTRUMENTS = 40
"""Of several edges so many are shown together."""
MOST_CHANNELS = 200
"""Of one edge on one page; an instrument is not torn apart."""
MOST_SOUGHT = 10
"""What was sought is shown together when it is at no more edges: each has to be asked for."""
MOST_LISTED = 60


class Wanted(NamedTuple):
    """What is looked for; empty: all of it.

    Attributes:
        site: One site.
        edge: One edge of it.
        search: Words that stand in the names of a channel.
        page: From 1.
    """

    site: str = ""
    edge: str = ""
    search: str = ""
    page: int = 1


class Listed(NamedTuple):
    """An edge on the list.

    Attributes:
        health: How it stands with us.
        instruments: How many it reads, by its last status.
        poor: How many of these it does not call good.
        found: How many of its channels were sought; None: none in particular.
    """

    health: EdgeHealth
    instruments: int
    poor: int
    found: int | None

    @property
    def needs_somebody(self) -> bool:
        """Whether it stands before the others."""
        return self.health.silent or not self.health.admitted or bool(self.poor)


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: either edges with their channels, or a list of edges.

    Attributes:
        edges: With what is shown of them.
        listed: Empty where channels are shown.
        page: Which, from 1.
        pages: How many there are.
    """

    edges: Sequence[EdgeView] = ()
    listed: Sequence[Listed] = ()
    page: int = 1
    pages: int = 1


def shown(
    service: Service, health: Iterable[EdgeHealth], wanted: Wanted, now: int, sparks: Sparks | None = None
) -> Shown:
    """One page of the measurements of some edges; who looks must be permitted to see all of these."""
    chosen = [one for one in health if wanted.site in ("", one.site) and wanted.edge in ("", one.edge)]
    is_many = sum(map(_count, chosen)) > MOST_INSTRUMENTS
    if len(chosen) > 1 and is_many:
        found = _found(service, chosen, wanted.search) if wanted.search else None
        listed = [_listed(one, found) for one in chosen if found is None or (one.site, one.edge) in found]
        if found is None or sum(found.values()) > MOST_CHANNELS or len(listed) > MOST_SOUGHT:
            # What needs somebody first; the rest as it was, by site and name.
            return _cut_list(sorted(listed, key=lambda one: not one.needs_somebody), wanted.page)
        chosen = [one.health for one in listed]
    views = sought((edge_view(service, one, now, sparks) for one in chosen), wanted.site, wanted.search)
    return _cut_channels(views, wanted.page)


def _count(health: EdgeHealth) -> int:
    return len(health.status.instruments) if health.status else 0


def _listed(health: EdgeHealth, found: dict[tuple[str, str], int] | None) -> Listed:
    states = health.status.instruments.values() if health.status else ()
    poor = sum(state != "good" for state in states)
    return Listed(health, len(states), poor, None if found is None else found[health.site, health.edge])


def _found(service: Service, chosen: Sequence[EdgeHealth], search: str) -> dict[tuple[str, str], int]:
    """How many described channels of each edge are sought; all edges are asked for at once."""
    seen = {(one.site, one.edge) for one in chosen}
    its, words = RecordRow, search.casefold().split()
    query = select(its.site, its.edge, its.body).where(
        its.noun == "instrument", its.site.in_(sorted({site for site, _ in seen}))
    )
    found: dict[tuple[str, str], int] = {}
    with Session(service.engine) as session:
        for site, edge, body in session.execute(query):
            said = record_decoder.decode(body) if (site, edge) in seen else None
            if isinstance(said, InstrumentDescription):
                ids = (ChannelId(site, edge, said.key, name) for name in said.channels)
                n = sum(fits(of, said.channels[of.channel], said, words) for of in ids)
                if n:
                    found[site, edge] = found.get((site, edge), 0) + n
    return found


def _cut_list(listed: Sequence[Listed], page: int) -> Shown:
    pages = max(1, -(-len(listed) // MOST_LISTED))
    page = min(page, pages)
    return Shown(listed=listed[(page - 1) * MOST_LISTED : page * MOST_LISTED], page=page, pages=pages)


def _cut_channels(views: Sequence[EdgeView], page: int) -> Shown:
    pages = list(_pages(views))
    page = min(page, len(pages))
    return Shown(edges=pages[page - 1], page=page, pages=len(pages))


def _pages(views: Sequence[EdgeView]) -> Iterator[list[EdgeView]]:
    """Whole instruments, as many as a page holds; an edge without any stands on one, too."""
    here: list[EdgeView] = []
    room = MOST_CHANNELS
    for view in views:
        some: list[InstrumentView] = []
        for one in view.instruments:
            if len(one.channels) > room < MOST_CHANNELS:
                yield [*here, replace(view, instruments=tuple(some))] if some else here
                here, some, room = [], [], MOST_CHANNELS
            some.append(one)
            room -= len(one.channels)
        here.append(replace(view, instruments=tuple(some)))
    yield here
