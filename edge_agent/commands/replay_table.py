"""The answer to a replay document as a person reads it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np

from edge_agent.commands.layout import columns, number_of
from edge_agent.kpi.buckets import BUCKETS, PLANNED
from edge_agent.kpi.cycles import Changeover, changeovers, cycle_times
from edge_agent.kpi.document_rows import Window
from edge_agent.kpi.elements import Elements, Figures, figures
from edge_agent.kpi.losses import DEFECTS, Losses, losses, startup_rejects
from edge_agent.kpi.replay import Replayed, local_time

LEAST_COVERAGE = 0.95
"""Below this an indicator is refused."""
_NS = 1_000_000_000
_MOST_ISSUES = 20
_RATIOS = (
    ("availability", "APT / observed"),
    ("effectiveness", "ideal time / APT"),
    ("quality_ratio", "ideal time of good / ideal time"),
    ("oee", "ideal time of good / observed"),
    ("oee_low", "if all that was not observed was lost"),
    ("oee_high", "if all that was not observed was perfect"),
    ("coverage", "observed / PBT"),
    ("utilization", "PBT / all"),
    ("teep", "OEE x utilization"),
    ("nee", "AUPT / observed x effectiveness x quality"),
    ("setup_ratio", "SETUP / AUPT"),
    ("technical_efficiency", "APT / (APT + FAULT + STOP)"),
    ("piece_quality_ratio", "good / total"),
)


def table(found: Replayed) -> str:
    """Every window, then changeovers and issues."""
    windows = found.document.windows
    spans = np.array([(w.since, w.until) for w in windows], dtype=np.int64).reshape(-1, 2)
    rejects = startup_rejects(found.evaluation, spans)
    parts = []
    for window, startup in zip(windows, rejects, strict=True):
        elements = found.elements[window.name]
        parts.append(_window(found, window, elements, losses(elements, startup)))
    zone = ZoneInfo(found.document.timezone)
    changes = changeovers(found.evaluation)
    if changes:
        parts.append(columns([("CHANGEOVER", "LAST GOOD", "FIRST GOOD AT RATE", "TOOK"), *_changed(changes, zone)]))
    if found.issues:
        rows = [(local_time(at, zone), what) for at, what in found.issues[:_MOST_ISSUES]]
        more = len(found.issues) - _MOST_ISSUES
        parts.append(columns([("AT", "ISSUE"), *rows]) + (f"\n... and {more} more" if more > 0 else ""))
    return "\n\n".join(parts) or "no window was asked for"


def _window(found: Replayed, window: Window, e: Elements, lost: Losses) -> str:
    zone = ZoneInfo(found.document.timezone)
    f = figures(e)
    head = f"{window.name}: {local_time(window.since, zone)} to {local_time(window.until, zone)}, OEE {percent(f.oee)}"
    sections = [head, *_warnings(e, f, lost), "", _times(e), "", _pieces(e), "", _ratios(f, e), "", _losses(lost)]
    cycles = cycle_times(found.evaluation, (window.since, window.until))
    if cycles:
        rows = [
            (
                product,
                f"{ideal:g}",
                f"{c.median_s:.4g}",
                f"{c.lower_quartile_s:.4g}..{c.upper_quartile_s:.4g}",
                str(c.pieces),
            )
            for (product, ideal), c in cycles.items()
        ]
        sections += ["", columns([("CYCLE TIME, s", "IDEAL", "MEDIAN", "QUARTILES", "PIECES"), *rows])]
    return "\n".join(sections)


def _warnings(e: Elements, f: Figures, lost: Losses) -> list[str]:
    found = []
    if f.effectiveness is not None and f.effectiveness > 1:
        found.append("effectiveness above 1: the ideal cycle is wrong (too long), or a counter counts too much")
    elif lost.ideal_cycle_is_wrong:
        found.append("reduced speed below 0: the ideal cycle is too long, or pieces were made in minor stops")
    if f.coverage is not None and f.coverage < LEAST_COVERAGE:
        found.append(
            f"coverage {percent(f.coverage)} is below {percent(LEAST_COVERAGE)}: no indicator may rest on this; "
            f"OEE lies between {percent(f.oee_low)} and {percent(f.oee_high)}"
        )
    if e.reject > e.total:
        found.append("more rejected than made: scrap was booked here of pieces made elsewhere, or counters disagree")
    if f.coverage is None:
        found.append("nothing was planned here: there is no OEE")
    for n, why in (
        (e.unplanned, "outside of planned time"),
        (e.unattributed, "in time without data"),
        (e.no_product, "without a product in force"),
    ):
        if n:
            found.append(f"{number_of(n, 'piece')} {why}: not in OEE")
    return [f"  ! {warning}" for warning in found]


def _times(e: Elements) -> str:
    planned = e.planned_busy_ns
    rows = [(b.name, clock(e.ns[b]), percent(e.ns[b] / planned) if planned and b in PLANNED else "") for b in BUCKETS]
    sums = (
        ("all", e.all_ns),
        ("planned busy time, PBT", planned),
        ("observed", e.observed_ns),
        ("actual production time, APT", e.actual_production_ns),
    )
    rows += [(name, clock(ns), percent(ns / planned) if planned and ns <= planned else "") for name, ns in sums]
    return _right(("TIME", "h:mm:ss", "OF PLANNED"), rows)


def _pieces(e: Elements) -> str:
    rows = [
        (product, f"{ideal:g}", str(p.total), str(p.good), str(p.reject), str(p.rework))
        for (product, ideal), p in e.products.items()
    ]
    if len(rows) != 1:
        rows.append(("all", "", str(e.total), str(e.good), str(e.reject), str(e.rework)))
    return _right(("PIECES", "IDEAL CYCLE, s", "TOTAL", "GOOD", "REJECT", "REWORK"), rows)


def _ratios(f: Figures, e: Elements) -> str:
    rows = [(name, percent(getattr(f, name)), formula) for name, formula in _RATIOS]
    text = columns([("RATIO", "", ""), *[(name, value.rjust(8), formula) for name, value, formula in rows]])
    if not e.failures:
        return text
    mean = [clock(round(s * _NS)) for s in (f.mtbf_s or 0, f.mttr_s or 0)]
    return f"{text}\n{number_of(e.failures, 'failure')}: MTBF {mean[0]}, MTTR {mean[1]}"


def _losses(lost: Losses) -> str:
    rows = []
    for name, ns in (*lost.largest_first(), ("fully productive", lost.fully_productive), ("observed", lost.observed)):
        share = percent(ns / lost.observed) if lost.observed else ""
        rows.append((name.replace("_", " "), clock(ns), share))
        if name == DEFECTS and lost.startup:
            rows.append(("  of these in start-ups", clock(lost.startup), ""))
    return _right(("LOSS", "h:mm:ss", "OF OBSERVED"), rows)


def _changed(changes: list[Changeover], zone: ZoneInfo) -> list[tuple[str, str, str, str]]:
    return [
        (
            f"{one.before} to {one.after}",
            "-" if one.since is None else local_time(one.since, zone),
            "-" if one.until is None else local_time(one.until, zone),
            "-" if one.planned_ns is None else clock(one.planned_ns),
        )
        for one in changes
    ]


def _right(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns of figures: all but the first stand to the right."""
    widths = [max(len(row[k]) for row in (heading, *rows)) for k in range(len(heading))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in (heading, *rows)
    )


def percent(share: float | None) -> str:
    """A ratio; - where there is none.

    >>> percent(0.72384), percent(None)
    ('72.38 %', '-')
    """
    return "-" if share is None else f"{share * 100:.2f} %"


def clock(ns: int) -> str:
    """A length of time.

    >>> clock(27_000 * 10**9), clock(-90 * 10**9), clock(1_500_000_000)
    ('7:30:00', '-0:01:30', '0:00:01.5')
    """
    whole, fraction = divmod(abs(ns), _NS)
    text = f"{'-' if ns < 0 else ''}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{fraction:09}".rstrip("0") if fraction else text
