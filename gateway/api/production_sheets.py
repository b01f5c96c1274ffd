"""What the charts of production show, as files that people open in a spreadsheet."""

from collections.abc import Callable, Iterator, Sequence

from fastapi.responses import StreamingResponse

from gateway.api.sheets import Sheet, harmless
from gateway.production.judging import Judged
from gateway.production.looking import Asked, Look, Scope, look
from gateway.production.periods import Period
from gateway.production.reading import Machine, Selection
from gateway.production.stops import stops_of

_NS = 10**9
_MOST_STOPS = 50_000
_FIGURES = ("oee", "oee_low", "oee_high", "availability", "effectiveness", "quality_ratio", "coverage")
_FIGURE_HEADS = [
    *_FIGURES,
    *(f"{name}_s" for name in ("planned", "observed", "production")),
    *("total", "good", "reject"),
    "grey",
]
Rows = tuple[list[str], Iterator[list[str]]]


def _figures(judged: Judged, sheet: Sheet) -> list[str]:
    e, ratios = judged.elements, judged.figures.as_dict()
    times = (e.planned_busy_ns, e.observed_ns, e.actual_production_ns)
    return [
        *(sheet.number(ratios[name]) for name in _FIGURES),
        *(sheet.number(ns / _NS) for ns in times),
        *(str(n) for n in (e.total, e.good, e.reject)),
        judged.grey,
    ]


def _trend(seen: Look, sheet: Sheet) -> Rows:
    parts = (*seen.columns, *seen.weeks)
    return ["period", *_FIGURE_HEADS], ([one.period.name, *_figures(one.judged, sheet)] for one in parts)


def _shifts(seen: Look, sheet: Sheet) -> Rows:
    return ["shift", *_FIGURE_HEADS], (
        [harmless(one.period.shift), *_figures(one.judged, sheet)] for one in seen.shifts or seen.columns
    )


def _members(seen: Look, sheet: Sheet) -> Rows:
    heading = ["site", "line", "machine", *_FIGURE_HEADS, "figure_before"]
    return heading, (
        [
            *(harmless(part) for part in one.scope),
            *_figures(one.judged, sheet),
            sheet.number(one.change.before if one.change else None),
        ]
        for one in seen.members
    )


def _losses(seen: Look, sheet: Sheet) -> Rows:
    before = {loss.name: loss for loss in seen.before.losses}
    heading = ["loss", "seconds", "share_of_observed", "seconds_before", "share_before"]
    return heading, (
        [
            loss.name,
            *(sheet.number(n) for n in (loss.ns / _NS, loss.share)),
            *((sheet.number(b.ns / _NS), sheet.number(b.share)) if (b := before.get(loss.name)) else ("", "")),
        ]
        for loss in seen.judged.losses
    )


def _reasons(seen: Look, sheet: Sheet) -> Rows:
    heading = ["reason", "title_vi", "title_en", "kind", "stops", "planned_s"]
    return heading, (
        [
            *(harmless(text) for text in (one.reason, one.title.get("vi", ""), one.title.get("en", ""))),
            one.kind,
            str(one.stops),
            sheet.number(one.planned_ns / _NS),
        ]
        for one in seen.reasons
    )


TABLES: dict[str, Callable[[Look, Sheet], Rows] | None] = {
    "trend": _trend,
    "shifts": _shifts,
    "members": _members,
    "losses": _losses,
    "reasons": _reasons,
    "stops": None,
}
"""Name of a file -> what makes its rows; stops are asked for apart."""


def sheet_of(
    table: str, asked: Asked, seen: Sequence[Machine], scope: Scope, period: Period, language: str
) -> StreamingResponse:
    """One of :data:`TABLES` of a scope over a period."""
    sheet = Sheet(language, asked.zone)
    make = TABLES[table]
    if make is None:
        heading, rows = _stops(asked, Selection(scope.machines(seen), not scope.line and not scope.unit), period, sheet)
    else:
        heading, rows = make(look(asked, seen, scope, period), sheet)
    words = "_".join(part for part in (scope.site, scope.unit.replace("/", "_")) if part) or "production"
    return sheet.answer(sheet.lines(heading, rows), f"{words}_{table}_{period.kind}", period.span(asked.zone)[0])


def _stops(asked: Asked, whose: Selection, period: Period, sheet: Sheet) -> Rows:
    heading = [sheet.time_name, "until", "planned_s", "site", "edge", "machine", "kind", "code", "shift", "product"]
    heading += ["reason", "title", "note", "who"]
    found = stops_of(asked.engine, whose, period, asked.zone, most=_MOST_STOPS, longest_first=False)
    return heading, (
        [
            sheet.time(stop.since),
            sheet.time(stop.until),
            sheet.number(stop.planned_ns / _NS),
            *stop.of,
            stop.kind,
            *(harmless(text) for text in (stop.code, stop.shift, stop.product, stop.reason)),
            harmless(stop.title.get("vi") or next(iter(stop.title.values()), "")),
            *(harmless(text) for text in (stop.note, stop.who)),
        ]
        for stop in found
    )
