"""A pilot as it was fixed, and how it was judged: what pages show, facts hold and packs of evidence keep."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from gateway.indicators.facts import FigureChange, PilotJudged
from gateway.indicators.pilots import Effect, Shape, Windows

HISTORY = 3
"""Lengths of the baseline that are looked at before it, to tell whether it was chosen at its worst."""
IMPROVED, NOT_IMPROVED, NOT_YET, CANNOT_BE_SAID = "improved", "not_improved", "not_yet", "cannot_be_said"
NOT_FIXED, FIXED_LATE, ABANDONED, NO_MACHINES = "not_fixed", "fixed_late", "abandoned", "no_machines"
NOT_OVER, OTHER_PILOT, NO_CONTROL = "result_not_over", "other_pilot", "control_not_measured"
OBSTACLES = frozenset((NOT_FIXED, FIXED_LATE, ABANDONED, NO_MACHINES, NOT_OVER))
"""Why no figure of a pilot is judged at all."""
_ONE = timedelta(days=1)


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A pilot as it was fixed.

    Attributes:
        pilot: Id of its row.
        name: What people call it.
        version: Which of it.
        site: Name of its site, as edges say it.
        work_units: As written.
        control_work_units: As written; empty: none.
        windows: When.
        figures: Keys, in order.
        shape: What it may change.
        weekdays: Whether weekdays may differ.
        state: How far it is.
        fixed_on: Local day on which it was fixed, ISO 8601; empty: it is not.
    """

    pilot: str
    name: str
    version: int
    site: str
    work_units: str
    control_work_units: str
    windows: Windows
    figures: tuple[str, ...]
    shape: Shape = Shape.LEVEL
    weekdays: bool = True
    state: str
    fixed_on: str = ""

    @property
    def late_days(self) -> int:
        """How many days of the result had begun when it was fixed; 0: none."""
        if not self.fixed_on:
            return 0
        return max(0, (date.fromisoformat(self.fixed_on) - self.windows.result_since).days + 1)

    @property
    def since(self) -> date:
        """From when on its machines are looked at."""
        length = (self.windows.baseline_until - self.windows.baseline_since) + _ONE
        return self.windows.baseline_since - HISTORY * length


class FigureJudged(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a pilot.

    Attributes:
        figure: Its key.
        effect: What the pilot changed in it, and how sure that is.
        before: Mean of the baseline's days of the pilot's own machines; None: it has none.
        after: Mean of the result's days of the same; None: it has none.
        missing: Codes of what it would need and nobody told: ``no_labour_hours``, ``no_energy``, ``no_pieces``.
        has_control: The difference from machines for comparison was judged.
    """

    figure: str
    effect: Effect
    before: float | None
    after: float | None
    missing: tuple[str, ...] = ()
    has_control: bool = False


class WindowDays(msgspec.Struct, frozen=True, kw_only=True):
    """What a window rests on.

    Attributes:
        days: Productive days that count.
        left_out: Days with too little of their time told.
        silent: Working days of which nothing was told.
        idle: Days with planned time on which nothing ran; they count nowhere.
        coverage: Share of planned time of which there is data; None: nothing was planned.
    """

    days: int
    left_out: tuple[str, ...]
    silent: tuple[str, ...]
    idle: tuple[str, ...]
    coverage: float | None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A pilot judged.

    Attributes:
        pilot: Id of its row.
        state: ``improved``, ``not_improved``, ``not_yet``, ``cannot_be_said``.
        why: Codes of what stands in the way, or must be known of it.
        figures: In the order in which they were declared.
        baseline: What it rests on.
        result: The same.
        judged: Last day that went into it, ISO 8601; empty: none.
    """

    pilot: str
    state: str
    why: tuple[str, ...]
    figures: tuple[FigureJudged, ...]
    baseline: WindowDays
    result: WindowDays
    judged: str = ""

    def told(self, instruments: Sequence[str] = (), certificates: Sequence[str] = ()) -> PilotJudged:
        """As facts have it: figures of a pilot that was judged, and of no other."""
        is_judged = self.state in (IMPROVED, NOT_IMPROVED, NOT_YET) and NOT_OVER not in self.why
        return PilotJudged(
            pilot=self.pilot,
            state=self.state,
            figures=tuple(_change(one) for one in self.figures) if is_judged else (),
            judged=self.judged,
            coverage=min(
                (one.coverage for one in (self.baseline, self.result) if one.coverage is not None), default=None
            ),
            days=(self.baseline.days, self.result.days),
            instruments=tuple(instruments),
            certificates=tuple(certificates),
            why=self.why,
        )


def _change(one: FigureJudged) -> FigureChange:
    ends = one.effect.adjusted
    return FigureChange(
        figure=one.figure,
        state=one.effect.verdict.value,
        before=one.before,
        change=one.effect.effect,
        low=ends.low if ends else None,
        high=ends.high if ends else None,
    )
