"""The pages: live values, one channel over time, what the API offers."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.sites import Sites, is_within
from gateway.api.charts import Chart, bucket_count, draw
from gateway.api.edges import find_edge
from gateway.api.health import of_all
from gateway.api.live import Sparks
from gateway.api.login import TheAccess
from gateway.api.measurements import channel_depth, uncertainty_band
from gateway.api.measurements_shown import Wanted, shown
from gateway.api.permission import TheReader, allow, signed_in, sites_for
from gateway.api.rendering import Pages
from gateway.api.series import LONGEST_CSV_DAYS, LONGEST_SERIES_DAYS, coverage_of, find_series
from gateway.api.source import ChannelName, EdgeName, InstrumentName, Now, Service, SiteName, TheService, Zone
from gateway.api.spans import DAY, NS, Span, iso, parse_span
from gateway.api.wall import sites_of
from gateway.production.periods import today
from gateway.registry.roles import Action, Reader
from gateway.timeseries import Bucket, ChannelId

router = APIRouter(include_in_schema=False)

RANGES = ("10m", "1h", "8h", "1d", "7d", "30d")
POINTS = 240
LONGEST_NAME = 100
_DIGITS = 6


async def _sparks(request: Request) -> Sparks:
    return cast("Sparks", request.app.state.sparks)


TheSparks = Annotated[Sparks, Depends(_sparks)]


class Admission(NamedTuple):
    """A form that came back: which edge, what was typed, what is wrong with it."""

    site: str = ""
    edge: str = ""
    who: str = ""
    problem: str = ""


NO_FORM = Admission()


class Live:
    """What the page of live values shows to whoever asks."""

    def __init__(
        self,
        service: TheService,
        sparks: TheSparks,
        now: Now,
        reader: TheReader,
        seen: Annotated[Sites, Depends(sites_for(Action.READ, "series"))],
        andons: Annotated[Sites, Depends(sites_for(Action.READ, "production"))],
        admits: Annotated[Sites, Depends(sites_for(Action.DECIDE, "edge"))],
        site: str = "",
        edge: str = "",
        search: str = "",
        page: str = "1",
    ) -> None:
        self._service, self._sparks, self._now = service, sparks, now
        self._reader, self._seen, self._andons, self._admits = reader, seen, andons, admits
        number = int(page) if page.isdecimal() and page.isascii() and len(page) <= _DIGITS else 1
        self._wanted = Wanted(site[:LONGEST_NAME], edge[:LONGEST_NAME], search[:LONGEST_NAME], max(1, number))

    def shown(self, admission: Admission = NO_FORM) -> dict[str, object]:
        """For the template; ``admission`` is a form that came back."""
        service, now = self._service, self._now
        may_look = self._reader.may(Action.READ, "gateway")
        health = of_all(service, self._seen)
        # A form that came back is shown where it stands.
        wanted = Wanted(admission.site, admission.edge) if admission.problem else self._wanted
        part = shown(service, health, wanted, now, self._sparks)
        return {
            "part": part,
            "edges": part.edges,
            "sites": sorted({one.site for one in health}),
            "wanted": wanted,
            "andons": [site for site in sites_of(service) if is_within(site, self._andons)],
            "admits": {one.site for one in health if is_within(one.site, self._admits)},
            "gateway": service.gateway_status(),
            "findings": service.store_health().findings if may_look else (),
            "now": now,
            "admission": admission,
        }


TheLive = Annotated[Live, Depends()]


@router.get("/measurements")
def show_live(request: Request, pages: Pages, live: TheLive) -> HTMLResponse:
    """What every channel shows now."""
    return pages.page(request, "index.html", live.shown())


@router.get("/live")
def show_live_part(request: Request, pages: Pages, live: TheLive) -> HTMLResponse:
    """The same without its frame, for the script that keeps the page fresh."""
    return pages.page(request, "live.html", live.shown())


@router.post("/edges/{site}/{edge}/admit")
def admit(
    request: Request,
    site: SiteName,
    edge: EdgeName,
    service: TheService,
    pages: Pages,
    live: TheLive,
    access: TheAccess,
    reader: Annotated[Reader, Depends(allow(Action.DECIDE, "edge"))],
    who: Annotated[str, Form()] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """A person admits an edge by the form on the page."""
    find_edge(service, site, edge)
    who = " ".join(who.split())
    problem = "" if 0 < len(who) <= LONGEST_NAME else "admit.name_wanted"
    if not access.is_form_token(request.state.session, token):
        problem = "admit.form_old"
    if problem:
        back = Admission(site, edge, who, problem)
        return pages.page(request, "index.html", live.shown(back), 422)
    service.admit(site, edge, who, reader)
    return RedirectResponse("/measurements", 303)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the page of a series shows of its stretch.

    Attributes:
        span: The stretch.
        width: Of a bucket, ns.
        buckets: Its figures.
        chart: None when there is no value.
        n: Samples with a value.
        bad: Bad samples.
        mean: Over all samples with a value.
        coverage: Share of the samples that a reading without gaps gives; None when the period is not known.
    """

    span: Span
    width: int
    buckets: list[Bucket]
    chart: Chart | None
    n: int
    bad: int
    mean: float | None
    coverage: float | None

    @property
    def low(self) -> float | None:
        """Lowest value."""
        return min((b.minimum for b in self.buckets if b.minimum is not None), default=None)

    @property
    def high(self) -> float | None:
        """Highest value."""
        return max((b.maximum for b in self.buckets if b.maximum is not None), default=None)

    @property
    def csv_start(self) -> str:
        """From when a download begins: it is shorter than the longest chart."""
        return iso(max(self.span.start, self.span.end - LONGEST_CSV_DAYS * DAY))

    @property
    def csv_end(self) -> str:
        """To when it goes."""
        return iso(self.span.end)


