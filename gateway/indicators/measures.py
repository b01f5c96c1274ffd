"""What an indicator counts, as a plan's file says it: a province writes its own plan without touching code.

Decision: a measure names records of the registry by noun and field, in words that a file can hold.
Because: two plans word one thing in two ways, and the next province in a third.
Instead of: one function for each of sixty indicators.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from gateway.indicators.counted import COUNTED

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
PATH_PATTERN = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"
DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=63)]
PathName = Annotated[str, Field(pattern=PATH_PATTERN, max_length=127)]
"""A field of a record; behind a point a field of what it links to, as in ``training.topic``."""
Label = Annotated[str, Field(min_length=1, max_length=200)]
ANY = "*"
"""In place of values: whatever it is, when it is not empty."""


def _read_wanted(value: object) -> object:
    """Values as they are; whatever else a person may write is told once, with what to do.

    Raises:
        ValueError: It is no list of texts, true and false, and not ``"*"``.
    """
    values = value if isinstance(value, list | tuple) else ()
    if value == ANY or (values and all(isinstance(one, bool | str) for one in values)):
        return value
    msg = f'expected a list of values such as [basic_tool], or "*"; got {str(value)[:60]}. Numbers stand in quotes.'
    raise ValueError(msg)


def _read_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        msg = f"{value} is no day of the calendar. Correct it."
        raise ValueError(msg) from None
    return value


Wanted = Annotated[tuple[StrictBool | str, ...] | Literal["*"], BeforeValidator(_read_wanted)]
SUCCESS = ("certification", "inhouse_standard", "lot", "accepted_lot", "improvement")
"""What shows that a support worked, of the organisation that was supported: a certificate gained; an in-house standard
declared; a traced lot published with at least one valid event; such a lot that the national portal accepted; a pilot
that was judged ``improved``."""
Success = Literal["certification", "inhouse_standard", "lot", "accepted_lot", "improvement"]


class Strict(BaseModel):
    """Unknown keys are mistakes, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """Some records of the registry.

    Attributes:
        of: Noun, a key of :data:`gateway.indicators.counted.COUNTED`.
        where: Field -> one of these values it has; several fields: all of them hold.
        has_all: Field of several choices -> it holds all of these.
        least: Field of several choices -> it holds so many at least.
        also_has: The organisation must have one of these besides, dated within the same period.
    """

    of: Name
    where: dict[PathName, Wanted] = {}
    has_all: dict[PathName, tuple[str, ...]] = {}
    least: dict[PathName, int] = {}
    also_has: tuple[Success, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.of not in COUNTED:
            msg = f"{self.of} cannot be counted. Choose one of: {', '.join(COUNTED)}."
            raise ValueError(msg)
        return self


class Records(Strict):
    """A count of records: of rows (turns), or of distinct things that they name.

    Attributes:
        sources: What counts; a record of any of them.
        count: ``rows``, or the field whose distinct values are counted: ``organisation``, ``person``, ``club`` ...
        beside: Further counts of the same records that are shown and never judged.
        measured_by: What makes a counted record one of those "of which measured", dated within the same period;
            empty: a judged pilot of the organisation (of a pilot: its own judgement). It never reduces the count.
        also_since: First year of a second count of the same records, up to the same day: shown and never judged; for
            a plan that does not say from when on it counts. None: there is none.
    """

    kind: Literal["records"] = "records"
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    count: PathName = "rows"
    beside: tuple[PathName, ...] = ()
    measured_by: tuple[Success, ...] = ()
    also_since: Annotated[int, Field(ge=1990, le=2100)] | None = None


class Statistic(Strict):
    """An imported figure of the year: the newest of the series up to the day that is asked for.

    Attributes:
        series: Of the registry's statistics.
        sector: Empty: all.
    """

    kind: Literal["statistic"] = "statistic"
    series: Name
    sector: str = ""


class Share(Strict):
    """A percentage: 100 * numerator / denominator; without a denominator it cannot be said.

    Attributes:
        numerator: What is counted.
        denominator: What it is a share of.
        within: Only what the denominator's records name too is counted above.
    """

    kind: Literal["share"] = "share"
    numerator: Records
    denominator: Annotated[Records | Statistic, Field(discriminator="kind")]
    within: StrictBool = False


class NamedRecords(Records):
    """A count that stands beside a figure, with what people call it.

    Attributes:
        vi: What people call it.
        en: The same in English.
    """

    vi: Label
    en: Label


class Milestone(Strict):
    """Something that is reached on a day, as somebody enters it with its document.

    Attributes:
        beside: Counts that the system can prove, shown and never judged: name -> what.
    """

    kind: Literal["milestone"] = "milestone"
    beside: dict[Name, NamedRecords] = {}


class SignedTfp(Strict):
    """Reached when a calculation of TFP over the indicator's years, complete, is saved and signed off."""

    kind: Literal["signed_tfp"] = "signed_tfp"


class TfpShare(Strict):
    """The share of TFP in the growth of output, per cent: of a year and of the period, both shown.

    Attributes:
        judged: Which of both the target is held to.
    """

    kind: Literal["tfp_share"] = "tfp_share"
    judged: Literal["period", "last_year"] = "period"


class TfpGrowth(Strict):
    """Growth of TFP, per cent a year; of the period by mean growth rates."""

    kind: Literal["tfp_growth"] = "tfp_growth"


class NewFields(Strict):
    """Fields of calibration, verification and testing that came into the scope after a day.

    Attributes:
        base: The day, ISO 8601.
    """

    kind: Literal["new_fields"] = "new_fields"
    base: Annotated[str, Field(pattern=DAY_PATTERN), AfterValidator(_read_day)]


class Capacity(Strict):
    """A figure of the laboratories.

    Attributes:
        figure: ``documents`` issued in the year; ``fields`` of the scope; ``in_order``, the share of instruments in
            use, per cent; ``turnaround``, the median of days from receipt to issue; ``requests_served``, per cent.
    """

    kind: Literal["capacity"] = "capacity"
    figure: Literal["documents", "fields", "in_order", "turnaround", "requests_served"]


class PilotChange(Strict):
    """The median measured change over pilots that are judged in the year, per cent of the baseline.

    Attributes:
        figure: Key of a pilot's figures: ``oee``, ``labour_productivity``, ``quality_ratio`` ...
        where: As of a source; of ``pilot``.
    """

    kind: Literal["pilot_change"] = "pilot_change"
    figure: Name
    where: dict[PathName, Wanted] = {}


class NamedChange(PilotChange):
    """A change that stands beside a figure, with what people call it.

    Attributes:
        vi: What people call it.
        en: The same in English.
    """

    vi: Label
    en: Label


class LabourProductivityGrowth(Strict):
    """Mean growth of output per employed person at constant prices, per cent a year, geometric.

    Attributes:
        beside: What pilots changed: name -> what. Shown and never judged, and no part of the growth.
    """

    kind: Literal["labour_productivity_growth"] = "labour_productivity_growth"
    beside: dict[Name, NamedChange] = {}


class Component(Strict):
    """One of the series by which a wish without a number is told.

    Attributes:
        id: Name within the indicator.
        vi: What people call it.
        en: The same in English.
        better: Which way is wished for.
        measure: What it is.
    """

    id: Name
    vi: str
    en: str
    better: Literal["up", "down"] = "up"
    measure: Annotated[
        Records | Statistic | Share | Capacity | PilotChange | TfpShare | TfpGrowth | LabourProductivityGrowth,
        Field(discriminator="kind"),
    ]


class Trend(Strict):
    """A wish without a number: its series against the full year before; never met.

    Attributes:
        components: The series.
    """

    kind: Literal["trend"] = "trend"
    components: Annotated[tuple[Component, ...], Field(min_length=1)]


class OverPlan(Strict):
    """By how much indicators of a later plan exceed the same ones of an earlier plan, per cent.

    Attributes:
        plan: Id of the later plan.
        pairs: Indicator of this plan -> the one of the later plan with the same definition.
    """

    kind: Literal["over_plan"] = "over_plan"
    plan: str
    pairs: dict[str, str]


Measure = Annotated[
    Records
    | Share
    | Milestone
    | SignedTfp
    | TfpShare
    | LabourProductivityGrowth
    | NewFields
    | Trend
    | OverPlan
    | Statistic,
    Field(discriminator="kind"),
]
