"""What a changeover study says: how long the machine stood, and what of it could be done while it runs. Pure.

Source:
    S. Shingo, A Revolution in Manufacturing: The SMED System, 1985: internal and external setup.
"""

from collections.abc import Iterable
from typing import NamedTuple

from edge_agent.wire.entries import ChangeoverStep, ChangeoverStudy


class StepTaken(NamedTuple):
    """A step and how long it took; one that lasts has taken the time until now."""

    step: ChangeoverStep
    ns: int
    lasts: bool


class Smed(NamedTuple):
    """A changeover, summed.

    Attributes:
        steps: In their order.
        internal_ns: Work while the machine stands still, ns.
        external_ns: Work while it runs, ns.
        standing_ns: How long the machine stood: internal steps that two people did at once count once, ns.
        movable_ns: Of the internal work what somebody has an idea about how to do it while the machine runs, ns.
        ends: When it ended, or now.
    """

    steps: tuple[StepTaken, ...]
    internal_ns: int
    external_ns: int
    standing_ns: int
    movable_ns: int
    ends: int

    @property
    def elapsed_ns(self) -> int:
        """From the first step's start to the end, ns."""
        return self.ends - min((taken.step.since for taken in self.steps), default=self.ends)

    @property
    def movable(self) -> tuple[StepTaken, ...]:
        """Internal steps with an idea, the longest first: what to work on."""
        with_idea = (one for one in self.steps if one.step.internal and one.step.idea)
        return tuple(sorted(with_idea, key=lambda one: -one.ns))

    @property
    def internal_share(self) -> float | None:
        """Internal work of all work, 0 to 1; None: no time has passed."""
        work = self.internal_ns + self.external_ns
        return self.internal_ns / work if work else None


def summarise(study: ChangeoverStudy, now: int) -> Smed:
    """The sums of a study.

    Args:
        study: Its last step lasts while the study has not ended.
        now: UTC ns.
    """
    lasts = study.ended_at == 0
    last = len(study.steps) - 1
    taken = []
    for k, step in enumerate(study.steps):
        running = lasts and k == last
        taken.append(StepTaken(step, max(0, (now if running else step.until) - step.since), running))
    internal = [one for one in taken if one.step.internal]
    return Smed(
        steps=tuple(taken),
        internal_ns=sum(one.ns for one in internal),
        external_ns=sum(one.ns for one in taken if not one.step.internal),
        standing_ns=_union((one.step.since, one.step.since + one.ns) for one in internal),
        movable_ns=sum(one.ns for one in internal if one.step.idea),
        ends=now if lasts else study.ended_at,
    )


def _union(spans: Iterable[tuple[int, int]]) -> int:
    """Length of the union of some stretches."""
    length, reached = 0, 0
    for since, until in sorted(spans):
        length += max(0, until - max(since, reached))
        reached = max(reached, until)
    return length
