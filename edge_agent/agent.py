"""Puts the agent together; owns the threads and the table of jobs.

Threads: one for each serial bus, one for all TCP connections, the recorder, the uplink (and paho's own), and
the scheduler of what the calendar asks for; and the screen, where one is configured. This one waits for a signal.
"""

import logging
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from drivers.bus import Bus
from drivers.bus.serial_bus import SerialBus
from drivers.bus.tcp_bus import TcpBuses
from edge_agent.clock import Clock, boot_id
from edge_agent.config import AgentConfig, cautions_about
from edge_agent.config.tables import BusConfig
from edge_agent.losses import Losses
from edge_agent.memory import look_for_cycles_rarely, share_one_heap
from edge_agent.oee.board import Board
from edge_agent.outbox import Outbox
from edge_agent.poll import Plan, Task, Worker
from edge_agent.record import Recorder
from edge_agent.uplink import Uplink
from edge_agent.uplink_beside import Committed, Stop
from edge_agent.wire.messages import Finding

if TYPE_CHECKING:
    from edge_agent.bench.bench import Bench
    from edge_agent.screen.server import ScreenServer

log = logging.getLogger(__name__)

_DISK_FULLEST = 0.9
_WATCH_S = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something that the calendar asks for.

    Attributes:
        name: For the log.
        cron: Minute, hour, day, month, weekday, local time.
        run: What to do; short, since it shares its thread.
    """

    name: str
    cron: str
    run: Callable[[], None]


class Agent:
    """One run of the agent, from start to stop.

    Args:
        config: What to read and where to send it.

    Raises:
        OutboxError: The outbox is in use, made on another machine, or cannot be opened.
    """

    def __init__(self, config: AgentConfig) -> None:
        self._config = config
        self._losses = Losses()
        self._stop_workers = threading.Event()
        self._stop_recorder = threading.Event()
        self._clock = Clock(config.clock.trust, config.state_dir)
        self._outbox = Outbox(config.state_dir)
        boot = boot_id() or secrets.token_hex(8)
        self._recorder = Recorder(config, self._clock, self._outbox, self._losses, boot, self._committed)
        self._uplink = (
            Uplink(config, config.broker, self._clock, self._outbox.journal, self._outbox.path, self._recorder)
            if config.broker
            else None
        )
        self._workers = make_workers(config, self._losses, self._recorder, self._stop_workers)
        self._threads = [threading.Thread(target=self._recorder.run, args=(self._stop_recorder,), name="recorder")]
        if self._uplink:
            self._threads.append(threading.Thread(target=self._uplink.run, name="uplink"))
        self._jobs = [
            Job("fold the outbox's log", "10 3 * * *", self._recorder.fold_soon),
            Job("watch the disk", "*/5 * * * *", self._watch_disk),
        ]
        self._disk_filling = False
        self._screen: ScreenServer | None = None

    def run(self, stop: threading.Event) -> int:
        """Read, record and send until stopped, or until a thread of ours has died: exit code 0 or 1."""
        scheduler = BackgroundScheduler()
        for job in self._jobs:
            scheduler.add_job(job.run, CronTrigger.from_crontab(job.cron), name=job.name)
        for thread in (*self._threads, *self._workers):
            thread.start()
        scheduler.start()
        died = ""
        try:
            self._begin()
            while not died and not stop.wait(_WATCH_S):
                died = next((t.name for t in (*self._threads, *self._workers) if not t.is_alive()), "")
        finally:  # whatever failed here: what was read is kept, and no thread runs on alone
            scheduler.shutdown(wait=False)
            self._end()
        log.info("stopped%s", f": {died} ended by itself, see above" if died else "")
        return 1 if died else 0

    def _begin(self) -> None:
        """What is done once the threads run."""
        bench = _open_bench(self._recorder, self._clock, self._outbox.path) if self._config.bench else None
        self._screen = _start_screen(self._config, self._board, self._recorder, self._outbox.path, bench)
        if self._screen:
            self._recorder.desk.listener = self._screen.take_up
        self._watch_disk()
        look_for_cycles_rarely()
        if self._clock.offset() is None:
            log.warning(
                "the clock is not set: samples wait undated. Let the machine reach a time server or the gateway, "
                "or set the time and run: nhipdo-edge trust-clock %s",
                self._config.path.name,
            )
        log.info("started: site %s, edge %s, journal %s", self._config.site, self._config.edge, self._outbox.journal)

    def _end(self) -> None:
        """Instruments first, then the disk, then the broker: what was read is kept, what was kept is said."""
        if self._screen:
            self._screen.stop()
            self._screen.join()
        self._stop_workers.set()
        for worker in self._workers:
            worker.join()
        self._stop_recorder.set()
        self._threads[0].join()
        if self._uplink:
            self._uplink.events.put(Stop())
            self._threads[1].join()

    def _committed(self) -> None:
        if self._uplink:
            self._uplink.events.put(Committed())

    def _board(self) -> Board:
        """What the screen shows: the recorder's picture, whether the clock is set and the way out is open."""
        board = self._recorder.desk.board or Board(at=self._clock.now(), units={})
        board = msgspec.structs.replace(board, clock_is_set=self._clock.offset() is not None)
        if self._uplink is None:
            return board
        online, waiting_since = self._uplink.is_online, self._uplink.waiting_since()
        return msgspec.structs.replace(board, broker=online, waiting_since=waiting_since)

    def _watch_disk(self) -> None:
        try:
            disk = shutil.disk_usage(self._config.state_dir)
        except OSError as error:
            log.warning("disk of %s cannot be looked at: %s", self._config.state_dir, error)
            return
        filling = disk.used / disk.total > _DISK_FULLEST
        if filling == self._disk_filling:
            return
        self._disk_filling = filling
        text = (
            f"{self._config.edge}: disk of {self._config.state_dir} is {disk.used / disk.total:.0%} full, "
            f"{disk.free / 1e6:.0f} MB free. Free some space or lower outbox.size_limit_mb."
        )
        log.warning("%s", text) if filling else log.info("disk of %s has room again", self._config.state_dir)
        self._recorder.asked.put(Finding(key="disk_filling", kind="disk_filling", text=text, over=not filling))


