"""The maintenance log beside the stops: what was repaired, how soon somebody came, how long it took. Pure.

Decision: a record says which stop it ended, or belongs to the stop of its machine that it overlaps longest.
Because: whoever writes the log after the shift rarely looks for the stop; the times tell.
"""

from collections.abc import Sequence
from typing import NamedTuple

from edge_agent.wire.entries import Maintenance
from edge_agent.wire.shop_floor import Stop

FAILING = "FAULT"
"""Kind of a stop that is a failure."""
_REPAIRED = (FAILING, "STOP")
"""Kinds of stops that a repair may have ended: a machine without a fault signal only stops."""


class Repair(NamedTuple):
    """One record of the log and the stop that it belongs to.

    Attributes:
        work: The record.
        stop: None: it belongs to none.
        named: The record itself names the stop.
    """

    work: Maintenance
    stop: Stop | None
    named: bool = False

    @property
    def repair_ns(self) -> int | None:
        """How long it took, ns; None while it lasts."""
        return None if self.work.until is None else self.work.until - self.work.since

    @property
    def waited_ns(self) -> int | None:
        """From the stop's start until somebody began, ns; None without a stop."""
        return None if self.stop is None else max(0, self.work.since - self.stop.since)


class RepairFigures(NamedTuple):
    """The log of some days, summed.

    Attributes:
        repairs: All records, the newest first, each with its stop.
        repaired: Breakdowns whose repair is over.
        repair_ns: Their time together, ns.
        waited: Breakdowns that belong to a stop.
        waited_ns: From the starts of these stops until somebody began, ns.
        without: Failures of which the log says nothing, the newest first.
    """

    repairs: tuple[Repair, ...]
    repaired: int
    repair_ns: int
    waited: int
    waited_ns: int
    without: tuple[Stop, ...]

    @property
    def mean_repair_s(self) -> float | None:
        """Mean time of a repair by the log, s; None without any. MTTR of the elements counts the whole stop."""
        return self.repair_ns / 1e9 / self.repaired if self.repaired else None

    @property
    def mean_wait_s(self) -> float | None:
        """Mean time until somebody began, s; None without any."""
        return self.waited_ns / 1e9 / self.waited if self.waited else None


def join(works: Sequence[Maintenance], stops: Sequence[Stop], now: int) -> RepairFigures:
    """Each record with its stop, and each failure without a record.

    Args:
        works: Of the log.
        stops: Of the same machines and at least the same days.
        now: UTC ns; ends what lasts.
    """
    by_key = {stop.key: stop for stop in stops}
    repairs = []
    for work in sorted(works, key=lambda one: one.since, reverse=True):
        named = by_key.get(work.stop)
        repairs.append(Repair(work, named or _overlapping(work, stops, now), named=named is not None))
    breakdowns = [one for one in repairs if one.work.kind == "breakdown"]
    over = [one.repair_ns for one in breakdowns if one.repair_ns is not None]
    # Several records may belong to one stop: the first who began ended the wait.
    waits: dict[str, int] = {}
    for one in breakdowns:
        if one.stop is not None and one.waited_ns is not None:
            waits[one.stop.key] = min(one.waited_ns, waits.get(one.stop.key, one.waited_ns))
    told = {one.stop.key for one in repairs if one.stop is not None}
    without = [stop for stop in stops if stop.kind == FAILING and not stop.gone and stop.key not in told]
    return RepairFigures(
        repairs=tuple(repairs),
        repaired=len(over),
        repair_ns=sum(over),
        waited=len(waits),
        waited_ns=sum(waits.values()),
        without=tuple(sorted(without, key=lambda stop: stop.since, reverse=True)),
    )


def _overlapping(work: Maintenance, stops: Sequence[Stop], now: int) -> Stop | None:
    def overlap(stop: Stop) -> int:
        until = min(now if work.until is None else work.until, now if stop.until is None else stop.until)
        return until - max(work.since, stop.since)

    if work.kind != "breakdown":
        return None  # planned work beside a machine that stands is not its repair, unless the record says so
    near = [one for one in stops if one.work_unit == work.work_unit and one.kind in _REPAIRED and not one.gone]
    best = max(near, key=overlap, default=None)
    return best if best is not None and overlap(best) > 0 else None
