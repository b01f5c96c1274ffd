"""The configuration of a work unit, in the terms of the time model; and what held before it was changed."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec

from edge_agent.config import AgentConfig
from edge_agent.config.channels import counter_kind, energy_kind
from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.config.work_units import calendar_of, counters_of, infers_state, max_gap_s, max_rate_per_s
from edge_agent.kpi.evidence import ENERGY, GOOD, REJECT, ROLES, TOTAL
from edge_agent.kpi.timeline import Limits

_NS = 1_000_000_000
HOUR_NS = 3600 * _NS
"""Whatever its length, a nominal bucket begins with every hour."""
_FAR = 2**61


class UnitRules(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one work unit. Kept on disk, so that settled time is judged by what held then.

    Attributes:
        roles: Its counters.
        moduli: Role -> where its counter rolls over.
        signed_bits: Role -> bits of a register that is read as signed.
        max_rate: Most pieces a second, as numerator and denominator.
        stop_after_ns: No piece for so long is a stop; None: the machine tells its state.
        micro_stop_ns: From when on a stop is no minor one.
        max_gap_ns: From when on a silence is no data.
        bucket_ns: Length of a nominal bucket.
        cycles: Product -> ideal cycle, s.
        shows_product: Whether a channel tells which product is in force.
        calendar: Name of its calendar.
    """

    roles: tuple[str, ...]
    moduli: dict[str, int] = {}
    signed_bits: dict[str, int] = {}
    max_rate: tuple[int, int] = (100, 1)
    stop_after_ns: int | None = None
    micro_stop_ns: int = 60 * _NS
    max_gap_ns: int = 10 * _NS
    bucket_ns: int = 600 * _NS
    cycles: dict[str, float] = {}
    shows_product: bool = False
    calendar: str

    @property
    def counts_pieces(self) -> bool:
        """Whether it has a counter of pieces."""
        return any(role != ENERGY for role in self.roles)

    @property
    def has_oee(self) -> bool:
        """Whether it counts pieces of a known ideal cycle; else it has availability and no OEE."""
        return bool(self.cycles) and self.counts_pieces

    @property
    def only_product(self) -> str:
        """Its product, where it can make only one; else empty."""
        return next(iter(self.cycles)) if len(self.cycles) == 1 and not self.shows_product else ""

    @property
    def tells_of_pieces(self) -> frozenset[str]:
        """The counters that show a new piece, good or not."""
        return frozenset((TOTAL,)) if TOTAL in self.roles else frozenset((GOOD, REJECT))

    @property
    def max_rate_per_s(self) -> Fraction:
        """Most pieces a second."""
        return Fraction(*self.max_rate)

    @property
    def limits(self) -> Limits:
        """From when on a stop and a silence count."""
        return Limits(self.micro_stop_ns, self.max_gap_ns)

    @property
    def grace_ns(self) -> int:
        """How long after its end a bucket is closed: what silence and standing decide is decided then."""
        return max(self.max_gap_ns, self.stop_after_ns or 0) + 3 * _NS

    @property
    def ahead_ns(self) -> int:
        """How far beyond a stretch evidence may still tell what it was, but for a stop that goes on."""
        return self.max_gap_ns + self.micro_stop_ns + (self.stop_after_ns or 0) + 60 * _NS


class UnitSetup(NamedTuple):
    """A work unit as it is configured now.

    Attributes:
        unit: As it was written.
        rules: What follows.
        watt_hours: Of one unit of its energy counter, Wh.
    """

    unit: WorkUnitConfig
    rules: UnitRules
    watt_hours: float


def unit_setup(config: AgentConfig, unit: WorkUnitConfig) -> UnitSetup:
    """Put together what holds for a work unit."""
    roles = tuple(role for role in ROLES if getattr(unit, role))
    kinds = {role: counter_kind(config, of, unit.modulus) for role, of in counters_of(unit).items()}
    moduli = {role: modulus for role, (modulus, _) in kinds.items() if modulus is not None}
    watt_hours, rollover = energy_kind(config, unit.energy) if unit.energy else (1.0, None)
    if rollover is not None:
        moduli[ENERGY] = round(rollover * watt_hours)
    rate = Fraction(str(max_rate_per_s(unit)))
    rules = UnitRules(
        roles=roles,
        moduli=moduli,
        signed_bits={role: bits for role, (_, bits) in kinds.items() if bits is not None},
        max_rate=(rate.numerator, rate.denominator),
        stop_after_ns=_ns(unit.stop_after_s) if infers_state(unit) and unit.stop_after_s is not None else None,
        micro_stop_ns=_ns(unit.micro_stop_s),
        max_gap_ns=_ns(max_gap_s(config, unit)),
        bucket_ns=_ns(unit.bucket_s),
        cycles={product.name: product.ideal_cycle_s for product in unit.products},
        shows_product=bool(unit.product),
        calendar=calendar_of(config, unit).name,
    )
    return UnitSetup(unit, rules, watt_hours)


def _ns(seconds: float) -> int:
    return round(Fraction(str(seconds)) * _NS)


class RulesHistory:
    """Which rules hold from when on.

    Args:
        versions: Start and rules, in order of time; the first one also holds before its start. At least one.
    """

    def __init__(self, versions: Iterable[tuple[int, UnitRules]]) -> None:
        self.versions = tuple(versions)
        self._starts = [start for start, _ in self.versions]

    @property
    def newest(self) -> UnitRules:
        """What holds from the last change on."""
        return self.versions[-1][1]

    def at(self, instant: int) -> UnitRules:
        """What holds at an instant."""
        return self.versions[max(bisect_right(self._starts, instant) - 1, 0)][1]

    def changes_at(self, instant: int) -> bool:
        """Whether other rules begin there."""
        return instant in self._starts[1:]

    def next_change(self, instant: int) -> int:
        """When, after an instant, other rules begin."""
        return next((start for start in self._starts[1:] if start > instant), _FAR)

    def start_of(self, instant: int) -> int:
        """The start of the nominal bucket that holds an instant."""
        return instant - instant % self.at(instant).bucket_ns

    def end_of(self, start: int) -> int:
        """The end of the nominal bucket that begins there."""
        return start + self.at(start).bucket_ns

    def starts(self, since: int, until: int) -> list[int]:
        """The nominal buckets that begin in ``[since, until)``, which begins with one."""
        found = []
        while since < until:
            found.append(since)
            since = self.end_of(since)
        return found

    def with_change(self, rules: UnitRules, since: int, said_until: int) -> Sequence[tuple[int, UnitRules]]:
        """The versions, when other rules are seen to hold.

        Buckets of another length begin with the next full hour, where both lengths have an edge.

        Args:
            rules: What holds now.
            since: Start of what is not settled yet; from there on all else of them holds.
            said_until: The end of the last bucket that was said.
        """
        before = self.at(since).bucket_ns
        kept = [one for one in self.versions if one[0] < since]
        if before == rules.bucket_ns:
            return [*kept, (since, rules)]
        hour = -(-max(since, said_until) // HOUR_NS) * HOUR_NS
        bridge = [(since, msgspec.structs.replace(rules, bucket_ns=before))] if since < hour else []
        return [*kept, *bridge, (hour, rules)]
