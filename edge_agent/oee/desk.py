"""Where the recorder and the shop floor meet: what came and was entered goes in, records and answers come out."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from edge_agent.asked import Entered, SettingCame
from edge_agent.config import AgentConfig
from edge_agent.config.set_tables import InForce
from edge_agent.oee.board import Board
from edge_agent.oee.entry_error import EntryError
from edge_agent.oee.set_by_gateway import Listener, SetByGateway
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
        self._set = SetByGateway(config, outbox)
        self._shop = _open_shop(self._set.in_force, outbox) if config.shop.is_there else None
        self._configured: InForce = self._set.in_force
        self._told: InForce | None = None
        self.listener: Listener | None = None
        """Is told what is in force, after the commit that brought it; the recorder's thread calls it."""
        self._answers: list[tuple[Callable[[str], None], str]] = []

    @property
    def board(self) -> Board | None:
        """The picture of the work units, as of the last transaction; None: there are none. Any thread may look."""
        return self._shop.board if self._shop else None

    def statuses(self) -> dict[str, WorkUnitStatus]:
        """What every work unit does now. Any thread may ask."""
        return self._shop.status() if self._shop else {}

    def describe(self) -> Sequence[Record]:
        """What is computed for the work units, and which settings hold."""
        return [*self._set.answers(), *(self._shop.describe() if self._shop else ())]

    def set(self, came: SettingCame) -> Iterator[Record]:
        """Inside the transaction: what the gateway sets; with the answer comes what it changes."""
        yield from self._set.take(came)
        yield from self._configure()

    def _configure(self) -> Iterator[Record]:
        if self._shop and self._configured is not self._set.in_force:
            self._configured = self._set.in_force
            self._shop.configure(self._configured.config, self._configured.calendars)
            yield from self._shop.describe()

    def take(self, dated: Sequence["Dated"], now: int) -> Iterator[Record]:
        """Inside the transaction: what follows from its samples and from what was entered."""
        if self._shop:
            self._set.turn(now)
            yield from self._configure()
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
        if self.listener is not None and self._told is not self._configured:
            self.listener(self._configured)
            self._told = self._configured

    def failed(self) -> None:
        """It was not written, and will be tried again."""
        self._answers.clear()
        self._set.forget_unwritten()
        if self._shop:
            self._shop.forget_unwritten()


def _open_shop(in_force: InForce, outbox: Outbox) -> "Shop":
    from edge_agent.oee.shop import Shop  # noqa: PLC0415  some MB of memory that an edge without work units can spare

    return Shop(in_force.config, outbox, in_force.calendars)
