"""Drivers with mistakes: they lose their own channels and nothing else."""

import logging
from types import MappingProxyType

import pytest

from drivers.bus import BusSpec
from drivers.errors import NoReplyError
from drivers.instrument import Indication, Line, Request

RTU = BusSpec("meters", "serial:///dev/ttyUSB0", framing="rtu", line=Line(19200))
TEXT = BusSpec("bench", "serial:///dev/ttyUSB1")


class Wrong:
    """A driver with a mistake."""

    name = "wrong"
    channels = MappingProxyType({"a": "1", "b": "1"})

    def __init__(self, poll):
        self._poll = poll

    def poll(self):
        return self._poll()


def raises_at_start():
    msg = "at start"
    raise ValueError(msg)
    yield []


def raises_on_reply():
    [reply] = yield [Request(b"\3\0\0\0\2", lambda _: 6, unit=1)]
    return [float(reply.body.decode())]


def raises_in_whole():
    yield [Request(b"\3\0\0\0\2", lambda _: 1 // 0, unit=1)]
    return []


def never_ends():
    while True:
        yield []


def no_generator():
    return None


@pytest.mark.parametrize(
    ("poll", "what"),
    [
        (raises_at_start, "ValueError: at start"),
        (raises_on_reply, "ValueError: could not convert string to float: '\\x03\\x04\\x00\\x07\\x00\\x07'"),
        (raises_in_whole, "ZeroDivisionError: integer division or modulo by zero"),
        (never_ends, "RuntimeError: it asked 10000 times without coming to an end"),
        (no_generator, "AttributeError: 'NoneType' object has no attribute 'send'"),
    ],
)
def test_a_driver_that_fails_loses_its_own_channels_only(poll, what, registers, answers, values, caplog, world_of):
    world = world_of(RTU, answers())
    instrument = Wrong(poll)
    instrument.name = f"wrong-{poll.__name__}"
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            world.turns.begin(instrument, 101)
        world.turns.begin(registers("good", 2), 102)
        world.until(103)
    text = (
        f"{instrument.name}: its driver failed on what came: {what}. "
        "The log has the traceback; report it with the instrument's model."
    )
    *wrong, (_, good) = world.ended
    assert [values(polled) for _, polled in wrong] == 3 * [[text, text]]
    assert {one.channel for one in wrong[0][1].shown} == {"a", "b"}
    assert values(good) == [7]
    [record] = caplog.records
    assert record.exc_info


def test_an_instrument_error_that_a_driver_raises_is_the_reason_as_it_is(values, world_of):
    def poll():
        yield [Request(b"", lambda _: 1)]
        msg = "wrong: no key. Put the key in."
        raise NoReplyError(msg)

    world = world_of(TEXT)
    world.comes(100.1, b"x")
    world.turns.begin(Wrong(poll), 101)
    world.until(101)
    assert values(world.ended[0][1]) == 2 * ["wrong: no key. Put the key in."]


def test_channels_that_a_driver_forgets_come_back_missing(values, world_of):
    def poll():
        yield []
        return [Indication("b", 1.0, "1", 1)]

    world = world_of(TEXT)
    world.turns.begin(Wrong(poll), 101)
    world.until(101)
    assert values(world.ended[0][1]) == [1.0, "wrong: its driver said nothing of a. Report it with the model."]


def test_dropped_polls_are_closed_and_never_end(world_of):
    closed = []

    def poll():
        try:
            yield [Request(b"Q", lambda _: 1)]
        finally:
            closed.append(True)
        return []

    world = world_of(TEXT)
    world.turns.begin(Wrong(poll), 101)
    world.until(100)
    world.turns.drop_all()
    world.until(103)
    assert (closed, world.ended, world.turns.pending()) == ([True], [], 0)