def _open_bench(recorder: Recorder, clock: Clock, outbox: Path) -> "Bench":
    # numpy, formulas and procedures: only where a bench is
    from edge_agent.bench.bench import open_bench  # noqa: PLC0415

    return open_bench(recorder.asked, recorder.bench, outbox, lambda: clock.offset() is not None)


def _start_screen(
    config: AgentConfig, board: Callable[[], Board], recorder: Recorder, outbox: Path, bench: "Bench | None"
) -> "ScreenServer | None":
    if config.shop.screen is None:
        return None
    from edge_agent.screen.starting import start_screen  # noqa: PLC0415  FastAPI: only where a screen is wanted

    return start_screen(config, board, recorder.asked, outbox, bench=bench)


def make_workers(config: AgentConfig, losses: Losses, recorder: Recorder, stop: threading.Event) -> list[Worker]:
    """One worker for each serial bus, one for all TCP connections together."""
    tcp = [bus for bus in config.buses if bus.over_tcp]
    groups: list[tuple[str, Bus, list[BusConfig]]] = [
        (bus.name, SerialBus(bus.spec()), [bus]) for bus in config.buses if not bus.over_tcp
    ]
    if tcp:
        groups.append(("tcp", TcpBuses([bus.spec() for bus in tcp]), tcp))
    return [
        Worker(name, bus, Plan(_tasks(some), losses), recorder.samples.put, stop, _longest_s(some))
        for name, bus, some in groups
    ]


def _tasks(buses: Sequence[BusConfig]) -> list[Task]:
    return [Task(bus.name, one.instrument(), one.period_s, one.timeout_s) for bus in buses for one in bus.instruments]


def _longest_s(buses: Sequence[BusConfig]) -> float:
    return max(one.timeout_s or bus.timeout_s for bus in buses for one in bus.instruments)


def run(config: AgentConfig) -> int:
    """Run the agent until SIGTERM or SIGINT; the exit code of the command.

    Raises:
        OutboxError: The outbox cannot be used.
    """
    logging.basicConfig(
        level=config.log_level.upper(), format="%(asctime)s %(levelname)-7s %(threadName)s: %(message)s"
    )
    logging.Formatter.converter = time.gmtime
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    for caution in cautions_about(config):
        log.warning("%s", caution)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    share_one_heap()
    return Agent(config).run(stop)
