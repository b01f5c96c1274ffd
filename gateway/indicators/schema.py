"""The form of a plan's file.

Decision: a plan's file holds labels of our own in two languages and names the section of the plan.
Because: whoever looks something up reads the plan itself; a screen needs few words.
"""

from calendar import monthrange
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, model_validator

from gateway.indicators.measures import Measure, Strict

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=63)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Year = Annotated[int, Field(ge=1990, le=2100)]
Feed = Literal["measured", "calibration", "registry", "statistics", "traceability"]
Unit = Literal[
    "percent",
    "percent_per_year",
    "person_turns",
    "persons",
    "enterprises",
    "enterprise_turns",
    "organisations",
    "classes",
    "models",
    "fields",
    "clubs",
    "milestone",
    "qualitative",
    "standards",
    "products",
    "percent_of_plan",
]
Comparator = Literal[">=", ">", "=", "range", "about", "trend"]
"""``>``: "trên", strictly more; ``range``: met at its lower end; ``about``: "khoảng", read as at least."""
Period = Literal["per_year", "whole_period", "by_year", "average_per_year"]
"""``per_year``: each calendar year anew; ``by_year``: reached by the last year; ``average_per_year``: mean of years."""
_MONTHS, _LEAP_YEAR = 12, 2024
_NUMBERLESS = {"milestone": "=", "qualitative": "trend"}


class Words(Strict):
    """A short label of our own, in both languages."""

    vi: Text
    en: Text


class Due(Strict):
    """When something is to be done.

    Attributes:
        kind: ``yearly``; ``yearly_and_final``: each year and at the end; ``end_of_period``; ``window``: between two
            years; ``starts``: from a year on; ``year``; ``quarter`` of a year; ``unsaid``.
        year: Of ``end_of_period``, ``starts``, ``year`` and ``quarter``; of a window the first.
        until: Last year of a window and of ``starts``.
        quarter: 1 to 4.
    """

    kind: Literal["yearly", "yearly_and_final", "end_of_period", "window", "starts", "year", "quarter", "unsaid"]
    year: Year | None = None
    until: Year | None = None
    quarter: Annotated[int, Field(ge=1, le=4)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted = {"end_of_period": ["year"], "window": ["year", "until"], "starts": ["year"], "year": ["year"]}
        for name in (*wanted.get(self.kind, ()), *(["year", "quarter"] if self.kind == "quarter" else ())):
            if getattr(self, name) is None:
                msg = f"{self.kind} needs {name}. Write it beside kind."
                raise ValueError(msg)
        return self


class Indicator(Strict):
    """A target of a plan.

    Attributes:
        id: Unique among all plans.
        section: Of the plan.
        title: Our label.
        unit: Of the value.
        comparator: How the value is held to the target.
        target: A number; of ``range`` two; of a milestone True; of a wish None.
        period: Over what the target holds.
        since: First year.
        until: Last year.
        lead: Keys of the plan's agencies; empty: the plan names none.
        coordinate: The same.
        lead_inferred: The plan does not say the lead in so many words.
        due: When.
        feed: Where the value comes from.
        also_feed: What stands beside it.
        measure: What is counted.
        reading: How words of the plan without a comparator are read; shown with the figure.
        ambiguity: What the plan leaves open; shown with the figure.
        annex: Rows of the plan's annex.
    """

    id: Id
    section: Text
    title: Words
    unit: Unit
    comparator: Comparator
    target: StrictBool | float | tuple[float, float] | None
    period: Period
    since: Year
    until: Year
    lead: tuple[Id, ...] = ()
    coordinate: tuple[Id, ...] = ()
    lead_inferred: bool = False
    due: Due
    feed: Feed
    also_feed: Feed | None = None
    measure: Measure
    reading: Words | None = None
    ambiguity: Words | None = None
    annex: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.until < self.since:
            msg = f"until {self.until} lies before since {self.since}. Correct one of them."
            raise ValueError(msg)
        fits = {
            "range": isinstance(self.target, tuple) and self.target[0] < self.target[1],
            "trend": self.target is None and self.measure.kind == "trend",
            "=": self.target is True,
        }.get(self.comparator, isinstance(self.target, float) and not isinstance(self.target, bool))
        if not fits:
            wanted = {"range": "[low, high]", "trend": "null and a measure of kind trend", "=": "true"}
            msg = f"comparator {self.comparator} needs target {wanted.get(self.comparator, 'a number')}."
            raise ValueError(msg)
        if _NUMBERLESS.get(self.unit, self.comparator) != self.comparator:
            msg = f"unit {self.unit} needs comparator {_NUMBERLESS[self.unit]}."
            raise ValueError(msg)
        return self


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
    recipients_inferred: bool = False
    frequency: Literal["yearly", "once", "periodic", "on_demand"]
    deadline: Annotated[str, Field(pattern=r"^(\d{2}-\d{2}|\d{4})$")] | None = None
    inclusive: bool = True

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
    value: float
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

    code: Annotated[str, Field(pattern=r"^\d{2}$")]
    name: Words
    kind: Literal["province", "centrally_run_city"] = "province"
    former_code: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None


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
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=63)]
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

    def indicator(self, name: str) -> Indicator:
        """One of its indicators.

        Raises:
            KeyError: It has none of this id.
        """
        for one in self.indicators:
            if one.id == name:
                return one
        raise KeyError(name)
