"""What the gateway has set at this edge: kept over restarts, in force beside the file, answered by records.

Decision: a setting is tried against the whole configuration, by the rules that the file is read by, before it is kept.
Because: an edge that starts with a wrong file says so and stands; one that was set something wrong must go on.

Decision: after a start what was kept is tried again, and what no longer fits the file is left out and refused in words.
Because: a work unit may have gone from the file since, and the rest of the settings is still right.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.asked import SettingCame
from edge_agent.config import AgentConfig
from edge_agent.config.set_tables import InForce, SetTable, put_in
from edge_agent.outbox import Outbox
from edge_agent.wire.bench_settings import BENCH_ORDERS, BENCH_PEOPLE, BENCH_STANDARDS
from edge_agent.wire.certificate_setting import CERTIFICATE
from edge_agent.wire.messages import Setting, SettingKept
from edge_agent.wire.settings import SettingError, read_setting

log = logging.getLogger(__name__)

_NS = 1_000_000_000
_ZONE = "Asia/Ho_Chi_Minh"
_ELSEWHERE = frozenset({CERTIFICATE, BENCH_ORDERS, BENCH_STANDARDS, BENCH_PEOPLE})
"""Nouns that have nothing to do with work units: others take them up."""
_NO_SHOP = "this edge has no work units. Configure them in its agent.toml, then it takes this up."


class Kept(NamedTuple):
    """A setting as it stands on disk, and what became of it.

    Attributes:
        revision: Of the setting.
        table: What it says; None: its body is empty, or it does not fit.
        why: Why it does not hold; empty: it holds.
    """

    revision: int
    table: SetTable | None
    why: str = ""


class SetByGateway:
    """Belongs to the recorder, inside its transaction; after one that failed call :meth:`forget_unwritten`.

    Attributes:
        in_force: What holds; another object whenever something else does.

    Args:
        config: As the file says.
        outbox: Where settings are kept.
    """

    def __init__(self, config: AgentConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._day = date(2000, 1, 1)
        self.in_force = InForce(config, {}, frozenset())
        self._kept: dict[tuple[str, str], Kept] = {}
        self._read_disk()

    def forget_unwritten(self) -> None:
        """A transaction failed: from the next one on, know again only what is on disk."""
        self._stale = True

    def _read_disk(self) -> None:
        self._stale, self._kept = False, {}
        tables: list[SetTable] = []
        for noun, key, setting in self._outbox.settings():
            if noun in _ELSEWHERE:
                continue
            self._kept[noun, key] = kept = self._tried(noun, key, setting, tables)
            if kept.table is not None:
                tables.append(kept.table)
        self._put_in_force()

    def _put_in_force(self) -> None:
        now = put_in(self._config, [one.table for one in self._kept.values() if one.table], self._day)
        if now != self.in_force:
            self.in_force = now

    def _tried(self, noun: str, key: str, setting: Setting, others: list[SetTable]) -> Kept:
        try:
            table = self._read(noun, key, setting)
            put_in(self._config, [*others, *([table] if table else [])], self._day)
        except SettingError as error:
            log.warning("%s: is not in force", error)
            return Kept(setting.revision, None, str(error))
        return Kept(setting.revision, table)

    def _read(self, noun: str, key: str, setting: Setting) -> SetTable | None:
        read = read_setting(noun, key, setting.body)
        if not self._config.shop.is_there:
            msg = f"setting {noun}/{key}: {_NO_SHOP}"
            raise SettingError(msg)
        return SetTable(noun, key, read) if read is not None else None

    def take(self, came: SettingCame) -> Iterator[SettingKept]:
        """Take up what came, or refuse it; what the edge has already is not answered again."""
        if self._stale:
            self._read_disk()
        noun, key, setting = came
        before = self._kept.get((noun, key))
        if before and before.revision >= setting.revision:
            return
        others = [one.table for at, one in self._kept.items() if one.table and at != (noun, key)]
        try:
            table = self._read(noun, key, setting)
            put_in(self._config, [*others, *([table] if table else [])], self._day)
        except SettingError as error:
            held = before.revision if before and before.table else 0
            yield _answer(noun, key, setting.revision, str(error), held)
            return
        self._outbox.keep_setting(noun, key, setting)
        self._kept[noun, key] = Kept(setting.revision, table)
        self._put_in_force()
        log.info("setting %s/%s: revision %d is in force", noun, key, setting.revision)
        yield _answer(noun, key, setting.revision, "", setting.revision)

    def answers(self) -> Iterator[SettingKept]:
        """Of all that is kept, what became of it; said when a run begins and when another store listens."""
        for (noun, key), one in self._kept.items():
            yield _answer(noun, key, one.revision, one.why, 0 if one.why else one.revision)

    def turn(self, now: int) -> None:
        """A new local day may bring other targets."""
        if self._stale:
            self._read_disk()
        zone = next((one.timezone for one in self._config.shop.calendars), _ZONE)
        day = datetime.fromtimestamp(now // _NS, UTC).astimezone(ZoneInfo(zone)).date()
        if day != self._day:
            self._day = day
            self._put_in_force()


Listener = Callable[[InForce], None]
"""Is told what is in force from now on."""


def _answer(noun: str, key: str, revision: int, why: str, in_force: int) -> SettingKept:
    # It may quote what came; a record with a NUL in it is taken by no gateway.
    why = "".join(character if character.isprintable() else "\ufffd" for character in why)
    return SettingKept(
        key=f"{noun}/{key}", setting_revision=revision, accepted=not why, why=why, in_force_revision=in_force
    )
