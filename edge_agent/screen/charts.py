"""Control charts: is the process still the one it was, and is it good enough?

The library that judges is imported with the first chart that is there to show.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from edge_agent.screen.chart_drawing import Drawing, draw
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import TheScreen
from edge_agent.speech import printed

if TYPE_CHECKING:
    from edge_agent.oee.chart_pictures import ChartPicture

router = APIRouter(include_in_schema=False)
_SPREADS = {"xbar_r": "range", "xbar_s": "s"}
_FINE = 0.1
"""Of a CUSUM, in standard deviations."""


class Plot(NamedTuple):
    """One drawing of a chart.

    Attributes:
        name: ``individuals``, ``x_bar``, ``range``, ``s``, ``ewma`` or ``cusum``.
        unit: As printed.
        fine: Figures are told to two digits of this.
        drawing: None: no points yet.
    """

    name: str
    unit: str
    fine: float
    drawing: Drawing | None


class Shown(NamedTuple):
    """One chart on the page."""

    picture: "ChartPicture"
    unit: str
    fine: float
    plots: tuple[Plot, ...]
    late: bool


@router.get("/charts")
def show_charts(request: Request, screen: TheScreen, pages: Pages) -> Response:
    """All control charts of this edge."""
    now = screen.clock()
    pictures: list[ChartPicture] = []
    if screen.settings.shop.charts:
        from edge_agent.oee.chart_pictures import read_charts  # noqa: PLC0415  brings in the library of control charts

        with screen.book() as book:
            pictures = read_charts(book.charts())
    return pages.page(request, "charts.html", {"charts": [_shown(one, now) for one in pictures], "now": now})


def _shown(picture: "ChartPicture", now: int) -> Shown:
    unit = printed(picture.about.unit)
    lines = picture.state.lines
    means = [point.mean for point in picture.points]
    fine = lines.sigma if lines else (max(means, default=0.0) - min(means, default=0.0)) / 10
    late = bool(picture.state.last) and now - picture.state.last > picture.late_s * 1e9
    return Shown(picture, unit, fine, tuple(_plots(picture, unit, fine)), late)


def _plots(picture: "ChartPicture", unit: str, fine: float) -> Iterator[Plot]:
    chart = picture.about.chart
    name = "x_bar" if chart.kind in _SPREADS else chart.kind
    specification = (chart.lower, chart.upper) if name == "individuals" else (None, None)
    drawing = draw(picture.points, lambda point: point.place, [name], specification)
    yield Plot(name, "" if name == "cusum" else unit, _FINE if name == "cusum" else fine, drawing)
    if chart.kind in _SPREADS and picture.state.lines:
        spread = _SPREADS[chart.kind]
        yield Plot(spread, unit, fine, draw(picture.points, lambda point: point.spread, [spread]))
