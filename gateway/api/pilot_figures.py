"""Baseline and result of a pilot's machines: sums of elements, and what they rest on.

Decision: the result is computed only for a pilot that is fixed.
Because: windows are to be chosen before anybody has seen what they give, and a page that shows it invites to choose.
Instead of: the figures, with a word of warning above them.
"""

from datetime import date
from typing import NamedTuple

from fastapi import HTTPException

from gateway.api.registry_pages.desk import Desk
from gateway.production.comparing import Change, compare
from gateway.production.judging import Judged, judge
from gateway.production.periods import Kind, Period
from gateway.production.reading import Selection, by_day, machines_of, together
from gateway.programme.pilot_series import units_of
from gateway.registry.book import Entry

_NS_H = 3600 * 10**9


class Side(NamedTuple):
    """One window of some machines.

    Attributes:
        judged: Its sums and figures.
        days: Days on which something was made or ran.
        of_days: Days that it has, up to today.
        pieces_per_h: Good pieces per hour of planned busy time; None: nothing was planned.
        wh_per_piece: Energy per piece made, Wh; None: no energy or no piece was told of.
    """

    judged: Judged
    days: int
    of_days: int
    pieces_per_h: float | None
    wh_per_piece: float | None


class Sides(NamedTuple):
    """Baseline and result of some machines.

    Attributes:
        machines: How many were found.
        missing: Names of those that nobody knows.
        left_out: How many of those found count no pieces, and are not in the figures of those that do.
        before: The baseline.
        after: The result; None: the pilot is not fixed.
        change: From one to the other; None: one of both has no figure.
    """

    machines: int
    missing: list[str]
    left_out: int
    before: Side
    after: Side | None
    change: Change | None

    @property
    def rests_on_little(self) -> bool:
        """Whether a figure of one of both is grey."""
        return any(side.judged.grey for side in (self.before, self.after) if side)


def sides_of(desk: Desk, entry: Entry, name: str, today: date) -> Sides | None:
    """Baseline and result of the machines that a field names; None: it names none.

    Raises:
        HTTPException: 404, its site is not known to whoever asks.
    """
    text = str(entry.values[name] or "")
    if not text.strip():
        return None
    try:
        site = str(desk.book.get(desk.reader, "site", str(entry.values["site"])).values["name"])
    except LookupError as error:
        raise HTTPException(404, f"pilot {entry.id[:12]}: its site is not known, or not yours.") from error
    wanted = units_of(site, text)
    machines = tuple(one for one in machines_of(desk.engine, frozenset([site])) if one.id in wanted)
    known = {one.id for one in machines}
    # As on the pages of production: OEE is of those that count pieces.
    counting = tuple(one for one in machines if one.counts_pieces)
    whose, counts = Selection(counting or machines), bool(counting)
    before = _side(desk, whose, _period(entry, "baseline"), today, counts=counts)
    is_fixed = bool(entry.values["is_fixed"])
    after = _side(desk, whose, _period(entry, "result"), today, counts=counts) if is_fixed else None
    return Sides(
        machines=len(machines),
        missing=[f"{one.edge}/{one.work_unit}" for one in wanted if one not in known],
        left_out=len(machines) - len(whose.machines),
        before=before,
        after=after,
        change=compare(before.judged, after.judged) if after else None,
    )


def _side(desk: Desk, whose: Selection, period: Period, today: date, *, counts: bool) -> Side:
    days = by_day(desk.engine, whose, period)
    whole = together(days.values())
    done = whole.elements
    planned_h = done.planned_busy_ns / _NS_H
    return Side(
        judged=judge(whole, counts_pieces=counts),
        days=sum(bool(one.elements.actual_production_ns or one.elements.total) for one in days.values()),
        of_days=max(0, (min(period.last, today) - period.first).days + 1),
        pieces_per_h=done.good / planned_h if planned_h and counts else None,
        wh_per_piece=whole.energy_wh / done.total if whole.energy_wh and done.total else None,
    )


def _period(entry: Entry, window: str) -> Period:
    return Period(Kind.DAY, day_of(entry, f"{window}_since"), day_of(entry, f"{window}_until"))


def day_of(entry: Entry, name: str) -> date:
    """A day of a pilot."""
    return date.fromisoformat(str(entry.values[name]))
