"""Instruments, what their channels mean, and what they showed last."""

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from edge_agent.wire.messages import InstrumentDescription
from gateway.api.accept import OR_CSV
from gateway.api.edges import find_edge
from gateway.api.live import ChannelView, edge_view
from gateway.api.paging import Whole
from gateway.api.permission import allow
from gateway.api.revisions import NOT_MODIFIED, IfNoneMatch
from gateway.api.source import EdgeQuery, Now, SiteQuery, TheService
from gateway.api.spans import NS, iso
from gateway.registry.roles import Action

router = APIRouter(tags=["instruments"], dependencies=[Depends(allow(Action.READ, "series"))])


class ChannelOut(BaseModel):
    """What a channel means."""

    channel: str = Field(examples=["active_power"])
    unit: str = Field(description="UCUM code; empty: never described", examples=["W"])
    minimum: float | None = Field(description="Least valid value, in unit; null: not known")
    maximum: float | None = Field(description="Greatest valid value, in unit; null: not known")
    text: bool = Field(description="True: it shows a text, which is no series")
    title: dict[str, str] = Field(description="Language -> words", examples=[{"vi": "Công suất", "en": "Power"}])


class InstrumentOut(BaseModel):
    """What an instrument is."""

    site: str
    edge: str
    instrument: str = Field(examples=["meter-1"])
    bus: str
    model: str = Field(description="Name of its map", examples=["em-3"])
    model_sha256: str = Field(description="Of the map's content")
    period_s: float = Field(description="How often it is read, s", examples=[1.0])
    revision: int
    channels: list[ChannelOut]


class LatestOut(BaseModel):
    """What a channel showed last."""

    instrument: str
    channel: str
    unit: str = Field(description="UCUM code; empty: never described", examples=["W"])
    value: float | None = Field(description="null: the last sample was bad", examples=[1500.0])
    u: float | None = Field(description="Standard uncertainty, in unit; null: no certificate in force")
    quality: str = Field(description="good, or grade.reason", examples=["good", "bad.no_reply"])
    recent: bool = Field(description="False: older than three periods (at least 15 s); do not take it for the present")
    at: str = Field(description="UTC")
    age_s: float


def _instrument_out(site: str, edge: str, description: InstrumentDescription) -> InstrumentOut:
    return InstrumentOut(
        site=site,
        edge=edge,
        instrument=description.key,
        bus=description.bus,
        model=description.model,
        model_sha256=description.model_sha256,
        period_s=description.period_s,
        revision=description.revision,
        channels=[
            ChannelOut(channel=name, unit=m.unit, minimum=m.minimum, maximum=m.maximum, text=m.text, title=m.title)
            for name, m in description.channels.items()
        ],
    )


@router.get(
    "/instruments",
    summary="The instruments of an edge",
    response_model=list[InstrumentOut],
    responses={**OR_CSV, **NOT_MODIFIED},
)
def read_instruments(
    site: SiteQuery,
    edge: EdgeQuery,
    service: TheService,
    asked: Whole,
    _given: IfNoneMatch = None,
) -> list[InstrumentOut] | Response:
    """What every instrument of an edge is, by the revision in force, by name."""
    find_edge(service, site, edge)
    described = sorted(service.descriptions(site, edge), key=lambda its: its.key)
    revisions = (word for its in described for word in (its.key, its.revision))
    cut = asked.cut(described, lambda its: (its.key,))
    return asked.unchanged(*revisions) or asked.array(
        cut, InstrumentOut, lambda its: _instrument_out(site, edge, its), f"{site}_{edge}_instruments"
    )


@router.get(
    "/latest",
    summary="What every channel of an edge showed last",
    response_model=list[LatestOut],
    responses={**OR_CSV},
)
def read_latest(
    site: SiteQuery, edge: EdgeQuery, service: TheService, now: Now, asked: Whole
) -> list[LatestOut] | Response:
    """The last stored sample of every channel: value, unit, uncertainty, quality, age; by instrument and channel."""
    view = edge_view(service, find_edge(service, site, edge), now)
    shown = [c for instrument in view.instruments for c in instrument.channels if c.latest]
    cut = asked.cut(sorted(shown, key=_place), _place)
    return asked.array(cut, LatestOut, _latest_out, f"{site}_{edge}_latest")


def _place(channel: ChannelView) -> tuple[str, str]:
    return channel.of.instrument, channel.of.channel


def _latest_out(channel: ChannelView) -> LatestOut:
    latest = channel.latest
    assert latest is not None
    return LatestOut(
        instrument=channel.of.instrument,
        channel=channel.of.channel,
        unit=channel.meaning.unit if channel.meaning else "",
        value=latest.value,
        u=latest.u,
        quality=latest.quality,
        recent=channel.reason != "old",
        at=iso(latest.at),
        age_s=round(channel.age / NS, 3),
    )
