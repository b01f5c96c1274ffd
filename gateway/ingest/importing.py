r"""Messages that came on a stick, for a site without network: the same envelope, the same way into the stores.

::

    #nhipdo-export1 site=<site> edge=<edge>\n
    <bytes of the payload>\n<topic>\n<payload>\n        and so on, one for each message
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from edge_agent.wire import topics
from edge_agent.wire.envelope import MAX_PAYLOAD, UnreadableError
from edge_agent.wire.schema import NAME
from gateway.ingest.acknowledge import acknowledgement
from gateway.ingest.journals import EdgeId
from gateway.ingest.reading import Arrival, read_message
from gateway.ingest.receipts import Receipts
from gateway.ingest.storing import Outcome, Storing
from gateway.opening import Stores
from gateway.registry import transaction

_MAGIC = re.compile(rf"#nhipdo-export1 site=({NAME.pattern}) edge=({NAME.pattern})\n".encode())
_LENGTH = re.compile(rb"([0-9]{1,9})\n")
_BATCH = 500
_LONGEST_LINE = 300


class ExportError(Exception):
    """A file that is no export, or ends in the middle; the message says where and what to do."""


@dataclass(slots=True)
class Imported:
    """What became of a file.

    Attributes:
        edge: Whose messages they are.
        outcome: What became of them.
        refused: Damaged, or of another edge: neither stored nor acknowledged.
        ack: The file to carry back.
        broken: Why the file could not be read to its end; empty when it was.
    """

    edge: EdgeId
    outcome: Outcome
    refused: int
    ack: Path
    broken: str


def import_file(path: Path, stores: Stores, now: int, progress: Callable[[int, int], None]) -> Imported:
    """Store what a file holds, and write the acknowledgement beside it.

    Args:
        path: Of the file.
        stores: Where to.
        now: UTC ns.
        progress: Called with (bytes read, bytes in all).

    Raises:
        ExportError: Not an export at all, or it cannot be read.
        StoreUnavailableError: The stores cannot take anything now; call again with the same.
    """
    receipts = Receipts(stores.engine)
    storing = Storing(stores.engine, stores.timeseries, receipts, is_shared=True)
    outcome, refused, broken = Outcome(), 0, ""
    try:
        with path.open("rb") as file:
            edge = _read_magic(path, file)
            total = os.fstat(file.fileno()).st_size
            batch: list[Arrival] = []
            try:
                for topic, payload in _messages(path, file):
                    arrival = _open(edge, topic, payload)
                    if arrival is None:
                        refused += 1
                        continue
                    batch.append(arrival)
                    if len(batch) == _BATCH:
                        outcome.add(storing.store(batch, now))
                        batch.clear()
                        progress(file.tell(), total)
            except ExportError as error:
                broken = str(error)
            if batch:
                outcome.add(storing.store(batch, now))
            progress(file.tell(), total)
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}. Is the stick still there?"
        raise ExportError(msg) from error
    with transaction(stores.engine):
        pass  # counted as a change: a gateway that runs beside us tells the edge
    return Imported(edge, outcome, refused, _write_ack(path, receipts, edge, now), broken)


def _read_magic(path: Path, file: BinaryIO) -> EdgeId:
    line = file.readline(_LONGEST_LINE)
    match = _MAGIC.fullmatch(line)
    if match is None:
        msg = f"{path}: begins with {line[:40]!r}: not an export. Take the file that nhipdo-edge outbox export wrote."
        raise ExportError(msg)
    return EdgeId(match[1].decode(), match[2].decode())


def _messages(path: Path, file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    while line := file.readline(_LONGEST_LINE):
        match = _LENGTH.fullmatch(line)
        length = int(match[1]) if match else MAX_PAYLOAD + 1
        topic = file.readline(_LONGEST_LINE)
        payload = file.read(length) if length <= MAX_PAYLOAD else b""
        if len(payload) != length or not topic.endswith(b"\n") or file.read(1) != b"\n":
            msg = f"{path}: damaged before byte {file.tell()}. What came before is stored; export again for the rest."
            raise ExportError(msg)
        yield topic[:-1].decode("utf-8", "replace"), payload


def _open(edge: EdgeId, topic: str, payload: bytes) -> Arrival | None:
    try:
        parsed = topics.parse(topic)
        if not isinstance(parsed, topics.EdgeTopic) or parsed.kind not in (topics.TELEMETRY, topics.RECORD):
            return None
        return read_message(parsed, payload) if EdgeId(parsed.site, parsed.edge) == edge else None
    except (ValueError, UnreadableError):
        return None


def _write_ack(path: Path, receipts: Receipts, edge: EdgeId, now: int) -> Path:
    ack = path.with_name(path.name + ".ack")
    part = ack.with_name(ack.name + ".part")
    with part.open("wb") as file:
        file.write(msgspec.json.encode(acknowledgement(receipts, edge, now, most=None)))
        file.flush()
        os.fsync(file.fileno())
    return part.replace(ack)
