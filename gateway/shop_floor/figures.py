"""OEE of a work unit over some nominal buckets: sums first, ratios last. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge_agent.kpi.buckets import BUCKETS
from edge_agent.kpi.elements import Elements, Figures, ProductPieces, add_up, figures
from edge_agent.kpi.losses import BREAKDOWN, MINOR_STOPS, SETUP, STOPS, Losses, losses
from edge_agent.wire.shop_floor import Part
from gateway.shop_floor.book import NominalBucket

NS = 10**9
ENOUGH = 0.95
"""Coverage below which no indicator is made of a figure; the time model's rule 7."""


OF_TIME = (BREAKDOWN, STOPS, SETUP, MINOR_STOPS)
"""Losses that do not rest on pieces: all that a unit without counters has."""


@dataclass(frozen=True, slots=True)
class OeeOver:
    """What a work unit gave over a stretch, and what that rests on.

    Attributes:
        elements: The sums.
        figures: The ratios; those that need pieces are None where none are counted.
        losses: Where the observed time went.
        counts_pieces: Whether the unit has counters.
        buckets: How many nominal buckets were told of.
        told_ns: How much of the stretch they cover, ns, of all shifts.
        asked_ns: Length of the stretch, ns.
        first: Start of the first of them, UTC ns; 0: there is none.
        last: End of the last of them, UTC ns.
    """

    elements: Elements
    figures: Figures
    losses: Losses
    counts_pieces: bool
    buckets: int
    told_ns: int
    asked_ns: int
    first: int
    last: int

    @property
    def lost_s(self) -> dict[str, float]:
        """The losses by name, s, and with counters ``fully_productive``: together they are the observed time."""
        named = {name: ns / NS for name, ns in self.losses.by_name().items()}
        if self.counts_pieces:
            return named | {"fully_productive": self.losses.fully_productive / NS}
        return {name: named[name] for name in OF_TIME}

    @property
    def is_enough(self) -> bool:
        """Whether an indicator may rest on it: most of planned time was observed."""
        return self.figures.coverage is not None and self.figures.coverage >= ENOUGH

    @property
    def ideal_cycle_is_wrong(self) -> bool:
        """More was made than can be made: the planned cycle is too long, or the counter counts too much."""
        return self.counts_pieces and (self.figures.effectiveness or 0.0) > 1


def elements_of(part: Part) -> Elements:
    """A part of a nominal bucket as what adds up.

    >>> elements_of(Part(product="cap", ideal_cycle_s=2.0, ns={"RUN": 60 * 10**9}, total=25, reject=1)).ideal_good_s
    48.0
    """
    pieces = {}
    without = part.no_product
    if part.ideal_cycle_s is not None:
        cycle_s = part.ideal_cycle_s
        pieces = {(part.product, cycle_s): ProductPieces(cycle_s, part.total, part.reject, part.rework)}
    else:
        # Pieces without an ideal cycle have no ideal time: to count them would only lower the effectiveness.
        without += part.total
    return Elements(
        tuple(part.ns.get(bucket.name, 0) for bucket in BUCKETS),
        pieces,
        part.unplanned,
        part.unattributed,
        without,
        part.failures,
        part.failing_ns,
        tuple(part.energy_wh.get(bucket.name, 0.0) for bucket in BUCKETS),
    )


def sum_of(parts: Iterable[Part]) -> Elements:
    """All of them together."""
    return add_up(map(elements_of, parts))


def oee_over(buckets: Sequence[NominalBucket], asked_ns: int, *, counts_pieces: bool = True) -> OeeOver:
    """Figures of some nominal buckets.

    Args:
        buckets: Whole ones, by time.
        asked_ns: Length of the stretch that was asked for, ns.
        counts_pieces: Whether the unit has counters; one without has availability and no OEE.
    """
    elements = sum_of(part for bucket in buckets for part in bucket.parts)
    said = figures(elements)
    return OeeOver(
        elements=elements,
        figures=said if counts_pieces else _without_pieces(said),
        losses=losses(elements),
        counts_pieces=counts_pieces,
        buckets=len(buckets),
        told_ns=sum(bucket.until - bucket.since for bucket in buckets),
        asked_ns=asked_ns,
        first=buckets[0].since if buckets else 0,
        last=buckets[-1].until if buckets else 0,
    )


def _without_pieces(said: Figures) -> Figures:
    of_pieces = ("effectiveness", "quality_ratio", "piece_quality_ratio", "oee", "oee_low", "oee_high", "teep", "nee")
    return Figures(**said.as_dict() | dict.fromkeys(of_pieces))
