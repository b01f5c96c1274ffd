"""Which interval the history speaks for, and by which method; a person decides.

Decision: with three changes between calibrations or more the control chart method, with fewer the staircase, with one
calibration nothing.
Because: ILAC-G24 / OIML D 10 asks for dispersion in the first, and three are the least that have any.

Decision: a proposal goes at most :data:`EXTEND` times beyond the longest interval that was seen.
Because: three small changes promise decades, and nobody has looked there.
Instead of: the figure of the formula.
"""

from dataclasses import dataclass
from math import floor

from calibration.intervals import control_chart_interval, staircase
from gateway.laboratory.drift import Course, changes, newest_error

EXTEND, REDUCE = 1.5, 0.5
"""Factors of the staircase: the laboratory's choice, as the document leaves it to the user."""
MONTH_DAYS = 365.25 / 12
FEWEST = 3
"""Changes that the control chart method asks for."""
_HALF_A_DAY = 0.5
"""Twelve months are 365 days in three years of four."""
NO_MPE, ONE_CALIBRATION, NOTHING_LEFT, BY_LAW = "no_mpe", "one_calibration", "nothing_left", "by_law"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An interval, and what it rests on.

    Attributes:
        method: Key of ``INTERVAL_METHODS``; empty: there is no proposal.
        months: Whole months, at least 1; 0: there is no proposal.
        why: Key of the sentence that says why.
        channel: Of the point that speaks for the shortest.
        nominal: Of that point.
        rests_on: Number of changes between calibrations.
        days: What the method gives, d; 0: nothing.
        longest_days: Longest interval that was seen, d.
        held: Whether it was held to what was seen.
    """

    method: str = ""
    months: int = 0
    why: str = ONE_CALIBRATION
    channel: str = ""
    nominal: float = 0.0
    rests_on: int = 0
    days: float = 0.0
    longest_days: float = 0.0
    held: bool = False


def propose(courses: list[Course]) -> Proposal:
    """The shortest interval that any point speaks for.

    Args:
        courses: Points of one instrument.
    """
    found = [_of_point(one) for one in courses if one.results]
    worn = [one for one in found if one.why == NOTHING_LEFT]
    told = [one for one in found if one.months]
    if worn or told:
        # One point that is beyond what is permitted speaks for the whole instrument.
        return worn[0] if worn else min(told, key=lambda one: one.days)
    return min(found, key=lambda one: one.why != NO_MPE, default=Proposal())


def _of_point(course: Course) -> Proposal:
    if course.mpe is None:
        return Proposal(why=NO_MPE)
    seen = [one for one in changes(course.results) if one.days > 0]
    last = newest_error(course.results)
    if not seen or last is None:
        return Proposal()
    longest = float(max(one.days for one in seen))
    try:
        if len(seen) >= FEWEST:
            method = "control_chart"
            days = control_chart_interval(
                [one.days for one in seen],
                [one.change for one in seen],
                course.mpe,
                error_as_left=last.error,
                expanded=last.expanded,
            ).interval_days
        else:
            method = "staircase"
            found = next(one for one in course.results if one.on == last.on)
            step = staircase(seen[-1].days, found.error, course.mpe, extend=EXTEND, reduce=REDUCE)
            days = step.interval_days
    except ValueError:
        return Proposal(why=NOTHING_LEFT, channel=course.at.channel, nominal=course.at.nominal, rests_on=len(seen))
    held = days > EXTEND * longest
    kept = EXTEND * longest if held else days
    return Proposal(
        method=method,
        months=max(1, floor((kept + _HALF_A_DAY) / MONTH_DAYS)),
        why=method,
        channel=course.at.channel,
        nominal=course.at.nominal,
        rests_on=len(seen),
        days=kept,
        longest_days=longest,
        held=held,
    )
