"""The world: a press, the meter in its cabinet, a balance in the laboratory, as functions of time.

Decision: everything is a function of the time since the world began; nothing has a state.
Because: a function cannot drift, two simulators of one world agree, and the true figures of any stretch of time
are known exactly, so a month is simulated in a second and an indicator is held to the truth.
Instead of: objects that are stepped.

Decision: time is counted in whole nanoseconds before it is divided.
Because: counters must be exact, and 0.3 / 0.1 is less than 3.
Instead of: floor division of floats.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from math import cos, exp, pi, sin, sqrt
from random import Random

NS = 1_000_000_000
HOUR_S = 3600.0


class State(IntEnum):
    """What a press says of itself."""

    RUNNING = 1
    JAMMED = 2


def _ns(t_s: float) -> int:
    return round(t_s * NS)


@dataclass(frozen=True, slots=True)
class Press:
    """A stamping press that makes a part every ``cycle_s``, jams now and then, and spoils every n-th part.

    Attributes:
        cycle_s: Production time of one part, s.
        jam_every_s: From the beginning of one good run to the next, s.
        jam_s: How long a jam takes, at the end of that time, s.
        reject_every: Every so many parts one is a reject.
        force_kn: Mean peak force of a stroke, kN; it varies by a few per cent.
        ambient_cel: Temperature that the die goes to while jammed, Cel.
        warm_cel: Temperature that the die goes to while running, Cel.
        die_s: Time constant of the die, s.
    """

    cycle_s: float = 2.0
    jam_every_s: float = 600.0
    jam_s: float = 30.0
    reject_every: int = 40
    force_kn: float = 630.0
    ambient_cel: float = 28.0
    warm_cel: float = 64.0
    die_s: float = 240.0

    def __post_init__(self) -> None:
        if not (self.cycle_s > 0 and 0 <= self.jam_s < self.jam_every_s and self.reject_every > 0 and self.die_s > 0):
            msg = f"{self}: times must be above 0, a jam shorter than jam_every_s, reject_every 1 or more."
            raise ValueError(msg)

    def running_ns(self, t_s: float) -> int:
        """Production time accumulated at time ``t_s``, ns."""
        jams, since = divmod(_ns(t_s), _ns(self.jam_every_s))
        up = _ns(self.jam_every_s) - _ns(self.jam_s)
        return jams * up + min(since, up)

    def running_s(self, t_s: float) -> float:
        """Production time accumulated at time ``t_s``, s."""
        return self.running_ns(t_s) / NS

    def jammed_s(self, t_s: float) -> float:
        """Time spent in jams at time ``t_s``, s."""
        return (_ns(t_s) - self.running_ns(t_s)) / NS

    def cycles(self, t_s: float) -> int:
        """Parts made at time ``t_s``."""
        return self.running_ns(t_s) // _ns(self.cycle_s)

    def rejects(self, t_s: float) -> int:
        """Parts spoilt at time ``t_s``."""
        return self.cycles(t_s) // self.reject_every

    def good(self, t_s: float) -> int:
        """Good parts made at time ``t_s``."""
        return self.cycles(t_s) - self.rejects(t_s)

    def last_force_kn(self, t_s: float) -> float:
        """Peak force of the last stroke, kN; 0 before the first."""
        stroke = self.cycles(t_s)
        # A quadratic residue: differs from stroke to stroke, comes back only after 97 of them, needs no state.
        return self.force_kn * (1 + (stroke * stroke % 97 - 48) / 2000) if stroke else 0.0

    def jams(self, t_s: float) -> int:
        """Jams begun at time ``t_s``."""
        return (_ns(t_s) + _ns(self.jam_s)) // _ns(self.jam_every_s) if self.jam_s else 0

    def state(self, t_s: float) -> State:
        """Running or jammed."""
        up = _ns(self.jam_every_s) - _ns(self.jam_s)
        return State.RUNNING if _ns(t_s) % _ns(self.jam_every_s) < up else State.JAMMED

    def die_cel(self, t_s: float) -> float:
        """Temperature of the die, Cel: a first-order lag, as if runs and jams had always alternated.

        While running ``warm - (warm - start) * exp(-t / die_s)``, while jammed the same towards ambient; the
        ``start`` that repeats itself is the fixed point of one run and one jam.
        """
        up_s = self.jam_every_s - self.jam_s
        kept_up, kept_jam = exp(-up_s / self.die_s), exp(-self.jam_s / self.die_s)
        rise = self.warm_cel - self.ambient_cel
        start = self.ambient_cel + rise * (1 - kept_up) * kept_jam / (1 - kept_up * kept_jam)
        since_s = (_ns(t_s) % _ns(self.jam_every_s)) / NS
        if since_s < up_s:
            return self.warm_cel - (self.warm_cel - start) * exp(-since_s / self.die_s)
        end = self.warm_cel - (self.warm_cel - start) * kept_up
        return self.ambient_cel + (end - self.ambient_cel) * exp(-(since_s - up_s) / self.die_s)


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a supply, at one instant.

    Attributes:
        voltage: V.
        current: A.
        active_power: W.
        apparent_power: VA.
        reactive_power: var.
    """

    voltage: float
    current: float
    active_power: float
    apparent_power: float
    reactive_power: float


