"""A loopback port for a server that is started later."""

import random
import socket

_HOST = "127.0.0.1"
_UNASKED = range(15_000, 32_000)
"""Above the well-known ones, and below those that Linux takes for connections (32 768 on)."""


def free_port() -> int:
    """A loopback port that nobody listens on now, of those that Linux gives to no connection of its own accord.

    A port that the system chose may be a client's by the time that a server wants it.

    Raises:
        OSError: Hundreds of them are taken.
    """
    for port in random.SystemRandom().sample(_UNASKED, 500):
        with socket.socket() as probe:
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port
    msg = f"ports of {_HOST} from {_UNASKED.start} on: hundreds are taken, expected a free one. End what listens there."
    raise OSError(msg)
