"""The shop floor of one edge: all work units, their calendars, what people enter, the picture for the screen."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from edge_agent.collect import Sample
from edge_agent.config import AgentConfig
from edge_agent.config.work_units import calendar_of, channels_of, max_gap_s
from edge_agent.kpi.calendar import Schedule
from edge_agent.oee.board import Board, UnitBoard
from edge_agent.oee.calendars import Calendars
from edge_agent.oee.entry_error import EntryError
from edge_agent.oee.evidence_book import EvidenceBook
from edge_agent.oee.observation import Observation, Observer
from edge_agent.oee.picture import picture_of
from edge_agent.oee.shop_book import ShopBook, stands_at
from edge_agent.oee.unit_ledger import UnitLedger
from edge_agent.oee.unit_rules import UnitRules, unit_rules
from edge_agent.outbox import Outbox
from edge_agent.wire.entries import Entry, LateScrap, ProductChoice, StopReason
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import Finding, Record
from edge_agent.wire.shop_floor import CalendarKept, ProductDescription, WorkUnitDescription

if TYPE_CHECKING:
    from edge_agent.oee.charts import Charts

_DAY_NS = 86_400_000_000_000
EVIDENCE_DAYS = 35
"""How far back a late word can change figures."""
ELEMENTS_DAYS = 100
RECORDS_DAYS = 400
_CHANGES_FIGURES = (StopReason, LateScrap, ProductChoice)
_UNMAPPED = "unmapped_state"
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
    """

    def __init__(self, config: AgentConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._rules = [unit_rules(config, unit) for unit in config.shop.work_units]
        self._titles = {r.id: dict(r.title) for first in config.shop.reasons for r in (first, *first.of)}
        self._tidied = 0
        self.board = _EMPTY
        self._stale = False
        self._read()

    def forget_unwritten(self) -> None:
        """A transaction failed: from the next one on, know again only what is on disk."""
        self._stale = True

    def _read(self) -> None:
        self._stale = False
        self._evidence = EvidenceBook(self._outbox.db)
        self._book = ShopBook(self._outbox.db)
        named = {r.unit.name: calendar_of(self._config, r.unit) for r in self._rules}
        self._calendar_of = {unit: calendar.name for unit, calendar in named.items()}
        self._calendars = Calendars({calendar.name: calendar for calendar in named.values()}, self._book)
        self._charts = _charts(self._config, self._outbox) if self._config.shop.charts else None
        self._units: dict[str, UnitLedger] = {}
        self._observers: dict[str, list[tuple[UnitLedger, Observer]]] = {}
        self._pictures: dict[str, tuple[int, UnitBoard]] = {}
        self._unmapped: dict[str, int] = {}
        self._begun = False
        for rules in self._rules:
            self._add(rules)

    def _add(self, rules: UnitRules) -> None:
        calendar = self._calendar_of[rules.unit.name]

        def schedule(since: int, until: int) -> Schedule:
            return self._calendars.schedule(calendar, since, until)

        ledger = UnitLedger(rules, self._evidence, self._book, schedule, lambda reason: self._titles.get(reason, {}))
        self._units[ledger.name] = ledger
        observer = Observer(rules.unit, rules.watt_hours)
        for instrument in observer.instruments:
            self._observers.setdefault(instrument, []).append((ledger, observer))

    # ------------------------------------------------------------------ inside the recorder's transaction

    def take(self, dated: Sequence[Dated], now: int) -> Iterator[Record]:
        """Follow the samples of one transaction: the records that come of them."""
        if self._stale:
            self._read()
        if not self._begun:
            self._begun = True
            yield from self._end_unmapped()
            for name, since, record in self._calendars.begin(now):
                yield record
                self._redo(name, since)
        came: dict[str, list[Observation]] = {}
        yield from self._observe(dated, came)
        for name, ledger in self._units.items():
            ledger.take(came.get(name, ()))
            yield from ledger.work(now)
        if self._charts:
            yield from self._charts.take(dated)
        self._tidy(now)

    def _observe(self, dated: Sequence[Dated], came: dict[str, list[Observation]]) -> Iterator[Finding]:
        """Fill ``came`` with what the samples tell of each work unit."""
        for one in dated:
            for ledger, observer in self._observers.get(one.sample.instrument, ()):
                observation = observer.observe(one.sample, one.at)
                if observation is not None:
                    came.setdefault(ledger.name, []).append(observation)
                if len(observer.unmapped) > self._unmapped.get(ledger.name, 0):
                    yield self._tell_unmapped(ledger, observer)

    def enter(self, entry: Record, now: int) -> Iterator[Record]:
        """Take what somebody entered: it is said, and what follows from it comes with :meth:`take`.

        Raises:
            EntryError: It cannot be taken; the text says what to do.
        """
        if self._stale:
            self._read()
        if isinstance(entry, CalendarKept):
            name, since, record = self._calendars.amend(entry, now)
            self._redo(name, since)
            yield record
            return
        assert isinstance(entry, Entry)
        unit = getattr(entry, "work_unit", "")
        if unit and unit not in self._units:
            msg = f"work unit {unit}: there is none of this name; known are {', '.join(self._units)}."
            raise EntryError(msg)
        before = self._book.reader().record(type(entry), entry.key)
        self._book.keep(entry)
        if isinstance(entry, _CHANGES_FIGURES):
            since = min(stands_at(one) for one in (before, entry) if one is not None)
            self._units[unit].redo(since)
        yield entry

    def _redo(self, calendar: str, since: int) -> None:
        for name, ledger in self._units.items():
            if self._calendar_of[name] == calendar:
                ledger.redo(since)

    def _tell_unmapped(self, ledger: UnitLedger, observer: Observer) -> Finding:
        self._unmapped[ledger.name] = len(observer.unmapped)
        words = ", ".join(sorted(observer.unmapped))
        text = (
            f"work unit {ledger.name}: shows states that state_map does not know: {words}. "
            "They count as no data. Add them to state_map."
        )
        told = Finding(key=f"{_UNMAPPED}.{ledger.name}", kind=_UNMAPPED, text=text)
        self._book.keep(told)
        return told

    def _end_unmapped(self) -> Iterator[Finding]:
        """A run before told of states that its file did not map: what this one does not map is told anew."""
        for known in self._book.reader().records(Finding):
            if known.kind == _UNMAPPED and not known.over:
                text = f"{known.key.partition('.')[2]}: begins anew; a state that is not mapped is told again."
                over = msgspec.structs.replace(known, text=f"work unit {text}", over=True)
                self._book.keep(over)
                yield over

    def _tidy(self, now: int) -> None:
        if now - self._tidied < _DAY_NS:
            return
        self._tidied = now
        self._evidence.forget_before(now - EVIDENCE_DAYS * _DAY_NS)
        self._book.forget_before("elements", now - ELEMENTS_DAYS * _DAY_NS)
        for kind in ("stop", *_entry_nouns()):
            self._book.forget_before(kind, now - RECORDS_DAYS * _DAY_NS)

    # ------------------------------------------------------------------ after the commit

    def picture(self, now: int) -> None:
        """Make the board anew: each work unit as it was last evaluated, and heard as lately as it was."""
        units: dict[str, UnitBoard] = {}
        for name, ledger in self._units.items():
            evaluated = ledger.tail.at if ledger.tail else 0
            known = self._pictures.get(name)
            if known is None or known[0] != evaluated:
                known = (evaluated, picture_of(ledger, self._evidence, self._book.reader(), now))
                self._pictures[name] = known
            units[name] = _heard(known[1], ledger, now)
        self.board = Board(at=now, units=units)

    def status(self) -> dict[str, WorkUnitStatus]:
        """What every work unit does now; any thread may ask."""
        return {name: unit.status for name, unit in self.board.units.items()}

    def describe(self) -> list[WorkUnitDescription]:
        """What is computed for every work unit."""
        return [self._description(rules) for rules in self._rules]

    def _description(self, rules: UnitRules) -> WorkUnitDescription:
        unit = rules.unit
        return WorkUnitDescription(
            key=unit.name,
            title=dict(unit.title),
            production_line=unit.production_line,
            channels=channels_of(unit),
            counts_pieces=rules.counts_pieces,
            micro_stop_s=unit.micro_stop_s,
            max_gap_s=max_gap_s(self._config, unit),
            bucket_s=unit.bucket_s,
            timezone=calendar_of(self._config, unit).timezone,
            products={
                one.name: ProductDescription(ideal_cycle_s=one.ideal_cycle_s, title=dict(one.title))
                for one in unit.products
            },
            reasons=self._titles,
            target_oee=unit.target_oee,
        )


def _heard(unit: UnitBoard, ledger: UnitLedger, now: int) -> UnitBoard:
    heard_at = max(unit.status.heard_at, ledger.heard_at or 0)
    return msgspec.structs.replace(unit, status=msgspec.structs.replace(unit.status, at=now, heard_at=heard_at))


def _entry_nouns() -> list[str]:
    return [str(kind.__struct_config__.tag) for kind in Entry.__subclasses__()]


def _charts(config: AgentConfig, outbox: Outbox) -> "Charts":
    from edge_agent.oee.charts import Charts  # noqa: PLC0415  brings in calibration: only where charts are wanted

    return Charts(config, outbox.db)
