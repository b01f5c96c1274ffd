"""Pictures of a report, drawn without a screen: targets as bars, values over years as lines.

The only module that knows matplotlib; its figures are made without ``pyplot``, which keeps them for ever.
"""

import io
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from gateway.reports.content import Bar, Chart, Course
from gateway.reports.wording import words_of

_WIDTH_IN = 6.3
_DPI = 200
_BAR_IN, _AROUND_IN = 0.36, 0.75
_COURSE_IN, _COLUMNS = 2.0, 2
_MOST_SHOWN = 150.0
"""Per cent; a longer bar is cut, and its figure stands beside it."""
_LONGEST_NAME = 46
_INK, _FAINT, _LINE = "#1b2a33", "#8a969d", "#0b4f6c"
_COLOURS = {"exceeded": "#0b6b3a", "met": "#2f8f5b", "not_yet": "#c98a00", "not_met": "#b3261e"}
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
"""Behind figures, which the line of the target would cross."""
_HATCHES = {"not_yet": "//", "not_met": "xx"}
"""Beside the colour: a print in grey tells them apart, too."""
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "svg.fonttype": "path",
    "svg.hashsalt": "nhipdo",
    "hatch.linewidth": 0.6,
}


def png_of(chart: Chart) -> bytes:
    """A chart for a text, 200 points an inch."""
    file = io.BytesIO()
    with rc_context(_STYLE):
        _canvas(FigureCanvasAgg, chart).print_png(file, metadata={"Software": None})
    return file.getvalue()


def svg_of(chart: Chart) -> str:
    """A chart for print: lines and letters as shapes, so that no font is needed."""
    file = io.BytesIO()
    with rc_context({**_STYLE, "figure.dpi": 72}):
        _canvas(FigureCanvasSVG, chart).print_svg(file, metadata={"Date": None, "Creator": None})
    return file.getvalue().decode()


def _canvas(kind: Any, chart: Chart) -> Any:
    return kind(_bars(chart) if chart.bars else _courses(chart))


def _bars(chart: Chart) -> Figure:
    """Each target as a bar to 100 % of its own target, with the line that they are all held to."""
    figure = Figure((_WIDTH_IN, _AROUND_IN + _BAR_IN * len(chart.bars)), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    for place, bar in enumerate(chart.bars):
        _bar(axes, place, bar)
    axes.axvline(100, color=_INK, linewidth=1.2)
    axes.annotate(chart.words["target"], (100, -0.62), ha="center", va="bottom", fontsize=7.5, annotation_clip=False)
    axes.set_yticks(range(len(chart.bars)), [_shortened(bar.name) for bar in chart.bars])
    axes.set_ylim(len(chart.bars) - 0.45, -0.65)
    axes.set_xlim(0, 1.32 * _MOST_SHOWN)
    axes.set_xticks([0, 50, 100, 150])
    axes.set_xlabel(chart.words["axis"])
    _plain(axes)
    return figure


def _bar(axes: Any, place: int, bar: Bar) -> None:
    length = min(100 * max(bar.progress, 0.0), _MOST_SHOWN)
    colour = _COLOURS.get(bar.state, _FAINT)
    axes.barh(place, length, 0.62, color=colour, edgecolor="white", hatch=_HATCHES.get(bar.state, ""), linewidth=0)
    axes.text(length + 2, place, bar.told, va="center", fontsize=7.5, color=_INK, bbox=_BEHIND)


def _courses(chart: Chart) -> Figure:
    """One small picture for each indicator: they have units of their own."""
    n = len(chart.courses)
    columns = min(_COLUMNS, n)
    rows = -(-n // columns)
    figure = Figure((_WIDTH_IN, _COURSE_IN * rows), dpi=_DPI, layout="constrained")
    for place, course in enumerate(chart.courses):
        _course(figure.add_subplot(rows, columns, place + 1), course, chart)
    return figure


def _course(axes: Any, course: Course, chart: Chart) -> None:
    years = sorted(course.years)
    values = [course.years[year] for year in years]
    # A year without a value is a gap, and no line leads across it.
    heights = [float("nan") if value is None else value for value in values]
    axes.plot(years, heights, color=_LINE, marker="o", markersize=4, linewidth=1.4)
    still = course.years.get(course.open_year)
    if still is not None:
        axes.plot([course.open_year], [still], "o", markersize=6, markerfacecolor="white", markeredgecolor=_LINE)
    if course.target is not None:
        axes.axhline(course.target, color=_INK, linewidth=0.9, linestyle="--")
        axes.annotate(
            chart.words["target"],
            (1, course.target),
            (-2, 2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            fontsize=7,
        )
    axes.set_title(_shortened(course.name), fontsize=8, loc="left")
    shown = [value for value in (*values, course.target) if value is not None]
    axes.set_ylim(min(0.0, *shown) * 1.15, max(0.0, *shown) * 1.2 or 1)
    axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
    told = [f"{year}\n({chart.words['open']})" if year == course.open_year else str(year) for year in years]
    axes.set_xticks(years, told)
    say = words_of(chart.language)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: say.number(value)))
    _plain(axes)


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2, colors=_INK)


def _shortened(name: str) -> str:
    """A name on two lines at most."""
    if len(name) <= _LONGEST_NAME // 2:
        return name
    words, first = name.split(), ""
    while words and len(first) + len(words[0]) < _LONGEST_NAME * 3 // 4:
        first = f"{first} {words.pop(0)}".strip()
    rest = " ".join(words)
    if len(rest) > _LONGEST_NAME * 3 // 4:
        rest = f"{rest[: _LONGEST_NAME * 3 // 4 - 1].rpartition(' ')[0] or rest[:30]}…"
    return f"{first}\n{rest}".strip()
