"""A Modbus device that is a function of what it is asked: the other end, written from the specification."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest

from drivers.instrument import Poll, Reply, Request, Shown

TABLES = {1: "coil", 2: "discrete_input", 3: "holding_register", 4: "input_register"}


@dataclass
class Device:
    """Serves tables; refuses, by exception 2, every request that touches an address it does not have.

    Attributes:
        tables: Table -> address -> word or bit.
        absent: Table -> addresses that it refuses though a neighbour may be there; None: those not in ``tables``.
        asked: The requests it has seen.
        refused: How many of them it has refused.
        now_ns: The time of its next reply.
    """

    tables: Mapping[str, Mapping[int, int]]
    absent: Mapping[str, Collection[int]] | None = None
    asked: list[Request] = field(default_factory=list)
    refused: int = 0
    now_ns: int = 10**9

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        function = request.send[0]
        first, length = (int.from_bytes(request.send[k : k + 2], "big") for k in (1, 3))
        table = TABLES[function]
        has = self.tables.get(table, {})
        addresses = range(first, first + length)
        absent = {a for a in addresses if a not in has} if self.absent is None else self.absent.get(table, ())
        if any(a in absent for a in addresses):
            self.refused += 1
            return Reply(bytes([function | 0x80, 2]), self.now_ns)
        words = [has.get(a, 0) for a in addresses]
        if function in (1, 2):
            number = sum(bit << k for k, bit in enumerate(words))
            body = number.to_bytes((length + 7) // 8, "little")
        else:
            body = b"".join(word.to_bytes(2, "big") for word in words)
        return Reply(bytes([function, len(body)]) + body, self.now_ns)


def _ask(poll: Poll, device: Device) -> Sequence[Shown]:
    requests = next(poll)
    for _ in count():
        assert requests, "a poll that yields must ask something"
        try:
            requests = poll.send([device.answer(request) for request in requests])
        except StopIteration as end:
            return end.value
    raise AssertionError


@pytest.fixture(scope="session")
def device() -> type[Device]:
    return Device


@pytest.fixture(scope="session")
def ask() -> Callable[[Poll, Device], Sequence[Shown]]:
    """The function that lets a device answer a poll to its end."""
    return _ask
