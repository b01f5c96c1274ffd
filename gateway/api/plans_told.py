"""What the API tells of plans and of how far they are."""

from pydantic import BaseModel, Field

from gateway.indicators.results import State

MOST_ROWS = 1000
"""Rows of evidence in one answer."""


class WordsOut(BaseModel):
    """In both languages."""

    vi: str
    en: str


class PlanOut(BaseModel):
    """A plan of a province."""

    id: str = Field(examples=["dong-thap-2026-2030"])
    title: WordsOut
    province: str = Field(description="Code since 1 July 2025", examples=["82"])
    since: int = Field(examples=[2026])
    until: int = Field(examples=[2030])
    indicators: int
    tasks: int


class GapOut(BaseModel):
    """What is missing or doubtful."""

    code: str = Field(description="Never changes its meaning", examples=["no_denominator"])
    parts: dict[str, str]
    words: WordsOut


class YearOut(BaseModel):
    """The value of one year."""

    year: int
    value: float | None = Field(description="Up to its end, or to the day; null: it cannot be said")
    cumulated: float | None = Field(description="Of a target of the whole period: up to this year's end")
    state: State | None = Field(description="Of a target per year")
    is_full: bool = Field(description="The year is over")
    estimate: float | None = Field(description="Somebody's, of a year that goes on")


class IndicatorOut(BaseModel):
    """How far an indicator is; the official value counts what a document proves."""

    id: str = Field(examples=["dt26-training-turns"])
    section: str = Field(description="Of the plan")
    title: WordsOut
    unit: str = Field(examples=["person_turns"])
    comparator: str = Field(description=">= > range about = trend")
    target: bool | float | list[float] | None = Field(description="true: to be reached; null: a wish")
    period: str = Field(examples=["per_year"])
    state: State
    value: float | None = Field(description="Official; null: it cannot be said")
    measured: float | None = Field(description="Of which measured; null: nothing of it is measurable")
    estimate: float | None = Field(description="Somebody's estimate of the year that goes on")
    year: int | None = Field(description="That is judged; null: the whole period")
    since: str = Field(description="First day counted")
    until: str = Field(description="Last day counted")
    progress: float | None = Field(description="Value / target, 0 and up")
    trend: State | None = Field(description="Last full year against the full year before")
    coverage: float | None = Field(description="Proven records / records in question, 0 to 1")
    rests_on: int = Field(description="Rows that were counted")
    not_counted: int = Field(description="Rows that look as if they counted and do not")
    reading: WordsOut | None = Field(description="How words of the plan are read; null: nothing to say")
    ambiguity: WordsOut | None = Field(description="What the plan leaves open; null: nothing")
    missing: list[GapOut]
    doubts: list[GapOut] = Field(description="Of the figures")


class EvaluationOut(BaseModel):
    """How far a plan is on a day."""

    plan: str
    as_of: str = Field(description="The day")
    made_up: bool = Field(description="The registry's content is made up")
    facts_sha256: str = Field(description="Of what it rests on, as whoever asks may see it")
    indicators: list[IndicatorOut]


class BesideOut(BaseModel):
    """A figure that is shown and not judged."""

    name: str
    value: float | None
    unit: str


class ComponentOut(BaseModel):
    """A series of a wish."""

    id: str
    values: dict[str, float | None] = Field(description="Year -> value")
    direction: State | None = Field(description="Last full year against the full year before")
    is_better: bool | None


class RowOut(BaseModel):
    """A row of the registry."""

    noun: str
    id: str


class NotCountedOut(RowOut):
    """A row that looks as if it counted, with why it does not."""

    why: GapOut


class OneIndicatorOut(BaseModel):
    """An indicator with what it rests on."""

    plan: str
    as_of: str
    made_up: bool
    indicator: IndicatorOut
    beside: list[BesideOut]
    history: list[YearOut]
    components: list[ComponentOut]
    rests_on: list[RowOut] = Field(description=f"The first {MOST_ROWS}, sorted")
    not_counted: list[NotCountedOut] = Field(description=f"The first {MOST_ROWS}, sorted")