def up_to_now(length: int, period_s: float, now: int) -> Span:
    """The last ``length`` ns, to the end of the bucket that is being filled: a chart drawn again does not tremble."""
    count = bucket_count(Span(0, length), period_s, POINTS)
    width = -(-length // count)
    end = -(-now // width) * width
    return Span(end - width * count, end)


def draw_series(service: Service, of: ChannelId, span: Span, period_s: float, now: int, zone: ZoneInfo) -> Drawn:
    """One channel over a stretch."""
    count = bucket_count(span, period_s, POINTS)
    width = -(-(span.end - span.start) // count)
    buckets = service.timeseries.series(of, span.start, span.end, count)
    n = sum(b.n for b in buckets)
    mean = sum((b.mean or 0.0) * b.n for b in buckets) / n if n else None
    # What is still to come cannot be absent.
    _, coverage = coverage_of(buckets, span.start, min(span.end, now), period_s)
    chart = draw(span, buckets, width, period_s, zone)
    return Drawn(span, width, buckets, chart, n, sum(b.bad for b in buckets), mean, coverage)


@router.get("/series/{site}/{edge}/{instrument}/{channel}")
def show_series(
    request: Request,
    site: SiteName,
    edge: EdgeName,
    instrument: InstrumentName,
    channel: ChannelName,
    service: TheService,
    pages: Pages,
    now: Now,
    zone: Zone,
    reader: Annotated[Reader, Depends(allow(Action.READ, "series"))],
    range: str = "1h",  # noqa: A002  the word in the address
    start: str = "",
    end: str = "",
    part: bool = False,  # noqa: FBT001, FBT002  a query parameter
) -> HTMLResponse:
    """One channel over time: chart, figures, table, download."""
    of = ChannelId(site, edge, instrument, channel)
    of, description, meaning, by = find_series(service, of)
    period_s = description.period_s if description else 0.0
    span, chosen, problem = _stretch(range, (start, end), period_s, now, zone)
    drawn = draw_series(service, of, span, period_s, now, zone)
    band = uncertainty_band(service, of, span, drawn.width, drawn.chart, period_s) if drawn.chart else ""
    shown = (drawn.buckets, span, drawn.width)
    context = {
        "band": band,
        "by": by,
        # What is said of a channel's present is not said of what a certificate made of its past.
        "depth": None if part or by else channel_depth(service, reader, of, shown, now, today(now, zone)),
        "of": of,
        "description": description,
        "meaning": meaning,
        "drawn": drawn,
        "ranges": RANGES,
        "chosen": chosen,
        "start": start,
        "end": end,
        "problem": problem,
        "now": now,
    }
    return pages.page(request, "chart.html" if part else "series.html", context)


def _stretch(name: str, typed: tuple[str, str], period_s: float, now: int, zone: ZoneInfo) -> tuple[Span, str, str]:
    """The stretch that was typed, or else the one of this name; the name; what is wrong with what was typed."""
    chosen = name if name in RANGES else "1h"
    span = up_to_now(_range_ns(chosen), period_s, now)
    start, end = typed
    if not (start or end):
        return span, chosen, ""
    try:
        return parse_span(start, end or "now", now, LONGEST_SERIES_DAYS, zone), "", ""
    except ValueError:
        return span, chosen, "series.problem_span"


def _range_ns(text: str) -> int:
    return int(text[:-1]) * {"m": 60, "h": 3600, "d": 86_400}[text[-1]] * NS


@router.get("/api/docs", dependencies=[Depends(signed_in)])
def show_api(request: Request, pages: Pages) -> HTMLResponse:
    """What the API offers, without a script from elsewhere."""
    return pages.page(request, "api.html", {"api": request.app.openapi()})
