"""What lies ahead of an edge: how long its outbox suffices, how busy its buses are, until when certificates hold."""

import sqlite3
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge_agent.config import AgentConfig
from edge_agent.outbox import OutboxError, autonomy_days, survey, used_share
from edge_agent.utilisation import bus_load

AGAIN_S, SOON_S = 600.0, 30.0
"""How often it is looked up: a survey reads every row of the outbox; sooner while nothing is known yet."""
_DAY_S = 86_400
_NS = 1_000_000_000
_VERSION, _UTC_TIME = 0xA0, 0x17
_BEFORE_VALIDITY = 3
"""Serial number, algorithm, issuer."""


class Endurance:
    """Looked up rarely, told with every status. Belongs to the uplink's thread.

    Args:
        config: Of the agent.
    """

    def __init__(self, config: AgentConfig) -> None:
        self._config = config
        self._bus_load = {bus.name: round(bus_load(bus).expected, 4) for bus in config.buses}
        self._autonomy_s: float | None = None
        self._outbox_used: float | None = None
        self._files: dict[str, int] = {}
        self._due = 0.0

    def told(self, presented: int = 0) -> dict[str, Any]:
        """The fields of a status.

        Args:
            presented: Until when the certificate is valid that the broker has shown, UTC ns; 0: it has shown none.
        """
        if time.monotonic() >= self._due:
            self._look()
        certificates = self._files | ({"broker": presented} if presented else {})
        told = {"autonomy_s": self._autonomy_s, "outbox_used": self._outbox_used, "bus_load": self._bus_load}
        return told | {"certificates": certificates}

    def _look(self) -> None:
        try:
            found = survey(self._config.state_dir, self._config.outbox.size_limit_mb * 1_000_000)
            days, used = autonomy_days(found), round(used_share(found), 6)
        except (OutboxError, OSError, sqlite3.Error):
            days = used = None
        self._outbox_used = used
        self._autonomy_s = None if days is None else round(days * _DAY_S)
        broker = self._config.broker
        named = {"edge": broker.cert_file, "authority": broker.ca_file} if broker else {}
        until = {name: certificate_until(Path(path)) for name, path in named.items() if path}
        self._files = {name: at for name, at in until.items() if at}
        self._due = time.monotonic() + (SOON_S if days is None else AGAIN_S)


def certificate_until(path: Path) -> int:
    """Until when the certificates of a file in PEM form are valid, the first to end, UTC ns; 0: none can be read.

    Source: RFC 5280, 4.1 (order of the fields) and 4.1.2.5 (validity); RFC 5280, 4.1.2.5.1 (years of two digits).
    """
    try:
        text = path.read_text("ascii", errors="replace")
        parts = text.split("-----BEGIN CERTIFICATE-----")[1:]
        ends = [
            _not_after(ssl.PEM_cert_to_DER_cert("-----BEGIN CERTIFICATE-----" + one.strip()))
            for one in (part.partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----" for part in parts)
        ]
    except (OSError, ValueError, IndexError, StopIteration):
        return 0
    return min(ends, default=0)


def _not_after(der: bytes) -> int:
    [(_, start, end)] = _inside(der, 0, len(der))
    _, start, end = next(_inside(der, start, end))
    fields = [one for one in _inside(der, start, end) if one[0] != _VERSION]
    _, (tag, start, end) = _inside(der, *fields[_BEFORE_VALIDITY][1:])
    text = der[start:end].decode("ascii")
    if tag == _UTC_TIME:
        text = ("20" if text < "50" else "19") + text
    at = datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    return int(at.timestamp()) * _NS


def _inside(der: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, begin and end of the content of each element.

    Source: ITU-T X.690 (2021), 8.1.3 (lengths).
    """
    while at < end:
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            more = length & 0x7F
            length, at = int.from_bytes(der[at : at + more], "big"), at + more
        yield tag, at, at + length
        at += length
