"""A channel over time: in stretches for a chart, or every sample as CSV."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from edge_agent.wire.messages import ChannelMeaning, InstrumentDescription
from gateway.api.accept import OR_CSV, csv_answer, wants_csv
from gateway.api.charts import gaps_of
from gateway.api.downsampling import MOST_POINTS, WIDEST, exact_grid, grid_of
from gateway.api.edges import find_edge
from gateway.api.permission import allow
from gateway.api.problems import ProblemError, mistake
from gateway.api.sheets import Language, Sheet, harmless
from gateway.api.source import ChannelName, EdgeName, InstrumentName, Now, Service, SiteName, TheService, Zone
from gateway.api.spans import NS, Span, iso, parse_span
from gateway.laboratory.recomputed_names import ByCertificate, recomputed_by
from gateway.registry.roles import Action
from gateway.timeseries import Bucket, ChannelId, Row

router = APIRouter(prefix="/series", tags=["series"], dependencies=[Depends(allow(Action.READ, "series"))])

LONGEST_SERIES_DAYS = 400
LONGEST_CSV_DAYS = 31

_TIME_FORMS = "-15m, -1h, -7d, now, or ISO 8601 with its offset"
Start = Annotated[
    str,
    Query(max_length=60, description=f"From: {_TIME_FORMS}", examples=["-1h", "2026-11-25T07:00:00+07:00"]),
]
End = Annotated[str, Query(max_length=60, description=f"To, not included: {_TIME_FORMS}", examples=["now"])]
Points = Annotated[int, Query(ge=1, le=MOST_POINTS, description="At most so many stretches", examples=[300])]


Width = Annotated[
    int | None,
    Query(
        ge=1,
        le=WIDEST,
        description=f"Width of the chart, pixels: one stretch for each, at most {MOST_POINTS}, none shorter than two "
        "samples, long ones of whole minutes; goes before points",
        examples=[1200],
    ),
]


class GapOut(BaseModel):
    """A stretch without any sample."""

    start: str = Field(description="UTC")
    end: str = Field(description="UTC, not included")


class BucketOut(BaseModel):
    """A stretch of the series; value figures are null when it holds no good or uncertain sample."""

    at: str = Field(description="Its start, UTC")
    mean: float | None
    minimum: float | None
    maximum: float | None
    n: int = Field(description="Good and uncertain samples; their values are above", examples=[12])
    bad: int = Field(description="Bad samples", examples=[0])


class SeriesOut(BaseModel):
    """A channel over time. A stretch without any sample is left out of ``buckets``: it is a gap, not a zero."""

    site: str
    edge: str
    instrument: str
    channel: str
    unit: str = Field(description="UCUM code; empty: never described", examples=["W"])
    title: dict[str, str]
    start: str = Field(description="UTC, as asked; with width up to a minute before")
    end: str = Field(description="UTC, not included, as asked; with width up to a stretch after")
    bucket_s: float = Field(description="Length of a stretch, s")
    n: int = Field(description="Good and uncertain samples in all")
    bad: int = Field(description="Bad samples in all")
    expected: int | None = Field(description="Samples that a reading without gaps gives; null: period not known")
    coverage: float | None = Field(description="n of expected, 0 to 1; null: period not known", examples=[0.998])
    gaps: list[GapOut] = Field(description="Where samples are absent: a line should break there")
    buckets: list[BucketOut]


def find_channel(service: Service, of: ChannelId) -> tuple[InstrumentDescription | None, ChannelMeaning | None]:
    """What is known of a channel.

    Returns:
        Its instrument and its meaning; None where the edge never described them.

    Raises:
        HTTPException: 404, neither described nor ever stored.
    """
    find_edge(service, of.site, of.edge)
    for description in service.descriptions(of.site, of.edge):
        if description.key == of.instrument and of.channel in description.channels:
            return description, description.channels[of.channel]
    stored = {(last.instrument, last.channel) for last in service.timeseries.latest(of.site, of.edge)}
    if (of.instrument, of.channel) in stored:
        return None, None
    msg = (
        f"channel {of.channel} of {of.site}/{of.edge}/{of.instrument}: was never heard of. "
        f"Look in /api/v1/instruments?site={of.site}&edge={of.edge}."
    )
    raise HTTPException(404, msg)


class Series(NamedTuple):
    """Something over time.

    Attributes:
        of: Where its samples are.
        description: Of its instrument; None where the edge never described it.
        meaning: Of the channel; None where the edge never described it.
        by: What it was made of by a certificate that was chosen later; None: an edge sent it.
    """

    of: ChannelId
    description: InstrumentDescription | None
    meaning: ChannelMeaning | None
    by: ByCertificate | None = None


def find_series(service: Service, of: ChannelId) -> Series:
    """A channel of an edge, or what a certificate made of one.

    Raises:
        HTTPException: 404, neither.
    """
    try:
        return Series(of, *find_channel(service, of))
    except HTTPException:
        with Session(service.engine) as session:
            by = recomputed_by(session, of)
        if by is None:
            raise
    return Series(by.of, *find_channel(service, by.source), by)


def coverage_of(buckets: list[Bucket], start: int, end: int, period_s: float) -> tuple[int | None, float | None]:
    """How many samples a reading without gaps gives, and which share of them has a value."""
    if period_s <= 0:
        return None, None
    expected = max(1, round((end - start) / NS / period_s))
    return expected, min(1.0, sum(b.n for b in buckets) / expected)


# Before the plain series: a channel's name has no dot, so this path is never a channel.
@router.get(
    "/{site}/{edge}/{instrument}/{channel}.csv",
    summary="Every sample as CSV",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"example": "time,value,u,unit,quality\r\n"}}}},
)
def read_csv(
    site: SiteName,
    edge: EdgeName,
    instrument: InstrumentName,
    channel: ChannelName,
    service: TheService,
    now: Now,
    zone: Zone,
    start: Start = "-1h",
    end: End = "now",
    language: Language = "en",
) -> StreamingResponse:
    """Every stored sample, oldest first, UTF-8 with a mark that Excel knows it by; at most 31 days at once."""
    of = ChannelId(site, edge, instrument, channel)
    span = asked_span(start, end, now, LONGEST_CSV_DAYS)
    of, _, meaning, _ = find_series(service, of)
    rows = service.timeseries.rows(of, span.start, span.end)
    # The first row is asked for before the answer begins: a store that is down is then a 503, not half a file.
    first = list(_taken(rows, 1))
    sheet = Sheet(language, zone)
    lines = sheet.lines(
        [sheet.time_name, "value", "u", "unit", "quality"],
        csv_rows(chain(first, rows), meaning.unit if meaning else "", sheet),
    )
    return sheet.answer(lines, f"{site}_{edge}_{instrument}_{channel}", span.start)


@router.get(
    "/{site}/{edge}/{instrument}/{channel}",
    summary="A channel over time",
    response_model=SeriesOut,
    responses={**OR_CSV},
)
def read_series(
    site: SiteName,
    edge: EdgeName,
    instrument: InstrumentName,
    channel: ChannelName,
    service: TheService,
    now: Now,
    request: Request,
    response: Response,
    start: Start = "-1h",
    end: End = "now",
    points: Points = 300,
    width: Width = None,
) -> SeriesOut | Response:
    """Mean, lowest and highest value in equal stretches, with how many samples they rest on; at most 400 days."""
    of = ChannelId(site, edge, instrument, channel)
    asked = asked_span(start, end, now, LONGEST_SERIES_DAYS)
    of, description, meaning, _ = find_series(service, of)
    period_s = description.period_s if description else 0.0
    span, bucket_ns, count = exact_grid(asked, points) if width is None else grid_of(asked, width, period_s)
    buckets = service.timeseries.series(of, span.start, span.end, count)
    out = [BucketOut(**bucket._asdict() | {"at": iso(bucket.at)}) for bucket in buckets]
    response.headers["Vary"] = "Accept"
    if wants_csv(request):
        return csv_answer(out, BucketOut, "_".join(of))
    past = Span(span.start, max(span.start + 1, min(span.end, now)))
    expected, coverage = coverage_of(buckets, span.start, span.end, period_s)
    return SeriesOut(
        **of._asdict(),
        unit=meaning.unit if meaning else "",
        title=meaning.title if meaning else {},
        start=iso(span.start),
        end=iso(span.end),
        bucket_s=bucket_ns / NS,
        n=sum(b.n for b in buckets),
        bad=sum(b.bad for b in buckets),
        expected=expected,
        coverage=coverage,
        gaps=[GapOut(start=iso(a), end=iso(b)) for a, b in gaps_of(past, buckets, bucket_ns, period_s)],
        buckets=out,
    )


def csv_rows(rows: Iterator[Row], unit: str, sheet: Sheet) -> Iterator[list[str]]:
    """The samples as lines of a file."""
    for row in rows:
        yield [
            sheet.time(row.at),
            sheet.number(row.value),
            sheet.number(row.u),
            harmless(unit),
            harmless(row.quality),
        ]


def _taken(rows: Iterator[Row], most: int) -> Iterator[Row]:
    with suppress(StopIteration):
        for _ in range(most):
            yield next(rows)


def asked_span(start: str, end: str, now: int, longest_days: int) -> Span:
    """The stretch that was asked for.

    Raises:
        ProblemError: 422, it is none.
    """
    try:
        return parse_span(start, end, now, longest_days)
    except ValueError as error:
        names = [name for name in ("start", "end") if str(error).startswith(f"{name}:")]
        raise ProblemError(422, str(error), mistakes=[mistake("query", f"#/{n}", str(error)) for n in names]) from error
