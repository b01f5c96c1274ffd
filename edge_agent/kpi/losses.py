"""Where the observed time went: the six big losses, start-up rejects told apart, stops by reason.

Decision: a stop that is no breakdown (waiting for material, nobody there) is a loss of its own, ``stops``, and start-up
rejects are a part of ``defects``.
Because: in a small shop waiting is often the largest loss, and whoever mends machines cannot cure it; start-up rejects
can only be told where scrap is counted as it falls.
Instead of: breakdown and waiting in one sum, with start-up rejects as the sixth, as Nakajima has it.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import fsum, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.elements import Elements
from edge_agent.kpi.evaluation import Evaluation
from edge_agent.kpi.evidence import REJECT
from edge_agent.kpi.spans import Instants

BREAKDOWN, SETUP, MINOR_STOPS, REDUCED_SPEED, DEFECTS, STOPS = (
    "breakdown",
    "setup",
    "minor_stops",
    "reduced_speed",
    "defects",
    "stops",
)
SIX = (BREAKDOWN, STOPS, SETUP, MINOR_STOPS, REDUCED_SPEED, DEFECTS)
"""The names, in the order in which they are taken off the observed time."""
STARTUP_NS = 600 * 10**9
"""How long a start-up lasts unless somebody says otherwise: 10 min."""

_NS = 1_000_000_000
_DOWN = (Bucket.FAULT, Bucket.STOP)
Key = tuple[str, float]
"""Product and ideal cycle, as in :attr:`Elements.products`."""


class Losses(NamedTuple):
    """What became of the observed time, ns; the six losses and the fully productive time sum to it exactly.

    Attributes:
        observed: Planned busy time with data.
        breakdown: FAULT.
        stops: STOP: stops without a fault that are not minor.
        setup: SETUP: setup and adjustment.
        minor_stops: MINOR_STOP.
        reduced_speed: RUN less the ideal time of all pieces; below zero the ideal cycle is wrong.
        defects: Ideal time of the pieces that are not good.
        startup: How much of ``defects`` fell in start-ups; None: not told apart.
        fully_productive: Ideal time of the good pieces.
    """

    observed: int
    breakdown: int
    stops: int
    setup: int
    minor_stops: int
    reduced_speed: int
    defects: int
    startup: int | None
    fully_productive: int

    @property
    def ideal_cycle_is_wrong(self) -> bool:
        """More was made than can be made: the ideal cycle is too long, or the counter counts too much."""
        return self.reduced_speed < 0

    def by_name(self) -> dict[str, int]:
        """The six losses by name, ns."""
        return {name: getattr(self, name) for name in SIX}

    def largest_first(self) -> list[tuple[str, int]]:
        """The six losses, ns, the largest first; of equal ones in the order of :data:`SIX`."""
        return sorted(self.by_name().items(), key=lambda one: -one[1])


def losses(elements: Elements, startup_rejects: Mapping[Key, int] | None = None) -> Losses:
    """The six big losses of some elements.

    Ideal times are summed exactly (an ideal cycle of 0.1 s is a tenth) and rounded to whole ns once, so losses of a
    sum of elements may differ by 1 ns from the sum of their losses.

    Args:
        elements: Of any stretch of time, of one work unit or several.
        startup_rejects: Product and ideal cycle -> pieces of :func:`startup_rejects`; None: not told apart.

    Source:
        Nakajima, S. (1988), Introduction to TPM, for the losses; ISO 22400-2:2014, 6 for the times.

    >>> from edge_agent.kpi.elements import ProductPieces
    >>> shift = Elements((0, 0, 0, 360 * 10**9, 0, 60 * 10**9, 0, 0), {("P", 1.0): ProductPieces(1.0, 320, 16)})
    >>> [(name, ns // 10**9) for name, ns in losses(shift).largest_first() if ns]
    [('breakdown', 60), ('reduced_speed', 40), ('defects', 16)]
    """
    ideal = _ideal_ns({key: pieces.total for key, pieces in elements.products.items()})
    good = _ideal_ns({key: pieces.good for key, pieces in elements.products.items()})
    return Losses(
        observed=elements.observed_ns,
        breakdown=elements.of(Bucket.FAULT),
        stops=elements.of(Bucket.STOP),
        setup=elements.of(Bucket.SETUP),
        minor_stops=elements.of(Bucket.MINOR_STOP),
        reduced_speed=elements.of(Bucket.RUN) - ideal,
        defects=ideal - good,
        startup=None if startup_rejects is None else _ideal_ns(startup_rejects),
        fully_productive=good,
    )


def _ideal_ns(pieces: Mapping[Key, int]) -> int:
    """Ideal time of pieces, ns: the cycle as it was written, times the pieces, rounded once."""
    return round(sum((Fraction(str(key[1])) * n for key, n in pieces.items()), Fraction(0)) * _NS)


def startup_rejects(evaluation: Evaluation, windows: Instants, startup_ns: int = STARTUP_NS) -> list[dict[Key, int]]:
    """Pieces of each window that were rejected within some time of a start after SETUP or a stop that is not minor.

    A piece counts by the reading that showed it; so this tells start-ups apart only where rejects are read much more
    often than ``startup_ns``. Scrap found later counts where it was made. A start out of silence is none: nobody saw
    it.

    Args:
        evaluation: Of one work unit.
        windows: Shape (k, 2), each ``start <= end``.
        startup_ns: How long a start-up lasts, ns.

    Raises:
        ValueError: ``startup_ns`` is negative.
    """
    if startup_ns < 0:
        msg = f"startup_ns: expected 0 or more, got {startup_ns}"
        raise ValueError(msg)
    booked = evaluation.pieces.get(REJECT)
    if booked is None:
        return [{} for _ in windows]
    begun = starts(evaluation)
    # A piece booked at t was made in the instants before it: one booked at a start belongs to what was before.
    k = np.searchsorted(begun, booked.at, side="left") - 1
    in_startup = (k >= 0) & (booked.at - np.append(begun, 0)[k] <= startup_ns)
    chosen = booked.where(in_startup)
    sums = chosen.sums(windows, len(evaluation.products))
    found: list[dict[Key, int]] = []
    for row in sums:
        by_key: dict[Key, int] = {}
        for place in np.flatnonzero(row[: len(evaluation.products)]):
            span = evaluation.products[place]
            key = (span.product, span.ideal_cycle_s)
            by_key[key] = by_key.get(key, 0) + int(row[place])
        found.append(by_key)
    return found


def starts(evaluation: Evaluation) -> Instants:
    """When running began after SETUP or a stop that is not minor, in order of time.

    A minor stop counts as running: after a setup, running begins where the setup ends.
    """
    states, stops = evaluation.timeline.states, evaluation.timeline.stops
    edges = states.edges
    minor_since, minor_until = stops.since[stops.is_minor], stops.until[stops.is_minor]
    minor = np.isin(edges, minor_since)
    after_minor = np.isin(edges, minor_until)
    before, after = states.codes[:-1], states.codes[1:]
    was_idle: NDArray[np.bool_] = ((before == Bucket.SETUP) | np.isin(before, _DOWN)) & ~after_minor
    runs: NDArray[np.bool_] = (after == Bucket.RUN) | minor
    found: Instants = edges[was_idle & runs]
    return found


class ParetoRow(NamedTuple):
    """One reason among all.

    Attributes:
        reason: As it was given; may be empty: nobody gave one.
        seconds: Of all its stops, s.
        stops: How many they were.
        share: Of the seconds of all; None: no stop lasted.
        cumulative: Share of this and all before; None: no stop lasted.
    """

    reason: str
    seconds: float
    stops: int
    share: float | None
    cumulative: float | None


def pareto(stops: Iterable[tuple[str, float]]) -> list[ParetoRow]:
    """Stops by reason, the largest sum of seconds first; of equal ones by their number, then by name.

    Args:
        stops: Reason and seconds of each.

    Raises:
        ValueError: A duration is negative or not finite.

    Source:
        Juran, J. M., Quality Control Handbook: the vital few and the others.

    >>> [(row.reason, row.seconds, row.cumulative) for row in pareto([("jam", 30), ("wait", 50), ("jam", 40)])]
    [('jam', 70.0, 0.5833333333333334), ('wait', 50.0, 1.0)]
    """
    by_reason: dict[str, list[float]] = {}
    for reason, seconds in stops:
        if not (isfinite(seconds) and seconds >= 0):
            msg = f"stop {reason!r}: expected a duration of 0 s or more, got {seconds}"
            raise ValueError(msg)
        by_reason.setdefault(reason, []).append(seconds)
    sums = sorted((-fsum(some), -len(some), reason) for reason, some in by_reason.items())
    whole = fsum(-seconds for seconds, _, _ in sums)
    rows, so_far = [], 0.0
    for k, (seconds, count, reason) in enumerate(sums):
        so_far = whole if k == len(sums) - 1 else so_far - seconds
        share, cumulative = (-seconds / whole, so_far / whole) if whole else (None, None)
        rows.append(ParetoRow(reason, -seconds, -count, share, cumulative))
    return rows
