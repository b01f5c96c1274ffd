"""A pilot judged from the days of its machines: windows, coverage, figures, what stands in the way. Pure.

Decision: nothing is judged before the result window is over, nor of windows that were fixed after it had begun.
Because: who may look day by day, or choose the days, finds an effect in any line.

Decision: the model is the one that was fixed with the pilot (level, or level and slope; weekdays that differ or not),
with the mix of products where there are several; what is rare is one column. The confidence is 95 % over all figures.
Because: who may choose terms after the result was seen finds an effect too.

Decision: where there are machines for comparison the difference is judged, and the baseline told is the pilot's own.
Because: a change in per cent is one of what the machine was, and not of how it differed from its neighbour.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from math import fsum

import numpy as np

from gateway.indicators.pilots import Asked, Daily, Direction, Verdict, Windows
from gateway.indicators.pilots import effect as effect_of
from gateway.indicators.several import judge_together
from gateway.programme.judgement import (
    ABANDONED,
    CANNOT_BE_SAID,
    FIXED_LATE,
    IMPROVED,
    NO_CONTROL,
    NO_MACHINES,
    NOT_FIXED,
    NOT_IMPROVED,
    NOT_OVER,
    NOT_YET,
    OTHER_PILOT,
    Definition,
    FigureJudged,
    Judgement,
    WindowDays,
)
from gateway.programme.measured_days import LABOUR, MEASURED, MachineDay

LEAST_SHARE = 0.05
"""Products that make less of the ideal time than this are one column together."""
MOST_PRODUCTS = 4
"""So many have columns of their own, beside the one that is made most."""
SEED = 20_26_11
OTHERS = "other products"
_NEVER = 10**9
"""Days that no window has."""
_MISSING = {LABOUR: "no_labour_hours", "energy_per_unit": "no_energy"}


def judge_pilot(
    of: Definition,
    main: Sequence[MachineDay],
    control: Sequence[MachineDay],
    as_of: date,
    *,
    overlaps: bool = False,
    has_bootstrap: bool = False,
) -> Judgement:
    """Judge a pilot.

    Args:
        of: The pilot.
        main: Days of its machines, from before its baseline on.
        control: Days of machines for comparison; empty: none.
        as_of: Days after it are not looked at.
        overlaps: Another pilot ran on its machines meanwhile.
        has_bootstrap: Whether the block bootstrap stands beside it, which takes its time.
    """
    # Of a pilot that is not fixed nobody looks beyond the baseline: not this program either.
    last = (as_of if of.fixed_on else min(as_of, of.windows.baseline_until)).isoformat()
    ours, theirs = ([one for one in side if one.day <= last] for side in (main, control))
    baseline, result = (_window(ours, *days) for days in _spans(of.windows))
    why = _obstacles(of, ours, as_of)
    figures = judge_figures(of, of.windows, ours, theirs, is_judged=not why, has_bootstrap=has_bootstrap)
    state = NOT_YET if why == [NOT_OVER] else CANNOT_BE_SAID if why else _state(figures)
    counted = [one.day for one in _inside(ours, of.windows.result_since, of.windows.result_until) if one.counts]
    return Judgement(
        pilot=of.pilot,
        state=state,
        why=_told(why, figures, has_control=bool(of.control_work_units.strip()), overlaps=overlaps),
        figures=figures,
        baseline=baseline,
        result=result,
        judged=max(counted, default=""),
    )


def judge_figures(
    of: Definition,
    windows: Windows,
    main: Sequence[MachineDay],
    control: Sequence[MachineDay],
    *,
    is_judged: bool = True,
    has_bootstrap: bool = False,
) -> tuple[FigureJudged, ...]:
    """The figures of a pilot over some windows, judged together.

    Args:
        of: The pilot.
        windows: When; its own, or later ones.
        main: Days of its machines.
        control: Days of machines for comparison.
        is_judged: Whether a model is asked at all; else days are counted, and nothing is said of them.
        has_bootstrap: Whether the block bootstrap stands beside it.
    """
    mix = _mix(main)
    effects = []
    for name in of.figures:
        better = Direction.UP if MEASURED[name].better > 0 else Direction.DOWN
        other = _daily(control, name, {}) if _is_told(control, name) else None
        rng = np.random.default_rng(SEED) if has_bootstrap else None
        least = {} if is_judged else {"least_days": _NEVER}
        asked = Asked(figure=name, direction=better, shape=of.shape, weekdays=of.weekdays, **least)
        effects.append(effect_of(_daily(main, name, mix), windows, asked, control=other, rng=rng))
    return tuple(
        FigureJudged(
            figure=one.figure,
            effect=one,
            before=_mean(main, one.figure, windows.baseline_since, windows.baseline_until),
            after=_mean(main, one.figure, windows.result_since, windows.result_until),
            missing=() if _is_told(main, one.figure) else (_MISSING.get(one.figure, "no_pieces"),),
            has_control=one.has_control,
        )
        for one in judge_together(effects)
    )


def _obstacles(of: Definition, days: Sequence[MachineDay], as_of: date) -> list[str]:
    """Why a pilot is not judged at all."""
    holds = {
        NOT_FIXED: not of.fixed_on,
        FIXED_LATE: bool(of.late_days),
        ABANDONED: of.state == "abandoned",
        NO_MACHINES: not days,
        NOT_OVER: as_of < of.windows.result_until,
    }
    return [name for name, is_so in holds.items() if is_so]


def _told(why: list[str], figures: Sequence[FigureJudged], *, has_control: bool, overlaps: bool) -> tuple[str, ...]:
    codes = [*why, *([OTHER_PILOT] if overlaps else [])]
    if has_control and not all(one.has_control for one in figures):
        codes.append(NO_CONTROL)
    for one in figures:
        codes += one.missing
        codes += [] if why else [reason.value for reason in one.effect.reasons if not one.missing]
    return tuple(dict.fromkeys(codes))


def _state(figures: Sequence[FigureJudged]) -> str:
    verdicts = {one.effect.verdict for one in figures}
    if Verdict.WORSE in verdicts:
        return NOT_IMPROVED
    if Verdict.IMPROVED in verdicts:
        return IMPROVED
    if Verdict.UNCLEAR in verdicts:
        return NOT_IMPROVED
    return NOT_YET if Verdict.NOT_YET in verdicts else CANNOT_BE_SAID


def _daily(days: Sequence[MachineDay], figure: str, mix: Mapping[str, Mapping[str, float]]) -> Daily:
    """A figure on the days with planned time; one that does not count is a gap."""
    planned = [one for one in days if one.planned_ns and not one.is_idle]
    products = sorted({product for shares in mix.values() for product in shares})
    return Daily(
        days=tuple(date.fromisoformat(one.day) for one in planned),
        values=tuple(one.values[figure] if one.counts else None for one in planned),
        coverage=tuple(one.coverage or 0.0 for one in planned),
        mix={product: tuple(mix.get(one.day, {}).get(product) for one in planned) for product in products},
    )


def _mix(days: Sequence[MachineDay]) -> dict[str, dict[str, float]]:
    """Day -> share of each product but the one that is made most; empty: there is only one."""
    made: dict[str, float] = defaultdict(float)
    for one in days:
        for product, share in one.mix.items():
            made[product] += share
    if len(made) < 2:  # noqa: PLR2004  with one product there is no mix
        return {}
    ranked = sorted(made, key=lambda product: (-made[product], product))
    whole = fsum(made.values())
    own = [one for one in ranked[1 : MOST_PRODUCTS + 1] if made[one] / whole >= LEAST_SHARE]
    found: dict[str, dict[str, float]] = {}
    has_others = len(own) < len(ranked) - 1
    for one in days:
        if one.mix:
            shares = {product: one.mix.get(product, 0.0) for product in own}
            rest = fsum(share for product, share in one.mix.items() if product not in own and product != ranked[0])
            found[one.day] = shares | ({OTHERS: rest} if has_others else {})
    return found


def _is_told(days: Sequence[MachineDay], figure: str) -> bool:
    return any(one.values[figure] is not None for one in days)


def _spans(windows: Windows) -> tuple[tuple[date, date], tuple[date, date]]:
    return (windows.baseline_since, windows.baseline_until), (windows.result_since, windows.result_until)


def _inside(days: Sequence[MachineDay], since: date, until: date) -> list[MachineDay]:
    return [one for one in days if since.isoformat() <= one.day <= until.isoformat()]


def _window(days: Sequence[MachineDay], since: date, until: date) -> WindowDays:
    inside = _inside(days, since, until)
    planned, observed = sum(one.planned_ns for one in inside), sum(one.observed_ns for one in inside)
    return WindowDays(
        days=sum(one.counts for one in inside),
        left_out=tuple(one.day for one in inside if one.observed_ns and not one.is_told),
        silent=tuple(one.day for one in inside if one.is_silent),
        idle=tuple(one.day for one in inside if one.is_idle),
        coverage=observed / planned if planned else None,
    )


def _mean(days: Sequence[MachineDay], figure: str, since: date, until: date) -> float | None:
    values = [one.values[figure] for one in _inside(days, since, until) if one.counts]
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None
