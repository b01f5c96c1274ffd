"""From samples to evidence: what one sample tells of a work unit."""

from collections.abc import Mapping
from zlib import crc32

import msgspec

from edge_agent.collect import Sample
from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evidence import ENERGY, ROLES
from edge_agent.oee.packml import packml_state

_SIGNALS = ("state", "mode", "running", "fault", "fault_code", "product", "boot")


class Observation(msgspec.Struct, frozen=True, array_like=True):
    """What one sample tells of a work unit.

    Attributes:
        at: UTC ns.
        state: A code of :class:`Bucket`; None: the sample does not tell.
        code: The machine's own word for it; empty: none.
        product: In force; None: the sample does not tell; empty: none.
        counts: Role -> what its counter shows.
        boot: Start of the counting controller; None: not known.
    """

    at: int
    state: int | None = None
    code: str = ""
    product: str | None = None
    counts: dict[str, int] = {}
    boot: int | None = None

    @property
    def is_of_the_machine(self) -> bool:
        """Whether it is evidence of the machine itself, and not only of its energy meter."""
        return self.state is not None or any(role != ENERGY for role in self.counts)


class Observer:
    """Reads samples for one work unit.

    Args:
        unit: Which channels tell what.
        watt_hours: Of one unit of its energy counter, Wh.
    """

    def __init__(self, unit: WorkUnitConfig, watt_hours: float = 1.0) -> None:
        self._unit = unit
        self._watt_hours = watt_hours
        self._channels: dict[str, dict[str, list[str]]] = {}
        for use in (*ROLES, *_SIGNALS):
            written: str = getattr(unit, use)
            if written:
                instrument, _, channel = written.partition(".")
                self._channels.setdefault(instrument, {}).setdefault(channel, []).append(use)
        self._setup_modes = frozenset(unit.setup_modes)
        self.unmapped: set[str] = set()

    @property
    def instruments(self) -> frozenset[str]:
        """Whose samples tell something of this work unit."""
        return frozenset(self._channels)

    def observe(self, sample: Sample, at: int) -> Observation | None:
        """What a sample tells; None: nothing."""
        uses = self._channels.get(sample.instrument)
        if uses is None:
            return None
        shown: dict[str, float | str] = {}
        pairs: list[tuple[str, float | str]] = [*sample.numbers, *sample.texts]
        for channel, value in pairs:
            for use in uses.get(channel, ()):
                shown[use] = value
        if not shown:
            return None
        state, code = self._state(shown)
        counts = {role: self._count(role, shown[role]) for role in ROLES if role in shown}
        product = _as_text(shown["product"]) if "product" in shown else None
        boot = crc32(_as_text(shown["boot"]).encode()) if "boot" in shown else None
        return Observation(at, state, code, product, counts, boot)

    def _count(self, role: str, shown: float | str) -> int:
        return round(float(shown) * (self._watt_hours if role == ENERGY else 1))

    def _state(self, shown: Mapping[str, float | str]) -> tuple[int | None, str]:
        code = _as_text(shown["fault_code"]) if "fault_code" in shown else ""
        unit = self._unit
        if unit.state:
            if "state" not in shown:
                return None, ""
            word = _as_text(shown["state"])
            state, own = packml_state(word) if unit.state_preset else self._mapped(word)
            code = code or own
        elif unit.running:
            if "running" not in shown:
                return None, ""
            running = float(shown["running"]) != 0
            faulty = "fault" in shown and float(shown["fault"]) != 0
            state = Bucket.FAULT if faulty else Bucket.RUN if running else Bucket.STOP
        else:
            return None, ""
        in_setup = "mode" in shown and _as_text(shown["mode"]) in self._setup_modes
        if in_setup and state not in {Bucket.FAULT, Bucket.UNKNOWN}:
            state = Bucket.SETUP
        return int(state), code if state != Bucket.RUN and code != "0" else ""

    def _mapped(self, word: str) -> tuple[Bucket, str]:
        name = self._unit.state_map.get(word)
        if name is None:
            self.unmapped.add(word)
            return Bucket.UNKNOWN, word
        return Bucket[name], word


def _as_text(shown: float | str) -> str:
    """A value as a person writes it in the configuration: 4, not 4.0."""
    if isinstance(shown, str):
        return shown
    return str(int(shown)) if shown == int(shown) else repr(shown)
