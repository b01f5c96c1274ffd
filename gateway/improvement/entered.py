"""What people entered of improvement at some sites, what needs somebody first."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from edge_agent.wire.entries import (
    AbnormalityTag,
    Audit5S,
    ChangeoverStudy,
    Entry,
    ImprovementAction,
    Maintenance,
    TimeStudy,
)
from gateway.shop_floor import ShopFloor

NS = 10**9
_FAR = 2**62
MOST = 2000
"""Entries of one noun at one site that are looked at, the newest."""
AUDIT_EVERY_NS = 30 * 86_400 * NS
"""An area without an audit for so long is due, as on the edge's own screen."""
REPAIR_LONG_NS = 8 * 3600 * NS
E = TypeVar("E", bound=Entry)


class ActionState(StrEnum):
    """What is to be done with an action."""

    OVERDUE = "overdue"
    OPEN = "open"
    TO_VERIFY = "to_verify"
    VERIFIED = "verified"


class Found(NamedTuple, Generic[E]):
    """Something that was entered, and where."""

    site: str
    edge: str
    entry: E


class Gathered(NamedTuple):
    """What was entered at some sites; what needs somebody stands first.

    Attributes:
        actions: Overdue, open, done without a verdict, the rest.
        tags: Open ones first, of them the oldest.
        audits: The newest first.
        maintenance: Work that still lasts first, then the newest.
        changeovers: The newest first.
        studies: The newest first.
    """

    actions: list[Found[ImprovementAction]]
    tags: list[Found[AbnormalityTag]]
    audits: list[Found[Audit5S]]
    maintenance: list[Found[Maintenance]]
    changeovers: list[Found[ChangeoverStudy]]
    studies: list[Found[TimeStudy]]


def gather(floor: ShopFloor, sites: Iterable[str], today: date, work_unit: str = "") -> Gathered:
    """All of it at some sites, of one work unit where one is named.

    Args:
        floor: What edges said.
        sites: Names.
        today: The local day, for what is overdue.
        work_unit: Its name; empty: all.
    """
    sites = list(sites)

    def of(kind: type[E]) -> list[Found[E]]:
        noun = str(kind.__struct_config__.tag)
        found = [
            Found(site, one.edge, one.entry)
            for site in sites
            for one in floor.entries(site, noun, 0, _FAR, MOST)
            if isinstance(one.entry, kind) and not one.entry.gone
        ]
        return [one for one in found if not work_unit or getattr(one.entry, "work_unit", work_unit) == work_unit]

    states = list(ActionState)
    return Gathered(
        actions=sorted(
            of(ImprovementAction),
            key=lambda one: (states.index(action_state(one.entry, today)), one.entry.due, -one.entry.done_at),
        ),
        tags=sorted(
            of(AbnormalityTag),
            key=lambda one: (bool(one.entry.closed_at), one.entry.found_at * (-1 if one.entry.closed_at else 1)),
        ),
        audits=sorted(of(Audit5S), key=lambda one: -one.entry.entered_at),
        maintenance=sorted(of(Maintenance), key=lambda one: (one.entry.until is not None, -one.entry.since)),
        changeovers=sorted(of(ChangeoverStudy), key=lambda one: -one.entry.steps[0].since if one.entry.steps else 0),
        studies=sorted(of(TimeStudy), key=lambda one: -one.entry.came_in),
    )


def action_state(action: ImprovementAction, today: date) -> ActionState:
    """What is to be done with it; on its day it is not overdue yet.

    >>> late = ImprovementAction(key="a", loss="setup", what="5S", owner="An", due="2026-03-01")
    >>> action_state(late, date(2026, 3, 2))
    <ActionState.OVERDUE: 'overdue'>
    """
    if action.done_at:
        return ActionState.VERIFIED if action.verdict else ActionState.TO_VERIFY
    return ActionState.OVERDUE if action.due < today.isoformat() else ActionState.OPEN


class Area(NamedTuple):
    """An audited area.

    Attributes:
        site: Where.
        edge: Where.
        area: Its id.
        scores: When and the share of all points, 0 to 1, the oldest first.
        is_due: Its last audit is long ago.
    """

    site: str
    edge: str
    area: str
    scores: list[tuple[int, float]]
    is_due: bool


def areas_of(audits: Sequence[Found[Audit5S]], now: int) -> list[Area]:
    """The trend of each area; those that are due first."""
    by_area: dict[tuple[str, str, str], list[tuple[int, float]]] = {}
    for one in reversed(audits):
        share = score_of(one.entry)
        if share is not None:
            by_area.setdefault((one.site, one.edge, one.entry.area), []).append((one.entry.entered_at, share))
    found = [Area(*at, scores, now - scores[-1][0] >= AUDIT_EVERY_NS) for at, scores in by_area.items()]
    return sorted(found, key=lambda one: (not one.is_due, one.site, one.edge, one.area))


def score_of(audit: Audit5S) -> float | None:
    """Points given of all that could be given, 0 to 1; None: nothing was asked.

    >>> score_of(Audit5S(key="a.1", area="a", scores={"q1": 4, "q2": 2}))
    0.6
    """
    most = audit.most * len(audit.scores)
    return sum(audit.scores.values()) / most if most else None


def day_of(at: int, zone: ZoneInfo) -> date:
    """The local day of an instant, UTC ns."""
    return datetime.fromtimestamp(at // NS, UTC).astimezone(zone).date()
