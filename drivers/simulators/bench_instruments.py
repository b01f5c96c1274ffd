"""What stands in a laboratory: a balance on whose pan a hand puts weights, a bath in which thermometers hang.

Decision: here something has a state, as nothing in ``plant`` has: what lies on the pan, what the bath is set to.
Because: a person does it, at a moment that no function of the time knows.
"""

from collections.abc import Mapping
from math import exp, pi, sin
from pathlib import Path
from typing import NamedTuple, Protocol

from drivers.simulators.clock import Clock
from drivers.simulators.imperfections import DAY_S, Imperfections
from drivers.simulators.plant import Weight

CENTRE = "centre"
_FARTHEST = 60.0
"""Time constants after which nothing moves any more."""


class Weighs(Protocol):
    """What a balance's speech needs of it.

    Attributes:
        decimals: Digits behind the point that it shows.
    """

    @property
    def decimals(self) -> int: ...

    def weight(self, t_s: float) -> Weight:
        """What it shows at an instant."""
        ...


class Loading(NamedTuple):
    """What was put on the pan.

    Attributes:
        number: Of the loading: each scatters in its own way.
        load_g: What lies there, g.
        position: Where.
        at_s: When it was put there, time of its world.
        from_g: What the balance stood at then, before it scattered, g.
    """

    number: int
    load_g: float
    position: str
    at_s: float
    from_g: float


class BenchBalance:
    """A balance that waits for a hand; any thread may put something on it.

    Args:
        imperfections: How it errs.
        clock: Time of its world.
        eccentricity: Place on the pan -> what it shows too much there, as a share of the load.
        settle_s: Time constant of the pan, s.
        hand: File in which somebody writes what lies on the pan, in g, and where: ``100 back_left``; None: none.
    """

    def __init__(
        self,
        imperfections: Imperfections,
        clock: Clock,
        eccentricity: Mapping[str, float] | None = None,
        settle_s: float = 0.1,
        hand: Path | None = None,
    ) -> None:
        self.imperfections = imperfections
        self._clock = clock
        self._eccentricity = dict(eccentricity or {})
        self._settle_s = settle_s
        self._hand = hand
        self._written = ""
        self._loading = Loading(0, 0.0, CENTRE, -_FARTHEST * settle_s, 0.0)

    @property
    def decimals(self) -> int:
        """Digits behind the point that it shows."""
        return self.imperfections.decimals

    def put(self, load_g: float, position: str = CENTRE) -> None:
        """Take off what is there, and put this on; 0: nothing."""
        before, now = self._loading, self._clock()
        self._loading = Loading(before.number + 1, load_g, position, now, self._goal(before, now))

    def adjust(self, imperfections: Imperfections) -> None:
        """From now on it errs like this: somebody has turned its screw."""
        self.imperfections = imperfections

    def true_error(self, load_g: float) -> float:
        """What it shows too much at a load in the middle of the pan, on average, g."""
        return self.imperfections.error(load_g, self._clock())

    def weight(self, t_s: float) -> Weight:
        """What it shows: it approaches exponentially, and rests once within a quarter of its step."""
        self._look_at_the_hand()
        now = self._loading
        goal = self._goal(now, t_s)
        off = (now.from_g - goal) * exp(-min(_FARTHEST, max(0.0, t_s - now.at_s) / self._settle_s))
        step = self.imperfections.resolution or 10.0**-self.decimals
        settled = abs(off) < 0.25 * step
        shown = now.load_g if settled else now.load_g + off
        return Weight(self.imperfections.indication(self._seen(now, shown), t_s, now.number), settled=settled)

    def _goal(self, loading: Loading, t_s: float) -> float:
        """Where it comes to rest, without the scatter."""
        value = self._seen(loading, loading.load_g)
        return value + self.imperfections.error(value, t_s)

    def _seen(self, loading: Loading, load_g: float) -> float:
        return load_g * (1 + self._eccentricity.get(loading.position, 0.0))

    def _look_at_the_hand(self) -> None:
        if self._hand is None:
            return
        try:
            written = self._hand.read_text("utf-8").strip()
            load_g, _, position = written.partition(" ")
            if written != self._written:
                self.put(float(load_g.replace(",", ".")), position.strip() or CENTRE)
                self._written = written
        except (OSError, ValueError):
            # Nobody has written yet, or is just writing.
            return


class Bath:
    """A stirred bath that follows what it is set to; any thread may set it.

    Args:
        clock: Time of its world.
        cel: What it begins with, Cel.
        settle_s: Time constant, s.
    """

    def __init__(self, clock: Clock, cel: float = 20.0, settle_s: float = 0.2) -> None:
        self._clock = clock
        self._settle_s = settle_s
        self._from, self._to, self._at = cel, cel, clock()

    def set(self, cel: float) -> None:
        """Bring it to another temperature."""
        now = self._clock()
        self._from, self._to, self._at = self.temperature(now), cel, now

    def temperature(self, t_s: float) -> float:
        """What it has, Cel."""
        since = min(_FARTHEST, max(0.0, t_s - self._at) / self._settle_s)
        return self._to + (self._from - self._to) * exp(-since)


class Room:
    """A room whose temperature swings with the day.

    Args:
        cel: Mean, Cel.
        swing: Amplitude, K.
    """

    def __init__(self, cel: float = 22.6, swing: float = 0.4) -> None:
        self._cel, self._swing = cel, swing

    def temperature(self, t_s: float) -> float:
        """What it has, Cel."""
        return self._cel + self._swing * sin(2 * pi * t_s / DAY_S)


class Surrounds(Protocol):
    """What a thermometer hangs in."""

    def temperature(self, t_s: float) -> float:
        """What it has at an instant, Cel."""
        ...


class Thermometer:
    """A thermometer.

    Args:
        where: What it hangs in.
        imperfections: How it errs.
        reading_s: How often it takes another reading, s.
    """

    def __init__(self, where: Surrounds, imperfections: Imperfections, reading_s: float = 0.1) -> None:
        self.imperfections = imperfections
        self._where = where
        self._reading_s = reading_s

    @property
    def decimals(self) -> int:
        """Digits behind the point that it shows."""
        return self.imperfections.decimals

    def temperature(self, t_s: float) -> float:
        """What it shows, Cel."""
        number = int(t_s / self._reading_s)
        return self.imperfections.indication(self._where.temperature(t_s), t_s, number)
