"""All open sessions of a bench, in the recorder's transaction."""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from edge_agent.bench.bench import BenchSet
from edge_agent.bench.bench_book import BenchBook, open_with
from edge_agent.bench.board import BenchBoard
from edge_agent.bench.closing import ended
from edge_agent.bench.in_force import BenchSettings
from edge_agent.bench.live import NS, ChannelName, LiveReadings
from edge_agent.bench.on_bench import OnBench, Said
from edge_agent.bench.opening import opened
from edge_agent.bench.place import BenchPlace
from edge_agent.bench.refusal import refuse
from edge_agent.bench.requests import Abandon, AnyBenchRequest, Begin
from edge_agent.config import AgentConfig
from edge_agent.dating import Dated
from edge_agent.oee.entry_error import EntryError
from edge_agent.outbox import Outbox
from edge_agent.wire.bench import OPEN, CalibrationSession
from edge_agent.wire.messages import Record

if TYPE_CHECKING:
    from edge_agent.correcting.correcting import Corrects

log = logging.getLogger(__name__)

KEEP_DAYS = 90
"""So long the raw record of an ended session can be looked at here; the gateway has it for good."""
_ROOM_NS = 60 * NS
_NO_CLOCK = "Let it reach a time server or the gateway, then begin again."


class Sessions:
    """Belongs to the recorder, inside its transaction; after one that failed call :meth:`forget_unwritten`.

    Args:
        config: Of the agent, with ``[bench]``.
        outbox: Where everything is kept.
        corrects: Corrects what standards show by their certificates; None: nobody does.
        settings: What the gateway has set.
    """

    def __init__(
        self, config: AgentConfig, outbox: Outbox, corrects: "Corrects | None", settings: BenchSettings
    ) -> None:
        self._place = BenchPlace(config)
        self._outbox = outbox
        self._corrects = corrects
        self._live = LiveReadings(self._place.periods)
        self._put_back: dict[str, Said] = {}
        self._stale = False
        self._day = ""
        self._broken: set[str] = set()
        self.settings = settings
        self.board = BenchBoard(at=0, sessions={})
        self._read_disk()

    def _read_disk(self) -> None:
        self._stale = False
        self._book = BenchBook(self._outbox.db)
        self._open: dict[str, OnBench] = {}
        for session in self._book.open_sessions():
            self._put_on(session)
        self._watch()

    def _put_on(self, session: CalibrationSession) -> None:
        if session.procedure not in self._place.procedures:
            log.error(
                "bench: session %s: procedure %s is not on this edge any more. Put its file back and start again.",
                session.key,
                session.procedure,
            )
            return
        found = OnBench(session, self._place, self._book, self._live, self._corrects)
        if session.key in self._put_back:
            found.said = self._put_back[session.key]
        self._open[session.key] = found

    def _watch(self) -> None:
        wanted: dict[ChannelName, int] = dict.fromkeys(self._place.environment.values(), _ROOM_NS)
        for one in self._open.values():
            for name, keep_ns in one.channels().items():
                wanted[name] = max(keep_ns, wanted.get(name, 0))
        self._live.watch(wanted)

    def _refresh(self) -> None:
        if self._stale:
            self._read_disk()

    # ------------------------------------------------------------------ inside the transaction

    def take(self, dated: Sequence[Dated], now: int, *, clock_is_set: bool) -> Iterator[Record]:
        """Samples, raw as they were read; what they let be captured comes out."""
        self._refresh()
        self._live.take(dated, now)
        self._tidy(now)
        for key, one in self._open.items():
            try:
                yield from one.take(self.settings, now, clock_is_set=clock_is_set)
            except sqlite3.Error:
                raise
            except Exception:
                # A session that cannot be looked at must cost itself, and not the measurements of the whole edge.
                if key not in self._broken:
                    self._broken.add(key)
                    log.exception("bench: session %s: cannot be looked at. Abandon it; please report this.", key)

    def ask(self, request: AnyBenchRequest, now: int, *, clock_is_set: bool) -> Iterator[Record]:
        """What a person asks.

        Raises:
            EntryError: It cannot be done; the text says what to do.
        """
        self._refresh()
        if isinstance(request, Begin):
            yield from self._begin(request, now, clock_is_set=clock_is_set)
            return
        one = self._open.get(request.session)
        if one is None:
            known = self._book.session(request.session)
            if known and known.state == OPEN and isinstance(request, Abandon):
                # Its procedure is gone: it cannot be gone on with, and must not keep its instrument for ever.
                self._book.keep(session := ended(known, request, now))
                yield session
                return
            got = f"one that is {known.state}" if known else "none of this key"
            refuse(f"session {request.session}", "an open one", got, "Choose an open session, or begin a new one.")
        yield from one.ask(request, self.settings, now, clock_is_set=clock_is_set)
        if one.session.state != OPEN:
            self._open.pop(request.session)
            self._watch()

    def _begin(self, request: Begin, now: int, *, clock_is_set: bool) -> Iterator[Record]:
        if self._book.session(request.session) is not None:
            return  # it was sent twice
        if not clock_is_set:
            refuse("clock", "one that is set, as everything is dated", "one that nobody has set", _NO_CLOCK)
        session = opened(request, self._place, self.settings, now)
        other = open_with(self._book.open_sessions(), session.instrument, session.item)
        if other is not None:
            got = f"one of {other.item.name} {other.item.serial_number}".rstrip()
            advice = "Finish or abandon that one first."
            refuse(session.instrument or session.item.name, "no open session", got, advice)
        self._put_on(session)
        try:
            self._open[session.key].look_at_all_steps()
        except ValueError as error:
            del self._open[session.key]
            msg = f"bench: {error}"
            raise EntryError(msg) from error
        self._book.keep(session)
        self._watch()
        yield session

    def _tidy(self, now: int) -> None:
        day = self._place.day(now)
        if day != self._day:
            self._day = day
            self._book.forget_captures_before(now - KEEP_DAYS * 86_400 * NS)

    # ------------------------------------------------------------------ beside it

    def committed(self, now: int) -> None:
        """It is on disk: make the picture anew."""
        self._put_back = {key: one.said for key, one in self._open.items()}
        found = {key: one.now(now) for key, one in self._open.items()}
        self.board = BenchBoard(at=now, sessions={key: one for key, one in found.items() if one})

    def forget_unwritten(self) -> None:
        """A transaction failed: from the next one on, know again only what is on disk."""
        self._stale = True

    def offered(self) -> BenchSet:
        """What is offered when a session is begun."""
        settings = self.settings
        channels = tuple(self._place.channels.values())
        orders = tuple(settings.orders.values())
        return BenchSet(self._place.procedures, orders, settings.standards, settings.people, channels)
