"""What successive calibrations found of one instrument at one point, and the segments between its adjustments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from calibration.checks import Array, finite, one_of, positive, refuse
from calibration.records import record

WHO = "drift"
FARTHEST = 1e9

Day = float | date
"""A day: a number of days since any origin, or a calendar date; one kind in one history."""

State = Literal["as_found", "unadjusted", "as_left"]
"""How a result stands to an adjustment: before it, without one, after it. In this order on one day."""

STATES: tuple[State, ...] = get_args(State)


@record
class Calibrated:
    """One result of one calibration.

    Attributes:
        on: Its day.
        error: Measurement error found, indication less reference value, in the quantity's unit.
        u: Its standard uncertainty, whole, in the same; above 0.
        state: ``as_found`` before an adjustment, ``as_left`` after it, ``unadjusted`` where there was none.
        reference: Name of the reference standard; results with one name share what is not known of it. "": nothing
            is shared.
        u_reference: The part of ``u`` that the reference standard contributes, 0 to ``u``.
    """

    on: Day
    error: float
    u: float
    state: State = "unadjusted"
    reference: str = ""
    u_reference: float = 0.0

    def __post_init__(self) -> None:
        number_of(self.on)
        who = f"{WHO}: {self.on}"
        finite(who, "error", self.error)
        positive(who, "u", self.u, "Take it from the certificate: expanded uncertainty over k.")
        one_of(who, "state", self.state, STATES)
        if not isinstance(self.reference, str):
            raise refuse(
                who, "reference", "a name", repr(self.reference), "Name the reference standard, or leave it out."
            )
        if not 0 <= finite(who, "u_reference", self.u_reference) <= self.u:
            advice = "Give the reference's own part of u, not all of its budget."
            raise refuse(who, "u_reference", f"0 to u = {self.u:g}", self.u_reference, advice)


@record
class Segment:
    """Results between two adjustments, in order of their days.

    Attributes:
        results: One or more, no two on one day.
        closed: Whether an adjustment followed: its last result is as found.
    """

    results: tuple[Calibrated, ...]
    closed: bool


def segments(history: Iterable[Calibrated]) -> tuple[Segment, ...]:
    """Cut a history at its adjustments.

    An as-left result opens a segment, an as-found one closes it; the two on one day are one adjustment. Results
    without adjustment continue the segment that they fall into.

    Args:
        history: Results of one instrument at one point, in any order.

    Raises:
        ValueError: It is empty, mixes dates with numbers, or has two results of a kind, or an unadjusted one beside
            another, on one day.

    >>> cut = segments([Calibrated(0.0, 0.1, 0.1, "as_left"), Calibrated(365.0, 0.4, 0.1, "as_found"),
    ...                 Calibrated(365.0, 0.0, 0.1, "as_left")])
    >>> [len(segment.results) for segment in cut]
    [2, 1]
    """
    ordered = sorted(history, key=lambda result: (number_of(result.on), STATES.index(result.state)))
    _need_one_calendar([result.on for result in ordered])
    for before, after in pairwise(ordered):
        _need_apart(before, after)
    found: list[Segment] = []
    current: list[Calibrated] = []
    for result in ordered:
        if result.state == "as_left" and current:
            found.append(Segment(tuple(current), closed=True))
            current = []
        current.append(result)
        if result.state == "as_found":
            found.append(Segment(tuple(current), closed=True))
            current = []
    return (*found, Segment(tuple(current), closed=False)) if current else tuple(found)


def covariance(results: Sequence[Calibrated]) -> Array:
    """Covariance matrix of the errors found, shape (n, n), in the unit squared.

    ::

        cov(e_i, e_j) = u_reference_i * u_reference_j     for i != j with one reference, else 0

    Source:
        JCGM 100:2008, F.1.2.3: an effect that two estimates share.

    >>> covariance([Calibrated(0.0, 0.0, 0.5, reference="R", u_reference=0.3),
    ...             Calibrated(9.0, 0.1, 0.5, reference="R", u_reference=0.4)]).round(3).tolist()
    [[0.25, 0.12], [0.12, 0.25]]
    """
    shared = np.array([result.u_reference if result.reference else 0.0 for result in results])
    names = np.array([result.reference for result in results])
    matrix: Array = np.outer(shared, shared) * (names[:, np.newaxis] == names)
    np.fill_diagonal(matrix, [result.u * result.u for result in results])
    return matrix


def number_of(day: Day) -> float:
    """A day as a number of days.

    Raises:
        ValueError: It is neither a number, up to 1e9, nor a calendar date.
    """
    if isinstance(day, datetime):
        raise refuse(WHO, "on", "a date or a number of days", repr(day), "Give the date of its place, without time.")
    number = float(day.toordinal()) if isinstance(day, date) else finite(WHO, "on", day)
    if abs(number) > FARTHEST:
        raise refuse(WHO, "on", f"a number of days up to {FARTHEST:g}", day, "Count from a nearer origin, in days.")
    return number


def _need_one_calendar(days: Sequence[Day]) -> None:
    if not days:
        raise refuse(WHO, "history", "one result or more", 0, "Calibrate first.")
    if len({isinstance(day, date) for day in days}) > 1:
        raise refuse(WHO, "on", "dates, or numbers of days", "both", "Write all days of a history in one way.")


def _need_apart(before: Calibrated, after: Calibrated) -> None:
    if number_of(before.on) != number_of(after.on):
        return
    who, advice = f"{WHO}: {before.on}", "Keep one of them, or correct its day."
    if before.state == after.state:
        raise refuse(who, "state", f"one result {before.state}", "two", advice)
    if "unadjusted" in {before.state, after.state}:
        got = f"{before.state} and {after.state}"
        raise refuse(who, "state", "as_found and as_left, or one unadjusted", got, advice)
