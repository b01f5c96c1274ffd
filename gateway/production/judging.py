"""Figures of a sum with what they rest on, whether that is enough, and what was lost. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from edge_agent.kpi.elements import Elements, Figures, figures
from edge_agent.kpi.losses import SIX, losses
from gateway.production.reading import Sum
from gateway.shop_floor import ENOUGH
from gateway.shop_floor.figures import OF_TIME

TOLD_ENOUGH = 0.5
"""A week or month of which fewer days than this share were told of stands for too little of it.

Days, not hours: many a workshop switches its edge off with the lights.
"""
NS = 10**9
GREYS = ("nothing", "nothing_planned", "unobserved", "coverage", "told", "no_figure")
"""Why figures may rest on too little: nobody told of it, no time was planned, none of that was observed, or too little
of it, too little of the period was told of, or it cannot be computed. The first that holds is said."""
_OF_PIECES = ("effectiveness", "quality_ratio", "piece_quality_ratio", "oee", "oee_low", "oee_high", "teep", "nee")


class Loss(NamedTuple):
    """A loss of observed time.

    Attributes:
        name: Of the six big losses.
        ns: How much, ns; reduced speed below zero: the ideal cycle is wrong.
        share: Of the observed time; None: nothing was observed. The shares of all and OEE make one.
    """

    name: str
    ns: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sum says.

    Attributes:
        sum: Which.
        figures: The ratios; those that need pieces are None where none are counted.
        losses: The six, or those of time where no pieces are counted; the largest first.
        counts_pieces: Whether OEE can be said.
        told: Share of the days up to today of which anything was told, 0 to 1; None: it is no week or month.
    """

    sum: Sum
    figures: Figures
    losses: tuple[Loss, ...]
    counts_pieces: bool
    told: float | None = None

    @property
    def elements(self) -> Elements:
        """What was added up."""
        return self.sum.elements

    @property
    def main(self) -> float | None:
        """OEE; of what counts no pieces its availability."""
        return self.figures.oee if self.counts_pieces else self.figures.availability

    @property
    def main_name(self) -> str:
        """Which of both."""
        return "oee" if self.counts_pieces else "availability"

    @property
    def grey(self) -> str:
        """Why the figures rest on too little, of :data:`GREYS`; empty: they are good."""
        planned, observed = self.elements.planned_busy_ns, self.elements.observed_ns
        holds = (
            not self.elements.all_ns,
            not planned,
            not observed,
            (self.figures.coverage or 0.0) < ENOUGH,
            self.told is not None and self.told < TOLD_ENOUGH,
            self.main is None,
        )
        return next((name for name, is_so in zip(GREYS, holds, strict=True) if is_so), "")

    @property
    def ideal_cycle_is_wrong(self) -> bool:
        """More was made than the ideal cycle allows."""
        return self.counts_pieces and (self.figures.effectiveness or 0.0) > 1

    @property
    def lost_ns(self) -> int:
        """All losses together, ns."""
        return sum(loss.ns for loss in self.losses)


def judge(of: Sum, *, counts_pieces: bool = True, told: float | None = None) -> Judged:
    """What a sum says.

    Args:
        of: The sum.
        counts_pieces: Whether its machines have counters.
        told: Share of its days that were told of.
    """
    said = figures(of.elements)
    if not counts_pieces:
        said = Figures(**said.as_dict() | dict.fromkeys(_OF_PIECES))
    observed = of.elements.observed_ns
    lost = losses(of.elements).by_name()
    names = SIX if counts_pieces else OF_TIME
    found = [Loss(name, lost[name], lost[name] / observed if observed else None) for name in names]
    return Judged(of, said, tuple(sorted(found, key=lambda one: -one.ns)), counts_pieces, told)


def largest(lost: Sequence[Loss]) -> Loss | None:
    """The largest loss; None: nothing was lost for a second."""
    return next((one for one in lost if one.ns >= NS), None)
