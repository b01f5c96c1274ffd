"""Who is polled when: earliest deadline first, on monotonic time, and a dead one does not slow its neighbours.

One :class:`Worker` (a thread) for each serial bus, and one for all TCP connections together.
"""

import heapq
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.bus import Bus, Polled
from drivers.errors import NoReplyError
from drivers.instrument import Instrument, Missing
from edge_agent.collect import Sample, collect
from edge_agent.losses import Losses

log = logging.getLogger(__name__)

_SILENT_POLLS = 3
_LONGEST_WAIT_S = 60.0
_IDLE_S = 0.5
_SLACK_S = 0.005
"""What is due within this time is asked together: a wake-up costs more than it gains."""


@dataclass(slots=True)
class Task:
    """An instrument that is polled every ``period_s``.

    Attributes:
        bus: Name of its bus.
        instrument: Who.
        period_s: How often, s.
        timeout_s: Its own timeout, s; None: the bus's.
        due_s: When next, on the monotonic clock, s.
        silent: How many polls in a row nothing came.
        polling: Whether a poll was begun and has not ended.
        rests_from_s: The next of its due times that is left out, while it is asked less often; else 0.
    """

    bus: str
    instrument: Instrument
    period_s: float
    timeout_s: float | None = None
    due_s: float = 0.0
    silent: int = 0
    polling: bool = False
    rests_from_s: float = 0.0


@dataclass(slots=True)
class Plan:
    """The tasks of one worker by their deadlines. Time is passed in.

    Attributes:
        tasks: All of them; due times are set by :meth:`begin`.
        losses: Where polls that were left out are counted.
    """

    tasks: Sequence[Task]
    losses: Losses
    _heap: list[tuple[float, int]] = field(default_factory=list)
    _by_name: dict[str, int] = field(default_factory=dict)
    _resting: list[Task] = field(default_factory=list)

    def begin(self, now_s: float) -> None:
        """Everything is due now."""
        self._by_name = {task.instrument.name: k for k, task in enumerate(self.tasks)}
        for task in self.tasks:
            task.due_s = now_s
        self._heap = [(now_s, k) for k in range(len(self.tasks))]

    def next_s(self) -> float:
        """When something is due next, s."""
        return self._heap[0][0]

    def due(self, now_s: float) -> list[Task]:
        """What is due, each planned anew. One whose last poll has not ended is left out and counted."""
        self.count_rests(now_s)
        due = []
        while self._heap[0][0] <= now_s + _SLACK_S:
            _, k = self._heap[0]
            task = self.tasks[k]
            if task.polling:
                self._left_out(task, "skipped", task.due_s, 1)
            else:
                task.polling = True
                due.append(task)
            self._move_on(task, now_s)
            heapq.heapreplace(self._heap, (task.due_s, k))
        return due

    def ended(self, polled: Polled) -> Task:
        """A poll has ended; a silent instrument is asked less and less often, and counted for it."""
        k = self._by_name[polled.instrument.name]
        task = self.tasks[k]
        task.polling = False
        if not _nothing_came(polled):
            if task.silent >= _SILENT_POLLS:
                log.info("%s: answers again after %d silent polls", task.instrument.name, task.silent)
            task.silent = 0
            return task
        task.silent += 1
        if task.silent >= _SILENT_POLLS:
            self._back_off(task, k)
        return task

    def _move_on(self, task: Task, now_s: float) -> None:
        """To the next due time after now, on the grid of its period; what lies between is counted."""
        missed = int((now_s - task.due_s) / task.period_s)
        if missed > 0:
            self._left_out(task, "skipped", task.due_s + task.period_s, missed)
        task.due_s += (missed + 1) * task.period_s

    def _back_off(self, task: Task, k: int) -> None:
        doubled = task.period_s * 2 ** min(task.silent - _SILENT_POLLS + 1, 16)
        skips = round(min(doubled, max(_LONGEST_WAIT_S, task.period_s)) / task.period_s) - 1
        if skips < 1:
            return
        task.rests_from_s = task.due_s
        task.due_s += skips * task.period_s
        self._resting.append(task)
        self._heap = [(task.due_s, k) if j == k else (due_s, j) for due_s, j in self._heap]
        heapq.heapify(self._heap)

    def count_rests(self, now_s: float) -> None:
        """Count the due times that have been left out until now, and none that are still to come."""
        for task in self._resting:
            until_s = min(now_s, task.due_s - task.period_s / 2)
            n = int((until_s - task.rests_from_s) / task.period_s) + 1 if until_s >= task.rests_from_s else 0
            if n:
                self._left_out(task, "back_off", task.rests_from_s, n)
                task.rests_from_s += n * task.period_s
        self._resting = [task for task in self._resting if now_s < task.due_s - task.period_s / 2]

    def _left_out(self, task: Task, reason: str, since_s: float, n: int) -> None:
        until_s = since_s + (n - 1) * task.period_s
        self.losses.add(task.instrument.name, reason, int(since_s * 1e9), int(until_s * 1e9), n)


def _nothing_came(polled: Polled) -> bool:
    return all(isinstance(one, Missing) and isinstance(one.reason, NoReplyError) for one in polled.shown)


class Worker(threading.Thread):
    """Polls what hangs on one bus (or on all TCP connections) until stopped.

    Args:
        name: For the log.
        bus: Carries the bytes. Belongs to this thread from now on.
        plan: Whom to poll when.
        put: Takes each sample.
        stop: Ends the thread within the longest timeout.
        grace_s: How long polls under way may go on after that, s.
    """

    def __init__(
        self,
        name: str,
        bus: Bus,
        plan: Plan,
        put: Callable[[Sample], None],
        stop: threading.Event,
        grace_s: float,
    ) -> None:
        super().__init__(name=f"bus {name}", daemon=True)
        self._bus = bus
        self._plan = plan
        self._put = put
        self._stopping = stop
        self._grace_s = grace_s

    def run(self) -> None:
        """Poll until stopped: always what was due first, all that is due together."""
        try:
            self._plan.begin(time.monotonic())
            while not self._stopping.is_set():
                for task in self._plan.due(time.monotonic()):
                    self._bus.begin(task.bus, task.instrument, task.due_s, task.timeout_s)
                self._sweep(min(self._plan.next_s(), time.monotonic() + _IDLE_S))
            self._plan.count_rests(time.monotonic())
            end = time.monotonic() + self._grace_s
            while self._bus.pending() and time.monotonic() < end:
                self._sweep(min(end, time.monotonic() + _IDLE_S))
        except Exception:
            log.exception("%s stopped by a mistake in the agent, which ends so that it is started again", self.name)
            raise
        finally:
            self._bus.close()

    def _sweep(self, until_s: float) -> None:
        for polled in self._bus.step(until_s):
            self._plan.ended(polled)
            self._put(collect(polled))
