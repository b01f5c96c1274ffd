"""Where the recorder and the certificates meet: settings and adjustments go in, corrected samples come out."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from edge_agent.asked import Entered, SettingCame
from edge_agent.config import AgentConfig
from edge_agent.correcting.adjustments import Adjustments
from edge_agent.correcting.checking import SERIAL_NUMBER, fitting, is_of_another
from edge_agent.correcting.corrector import Corrector, Stood
from edge_agent.correcting.stretches import Stretches
from edge_agent.dating import Dated
from edge_agent.outbox import Outbox
from edge_agent.wire.bench import Adjusted
from edge_agent.wire.certificate_setting import CERTIFICATE, CertificatesSet
from edge_agent.wire.messages import Finding, Record, SettingKept
from edge_agent.wire.settings import SettingError
from edge_agent.wire.table_kinds import show

log = logging.getLogger(__name__)

OF_ANOTHER = "certificate_of_another"
_ZONE = "Asia/Ho_Chi_Minh"


class Corrects(Protocol):
    """What the bench wants of certificates."""

    def corrected(self, instrument: str, channel: str, indication: float, at: int) -> Stood | None:
        """What an indication of an instant, UTC ns, stands for; None: no certificate says it."""
        ...


class _Kept(NamedTuple):
    """A setting as it stands on disk, what it says (None: nothing, or it does not fit), and why it does not hold."""

    revision: int
    says: CertificatesSet | None
    why: str = ""


class Correcting:
    """Belongs to the recorder, inside its transaction; after one that failed call :meth:`failed`.

    Args:
        config: What is read.
        outbox: Where settings and adjustments are kept.
    """

    def __init__(self, config: AgentConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._zone = ZoneInfo(next((one.timezone for one in config.shop.calendars), _ZONE))
        instruments = [one for bus in config.buses for one in bus.instruments]
        self._names = [one.name for one in instruments]
        self._show_theirs = {
            one.name for one in instruments if (m := one.loaded.meanings.get(SERIAL_NUMBER)) is not None and m.text
        }
        self._serials: dict[str, str] = {}
        self._answers: list[tuple[Callable[[str], None], str]] = []
        self._read_disk()

    def _read_disk(self) -> None:
        self._stale = False
        self._adjustments = Adjustments(self._outbox.db)
        self._kept: dict[str, _Kept] = {}
        self._correctors: dict[str, Corrector] = {}
        for noun, key, setting in self._outbox.settings():
            if noun != CERTIFICATE:
                continue
            try:
                self._kept[key] = _Kept(setting.revision, fitting(self._config, key, setting.body, self._serials))
            except SettingError as error:
                log.warning("%s: is not in force", error)
                self._kept[key] = _Kept(setting.revision, None, str(error))
        for name in {*self._kept, *self._adjustments.instruments()}:
            self._put_in_force(name)

    def _put_in_force(self, name: str) -> None:
        kept = self._kept.get(name)
        says, adjusted = kept.says if kept else None, self._adjustments.of(name)
        self._correctors.pop(name, None)
        if says is None and not adjusted:
            return
        made = self._correctors[name] = Corrector(Stretches(says, adjusted, self._zone))
        made.is_of_another = says is not None and is_of_another(says, self._serials.get(name, ""))

    # ------------------------------------------------------------------ what came

    def set(self, came: SettingCame) -> Iterator[SettingKept]:
        """Inside the transaction: take up the certificates of an instrument, or refuse them in words."""
        self._refresh()
        _, key, setting = came
        before = self._kept.get(key)
        if before and before.revision >= setting.revision:
            return
        try:
            says = fitting(self._config, key, setting.body, self._serials)
        except SettingError as error:
            yield _answer(key, setting.revision, str(error), before.revision if before and not before.why else 0)
            return
        self._outbox.keep_setting(CERTIFICATE, key, setting)
        self._kept[key] = _Kept(setting.revision, says)
        self._put_in_force(key)
        log.info("setting %s/%s: revision %d is in force", CERTIFICATE, key, setting.revision)
        yield _answer(key, setting.revision, "", setting.revision)

    def describe(self) -> list[Record]:
        """What became of all that is kept; said when a run begins and when another store listens."""
        return [_answer(key, one.revision, one.why, 0 if one.why else one.revision) for key, one in self._kept.items()]

    def enter(self, one: Entered) -> Iterator[Record]:
        """Inside the transaction: somebody tells of an adjustment. The answer is given once it is on disk."""
        assert isinstance(one.entry, Adjusted), "the recorder sends nothing else here"
        if one.entry.instrument not in self._names:
            known = ", ".join(show(name) for name in self._names) or "none"
            text = f"adjustment: there is no instrument {show(one.entry.instrument)} here. Known are {known}."
            self._answers.append((one.done, text))
            return
        self._answers.append((one.done, ""))
        yield one.entry

    def note(self, said: Sequence[Record]) -> None:
        """Inside the transaction: of what is said now, adjustments end corrections, whoever tells of them."""
        for record in said:
            if isinstance(record, Adjusted):
                self._refresh()
                before = self._adjustments.instruments()
                self._adjustments.keep(record)
                for name in {record.instrument, *before}:
                    self._put_in_force(name)

    # ------------------------------------------------------------------ what is read

    def corrected(self, instrument: str, channel: str, indication: float, at: int) -> Stood | None:
        """What an indication of an instant, UTC ns, stands for; None: no certificate says it."""
        self._refresh()
        corrector = self._correctors.get(instrument)
        return corrector.stood_for(channel, indication, at) if corrector else None

    def correct(self, dated: list[Dated]) -> list[Dated]:
        """Inside the transaction: the same samples as values. Those of instruments without a word stay as they are."""
        self._refresh()
        correctors = self._correctors
        if not correctors:
            return dated
        found = []
        for one in dated:
            corrector = correctors.get(one.sample.instrument)
            found.append(one if corrector is None else Dated(corrector.correct(one.sample, one.at), one.at))
        return found

    def look(self, dated: Sequence[Dated]) -> Iterator[Finding]:
        """Inside the transaction, before :meth:`correct`: whether instruments are those of their certificates."""
        if not self._show_theirs:
            return
        for one in dated:
            if one.sample.texts and one.sample.instrument in self._show_theirs:
                for channel, text in one.sample.texts:
                    if channel == SERIAL_NUMBER and self._serials.get(one.sample.instrument) != text:
                        self._serials[one.sample.instrument] = text
                        yield from self._compare(one.sample.instrument, text)

    def _compare(self, name: str, shown: str) -> Iterator[Finding]:
        kept, corrector = self._kept.get(name), self._correctors.get(name)
        if kept is None or kept.says is None or corrector is None or not kept.says.serial_number:
            return
        is_other = is_of_another(kept.says, shown)
        corrector.is_of_another = is_other
        corrector.forget_prepared()
        text = (
            f"{name}: shows serial number {show(shown)}, its certificates are of {show(kept.says.serial_number)}. "
            "Nothing is corrected. Find out which instrument stands there."
        )
        if not is_other:
            text = f"{name}: shows the serial number of its certificates, {show(shown)}."
        yield Finding(key=f"{OF_ANOTHER}.{name}", kind=OF_ANOTHER, text=text, over=not is_other)

    # ------------------------------------------------------------------ after the transaction

    def committed(self) -> None:
        """It is on disk: answer."""
        for done, text in self._answers:
            done(text)
        self._answers.clear()

    def failed(self) -> None:
        """It was not written, and will be tried again: know again only what is on disk."""
        self._answers.clear()
        self._serials.clear()
        self._stale = True

    def _refresh(self) -> None:
        if self._stale:
            self._read_disk()


def _answer(key: str, revision: int, why: str, in_force: int) -> SettingKept:
    # It may quote what came; a record with a NUL in it is taken by no gateway.
    why = "".join(character if character.isprintable() else "\ufffd" for character in why)
    return SettingKept(
        key=f"{CERTIFICATE}/{key}", setting_revision=revision, accepted=not why, why=why, in_force_revision=in_force
    )
