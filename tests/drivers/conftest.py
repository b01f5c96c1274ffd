"""What every test of an instrument needs: its poll, answered from a transcript."""

from collections.abc import Callable, Sequence
from itertools import count

import pytest

from drivers.errors import InstrumentError
from drivers.instrument import Poll, Reply, Request, Shown

Answer = bytes | InstrumentError | Reply


def _answered(poll: Poll, *replies: Answer, sent: list[Request] | None = None) -> Sequence[Shown]:
    """Drive ``poll`` with these replies, one for each request, and give what it shows.

    A reply is the body as bytes, the bus's error, or a whole :class:`Reply` where its time matters
    (else they are 1, 2, 3... ms). Fails when the poll asks more than is answered, or less. ``sent``
    collects the requests.
    """
    left = list(replies)
    clock = count(1_000_000, 1_000_000)
    asked = next(poll, None)
    if asked is None:
        msg = "the poll ended without a request"
        raise AssertionError(msg)
    while True:
        if sent is not None:
            sent.extend(asked)
        assert len(asked) <= len(left), f"{len(asked)} requests, {len(left)} replies left: {[r.what for r in asked]}"
        now, left = left[: len(asked)], left[len(asked) :]
        try:
            asked = poll.send([_reply(answer, next(clock)) for answer in now])
        except StopIteration as end:
            assert not left, f"{len(left)} replies were never asked for"
            return end.value


def _reply(answer: Answer, at: int) -> Reply:
    if isinstance(answer, Reply):
        return answer
    if isinstance(answer, InstrumentError):
        return Reply(b"", at, answer)
    return Reply(answer, at)


@pytest.fixture(scope="session")
def answered() -> Callable[..., Sequence[Shown]]:
    """The function that answers a poll from a transcript: ``answered(poll, b"...", b"...")``."""
    return _answered
