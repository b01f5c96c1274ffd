"""Two periods, or two machines, side by side: what changed, and which losses made it. Pure.

OEE is one less the losses over the observed time, so a change of OEE is exactly the sum of the changes of their
shares::

    OEE = 1 - sum(loss_i / observed)      OEE_b - OEE_a = -sum(share_i,b - share_i,a)
"""

from typing import NamedTuple

from gateway.production.judging import Judged

LEAST = 0.001
"""A change smaller than a tenth of a point is none that anybody should hear of."""


class Cause(NamedTuple):
    """What one loss has to do with the change.

    Attributes:
        name: Of the loss.
        before: Its share of the observed time before.
        after: Its share now.
    """

    name: str
    before: float
    after: float

    @property
    def points(self) -> float:
        """By how much it raised (above zero) or lowered the figure; 0.01 is a point of per cent."""
        return self.before - self.after


class Change(NamedTuple):
    """From one judged sum to another.

    Attributes:
        before: The figure before.
        after: The figure now.
        causes: What made it, the largest contribution in the direction of the change first.
    """

    before: float
    after: float
    causes: tuple[Cause, ...]

    @property
    def points(self) -> float:
        """After less before; 0.01 is a point of per cent."""
        return self.after - self.before

    @property
    def way(self) -> str:
        """``rose``, ``fell`` or ``same``."""
        if abs(self.points) < LEAST:
            return "same"
        return "rose" if self.points > 0 else "fell"

    @property
    def main_cause(self) -> Cause | None:
        """What did most of it; None: it is the same, or nothing went with it."""
        if self.way == "same":
            return None
        first = self.causes[0] if self.causes else None
        return first if first is not None and first.points * self.points > 0 else None


def compare(before: Judged, after: Judged) -> Change | None:
    """What changed.

    Returns:
        None where one of both has no figure, or they do not have the same one.
    """
    if before.main is None or after.main is None or before.counts_pieces != after.counts_pieces:
        return None
    earlier = {loss.name: loss.share or 0.0 for loss in before.losses}
    points = after.main - before.main
    causes = [Cause(loss.name, earlier[loss.name], loss.share or 0.0) for loss in after.losses]
    causes.sort(key=lambda one: -one.points if points > 0 else one.points)
    return Change(before.main, after.main, tuple(causes))
