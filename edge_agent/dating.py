"""Undated samples get their time: exactly, once the clock is set; on the best estimate when it never was."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from edge_agent.clock import Clock
from edge_agent.collect import Sample
from edge_agent.losses import Lost
from edge_agent.outbox import Outbox, used_bytes
from edge_agent.wire.schema import CLOCK_UNSURE, QUALITY, UNCERTAIN, quality

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Sample])
_AT_ONCE_BYTES = 1_000_000
"""Of undated samples, as JSON, that one transaction dates: some 15 MB of memory."""
_CROWDED = 0.98
_UNSURE = quality(UNCERTAIN, CLOCK_UNSURE)


class Dated(NamedTuple):
    """A sample and its UTC time, ns."""

    sample: Sample
    at: int


class Dating:
    """Holds back what cannot be dated yet. Belongs to the recorder, inside its transaction.

    Args:
        outbox: Where undated samples wait.
        clock: Says whether the time is known.
        boot: Tells this boot from others.
        wait_s: How long a sample waits at most before it goes out as unsure, s.
        limit_bytes: What the outbox may use; near it nothing waits, since only what is dated can make room.
    """

    def __init__(self, outbox: Outbox, clock: Clock, boot: str, wait_s: float, limit_bytes: int) -> None:
        self._outbox = outbox
        self._clock = clock
        self._boot = boot
        self._wait_ns = int(wait_s * 1e9)
        self._crowded_bytes = int(limit_bytes * _CROWDED)
        self.reached: int | None = None

    def date(self, samples: list[Sample]) -> list[Dated]:
        """What can be dated now, older first; the rest is kept. A sample is dated once and never again.

        Of a long wait only a part at a call: a day of samples fits into no memory. ``reached`` tells how far.
        """
        offset = self._clock.offset()
        if offset is None and samples:
            self._outbox.keep_undated(self._boot, self._clock.guess(), _encoder.encode(samples), len(samples))
        dated: list[Dated] = []
        done: list[int] = []
        size, self.reached = 0, None
        crowded = offset is None and used_bytes(self._outbox) > self._crowded_bytes
        for ident, boot, guess, n, body in self._outbox.undated():
            if size > _AT_ONCE_BYTES:
                self.reached = dated[-1].at if dated else None
                break
            kept = _decode(body)
            if kept is None:
                at = dated[-1].at if dated else self._clock.now()
                self._outbox.count_losses([Lost("", "rotten", at, at, n)])
            elif boot == self._boot and offset is not None:
                dated += [Dated(sample, sample.at + offset) for sample in kept]
            elif boot != self._boot or crowded or self._waited_too_long(kept):
                dated += [Dated(_doubted(sample), sample.at + guess) for sample in kept]
            else:
                break
            done.append(ident)
            size += len(body)
        self._outbox.forget_undated(done)
        if offset is not None:
            dated += [Dated(sample, sample.at + offset) for sample in samples]
        return dated

    def _waited_too_long(self, kept: list[Sample]) -> bool:
        return any(self._clock.monotonic() - sample.at > self._wait_ns for sample in kept)


def _decode(body: bytes) -> list[Sample] | None:
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError:
        return None  # rotten


def _doubted(sample: Sample) -> Sample:
    """The same sample, every value of it marked ``clock_unsure`` unless something worse is known."""
    known = {name for name, _ in sample.qualities}
    marks = [(name + QUALITY, _UNSURE) for name, _ in sample.numbers if name + QUALITY not in known]
    return msgspec.structs.replace(sample, qualities=sample.qualities + marks)


def as_recorded(samples: list[Sample], dated: list[Dated]) -> list[Sample]:
    """Samples of a transaction as they went out, where they did; those that wait for their time as they came."""
    last = [one.sample for one in dated[len(dated) - len(samples) :]]
    went_out = len(last) == len(samples) and all(a.at == b.at for a, b in zip(samples, last, strict=True))
    return last if went_out else samples


def parts(sample: Sample, most: int = 1000) -> Iterator[tuple[list[tuple[str, float]], list[tuple[str, str]]]]:
    """Fields for one line each, so that no line outgrows a message; lines of one time are one point."""
    numbers = [*sample.numbers, *sample.uncertainties] if sample.uncertainties else sample.numbers
    size = max(len(numbers), len(sample.qualities))
    for k in range(0, size, most):
        yield numbers[k : k + most], sample.qualities[k : k + most]
