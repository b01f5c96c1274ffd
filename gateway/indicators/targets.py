"""A target of a plan, as the plan's file says it: how much of what, over which years, and how it is counted."""

import math
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints, model_validator

from gateway.indicators.measures import Measure
from gateway.indicators.sources import Strict

ID_PATTERN = r"^[a-z0-9][a-z0-9.-]*$"
Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=63)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Year = Annotated[int, Field(strict=True, ge=1990, le=2100)]
Feed = Literal["measured", "calibration", "registry", "statistics", "traceability"]
_CountedUnit = Literal[
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
]
Unit = Literal["percent", "percent_per_year", "milestone", "qualitative", "percent_of_plan", _CountedUnit]
Comparator = Literal[">=", ">", "=", "range", "about", "trend"]
"""``>``: "trên", strictly more; ``range``: met at its lower end; ``about``: "khoảng", read as at least."""
Period = Literal["per_year", "whole_period", "by_year", "average_per_year"]
"""``per_year``: each calendar year anew; ``by_year``: reached by the last year; ``average_per_year``: mean of years."""
_NUMBERLESS = {"milestone": "=", "qualitative": "trend"}
_COUNTING = ("records", "new_fields", "statistic")
_COUNTED_UNITS = get_args(_CountedUnit)
_OVER_YEARS = ("tfp_share", "labour_productivity_growth")
"""Kinds that are a figure of several years."""
_AVERAGED = ("records", "labour_productivity_growth")
"""Kinds of which a mean of years can be taken."""
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
        for wrong in (self._years(), self._target(), self._kind_of_unit(), self._kind_of_period()):
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

    def _kind_of_period(self) -> str:
        kind = self.measure.kind
        if self.period == "per_year" and kind in _OVER_YEARS:
            return f"{kind} is a figure of several years. Choose whole_period, by_year or average_per_year as period."
        if self.period == "average_per_year" and kind not in _AVERAGED:
            return f"period average_per_year needs a measure of kind {', '.join(_AVERAGED)}; got {kind}. Choose one."
        return ""
