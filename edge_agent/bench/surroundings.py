"""What is measured around the item: within its limits, and moved no more than allowed since the session began."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edge_agent.bench.board import Around
from edge_agent.bench.live import NS, ChannelName, LiveReadings, between
from edge_agent.bench.procedure import EnvironmentRule
from edge_agent.wire.bench import CalibrationCapture, Reading

TYPED_NS = 3600 * NS
"""How long a typed value counts."""


class TypedValue(NamedTuple):
    """What a person read off, and when, UTC ns."""

    value: float
    at: int


class Surroundings:
    """The environment of one session.

    Args:
        rules: Of the procedure.
        channels: Quantity -> channel that measures it on this edge; another one is typed.
        live: What channels show.
    """

    def __init__(
        self, rules: Sequence[EnvironmentRule], channels: Mapping[str, ChannelName], live: LiveReadings
    ) -> None:
        self._rules = rules
        self._channels = channels
        self._live = live

    def around(
        self, typed: Mapping[str, TypedValue], captures: Sequence[CalibrationCapture], now: int
    ) -> tuple[Around, ...]:
        """Every quantity now.

        Args:
            typed: Quantity -> what was typed last.
            captures: Those of the session that count: how far a quantity has moved.
            now: UTC ns.
        """
        return tuple(self._one(rule, typed, captures, now) for rule in self._rules)

    def _one(
        self, rule: EnvironmentRule, typed: Mapping[str, TypedValue], captures: Sequence[CalibrationCapture], now: int
    ) -> Around:
        channel = self._channels.get(rule.quantity)
        found = self._read(channel, now) if channel else typed.get(rule.quantity)
        if found is not None and not channel and now - found.at > TYPED_NS:
            found = None
        value = found.value if found else None
        return Around(
            quantity=rule.quantity,
            value=value,
            at=found.at if found else 0,
            unit=rule.unit,
            low=rule.low,
            high=rule.high,
            is_typed=channel is None,
            is_kept=value is not None and rule.low <= value <= rule.high and _is_steady(rule, value, captures),
        )

    def _read(self, channel: ChannelName, now: int) -> TypedValue | None:
        readings = self._live.of(channel)
        if readings is None or readings.is_stale(now) or not readings.good:
            return None
        at, value = readings.good[-1]
        return TypedValue(value, at) if now - at <= readings.gap_ns else None

    def hindrances(self, around: Sequence[Around]) -> tuple[str, ...]:
        """Codes of what speaks against a capture: ``environment``, ``environment_missing``."""
        required = {rule.quantity for rule in self._rules if rule.is_required}
        outside = any(one.value is not None and not one.is_kept for one in around)
        missing = any(one.value is None and one.quantity in required for one in around)
        return tuple(code for code, holds in (("environment", outside), ("environment_missing", missing)) if holds)

    def readings(self, around: Sequence[Around], since: int, until: int) -> dict[str, Reading]:
        """Quantity -> what was measured in ``[since, until]``, or last before it, where there is a value."""
        return {one.quantity: self._reading(one, since, until) for one in around if one.value is not None}

    def _reading(self, one: Around, since: int, until: int) -> Reading:
        assert one.value is not None
        channel = self._channels.get(one.quantity)
        if channel is None:
            return Reading(value=one.value, unit=one.unit, is_typed=True)
        readings = self._live.of(channel)
        values = between(readings.good, since, until) if readings else []
        values = values or [one.value]
        mean = math.fsum(values) / len(values)
        return Reading(value=mean, n=len(values), unit=one.unit, instrument=channel.instrument, channel=channel.channel)


def typed_before(captures: Sequence[CalibrationCapture]) -> dict[str, TypedValue]:
    """What was typed last, as captures have it: that is all that is known of it after a power cut."""
    found: dict[str, TypedValue] = {}
    for one in captures:
        typed = {quantity: reading for quantity, reading in one.environment.items() if reading.is_typed}
        found |= {quantity: TypedValue(reading.value, one.captured_at) for quantity, reading in typed.items()}
    return found


def _is_steady(rule: EnvironmentRule, value: float, captures: Sequence[CalibrationCapture]) -> bool:
    if rule.most_change is None:
        return True
    seen = [one.environment[rule.quantity].value for one in captures if rule.quantity in one.environment]
    seen.append(value)
    return max(seen) - min(seen) <= rule.most_change * (1 + 1e-9)
