"""The form of a plan's file.

Decision: a plan's file holds labels of our own in two languages and names the section of the plan.
Because: whoever looks something up reads the plan itself; a screen needs few words.
"""

import math
from calendar import monthrange
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints, model_validator

from gateway.indicators.measures import Measure, Strict

ID_PATTERN = r"^[a-z0-9][a-z0-9.-]*$"
PLAN_ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
CODE_PATTERN = r"^[0-9]{2}$"
DEADLINE_PATTERN = r"^([0-9]{2}-[0-9]{2}|[0-9]{4})$"
Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=63)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Year = Annotated[int, Field(strict=True, ge=1990, le=2100)]
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
_COUNTING = ("records", "new_fields", "statistic")
_COUNTED_UNITS = (
    "person_turns",
    "persons",
    "enterprises",
    "enterprise_turns",
    "organisations",
    "classes",
    "models",
    "fields",
    "clubs",
    "standards",
    "products",
)
_KINDS = {
    "percent": ("share", "tfp_share", "statistic", "over_plan"),
    "percent_per_year": ("labour_productivity_growth", "statistic"),
    "percent_of_plan": ("over_plan",),
    "milestone": ("milestone", "signed_tfp"),
    "qualitative": ("trend",),
}
"""Unit -> kinds of measures that give it; units that are counted have others."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _read_target(value: object) -> object:
    """A number, two, True or None as it is; whatever else a person may write is told once, with what to do.

    Raises:
        ValueError: It is none of them.
    """
    numbers = list(value) if isinstance(value, list | tuple) else [value]
    are_numbers = all(_is_number(one) for one in numbers) and len(numbers) == (1 if value in numbers else 2)
    if value is None or value is True or are_numbers:
        return value
    found = f'"{value}"' if isinstance(value, str) else str(value).lower()
    hint = " Write its digits alone; what it is of stands in unit." if isinstance(value, str) else " Correct it."
    msg = f"expected a number, [low, high], true or null; got {found[:60]}.{hint}"
    raise ValueError(msg)


Target = Annotated[StrictBool | float | tuple[float, float] | None, BeforeValidator(_read_target)]


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
        if self.year is not None and self.until is not None and self.until < self.year:
            msg = f"until {self.until} lies before year {self.year}. Correct one of them."
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
    target: Target
    period: Period
    since: Year
    until: Year
    lead: tuple[Id, ...] = ()
    coordinate: tuple[Id, ...] = ()
    lead_inferred: StrictBool = False
    due: Due
    feed: Feed
    also_feed: Feed | None = None
    measure: Measure
    reading: Words | None = None
    ambiguity: Words | None = None
    annex: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for wrong in (self._years(), self._target(), self._kind_of_unit()):
            if wrong:
                raise ValueError(wrong)
        return self

    def _years(self) -> str:
        return (
            f"until {self.until} lies before since {self.since}. Correct one of them."
            if self.until < self.since
            else ""
        )

    def _target(self) -> str:
        fits = {
            "range": isinstance(self.target, tuple) and self.target[0] < self.target[1],
            "trend": self.target is None,
            "=": self.target is True,
        }.get(self.comparator, isinstance(self.target, float) and not isinstance(self.target, bool))
        if not fits:
            wanted = {"range": "[low, high]", "trend": "null", "=": "true"}.get(self.comparator, "a number")
            return f"comparator {self.comparator} needs target {wanted}. Correct one of them."
        numbers = self.target if isinstance(self.target, tuple) else (self.target,)
        if self.unit in _COUNTED_UNITS and any(not isinstance(one, float) or one < 1 or one % 1 for one in numbers):
            return f"{self.unit} are counted and need a whole number from 1 on as target. Correct one of them."
        return ""

    def _kind_of_unit(self) -> str:
        needed = _NUMBERLESS.get(self.unit)
        if (needed or self.comparator) != self.comparator:
            return f"unit {self.unit} needs comparator {needed}. Correct one of them."
        if needed is None and self.comparator in _NUMBERLESS.values():
            unit = next(unit for unit, comparator in _NUMBERLESS.items() if comparator == self.comparator)
            return f"comparator {self.comparator} needs unit {unit}. Correct one of them."
        kinds = _KINDS.get(self.unit, _COUNTING if self.unit in _COUNTED_UNITS else ())
        if kinds and self.measure.kind not in kinds:
            return f"unit {self.unit} needs a measure of kind {', '.join(kinds)}; got {self.measure.kind}. Choose one."
        return ""


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
