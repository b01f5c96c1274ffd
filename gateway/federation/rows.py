"""What is held, as the window looks at it. Reads only."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Held
from edge_agent.wire.packing import KEPT, TELEMETRY, expand
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.window import Waiting
from gateway.federation import outbox
from gateway.registry.sharing import ForwardJournalRow, ForwardMessageRow

_M, _J = ForwardMessageRow, ForwardJournalRow


class Content(NamedTuple):
    """What is sent of a message: its body, and the lowest number of its journal that is held."""

    n: int
    body: bytes
    first: int


class Rows:
    """The held messages. Belongs to the forwarder's thread.

    Attributes:
        only_own: Nothing but the forwarder's own words may go: nobody above has admitted it yet.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.only_own = True

    def newest(self) -> int:
        """Id of the newest message; 0: none is held."""
        with Session(self._engine) as session:
            return int(session.scalar(select(func.coalesce(func.max(_M.id), 0))) or 0)

    def oldest_unstored(self, stored: dict[str, Ranges]) -> int:
        """Id of the oldest message that is not stored above; the newest plus one when all are."""
        ids = [self.newest() + 1]
        with Session(self._engine) as session:
            for one in outbox.held(session):
                for lo, hi in stored.get(one.journal, Ranges()).absent(one.first, one.last):
                    found = session.scalar(_between(one.journal, lo, hi).with_only_columns(func.min(_M.id)))
                    if found:
                        ids.append(found)
                        break
        return min(ids)

    def after(self, cursor: int, limit: int, *, records: bool) -> list[Waiting]:
        """Messages with an id above ``cursor``, by id; records only, or telemetry only."""
        asked = (
            select(_M.id, _J.journal, _M.seq, _M.way, _M.size).join(_J, _J.id == _M.journal_id).where(_M.id > cursor)
        )
        asked = asked.where(_M.way != TELEMETRY if records else _M.way == TELEMETRY)
        if self.only_own:
            asked = asked.where(_M.way == KEPT)
        with Session(self._engine) as session:
            return [Waiting(*row) for row in session.execute(asked.order_by(_M.id).limit(limit))]

    def content(self, message: Waiting) -> Content | None:
        """What is sent; None: it is no longer held.

        Raises:
            RottenError: The database gave back something else than was written.
        """
        with Session(self._engine) as session:
            row = session.get(_M, message.id)
            if row is None:
                return None
            first = session.scalar(select(func.min(_M.seq)).where(_M.journal_id == row.journal_id)) or row.seq
            return Content(row.n, expand(row.crc, row.body), first)

    def held(self) -> list[Held]:
        """The journals of which messages are held."""
        with Session(self._engine) as session:
            return outbox.held(session)

    def waiting(self, stored: Mapping[str, Ranges]) -> tuple[int, int]:
        """Messages that are not stored above, and when the oldest of them was made (0: none waits)."""
        with Session(self._engine) as session:
            return waiting(session, stored)


def waiting(session: Session, stored: Mapping[str, Ranges]) -> tuple[int, int]:
    """As :meth:`Rows.waiting`."""
    count, oldest = 0, 0
    for one in outbox.held(session):
        for lo, hi in stored.get(one.journal, Ranges()).absent(one.first, one.last):
            asked = _between(one.journal, lo, hi).with_only_columns(func.count(), func.min(_M.made_at))
            [(n, made)] = session.execute(asked).all()
            count += n
            oldest = min(oldest or made, made) if n else oldest
    return count, oldest


def _between(journal: str, lo: int, hi: int) -> Select[Any]:
    return select(_M).join(_J, _J.id == _M.journal_id).where(_J.journal == journal, _M.seq.between(lo, hi))
