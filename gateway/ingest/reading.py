"""Reading what came: which of it can be used, and why the rest cannot. Does no I/O."""

import re
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from edge_agent.wire.envelope import VERSION, Envelope, open_sealed
from edge_agent.wire.origin import Origin, parse_origin
from edge_agent.wire.records import AnyRecord, record_decoder
from edge_agent.wire.schema import NAME, SAMPLE, WINDOW
from edge_agent.wire.topics import TELEMETRY, EdgeTopic
from gateway.ingest.journals import EdgeId, JournalId
from gateway.ingest.usable import why_unusable

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it; a text that quotes those six characters has a backslash more."""
_MAX_KEY = 255
_SHOWN = 120


@dataclass(slots=True)
class Arrival:
    """One numbered message, undamaged.

    Attributes:
        topic: Where it was published.
        payload: As it came.
        envelope: Opened; its body is let go once it is read.
        lines: Those of line protocol that can be used.
        records: Those that can be used, each with its JSON.
        why: Why it is kept whole as a dead letter; empty when all of it can be used.
        origin: Whose the lines are, where another gateway forwards them.
    """

    topic: EdgeTopic
    payload: bytes
    envelope: Envelope
    lines: list[str]
    records: list[tuple[AnyRecord, str]]
    why: str = ""
    origin: Origin | None = None

    @property
    def edge(self) -> EdgeId:
        """Who sent it."""
        return EdgeId(self.topic.site, self.topic.edge)

    @property
    def whose(self) -> EdgeId:
        """Whose its lines are."""
        return EdgeId(self.origin.site, self.origin.edge) if self.origin is not None else self.edge

    @property
    def journal(self) -> JournalId:
        """Whose number it has."""
        return JournalId(self.topic.site, self.topic.edge, self.envelope.journal)

    @property
    def name(self) -> str:
        """How it is called in a message to people."""
        return f"{self.edge}: message {self.envelope.seq} of journal {self.envelope.journal[:8]}"


def read_message(topic: EdgeTopic, payload: bytes) -> Arrival:
    """Open a message and sort out what of it can be used.

    What can be used is used even when its neighbours cannot: a newer edge's unknown record must not take those that
    we know along. The message is then kept whole all the same, so that it can be tried again.

    Raises:
        UnreadableError: No header of the contract, or a wrong CRC.
    """
    arrival = Arrival(topic, payload, open_sealed(payload), [], [])
    envelope = arrival.envelope
    if envelope.version != VERSION:
        arrival.why = f"{arrival.name}: version {envelope.version}, we read {VERSION}. Update this gateway, then retry."
        return arrival
    try:
        body = envelope.body.decode()
    except UnicodeDecodeError as error:
        arrival.why = f"{arrival.name}: not UTF-8 at byte {error.start}. Find who publishes it."
        return arrival
    arrival.envelope = envelope._replace(body=b"")
    lines = body.split("\n") if body else []
    if len(lines) != envelope.n:
        arrival.why = f"{arrival.name}: {len(lines)} lines where {envelope.n} are announced. Find who publishes it."
    elif envelope.seq < 1:
        arrival.why = f"{arrival.name}: numbers begin at 1. Find who publishes it."
    elif topic.kind == TELEMETRY:
        _sort_lines(arrival, lines)
    else:
        _decode_records(arrival, lines)
    return arrival


def _sort_lines(arrival: Arrival, lines: list[str]) -> None:
    arrival.origin = parse_origin(lines[0]) if lines else None
    of = arrival.whose
    if arrival.origin is not None:
        lines = lines[1:]
    is_ours = _line_of(*of).fullmatch
    arrival.lines = [line for line in lines if is_ours(line)]
    if len(arrival.lines) != len(lines):
        bad = next(line for line in lines if not is_ours(line))
        arrival.why = (
            f"{arrival.name}: {bad[:_SHOWN]!r}: expected a line {SAMPLE},site={of.site},"
            f"edge={of.edge},instrument=... with fields and a time. Find who publishes it."
        )


@lru_cache(maxsize=4096)
def _line_of(site: str, edge: str) -> re.Pattern[str]:
    # The numbers are left to the store: it parses them anyhow.
    return re.compile(f"(?:{SAMPLE}|{WINDOW}),site={site},edge={edge},instrument={NAME.pattern} [^ ]+ [0-9]{{1,19}}")


def _decode_records(arrival: Arrival, lines: list[str]) -> None:
    for line in lines:
        try:
            record = record_decoder.decode(line)
            if not 0 < len(record.key) <= _MAX_KEY or "\0" in line or _NUL.search(line):
                msg = f"a key has 1 to {_MAX_KEY} characters, and there is no NUL"
                raise msgspec.ValidationError(msg)
            if wrong := why_unusable(record):
                raise msgspec.ValidationError(wrong)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            arrival.why = arrival.why or (
                f"{arrival.name}: record {line[:_SHOWN]!r}: {error}. A newer edge? Update this gateway, then retry."
            )
        else:
            arrival.records.append((record, line))
