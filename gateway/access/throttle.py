"""Patience with wrong attempts: counted by name and by address, in the registry.

Decision: these transactions do not raise the store's counter of changes.
Because: nobody keeps what they write in memory, and a stranger who guesses must not slow the ingest down.
"""

import ipaddress
import logging
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from gateway.registry.accounts import AttemptRow

log = logging.getLogger(__name__)

WRONG_ATTEMPTS = 10
"""Of one name, or of programs at one address, within ``WINDOW_S``; then it waits."""
WRONG_OF_ADDRESS = 30
"""Wrong passwords from one address within ``WINDOW_S``: a whole workshop comes from one, at the same hour."""
WINDOW_S = 300
MOST_KEPT = 20_000
"""Rows in all: who comes from more addresses than this pushes out their own oldest attempts."""
_NS = 10**9


def of_name(name: str) -> str:
    """The key that attempts with a name are counted by; what was typed there may have been a password."""
    return f"name:{sha256(name.encode(errors='replace')).hexdigest()}"


def of_address(address: str) -> str:
    """The key that attempts from an address are counted by."""
    return f"address:{household(address)}"


def of_program(address: str) -> str:
    """The key that wrong secrets of programs at an address are counted by: no script keeps people out beside it."""
    return f"program:{household(address)}"


def household(address: str) -> str:
    """Whom attempts are counted for: an IPv4 address, or the /64 of an IPv6 one, since those come by the billion.

    >>> household("192.0.2.7"), household("2001:db8::1:2:3:4"), household("::ffff:192.0.2.7"), household("testclient")
    ('192.0.2.7', '2001:db8::/64', '192.0.2.7', 'testclient')
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def wait_s(engine: Engine, keys: Sequence[str], now: int) -> int:
    """Seconds until one of these may try again; 0: all of them may now."""
    longest = 0
    with Session(engine) as session:
        for key in keys:
            query = (
                select(AttemptRow.at)
                .where(AttemptRow.of == key, AttemptRow.at.between(now - WINDOW_S * _NS + 1, now))
                .order_by(AttemptRow.at.desc())
                .offset(_most(key) - 1)
                .limit(1)
            )
            first = session.scalar(query)
            if first is not None:
                longest = max(longest, -(-(first + WINDOW_S * _NS - now) // _NS))
    return longest


def count_wrong(engine: Engine, keys: Sequence[str], now: int) -> list[str]:
    """Remember one wrong attempt; the keys that have to wait from now on."""
    reached = []
    with Session(engine) as session, session.begin():
        # A write first: it takes SQLite's lock at once, so that this does not fail half-way for want of it.
        session.execute(insert(AttemptRow), [{"of": key, "at": now} for key in keys])
        session.execute(delete(AttemptRow).where(AttemptRow.at <= now - WINDOW_S * _NS))
        newest = session.scalar(select(func.max(AttemptRow.id))) or 0
        session.execute(delete(AttemptRow).where(AttemptRow.id <= newest - MOST_KEPT))
        for key in keys:
            count = session.scalar(select(func.count()).select_from(AttemptRow).where(AttemptRow.of == key))
            if count == _most(key):
                reached.append(key)
    for key in reached:
        kind, _, of = key.partition(":")
        who = "one name" if kind == "name" else of
        log.warning("%s: %d wrong attempts, has to wait now. Find out who it is.", who, _most(key))
    return reached


def forgive(engine: Engine, keys: Sequence[str]) -> None:
    """A right password: what was typed wrong before it no longer counts."""
    with Session(engine) as session, session.begin():
        session.execute(delete(AttemptRow).where(AttemptRow.of.in_(keys)))


def _most(key: str) -> int:
    return WRONG_OF_ADDRESS if key.startswith("address:") else WRONG_ATTEMPTS
