"""What holds for an instrument from when on: which certificate corrects which channel, or why none does."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.wire.certificate_setting import CertificateInForce, CertificatesSet
from edge_agent.wire.schema import ADJUSTED_UNCERTIFIED, CALIBRATION_OVERDUE, UNCALIBRATED

_NS = 1_000_000_000


class Stretch(NamedTuple):
    """What holds over some time.

    Attributes:
        since: From when, UTC ns.
        by: Channel -> the certificate that corrects it.
        adjusted: Channels whose certificate an adjustment has ended.
        is_adjusted: Whether the instrument was adjusted, and no certificate at all has come since.
        is_overdue: Whether the owner's due day is over.
    """

    since: int
    by: Mapping[str, CertificateInForce]
    adjusted: frozenset[str]
    is_adjusted: bool
    is_overdue: bool

    def reason(self, channel: str, *, needs: bool) -> str:
        """Why a value of this channel is uncertain whatever it shows; empty: it is not."""
        if channel in self.adjusted or self.is_adjusted:
            return ADJUSTED_UNCERTIFIED
        if needs and channel not in self.by:
            return UNCALIBRATED
        return CALIBRATION_OVERDUE if self.is_overdue else ""


class Stretches:
    """All of an instrument, from the beginning of time.

    Args:
        kept: What is set; None: nothing is.
        adjusted: When it was adjusted, UTC ns, as is known here besides.
        zone: Of the owner's days.
    """

    def __init__(self, kept: CertificatesSet | None, adjusted: frozenset[int], zone: ZoneInfo) -> None:
        kept = kept or CertificatesSet(needs_certificate=False)
        self.needs = kept.needs_certificate
        adjusted |= frozenset(kept.adjusted)
        overdue = _overdue_from(kept.due, zone)
        begins = {0, *adjusted, *(one.applies_from for one in kept.certificates), *overdue}
        self._stretches = [_stretch(at, kept, adjusted, overdue) for at in sorted(begins)]
        self._begins = [one.since for one in self._stretches]

    def at(self, instant: int) -> tuple[int, Stretch]:
        """Number of the stretch that holds an instant, UTC ns, and what holds then."""
        number = max(bisect_right(self._begins, instant) - 1, 0)
        return number, self._stretches[number]

    def __iter__(self) -> Iterator[Stretch]:
        return iter(self._stretches)


def _overdue_from(due: str, zone: ZoneInfo) -> tuple[int, ...]:
    """The local midnight at which the due day ends, UTC ns; nothing where nobody has said a day."""
    if not due or date.fromisoformat(due) == date.max:  # some write the last of all days for never
        return ()
    midnight = datetime.combine(date.fromisoformat(due) + timedelta(days=1), time(), zone)
    return (int(midnight.astimezone(UTC).timestamp()) * _NS,)


def _stretch(at: int, kept: CertificatesSet, adjusted: frozenset[int], overdue: tuple[int, ...]) -> Stretch:
    last: dict[str, CertificateInForce] = {}
    # sorted() is stable: of two that apply from one instant the later in the setting counts.
    for one in sorted(kept.certificates, key=lambda one: one.applies_from):
        if one.applies_from <= at:
            last |= dict.fromkeys(one.channels, one)
    ended = max((instant for instant in adjusted if instant <= at), default=-1)
    by = {channel: one for channel, one in last.items() if one.applies_from >= ended}
    return Stretch(
        since=at,
        by=by,
        adjusted=frozenset(last.keys() - by.keys()),
        is_adjusted=ended >= 0 and not by,
        is_overdue=bool(overdue) and overdue[0] <= at,
    )
