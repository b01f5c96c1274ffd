"""Going through the audit's chain while nobody waits: one walk at a time, in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gateway.registry.audit import Broken, verify

log = logging.getLogger(__name__)

MOST_BROKEN = 100
"""So many places are told; a database that was filled by hand may have a million."""


@dataclass(slots=True)
class Walk:
    """One time through the chain.

    Attributes:
        at: When it began, UTC ns.
        done: Entries looked at.
        total: Entries in all, when it began.
        broken: Where the chain does not hold, the first :data:`MOST_BROKEN`.
        is_over: Whether it has ended.
        failed: Whether it ended before the end of the chain.
    """

    at: int
    done: int = 0
    total: int = 0
    broken: list[Broken] = field(default_factory=list)
    is_over: bool = False
    failed: bool = False


class AuditCheck:
    """The walks of one gateway. Any thread may call it.

    Args:
        engine: Of the registry; it is only read.
        clock: UTC, ns.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine, self._clock = engine, clock
        self._lock = threading.Lock()
        self._walk: Walk | None = None
        self._thread: threading.Thread | None = None

    def begin(self, wait_s: float = 0.0) -> Walk:
        """Set out, unless a walk goes on: then that one. A short chain is through within ``wait_s``."""
        with self._lock:
            if self._walk is None or self._walk.is_over:
                self._walk = Walk(self._clock())
                self._thread = threading.Thread(target=self._go, args=(self._walk,), name="audit", daemon=True)
                self._thread.start()
            walk, thread = self._walk, self._thread
        if thread is not None:
            thread.join(wait_s)
        return walk

    def latest(self) -> Walk | None:
        """The walk that goes on, or the last one; None: there was none since the gateway started."""
        return self._walk

    def _go(self, walk: Walk) -> None:
        def progress(done: int, total: int) -> None:
            walk.done, walk.total = done, total

        try:
            with Session(self._engine) as session:
                walk.broken.extend(islice(verify(session, progress), MOST_BROKEN))
        except Exception:
            log.exception("audit: could not be checked to its end")
            walk.failed = True
        finally:
            walk.is_over = True
