"""One drift check at work: samples into residuals, residuals before the charts, signals into findings.

Imports ``calibration``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from calibration.control_charts import LIMITS, Chart, Cusum, Ewma, Sigma, Watch, WatchMemory, estimate_sigma
from calibration.drift import drift_of_check_standard
from edge_agent.config.drift_tables import DriftCheckConfig
from edge_agent.wire.messages import Finding

KIND = "drift"
WEIGHT, WIDTH = 0.1, 4.1
"""Of the moving average: it signals once in 39000 residuals while nothing moves."""
LIMIT, ALLOWANCE = 9.5, 0.5
"""Of the sums, in standard deviations of a residual: once in 42500."""
CALM = 60
"""So many residuals within the lines end a trouble."""
LAST = 120
"""Residuals that are kept for the rate."""
_LEAST = 3
_DAY_NS = 86_400 * 10**9
_BEHIND = 30


class DriftState(msgspec.Struct):
    """What a check must know to go on.

    Attributes:
        bucket: Number of the stretch that is open; 0: none was.
        sums: Sum and number of the channel's indications in it, and of the other channel's.
        behind: Samples in a row that were older than it.
        base: Residuals of the base, while it is being taken.
        base_since: Start of its first one, UTC ns.
        lines: Centre and standard deviation of a residual; None: the base is being taken.
        average: Memory of the moving average's watch.
        sum: Memory of the sums' watch.
        last: The last residuals: start, UTC ns, and residual.
        calm: Residuals within the lines since a signal.
        stands: A finding stands.
        serials: Instrument -> serial number that it showed last.
    """

    bucket: int = 0
    sums: list[float] = msgspec.field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])
    behind: int = 0
    base: list[float] = []
    base_since: int = 0
    lines: tuple[float, float] | None = None
    average: dict[str, Any] | None = None
    sum: dict[str, Any] | None = None
    last: list[tuple[int, float]] = []
    calm: int = 0
    stands: bool = False
    serials: dict[str, str] = {}


class Rate(msgspec.Struct, frozen=True):
    """How fast residuals move.

    Attributes:
        value: In the channel's unit per day.
        u: Its standard uncertainty.
        n: Of how many residuals.
    """

    value: float
    u: float
    n: int


class DriftCheck:
    """Belongs to the recorder, inside its transaction.

    Args:
        config: What is watched.
        unit: UCUM code of its channel.
        state: Where it stands; changed in place.
    """

    def __init__(self, config: DriftCheckConfig, unit: str, state: DriftState) -> None:
        self.config = config
        self.state = state
        self._unit = unit
        self._every_ns = round(config.every_s * 1e9)
        self._average: Watch | None = None
        self._sum: Watch | None = None
        if state.lines is not None:
            self._watch(*state.lines)

    @property
    def rate(self) -> Rate | None:
        """By a straight line through the last residuals; None: there are too few."""
        last = self.state.last
        if len(last) < _LEAST:
            return None
        days = [(at - last[-1][0]) / _DAY_NS for at, _ in last]
        found = drift_of_check_standard(days, [residual for _, residual in last]).rate
        return Rate(found.value, found.u, len(last))

    def see(self, at: int, indication: float, *, is_other: bool) -> Iterator[Finding]:
        """An indication of the channel, or of the other one, at an instant, UTC ns."""
        state, bucket = self.state, at // self._every_ns
        if bucket < state.bucket:
            state.behind += 1
            if state.behind < _BEHIND:
                return
            state.bucket = bucket  # the clock was set back: go on from there
            state.sums = [0.0, 0.0, 0.0, 0.0]
        elif bucket > state.bucket:
            yield from self._close()
            state.bucket, state.sums = bucket, [0.0, 0.0, 0.0, 0.0]
        state.behind = 0
        config = self.config
        if config.within is not None and config.stated is not None and abs(indication - config.stated) > config.within:
            return
        place = 2 if is_other else 0
        state.sums[place] += indication
        state.sums[place + 1] += 1

    def shows_serial(self, instrument: str, number: str) -> Iterator[Finding]:
        """One of the instruments shows its serial number: of another one nothing is known."""
        known = self.state.serials.get(instrument)
        if known is not None and known != number:
            yield from self.begin_anew("is another instrument now")
        self.state.serials = {**self.state.serials, instrument: number}

    def begin_anew(self, why: str = "was adjusted") -> Iterator[Finding]:
        """One of the instruments was adjusted or replaced: what was known of residuals holds no longer."""
        if self.state.stands:
            text = f"{self._who}: {why}. A new base of {self.config.base} residuals is being taken."
            yield self._finding(text, over=True)
        self.state = DriftState(serials=self.state.serials)
        self._average = self._sum = None

    # ------------------------------------------------------------------ residuals

    def _close(self) -> Iterator[Finding]:
        total, n, other, m = self.state.sums
        stated = self.config.stated
        if not n or (stated is None and not m):
            return
        residual = total / n - (other / m if stated is None else stated)
        at = self.state.bucket * self._every_ns
        # After the clock was set back some lie in a time that is still to come.
        before = [one for one in self.state.last if one[0] < at]
        self.state.last = [*before, (at, residual)][-LAST:]
        yield from self._take_base(at, residual) if self.state.lines is None else self._judge(residual)

    def _take_base(self, at: int, residual: float) -> Iterator[Finding]:
        state = self.state
        state.base_since = state.base_since or at
        state.base = [*state.base, residual]
        if len(state.base) < self.config.base:
            return
        if max(state.base) == min(state.base):
            # Instruments that show one and the same number: their spread is yet to be seen.
            state.base = state.base[1:]
            return
        sigma = estimate_sigma(state.base, "moving_range_d2").value
        state.lines, state.base = (float(np.mean(state.base)), float(sigma)), []
        self._watch(*state.lines)
        yield from ()

    def _watch(self, center: float, sigma: float) -> None:
        stated = Sigma.stated(sigma)
        average = Chart(Ewma(center, stated, WEIGHT, WIDTH, settled=True), LIMITS)
        total = Chart(Cusum(center, stated, LIMIT, ALLOWANCE), LIMITS)
        self._average = Watch(average, _memory(self.state.average))
        self._sum = Watch(total, _memory(self.state.sum))

    def _judge(self, residual: float) -> Iterator[Finding]:
        state = self.state
        assert self._average is not None, "there are lines"
        assert self._sum is not None, "there are lines"
        average, total = self._average.see(residual), self._sum.see(residual)
        point = average.point
        is_out = not point.lower <= point.value <= point.upper
        if total.findings:
            self._sum = Watch(self._sum.chart)
        state.average, state.sum = msgspec.to_builtins(self._average.memory), msgspec.to_builtins(self._sum.memory)
        if is_out or total.findings:
            state.calm = 0
            if not state.stands:
                state.stands = True
                yield self._finding(self._signal(point.value))
            return
        state.calm += 1
        if state.stands and state.calm >= CALM:
            state.stands = False
            yield self._finding(f"{self._who}: lies within its lines again, {CALM} residuals in a row.", over=True)

    # ------------------------------------------------------------------ words

    @property
    def _who(self) -> str:
        stated = self.config.stated
        other = self.config.against if stated is None else f"its check standard of {stated:g} {self._unit}"
        return f"{self.config.channel} against {other}"

    def _signal(self, average: float) -> str:
        assert self.state.lines is not None, "it was judged by them"
        center, sigma = self.state.lines
        half = WIDTH * sigma * (WEIGHT / (2 - WEIGHT)) ** 0.5
        since = datetime.fromtimestamp(self.state.base_since // 10**9, UTC)
        rate = self.rate
        moves = f" It moves by {rate.value:.3g} {self._unit} a day, u {rate.u:.2g}." if rate else ""
        other = " or the other instrument" if self.config.stated is None else ""
        return (
            f"{self._who}: the residual is {average:.4g} {self._unit} on average, expected {center:.4g} ± {half:.2g} "
            f"as in the base of {self.config.base} from {since:%Y-%m-%d %H:%M} UTC on.{moves} "
            f"Look what has changed; if it stays, have it{other} calibrated."
        )

    def _finding(self, text: str, *, over: bool = False) -> Finding:
        return Finding(key=f"{KIND}.{self.config.channel}", kind=KIND, text=text, over=over)


def _memory(kept: dict[str, Any] | None) -> WatchMemory | None:
    return msgspec.convert(kept, WatchMemory) if kept else None
