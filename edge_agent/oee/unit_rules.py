"""The configuration of a work unit, in the terms of the time model."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from edge_agent.config import AgentConfig
from edge_agent.config.channels import counter_kind, energy_kind
from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.config.work_units import counters_of, infers_state, max_gap_s, max_rate_per_s
from edge_agent.kpi.evidence import ENERGY, ROLES
from edge_agent.kpi.timeline import Limits

_NS = 1_000_000_000
_RATE_WITHOUT_IDEAL = 100
"""Pieces a second that no machine makes of which nobody said how fast it is."""


@dataclass(frozen=True)
class UnitRules:
    """What holds for one work unit.

    Attributes:
        unit: As it was configured.
        roles: Its counters.
        moduli: Role -> where its counter rolls over.
        signed_bits: Role -> bits of a register that is read as signed.
        max_rate_per_s: Most pieces a second.
        stop_after_ns: No piece for so long is a stop; None: the machine tells its state.
        limits: From when on a stop and a silence count.
        bucket_ns: Length of a nominal bucket.
        cycles: Product -> ideal cycle, s.
        watt_hours: Of one unit of its energy counter, Wh.
    """

    unit: WorkUnitConfig
    roles: tuple[str, ...]
    moduli: Mapping[str, int]
    signed_bits: Mapping[str, int]
    max_rate_per_s: Fraction
    stop_after_ns: int | None
    limits: Limits
    bucket_ns: int
    cycles: Mapping[str, float]
    watt_hours: float

    @property
    def has_oee(self) -> bool:
        """Whether it counts pieces of a known ideal cycle; else it has availability and no OEE."""
        return bool(self.cycles) and any(role != ENERGY for role in self.roles)

    @property
    def counts_pieces(self) -> bool:
        """Whether it has a counter of pieces."""
        return any(role != ENERGY for role in self.roles)

    @property
    def only_product(self) -> str:
        """Its product, where it can make only one; else empty."""
        return next(iter(self.cycles)) if len(self.cycles) == 1 and not self.unit.product else ""

    @property
    def grace_ns(self) -> int:
        """How long after its end a bucket is closed: what silence and standing decide is decided then."""
        return max(self.limits.max_gap_ns or 0, self.stop_after_ns or 0) + 3 * _NS

    def start_of(self, instant: int) -> int:
        """The start of the bucket that holds an instant."""
        return instant - instant % self.bucket_ns


def unit_rules(config: AgentConfig, unit: WorkUnitConfig) -> UnitRules:
    """Put together what holds for a work unit."""
    roles = tuple(role for role in ROLES if getattr(unit, role))
    kinds = {role: counter_kind(config, of, unit.modulus) for role, of in counters_of(unit).items()}
    moduli = {role: modulus for role, (modulus, _) in kinds.items() if modulus is not None}
    watt_hours, rollover = energy_kind(config, unit.energy) if unit.energy else (1.0, None)
    if rollover is not None:
        moduli[ENERGY] = round(rollover * watt_hours)
    return UnitRules(
        unit=unit,
        roles=roles,
        moduli=moduli,
        signed_bits={role: bits for role, (_, bits) in kinds.items() if bits is not None},
        max_rate_per_s=Fraction(str(max_rate_per_s(unit) or _RATE_WITHOUT_IDEAL)),
        stop_after_ns=_ns(unit.stop_after_s) if infers_state(unit) and unit.stop_after_s is not None else None,
        limits=Limits(_ns(unit.micro_stop_s), _ns(max_gap_s(config, unit))),
        bucket_ns=_ns(unit.bucket_s),
        cycles={product.name: product.ideal_cycle_s for product in unit.products},
        watt_hours=watt_hours,
    )


def _ns(seconds: float) -> int:
    return round(Fraction(str(seconds)) * _NS)
