"""The form of a plan's file.

Decision: a plan's file holds labels of our own in two languages and names the section of the plan.
Because: whoever looks something up reads the plan itself; a screen needs few words.
"""

from calendar import monthrange
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, model_validator

from gateway.indicators.sources import Strict
from gateway.indicators.targets import (
    Comparator,
    Due,
    Feed,
    Id,
    Indicator,
    Period,
    Target,
    Text,
    Unit,
    Words,
    Year,
)

__all__ = [
    "CODE_PATTERN",
    "DEADLINE_PATTERN",
    "PLAN_ID_PATTERN",
    "Baseline",
    "CatalogueEntry",
    "Comparator",
    "Due",
    "Feed",
    "Id",
    "Indicator",
    "LegalBasis",
    "Objective",
    "Period",
    "Plan",
    "Province",
    "Reporting",
    "Target",
    "Task",
    "Text",
    "Unit",
    "Words",
    "Year",
]

PLAN_ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
CODE_PATTERN = r"^[0-9]{2}$"
DEADLINE_PATTERN = r"^([0-9]{2}-[0-9]{2}|[0-9]{4})$"
_MONTHS, _LEAP_YEAR = 12, 2024


class Task(Strict):
    """Something to be done, without a number of its own.

    Attributes:
        id: Unique among all plans.
        section: Of the plan.
        title: Our label.
        lead: Keys of the plan's agencies; empty: the plan names none.
        coordinate: The same.
        due: When.
        feed: Where evidence for it comes from.
        evidence: What the system shows beside what is reported; None: nothing.
    """

    id: Id
    section: Text
    title: Words
    lead: tuple[Id, ...] = ()
    coordinate: tuple[Id, ...] = ()
    due: Due
    feed: Feed
    evidence: Words | None = None


class Reporting(Strict):
    """A duty to report.

    Attributes:
        id: Unique.
        section: Of the plan.
        title: Our label.
        reporter: Keys of agencies.
        recipients: Keys of agencies.
        recipients_inferred: They are not written in the plan.
        frequency: How often.
        deadline: Month and day, ``11-25``; or a year, ``2030``; None: the plan sets none.
        inclusive: The day itself is still in time ("chậm nhất ngày"); else the day before is the last ("trước ngày").
    """

    id: Id
    section: Text
    title: Words
    reporter: tuple[Id, ...]
    recipients: tuple[Id, ...]
    recipients_inferred: StrictBool = False
    frequency: Literal["yearly", "once", "periodic", "on_demand"]
    deadline: Annotated[str, Field(pattern=DEADLINE_PATTERN)] | None = None
    inclusive: StrictBool = True

    @model_validator(mode="after")
    def _on_a_day(self) -> Self:
        if self.deadline and "-" in self.deadline:
            month, day = (int(part) for part in self.deadline.split("-"))
            # A leap year: 29 February is a day of some years.
            if not (1 <= month <= _MONTHS and 1 <= day <= monthrange(_LEAP_YEAR, month)[1]):
                msg = f"deadline {self.deadline} is no day. Write month and day, as 11-25."
                raise ValueError(msg)
        return self


class Objective(Strict):
    """A general aim."""

    id: Id
    section: Text
    title: Words


class Baseline(Strict):
    """A result of the time before, as the plan tells it."""

    id: Id
    title: Words
    value: Annotated[float, Field(strict=True, allow_inf_nan=False)]
    unit: Unit
    comparator: Literal["=", ">", "about"] = "="


class CatalogueEntry(Strict):
    """A standard or a tool of the plan's catalogue.

    Attributes:
        id: Unique.
        group: Of which kind.
        title: The standard or tool.
        aim: What for.
        evidence: What this system can show of it; None: nothing.
    """

    id: Id
    group: Words
    title: Words
    aim: Words
    evidence: Words | None = None


class Province(Strict):
    """Whose plan it is.

    Attributes:
        code: Two digits of the administrative code in force since 1 July 2025.
        name: Of the province.
        kind: ``province`` or ``centrally_run_city``.
        former_code: Code that the territory of the plan had before a merger; None: the same territory.
    """

    code: Annotated[str, Field(pattern=CODE_PATTERN)]
    name: Words
    kind: Literal["province", "centrally_run_city"] = "province"
    former_code: Annotated[str, Field(pattern=CODE_PATTERN)] | None = None


class LegalBasis(Strict):
    """A document that a plan rests on."""

    id: Id
    title: Words


class Plan(Strict):
    """A plan of a province.

    Attributes:
        form: Version of this form.
        id: Unique; as the registry's records name it.
        title: Our short title.
        province: Whose.
        issuer: Key of an agency.
        number: Of the document; None: it is not written on what we have.
        issued: Year; None: it is not written on what we have.
        since: First year.
        until: Last year.
        outlook_until: Last year of an orientation or a vision; None: none.
        tiers: Levels of local government when it was written.
        agencies: Key -> what people call it.
        legal_basis: What it rests on.
        recipients: Keys of agencies.
        objectives: General aims.
        indicators: Targets.
        tasks: What is to be done.
        reporting: Duties to report.
        baseline: Results of the time before.
        catalogue: Standards and tools.
        tools: Names of standards and tools in its text.
    """

    form: Literal["nhipdo-plan/1"]
    id: Annotated[str, Field(pattern=PLAN_ID_PATTERN, max_length=63)]
    title: Words
    province: Province
    issuer: Id
    number: Text | None = None
    issued: Year | None = None
    since: Year
    until: Year
    outlook_until: Year | None = None
    tiers: tuple[Literal["province", "city", "district", "commune"], ...]
    agencies: dict[Id, Words]
    legal_basis: tuple[LegalBasis, ...] = ()
    recipients: tuple[Id, ...] = ()
    objectives: tuple[Objective, ...] = ()
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    tasks: tuple[Task, ...] = ()
    reporting: tuple[Reporting, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    catalogue: tuple[CatalogueEntry, ...] = ()
    tools: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("until", "outlook_until"):
            last, first = getattr(self, name), self.since if name == "until" else self.until
            if last is not None and last < first:
                msg = (
                    f"{name} {last} lies before {'since' if name == 'until' else 'until'} {first}. Correct one of them."
                )
                raise ValueError(msg)
        return self

    def indicator(self, name: str) -> Indicator:
        """One of its indicators.

        Raises:
            KeyError: It has none of this id.
        """
        for one in self.indicators:
            if one.id == name:
                return one
        raise KeyError(name)
