"""One stop: what is known of it, and what the instruments of its machine showed around it."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import HTMLResponse

from edge_agent.wire.messages import ChannelMeaning
from gateway.access.sites import Sites, is_within
from gateway.api.charts import Chart, bucket_count, draw
from gateway.api.permission import allow, sites_for
from gateway.api.production import linking, titles_of
from gateway.api.rendering import Pages
from gateway.api.source import EdgeName, Now, Service, SiteName, TheService, Zone
from gateway.api.spans import DAY, NS, Span, iso
from gateway.api.work_units import UnitName
from gateway.production.looking import Scope
from gateway.production.periods import parse, shift_at, today
from gateway.production.reading import Machine, machines_of
from gateway.production.stops import Stopped, stop_at
from gateway.production.summing import day_of_shift
from gateway.registry.roles import Action
from gateway.shop_floor import UnitId
from gateway.timeseries import ChannelId

router = APIRouter(include_in_schema=False, dependencies=[Depends(allow(Action.READ, "production"))])

_LEAST, _MOST = 600 * NS, 7 * DAY
"""How much is shown before and behind a stop: as long as it lasted, within these bounds."""
_POINTS = 240
_MOST_CHANNELS = 12

Since = Annotated[int, Path(ge=0, lt=2**63, description="When it began, UTC ns")]
SeriesSites = Annotated[Sites, Depends(sites_for(Action.READ, "series"))]


class Around(NamedTuple):
    """One channel around a stop.

    Attributes:
        of: Which.
        meaning: None where its edge never described it.
        chart: None where there is no value.
        address: The channel's own page, over the same time.
    """

    of: ChannelId
    meaning: ChannelMeaning | None
    chart: Chart | None
    address: str


def around(stop: Stopped, now: int) -> Span:
    """What is shown: the stop, with as much before and behind it.

    >>> from gateway.shop_floor import UnitId
    >>> stop = Stopped(UnitId("s", "e", "u"), 10**15, 10**15 + 60 * NS, "STOP", 0, "", "", "", "", {}, "", "")
    >>> [n // NS for n in around(stop, 10**16)]
    [999400, 1000660]
    """
    until = now if stop.until is None else stop.until
    beside = min(max(until - stop.since, _LEAST), _MOST)
    return Span(max(0, stop.since - beside), max(stop.since + 1, min(until + beside, max(now, until))))


@router.get("/production/stops/{site}/{edge}/{unit}/{since}")
def show_stop(
    request: Request,
    site: SiteName,
    edge: EdgeName,
    unit: UnitName,
    since: Since,
    service: TheService,
    pages: Pages,
    now: Now,
    zone: Zone,
    series: SeriesSites,
) -> HTMLResponse:
    """One stop, with the samples around it."""
    of = UnitId(site, edge, unit)
    stop = stop_at(service.engine, of, since)
    if stop is None:
        msg = f"stop of {'/'.join(of)} at {since}: there is none any more. Look in /production/stops?site={site}."
        raise HTTPException(404, msg)
    machine = next((one for one in machines_of(service.engine, frozenset({site})) if one.id == of), None)
    span = around(stop, now)
    may_look = is_within(site, series)
    there = machine.zone(zone) if machine else zone
    name, day = day_of_shift(stop.shift, today(stop.since, there).isoformat())
    period = shift_at(parse(day).first, name) if name else parse(day)
    scope = Scope(site, unit=f"{edge}/{unit}")
    context = {
        "stop": stop,
        "unit": machine,
        "span": span,
        "marked": _marked(stop, span, now),
        "channels": _channels(service, machine, span, zone) if may_look and machine else (),
        "may_look": may_look,
        "titles": titles_of(service),
        "now": now,
        "scope": scope,
        "period": period,
        "to": linking(scope, period),
        "whole": Scope,
    }
    return pages.page(request, "production/stop.html", context)


def _marked(stop: Stopped, span: Span, now: int) -> tuple[float, float]:
    """Where the stop lies in what is shown: left side and width, %."""
    length = span.end - span.start
    until = min(now if stop.until is None else stop.until, span.end)
    return round((stop.since - span.start) / length * 100, 3), round(max(0, until - stop.since) / length * 100, 3)


def _channels(service: Service, machine: Machine, span: Span, zone: Zone) -> list[Around]:
    site, edge, _ = machine.id
    meanings = {
        (said.key, name): (meaning, said.period_s)
        for said in service.descriptions(site, edge)
        for name, meaning in said.channels.items()
    }
    found = []
    for source in list(dict.fromkeys(machine.channels.values()))[:_MOST_CHANNELS]:
        instrument, _, channel = source.partition(".")
        meaning, period_s = meanings.get((instrument, channel), (None, 0.0))
        of = ChannelId(site, edge, instrument, channel)
        count = bucket_count(span, period_s, _POINTS)
        buckets = service.timeseries.series(of, span.start, span.end, count)
        width = -(-(span.end - span.start) // count)
        chart = draw(span, buckets, width, period_s, zone)
        found.append(Around(of, meaning, chart, f"/series/{'/'.join(of)}?start={iso(span.start)}&end={iso(span.end)}"))
    return found
