"""Where the recorder and the bench meet: samples and requests go in, records and answers come out.

Decision: a session that cannot be looked at is passed over, a request that fails is answered; the log says where.
Because: the bench is one user of an edge that also measures; its mistake must not stop the recorder.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from edge_agent.asked import BenchAsked, SettingCame
from edge_agent.bench.set_at_bench import SetAtBench
from edge_agent.config import AgentConfig
from edge_agent.oee.entry_error import EntryError
from edge_agent.outbox import Outbox
from edge_agent.wire.bench_checks import BENCH_KINDS
from edge_agent.wire.messages import Record

if TYPE_CHECKING:
    from edge_agent.bench.bench import BenchSet
    from edge_agent.bench.board import BenchBoard
    from edge_agent.bench.sessions import Sessions
    from edge_agent.correcting.correcting import Corrects
    from edge_agent.dating import Dated

log = logging.getLogger(__name__)

NOUNS = frozenset(BENCH_KINDS)
"""Settings that are the bench's."""
_MISTAKE = (
    "bench: not done, by a mistake of this program. The agent's log says where; please report it. "
    "Abandon the session if it does not go on."
)
_NO_BENCH = "bench: this edge has none. Configure [bench] in its agent.toml and start again."


class BenchDesk:
    """Belongs to the recorder; without ``[bench]`` in the configuration it does nothing and costs nothing.

    Args:
        config: Of the agent.
        outbox: Where everything is kept.
        corrects: Corrects what standards show by their certificates; None: nobody does.
    """

    def __init__(self, config: AgentConfig, outbox: Outbox, corrects: "Corrects | None" = None) -> None:
        self._set = SetAtBench(outbox, has_bench=config.bench is not None)
        self._sessions = _open_sessions(config, outbox, corrects, self._set) if config.bench else None
        self._answers: list[tuple[Callable[[str], None], str]] = []

    @property
    def board(self) -> "BenchBoard | None":
        """The picture as of the last transaction; None: there is no bench. Any thread may look."""
        return self._sessions.board if self._sessions else None

    def offered(self) -> "BenchSet | None":
        """What is offered when a session is begun; None: there is no bench. Any thread may ask."""
        return self._sessions.offered() if self._sessions else None

    def describe(self) -> Sequence[Record]:
        """Which settings hold."""
        return list(self._set.answers())

    def set(self, came: SettingCame) -> Iterator[Record]:
        """Inside the transaction: what the gateway sets, one of :data:`NOUNS`."""
        yield from self._set.take(came)

    def take(self, dated: Sequence["Dated"], now: int, *, clock_is_set: bool) -> Iterator[Record]:
        """Inside the transaction: its samples, raw as they were read, before anything corrects them."""
        if self._sessions:
            self._sessions.settings = self._set.refresh()
            yield from self._sessions.take(dated, now, clock_is_set=clock_is_set)

    def ask(self, one: BenchAsked, now: int, *, clock_is_set: bool) -> Iterator[Record]:
        """Inside the transaction: what a person asks. The answer is given once it is on disk."""
        if self._sessions is None:
            self._answers.append((one.done, _NO_BENCH))
            return
        self._sessions.settings = self._set.refresh()
        try:
            yield from self._sessions.ask(one.request, now, clock_is_set=clock_is_set)
        except EntryError as error:
            self._answers.append((one.done, str(error)))
        except sqlite3.Error:
            raise
        except Exception:
            log.exception("bench: %s: not done", type(one.request).__name__)
            self._answers.append((one.done, _MISTAKE))
        else:
            self._answers.append((one.done, ""))

    def committed(self, now: int) -> None:
        """It is on disk: make the picture anew, and answer."""
        if self._sessions:
            self._sessions.committed(now)
        answers, self._answers = self._answers, []
        for done, text in answers:
            done(text)

    def failed(self) -> None:
        """It was not written, and will be tried again."""
        self._answers.clear()
        self._set.forget_unwritten()
        if self._sessions:
            self._sessions.forget_unwritten()


def _open_sessions(config: AgentConfig, outbox: Outbox, corrects: "Corrects | None", kept: SetAtBench) -> "Sessions":
    from edge_agent.bench.sessions import Sessions  # noqa: PLC0415  numpy and formulas: only where a bench is

    return Sessions(config, outbox, corrects, kept.in_force)
