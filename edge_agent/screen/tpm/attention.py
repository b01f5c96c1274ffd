"""What needs somebody in this shift: checklists, tags, audits, actions, and repairs that still last. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from edge_agent.config.shop_tables import ChecklistConfig, ListItemConfig
from edge_agent.screen.tpm.shift import ShiftNow
from edge_agent.wire.entries import AbnormalityTag, Audit5S, ChecklistDone, ImprovementAction

DAY_NS = 86_400 * 10**9
AUDIT_EVERY_DAYS = 30
"""An area without an audit for so long is due: 5S that nobody looks at falls asleep within a month."""


class ChecklistDue(NamedTuple):
    """A checklist of a work unit in its shift.

    Attributes:
        unit: Name of the work unit.
        checklist: Which one.
        shift: In which shift.
        done: The record; None: it is still open.
    """

    unit: str
    checklist: ChecklistConfig
    shift: ShiftNow
    done: ChecklistDone | None

    @property
    def not_ok(self) -> int:
        """How many lines were not in order."""
        return sum(1 for item in self.done.items if item.result == "not_ok") if self.done else 0


class AreaDue(NamedTuple):
    """An area and its last audit.

    Attributes:
        area: Which one.
        last: None: it was never audited.
        due: It is time.
    """

    area: ListItemConfig
    last: Audit5S | None
    due: bool


def key_of(unit: str, checklist: str, shift: str) -> str:
    """The key of a checklist gone through: one a shift."""
    return f"{unit}.{checklist}.{shift}"


def areas_due(areas: Sequence[ListItemConfig], audits: Iterable[Audit5S], now: int) -> list[AreaDue]:
    """Each area with its last audit, in the order of the file.

    Args:
        areas: Of the configuration.
        audits: The newest first.
        now: UTC ns.
    """
    last: dict[str, Audit5S] = {}
    for audit in audits:
        last.setdefault(audit.area, audit)
    return [AreaDue(area, one := last.get(area.id), _is_due(one, now)) for area in areas]


def _is_due(last: Audit5S | None, now: int) -> bool:
    return last is None or now - last.entered_at >= AUDIT_EVERY_DAYS * DAY_NS


def open_tags(tags: Iterable[AbnormalityTag]) -> list[AbnormalityTag]:
    """Tags that nobody has closed, the oldest first: it has waited longest."""
    return sorted((tag for tag in tags if not tag.closed_at), key=lambda tag: tag.found_at)


class ActionsByState(NamedTuple):
    """Improvement actions, by what is to be done with them.

    Attributes:
        overdue: Not done and past their day, the most overdue first.
        open: Not done, the next day first.
        to_verify: Done, and nobody has said whether it helped; the longest done first.
        verified: The rest, the newest first.
    """

    overdue: tuple[ImprovementAction, ...]
    open: tuple[ImprovementAction, ...]
    to_verify: tuple[ImprovementAction, ...]
    verified: tuple[ImprovementAction, ...]


def by_state(actions: Iterable[ImprovementAction], today: date) -> ActionsByState:
    """Sort actions; on its day an action is not overdue yet."""
    groups: Mapping[str, list[ImprovementAction]] = {"overdue": [], "open": [], "to_verify": [], "verified": []}
    for action in actions:
        if action.done_at:
            groups["verified" if action.verdict else "to_verify"].append(action)
        else:
            groups["overdue" if action.due < today.isoformat() else "open"].append(action)
    return ActionsByState(
        overdue=tuple(sorted(groups["overdue"], key=lambda one: one.due)),
        open=tuple(sorted(groups["open"], key=lambda one: one.due)),
        to_verify=tuple(sorted(groups["to_verify"], key=lambda one: one.done_at)),
        verified=tuple(sorted(groups["verified"], key=lambda one: -one.done_at)),
    )
