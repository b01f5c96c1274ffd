"""After a restart the windows that were open are summed up again from the samples in the outbox."""

import logging
from typing import Protocol

from edge_agent.outbox import Outbox
from edge_agent.windows import Windows
from edge_agent.wire.lines import parse_line
from edge_agent.wire.packing import TELEMETRY, RottenError, expand
from edge_agent.wire.schema import COUNTED, GOOD, QUALITY, SAMPLE

log = logging.getLogger(__name__)


class _Summing(Protocol):
    def __call__(self, instrument: str, at: int, numbers: dict[str, float]) -> None: ...


def reopen_windows(outbox: Outbox, windows: Windows, last_commit: int) -> None:
    """Sum up again every sample since the start of the oldest window that the last run had not closed."""
    start = windows.open_since(last_commit)
    rows = outbox.db.execute(
        "SELECT made, crc, body FROM message WHERE kind = ? AND n > 0 ORDER BY id DESC LIMIT 10000", (TELEMETRY,)
    )
    for made, crc, body in rows:
        if made < start:
            break  # a look at all of a large outbox would take a minute
        try:
            lines = expand(crc, body).decode().split("\n")
        except RottenError:
            continue  # the uplink finds it too, and declares it
        for line in lines:
            _add(line, start, windows.add)


def _add(line: str, start: int, add: _Summing) -> None:
    point = parse_line(line)
    if point.measurement == SAMPLE and point.at >= start:
        texts = point.texts
        good = {name: n for name, n in point.numbers.items() if texts.get(name + QUALITY, GOOD) in {GOOD, *COUNTED}}
        add(point.instrument, point.at, good)
