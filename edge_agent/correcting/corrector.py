"""Corrects the samples of one instrument."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from edge_agent.collect import Sample
from edge_agent.correcting.stretches import Stretch, Stretches
from edge_agent.wire.certificate_setting import CertificateInForce
from edge_agent.wire.schema import OUT_OF_RANGE, QUALITY, UNCALIBRATED, UNCERTAIN, UNCERTAINTY, quality

if TYPE_CHECKING:
    from edge_agent.correcting.correction import Bank, ChannelCorrection

_name, _value = itemgetter(0), itemgetter(1)
Pairs = list[tuple[str, str]]
_OUTSIDE = quality(UNCERTAIN, OUT_OF_RANGE)


class Stood(NamedTuple):
    """What an indication stood for.

    Attributes:
        value: By the certificate that held.
        u: Its standard uncertainty, with that of the drift since.
        certificate: Number of the certificate.
        is_overdue: Whether the instrument was overdue then.
    """

    value: float
    u: float
    certificate: str
    is_overdue: bool


class _Ready(NamedTuple):
    """What is to be done with a sample of these names in one stretch."""

    names: list[str]
    bank: "Bank | None"
    u_names: list[str]
    marks: Pairs


class Corrector:
    """Belongs to the recorder.

    Args:
        stretches: What holds for the instrument, from when on.
    """

    def __init__(self, stretches: Stretches) -> None:
        self._stretches = stretches
        self._ready: dict[int, _Ready] = {}
        self._made: dict[tuple[int, str], ChannelCorrection] = {}
        self.is_of_another = False
        """Whether the instrument showed another serial number than its certificates are about."""

    def stood_for(self, channel: str, indication: float, instant: int) -> Stood | None:
        """What an indication stands for; None: no certificate held, or none that reaches so far."""
        _, stretch = self._stretches.at(instant)
        if self.is_of_another or channel not in stretch.by:
            return None
        correction = self._correction(stretch.by[channel], channel)
        found = correction.at(indication, instant)
        return None if found is None else Stood(found.value, found.u, correction.number, stretch.is_overdue)

    def correct(self, sample: Sample, instant: int) -> Sample:
        """The same sample as values; itself where there is nothing to say of it."""
        if not sample.numbers:
            return sample
        number, stretch = self._stretches.at(instant)
        names = list(map(_name, sample.numbers))
        ready = self._ready.get(number)
        if ready is None or ready.names != names:
            ready = self._ready[number] = self._prepare(stretch, names)
        if ready.bank is None:
            return _marked(sample, ready.marks)
        shown = np.array(list(map(_value, sample.numbers)), dtype=float)
        done = ready.bank.correct(shown, instant)
        numbers = list(zip(names, done.values.tolist(), strict=True))
        uncertainties = list(zip(ready.u_names, done.u.tolist(), strict=True))
        marks = ready.marks
        if done.is_any_outside:
            outside = done.outside.tolist()
            uncertainties = [pair for pair, out in zip(uncertainties, outside, strict=True) if not out]
            marks = _outside(marks, [name for name, out in zip(ready.bank.corrected, outside, strict=True) if out])
        return msgspec.structs.replace(_marked(sample, marks), numbers=numbers, uncertainties=uncertainties)

    def _prepare(self, stretch: Stretch, names: Sequence[str]) -> _Ready:
        by = {} if self.is_of_another else {name: stretch.by[name] for name in names if name in stretch.by}
        reasons = {name: stretch.reason(name, needs=self._stretches.needs) for name in names}
        if self.is_of_another:
            reasons = dict.fromkeys(names, UNCALIBRATED)
        marks = [(name + QUALITY, quality(UNCERTAIN, reason)) for name, reason in reasons.items() if reason]
        bank = self._bank(names, by) if by else None
        u_names = [name + UNCERTAINTY for name in bank.corrected] if bank else []
        return _Ready(list(names), bank, u_names, marks)

    def _bank(self, names: Sequence[str], by: Mapping[str, CertificateInForce]) -> "Bank":
        from edge_agent.correcting.correction import Bank  # noqa: PLC0415  the library: only where a certificate is

        return Bank(names, {name: self._correction(certificate, name) for name, certificate in by.items()})

    def _correction(self, certificate: CertificateInForce, channel: str) -> "ChannelCorrection":
        from edge_agent.correcting.correction import ChannelCorrection  # noqa: PLC0415  as above

        key = id(certificate), channel
        if key not in self._made:
            self._made[key] = ChannelCorrection(certificate, channel)
        return self._made[key]

    def forget_prepared(self) -> None:
        """Something else holds than did."""
        self._ready.clear()


def _marked(sample: Sample, marks: Pairs) -> Sample:
    """With these qualities, but where something was said before."""
    if not marks:
        return sample
    if not sample.qualities:
        return msgspec.structs.replace(sample, qualities=list(marks))
    known = {name for name, _ in sample.qualities}
    more = [pair for pair in marks if pair[0] not in known]
    return msgspec.structs.replace(sample, qualities=[*sample.qualities, *more])


def _outside(marks: Pairs, channels: list[str]) -> Pairs:
    """``out_of_range`` in the place of what is said less urgently of the same channels."""
    names = {channel + QUALITY for channel in channels}
    return [*(pair for pair in marks if pair[0] not in names), *((name, _OUTSIDE) for name in sorted(names))]