@dataclass(frozen=True, slots=True)
class EnergyMeter:
    """A three-phase meter that feeds a press and the compressor beside it.

    Attributes:
        press: Whose state the power follows.
        running_w: Power of the press while it runs, W.
        jammed_w: Power of the press while it is jammed, W.
        compressor_w: Amplitude of the compressor's slow swing about its mean, W.
        swing_s: Period of that swing, s.
        base_w: Mean power of all that is not the press, W.
        shares: Part of the power that each phase carries; they add up to 1.
        power_factor: Of every phase.
        voltage: Nominal voltage to neutral, V; it swings by 1 % over a day.
    """

    press: Press = field(default_factory=Press)
    running_w: float = 7500.0
    jammed_w: float = 900.0
    compressor_w: float = 400.0
    swing_s: float = 300.0
    base_w: float = 1200.0
    shares: tuple[float, float, float] = (0.36, 0.33, 0.31)
    power_factor: float = 0.86
    voltage: float = 230.0

    def power_w(self, t_s: float) -> float:
        """Active power of all phases, W."""
        press_w = self.running_w if self.press.state(t_s) is State.RUNNING else self.jammed_w
        return press_w + self.base_w + self.compressor_w * sin(2 * pi * t_s / self.swing_s)

    def energy_j(self, t_s: float) -> float:
        """Energy since the world began, J: the integral of :meth:`power_w`, in closed form."""
        press_j = self.running_w * self.press.running_s(t_s) + self.jammed_w * self.press.jammed_s(t_s)
        swing_j = self.compressor_w * self.swing_s / (2 * pi) * (1 - cos(2 * pi * t_s / self.swing_s))
        return press_j + self.base_w * t_s + swing_j

    def energy_kwh(self, t_s: float) -> float:
        """Energy since the world began, kW.h."""
        return self.energy_j(t_s) / (1000 * HOUR_S)

    def reactive_kvarh(self, t_s: float) -> float:
        """Reactive energy since the world began, kvar.h; the power factor is constant."""
        return self.energy_kwh(t_s) * sqrt(1 - self.power_factor**2) / self.power_factor

    def frequency_hz(self, t_s: float) -> float:
        """Frequency of the supply, Hz."""
        return 50 + 0.03 * sin(2 * pi * t_s / 97.0)

    def phases(self, t_s: float) -> tuple[Phase, Phase, Phase]:
        """The three phases at time ``t_s``."""
        one, two, three = (self._phase(t_s, k) for k in range(3))
        return one, two, three

    def _phase(self, t_s: float, k: int) -> Phase:
        voltage = self.voltage * (1 + 0.01 * sin(2 * pi * t_s / (24 * HOUR_S) + 2 * pi * k / 3))
        active_w = self.power_w(t_s) * self.shares[k]
        apparent_va = active_w / self.power_factor
        return Phase(voltage, apparent_va / voltage, active_w, apparent_va, sqrt(apparent_va**2 - active_w**2))


@dataclass(frozen=True, slots=True)
class Weight:
    """What a balance shows at one instant.

    Attributes:
        mass_g: Rounded to the balance's scale interval, g.
        settled: Whether it has come to rest.
    """

    mass_g: float
    settled: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance on which a part is put, and taken off again, over and over.

    Attributes:
        every_s: From one part to the next, s.
        loaded_s: How long a part lies on the pan, s.
        settle_s: Time constant of the pan, s.
        nominal_g: Mean mass of a part, g.
        spread_g: Standard deviation of the parts' masses, g.
        decimals: Of the scale interval, which is ``10**-decimals`` g.
        seed: Of the parts' masses.
        gain: What it shows too much, as a share of the load.
    """

    every_s: float = 20.0
    loaded_s: float = 12.0
    settle_s: float = 0.25
    nominal_g: float = 100.0
    spread_g: float = 0.05
    decimals: int = 2
    seed: int = 0
    gain: float = 0.0

    def weighings(self, t_s: float) -> int:
        """Parts put on the pan at time ``t_s``."""
        return _ns(t_s) // _ns(self.every_s) + 1

    def part_g(self, number: int) -> float:
        """Mass of the n-th part, from 0, g."""
        # A text: hashes of tuples would differ from run to run, and sums of seed and number would repeat.
        return Random(f"{self.seed}/{number}").gauss(self.nominal_g, self.spread_g)

    def load_g(self, t_s: float) -> float:
        """What lies on the pan, g."""
        number, since = divmod(_ns(t_s), _ns(self.every_s))
        return self.part_g(number) if since < _ns(self.loaded_s) else 0.0

    def weight(self, t_s: float) -> Weight:
        """What the balance shows: it approaches the load exponentially, and rests once within a quarter interval."""
        number, since = divmod(_ns(t_s), _ns(self.every_s))
        part_g, loaded = self.part_g(number) * (1 + self.gain), since < _ns(self.loaded_s)
        moved_s = (since if loaded else since - _ns(self.loaded_s)) / NS
        off_g = part_g * exp(-moved_s / self.settle_s)
        settled = off_g < 0.25 * 10**-self.decimals
        load_g = part_g if loaded else 0.0
        if settled:
            return Weight(round(load_g, self.decimals), settled=True)
        shown_g = load_g - off_g if loaded else off_g
        return Weight(round(shown_g, self.decimals), settled=False)
