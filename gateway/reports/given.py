"""What a report is made of."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

import msgspec

from gateway.indicators.facts import Facts, Gap
from gateway.indicators.results import PlanEvaluated
from gateway.indicators.schema import Plan
from gateway.indicators.tasks import TaskStanding

Kind = Literal["yearly", "midterm", "final", "on_demand"]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is made of.

    Attributes:
        plan: Whose.
        result: How far it is.
        facts: From which.
        facts_sha256: Of the facts as they are kept.
        tasks: How its tasks stand.
        kind: Of report.
        gap: What is missing or doubtful, in words of a language.
        nouns: Noun -> language -> what many of them are called.
        sources: Source of money -> language -> what it is called.
        figures: Figure of a pilot -> language -> what it is called.
        comments: Id of an indicator or task -> what the officer says of it.
        number: Of the report; empty: it has none yet.
        signed: Day on which it was signed off; None: it was not.
        signed_by: By whom.
        software: Version of nhipdo.
        gathered: Day of the wall clock on which the facts were gathered; None: it is not known.
    """

    plan: Plan
    result: PlanEvaluated
    facts: Facts
    facts_sha256: str
    gap: Callable[[Gap, str], str]
    kind: Kind = "yearly"
    tasks: tuple[TaskStanding, ...] = ()
    nouns: Mapping[str, Mapping[str, str]] = {}
    sources: Mapping[str, Mapping[str, str]] = {}
    figures: Mapping[str, Mapping[str, str]] = {}
    comments: Mapping[str, str] = {}
    number: str = ""
    signed: date | None = None
    signed_by: str = ""
    software: str = ""
    gathered: date | None = None

    @property
    def as_of(self) -> date:
        """The day of its figures."""
        return date.fromisoformat(self.result.as_of)
