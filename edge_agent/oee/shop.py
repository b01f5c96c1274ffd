"""The shop floor of one edge: all work units, their calendars, what people enter, the picture for the screen.

Decision: a work unit whose figures cannot be computed stops alone, says so, and is tried again.
Because: what a machine measured is kept whatever becomes of its productivity; a mistake in the one may not end the
other, and the evidence stays on disk for a program that is mended.
Instead of: an agent that ends, begins anew, and ends again.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from edge_agent.collect import Sample
from edge_agent.config import AgentConfig
from edge_agent.config.work_units import calendar_of, channels_of
from edge_agent.oee.board import Board, UnitBoard
from edge_agent.oee.bucket_book import BucketBook
from edge_agent.oee.calendars import Calendars
from edge_agent.oee.entering import Entering
from edge_agent.oee.evidence_book import EvidenceBook
from edge_agent.oee.keeping import Keeping
from edge_agent.oee.observation import Observation, Observer
from edge_agent.oee.picture import Painter
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.shop_findings import CHARTS, ShopFindings
from edge_agent.oee.unit_ledger import UnitLedger
from edge_agent.oee.unit_rules import UnitRules, UnitSetup, unit_setup
from edge_agent.oee.unit_tail import Books
from edge_agent.outbox import Outbox
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import Finding, Record
from edge_agent.wire.shop_floor import ProductDescription, WorkUnitDescription

if TYPE_CHECKING:
    from edge_agent.oee.charts import Charts

log = logging.getLogger(__name__)

_NS = 1_000_000_000
_DAY_NS = 86_400 * _NS
_RETRY_NS = 600 * _NS
_FRESH_DAYS = 2
"""Evidence of a work unit that cannot be evaluated waits so long."""
_EMPTY = Board(at=0, units={})


class Dated(Protocol):
    """A sample and its UTC time."""

    @property
    def sample(self) -> Sample: ...
    @property
    def at(self) -> int: ...


class Shop:
    """Belongs to the recorder, inside its transaction; after one that failed call :meth:`forget_unwritten`.

    Args:
        config: With work units.
        outbox: In whose file everything is kept.
        by_gateway: Names of the calendars that the gateway has set.
    """

    def __init__(self, config: AgentConfig, outbox: Outbox, by_gateway: frozenset[str] = frozenset()) -> None:
        self._outbox = outbox
        self._configure(config, by_gateway)
        self._broken: dict[str, int] = {}
        self.board = _EMPTY
        self._read()

    def _configure(self, config: AgentConfig, by_gateway: frozenset[str]) -> None:
        self._config, self._by_gateway = config, by_gateway
        self._setups = {unit.name: unit_setup(config, unit) for unit in config.shop.work_units}
        self._titles = {r.id: dict(r.title) for first in config.shop.reasons for r in (first, *first.of)}

    def configure(self, config: AgentConfig, by_gateway: frozenset[str]) -> None:
        """From the next transaction on this holds, as after a start with another file.

        Args:
            config: With what the gateway has set.
            by_gateway: Names of the calendars that it has set.
        """
        self._configure(config, by_gateway)
        self._stale = True

    def forget_unwritten(self) -> None:
        """A transaction failed: from the next one on, know again only what is on disk."""
        self._stale = True

    def _read(self) -> None:
        self._stale, self._begun = False, False
        db = self._outbox.db
        self._books = Books(EvidenceBook(db), BucketBook(db), ShopBook(db))
        named = {c.name: c for c in (calendar_of(self._config, setup.unit) for setup in self._setups.values())}
        self._calendars = Calendars(named, self._books.shop, self._by_gateway)
        self._keeping = Keeping(db, self._books, self._config.outbox.size_limit_mb * 1_000_000)
        self._charts = _charts(self._config, self._outbox) if self._config.shop.charts else None
        self._findings = ShopFindings(self._books.shop)
        self._units: dict[str, UnitLedger] = {}
        self._painters: dict[str, Painter] = {}
        self._observers: dict[str, list[tuple[str, Observer]]] = {}
        self._unmapped: dict[str, int] = {}
        fresh = self._books.evidence.fresh() if self._setups else {}
        for name, setup in self._setups.items():
            self._add(setup, fresh.get(name, ()))
            observer = Observer(setup.unit, setup.watt_hours)
            for instrument in observer.instruments:
                self._observers.setdefault(instrument, []).append((name, observer))
        self._entering = Entering(self._books.shop, self._books.buckets, self._calendars, self._units)

    def _add(self, setup: UnitSetup, fresh: Sequence[Observation]) -> None:
        ledger = self._ledger(setup.unit.name, setup.rules)
        ledger.reload(fresh)
        self._units[ledger.name] = ledger
        self._painters[ledger.name] = Painter(setup, ledger, self._books.buckets, self._books.shop)

    def _ledger(self, name: str, rules: UnitRules) -> UnitLedger:
        return UnitLedger(
            name, rules, self._books, self._calendars.schedule, lambda reason: self._titles.get(reason, {})
        )

    # ------------------------------------------------------------------ inside the recorder's transaction

    def take(self, dated: Sequence[Dated], now: int) -> Iterator[Record]:
        """Follow the samples of one transaction: the records that come of them."""
        if self._stale:
            self._read()
        if not self._begun:
            self._begun = True
            yield from self._findings.end_those_before()
            yield from self._begin(now)
        came: dict[str, list[Observation]] = {}
        yield from self._observe(dated, came)
        yield from self._follow(came, now)
        if self._charts is not None and self._is_to_be_tried(CHARTS, now):
            yield from self._guarded(CHARTS, partial(self._charts.take, dated), now)
        self._keeping.tidy(now)

    def _begin(self, now: int) -> Iterator[Record]:
        """What is configured holds from now on; the rest is said of work units that are no longer configured."""
        known = [ledger.since for ledger in self._units.values() if ledger.since is not None]
        for change in self._calendars.begin(max([now, *known])):
            yield change.record
            self._entering.replan(change)
        gone = [name for name in self._books.buckets.work_units() if name not in self._units]
        fresh = self._books.evidence.fresh() if gone else {}
        for name in gone:
            history = self._books.buckets.rules(name)
            if history is not None:
                ledger = self._ledger(name, history.newest)
                yield from self._guarded(name, partial(self._finish, ledger, fresh), now)
            self._books.buckets.forget(name)

    def _finish(self, ledger: UnitLedger, fresh: dict[str, list[Observation]]) -> Iterator[Record]:
        ledger.reload(fresh.get(ledger.name, ()))
        yield from ledger.finish()

    def _observe(self, dated: Sequence[Dated], came: dict[str, list[Observation]]) -> Iterator[Finding]:
        """Fill ``came`` with what the samples tell of each work unit."""
        for one in dated:
            for name, observer in self._observers.get(one.sample.instrument, ()):
                observation = observer.observe(one.sample, one.at)
                if observation is not None:
                    came.setdefault(name, []).append(observation)
                if len(observer.unmapped) > self._unmapped.get(name, 0):
                    self._unmapped[name] = len(observer.unmapped)
                    yield self._findings.unmapped(name, observer.unmapped)

    def _follow(self, came: dict[str, list[Observation]], now: int) -> Iterator[Record]:
        """Evaluate every work unit, and keep what came."""
        settled = [ledger.since for ledger in self._units.values()]
        fresh = dict(came)
        for name in [*self._units]:
            if self._is_to_be_tried(name, now):
                ledger, some = self._units[name], came.get(name, [])
                yield from self._guarded(name, partial(self._work, ledger, some, fresh, now), now)
        if fresh:
            self._books.evidence.keep_fresh(fresh)
        if settled != (since := [ledger.since for ledger in self._units.values()]):
            known = [one for one in since if one is not None]
            self._books.evidence.forget_fresh(max(min(known, default=0), now - _FRESH_DAYS * _DAY_NS))

    def _work(
        self, ledger: UnitLedger, came: list[Observation], fresh: dict[str, list[Observation]], now: int
    ) -> list[Record]:
        """Let one work unit follow; of what came to it, only that stays in ``fresh`` which is not settled yet."""
        taken = ledger.take(came) if came else []
        said = list(ledger.work(now))
        fresh.pop(ledger.name, None)
        if taken:
            fresh[ledger.name] = taken
        return said

    def _is_to_be_tried(self, name: str, now: int) -> bool:
        """Whether something can be computed, or failed so long ago that it is made anew from what is on disk."""
        tried = self._broken.get(name)
        if tried is None:
            return True
        if tried <= now < tried + _RETRY_NS:
            return False
        if name == CHARTS:
            self._charts = _charts(self._config, self._outbox)
        else:
            self._add(self._setups[name], self._books.evidence.fresh().get(name, ()))
        return True

    def _guarded(self, name: str, job: Callable[[], Iterable[Record]], now: int) -> Iterator[Record]:
        """What a work unit says; where it fails nothing of it is kept, and it is tried again later."""
        db = self._outbox.db
        db.execute("SAVEPOINT shop")
        try:
            said = list(job())
        except sqlite3.Error:
            raise
        except Exception as error:  # the edge of a job: the recorder goes on without it
            log.exception("shop floor: %s cannot be computed", name or "control charts")
            db.execute("ROLLBACK TO shop")
            db.execute("RELEASE shop")
            self._books.shop.forget_remembered()
            yield from self._break(name, error, now)
            return
        db.execute("RELEASE shop")
        yield from said
        if self._broken.pop(name, None) is not None:
            yield self._findings.mended(name)

    def _break(self, name: str, error: Exception, now: int) -> Iterator[Record]:
        first = name not in self._broken
        self._broken[name] = now
        if first:
            yield self._findings.broken(name, error)

    def enter(self, entry: Record, now: int) -> Iterator[Record]:
        """Take what somebody entered: it is said, and what follows from it comes with :meth:`take`.

        Raises:
            EntryError: It cannot be taken; the text says what to do.
        """
        if self._stale:
            self._read()
        yield from self._entering.enter(entry, now)

    # ------------------------------------------------------------------ after the commit

    def picture(self, now: int) -> None:
        """Make the board anew: each work unit as it was last evaluated, and heard as lately as it was."""
        if self._stale:
            return
        units = {name: self._painted(name, painter, now) for name, painter in self._painters.items()}
        self.board = Board(at=now, units=units)

    def _painted(self, name: str, painter: Painter, now: int) -> UnitBoard:
        try:
            return painter.paint(now)
        except Exception:  # the edge of a job: the recorder goes on without it
            log.exception("shop floor: work unit %s cannot be shown", name)
            status = WorkUnitStatus(at=now, bucket="UNKNOWN")
            return self.board.units.get(name, UnitBoard(name=name, status=status))

    def status(self) -> dict[str, WorkUnitStatus]:
        """What every work unit does now; any thread may ask."""
        return {name: unit.status for name, unit in self.board.units.items()}

    def describe(self) -> list[WorkUnitDescription]:
        """What is computed for every work unit."""
        return [self._description(setup) for setup in self._setups.values()]

    def _description(self, setup: UnitSetup) -> WorkUnitDescription:
        unit, rules = setup.unit, setup.rules
        return WorkUnitDescription(
            key=unit.name,
            title=dict(unit.title),
            production_line=unit.production_line,
            channels=channels_of(unit),
            counts_pieces=rules.counts_pieces,
            micro_stop_s=unit.micro_stop_s,
            max_gap_s=rules.max_gap_ns / _NS,
            bucket_s=unit.bucket_s,
            timezone=calendar_of(self._config, unit).timezone,
            products={
                one.name: ProductDescription(ideal_cycle_s=one.ideal_cycle_s, title=dict(one.title))
                for one in unit.products
            },
            reasons=self._titles,
            target_oee=unit.target_oee,
            demand_per_shift=unit.demand_per_shift,
        )


def _charts(config: AgentConfig, outbox: Outbox) -> "Charts":
    from edge_agent.oee.charts import Charts  # noqa: PLC0415  brings in calibration: only where charts are wanted

    return Charts(config, outbox.db)
