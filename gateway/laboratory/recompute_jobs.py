"""Recomputing while nobody waits: one run after the other, each in a thread, found again by its address.

Decision: runs are kept in memory; what came of those that ended stands in the audit, also after a restart.
Because: a run that a restart cut off has doubled nothing, and is asked for again in a moment.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from gateway.laboratory.recompute import RecomputeError, Wish, recompute
from gateway.laboratory.recomputed_series import Progress
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import Reader
from gateway.timeseries import StoreUnavailableError, TimeSeries

log = logging.getLogger(__name__)

MOST_WAITING = 3
_KEPT = 50


class TooManyRunsError(Exception):
    """So many wait already that no further one is taken."""


@dataclass(slots=True)
class Run:
    """One range of samples that is, or was, recomputed.

    Attributes:
        id: Which.
        instrument: Id of the row of the instrument on whose page it was asked for.
        wish: What for.
        name: Of who asked.
        at: When, UTC ns.
        progress: How far it is; None: it has not begun to write.
        is_over: Whether it has ended.
        problem: Why it could not be done; empty: it could.
    """

    id: str
    instrument: str
    wish: Wish
    name: str
    at: int
    progress: Progress | None = None
    is_over: bool = False
    problem: str = ""

    @property
    def share(self) -> float:
        """How much of the stretch is behind, 0 to 1."""
        if self.progress is None:
            return 0.0
        return (self.progress.done_to - self.wish.start) / max(1, self.wish.end - self.wish.start)


class Recomputing:
    """The runs of one gateway. Any thread may call it.

    Args:
        engine: Of the registry.
        timeseries: Where samples are.
        zone: Of the laboratory's days.
        clock: UTC ns.
    """

    def __init__(self, engine: Engine, timeseries: TimeSeries, zone: ZoneInfo, clock: Callable[[], int]) -> None:
        self._engine, self._timeseries, self._zone, self._clock = engine, timeseries, zone, clock
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._runs: dict[str, Run] = {}

    def begin(self, reader: Reader, instrument: str, wish: Wish, wait_s: float = 0.0) -> Run:
        """Set out; a short one is through within ``wait_s``.

        Raises:
            TooManyRunsError: Others wait.
        """
        with self._lock:
            if sum(not one.is_over for one in self._runs.values()) > MOST_WAITING:
                raise TooManyRunsError
            for old in [one.id for one in self._runs.values() if one.is_over][: max(0, len(self._runs) - _KEPT)]:
                del self._runs[old]
            run = Run(token_hex(16), instrument, wish, reader.name, self._clock())
            self._runs[run.id] = run
        thread = threading.Thread(target=self._go, args=(run, reader), name="recompute", daemon=True)
        thread.start()
        thread.join(wait_s)
        return run

    def get(self, instrument: str, run: str) -> Run | None:
        """A run of this instrument; None: there is none that is still known."""
        found = self._runs.get(run)
        return found if found is not None and found.instrument == instrument else None

    def those_of(self, instrument: str) -> list[Run]:
        """The runs of an instrument that go on or did not come to their end, the last first."""
        with self._lock:
            every = [one for one in self._runs.values() if one.instrument == instrument]
        return [one for one in reversed(every) if one.problem or not one.is_over]

    def _go(self, run: Run, reader: Reader) -> None:
        def tell(progress: Progress) -> None:
            run.progress = progress

        try:
            with self._turn:
                recompute(self._engine, self._timeseries, reader, run.wish, self._zone, self._clock, tell)
        except (RecomputeError, StoreUnavailableError) as error:
            run.problem = str(error)
        except ForbiddenError:
            run.problem = f"{reader.name}: may not write for the laboratory there. Ask the laboratory's staff."
        except Exception:
            log.exception("recompute: could not be carried to its end")
            run.problem = "recompute: ended by a fault of the gateway; its log says which. Try again."
        finally:
            run.is_over = True
