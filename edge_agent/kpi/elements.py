"""What adds up: times by bucket and pieces by product; the ratios of ISO 22400 come last, from sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import fsum, isclose

from edge_agent.kpi.buckets import BUCKETS, PLANNED, Bucket

_NS = 1_000_000_000
_NO_NS = (0,) * len(BUCKETS)
_NO_WH = (0.0,) * len(BUCKETS)


@dataclass(frozen=True, slots=True)
class ProductPieces:
    """Pieces of one product.

    Attributes:
        ideal_cycle_s: Planned time for one piece, PRI, s.
        total: Produced quantity, PQ.
        reject: Not good, also when that was found later, SQ.
        rework: Repaired, RQ; counts in first pass yield, not in OEE.
    """

    ideal_cycle_s: float
    total: int = 0
    reject: int = 0
    rework: int = 0

    @property
    def good(self) -> int:
        """Good quantity, GQ."""
        return self.total - self.reject


@dataclass(frozen=True, slots=True)
class Elements:
    """What one work unit, or several, did over some time: all of it adds up.

    Attributes:
        ns: Time by bucket, ns, in the order of :class:`Bucket`.
        products: Product and ideal cycle -> pieces; a product whose ideal cycle was changed stands twice.
        unplanned: Pieces made outside of planned time.
        unattributed: Pieces of stretches without data.
        no_product: Pieces made without a product in force.
        failures: Failures that began (in planned time).
        failing_ns: Planned time in failing stops, ns.
        energy_wh: Energy by bucket, Wh.
    """

    ns: tuple[int, ...] = _NO_NS
    products: Mapping[tuple[str, float], ProductPieces] = None  # type: ignore[assignment]
    unplanned: int = 0
    unattributed: int = 0
    no_product: int = 0
    failures: int = 0
    failing_ns: int = 0
    energy_wh: tuple[float, ...] = _NO_WH

    def __post_init__(self) -> None:
        if self.products is None:
            object.__setattr__(self, "products", {})

    def __add__(self, other: "Elements") -> "Elements":
        """Both together."""
        products = dict(self.products)
        for key, more in other.products.items():
            one = products.get(key, ProductPieces(key[1]))
            products[key] = ProductPieces(
                key[1], one.total + more.total, one.reject + more.reject, one.rework + more.rework
            )
        return Elements(
            tuple(a + b for a, b in zip(self.ns, other.ns, strict=True)),
            products,
            self.unplanned + other.unplanned,
            self.unattributed + other.unattributed,
            self.no_product + other.no_product,
            self.failures + other.failures,
            self.failing_ns + other.failing_ns,
            tuple(a + b for a, b in zip(self.energy_wh, other.energy_wh, strict=True)),
        )

    # ------------------------------------------------------------------ times, ns

    def of(self, *buckets: Bucket) -> int:
        """Time in some buckets together, ns."""
        return sum(self.ns[bucket] for bucket in buckets)

    @property
    def all_ns(self) -> int:
        """The whole time."""
        return sum(self.ns)

    @property
    def planned_busy_ns(self) -> int:
        """Planned busy time, PBT: all but NOT_SCHEDULED and PLANNED_STOP."""
        return self.of(*PLANNED)

    @property
    def observed_ns(self) -> int:
        """Planned busy time with data."""
        return self.planned_busy_ns - self.of(Bucket.UNKNOWN)

    @property
    def actual_production_ns(self) -> int:
        """Actual production time, APT: RUN and MINOR_STOP."""
        return self.of(Bucket.RUN, Bucket.MINOR_STOP)

    @property
    def actual_unit_processing_ns(self) -> int:
        """Actual unit processing time, AUPT: APT and SETUP."""
        return self.actual_production_ns + self.of(Bucket.SETUP)

    # ------------------------------------------------------------------ pieces

    @property
    def total(self) -> int:
        """Produced quantity, PQ, of all products."""
        return sum(pieces.total for pieces in self.products.values())

    @property
    def reject(self) -> int:
        """Pieces that are not good, of all products."""
        return sum(pieces.reject for pieces in self.products.values())

    @property
    def rework(self) -> int:
        """Pieces that were repaired, of all products."""
        return sum(pieces.rework for pieces in self.products.values())

    @property
    def good(self) -> int:
        """Good quantity, GQ, of all products."""
        return self.total - self.reject

    @property
    def ideal_s(self) -> float:
        """Ideal time of all pieces, ``sum(ideal_cycle * total)``, s."""
        return fsum(pieces.ideal_cycle_s * pieces.total for pieces in self.products.values())

    @property
    def ideal_good_s(self) -> float:
        """Ideal time of the good pieces, ``sum(ideal_cycle * (total - reject))``, s: fully productive time."""
        return fsum(pieces.ideal_cycle_s * pieces.good for pieces in self.products.values())


def add_up(elements: Iterable[Elements]) -> Elements:
    """All together."""
    return sum(elements, Elements())


@dataclass(frozen=True, slots=True)
class Figures:
    """The ratios of ISO 22400-2 that follow from elements; None where a denominator is zero. None is capped.

    Attributes:
        availability: APT / observed.
        effectiveness: Ideal time / APT; above 1 the ideal cycle is wrong.
        quality_ratio: Ideal time of good pieces / ideal time of all; GQ / PQ with one ideal cycle.
        piece_quality_ratio: GQ / PQ.
        oee: Ideal time of good pieces / observed, which equals the product of the three.
        oee_low: If all that was not observed was lost.
        oee_high: If all that was not observed was perfect.
        coverage: observed / PBT.
        utilization: PBT / all time.
        teep: OEE * utilization.
        nee: AUPT / observed * effectiveness * quality ratio.
        setup_ratio: SETUP / AUPT.
        technical_efficiency: APT / (APT + FAULT + STOP).
        mtbf_s: APT / failures, s.
        mttr_s: Planned time of failing stops / failures, s.
    """

    availability: float | None
    effectiveness: float | None
    quality_ratio: float | None
    piece_quality_ratio: float | None
    oee: float | None
    oee_low: float | None
    oee_high: float | None
    coverage: float | None
    utilization: float | None
    teep: float | None
    nee: float | None
    setup_ratio: float | None
    technical_efficiency: float | None
    mtbf_s: float | None
    mttr_s: float | None

    def as_dict(self) -> dict[str, float | None]:
        """By name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def figures(elements: Elements) -> Figures:
    """Every ratio of some elements.

    Raises:
        AssertionError: OEE does not equal the product of its factors: the arithmetic here is wrong.

    Source:
        ISO 22400-2:2014, 8; ``oee_low`` and ``oee_high`` bound what a full observation could have given.

    >>> shift = Elements((0, 0, 0, 360 * 10**9, 0, 60 * 10**9, 0, 0), {("P", 1.0): ProductPieces(1.0, 320, 16)})
    >>> round(figures(shift).oee, 3), round(figures(shift).availability, 3)
    (0.724, 0.857)
    """
    e = elements
    planned, observed, busy = e.planned_busy_ns, e.observed_ns, e.actual_production_ns
    processing, unknown = e.actual_unit_processing_ns, e.of(Bucket.UNKNOWN)
    ideal, good = e.ideal_s * _NS, e.ideal_good_s * _NS
    availability, effectiveness, quality = _ratio(busy, observed), _ratio(ideal, busy), _ratio(good, ideal)
    oee, utilization = _ratio(good, observed), _ratio(planned, e.all_ns)
    if availability is not None and effectiveness is not None and quality is not None and oee is not None:
        product = availability * effectiveness * quality
        assert isclose(product, oee, rel_tol=1e-9, abs_tol=1e-12), f"OEE {oee} is not A*E*Q = {product}"
    return Figures(
        availability=availability,
        effectiveness=effectiveness,
        quality_ratio=quality,
        piece_quality_ratio=_ratio(e.good, e.total),
        oee=oee,
        oee_low=_ratio(good, planned),
        oee_high=_ratio(good + unknown, planned),
        coverage=_ratio(observed, planned),
        utilization=utilization,
        teep=_times(oee, utilization),
        nee=_times(_ratio(processing, observed), effectiveness, quality),
        setup_ratio=_ratio(e.of(Bucket.SETUP), processing),
        technical_efficiency=_ratio(busy, busy + e.of(Bucket.FAULT, Bucket.STOP)),
        mtbf_s=_ratio(busy / _NS, e.failures),
        mttr_s=_ratio(e.failing_ns / _NS, e.failures),
    )


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None


def _times(*factors: float | None) -> float | None:
    product = 1.0
    for factor in factors:
        if factor is None:
            return None
        product *= factor
    return product
