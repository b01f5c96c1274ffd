"""From what an instrument showed to a sample: time, values, qualities. A failed read is a sample too."""

from collections.abc import Sequence
from math import isfinite
from operator import itemgetter

import msgspec

from drivers.bus import Polled
from drivers.instrument import Indication, Missing, Shown
from edge_agent.wire.schema import BAD, COUNTED, QUALITY, UNCERTAIN, quality

_INDICATIONS = {Indication}
_pair, _value, _at, _doubt = itemgetter(0, 1), itemgetter(1), itemgetter(3), itemgetter(4)


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """One read of one instrument.

    Attributes:
        instrument: Whose.
        at: ns on the monotonic clock: the instant of the earliest reply, the poll's end when none came.
        numbers: Field -> value, for channels that show a number.
        qualities: Field ``{channel}_q`` -> quality, for channels whose quality is not good.
        texts: Channel -> text, for channels that show one.
        trouble: Text of the first failure, for a person; empty when every channel came.
        uncertainties: Field ``{channel}_u`` -> standard uncertainty, of channels that a certificate has corrected.
    """

    instrument: str
    at: int
    numbers: list[tuple[str, float]]
    qualities: list[tuple[str, str]]
    texts: list[tuple[str, str]] = []
    trouble: str = ""
    uncertainties: list[tuple[str, float]] = []


def collect(polled: Polled) -> Sample:
    """Make a sample of a finished poll.

    A line holds one time, so the requests of one poll, milliseconds apart, share the earliest reply's.
    """
    # Nearly every poll is all good numbers, and these lines see every value: hence no loop in Python.
    shown = polled.shown
    if set(map(type, shown)) == _INDICATIONS and not any(map(_doubt, shown)) and _all_finite(shown):
        return Sample(polled.instrument.name, min(map(_at, shown)), list(map(_pair, shown)), [])
    return _sort(polled)


def _all_finite(shown: Sequence[Shown]) -> bool:
    try:
        return isfinite(sum(map(_value, shown)))
    except TypeError:  # a text
        return False


def _sort(polled: Polled) -> Sample:
    numbers: list[tuple[str, float]] = []
    qualities: list[tuple[str, str]] = []
    texts: list[tuple[str, str]] = []
    for shown in polled.shown:
        if isinstance(shown, Missing):
            qualities.append((shown.channel + QUALITY, quality(BAD, shown.reason.code)))
        elif isinstance(shown.value, str):
            texts.append((shown.channel, shown.value))
        elif not isfinite(shown.value):
            qualities.append((shown.channel + QUALITY, quality(BAD, "not_finite")))
        else:
            numbers.append((shown.channel, shown.value))
            if shown.doubt:
                qualities.append((shown.channel + QUALITY, quality(UNCERTAIN, shown.doubt)))
    trouble = _trouble(polled.shown) if qualities else ""
    return Sample(polled.instrument.name, _instant(polled), numbers, qualities, texts, trouble)


def _instant(polled: Polled) -> int:
    times = [shown.at for shown in polled.shown if isinstance(shown, Indication)]
    return min(times, default=polled.at)


def _trouble(shown: Sequence[Shown]) -> str:
    return next((str(one.reason) for one in shown if isinstance(one, Missing)), "")


def counted(sample: Sample) -> list[tuple[str, float]]:
    """Channel -> value, of those that windows count: good ones, and real ones of an instrument without calibration.

    >>> counted(Sample("m", 1, [("a", 1.0), ("b", 2.0)], [("a_q", "uncertain.uncalibrated"), ("b_q", "uncertain.x")]))
    [('a', 1.0)]
    """
    doubtful = {name.removesuffix(QUALITY) for name, text in sample.qualities if text not in COUNTED}
    return [pair for pair in sample.numbers if pair[0] not in doubtful] if doubtful else sample.numbers


def grade(sample: Sample) -> str:
    """The worst quality in a sample, as the status shows an instrument.

    >>> grade(Sample("m", 1, [("a", 1.0)], [("b_q", "bad.busy"), ("a_q", "uncertain.out_of_range")]))
    'bad.busy'
    """
    return min((text for _, text in sample.qualities), default="good")
