"""Whether what a pilot gained is still there 3, 6 and 12 months later: windows as long as its result. Pure.

Decision: later windows are compared with the same baseline by the same model, and change nothing of the judgement.
Because: a gain that fades is a gain of its time; and whoever keeps it should be seen to.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from gateway.laboratory.terms import months_after
from gateway.programme.judgement import Definition, FigureJudged
from gateway.programme.measured_days import MachineDay
from gateway.programme.pilot_judging import judge_figures

MONTHS = (3, 6, 12)


class Retained(msgspec.Struct, frozen=True, kw_only=True):
    """A window after a pilot.

    Attributes:
        months: After the end of its result.
        since: First day.
        until: Last day.
        is_over: Whether that is over.
        figures: Against the baseline, judged together; empty: the window is not over, or nothing was told of it.
    """

    months: int
    since: date
    until: date
    is_over: bool
    figures: tuple[FigureJudged, ...] = ()


def retained(
    of: Definition, main: Sequence[MachineDay], control: Sequence[MachineDay], as_of: date
) -> tuple[Retained, ...]:
    """The windows after a pilot.

    Args:
        of: The pilot.
        main: Days of its machines, until ``as_of``.
        control: Days of machines for comparison.
        as_of: The day that is asked for.
    """
    found = []
    length = of.windows.result_until - of.windows.result_since
    for months in MONTHS:
        since = months_after(of.windows.result_until, months) + timedelta(days=1)
        until = since + length
        figures: tuple[FigureJudged, ...] = ()
        is_over = until <= as_of
        if is_over and any(since.isoformat() <= one.day <= until.isoformat() and not one.is_silent for one in main):
            windows = msgspec.structs.replace(of.windows, result_since=since, result_until=until)
            figures = judge_figures(of, windows, main, control)
        found.append(Retained(months=months, since=since, until=until, is_over=is_over, figures=figures))
    return tuple(found)


def read_until(of: Definition, as_of: date) -> date:
    """The last day that any of these windows needs."""
    length = of.windows.result_until - of.windows.result_since
    return min(as_of, months_after(of.windows.result_until, MONTHS[-1]) + timedelta(days=1) + length)
