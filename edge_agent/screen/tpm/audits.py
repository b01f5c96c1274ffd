"""What a 5S audit gives: points by S and for the area, beside the audit before it. Pure.

Decision: a score is points over the most that the questions asked could give, by sums.
Because: an S with three questions then weighs less in the area than one with seven, as the auditor meant it.
Instead of: the mean of the five shares, a mean of ratios.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edge_agent.config.shop_kinds import Step
from edge_agent.config.shop_tables import AuditConfig
from edge_agent.wire.entries import Audit5S

STEPS: tuple[Step, ...] = ("sort", "set_in_order", "shine", "standardise", "sustain")
"""The five S, in their order."""


class Points(NamedTuple):
    """Points of some questions.

    Attributes:
        got: Their sum.
        most: What they could have been.
    """

    got: int = 0
    most: int = 0

    @property
    def share(self) -> float | None:
        """Of the most that was possible, 0 to 1; None: nothing was asked."""
        return self.got / self.most if self.most else None


class AuditScore(NamedTuple):
    """One audit, judged.

    Attributes:
        audit: The record.
        total: Of all its questions, also of those that are asked no more.
        by_step: S -> points; questions that the configuration no longer knows belong to no S.
        change: Share of the total minus that of the audit before; None: there was none, or it asked otherwise.
    """

    audit: Audit5S
    total: Points
    by_step: Mapping[Step, Points]
    change: float | None = None

    @property
    def weakest(self) -> str:
        """The S with the smallest share, the first of several; empty: none was asked."""
        asked = [step for step in STEPS if self.by_step[step].most]
        return min(asked, key=lambda step: self.by_step[step].share or 0.0, default="")


def score(audit: Audit5S, questions: AuditConfig, before: Audit5S | None = None) -> AuditScore:
    """Points by S and in all.

    Args:
        audit: The record.
        questions: Which question belongs to which S.
        before: The audit of this area before it; None: there is none.
    """
    by_step: dict[Step, Points] = {}
    for step in STEPS:
        asked = [one.id for one in questions.questions.get(step, ()) if one.id in audit.scores]
        by_step[step] = Points(sum(audit.scores[one] for one in asked), audit.most * len(asked))
    total = _total(audit)
    change = None
    if before is not None and before.scores.keys() == audit.scores.keys():
        now, then = total.share, _total(before).share
        change = now - then if now is not None and then is not None else None
    return AuditScore(audit, total, by_step, change)


def trend(audits: Sequence[Audit5S], questions: AuditConfig) -> list[AuditScore]:
    """The audits of one area, the newest first, each beside the one before it."""
    ordered = sorted(audits, key=lambda one: one.entered_at, reverse=True)
    return [score(one, questions, before) for one, before in zip(ordered, [*ordered[1:], None], strict=False)]


def _total(audit: Audit5S) -> Points:
    return Points(sum(audit.scores.values()), audit.most * len(audit.scores))
