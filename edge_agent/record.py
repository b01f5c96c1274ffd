"""Samples become windows, lines and records, and those become messages: one transaction a record period."""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence

from edge_agent.asked import Acknowledged, Asked, BenchAsked, Entered, SettingCame, Unsendable, drain
from edge_agent.bench.desk import NOUNS, BenchDesk
from edge_agent.clock import Clock
from edge_agent.collect import Sample, counted
from edge_agent.config import AgentConfig
from edge_agent.correcting.correcting import Correcting
from edge_agent.dating import Dated, Dating, as_recorded, parts
from edge_agent.describe import describe_instruments, describe_run
from edge_agent.drift.drift import Drift
from edge_agent.held_back import HeldBack
from edge_agent.loss_records import ended_losses, loss_records
from edge_agent.losses import Losses, Lost
from edge_agent.oee.desk import Desk
from edge_agent.outbox import Outbox, Trimmer, is_full
from edge_agent.recovery import reopen_windows
from edge_agent.sample_queue import SampleQueue
from edge_agent.silence import notice
from edge_agent.windows import Windows
from edge_agent.wire.bench import Adjusted
from edge_agent.wire.certificate_setting import CERTIFICATE
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.messages import Loss, Record, Text
from edge_agent.wire.packing import TELEMETRY, pack
from edge_agent.wire.schema import SAMPLE

log = logging.getLogger(__name__)

_TIDY_S = 60.0


