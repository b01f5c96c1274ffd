"""One serial bus: a port, and whose turn it is on it."""

import logging
from functools import partial
from time import monotonic, sleep

from drivers.bus import BusSpec, Polled
from drivers.bus.back_off import BackOff
from drivers.bus.serial_port import FAILURES, Port, why_lost, why_not_open
from drivers.bus.spec import check_spec
from drivers.bus.turns import Turns, Why
from drivers.errors import InstrumentError, NoReplyError
from drivers.instrument import Instrument

log = logging.getLogger(__name__)


class SerialBus:
    """Carries bytes over one serial port; opened at the first poll, and again with back-off when it vanished.

    Satisfies :class:`drivers.bus.Bus` and belongs to one thread.
    """

    def __init__(self, spec: BusSpec) -> None:
        """A bus whose port is still closed.

        Raises:
            ValueError: ``spec`` cannot be had.
        """
        check_spec(spec)
        self._spec = spec
        self._port = Port(spec)
        self._turns = Turns(spec, lines=True)
        self._back_off = BackOff()
        self._why: Why = _no_reason

    def begin(self, bus: str, instrument: Instrument, deadline: float, timeout_s: float | None = None) -> None:
        if bus != self._spec.name:
            msg = f"bus {bus!r}: asked of {self._spec.name!r}"
            raise KeyError(msg)
        self._turns.begin(instrument, deadline, timeout_s)

    def pending(self) -> int:
        return self._turns.pending()

    def close(self) -> None:
        self._turns.drop_all()
        self._port.close()

    def step(self, until: float) -> list[Polled]:
        """Carry bytes until some poll has ended or it is ``until``.

        An open port is read between polls too: what an instrument sends by itself is dated when it comes.
        """
        # First what has come meanwhile: a reply in time is not to be given up because its reader was late.
        wake_at = monotonic()
        while True:
            self._read(wake_at)
            self._turns.expire(monotonic())
            self._send()
            ended = self._turns.ended
            now = monotonic()
            if ended or now >= until:
                self._turns.ended = []
                return ended
            wake_at = min(until, self._turns.wakes_at())

    def _read(self, until: float) -> None:
        if not self._port.is_open:
            sleep(max(0.0, until - monotonic()))
            return
        try:
            chunk = self._port.read(until)
            if chunk:
                self._turns.received(chunk, monotonic())
        except FAILURES as error:
            self._lost(error)

    def _send(self) -> None:
        """Send what may go now, opening the port for it when needed."""
        if not self._turns.pending() or not self._ready():
            return
        try:
            while out := self._turns.next(monotonic()):
                self._port.set_line(out.line)
                self._turns.sent(self._port.write(out.frame, out.then) if out.frame else monotonic())
        except FAILURES as error:
            self._lost(error)

    def _ready(self) -> bool:
        """Whether the port is open, now or after an attempt; if not, every poll has ended with the reason."""
        if self._port.is_open:
            return True
        now = monotonic()
        if now >= self._back_off.retry_at:
            try:
                self._port.open()
            except FAILURES as error:
                self._failed(partial(self._not_open, error), now)
            else:
                away_s = self._back_off.worked(now)
                if away_s:
                    log.info("%s: %s opened again after %.0f s", self._spec.name, self._port.name, away_s)
                self._turns.opened(monotonic())
                return True
        self._turns.fail_all(self._why, now)
        return False

    def _lost(self, error: Exception) -> None:
        self._port.close()
        now = monotonic()
        self._failed(lambda who: NoReplyError(why_lost(who, self._port.name, error)), now)
        self._turns.fail_all(self._why, now)

    def _not_open(self, error: Exception, who: str) -> InstrumentError:
        return NoReplyError(why_not_open(who, self._port.name, error))

    def _failed(self, why: Why, now: float) -> None:
        self._why = why
        if self._back_off.failed(now):
            log.warning("%s", why(self._spec.name))


def _no_reason(who: str) -> InstrumentError:
    return NoReplyError(f"{who}: the port is closed. Report it.")
