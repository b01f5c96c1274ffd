"""The demo's account, and the link that signs in to it."""

import time
from pathlib import Path

from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.links import make_link
from gateway.config import load_config
from gateway.opening import opened_registry
from gateway.registry import transaction
from gateway.registry.roles import SYSTEM, Grant, Role

NAME = "demo"
_HOURS = 30 * 24
_USES = 10_000
"""A demo is opened by everybody who looks on."""


def demo_link(gateway: Path) -> str:
    """Make the demo's account, which administers everything, and give the secret of a link that opens it.

    Args:
        gateway: The demo's gateway.toml; nothing serves on it yet.
    """
    now = time.time_ns()
    with opened_registry(load_config(gateway)) as engine, transaction(engine) as session:
        row = make_account(session, SYSTEM, now, NAME)
        grant(session, SYSTEM, now, row.id, Grant(Role.ADMINISTRATOR))
        return make_link(session, SYSTEM, now, row.id, hours=_HOURS, uses=_USES)
