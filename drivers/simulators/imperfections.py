"""How a simulated instrument errs: its true error, repeatability, resolution and drift are known and can be told.

Source of the terms: VIM (JCGM 200:2012) 4.14 resolution, 4.20 instrumental bias, 4.21 instrumental drift, 2.21
repeatability.

Decision: what scatters is drawn from the number of the reading, and is the same whenever that is asked for.
Because: whoever holds a calibration against the truth must be able to work the truth out again.
Instead of: a generator that goes on from call to call.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Imperfections:
    """What is wrong with an instrument, all of it in its own unit.

    ``indication = round(value + error(value, t) + scatter)`` to the resolution, with
    ``error = bias + gain * value + bend * value**2 + drift_per_day * t / 86400``.

    Attributes:
        bias: What it shows where there is nothing.
        gain: What it shows too much, as a share of the value.
        bend: The same for the square of the value, in 1/unit.
        drift_per_day: How much the error grows in a day of its world.
        repeatability: Standard deviation of readings of one value.
        resolution: Step of the indication; 0: it has none.
        seed: Of what scatters.
    """

    bias: float = 0.0
    gain: float = 0.0
    bend: float = 0.0
    drift_per_day: float = 0.0
    repeatability: float = 0.0
    resolution: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.repeatability < 0 or self.resolution < 0:
            msg = f"{self}: repeatability and resolution must be 0 or more."
            raise ValueError(msg)

    @property
    def decimals(self) -> int:
        """Digits behind the point that the resolution needs.

        >>> Imperfections(resolution=0.005).decimals, Imperfections(resolution=0.1).decimals
        (3, 1)
        """
        exponent = Decimal(str(self.resolution)).normalize().as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    def error(self, value: float, t_s: float = 0.0) -> float:
        """The true error: what it shows too much on average, before it is rounded.

        Args:
            value: What is measured.
            t_s: Time of its world, s.

        >>> Imperfections(bias=0.5, gain=0.01, drift_per_day=0.1).error(100.0, 2 * DAY_S)
        1.7
        """
        return self.bias + self.gain * value + self.bend * value * value + self.drift_per_day * t_s / DAY_S

    def indication(self, value: float, t_s: float = 0.0, number: int = 0) -> float:
        """What it shows.

        Args:
            value: What is measured.
            t_s: Time of its world, s.
            number: Of the reading: another one scatters in another way.

        >>> Imperfections(gain=0.01, resolution=0.5).indication(30.0)
        30.5
        """
        scatter = Random(f"{self.seed}/{number}").gauss(0.0, self.repeatability) if self.repeatability else 0.0
        shown = value + self.error(value, t_s) + scatter
        if not self.resolution:
            return shown
        return round(round(shown / self.resolution) * self.resolution, self.decimals + 3)