class Recorder:
    """Owns the outbox. Everything that others want of it comes through ``asked`` into the next transaction.

    Args:
        config: What is read, and how often it is committed.
        clock: When is now.
        outbox: Where it goes.
        losses: What workers had to leave out.
        boot: Tells this boot from others.
        on_commit: Called after each transaction that added messages.
    """

    def __init__(
        self,
        config: AgentConfig,
        clock: Clock,
        outbox: Outbox,
        losses: Losses,
        boot: str,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        instruments = [instrument for bus in config.buses for instrument in bus.instruments]
        most = max(config.queue_limit // max((len(i.loaded.meanings) for i in instruments), default=1), 1)
        self.samples = SampleQueue(most, losses)
        self.asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        self.grades: dict[str, str] = {}
        self._config = config
        self._clock = clock
        self._outbox = outbox
        self._losses = losses
        self._boot = boot
        self._on_commit = on_commit
        limit_bytes = config.outbox.size_limit_mb * 1_000_000
        self._dating = Dating(outbox, clock, boot, config.clock.undated_max_s, limit_bytes)
        self._trimmer = Trimmer(outbox, limit_bytes, config.outbox.keep_days * 86_400)
        self._heads = {one.name: self._head(one.name) for one in instruments}
        self._windows = Windows.of(config)
        longest_s = max((i.timeout_s or bus.timeout_s for bus in config.buses for i in bus.instruments), default=0.0)
        self._longest_poll_ns = int(longest_s * 1e9)
        self._begun = False
        self._reopened = False
        self._held = HeldBack(most, losses)
        self._marked = False
        self._next_tidy = 0.0
        self._troubled = False
        self._fold = threading.Event()
        self.desk = Desk(config, outbox)
        self.correcting = Correcting(config, outbox)
        self._drift = Drift(config, outbox)
        self.bench = BenchDesk(config, outbox, self.correcting)

    def fold_soon(self) -> None:
        """Ask for the outbox's log to be folded into its file. Any thread may."""
        self._fold.set()

    def run(self, stop: threading.Event) -> None:
        """Record every ``record_period_s`` until stopped; then once more, in order."""
        due = self._clock.monotonic()
        period = int(self._config.record_period_s * 1e9)
        while not stop.wait(max(due - self._clock.monotonic(), 0) / 1e9):
            self.record()
            # What a slow disk made late is not caught up: one transaction takes all that came meanwhile.
            due = max(due + period, self._clock.monotonic())
            if self._fold.is_set():
                self._fold.clear()
                self._fold_log()
        self.record(last=True)
        while len(self._held) and not self._troubled:
            self.record(last=True)
        if len(self._held):
            log.error("%d samples could not be written and are lost; the next start declares it", len(self._held))
        self._outbox.close()

    def _fold_log(self, *, shrink: bool = True) -> None:
        try:
            self._outbox.checkpoint(shrink=shrink)
        except sqlite3.Error as error:
            log.warning("outbox %s: its log cannot be folded now: %s", self._outbox.path, error)

    def record(self, *, last: bool = False) -> None:
        """One transaction: what came, what was asked, what is due. On failure nothing is lost but time."""
        samples, asked = self._held.take(self.samples.take(), drain(self.asked))
        lost = self._losses.take()
        now = self._clock.now()
        begun = self._begun
        if self._troubled:
            self._outbox.reserve.make()
        try:
            with self._outbox.transaction():
                dated, later = self._write(samples, asked, lost, now, last=last)
        except sqlite3.Error as error:
            self._begun = begun
            self._losses.give_back(lost)
            self._take_trouble(error)
            return
        self._marked = True
        self._held.written(len(samples), later)
        self._sum_up(dated, None if self._held.is_late else now)
        if self._troubled:
            self._troubled = False
            log.info("outbox %s can be written again", self._outbox.path)
        for sample in as_recorded(samples, dated):
            notice(sample, self.grades)
        self.desk.committed(now)
        self.correcting.committed()
        self.bench.committed(now)
        self._on_commit()

    def _write(
        self, samples: list[Sample], asked: list[Asked], lost: list[Lost], now: int, *, last: bool
    ) -> tuple[list[Dated], list[Asked]]:
        """What was dated, and what was asked and must wait until the run has begun."""
        dated = self._dating.date(samples)
        records = [*self._begin(now)] if dated and not self._begun else []
        if not (self._begun or last) and self._clock.offset() is None:
            self._losses.give_back(lost)  # they have no time yet either
        else:
            self._outbox.count_losses(self._on_the_wall(lost))
        if not self._begun:
            return dated, self._wait_to_begin(asked, last=last)
        # First of all, since a full file takes nothing before something has gone.
        records += self._trimmer.make_room(growing=self._outbox.reserve.is_there)
        records += self._obey(asked, now)
        # What the bench records is raw.
        records += self.bench.take(dated, now, clock_is_set=self._clock.offset() is not None)
        self.correcting.note(records)
        records += self._drift.take(dated, records)
        records += self.correcting.look(dated)
        # Whoever wants indications takes them before this line; from here on samples are values.
        dated = self.correcting.correct(dated)
        records += self.desk.take(dated, now)
        records += self._close_losses(now, all_of_them=last)
        records += [Text(key=f"{d.sample.instrument}.{c}", value=text) for d in dated for c, text in d.sample.texts]
        self._outbox.say(records, now)
        self._outbox.append(pack(TELEMETRY, self._lines(dated, now)), now)
        self._tidy(now)
        self._outbox.committed(now, clean=last and len(self._held) == len(samples))
        return dated, []

    def _wait_to_begin(self, asked: Sequence[Asked], *, last: bool) -> list[Asked]:
        """Nothing can be said before the run's first record: only what needs no answer is done."""
        if last or not self._marked:
            self._outbox.mark_unclean(unclean=not (last and self._outbox.previous_run()[1]))
        words = [one for one in asked if isinstance(one, Acknowledged)]
        for word in words:
            self._outbox.acknowledge(*word)
        return [one for one in asked if not isinstance(one, Acknowledged)]

    def _begin(self, now: int) -> list[Record]:
        """The first dated sample of a run opens its journal: the run, what it may have lost, its channels."""
        end, clean = self._outbox.previous_run()
        self._outbox.forget_said()
        self._begun = True
        if not self._reopened:
            self._reopened = True
            reopen_windows(self._outbox, self._windows, end)
        run = describe_run(self._config, self._outbox, self._boot)
        # A poll under way at the last commit belongs to an instant before it.
        since = min(end, now) - self._longest_poll_ns if end else now
        cut = [] if clean else [Loss(key=f"all.power_cut.{end}", since=since, until=now, n=None, reason="power_cut")]
        self._outbox.say([run], now)
        return [*cut, *self._descriptions()]

    def _descriptions(self) -> list[Record]:
        described = (describe_instruments(self._config), self.desk.describe(), self.correcting.describe())
        return [record for some in (*described, self.bench.describe()) for record in some]

    def _lines(self, dated: Sequence[Dated], now: int) -> Iterator[str]:
        # What a full disk held back belongs to windows that may have ended: they wait one more transaction.
        if not self._held.is_late:
            yield from self._windows.close_until(now)
        for sample, at in dated:
            head = self._heads.get(sample.instrument) or self._head(sample.instrument)
            for numbers, qualities in parts(sample):
                yield format_line(head, numbers, qualities, at)

    def _head(self, instrument: str) -> str:
        return line_head(SAMPLE, self._config.site, self._config.edge, instrument)

    def _sum_up(self, dated: Sequence[Dated], closed_at: int | None) -> None:
        """After the commit: a transaction that failed is tried again, and must not count twice."""
        if closed_at is not None:
            self._windows.forget_until(closed_at)
        self._windows.keep_open(self._dating.reached)
        for sample, at in dated:
            self._windows.add(sample.instrument, at, counted(sample))

    # ------------------------------------------------------------------ what others want

    def _obey(self, asked: Sequence[Asked], now: int) -> Iterator[Record]:
        for one in asked:
            if isinstance(one, Acknowledged):
                yield from self._acknowledge(one)
            elif isinstance(one, SettingCame):
                yield from self._set(one)
            elif isinstance(one, Unsendable):
                yield from self._trimmer.give_up(one.ids, one.reason)
            elif isinstance(one, Entered):
                is_adjustment = isinstance(one.entry, Adjusted)
                yield from self.correcting.enter(one) if is_adjustment else self.desk.enter(one, now)
            elif isinstance(one, BenchAsked):
                yield from self.bench.ask(one, now, clock_is_set=self._clock.offset() is not None)
            else:
                yield one

    def _set(self, came: SettingCame) -> Iterator[Record]:
        of_bench = self.bench if came.noun in NOUNS else self.desk
        yield from self.correcting.set(came) if came.noun == CERTIFICATE else of_bench.set(came)

    def _acknowledge(self, word: Acknowledged) -> list[Record]:
        known = self._outbox.store()
        self._outbox.acknowledge(*word)
        if known in {("", 0), (word.store, word.generation)} or not self._begun:
            return []
        self._outbox.forget_said()
        return self._descriptions()

    # ------------------------------------------------------------------ losses

    def _on_the_wall(self, lost: Sequence[Lost]) -> list[Lost]:
        offset = self._clock.now() - self._clock.monotonic()
        return [one._replace(since=one.since + offset, until=one.until + offset) for one in lost]

    def _close_losses(self, now: int, *, all_of_them: bool) -> list[Record]:
        """Counts that have been quiet, or open for long, become records."""
        ended = ended_losses(self._outbox.open_losses(), now, all_of_them=all_of_them)
        self._outbox.close_losses(ended)
        return [*loss_records(ended)]

    def _take_trouble(self, error: sqlite3.Error) -> None:
        """It was not written: keep it in memory, and make what room the disk still has.

        Nothing that is held goes for it here: the next transaction drops as much as it needs, and no other trouble
        than a full disk costs a message.
        """
        full = is_full(error)
        self._held.failed(full=full)
        self.desk.failed()
        self.correcting.failed()
        self._drift.failed()
        self.bench.failed()
        if not self._troubled:
            self._troubled = True
            what_to_do = "Free some space on its disk" if full else "Look at its disk and at who else uses the file"
            log.error("outbox %s: %s. %s; samples wait in memory.", self._outbox.path, error, what_to_do)
        if full:
            self._outbox.reserve.spend()
            self._fold_log(shrink=False)

    # ------------------------------------------------------------------ upkeep

    def _tidy(self, now: int) -> None:
        if self._clock.monotonic() / 1e9 >= self._next_tidy:
            self._next_tidy = self._clock.monotonic() / 1e9 + _TIDY_S
            self._trimmer.tidy(now)
            self._outbox.reserve.make()
