"""Whether an improvement shows in the figures: the share of observed time that a loss took before and after. Pure.

Decision: times of all elements of a stretch are summed, and divided once.
Because: a mean of daily ratios weighs a day of two hours as a full one.

Decision: where a stretch is thin nothing is compared, and what is missing is said.
Because: a change of a share that rests on a morning is chance, and somebody would be praised or blamed for it.
Instead of: a figure with a footnote.
"""

from typing import NamedTuple

HOUR_NS = 3600 * 10**9
LEAST_OBSERVED_NS = 8 * HOUR_NS
"""A stretch needs at least a shift of observed time."""
LEAST_COVERAGE = 0.95
"""Of planned time that must have been observed; the time model refuses an indicator below it."""
LEAST_HELD = 0.95
"""Of a stretch of which there must still be elements."""


class LossShare(NamedTuple):
    """What a loss took of a stretch.

    Attributes:
        since: UTC ns.
        until: UTC ns.
        held: Share of the stretch of which there are elements, 0 to 1.
        planned_ns: Planned busy time, ns.
        observed_ns: Of it with data, ns.
        loss_ns: What the loss took, ns; reduced speed may be negative.
    """

    since: int
    until: int
    held: float
    planned_ns: int
    observed_ns: int
    loss_ns: int

    @property
    def share(self) -> float | None:
        """Of observed time; None: nothing was observed."""
        return self.loss_ns / self.observed_ns if self.observed_ns else None

    @property
    def low(self) -> float | None:
        """If the loss took nothing of what was not observed."""
        return min(self.loss_ns / self.planned_ns, self.share or 0.0) if self.planned_ns else None

    @property
    def high(self) -> float | None:
        """If the loss took all that was not observed."""
        return (self.loss_ns + self.planned_ns - self.observed_ns) / self.planned_ns if self.planned_ns else None

    @property
    def coverage(self) -> float | None:
        """Share of planned time that was observed; None: nothing was planned."""
        return self.observed_ns / self.planned_ns if self.planned_ns else None


class Refusal(NamedTuple):
    """Why two stretches are not compared.

    Attributes:
        why: ``not_over``, ``overlap``, ``nothing_planned``, ``held``, ``observed`` or ``coverage``.
        which: ``before`` or ``after``; empty: both.
        have: A share, hours, or a UTC time in ns: when the stretch is over.
        need: At least this.
    """

    why: str
    which: str = ""
    have: float = 0.0
    need: float = 0.0


class Effect(NamedTuple):
    """Both stretches beside each other.

    Attributes:
        before: The one before the action.
        after: The one after it.
        refusal: Why they are not compared; None: they are.
    """

    before: LossShare
    after: LossShare
    refusal: Refusal | None

    @property
    def change(self) -> float | None:
        """Share after minus share before; None: refused."""
        if self.refusal or self.before.share is None or self.after.share is None:
            return None
        return self.after.share - self.before.share

    @property
    def fell(self) -> bool:
        """The loss takes less than before."""
        return self.change is not None and self.change < 0

    @property
    def surely(self) -> bool:
        """It does so whatever happened in the time without data."""
        low, high = self.before.low, self.after.high
        return self.fell and low is not None and high is not None and high < low


def compare(before: LossShare, after: LossShare, now: int) -> Effect:
    """Both stretches, and why they are not compared where they are not.

    Args:
        before: The one before the action.
        after: The one after it.
        now: UTC ns.
    """
    refusal = None
    if before.until > after.since:
        refusal = Refusal("overlap")
    elif after.until > now:
        refusal = Refusal("not_over", "after", after.until, now)
    return Effect(before, after, refusal or _thin("before", before) or _thin("after", after))


def _thin(which: str, stretch: LossShare) -> Refusal | None:
    if stretch.held < LEAST_HELD:
        return Refusal("held", which, stretch.held, LEAST_HELD)
    if not stretch.planned_ns:
        return Refusal("nothing_planned", which)
    if stretch.observed_ns < LEAST_OBSERVED_NS:
        return Refusal("observed", which, stretch.observed_ns / HOUR_NS, LEAST_OBSERVED_NS / HOUR_NS)
    if (stretch.coverage or 0.0) < LEAST_COVERAGE:
        return Refusal("coverage", which, stretch.coverage or 0.0, LEAST_COVERAGE)
    return None
