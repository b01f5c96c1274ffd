"""Faults on demand: what may go wrong between an instrument and a bus, composable and the same at every run.

Decision: a fault changes one finished reply, and several are applied in the order in which they were set.
Because: silence, noise, a late and a cut reply then combine freely, on TCP, on a serial line and on text alike.
Instead of: a simulator for each way to be broken.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import NamedTuple


class Outgoing(NamedTuple):
    """A reply on its way out.

    Attributes:
        sent: Bytes, frame and all; ``b""`` is silence.
        after_s: How long to wait before sending, s.
        hang_up: Whether the connection ends behind it.
        intact: Whether who asked can still read its values.
    """

    sent: bytes
    after_s: float = 0.0
    hang_up: bool = False
    intact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong; by itself nothing does.

    Attributes:
        unit: Whose replies it concerns (device id); None: everybody's.
        times: How many replies it concerns; None: all until it is cleared.
        chance: Of concerning a reply, 0 to 1; drawn from the seed of :class:`Faults`.
    """

    unit: int | None = None
    times: int | None = None
    chance: float = 1.0

    def spoil(self, out: Outgoing, random: Random) -> Outgoing:  # noqa: ARG002  others draw from it
        """What becomes of a reply."""
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Fault):
    """No reply at all."""

    def spoil(self, out: Outgoing, random: Random) -> Outgoing:  # noqa: ARG002
        return out._replace(sent=b"", intact=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late(Fault):
    """The reply comes ``by_s`` later; the line is free for others meanwhile."""

    by_s: float

    def spoil(self, out: Outgoing, random: Random) -> Outgoing:  # noqa: ARG002
        return out._replace(after_s=out.after_s + self.by_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage(Fault):
    """Noise before and behind the reply, in bytes."""

    before: int = 0
    after: int = 0

    def spoil(self, out: Outgoing, random: Random) -> Outgoing:
        noise = random.randbytes(self.before), random.randbytes(self.after)
        return out._replace(sent=noise[0] + out.sent + noise[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCrc(Fault):
    """The last byte, of a Modbus RTU frame its CRC, has one bit turned over."""

    def spoil(self, out: Outgoing, random: Random) -> Outgoing:
        if not out.sent:
            return out
        return out._replace(sent=out.sent[:-1] + bytes([out.sent[-1] ^ 1 << random.randrange(8)]), intact=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated(Fault):
    """Only the first ``keep`` bytes are sent."""

    keep: int

    def spoil(self, out: Outgoing, random: Random) -> Outgoing:  # noqa: ARG002
        return out._replace(sent=out.sent[: self.keep], intact=out.intact and len(out.sent) <= self.keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect(Fault):
    """The connection ends when ``after`` bytes of the reply are out; a serial line goes silent instead."""

    after: int = 0

    def spoil(self, out: Outgoing, random: Random) -> Outgoing:  # noqa: ARG002
        intact = out.intact and len(out.sent) <= self.after
        return out._replace(sent=out.sent[: self.after], hang_up=True, intact=intact)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignUnit(Fault):
    """The reply bears the address of another device, in a frame that is right otherwise."""

    shown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Fault):
    """An exception in place of the values, when a request touches one of ``addresses``.

    Attributes:
        code: Exception code: 2 is "illegal data address", 4 "server device failure", 6 "busy".
        addresses: PDU addresses; None: any.
        table: Whose addresses they are; None: any table's.
    """

    code: int = 2
    addresses: Collection[int] | None = None
    table: str | None = None

    def touches(self, table: str, asked: range) -> bool:
        """Whether a request concerns it."""
        if self.table not in (None, table):
            return False
        return self.addresses is None or any(address in asked for address in self.addresses)


class Faults:
    """What goes wrong at present. Every thread may set and clear; simulators ask at every reply.

    Args:
        faults: What goes wrong from the beginning.
        seed: Of noise and chances.
    """

    def __init__(self, *faults: Fault, seed: int = 0) -> None:
        self._lock = Lock()
        self._random = Random(seed)
        self._left: list[tuple[Fault, int | None]] = [(fault, fault.times) for fault in faults]

    def set(self, *faults: Fault) -> None:
        """Let these go wrong, and nothing else; none: all is well again."""
        with self._lock:
            self._left = [(fault, fault.times) for fault in faults]

    def add(self, *faults: Fault) -> None:
        """Let these go wrong too."""
        with self._lock:
            self._left += [(fault, fault.times) for fault in faults]

    def clear(self, *kinds: type[Fault]) -> None:
        """End all faults of these kinds; of every kind when none is named."""
        with self._lock:
            self._left = [(fault, n) for fault, n in self._left if kinds and not isinstance(fault, kinds)]

    def present(self) -> tuple[Fault, ...]:
        """What may still go wrong."""
        with self._lock:
            return tuple(fault for fault, _ in self._left)

    def refusal(self, unit: int, table: str, asked: range) -> int | None:
        """The exception code with which a request is to be refused; None: it is not."""
        hit = self._take(unit, lambda fault: isinstance(fault, Refusal) and fault.touches(table, asked), 1)
        return hit[0].code if hit and isinstance(hit[0], Refusal) else None

    def unit_shown(self, unit: int) -> int:
        """The address that a reply of ``unit`` bears."""
        hit = self._take(unit, lambda fault: isinstance(fault, ForeignUnit), 1)
        return hit[0].shown if hit and isinstance(hit[0], ForeignUnit) else unit

    def spoil(self, unit: int, frame: bytes) -> Outgoing:
        """What becomes of a finished reply of ``unit``."""
        out = Outgoing(frame)
        for fault in self._take(unit, lambda fault: not isinstance(fault, Refusal | ForeignUnit)):
            with self._lock:
                out = fault.spoil(out, self._random)
        return out

    def _take(self, unit: int, concerns: Callable[[Fault], bool], most: int | None = None) -> list[Fault]:
        """The faults that happen now, in order; each is used up once."""
        with self._lock:
            taken: list[Fault] = []
            left: list[tuple[Fault, int | None]] = []
            for fault, n in self._left:
                happens = (
                    (most is None or len(taken) < most)
                    and fault.unit in (None, unit)
                    and concerns(fault)
                    and (fault.chance >= 1 or self._random.random() < fault.chance)
                )
                if happens:
                    taken.append(fault)
                rest = n - 1 if happens and n is not None else n
                if rest is None or rest > 0:
                    left.append((fault, rest))
            self._left = left
            return taken
