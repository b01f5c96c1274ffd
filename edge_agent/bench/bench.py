"""What the pages of the bench call: they look at the board and the book, and ask; the recorder does it.

Any thread may use a :class:`Bench`. It never touches the recorder's own state: it looks at what was published with the
last transaction, opens the book to read, and puts requests into the recorder's queue.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from edge_agent.asked import Asked, BenchAsked
from edge_agent.bench.board import BenchBoard
from edge_agent.bench.calibrations import Calibration, calibration, calibrations_before
from edge_agent.bench.loading import LoadedProcedure
from edge_agent.bench.requests import AnyBenchRequest, Begin
from edge_agent.oee.shop_book import ShopReader
from edge_agent.wire.bench import BenchItem
from edge_agent.wire.bench_settings import BenchOrder, BenchStandard, Competent

if TYPE_CHECKING:
    from edge_agent.bench.desk import BenchDesk

ANSWER_S = 5.0
"""How long a request waits for the disk, s."""
NOT_SAVED = "bench: not saved within 5 s, the recorder is busy or stands. Look at the session, then send it again."
NO_CLOCK = (
    "bench: the clock of this machine is not set, so nothing can be dated. "
    "Let it reach a time server or the gateway, then begin again."
)


class BenchChannel(NamedTuple):
    """A channel of this edge that an item or a standard may be read by.

    Attributes:
        instrument: Name on this edge.
        channel: Of it.
        unit: UCUM code.
        title: Language -> words.
    """

    instrument: str
    channel: str
    unit: str
    title: Mapping[str, str]


class BenchSet(NamedTuple):
    """What is offered when a session is begun.

    Attributes:
        procedures: Id -> procedure, shipped ones and the laboratory's own.
        orders: Work orders that wait, the most urgent first.
        standards: Code -> reference standard.
        people: Who may do what; none: everybody may do everything.
        channels: All that this edge reads.
    """

    procedures: Mapping[str, LoadedProcedure]
    orders: tuple[BenchOrder, ...] = ()
    standards: Mapping[str, BenchStandard] = {}
    people: tuple[Competent, ...] = ()
    channels: tuple[BenchChannel, ...] = ()


class Bench:
    """The bench, as pages see it.

    Args:
        asked: The recorder's queue.
        board: Gives the picture as of the last transaction.
        offered: Gives what is offered now.
        reader: Opens the book to look.
        clock_is_set: Whether samples can be dated.
        answer_s: How long a request waits for its answer, s.
    """

    def __init__(
        self,
        asked: "SimpleQueue[Asked]",
        board: Callable[[], BenchBoard],
        offered: Callable[[], BenchSet],
        reader: Callable[[], ShopReader],
        clock_is_set: Callable[[], bool] = lambda: True,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._asked = asked
        self._board = board
        self._offered = offered
        self._reader = reader
        self._clock_is_set = clock_is_set
        self._answer_s = answer_s

    @property
    def board(self) -> BenchBoard:
        """Open sessions as of the last transaction, some once a second."""
        return self._board()

    @property
    def offered(self) -> BenchSet:
        """Procedures, work orders, standards, people and channels."""
        return self._offered()

    def ask(self, request: AnyBenchRequest) -> str:
        """Have something done; returns once it is on disk.

        Returns:
            An empty text: done; else what is wrong and what to do, in words; :data:`NOT_SAVED`: nobody answered.
        """
        if isinstance(request, Begin) and not self._clock_is_set():
            return NO_CLOCK
        answer: SimpleQueue[str] = SimpleQueue()
        self._asked.put(BenchAsked(request, answer.put))
        try:
            return answer.get(timeout=self._answer_s)
        except Empty:
            return NOT_SAVED

    def calibration(self, session: str) -> Calibration | None:
        """A session with all that was captured in it and its results; None: there is no session of this key.

        The results of one that is open are worked out anew from what is captured so far, and are kept nowhere.
        """
        offered = self._offered()
        reader = self._reader()
        try:
            return calibration(reader, session, offered.procedures, offered.standards)
        finally:
            reader.close()

    def before(self, item: BenchItem, started_at: int, most: int = 3) -> Sequence[Calibration]:
        """The last finished calibrations of an item before an instant, the newest first, with their results.

        Args:
            item: Known by its row in the registry, or by its maker's number.
            started_at: Of the session that they are held against, UTC ns.
            most: How many.
        """
        reader = self._reader()
        try:
            return calibrations_before(reader, item, started_at, most)
        finally:
            reader.close()


def open_bench(asked: "SimpleQueue[Asked]", desk: "BenchDesk", outbox: Path, clock_is_set: Callable[[], bool]) -> Bench:
    """The bench of a running agent.

    Args:
        asked: The recorder's queue.
        desk: The recorder's, of an edge that has ``[bench]``.
        outbox: The file with the book.
        clock_is_set: Whether samples can be dated.
    """
    nothing = BenchBoard(at=0, sessions={})
    return Bench(
        asked,
        lambda: desk.board or nothing,
        lambda: desk.offered() or BenchSet({}),
        lambda: ShopReader.open(outbox),
        clock_is_set,
    )


def new_session_key() -> str:
    """A key for :class:`~edge_agent.bench.requests.Begin`.

    >>> len(new_session_key())
    32
    """
    return secrets.token_hex(16)
