"""The configuration of a work unit, in the terms of the time model."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from edge_agent.config import AgentConfig
from edge_agent.config.shop_rules import counter_kind
from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.kpi.evidence import ENERGY, ROLES
from edge_agent.kpi.timeline import Limits

_NS = 1_000_000_000
_RATE_ABOVE_IDEAL = 3
_RATE_WITHOUT_IDEAL = 100
_PERIODS_OF_SILENCE = 5
_LEAST_GAP_S = 10.0


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
        unit_of_energy: UCUM code of its energy counter; empty: there is none.
        period_s: Of its slowest instrument, s.
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
    unit_of_energy: str
    period_s: float

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
    kinds = {role: counter_kind(config, getattr(unit, role)) for role in roles if role != ENERGY}
    instruments = {one.name: one for bus in config.buses for one in bus.instruments}
    named = {getattr(unit, use).partition(".")[0] for use in (*ROLES, "state", "running") if getattr(unit, use)}
    periods = [instruments[name].period_s for name in named if name in instruments]
    period_s = max(periods, default=1.0)
    gap_s = unit.max_gap_s or max(_PERIODS_OF_SILENCE * period_s, _LEAST_GAP_S)
    fastest = min((product.ideal_cycle_s for product in unit.products), default=None)
    ideal = Fraction(_RATE_ABOVE_IDEAL) / Fraction(str(fastest)) if fastest else Fraction(_RATE_WITHOUT_IDEAL)
    moduli = {role: unit.modulus or modulus for role, (modulus, _) in kinds.items()}
    return UnitRules(
        unit=unit,
        roles=roles,
        moduli={role: modulus for role, modulus in moduli.items() if modulus is not None},
        signed_bits={role: bits for role, (_, bits) in kinds.items() if bits is not None},
        max_rate_per_s=Fraction(str(unit.max_rate_per_s)) if unit.max_rate_per_s else ideal,
        stop_after_ns=None if unit.state or unit.running else _ns(unit.stop_after_s),
        limits=Limits(_ns(unit.micro_stop_s) or 0, _ns(gap_s)),
        bucket_ns=_ns(unit.bucket_s) or _NS,
        cycles={product.name: product.ideal_cycle_s for product in unit.products},
        unit_of_energy=_unit_of(config, unit.energy),
        period_s=period_s,
    )


def _ns(seconds: float | None) -> int | None:
    return None if seconds is None else round(Fraction(str(seconds)) * _NS)


def _unit_of(config: AgentConfig, written: str) -> str:
    instrument, _, channel = written.partition(".")
    for bus in config.buses:
        for one in bus.instruments:
            if one.name == instrument and channel in one.loaded.meanings:
                return one.loaded.meanings[channel].unit
    return ""
