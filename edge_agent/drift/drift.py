"""Where the recorder and the drift checks meet; what they know is kept beside the outbox in one file."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from edge_agent.collect import Sample
from edge_agent.config import AgentConfig
from edge_agent.config.channels import find_channel
from edge_agent.correcting.checking import SERIAL_NUMBER
from edge_agent.dating import Dated
from edge_agent.outbox import Outbox
from edge_agent.wire.bench import Adjusted
from edge_agent.wire.messages import Finding, Record
from edge_agent.wire.schema import QUALITY

if TYPE_CHECKING:
    from edge_agent.drift.watching import DriftCheck, DriftState

_TABLE = "CREATE TABLE IF NOT EXISTS drift_check (name TEXT PRIMARY KEY, of BLOB NOT NULL, state BLOB NOT NULL)"


class Drift:
    """Belongs to the recorder, inside its transaction; without ``[[drift_checks]]`` it does nothing and costs nothing.

    Args:
        config: Of the agent.
        outbox: Where everything is kept.
    """

    def __init__(self, config: AgentConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._checks: dict[str, DriftCheck] | None = None
        wanted = [(one.channel, one.against) for one in config.drift_checks]
        self._wanted: dict[str, list[tuple[str, str, bool]]] = {}
        for channel, against in wanted:
            for of, is_other in ((channel, False), (against, True)):
                instrument, _, name = of.partition(".")
                if of:
                    self._wanted.setdefault(instrument, []).append((name, channel, is_other))

    def take(self, dated: Sequence[Dated], said: Sequence[Record]) -> Iterator[Finding]:
        """Findings that follow from the indications of one transaction, and from adjustments that are said in it."""
        if not self._wanted:
            return
        checks = self._open()
        before = {name: _stands(check.state) for name, check in checks.items()}
        adjusted = {one.instrument for one in said if isinstance(one, Adjusted)}
        for name in {name for instrument in adjusted for _, name, _ in self._wanted.get(instrument, ())}:
            before.pop(name, None)
            yield from checks[name].begin_anew()
        for one in dated:
            yield from self._shown(checks, one.sample)
            for channel, name, is_other in self._wanted.get(one.sample.instrument, ()):
                shown = _indication(one.sample, channel)
                if shown is not None:
                    yield from checks[name].see(one.at, shown, is_other=is_other)
        for name, check in checks.items():
            if before.get(name) != _stands(check.state):
                self._keep(name, check)

    def _shown(self, checks: "dict[str, DriftCheck]", sample: Sample) -> Iterator[Finding]:
        """Serial numbers that instruments show: they are swapped under the same name."""
        for channel, text in sample.texts:
            if channel == SERIAL_NUMBER:
                for name in {name for _, name, _ in self._wanted.get(sample.instrument, ())}:
                    yield from checks[name].shows_serial(sample.instrument, text)

    def failed(self) -> None:
        """It was not written: know again only what is on disk."""
        self._checks = None

    def _open(self) -> "dict[str, DriftCheck]":
        if self._checks is None:
            from edge_agent.drift.watching import DriftCheck, DriftState  # noqa: PLC0415  the library: only here

            db = self._outbox.db
            db.execute(_TABLE)
            kept = {name: (of, state) for name, of, state in db.execute("SELECT name, of, state FROM drift_check")}
            self._checks = {}
            for config in self._config.drift_checks:
                of, body = kept.get(config.channel, (b"", b""))
                # Another standard, or another base: what was known says nothing of it.
                state = _read(body, DriftState) if of == _digest(config) else DriftState()
                unit = find_channel(self._config, config.channel).meaning.unit
                self._checks[config.channel] = DriftCheck(config, unit, state)
        return self._checks

    def _keep(self, name: str, check: "DriftCheck") -> None:
        row = (name, _digest(check.config), msgspec.msgpack.encode(check.state))
        self._outbox.db.execute("INSERT OR REPLACE INTO drift_check VALUES (?, ?, ?)", row)


def _read(body: bytes, kind: "type[DriftState]") -> "DriftState":
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.DecodeError:
        return kind()  # rotten, or of another version


def _stands(state: "DriftState") -> tuple[object, ...]:
    """What changes whenever a state is worth keeping."""
    return state.bucket, len(state.last), state.serials


def _digest(config: msgspec.Struct) -> bytes:
    return msgspec.json.encode(config, order="sorted")


def _indication(sample: Sample, channel: str) -> float | None:
    """What a channel showed, where nothing was said against it."""
    if any(name == channel + QUALITY for name, _ in sample.qualities):
        return None
    return next((value for name, value in sample.numbers if name == channel), None)
