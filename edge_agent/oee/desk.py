"""Where the recorder and the shop floor meet: what came and was entered goes in, records and answers come out."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from edge_agent.asked import Entered
from edge_agent.config import AgentConfig
from edge_agent.oee.board import Board
from edge_agent.oee.entry_error import EntryError
from edge_agent.outbox import Outbox
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import Record

if TYPE_CHECKING:
    from edge_agent.oee.shop import Dated, Shop

_NO_SHOP = "screen: this edge has no work units and no screen. Configure them and start again."


class Desk:
    """Belongs to the recorder; without a shop floor in the configuration it does nothing and costs nothing.

    Args:
        config: Of the agent.
        outbox: Where everything is kept.
    """

    def __init__(self, config: AgentConfig, outbox: Outbox) -> None:
        self._shop = _open_shop(config, outbox) if config.shop.is_there else None
        self._answers: list[tuple[Callable[[str], None], str]] = []

    @property
    def board(self) -> Board | None:
        """The picture of the work units, as of the last transaction; None: there are none. Any thread may look."""
        return self._shop.board if self._shop else None

    def statuses(self) -> dict[str, WorkUnitStatus]:
        """What every work unit does now. Any thread may ask."""
        return self._shop.status() if self._shop else {}

    def describe(self) -> Sequence[Record]:
        """What is computed for the work units."""
        return self._shop.describe() if self._shop else ()

    def take(self, dated: Sequence["Dated"], now: int) -> Iterator[Record]:
        """Inside the transaction: what follows from its samples and from what was entered."""
        if self._shop:
            yield from self._shop.take(dated, now)

    def enter(self, one: Entered, now: int) -> Iterator[Record]:
        """Inside the transaction: what somebody entered. The answer is given once it is on disk."""
        if self._shop is None:
            self._answers.append((one.done, _NO_SHOP))
            return
        try:
            yield from self._shop.enter(one.entry, now)
        except EntryError as error:
            self._answers.append((one.done, str(error)))
        else:
            self._answers.append((one.done, ""))

    def committed(self, now: int) -> None:
        """It is on disk: answer, and make the picture anew."""
        for done, text in self._answers:
            done(text)
        self._answers.clear()
        if self._shop:
            self._shop.picture(now)

    def failed(self) -> None:
        """It was not written, and will be tried again."""
        self._answers.clear()
        if self._shop:
            self._shop.forget_unwritten()


def _open_shop(config: AgentConfig, outbox: Outbox) -> "Shop":
    from edge_agent.oee.shop import Shop  # noqa: PLC0415  some MB of memory that an edge without work units can spare

    return Shop(config, outbox)
