"""Contributions to growth by year as a picture for a report: stacked bars, and growth itself as a line."""

import io
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from gateway.indicators.accounts import Accounting
from gateway.indicators.tfp import OUTPUT_FELL, Step
from gateway.reports.growth_told import said
from gateway.reports.wording import words_of

_SIZE_IN = (6.3, 3.6)
_DPI = 200
_MOST_LABELS = 12
PARTS = (("capital", "#0b4f6c", ""), ("labour", "#c98a00", "//"), ("tfp", "#2f8f5b", ".."))
"""Name, colour, hatch: a print in grey tells them apart, too."""
_INK = "#1b2a33"
_STYLE: Any = {"font.family": "DejaVu Sans", "font.size": 8.0, "svg.fonttype": "path", "svg.hashsalt": "nhipdo"}


def contributions(step: Step) -> dict[str, float]:
    """Percentage points of each part."""
    return {"capital": step.capital_contribution, "labour": step.labour_contribution, "tfp": step.tfp}


def title_of(whole: Accounting, language: str) -> str:
    """What the picture shows; where the period can be said, what it found."""
    period = whole.total.period
    if period is None or period.tfp_share is None or OUTPUT_FELL in period.flags:
        return said(language, "picture", "title", since=whole.since, until=whole.until)
    share = words_of(language).number(period.tfp_share, 1)
    return said(language, "picture", "finding", share=share, since=period.before + 1, until=period.year)


def write_picture(whole: Accounting, path: Path, language: str) -> None:
    """Write an SVG or a PNG, as the path ends.

    Raises:
        ValueError: It ends in something else, or there is no year to show.
    """
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        msg = f"{path}: its name ends in {path.suffix!r}, expected .svg or .png. Choose one of both."
        raise ValueError(msg)
    path.write_bytes(picture_of(whole, kind[1:], language))


def picture_of(whole: Accounting, kind: str, language: str) -> bytes:
    """The picture as ``svg`` or ``png``.

    Raises:
        ValueError: There is no year to show.
    """
    if not whole.total.steps:
        msg = f"picture of {whole.since}-{whole.until}: no year can be said, nothing to draw. Complete the figures."
        raise ValueError(msg)
    file = io.BytesIO()
    with rc_context(_STYLE if kind == "png" else {**_STYLE, "figure.dpi": 72}):
        figure = _drawn(whole, language)
        if kind == "png":
            canvas: Any = FigureCanvasAgg(figure)
            canvas.print_png(file, metadata={"Software": None})
        else:
            canvas = FigureCanvasSVG(figure)
            canvas.print_svg(file, metadata={"Date": None, "Creator": None})
    return file.getvalue()


def _drawn(whole: Accounting, language: str) -> Figure:
    figure = Figure(_SIZE_IN, dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    steps = whole.total.steps
    above, below = [0.0] * len(steps), [0.0] * len(steps)
    years = [one.year for one in steps]
    for name, colour, hatch in PARTS:
        heights = [contributions(one)[name] for one in steps]
        bottoms = [above[k] if height >= 0 else below[k] for k, height in enumerate(heights)]
        label = said(language, "picture", name)
        axes.bar(years, heights, 0.62, bottoms, label=label, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
        for k, height in enumerate(heights):
            (above if height >= 0 else below)[k] += height
    output = [one.output for one in steps]
    axes.plot(years, output, color=_INK, marker="o", markersize=4, label=said(language, "picture", "output"))
    number = words_of(language).number
    if len(steps) <= _MOST_LABELS:
        for one in steps:
            at = (one.year, one.output)
            axes.annotate(number(one.output, 1), at, (0, 6), textcoords="offset points", ha="center", color=_INK)
    axes.axhline(0, color=_INK, linewidth=0.8)
    axes.set_ylabel(said(language, "picture", "axis"))
    axes.set_title(title_of(whole, language), loc="left", fontweight="bold")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=_MOST_LABELS))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=4, frameon=False)
    return figure
