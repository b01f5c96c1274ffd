"""The lists in force on this edge: what is configured, and what is shipped where nothing is."""

from collections.abc import Mapping

from edge_agent.config.lists import shipped_audit, shipped_checklists, shipped_reasons
from edge_agent.config.shop_tables import AuditConfig, ChecklistConfig, ReasonConfig, TimeStudyConfig
from edge_agent.kpi.losses import SIX
from edge_agent.screen.settings import ScreenSettings


def checklists_of(settings: ScreenSettings, unit: str) -> tuple[ChecklistConfig, ...]:
    """Checklists of a work unit, in the order of the file."""
    lists = settings.shop.checklists or shipped_checklists()
    return tuple(one for one in lists if not one.work_units or unit in one.work_units)


def audit_of(settings: ScreenSettings) -> AuditConfig:
    """Areas and questions of the 5S audit; areas and questions are replaced each by themselves."""
    ours, shipped = settings.shop.audit, shipped_audit()
    return AuditConfig(areas=ours.areas or shipped.areas, questions=ours.questions or shipped.questions, most=ours.most)


def time_studies_of(settings: ScreenSettings) -> Mapping[str, TimeStudyConfig]:
    """Time studies by id; none is shipped, since nobody else knows what is timed here."""
    return {one.id: one for one in settings.shop.time_studies}


def reasons_of(settings: ScreenSettings) -> tuple[ReasonConfig, ...]:
    """Stop reasons of the first level."""
    return settings.shop.reasons or shipped_reasons()


def losses_of(settings: ScreenSettings) -> Mapping[str, frozenset[str]]:
    """What an improvement can be aimed at: a big loss (no reasons), or a stop reason -> it and those below it."""
    losses = dict.fromkeys(SIX, frozenset[str]())
    for first in reasons_of(settings):
        below = {one.id: frozenset((one.id,)) for one in first.of}
        # A big loss and a reason may share a name, such as "breakdown": the loss, which needs no reasons, is meant.
        for id_, ids in {first.id: frozenset((first.id, *below)), **below}.items():
            losses.setdefault(id_, ids)
    return losses
