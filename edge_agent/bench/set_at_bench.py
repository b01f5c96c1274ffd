"""What the gateway has set at this bench: kept over restarts, in force at once, answered by records."""

import logging
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from edge_agent.asked import SettingCame
from edge_agent.bench.in_force import BenchSettings
from edge_agent.outbox import Outbox
from edge_agent.wire.bench_checks import BENCH_KINDS, AnyBenchSetting, read_bench_setting
from edge_agent.wire.bench_settings import BenchOrdersSet, BenchPeopleSet, BenchStandardsSet
from edge_agent.wire.messages import Setting, SettingKept
from edge_agent.wire.settings import SettingError

log = logging.getLogger(__name__)

_NO_BENCH = "this edge has no bench. Configure [bench] in its agent.toml, then it takes this up."


class _Kept(NamedTuple):
    """A setting as it stands on disk, what it says (None: nothing, or it does not fit), and why it does not hold."""

    revision: int
    says: AnyBenchSetting | None
    why: str = ""


class SetAtBench:
    """Belongs to the recorder, inside its transaction; after one that failed call :meth:`forget_unwritten`.

    Args:
        outbox: Where settings are kept.
        has_bench: Whether this edge has one; without it all is refused.
    """

    def __init__(self, outbox: Outbox, *, has_bench: bool) -> None:
        self._outbox = outbox
        self._has_bench = has_bench
        self._read_disk()

    def _read_disk(self) -> None:
        self._stale = False
        self._kept: dict[tuple[str, str], _Kept] = {}
        for noun, key, setting in self._outbox.settings():
            if noun in BENCH_KINDS:
                self._kept[noun, key] = self._tried(noun, key, setting)
        self._put_in_force()

    def _tried(self, noun: str, key: str, setting: Setting) -> _Kept:
        try:
            return _Kept(setting.revision, self._read(noun, key, setting.body))
        except SettingError as error:
            log.warning("%s: is not in force", error)
            return _Kept(setting.revision, None, str(error))

    def _read(self, noun: str, key: str, body: Mapping[str, object]) -> AnyBenchSetting | None:
        if not self._has_bench:
            msg = f"setting {noun}/{key}: {_NO_BENCH}"
            raise SettingError(msg)
        return read_bench_setting(noun, key, body)

    def _put_in_force(self) -> None:
        found = BenchSettings()
        for one in self._kept.values():
            if isinstance(one.says, BenchOrdersSet):
                found = found._replace(orders={order.number: order for order in one.says.orders})
            elif isinstance(one.says, BenchStandardsSet):
                found = found._replace(standards={standard.code: standard for standard in one.says.standards})
            elif isinstance(one.says, BenchPeopleSet):
                found = found._replace(people=one.says.people)
        self.in_force = found

    def take(self, came: SettingCame) -> Iterator[SettingKept]:
        """Take up what came, or refuse it; what the edge has already is not answered again."""
        if self._stale:
            self._read_disk()
        noun, key, setting = came
        before = self._kept.get((noun, key))
        if before and before.revision >= setting.revision:
            return
        try:
            says = self._read(noun, key, setting.body)
        except SettingError as error:
            held = before.revision if before and not before.why else 0
            yield _answer(noun, key, setting.revision, str(error), held)
            return
        self._outbox.keep_setting(noun, key, setting)
        self._kept[noun, key] = _Kept(setting.revision, says)
        self._put_in_force()
        log.info("setting %s/%s: revision %d is in force", noun, key, setting.revision)
        yield _answer(noun, key, setting.revision, "", setting.revision)

    def answers(self) -> Iterator[SettingKept]:
        """Of all that is kept, what became of it; said when a run begins and when another store listens."""
        for (noun, key), one in self._kept.items():
            yield _answer(noun, key, one.revision, one.why, 0 if one.why else one.revision)

    def refresh(self) -> BenchSettings:
        """What holds; after a transaction that failed, what is on disk."""
        if self._stale:
            self._read_disk()
        return self.in_force

    def forget_unwritten(self) -> None:
        """A transaction failed: from the next one on, know again only what is on disk."""
        self._stale = True


def _answer(noun: str, key: str, revision: int, why: str, in_force: int) -> SettingKept:
    # It may quote what came; a record with a NUL in it is taken by no gateway.
    why = "".join(character if character.isprintable() else "\ufffd" for character in why)
    return SettingKept(
        key=f"{noun}/{key}", setting_revision=revision, accepted=not why, why=why, in_force_revision=in_force
    )
