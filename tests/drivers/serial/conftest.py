from collections.abc import Callable, Sequence

import pytest

from drivers.errors import InstrumentError
from drivers.instrument import Instrument, Reply, Shown


@pytest.fixture
def answered() -> Callable[..., Sequence[Shown]]:
    """Drive a poll with the given reply bodies, or errors, one for each request; each must be whole by its rule."""

    def run(instrument: Instrument, *replies: bytes | InstrumentError, at: int = 7) -> Sequence[Shown]:
        left = list(replies)
        poll = instrument.poll()
        got: Sequence[Reply] | None = None
        try:
            while True:
                requests = poll.send(got)
                got = []
                for request in requests:
                    reply = left.pop(0)
                    if isinstance(reply, InstrumentError):
                        got.append(Reply(b"", at, reply))
                    else:
                        assert request.whole(reply) == len(reply)
                        got.append(Reply(reply, at))
        except StopIteration as done:
            assert not left
            return done.value

    return run
